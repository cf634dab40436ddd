//! What is asked besides the objects themselves, so that the plan can say what will happen to them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Refusal;
use crate::names::{Kind, ObjectId};

/// What can be asked. All questions of one round are asked at the same time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// One object. Of a Secret or `ConfigMap`, only the metadata is read.
    Object(ObjectId),
    /// All objects of a kind, in a namespace if they live in one.
    All {
        /// Which kind.
        kind: Kind,
        /// Where.
        namespace: Option<String>,
        /// Only those with these labels, as `key=value,key=value`; empty for all.
        selector: String,
    },
    /// Whether the pod would be admitted: a rehearsal of creating it.
    Pod,
    /// What this person may do in the namespace (`SelfSubjectRulesReview`).
    Rules {
        /// Which namespace.
        namespace: String,
    },
    /// Whether this person may do one thing (`SelfSubjectAccessReview`).
    Access {
        /// The verb.
        verb: &'static str,
        /// On which kind.
        kind: Kind,
        /// The subresource, or nothing.
        subresource: &'static str,
        /// Where.
        namespace: String,
    },
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// This: an object, a list of objects as `{"items": […]}`, or the status of a review.
    Seen(Value),
    /// It does not exist.
    Absent,
    /// This person may not look: what the server said.
    Denied(String),
    /// The server refuses what was rehearsed.
    Refused(Refusal),
}

/// Answers by question.
pub type Facts = BTreeMap<Question, Look>;
