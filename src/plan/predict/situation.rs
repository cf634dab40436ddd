//! What all predictions look at, and when what they foresee would happen.

use serde_json::Value;

use crate::image::Pinned;
use crate::names::{self, Kind, ObjectId};
use crate::plan::{Action, Change, Finding, Live, Look, Observed, Question, Severity, questions};
use crate::workload::{Object, Rendered};

/// What is wanted, what was seen, and what will be done.
pub(super) struct Situation<'a> {
    pub(super) desired: &'a Rendered<Pinned>,
    pub(super) observed: &'a Observed,
    pub(super) namespace: &'a str,
    pub(super) outlook: Outlook,
}

/// When the next pod is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlook {
    /// By this deploy, or it is waited for already.
    Now,
    /// The present one runs and stays: one day.
    Later,
    /// When somebody starts the environment.
    Stopped,
}

/// What is known of something that was looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sought<'a> {
    Found(&'a Value),
    Absent,
    Unknown,
}

impl<'a> Situation<'a> {
    pub(super) fn of(desired: &'a Rendered<Pinned>, observed: &'a Observed, changes: &'a [Change]) -> Self {
        let namespace = questions::namespace(desired, observed);
        Self { desired, observed, namespace, outlook: outlook(desired, observed, changes) }
    }

    /// What was answered.
    pub(super) fn look(&self, question: &Question) -> Option<&'a Look> {
        self.observed.facts.get(question)
    }

    /// What was answered about an object of this namespace, or of no namespace.
    pub(super) fn object(&self, kind: Kind, name: &str) -> Option<&'a Look> {
        self.look(&Question::Object(ObjectId::new(kind, self.namespace, name)))
    }

    /// The pod as the server would make it; where it does not say, as it is sent.
    pub(super) fn pod(&self) -> &'a Value {
        match self.look(&Question::Pod) {
            Some(Look::Seen(pod)) => pod,
            _ => &self.desired.pod,
        }
    }

    /// The Deployment as it is.
    pub(super) fn deployment(&self) -> Option<&'a Value> {
        deployment(self.desired, self.observed)
    }

    /// A storage class, asked for by itself or among all.
    pub(super) fn class(&self, name: &str) -> Sought<'a> {
        match (self.object(Kind::StorageClass, name), self.look(&questions::all(Kind::StorageClass, None, ""))) {
            (Some(Look::Seen(class)), _) => Sought::Found(class),
            (Some(Look::Absent), _) => Sought::Absent,
            (_, Some(Look::Seen(all))) => {
                let found = list(all, "/items").iter().find(|class| text(class, "/metadata/name") == Some(name));
                found.map_or(Sought::Absent, Sought::Found)
            }
            _ => Sought::Unknown,
        }
    }

    /// Whether a pod is of this environment.
    pub(super) fn is_own_pod(&self, pod: &Value) -> bool {
        let label = |key: &str| {
            pod.get("metadata").and_then(|metadata| metadata.get("labels")).and_then(|labels| labels.get(key))
        };
        label(names::INSTANCE).is_some_and(|value| *value == self.desired.name)
            && label(names::MANAGED_BY).is_some_and(|value| value == names::SINDRI)
    }

    /// What goes wrong with a pod goes wrong when one is made.
    pub(super) fn in_time(&self, finding: Finding) -> Finding {
        let when = match self.outlook {
            _ if finding.severity != Severity::Fails => return finding,
            Outlook::Now => return finding,
            Outlook::Later => "the environment runs now, and this happens when its pod is made again",
            Outlook::Stopped => "the environment is stopped, and this happens when it is started",
        };
        Finding { severity: Severity::Warns, message: format!("{}; {when}", finding.message), ..finding }
    }
}

fn outlook(desired: &Rendered<Pinned>, observed: &Observed, changes: &[Change]) -> Outlook {
    let Some(deployment) = deployment(desired, observed) else { return Outlook::Now };
    if deployment.pointer("/spec/replicas").is_some_and(|count| *count == 0) {
        return Outlook::Stopped;
    }
    let is_remade =
        changes.iter().filter(|change| change.id.kind == Kind::Deployment).any(|change| match change.action {
            Action::Create | Action::Replace | Action::Delete => true,
            Action::Update => change.fields.iter().any(|field| field.path.starts_with("spec.template")),
            Action::Keep => false,
        });
    let is_ready = deployment.pointer("/status/readyReplicas").and_then(Value::as_u64).is_some_and(|count| count > 0);
    if is_remade || !is_ready { Outlook::Now } else { Outlook::Later }
}

fn deployment<'a>(desired: &Rendered<Pinned>, observed: &'a Observed) -> Option<&'a Value> {
    let object = desired.objects.iter().find(|object| object.id.kind == Kind::Deployment)?;
    seen(questions::live(observed, &object.id)?)
}

/// The claim that is made with the environment.
pub(super) fn own_claim(desired: &Rendered<Pinned>) -> Option<(&ObjectId, &Value)> {
    let is_claim = |object: &&Object| object.id.kind == Kind::PersistentVolumeClaim;
    desired.objects.iter().find(is_claim).map(|object| (&object.id, &object.body))
}

/// The class of a claim that is there.
pub(super) fn storage_class(live: &Live) -> Option<&str> {
    text(seen(live)?, "/spec/storageClassName").filter(|class| !class.is_empty())
}

pub(super) fn seen(live: &Live) -> Option<&Value> {
    match live {
        Live::Present(value) => Some(value),
        Live::Absent | Live::Denied(_) => None,
    }
}

pub(super) use crate::names::fields::items as list;

/// A text inside an object.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}
