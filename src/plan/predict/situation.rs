//! What all predictions look at, and when what they foresee would happen.

use serde_json::Value;

use crate::image::Pinned;
use crate::names::{Kind, ObjectId};
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
pub(in crate::plan) fn own_claim(desired: &Rendered<Pinned>) -> Option<(&ObjectId, &Value)> {
    let is_claim = |object: &&Object| object.id.kind == Kind::PersistentVolumeClaim;
    desired.objects.iter().find(is_claim).map(|object| (&object.id, &object.body))
}

/// The class of a claim that is there.
pub(in crate::plan) fn storage_class(live: &Live) -> Option<&str> {
    text(seen(live)?, "/spec/storageClassName").filter(|class| !class.is_empty())
}

pub(super) fn seen(live: &Live) -> Option<&Value> {
    match live {
        Live::Present(value) => Some(value),
        Live::Absent | Live::Denied(_) => None,
    }
}

/// A text inside an object.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}
