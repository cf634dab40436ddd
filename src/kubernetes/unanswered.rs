//! Why there is no answer from an API server.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use kube::client::AuthError;
use rustls::{AlertDescription, CertificateError};
use serde_json::Value;

use super::not_connected::plugin_problem;
use super::transport::Slow;

type Cause = Box<dyn Error + Send + Sync>;

/// A server, as an error names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// Its address.
    pub address: String,
    /// The context that it was found by; none inside a cluster.
    pub context: Option<String>,
    /// The name of the cluster's entry in the kubeconfig; empty inside a cluster.
    pub entry: String,
}

impl From<String> for Server {
    fn from(address: String) -> Self {
        Self { address, ..Self::default() }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.address)
    }
}

/// No answer that could be used.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// No connection, or it broke.
    #[error("cannot {what}: the server {server} cannot be reached: {reason}{tries}")]
    Unreachable {
        /// Which server.
        server: Server,
        /// What was asked.
        what: String,
        /// Why.
        reason: Reason,
        /// How long and how often it was tried; empty for once.
        tries: String,
        /// The cause.
        source: Cause,
    },
    /// The server is not who the kubeconfig says.
    #[error("cannot {what}: the certificate of the server {server} {distrust}")]
    Untrusted {
        /// Which server.
        server: Server,
        /// What was asked.
        what: String,
        /// What is wrong with its certificate.
        distrust: Distrust,
        /// The cause.
        source: Cause,
    },
    /// The server does not know this person.
    #[error("cannot {what}: the server {server} does not accept the credentials ({message})")]
    Unauthorized {
        /// Which server.
        server: Server,
        /// What was asked.
        what: String,
        /// What it said.
        message: String,
    },
    /// The credentials could not be had.
    #[error("cannot {what}: there are no credentials for {server}")]
    Credentials {
        /// Which server.
        server: Server,
        /// What was asked.
        what: String,
        /// The cause.
        source: Cause,
    },
    /// It takes too long.
    #[error("cannot {what}: the server {server} has not answered in {seconds} s{tries}")]
    Silent {
        /// Which server.
        server: Server,
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
        /// Which server.
        server: Server,
        /// What was asked.
        what: String,
        /// The HTTP status.
        code: u16,
        /// How long and how often it was tried; empty for once.
        tries: String,
        /// What it said.
        source: Option<Cause>,
    },
    /// The answer is no JSON, or not all of it.
    #[error("cannot {what}: the answer of {server} cannot be read{tries}")]
    Cut {
        /// Which server.
        server: Server,
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
    pub(super) fn of(server: &Server, what: &str, error: &kube::Error) -> Self {
        let (server, what) = (server.clone(), what.to_owned());
        if let Some(error) = causes(error).find_map(|cause| cause.downcast_ref::<AuthError>()) {
            let source = plugin_problem(error).unwrap_or_else(|| error.to_string()).into();
            return Self::Credentials { server, what, source };
        }
        // Each layer says its own name; what happened is at the end.
        let last = causes(error).last().map_or_else(String::new, ToString::to_string);
        match causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(error)) => {
                Self::Untrusted { server, what, distrust: Distrust::of(error), source: last.into() }
            }
            Some(rustls::Error::AlertReceived(alert)) if is_about_credentials(*alert) => {
                Self::Unauthorized { server, what, message: last }
            }
            _ => {
                let reason = Reason::of(error);
                Self::Unreachable { server, what, reason, tries: String::new(), source: last.into() }
            }
        }
    }

    pub(super) fn silent(server: &Server, what: &str, limit: Duration) -> Self {
        let (server, what) = (server.clone(), what.to_owned());
        Self::Silent { server, what, seconds: limit.as_secs(), tries: String::new() }
    }

    pub(super) fn busy(server: &Server, what: &str, code: u16, status: &Value) -> Self {
        let source = status.get("message").and_then(Value::as_str).map(Cause::from);
        Self::Busy { server: server.clone(), what: what.to_owned(), code, tries: String::new(), source }
    }

    pub(super) fn cut(server: &Server, what: &str, error: serde_json::Error) -> Self {
        let (server, what) = (server.clone(), what.to_owned());
        Self::Cut { server, what, tries: String::new(), source: Box::new(error) }
    }

    pub(super) fn unauthorized(server: &Server, what: &str, status: &Value) -> Self {
        let message = status.get("message").and_then(Value::as_str).unwrap_or("Unauthorized").to_owned();
        Self::Unauthorized { server: server.clone(), what: what.to_owned(), message }
    }

    /// Whether asking again cannot help.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Untrusted { .. }
                | Self::Unauthorized { .. }
                | Self::Credentials { .. }
                | Self::Unreachable { reason: Reason::Plain | Reason::Proxy, .. }
        )
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

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody listens there.
    Refused,
    /// Nobody answers there.
    Silent,
    /// The name of the server is not known.
    NameUnknown,
    /// The proxy does not let it through.
    Proxy,
    /// Somebody is there, and does not speak TLS.
    Plain,
    /// The connection ended.
    Broken,
}

impl Reason {
    fn of(error: &(dyn Error + 'static)) -> Self {
        causes(error)
            .find_map(|cause| {
                let text = cause.to_string();
                match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
                    Some(ErrorKind::ConnectionRefused) => Some(Self::Refused),
                    Some(ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => {
                        Some(Self::Silent)
                    }
                    _ if cause.is::<Slow>() => Some(Self::Silent),
                    _ if matches!(cause.downcast_ref(), Some(rustls::Error::InvalidMessage(_))) => Some(Self::Plain),
                    // These two have no type that can be named.
                    _ if text == "dns error" => Some(Self::NameUnknown),
                    _ if text.starts_with("tunnel error: ") && cause.source().is_none() => Some(Self::Proxy),
                    _ => None,
                }
            })
            .unwrap_or(Self::Broken)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Refused => "nobody listens there",
            Self::Silent => "nobody answers there",
            Self::NameUnknown => "its name is not known here",
            Self::Proxy => "the proxy does not let it through",
            Self::Plain => "it does not speak TLS",
            Self::Broken => "the connection broke",
        })
    }
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Another authority has signed it.
    Issuer,
    /// It is for another server.
    Name,
    /// It is too old or too new.
    Time,
    /// Something else.
    Other,
}

impl Distrust {
    fn of(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::Issuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::Name,
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => Self::Time,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Issuer => "is not from the authority that the kubeconfig trusts",
            Self::Name => "is for another name",
            Self::Time => "is not valid today",
            Self::Other => "cannot be trusted",
        })
    }
}

/// Whether the server hung up because of the certificate that it was shown.
fn is_about_credentials(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::CertificateRequired
            | Alert::UnknownCA
            | Alert::AccessDenied
    )
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
