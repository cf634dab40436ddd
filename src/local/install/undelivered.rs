//! Why a file has not come. Pure.

use std::time::Duration;

use crate::web::retry::Passing;
use crate::web::{Detour, Distrust, Unconnected, Unreached};

/// What stands in the way of a download.
#[derive(Debug, thiserror::Error)]
pub enum Undelivered {
    /// It is not there.
    #[error("{host} does not have it")]
    Absent {
        /// Who was asked.
        host: String,
    },
    /// The server says that it cannot answer now.
    #[error("{host} answers {status}")]
    Busy {
        /// Who was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// When to come back, if it said so.
        wait: Option<Duration>,
    },
    /// It answers something else.
    #[error("{host} answers {status}")]
    Refused {
        /// Who was asked.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// There is no connection.
    #[error(transparent)]
    Unconnected(#[from] Unconnected),
    /// No TLS can be spoken here.
    #[error("TLS cannot be set up")]
    NoTls {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Nothing came for too long.
    #[error("{host} sent nothing for {} s", limit.as_secs())]
    Silent {
        /// Who was asked.
        host: String,
        /// How long it had.
        limit: Duration,
    },
    /// The answer ended before its end.
    #[error("the answer of {host} breaks off")]
    Cut {
        /// Who was asked.
        host: String,
    },
    /// No program is that large.
    #[error("it is larger than {} MiB", limit >> 20)]
    TooLarge {
        /// The most that is taken.
        limit: u64,
    },
    /// It points somewhere else, where nobody should go.
    #[error("{from} points to {to}, and {why}")]
    Elsewhere {
        /// Who points.
        from: String,
        /// Where.
        to: String,
        /// Why nobody goes there.
        why: Detour,
    },
    /// It cannot be asked for.
    #[error("it cannot be asked for")]
    Unclear {
        /// Why.
        source: http::Error,
    },
}

impl Undelivered {
    /// Whether asking again may help.
    pub(super) fn passing(&self) -> Option<Passing> {
        match self {
            Self::Busy { .. } => Some(Passing::Busy),
            Self::Cut { .. } | Self::Unconnected(Unconnected::Unreachable { reason: Unreached::Broken, .. }) => {
                Some(Passing::Broken)
            }
            Self::Silent { .. } | Self::Unconnected(Unconnected::Unreachable { reason: Unreached::Silent, .. }) => {
                Some(Passing::Unreached)
            }
            _ => None,
        }
    }

    /// What to do.
    pub(super) fn hint(&self, address: &str) -> String {
        match self {
            Self::Absent { .. } | Self::Refused { status: 400..=499, .. } => format!(
                "is there such a version, and does the mirror have it? `curl -sSIL {address}`; \
                 a mirror is laid out as https://github.com is"
            ),
            Self::Unconnected(Unconnected::Untrusted { distrust: Distrust::Issuer, .. }) => {
                "name the file with the authority's certificate, `SSL_CERT_FILE=ca.pem`, or `apt install ca-certificates`"
                    .to_owned()
            }
            Self::Unconnected(Unconnected::Proxy(_)) => {
                "change HTTPS_PROXY, or leave the server out of it with NO_PROXY".to_owned()
            }
            Self::Busy { wait: Some(wait), .. } => format!("it asks to come back in {} s", wait.as_secs()),
            Self::Elsewhere { .. } | Self::TooLarge { .. } => {
                format!("see what is there: `curl -sSIL {address}`; another server is named with `--base-url`")
            }
            _ => format!(
                "does it answer? `curl -sSIL {address}`; proxies are in `env | grep -i _proxy`; without a way out, \
                 name a mirror with `--base-url`"
            ),
        }
    }
}
