//! The plan itself.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Basis, Cluster, Conflict, Finding, Loading};
use crate::image::trust::Signed;
use crate::names::{ObjectId, Shown};

/// What deploy will do, completely. Apply consumes it; nothing else can be applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Where.
    pub cluster: Cluster,
    /// The name of the environment.
    pub environment: String,
    /// The image that will run, by digest.
    pub image: String,
    /// The repository and the tag that the image was found by; nothing if a digest was written.
    pub tag: Option<String>,
    /// The image that the same tag meant at the last deploy, if it meant another one.
    pub tag_before: Option<String>,
    /// Who vouches for the image, where somebody has to.
    pub signed: Signed,
    /// The nodes that the image is brought to; nothing if it is in a registry.
    pub loading: Option<Loading>,
    /// The fingerprint of the configuration.
    pub config_hash: String,
    /// Every object, in the order in which they are applied; deletions last, in the opposite order.
    pub changes: Vec<Change>,
    /// What others have changed since the last deploy.
    pub drift: Vec<Drift>,
    /// What is foreseen; the worst first.
    pub findings: Vec<Finding>,
    /// Whether the environment is stopped, and stays so.
    pub stopped: bool,
    /// Whether the environment runs, as the configuration wants it, already.
    pub ready: bool,
    /// Whether fields of other managers are taken.
    pub force: bool,
    /// Made in this room only: what is applied was computed, and shown or saved.
    pub(super) seal: Seal,
}

/// What makes a plan a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seal(pub(super) ());

/// One object of a plan.
#[derive(Clone, PartialEq)]
pub struct Change {
    /// Which object.
    pub id: ObjectId,
    /// What is done with it.
    pub action: Action,
    /// What was seen when the plan was made: what must still be true when it is applied.
    pub basis: Basis,
    /// What is sent; nothing for a deletion.
    pub body: Option<Value>,
    /// As it is, without what the server owns. Values of Secrets are replaced by marks.
    pub before: Option<Value>,
    /// As it will be, likewise.
    pub after: Option<Value>,
    /// The fields that differ.
    pub fields: Vec<Field>,
    /// Whether the server has rehearsed it. If not, the difference was computed here.
    pub validated: bool,
    /// Fields of others that would be taken.
    pub conflicts: Vec<Conflict>,
    /// What else should be known: what a change of an immutable field costs, whether a volume can grow.
    pub notes: Vec<String>,
}

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing.
    Keep,
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is deleted and made again.
    Replace,
    /// It is deleted.
    Delete,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Which one, as a person reads it: `spec.template.spec.containers[sindri].resources.limits.memory`.
    pub path: String,
    /// What it is; nothing if it is added.
    pub before: Option<Value>,
    /// What it will be; nothing if it is removed.
    pub after: Option<Value>,
}

/// A field that somebody else has changed since the last deploy.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Which object.
    pub id: ObjectId,
    /// Which field, as a person reads it.
    pub path: String,
    /// What it is now; nothing if it was removed.
    pub live: Option<Value>,
    /// What the configuration says; nothing if it says nothing of it.
    pub wanted: Option<Value>,
    /// Who changed it, as far as the server knows: the field manager.
    pub manager: Option<String>,
    /// When, as the server wrote it.
    pub time: Option<String>,
    /// What deploy does to it.
    pub fate: Fate,
}

/// What deploy does to a field that drifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It is set back.
    Restored,
    /// It stays: the configuration says nothing of it.
    Kept,
    /// Another manager owns it: deploy refuses unless it is forced.
    Contested,
}

impl Plan {
    /// Whether deploy has anything to do.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action != Action::Keep)
    }

    /// Whether another plan does the same, whatever the objects' versions were.
    #[must_use]
    pub fn has_same_effect(&self, other: &Self) -> bool {
        self.changes.len() == other.changes.len()
            && self.changes.iter().zip(&other.changes).all(|(own, others)| {
                (&own.id, own.action, &own.body, &own.fields)
                    == (&others.id, others.action, &others.body, &others.fields)
            })
    }

    /// What deploy would be refused for.
    pub fn obstacles(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == super::Severity::Blocks)
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Change")
            .field("id", &self.id)
            .field("action", &self.action)
            .field("basis", &self.basis)
            .field("body", &self.body.as_ref().map(Shown))
            .field("before", &self.before.as_ref().map(Shown))
            .field("after", &self.after.as_ref().map(Shown))
            .field("fields", &self.fields)
            .field("validated", &self.validated)
            .field("conflicts", &self.conflicts)
            .field("notes", &self.notes)
            .finish()
    }
}
