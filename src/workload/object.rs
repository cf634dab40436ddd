//! A rendered object, and the order of all of them.

use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::{Metadata, Resource};
use serde::Serialize;
use serde_json::Value;

use super::needs::Needs;
use crate::names::{Kind, ObjectId, Shown};

/// One object as it is sent to the API server.
#[derive(Clone, PartialEq)]
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
    /// The name of the workload.
    pub name: String,
    /// The objects.
    pub objects: Vec<Object>,
    /// The image.
    pub image: Image,
    /// Every object that a workload of this shape and name can have. One that is not asked for and exists is left over.
    pub possible: Vec<ObjectId>,
    /// One pod as the objects will make it: what its admission says can be asked before anything is applied.
    pub pod: Value,
    /// What others have to have made.
    pub needs: Needs,
}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Object").field("id", &self.id).field("body", &Shown(&self.body)).finish()
    }
}

impl<Image> Rendered<Image> {
    /// The same in a namespace that somebody else has made: the namespace is left alone, and so is its quota.
    #[must_use]
    pub fn in_foreign_namespace(mut self) -> Self {
        self.objects.retain(|object| !matches!(object.id.kind, Kind::Namespace | Kind::ResourceQuota));
        self
    }
}

/// What others need comes first: where things live, what limits them, who may, what is kept, what runs, how it is reached.
pub(super) fn in_order(mut objects: Vec<Object>) -> Vec<Object> {
    objects.sort_by(|left, right| left.id.cmp(&right.id));
    objects
}

/// An object of Kubernetes' own types as it is sent.
pub(super) fn object<K>(kind: Kind, typed: &K) -> Object
where
    K: Resource + Metadata<Ty = ObjectMeta> + Serialize,
{
    let metadata = typed.metadata();
    // Serialising cannot fail: the types have text for keys and finite numbers only.
    let body = serde_json::to_value(typed).unwrap_or_default();
    let id = ObjectId { kind, namespace: metadata.namespace.clone(), name: metadata.name.clone().unwrap_or_default() };
    Object { id, body }
}
