//! What an environment was: the revisions that the cluster keeps of its Deployment, each with what Sindri noted beside it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::names::fields::text;
use crate::names::{APPLIED_AT, APPLIED_BY, CONFIG_HASH, CONTAINER, IMAGE, IMAGE_SIGNER, IMAGE_SOURCE, IMAGE_TAG};

/// The annotation in which a Deployment's controller counts.
const REVISION: &str = "deployment.kubernetes.io/revision";
/// What is in a template and says nothing of what runs: which set it is of, and when somebody asked for a new pod.
const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";
const HASH: &str = "pod-template-hash";

/// What the environment was once, or is now.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its number: each change of what runs has another one.
    pub number: i64,
    /// The `ReplicaSet` that keeps it.
    pub set: String,
    /// Whether it is what the Deployment says now.
    pub is_current: bool,
    /// The image that it runs.
    pub image: String,
    /// What it makes pods from, without what the cluster adds.
    pub template: Value,
    /// What Sindri noted beside it.
    pub notes: BTreeMap<String, String>,
    /// When it became what runs, as RFC 3339.
    pub at: String,
}

impl Revision {
    /// The repository and the tag that the image was found by.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.note(IMAGE_TAG)
    }

    /// Whoever has signed the image, where somebody had to.
    #[must_use]
    pub fn signer(&self) -> Option<&str> {
        self.note(IMAGE_SIGNER)
    }

    /// The repository and the commit that the image was built from.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.note(IMAGE_SOURCE)
    }

    /// Who deployed it.
    #[must_use]
    pub fn by(&self) -> Option<&str> {
        self.note(APPLIED_BY)
    }

    /// The fingerprint of the configuration.
    #[must_use]
    pub fn config_hash(&self) -> Option<&str> {
        self.note(CONFIG_HASH)
    }

    /// What was noted, if it is about this image: whoever changes the image by other means does not change the notes.
    fn note(&self, key: &str) -> Option<&str> {
        self.notes.get(IMAGE).filter(|noted| **noted == self.image)?;
        self.notes.get(key).map(String::as_str).filter(|note| !note.is_empty())
    }
}

/// The revisions of a Deployment from its `ReplicaSets`, the latest first.
#[must_use]
pub fn revisions(deployment: &Value, sets: &[Value]) -> Vec<Revision> {
    let uid = text(deployment, "/metadata/uid");
    let is_owned = |set: &&Value| {
        let owners = set.pointer("/metadata/ownerReferences").and_then(Value::as_array).into_iter().flatten();
        owners.filter_map(|owner| owner.get("uid")).any(|owner| owner == uid)
    };
    let now = template(deployment);
    let mut revisions: Vec<Revision> =
        sets.iter().filter(is_owned).filter_map(|set| revision(deployment, &now, set)).collect();
    revisions.sort_by_key(|revision| std::cmp::Reverse(revision.number));
    // The number lags behind what the Deployment says: of several that say the same, the latest is meant.
    let mut is_found = false;
    for revision in &mut revisions {
        revision.is_current &= !is_found;
        is_found |= revision.is_current;
    }
    revisions
}

/// The revision that a rollback goes to, unless one is named: the latest before the present one that is another one. A
/// restart changes nothing in what runs. What is not a revision yet comes after all of them.
#[must_use]
pub fn previous(revisions: &[Revision]) -> Option<&Revision> {
    let current = revisions.iter().find(|revision| revision.is_current);
    let is_another = |revision: &&Revision| {
        current.is_none_or(|current| revision.number < current.number && revision.template != current.template)
    };
    revisions.iter().filter(is_another).max_by_key(|revision| revision.number)
}

fn revision(deployment: &Value, now: &Value, set: &Value) -> Option<Revision> {
    let annotations = |object: &Value| -> BTreeMap<String, String> {
        let annotations = object.pointer("/metadata/annotations").and_then(Value::as_object);
        let texts = annotations.into_iter().flatten();
        texts.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    };
    let own = annotations(set);
    let number = own.get(REVISION)?.parse().ok()?;
    let is_current = is_same(deployment, set);
    // The controller copies them with a delay, and never takes one away.
    let notes = if is_current { annotations(deployment) } else { own };
    let notes: BTreeMap<String, String> = notes.into_iter().filter(|(key, _)| key.starts_with("sindri.dev/")).collect();
    let template = if is_current { now.clone() } else { template(set) };
    let created = text(set, "/metadata/creationTimestamp").to_owned();
    // A set that is used again is older than that.
    let applied = notes.get(APPLIED_AT).cloned().unwrap_or_default();
    Some(Revision {
        number,
        set: text(set, "/metadata/name").to_owned(),
        is_current,
        image: image(&template).to_owned(),
        at: created.max(applied),
        template,
        notes,
    })
}

/// Whether a set has the template of the Deployment, down to the last restart.
fn is_same(deployment: &Value, set: &Value) -> bool {
    let whole = |object: &Value| {
        let mut template = object.pointer("/spec/template").cloned().unwrap_or_default();
        remove(&mut template, "/metadata/labels", HASH);
        template
    };
    whole(deployment) == whole(set)
}

/// The template without what the cluster adds to it.
fn template(object: &Value) -> Value {
    let mut template = object.pointer("/spec/template").cloned().unwrap_or_default();
    remove(&mut template, "/metadata/labels", HASH);
    remove(&mut template, "/metadata/annotations", RESTARTED);
    remove(&mut template, "/metadata", "creationTimestamp");
    // A second copy of the account's name, which the server keeps by itself.
    remove(&mut template, "/spec", "serviceAccount");
    template
}

fn remove(value: &mut Value, place: &str, key: &str) {
    if let Some(map) = value.pointer_mut(place).and_then(Value::as_object_mut) {
        map.remove(key);
    }
}

fn image(template: &Value) -> &str {
    let containers = template.pointer("/spec/containers").and_then(Value::as_array).into_iter().flatten();
    let own = containers.filter(|container| container.get("name").is_some_and(|name| name == CONTAINER));
    own.map(|container| text(container, "/image")).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{previous, revisions};

    fn template(image: &str, restarted: Option<&str>) -> Value {
        json!({
            "metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": restarted}, "labels": {}},
            "spec": {"containers": [{"name": "sindri", "image": image}]},
        })
    }

    fn set(number: i64, image: &str, noted: &str, restarted: Option<&str>) -> Value {
        let mut set = json!({
            "metadata": {
                "name": format!("dev-{number}"),
                "ownerReferences": [{"uid": "u"}],
                "creationTimestamp": format!("2026-01-0{number}T00:00:00Z"),
                "annotations": {
                    "deployment.kubernetes.io/revision": number.to_string(),
                    "sindri.dev/image": noted,
                    "sindri.dev/image-signer": "somebody",
                    "sindri.dev/applied-at": "2026-01-01T00:00:01Z",
                },
            },
            "spec": {"template": template(image, restarted)},
        });
        set["spec"]["template"]["metadata"]["labels"]["pod-template-hash"] = json!("x");
        set
    }

    fn deployment(image: &str, restarted: Option<&str>) -> Value {
        json!({"metadata": {"uid": "u", "annotations": {}}, "spec": {"template": template(image, restarted)}})
    }

    #[test]
    fn a_restart_is_a_revision_and_nothing_to_go_back_from() {
        let sets = [set(1, "a", "a", None), set(3, "b", "b", Some("now")), set(2, "b", "b", None)];
        let revisions = revisions(&deployment("b", Some("now")), &sets);
        let told: Vec<_> = revisions.iter().map(|revision| (revision.number, revision.is_current)).collect();
        assert_eq!(told, [(3, true), (2, false), (1, false)]);
        assert_eq!(previous(&revisions).map(|revision| revision.number), Some(1));
    }

    #[test]
    fn what_is_no_revision_yet_comes_after_all_of_them() {
        let sets = [set(1, "a", "a", None), set(2, "b", "b", None)];
        let revisions = revisions(&deployment("c", None), &sets);
        assert!(revisions.iter().all(|revision| !revision.is_current));
        assert_eq!(previous(&revisions).map(|revision| revision.number), Some(2));
    }

    #[test]
    fn what_is_noted_of_another_image_is_not_believed() {
        let sets = [set(1, "a", "a", None), set(2, "by-hand", "a", None)];
        let revisions = revisions(&deployment("c", None), &sets);
        let signers: Vec<_> = revisions.iter().map(super::Revision::signer).collect();
        assert_eq!(signers, [None, Some("somebody")]);
        assert_eq!(revisions.iter().map(|revision| revision.at.as_str()).min(), Some("2026-01-01T00:00:01Z"));
    }

    #[test]
    fn sets_of_another_deployment_are_no_history_of_this_one() {
        let mut foreign = set(1, "a", "a", None);
        foreign["metadata"]["ownerReferences"] = json!([{"uid": "another"}]);
        assert_eq!(revisions(&deployment("a", None), &[foreign]), []);
    }
}
