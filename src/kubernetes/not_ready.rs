//! Why a workload that was applied does not run. Pure.

use std::time::Duration;

use super::diagnose::Trouble;
use super::scene::Event;
use super::unanswered::Unanswered;

/// Why it was not waited for to the end. It was applied, and stays so.
#[derive(Debug, thiserror::Error)]
pub enum NotReady {
    /// It cannot run as it is.
    #[error("{deployment} does not become ready: {}", .trouble.message)]
    Stuck {
        /// Which.
        deployment: String,
        /// Why.
        trouble: Box<Trouble>,
        /// How long it was waited for.
        waited: Duration,
        /// What the cluster complained about, the latest last.
        events: Vec<Event>,
        /// The last lines that its program wrote.
        log: Vec<String>,
    },
    /// It takes too long.
    #[error("{deployment} did not become ready in {} s: it is {doing}", .waited.as_secs())]
    TimedOut {
        /// Which.
        deployment: String,
        /// How long it was waited for.
        waited: Duration,
        /// What it does.
        doing: String,
        /// The command that says more.
        advice: String,
        /// What the cluster complained about, the latest last.
        events: Vec<Event>,
        /// What it last said.
        latest: Option<Event>,
    },
    /// Somebody has deleted it.
    #[error("{deployment} was deleted while it was waited for")]
    Gone {
        /// Which.
        deployment: String,
    },
    /// This person may not look.
    #[error("{deployment} was applied, and cannot be waited for: {message}")]
    Denied {
        /// Which.
        deployment: String,
        /// What the server said.
        message: String,
    },
    /// The server does not answer any more.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
}

impl NotReady {
    /// What to type or to change.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        match self {
            Self::Stuck { trouble, .. } => Some(&trouble.advice),
            Self::TimedOut { advice, .. } => Some(advice),
            Self::Denied { .. } => Some("deploy with `--no-wait`, or ask for the right to get, list and watch pods"),
            Self::Gone { .. } | Self::Unanswered(_) => None,
        }
    }
}
