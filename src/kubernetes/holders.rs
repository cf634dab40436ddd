//! What keeps an object that is being deleted from going.

use serde_json::Value;

use super::inventory::all;
use super::scene::{is_ending, items, name, text};
use super::session::Session;
use super::wait::Subject;
use crate::names::{Kind, ObjectId};

/// The finalizer that stands for the pods that use a claim, and the one that stands for what belongs to an object.
const USED: &str = "kubernetes.io/pvc-protection";
const DEPENDENTS: &str = "foregroundDeletion";

/// What holds it, each in a few words. What cannot be found out is left out.
pub(super) async fn holders(session: &Session, subject: &Subject, id: &ObjectId, object: &Value) -> Vec<String> {
    if id.kind == Kind::Namespace {
        return conditions(object);
    }
    let mut holders = Vec::new();
    for finalizer in items(object, "/metadata/finalizers").iter().filter_map(Value::as_str) {
        let found = match finalizer {
            USED => users(session, subject, &id.name).await,
            DEPENDENTS => dependents(session, subject).await,
            _ => Vec::new(),
        };
        if found.is_empty() {
            holders.push(format!("the finalizer {finalizer}"));
        } else {
            holders.extend(found);
        }
    }
    holders
}

/// What the server says of a namespace that does not go.
fn conditions(namespace: &Value) -> Vec<String> {
    let conditions = items(namespace, "/status/conditions").iter();
    let holding = conditions.filter(|condition| text(condition, "/status") == "True");
    holding.map(|condition| text(condition, "/message").to_owned()).collect()
}

/// The pods that use a claim.
async fn users(session: &Session, subject: &Subject, claim: &str) -> Vec<String> {
    let pods = listed(session, Kind::Pod, &subject.namespace, "").await;
    let uses = |pod: &&Value| {
        let volumes = items(pod, "/spec/volumes").iter();
        let mut claims = volumes.map(|volume| text(volume, "/persistentVolumeClaim/claimName"));
        claims.any(|name| name == claim) && !matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
    };
    pods.iter().filter(uses).map(|pod| format!("pod/{}, which uses it", name(pod))).collect()
}

/// What belongs to the environment and is not gone, with what holds that.
async fn dependents(session: &Session, subject: &Subject) -> Vec<String> {
    let mut found = Vec::new();
    for kind in [Kind::Pod, Kind::ReplicaSet] {
        for object in listed(session, kind, &subject.namespace, &subject.selector).await {
            let others = items(&object, "/metadata/finalizers").iter().filter_map(Value::as_str);
            let others: Vec<&str> = others.filter(|finalizer| *finalizer != DEPENDENTS).collect();
            let why = match others.as_slice() {
                [] if is_ending(&object) && kind == Kind::Pod => ", which is ending".to_owned(),
                [] => String::new(),
                _ => format!(" with the finalizer {}", others.join(", ")),
            };
            found.push(format!("{}/{}{why}", kind, name(&object)));
        }
    }
    found
}

async fn listed(session: &Session, kind: Kind, namespace: &str, selector: &str) -> Vec<Value> {
    all(session, kind, namespace, selector).await.ok().and_then(Result::ok).unwrap_or_default()
}
