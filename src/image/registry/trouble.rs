//! Why a registry does not give what it is asked for. No login and no token is ever in a message. Pure.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::said::Said;
use crate::config::reference::Digest;
use crate::web::retry::Passing;
use crate::web::{Detour, Distrust, Unconnected, Unreached};

/// A question that has not been answered.
#[derive(Debug)]
pub struct Trouble {
    /// What was asked.
    pub what: String,
    /// The host that was asked.
    pub host: String,
    /// Whether it is spoken to without TLS.
    pub is_plain: bool,
    /// What came of it.
    pub problem: Problem,
    /// Which login was shown: the place that it is for.
    pub login: Option<String>,
    /// How often and how long it was tried; empty for once.
    pub tries: String,
}

/// What stands in the way.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The registry does not have it.
    #[error("{host} does not have it{said}")]
    Absent {
        /// Who was asked.
        host: String,
        /// What the registry says of it.
        said: Said,
    },
    /// The registry wants a login, or another one.
    #[error("{host} wants a login{said}")]
    Unauthorized {
        /// Who was asked.
        host: String,
        /// What the registry says of it.
        said: Said,
    },
    /// The login may not do this.
    #[error("{host} forbids it{said}")]
    Forbidden {
        /// Who was asked.
        host: String,
        /// What the registry says of it.
        said: Said,
    },
    /// It says that it cannot answer now.
    #[error("{host} answers {status}{said}")]
    Busy {
        /// Who was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// When to come back, if it said so.
        wait: Option<Duration>,
        /// What the registry says of it.
        said: Said,
    },
    /// It answers something else.
    #[error("{host} answers {status}{said}")]
    Refused {
        /// Who was asked.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What the registry says of it.
        said: Said,
    },
    /// There is no connection.
    #[error("{host} cannot be reached: {reason}")]
    Unreachable {
        /// Who was asked.
        host: String,
        /// Why.
        reason: Unreached,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Somebody else may be behind the address.
    #[error("the certificate of {host} {distrust}")]
    Untrusted {
        /// Who was asked.
        host: String,
        /// What is wrong with the certificate.
        distrust: Distrust,
    },
    /// No TLS can be spoken here.
    #[error("TLS cannot be set up")]
    NoTls {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The proxy's address cannot be used.
    #[error("{0}")]
    Proxy(String),
    /// The answer to a login is no token.
    #[error("the answer of {host} to the login is no token")]
    NoToken {
        /// Who was asked.
        host: String,
    },
    /// It took too long.
    #[error("{host} did not answer within {} s", limit.as_secs_f64())]
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
    /// The answer is larger than such a thing can be.
    #[error("it is larger than {}", Amount(*limit))]
    TooLarge {
        /// The most that is read.
        limit: u64,
    },
    /// What came is not what its digest says.
    #[error("its digest is {found}, and {expected} was {by}")]
    Mismatch {
        /// What it should be.
        expected: Digest,
        /// What it is.
        found: Digest,
        /// Who said so.
        by: &'static str,
    },
    /// The answer makes no sense.
    #[error("{0}")]
    Unclear(String),
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
}

impl From<Unconnected> for Problem {
    fn from(error: Unconnected) -> Self {
        match error {
            Unconnected::Unreachable { host, reason, source } => Self::Unreachable { host, reason, source },
            Unconnected::Untrusted { host, distrust } => Self::Untrusted { host, distrust },
            Unconnected::Proxy(text) => Self::Proxy(text),
        }
    }
}

impl Problem {
    /// Whether asking again may help.
    pub(super) fn passing(&self) -> Option<Passing> {
        match self {
            Self::Busy { .. } => Some(Passing::Busy),
            Self::Cut { .. } | Self::Unreachable { reason: Unreached::Broken, .. } => Some(Passing::Broken),
            Self::Unreachable { reason: Unreached::Refused | Unreached::NameUnknown, .. } => Some(Passing::Unreached),
            _ => None,
        }
    }
}

impl Trouble {
    /// Whether it is the image that is refused, and not the registry that is at fault.
    #[must_use]
    pub fn is_of_the_image(&self) -> bool {
        use Problem as Is;
        matches!(self.problem, Is::Absent { .. } | Is::TooLarge { .. } | Is::Mismatch { .. } | Is::Unclear(_))
    }

    /// What to type.
    #[must_use]
    pub fn hint(&self) -> String {
        let registry = &self.host;
        match &self.problem {
            Problem::Unauthorized { .. } if self.login.is_some() => {
                format!("log in again: `docker login {registry}`")
            }
            Problem::Unauthorized { .. } => format!("log in: `docker login {registry}`"),
            Problem::Forbidden { .. } => {
                format!("log in as somebody who may pull it: `docker login {registry}`")
            }
            Problem::Unreachable { reason: Unreached::NotTls, .. } => {
                format!("if it speaks plain http, and you trust the way to it: `--insecure-registry {registry}`")
            }
            Problem::Untrusted { distrust: Distrust::Issuer, .. } => {
                "name the file with the authority's certificate, `SSL_CERT_FILE=ca.pem`, or `apt install ca-certificates`"
                    .to_owned()
            }
            Problem::Untrusted { .. } => {
                format!("see its certificate: `openssl s_client -connect {}`", with_port(registry))
            }
            Problem::Proxy(_) => "change HTTPS_PROXY, or leave the registry out of it with NO_PROXY".to_owned(),
            Problem::Unreachable { .. } | Problem::Silent { .. } | Problem::Cut { .. } => {
                let scheme = if self.is_plain { "http" } else { "https" };
                format!("does it answer? `curl -sSI {scheme}://{registry}/v2/`; proxies are in `env | grep -i _proxy`")
            }
            Problem::Absent { .. } => "see which digest a tag has: `sindri image resolve REPOSITORY:TAG`".to_owned(),
            Problem::Busy { wait: Some(wait), .. } => format!("it asks to come back in {} s", wait.as_secs()),
            Problem::Busy { status: 429, .. } => {
                format!("too many requests from here; with a login there may be more: `docker login {registry}`")
            }
            Problem::Elsewhere { why: Detour::Plain, .. } => {
                "if that host is meant, and you trust the way to it: name both with `--insecure-registry`".to_owned()
            }
            _ => "see what the registry says: `docker buildx imagetools inspect IMAGE`".to_owned(),
        }
    }
}

fn with_port(host: &str) -> String {
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    if has_port { host.to_owned() } else { format!("{host}:443") }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot {}: {}{}", self.what, self.problem, self.tries)?;
        match (&self.problem, &self.login) {
            (Problem::Unauthorized { .. } | Problem::Forbidden { .. }, Some(place)) => {
                write!(formatter, "; the login of this machine for {place} was shown")
            }
            (Problem::Unauthorized { .. } | Problem::Forbidden { .. }, None) => {
                formatter.write_str("; this machine has no login for it")
            }
            _ => Ok(()),
        }
    }
}

impl Error for Trouble {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

/// A number of bytes.
struct Amount(u64);

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            whole if whole % (1 << 20) == 0 => write!(formatter, "{} MiB", whole >> 20),
            whole if whole % (1 << 10) == 0 => write!(formatter, "{} KiB", whole >> 10),
            bytes => write!(formatter, "{bytes} bytes"),
        }
    }
}
