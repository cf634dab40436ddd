//! What has to be asked so that the plan can say what will happen: only what this configuration makes necessary.

use serde_json::Value;

use super::predict::growing_class;
use super::{Live, Look, Observed, Question, Refusal, rights};
use crate::image::Pinned;
use crate::names::{self, Kind, ObjectId};
use crate::workload::Rendered;

/// The first round, asked at the same time as the objects.
#[must_use]
pub fn questions(desired: &Rendered<Pinned>, namespace: &str) -> Vec<Question> {
    let needs = &desired.needs;
    let one = |kind: Kind, name: &String| Question::Object(ObjectId::new(kind, namespace, name));
    let mut questions =
        vec![Question::Pod, Question::Rules { namespace: namespace.to_owned() }, all(Kind::Node, None, "")];
    questions.extend(needs.secrets.iter().chain(&needs.image_pull_secrets).map(|name| one(Kind::Secret, name)));
    questions.extend(needs.service_account.iter().map(|name| one(Kind::ServiceAccount, name)));
    questions.extend(needs.priority_class.iter().map(|name| one(Kind::PriorityClass, name)));
    questions.extend(needs.runtime_class.iter().map(|name| one(Kind::RuntimeClass, name)));
    match (&needs.existing_claim, &needs.storage_class) {
        (Some(claim), _) => {
            questions.push(one(Kind::PersistentVolumeClaim, claim));
            questions.push(all(Kind::Pod, Some(namespace), ""));
        }
        (None, Some(class)) => questions.push(one(Kind::StorageClass, class)),
        (None, None) => questions.push(all(Kind::StorageClass, None, "")),
    }
    // What is made with the environment need not be there before.
    questions.retain(
        |question| !matches!(question, Question::Object(id) if desired.objects.iter().any(|made| made.id == *id)),
    );
    questions.sort();
    questions.dedup();
    questions
}

/// The second round: only what the answers of the first make necessary.
#[must_use]
pub fn follow_up(desired: &Rendered<Pinned>, observed: &Observed) -> Vec<Question> {
    let namespace = namespace(desired, observed);
    let mut questions = Vec::new();
    let runs = desired
        .objects
        .iter()
        .filter(|object| object.id.kind == Kind::Deployment)
        .any(|object| matches!(live(observed, &object.id), Some(Live::Present(_))));
    let rehearsal = observed.facts.get(&Question::Pod);
    let is_refused = matches!(rehearsal, Some(Look::Refused(_) | Look::Denied(_)));
    if is_refused {
        questions.push(quotas(namespace));
    }
    if runs && (is_refused || quota_changes(desired, observed)) {
        questions.push(pods(desired, namespace));
    }
    // The class of a volume that grows says whether it can.
    if let Some(class) = growing_class(desired, observed) {
        let question = Question::Object(ObjectId::new(Kind::StorageClass, namespace, class));
        let is_listed = matches!(observed.facts.get(&all(Kind::StorageClass, None, "")), Some(Look::Seen(_)));
        if !is_listed && !observed.facts.contains_key(&question) {
            questions.push(question);
        }
    }
    questions.extend(rights::doubts(desired, observed, namespace));
    questions.sort();
    questions.dedup();
    questions.retain(|question| !observed.facts.contains_key(question));
    questions
}

/// Whether the server refused because of who asks, and not because of what is asked.
#[must_use]
pub fn is_denied(refusal: &Refusal) -> bool {
    // Authorization comes before admission. Both answer 403, and only the words tell them apart:
    // `pods is forbidden: User "alice" cannot create resource "pods" …`. What a webhook says comes after its own words.
    refusal.code == 403
        && refusal.message.split_once("forbidden: ").is_some_and(|(before, after)| {
            !before.contains("denied the request") && after.starts_with("User \"") && after.contains("\" cannot ")
        })
}

/// All objects of a kind.
pub(super) fn all(kind: Kind, namespace: Option<&str>, selector: &str) -> Question {
    Question::All { kind, namespace: namespace.map(str::to_owned), selector: selector.to_owned() }
}

/// The quotas of the namespace.
pub(super) fn quotas(namespace: &str) -> Question {
    all(Kind::ResourceQuota, Some(namespace), "")
}

/// The pods that the environment has now.
pub(super) fn pods(desired: &Rendered<Pinned>, namespace: &str) -> Question {
    let selector = format!("{}={},{}={}", names::INSTANCE, desired.name, names::MANAGED_BY, names::SINDRI);
    all(Kind::Pod, Some(namespace), &selector)
}

/// Where the objects go.
pub(super) fn namespace<'a>(desired: &'a Rendered<Pinned>, observed: &'a Observed) -> &'a str {
    desired.pod.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or(&observed.cluster.namespace)
}

pub(super) fn live<'a>(observed: &'a Observed, id: &ObjectId) -> Option<&'a Live> {
    observed.objects.get(id).map(|sighting| &sighting.live)
}

/// Whether the environment's own quota will be another one: then the server's rehearsal of the pod knew the wrong one.
fn quota_changes(desired: &Rendered<Pinned>, observed: &Observed) -> bool {
    desired.objects.iter().filter(|object| object.id.kind == Kind::ResourceQuota).any(|object| {
        match live(observed, &object.id) {
            Some(Live::Present(live)) => live.pointer("/spec/hard") != object.body.pointer("/spec/hard"),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Refusal, is_denied};

    fn refusal(code: u16, message: &str) -> Refusal {
        Refusal { code, reason: "Forbidden".to_owned(), message: message.to_owned(), causes: Vec::new() }
    }

    #[test]
    fn a_person_without_the_right_is_told_from_an_object_that_is_not_admitted() {
        for denied in [
            r#"pods is forbidden: User "alice" cannot create resource "pods" in API group "" in the namespace "p1""#,
            r#"deployments.apps "a" is forbidden: User "alice" cannot patch resource "deployments" in API group "apps" in the namespace "p1": access denied by somebody: sorry"#,
            r#"forbidden: User "alice" cannot get path "/version""#,
        ] {
            assert!(is_denied(&refusal(403, denied)), "{denied}");
        }
        for refused in [
            r#"pods "a-1" is forbidden: violates PodSecurity "restricted:latest": privileged"#,
            r#"pods "a-1" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0"#,
            r#"admission webhook "a.b" denied the request: pods is forbidden: User "alice" cannot create this"#,
            r#"roles.rbac.authorization.k8s.io "a-user" is forbidden: user "alice" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held"#,
        ] {
            assert!(!is_denied(&refusal(403, refused)), "{refused}");
        }
        assert!(!is_denied(&refusal(422, r#"pods is forbidden: User "alice" cannot create resource "pods""#)));
    }
}
