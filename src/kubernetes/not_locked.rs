//! Why an environment could not be locked, and how a lock is lost.

use super::lease::Held;
use super::unanswered::Unanswered;
use crate::plan::Refusal;

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum NotLocked {
    /// Somebody else is at it, and it took too long.
    #[error(
        "environment {environment} in namespace {namespace} is being changed: its lock is {held}, waited {seconds} s"
    )]
    Held {
        /// The environment.
        environment: String,
        /// Its namespace.
        namespace: String,
        /// Who, and since when.
        held: Held,
        /// How long it was waited for.
        seconds: u64,
    },
    /// This person may not do what a lock takes.
    #[error("cannot lock environment {environment}: you may not {} leases in namespace {namespace}", verbs.join(", "))]
    Forbidden {
        /// The environment.
        environment: String,
        /// Its namespace.
        namespace: String,
        /// What is missing.
        verbs: Vec<&'static str>,
    },
    /// There is no such namespace.
    #[error("cannot lock environment {environment}: there is no namespace {namespace}")]
    NamespaceAbsent {
        /// The environment.
        environment: String,
        /// The namespace.
        namespace: String,
    },
    /// The namespace is being deleted.
    #[error("cannot lock environment {environment}: the namespace {namespace} is being deleted")]
    NamespaceTerminating {
        /// The environment.
        environment: String,
        /// The namespace.
        namespace: String,
    },
    /// The server refuses it for another reason.
    #[error("cannot lock environment {environment} in namespace {namespace}: the server answers {}: {}", refusal.code, refusal.message)]
    Refused {
        /// The environment.
        environment: String,
        /// Its namespace.
        namespace: String,
        /// What it says.
        refusal: Refusal,
    },
    /// There is no answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
}

impl NotLocked {
    /// What to type; nothing if that depends on the cause.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Held { environment, namespace, .. } => Some(format!(
                "wait longer with `--timeout 10m`, or see whether it is still at work: \
                 `kubectl -n {namespace} get lease sindri-{environment}`; the lock of a dead one ends by itself"
            )),
            Self::Forbidden { namespace, .. } => Some(format!(
                "whoever may do so gives you the rights with `kubectl -n {namespace} create role sindri-lock \
                 --verb=get,create,update,delete --resource=leases.coordination.k8s.io` and a role binding"
            )),
            Self::NamespaceAbsent { namespace, .. } => Some(format!("make it: `kubectl create namespace {namespace}`")),
            Self::NamespaceTerminating { namespace, .. } => {
                Some(format!("wait until it is gone: `kubectl wait --for=delete namespace/{namespace} --timeout=5m`"))
            }
            Self::Refused { .. } | Self::Unanswered(_) => None,
        }
    }
}

/// How a lock was lost while it was needed. What was going on was ended in the middle.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// Another one has it.
    #[error("the lock of environment {environment} was lost: it is {held}")]
    Taken {
        /// The environment.
        environment: String,
        /// Who.
        held: Held,
    },
    /// Somebody has deleted it.
    #[error("the lock of environment {environment} was lost: somebody deleted its lease")]
    Deleted {
        /// The environment.
        environment: String,
    },
    /// The server refuses to renew or delete it.
    #[error("the lock of environment {environment} cannot be kept: the server answers {}: {}", refusal.code, refusal.message)]
    Refused {
        /// The environment.
        environment: String,
        /// What it says.
        refusal: Refusal,
    },
    /// There is no answer.
    #[error("the lock of environment {environment} cannot be kept")]
    Unanswered {
        /// The environment.
        environment: String,
        /// Why.
        source: Unanswered,
    },
}

impl Lost {
    /// What to type.
    #[must_use]
    pub fn hint(&self) -> String {
        "see what is left to do with `sindri plan`".to_owned()
    }
}
