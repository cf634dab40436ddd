//! A rendered object, and the order of all of them.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{Metadata, Resource};
use serde::Serialize;
use serde_json::Value;

use crate::names::ObjectId;

/// One object as it is sent to the API server.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// How it is named to a person.
    pub id: ObjectId,
    /// What is sent.
    pub body: Value,
}

/// All objects of a workload in the order in which they are applied, and the image they run.
///
/// The type of the image says how far it can be trusted: only objects with a pinned image can be planned and applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered<Image> {
    /// The objects.
    pub objects: Vec<Object>,
    /// The image.
    pub image: Image,
}

/// What others need comes first: where things live, what limits them, who may, what is kept, what runs, how it is reached.
const ORDER: [&str; 8] = [
    "namespace",
    "resourcequota",
    "role",
    "rolebinding",
    "networkpolicy",
    "persistentvolumeclaim",
    "deployment",
    "service",
];

pub(super) fn in_order(mut objects: Vec<Object>) -> Vec<Object> {
    let rank = |object: &Object| ORDER.iter().position(|kind| *kind == object.id.kind).unwrap_or(ORDER.len());
    objects.sort_by(|left, right| (rank(left), &left.id).cmp(&(rank(right), &right.id)));
    objects
}

/// An object of Kubernetes' own types as it is sent.
pub(super) fn object<K>(kind: &'static str, typed: &K) -> Object
where
    K: Resource + Metadata<Ty = ObjectMeta> + Serialize,
{
    let metadata = typed.metadata();
    // Serialising cannot fail: the types have text for keys and finite numbers only.
    let body = serde_json::to_value(typed).unwrap_or_default();
    let id = ObjectId { kind, namespace: metadata.namespace.clone(), name: metadata.name.clone().unwrap_or_default() };
    Object { id, body }
}
