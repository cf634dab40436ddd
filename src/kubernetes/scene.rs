//! What is known of a workload and of everything that it depends on, as the API server last told it. Pure.

use serde_json::Value;

pub(super) use crate::names::fields::{items, number, text};

/// A Deployment and what belongs to it.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    /// The context that a person has to name in a command; none if there is none.
    pub context: Option<String>,
    /// The namespace of all of it.
    pub namespace: String,
    /// The Deployment, if there is one.
    pub deployment: Option<Value>,
    /// The `ReplicaSets` with its labels; none of them if they may not be seen.
    pub replica_sets: Option<Vec<Value>>,
    /// The pods with its labels.
    pub pods: Vec<Value>,
    /// The claim of its volume, if it was looked at.
    pub claim: Option<Value>,
    /// What was said about all of these.
    pub events: Vec<Value>,
    /// What the API server says now of a pod that was refused, if it was asked.
    pub rehearsal: Option<Rehearsal>,
}

/// What the API server says of a pod that was refused: its controller tries again after pauses of up to 16 minutes, and
/// what it said of the last try may be true no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// The identity of what makes the pod.
    pub maker: String,
    /// Which was the last refusal when it was asked. A later one counts more.
    pub after: String,
    /// Why it would be refused again; none if it would be let in.
    pub refusal: Option<String>,
}

/// What somebody in the cluster said about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// About which: `pod/dev-5d7c`.
    pub about: String,
    /// Whether it is a complaint.
    pub warning: bool,
    /// In one word: `FailedMount`.
    pub reason: String,
    /// In a sentence.
    pub message: String,
    /// How often.
    pub count: u64,
}

impl Event {
    /// Reads an Event of the API server.
    #[must_use]
    pub fn of(event: &Value) -> Self {
        let kind = text(event, "/involvedObject/kind").to_lowercase();
        Self {
            about: format!("{kind}/{}", text(event, "/involvedObject/name")),
            warning: text(event, "/type") == "Warning",
            reason: text(event, "/reason").to_owned(),
            message: text(event, "/message").trim().to_owned(),
            count: number(event, "/count").or_else(|| number(event, "/series/count")).unwrap_or(1).unsigned_abs(),
        }
    }
}

impl Scene {
    /// How a command about this begins: `kubectl --context bed -n team`.
    #[must_use]
    pub fn kubectl(&self) -> String {
        let context = self.context.as_deref().map(|context| format!(" --context {}", word(context)));
        format!("kubectl{} -n {}", context.unwrap_or_default(), self.namespace)
    }

    /// One of Sindri's own commands about this, from any folder: `sindri logs --name dev -n team`.
    #[must_use]
    pub fn sindri(&self, command: &str) -> String {
        let name = self.deployment.as_ref().map(name).unwrap_or_default();
        let context = self.context.as_deref().map(|context| format!(" --context {}", word(context)));
        format!("sindri {command} --name {name} -n {}{}", self.namespace, context.unwrap_or_default())
    }

    /// The `ReplicaSet` that holds what the Deployment now says: the one whose template is the Deployment's. This is how
    /// its controller knows it, too; the number of the revision lags behind.
    pub(super) fn current(&self) -> Option<&Value> {
        let deployment = self.deployment.as_ref()?;
        let wanted = template(deployment)?;
        let ours = self.replica_sets.iter().flatten().filter(|set| is_owned(set, uid(deployment)));
        let same = ours.filter(|set| template(set).as_ref() == Some(&wanted));
        same.min_by_key(|set| (text(set, "/metadata/creationTimestamp"), text(set, "/metadata/name")))
    }

    /// The pods of that `ReplicaSet` that are to stay, the newest first. Where `ReplicaSets` may not be seen, every pod that is
    /// to stay.
    pub(super) fn current_pods(&self) -> Vec<&Value> {
        let staying = self.pods.iter().filter(|pod| !is_ending(pod));
        let mut pods: Vec<_> = match (&self.replica_sets, self.current()) {
            (None, _) => staying.collect(),
            (Some(_), None) => Vec::new(),
            (Some(_), Some(set)) => staying.filter(|pod| is_owned(pod, uid(set))).collect(),
        };
        pods.sort_by_key(|pod| {
            std::cmp::Reverse((text(pod, "/metadata/creationTimestamp"), text(pod, "/metadata/name")))
        });
        pods
    }

    /// The pods that hold what they need, whatever they belong to: those that run, and those that are not quite gone.
    pub(super) fn living_pods(&self) -> impl Iterator<Item = &Value> {
        self.pods.iter().filter(|pod| !is_over(pod) || is_ending(pod))
    }

    /// The pod that counts: the one of now, or the one that is not gone yet.
    #[must_use]
    pub fn pod(&self) -> Option<&Value> {
        self.current_pods().into_iter().next().or_else(|| self.living_pods().next())
    }

    /// What was said about one object, the latest last.
    pub(super) fn events_about(&self, uid: &str) -> Vec<&Value> {
        let about = |event: &&Value| text(event, "/involvedObject/uid") == uid;
        let mut events: Vec<_> = self.events.iter().filter(about).collect();
        events.sort_by_key(|event| (last_seen(event).to_owned(), version(event)));
        events
    }

    /// The latest of some kinds of remarks about one object.
    pub(super) fn latest(&self, uid: &str, reasons: &[&str]) -> Option<&Value> {
        self.events_about(uid).into_iter().rev().find(|event| reasons.contains(&text(event, "/reason")))
    }
}

/// When an event was last said.
pub(super) fn last_seen(event: &Value) -> &str {
    ["/series/lastObservedTime", "/lastTimestamp", "/eventTime", "/metadata/creationTimestamp"]
        .into_iter()
        .map(|place| text(event, place))
        .find(|time| !time.is_empty())
        .unwrap_or_default()
}

/// The version of an object as a number: the later is the larger one.
pub(super) fn version(object: &Value) -> u64 {
    text(object, "/metadata/resourceVersion").parse().unwrap_or_default()
}

pub(super) fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

pub(super) fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

/// The condition of that type.
pub(super) fn condition<'value>(object: &'value Value, kind: &str) -> Option<&'value Value> {
    items(object, "/status/conditions").iter().find(|condition| text(condition, "/type") == kind)
}

pub(super) fn holds(object: &Value, kind: &str) -> bool {
    condition(object, kind).is_some_and(|condition| text(condition, "/status") == "True")
}

/// Whether the object is being deleted.
pub(super) fn is_ending(object: &Value) -> bool {
    !text(object, "/metadata/deletionTimestamp").is_empty()
}

/// Whether a pod has come to its end.
pub(super) fn is_over(pod: &Value) -> bool {
    matches!(text(pod, "/status/phase"), "Failed" | "Succeeded")
}

/// Seconds since 1970 of a time as Kubernetes writes it.
pub(super) fn seconds(time: &str) -> Option<i64> {
    time.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}

fn is_owned(object: &Value, owner: &str) -> bool {
    items(object, "/metadata/ownerReferences").iter().any(|reference| text(reference, "/uid") == owner)
}

/// The template without the label that its `ReplicaSet` adds to it.
fn template(object: &Value) -> Option<Value> {
    let mut template = object.pointer("/spec/template")?.clone();
    if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
        labels.remove("pod-template-hash");
    }
    Some(template)
}

/// The text as one word, as a shell reads it.
fn word(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./+:@".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
