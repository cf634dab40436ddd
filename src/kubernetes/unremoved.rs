//! Why an environment was not removed, or not to its end. Pure.

use super::apply::Moved;
use super::observe::Unobserved;
use super::scale::Unscaled;
use super::unanswered::Unanswered;
use crate::names::ObjectId;
use crate::plan::Refusal;

/// Why it ended before everything was gone.
#[derive(Debug, thiserror::Error)]
pub enum Unremoved {
    /// Something is not as it was shown.
    #[error("the cluster has moved since it was shown: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Moved(Vec<Moved>),
    /// The server does not do it.
    #[error("cannot delete {id}: {}", .refusal.message)]
    Refused {
        /// Which object.
        id: ObjectId,
        /// Why not.
        refusal: Refusal,
    },
    /// What runs does not end.
    #[error("{deployment} does not stop: {message}")]
    Running {
        /// Which.
        deployment: String,
        /// What it does instead.
        message: String,
        /// What to type.
        advice: Option<String>,
    },
    /// Something is being deleted and does not go.
    #[error("after {seconds} s these are being deleted and not gone yet: {}", .held.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Held {
        /// What, and what holds it.
        held: Vec<Held>,
        /// How long it was waited for.
        seconds: u64,
    },
    /// It cannot be stopped.
    #[error(transparent)]
    Unscaled(#[from] Unscaled),
    /// The server does not answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// The cluster cannot be looked at.
    #[error(transparent)]
    Unobserved(#[from] Unobserved),
    /// The person wanted it to stop.
    #[error("interrupted")]
    Interrupted,
}

/// An object that does not go, and what holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub id: ObjectId,
    /// What holds it, each in a few words: `the finalizer example.com/keep`, `pod/x uses it`.
    pub by: Vec<String>,
}

impl std::fmt::Display for Held {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.id.short())?;
        if self.by.is_empty() { Ok(()) } else { write!(formatter, " (held by {})", self.by.join(", ")) }
    }
}
