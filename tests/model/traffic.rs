//! The same requests to two servers, and what must be the same about their answers.

use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};
use sindri::workload::Object;

use super::chance::Chance;
use super::edits::{Edit, edit, objects};
use super::file::File;

/// What is asked of both servers.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Apply {
        id: ObjectId,
        body: Value,
        manager: &'static str,
        force: bool,
        rehearsal: bool,
    },
    /// Reads the object, changes it and writes it back.
    Edit {
        id: ObjectId,
        manager: &'static str,
        edit: Edit,
    },
    Patch {
        id: ObjectId,
        manager: &'static str,
        body: Value,
    },
    Scale {
        id: ObjectId,
        replicas: u64,
    },
    Delete {
        id: ObjectId,
        uid: Uid,
    },
    Create {
        id: ObjectId,
        body: Value,
    },
    List {
        kind: Kind,
        selector: String,
    },
}

/// Which object is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uid {
    Any,
    Right,
    Wrong,
}

/// The next thing that is asked.
pub(crate) fn step(chance: &mut Chance, file: &mut File, namespace: &str) -> Step {
    if chance.one_in(2) {
        file.edit(chance);
    }
    let mut objects = objects(file, namespace);
    objects.push(config_map(chance, namespace));
    let Object { id, mut body } = chance.of(&objects).clone();
    // Most of the fields are in the Deployment.
    let deployment = objects.iter().find(|object| object.id.kind == Kind::Deployment);
    if let (true, Some(deployment)) = (chance.one_in(3), deployment) {
        return changing(chance, deployment.id.clone(), deployment.body.clone());
    }
    match chance.below(16) {
        0..2 if id.kind != Kind::Namespace => Step::Delete { uid: *chance.of(&[Uid::Any, Uid::Right, Uid::Wrong]), id },
        2 => {
            let name = file_name(&objects);
            Step::Scale { id: ObjectId::new(Kind::Deployment, namespace, name), replicas: chance.number() % 3 }
        }
        3 => Step::List { kind: id.kind, selector: "instance=dev,app.kubernetes.io/managed-by=sindri".to_owned() },
        4 if id.kind == Kind::ConfigMap => {
            if chance.one_in(4) {
                body["metadata"]["resourceVersion"] = json!("1");
            }
            Step::Create { id, body }
        }
        5 => {
            if chance.one_in(2) {
                body["metadata"]["resourceVersion"] = json!("1");
            } else {
                body["metadata"]["uid"] = json!("00000000-0000-4000-8000-00000000dead");
            }
            Step::Apply { id, body, manager: "sindri", force: false, rehearsal: chance.one_in(2) }
        }
        _ => changing(chance, id, body),
    }
}

fn changing(chance: &mut Chance, id: ObjectId, mut body: Value) -> Step {
    match chance.below(10) {
        0..2 => {
            let manager: &&str = chance.of(&["kubectl-edit", "kubectl-label"]);
            Step::Edit { manager, edit: edit(chance, id.kind), id }
        }
        2 => {
            let body = json!({"metadata": {"labels": {"team": chance.of(&["red", "green"])}}});
            Step::Patch { id, manager: "kubectl-label", body }
        }
        3..5 => {
            edit(chance, id.kind).make(&mut body);
            Step::Apply { id, body, manager: "other", force: chance.one_in(2), rehearsal: chance.one_in(4) }
        }
        _ => Step::Apply { id, body, manager: "sindri", force: chance.one_in(3), rehearsal: chance.one_in(3) },
    }
}

fn file_name(objects: &[Object]) -> String {
    objects
        .iter()
        .find(|object| object.id.kind == Kind::Deployment)
        .map(|object| object.id.name.clone())
        .unwrap_or_default()
}

fn config_map(chance: &mut Chance, namespace: &str) -> Object {
    let id = ObjectId::new(Kind::ConfigMap, namespace, "settings");
    let mut data = serde_json::Map::new();
    for key in ["a", "b", "c"] {
        if chance.one_in(2) {
            data.insert(key.to_owned(), json!(chance.of(&["1", "2"])));
        }
    }
    let metadata = json!({"name": id.name, "namespace": namespace, "labels": {"instance": "dev"}});
    Object { body: json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}), id }
}

/// What must be the same: everything but identities, times, addresses, and what controllers write at their own pace.
pub(crate) fn comparable(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(items) = body["items"].as_array_mut() {
        for item in items {
            *item = comparable(item);
        }
        body["metadata"] = Value::Null;
        return body;
    }
    if body["kind"] == "Status" {
        return status(&body);
    }
    let text = body.to_string();
    if let Some(metadata) = body["metadata"].as_object_mut() {
        for key in ["uid", "resourceVersion", "creationTimestamp", "selfLink"] {
            metadata.remove(key);
        }
    }
    if let Some(annotations) = body["metadata"]["annotations"].as_object_mut() {
        annotations.remove("deployment.kubernetes.io/revision");
    }
    if let Some(object) = body.as_object_mut() {
        object.remove("status");
    }
    if text.contains("clusterIP")
        && let Some(spec) = body["spec"].as_object_mut()
    {
        spec.remove("clusterIP");
        spec.remove("clusterIPs");
    }
    owners(&mut body["metadata"]["managedFields"]);
    body
}

fn owners(owners: &mut Value) {
    let Some(entries) = owners.as_array() else { return };
    // What the cluster itself writes comes when it has time for it; the API server counts quotas.
    let is_of_people = |entry: &&Value| {
        let is_count = entry["manager"] == "kube-apiserver" && entry["subresource"] == "status";
        !is_count && entry["manager"] != "kube-controller-manager"
    };
    let entries = entries.iter().filter(is_of_people).map(|entry| {
        let text = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let who = ["operation", "manager", "subresource", "apiVersion", "fieldsType"].map(text).join(" ");
        (who, entry["fieldsV1"].clone())
    });
    *owners = Value::Object(entries.collect());
}

fn status(body: &Value) -> Value {
    let mut causes: Vec<String> = body["details"]["causes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|cause| {
            // A value is shown in the words of the server's language.
            let message = cause["message"].as_str().and_then(|text| text.lines().next()).unwrap_or_default();
            let end = message.rsplit(": ").next().unwrap_or_default();
            // In the words of newer servers.
            let end = if end == "cannot change roleRef" { "field is immutable" } else { end };
            format!("{} {} {end}", cause["reason"], cause["field"])
        })
        .collect();
    causes.sort();
    // Older servers say some of them twice.
    causes.dedup();
    // The order of several causes is nobody's promise, and identities differ.
    let text = body["message"].as_str().unwrap_or_default();
    let first: String = text.split(": ").next().unwrap_or_default().to_owned();
    json!({"code": body["code"], "reason": body["reason"], "message": first, "causes": causes})
}
