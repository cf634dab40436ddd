//! What a cluster answered.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Cluster, Facts};
use crate::names::{Kind, ObjectId, Shown};

/// Everything that was looked at for one plan.
#[derive(Clone, Debug)]
pub struct Observed {
    /// Where.
    pub cluster: Cluster,
    /// What is there, and what the server would make of it. Every possible object of the workload is here.
    pub objects: BTreeMap<ObjectId, Sighting>,
    /// What else was asked, to predict what will happen.
    pub facts: Facts,
}

/// One object: as it is, and as it would be.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// As it is.
    pub live: Live,
    /// What the server says to what would be applied; none if nothing would be.
    pub verdict: Option<Verdict>,
}

/// An object as it is. Only "not found" is absence.
#[derive(Clone, PartialEq)]
pub enum Live {
    /// There is none.
    Absent,
    /// This one.
    Present(Value),
    /// It may not be read: what the server said.
    Denied(String),
}

/// The server's answer to the rehearsal of an apply.
#[derive(Clone, PartialEq)]
pub enum Verdict {
    /// It would become this.
    Accepted(Value),
    /// Others own fields that would change.
    Conflict {
        /// Which, and who.
        conflicts: Vec<Conflict>,
        /// What it would become if their fields were taken; none if that is refused too.
        forced: Option<Value>,
    },
    /// The server refuses it.
    Refused(Refusal),
    /// The person may not apply it: what the server said.
    Denied(String),
    /// The namespace does not exist: nothing in it can be rehearsed.
    NamespaceAbsent,
}

/// A field that somebody else owns and the configuration wants to be different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// The field, as the server writes it: `.spec.template.spec.containers[name="sindri"].image`.
    pub field: String,
    /// The field manager: `kubectl-edit`.
    pub manager: String,
}

/// Why the server does not accept an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub code: u16,
    /// Kubernetes' word for it: `Invalid`, `Forbidden`.
    pub reason: String,
    /// Its message.
    pub message: String,
    /// Field and message of each single cause.
    pub causes: Vec<(String, String)>,
}

impl Refusal {
    /// Whether the object has to be made anew: a Deployment's selector cannot be changed.
    #[must_use]
    pub fn needs_replacement(&self, kind: Kind) -> bool {
        let is_immutable =
            |(field, message): &(String, String)| field == "spec.selector" && message.contains("immutable");
        kind == Kind::Deployment && self.code == 422 && self.causes.iter().any(is_immutable)
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => formatter.write_str("Absent"),
            Self::Present(object) => formatter.debug_tuple("Present").field(&Shown(object)).finish(),
            Self::Denied(message) => formatter.debug_tuple("Denied").field(message).finish(),
        }
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(object) => formatter.debug_tuple("Accepted").field(&Shown(object)).finish(),
            Self::Conflict { conflicts, forced } => {
                let forced = forced.as_ref().map(Shown);
                formatter.debug_struct("Conflict").field("conflicts", conflicts).field("forced", &forced).finish()
            }
            Self::Refused(refusal) => formatter.debug_tuple("Refused").field(refusal).finish(),
            Self::Denied(message) => formatter.debug_tuple("Denied").field(message).finish(),
            Self::NamespaceAbsent => formatter.write_str("NamespaceAbsent"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;
    use crate::names::Kind;

    #[test]
    fn only_another_selector_makes_a_deployment_anew_and_nothing_a_volume() {
        let refusal = |code, field: &str| Refusal {
            code,
            reason: "Invalid".to_owned(),
            message: String::new(),
            causes: vec![(field.to_owned(), "Invalid value: {}: field is immutable".to_owned())],
        };
        assert!(refusal(422, "spec.selector").needs_replacement(Kind::Deployment));
        assert!(!refusal(422, "spec.template").needs_replacement(Kind::Deployment));
        assert!(!refusal(403, "spec.selector").needs_replacement(Kind::Deployment));
        for field in ["spec", "spec.selector", "spec.storageClassName"] {
            assert!(!refusal(422, field).needs_replacement(Kind::PersistentVolumeClaim), "{field}");
        }
    }
}
