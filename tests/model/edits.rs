//! What people change by hand, and what the file asks for.

use serde_json::{Value, json};
use sindri::config::{self, name::Namespace};
use sindri::image;
use sindri::names::Kind;
use sindri::workload::{Object, Placement, render};

use super::chance::Chance;
use super::file::File;

/// One change to an object.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) pointer: String,
    pub(crate) value: Value,
}

impl Edit {
    /// Sets the value where the pointer leads; nothing removes what is there.
    pub(crate) fn make(&self, object: &mut Value) {
        let Some((parent, key)) = self.pointer.rsplit_once('/') else { return };
        let key = key.replace("~1", "/");
        let Some(parent) = at(object, parent) else { return };
        match (parent, key.parse::<usize>()) {
            (Value::Array(items), Ok(place)) if place < items.len() => items[place] = self.value.clone(),
            (Value::Array(items), _) => {
                items.retain(|item| item["name"] != self.value["name"]);
                items.push(self.value.clone());
            }
            (Value::Object(map), _) if self.value.is_null() => {
                map.remove(&key);
            }
            (parent @ (Value::Object(_) | Value::Null), _) => parent[key.as_str()] = self.value.clone(),
            _ => {}
        }
    }
}

/// The place, made if its parents are maps.
fn at<'value>(object: &'value mut Value, pointer: &str) -> Option<&'value mut Value> {
    pointer.split('/').skip(1).try_fold(object, |value, step| match (value, step.parse::<usize>()) {
        (Value::Array(items), Ok(place)) => items.get_mut(place),
        (value @ (Value::Object(_) | Value::Null), _) => Some(&mut value[step]),
        _ => None,
    })
}

/// What people change in a cluster by hand.
pub(crate) fn edit(chance: &mut Chance, kind: Kind) -> Edit {
    let container = "/spec/template/spec/containers/0";
    let anywhere = [
        ("/metadata/labels/team", json!("blue")),
        ("/metadata/labels/team", json!(null)),
        ("/metadata/labels/app.kubernetes.io~1component", json!("other")),
        ("/metadata/labels/app.kubernetes.io~1name", json!(null)),
        ("/metadata/annotations/note", json!("by hand")),
        ("/metadata/annotations/note", json!("by another hand")),
        ("/metadata/annotations/sindri.dev~1config-hash", json!("other")),
    ];
    let (pointer, value) = match (kind, chance.below(12)) {
        (_, 0..3) => chance.of(&anywhere).clone(),
        (Kind::Deployment, 3) => ("/spec/replicas", json!(chance.below(3))),
        (Kind::Deployment, 4) => {
            ("/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt", json!("now"))
        }
        (Kind::Deployment, 5) => ("/spec/revisionHistoryLimit", json!(3)),
        (Kind::Deployment, 6) => ("/spec/template/spec/nodeSelector/disk", json!("ssd")),
        (Kind::Deployment, _) => {
            let below = [
                ("/image", json!("example.com/other:1")),
                ("/env/0", json!({"name": "HOME", "value": "/elsewhere"})),
                ("/env/x", json!({"name": "ADDED", "value": "by hand"})),
                ("/env/x", json!({"name": "EDITOR", "value": "emacs"})),
                ("/resources/limits/memory", json!("3Gi")),
                ("/resources/limits/memory", json!(null)),
                ("/resources/limits/ephemeral-storage", json!("1Gi")),
                ("/ports/x", json!({"containerPort": 7777, "name": "seven", "protocol": "TCP"})),
                ("/command", json!(["sleep", "1"])),
                ("/securityContext/readOnlyRootFilesystem", json!(true)),
                ("/volumeMounts/0/readOnly", json!(true)),
                ("/imagePullPolicy", json!("Always")),
            ];
            let (pointer, value) = chance.of(&below).clone();
            return Edit { pointer: format!("{container}{pointer}"), value };
        }
        (Kind::Service, 3..8) => ("/spec/ports/x", json!({"name": "seven", "port": 7777, "protocol": "TCP"})),
        (Kind::Service, _) => ("/spec/selector/extra", json!("x")),
        (Kind::PersistentVolumeClaim, _) => {
            ("/spec/resources/requests/storage", chance.of(&[json!("7Gi"), json!("512Mi")]).clone())
        }
        (Kind::NetworkPolicy, _) => ("/spec/policyTypes", json!(["Egress"])),
        (Kind::Role, _) => ("/rules", json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}])),
        (Kind::RoleBinding, 3) => ("/roleRef/name", json!("other")),
        (Kind::RoleBinding, _) => {
            ("/subjects", json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "mallory"}]))
        }
        (Kind::ResourceQuota, _) => ("/spec/hard/count~1pods", json!("99")),
        _ => chance.of(&anywhere).clone(),
    };
    Edit { pointer: pointer.to_owned(), value }
}

/// What the file asks for.
pub(crate) fn objects(file: &File, namespace: &str) -> Vec<Object> {
    let spec = config::load(file.to_string().as_bytes()).unwrap_or_else(|problems| panic!("{file}\n{problems:?}"));
    let image = image::pin(&spec).unwrap_or_else(|problem| panic!("{file}\n{problem:?}"));
    let namespace = Namespace::parse(namespace).unwrap_or_else(|problem| panic!("{namespace}: {problem:?}"));
    render(&spec, image, &Placement { namespace: Some(namespace), owns_namespace: true }).objects
}
