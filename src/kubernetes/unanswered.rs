//! Why there is no answer from an API server.

use std::error::Error;
use std::time::Duration;

use serde_json::Value;

type Cause = Box<dyn Error + Send + Sync>;

/// No answer that could be used.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// No connection, or it broke.
    #[error("cannot {what}: the server {server} cannot be reached{tries}")]
    Unreachable {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// How long and how often it was tried; empty for once.
        tries: String,
        /// The cause.
        source: Cause,
    },
    /// The server is not who the kubeconfig says.
    #[error("cannot {what}: the server {server} is not the one that the kubeconfig trusts")]
    Untrusted {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// The cause.
        source: Cause,
    },
    /// The server does not know this person.
    #[error("cannot {what}: the server {server} does not accept the credentials ({message})")]
    Unauthorized {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// What it said.
        message: String,
    },
    /// The credentials could not be had.
    #[error("cannot {what}: there are no credentials for {server}")]
    Credentials {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// The cause.
        source: Cause,
    },
    /// It takes too long.
    #[error("cannot {what}: the server {server} has not answered in {seconds} s{tries}")]
    Silent {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// How long it was waited for.
        seconds: u64,
        /// How long and how often it was tried; empty for once.
        tries: String,
    },
    /// It says that it is too busy or broken.
    #[error("cannot {what}: the server {server} answers {code}{tries}")]
    Busy {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// The HTTP status.
        code: u16,
        /// How long and how often it was tried; empty for once.
        tries: String,
    },
    /// The answer is no JSON, or not all of it.
    #[error("cannot {what}: the answer of {server} cannot be read{tries}")]
    Cut {
        /// Its address.
        server: String,
        /// What was asked.
        what: String,
        /// How long and how often it was tried; empty for once.
        tries: String,
        /// The cause.
        source: Cause,
    },
}

impl Unanswered {
    /// What an error of the client means.
    pub(super) fn of(server: &str, what: &str, error: kube::Error) -> Self {
        let (server, what) = (server.to_owned(), what.to_owned());
        if matches!(error, kube::Error::Auth(_)) {
            return Self::Credentials { server, what, source: Box::new(error) };
        }
        let untrusted = causes(&error).any(|cause| {
            matches!(
                cause.downcast_ref::<rustls::Error>(),
                Some(rustls::Error::InvalidCertificate(_) | rustls::Error::UnsupportedNameType)
            )
        });
        if untrusted {
            return Self::Untrusted { server, what, source: Box::new(error) };
        }
        Self::Unreachable { server, what, tries: String::new(), source: Box::new(error) }
    }

    pub(super) fn silent(server: &str, what: &str, limit: Duration) -> Self {
        let (server, what) = (server.to_owned(), what.to_owned());
        Self::Silent { server, what, seconds: limit.as_secs(), tries: String::new() }
    }

    pub(super) fn busy(server: &str, what: &str, code: u16) -> Self {
        Self::Busy { server: server.to_owned(), what: what.to_owned(), code, tries: String::new() }
    }

    pub(super) fn cut(server: &str, what: &str, error: serde_json::Error) -> Self {
        let (server, what) = (server.to_owned(), what.to_owned());
        Self::Cut { server, what, tries: String::new(), source: Box::new(error) }
    }

    pub(super) fn unauthorized(server: &str, what: &str, status: &Value) -> Self {
        let message = status.get("message").and_then(Value::as_str).unwrap_or("Unauthorized").to_owned();
        Self::Unauthorized { server: server.to_owned(), what: what.to_owned(), message }
    }

    /// Whether asking again cannot help.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Untrusted { .. } | Self::Unauthorized { .. } | Self::Credentials { .. })
    }

    /// The same, told after some attempts.
    #[must_use]
    pub(super) fn after(mut self, elapsed: Duration, attempts: u32) -> Self {
        if let (
            2..,
            Self::Unreachable { tries, .. }
            | Self::Silent { tries, .. }
            | Self::Busy { tries, .. }
            | Self::Cut { tries, .. },
        ) = (attempts, &mut self)
        {
            *tries = format!(" (tried {attempts} times in {:.1} s)", elapsed.as_secs_f32());
        }
        self
    }
}

fn causes<'error>(error: &'error (dyn Error + 'static)) -> impl Iterator<Item = &'error (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'error>(error: &'error (dyn Error + 'static)) -> Option<&'error (dyn Error + 'static)> {
    // An input/output error hides its cause from `source`, and is where TLS says what is wrong.
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
