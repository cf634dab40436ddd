//! What there is of an environment and around it: what has to be known before it can be destroyed.

use serde_json::Value;

use super::{Cluster, Live};
use crate::names::{INSTANCE, Kind, MANAGED_BY, ObjectId, SINDRI};

/// Everything that was looked at for one removal.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// Where.
    pub cluster: Cluster,
    /// The name of the environment.
    pub environment: String,
    /// What Sindri made in the namespace: for this environment, and for others.
    pub made: Vec<Item>,
    /// The namespace itself.
    pub namespace: Live,
    /// The Secret with the logins for registries, which all environments of the namespace share. Only its metadata is read.
    pub secret: Live,
    /// The pods of the namespace, whoever made them; none if they may not be seen.
    pub pods: Option<Vec<Value>>,
    /// The kinds that may not be seen, and the server's word for it.
    pub unseen: Vec<(Kind, String)>,
}

/// One object as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Which.
    pub id: ObjectId,
    /// As it is.
    pub object: Value,
}

/// What is in a namespace, whatever it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Contents {
    /// Nobody asked.
    #[default]
    Unasked,
    /// This.
    Seen(Vec<Thing>),
    /// Not all of it can be seen, and why.
    Unknown(String),
}

/// Something in a namespace, of any kind that the server knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thing {
    /// The API group; empty for the core.
    pub group: String,
    /// The kind: `ConfigMap`.
    pub kind: String,
    /// The name.
    pub name: String,
    /// The identity.
    pub uid: String,
    /// The identities of what it belongs to: it goes with them.
    pub owners: Vec<String>,
}

/// Something that this account is not allowed to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    /// What: `delete`.
    pub verb: &'static str,
    /// To which object.
    pub id: ObjectId,
    /// To which part of it; empty for the object.
    pub subresource: &'static str,
}

impl Item {
    /// The environment that it was made for; none if it does not say.
    pub(super) fn environment(&self) -> Option<&str> {
        label(&self.object, INSTANCE)
    }
}

impl Thing {
    /// As it is called: `configmap/notes`.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}/{}", self.kind.to_lowercase(), self.name)
    }
}

impl Denial {
    /// As a rule of RBAC says it: `delete deployments/dev`.
    #[must_use]
    pub fn told(&self) -> String {
        let part = if self.subresource.is_empty() { String::new() } else { format!(" ({})", self.subresource) };
        format!("{} {}{part}", self.verb, self.id.short())
    }
}

/// Whether Sindri made it for this environment.
#[must_use]
pub fn is_made_for(object: &Value, environment: &str) -> bool {
    is_made_by_sindri(object) && label(object, INSTANCE) == Some(environment)
}

pub(super) fn is_made_by_sindri(object: &Value) -> bool {
    label(object, MANAGED_BY) == Some(SINDRI)
}

pub(super) fn label<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get("metadata")?.get("labels")?.get(key)?.as_str()
}
