//! Why there is no connection: nobody there, a proxy that does not lead on, a certificate that cannot be trusted. Pure.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};

use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use super::certificate::Outside;
use super::transport::Slow;
use super::tunnel::Closed;

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody listens there.
    Refused,
    /// Nobody answers there.
    Silent,
    /// The name of the server is not known.
    NameUnknown,
    /// Somebody is there, and does not speak TLS.
    Plain,
    /// The connection ended.
    Broken,
}

impl Reason {
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        causes(error)
            .find_map(|cause| {
                match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
                    Some(ErrorKind::ConnectionRefused) => Some(Self::Refused),
                    Some(ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => {
                        Some(Self::Silent)
                    }
                    _ if cause.is::<Slow>() => Some(Self::Silent),
                    _ if matches!(cause.downcast_ref(), Some(rustls::Error::InvalidMessage(_))) => Some(Self::Plain),
                    // This has no type that can be named.
                    _ if cause.to_string() == "dns error" => Some(Self::NameUnknown),
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
            Self::Plain => "it does not speak TLS",
            Self::Broken => "the connection broke",
        })
    }
}

/// What is in the way at a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// There is no connection to it.
    Unreachable(Reason),
    /// It is not who it should be.
    Untrusted(Distrust),
    /// It does not let this one through.
    Closed {
        /// What it says.
        says: String,
        /// Whether it would say the same again.
        lasting: bool,
    },
}

impl Obstacle {
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        if let Some(closed) = causes(error).find_map(|cause| cause.downcast_ref::<Closed>()) {
            return Self::Closed { says: closed.to_string(), lasting: closed.is_final() };
        }
        match causes(error).find_map(|cause| cause.downcast_ref()) {
            Some(rustls::Error::InvalidCertificate(distrust)) => Self::Untrusted(Distrust::of(distrust)),
            _ => Self::Unreachable(Reason::of(error)),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(reason) => write!(formatter, "cannot be reached: {reason}"),
            Self::Untrusted(distrust) => write!(formatter, "has a certificate that {distrust}"),
            Self::Closed { says, .. } => formatter.write_str(says),
        }
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
    Outside(Outside),
    /// Something else.
    Other,
}

impl Distrust {
    pub(super) fn of(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::Issuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::Name,
            CertificateError::ExpiredContext { time, not_after } => {
                Self::Outside(Outside::Expired { until: seconds(*not_after), now: seconds(*time) })
            }
            CertificateError::NotValidYetContext { time, not_before } => {
                Self::Outside(Outside::NotYet { from: seconds(*not_before), now: seconds(*time) })
            }
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Outside(outside) => return outside.fmt(formatter),
            Self::Issuer => "is not from the authority that the kubeconfig trusts",
            Self::Name => "is for another name",
            Self::Other => "cannot be trusted",
        })
    }
}

fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

/// Each layer says its own name; what happened is at the end.
pub(super) fn last(error: &(dyn Error + 'static)) -> Box<dyn Error + Send + Sync> {
    causes(error).last().map_or_else(String::new, ToString::to_string).into()
}

pub(super) fn causes<'error>(
    error: &'error (dyn Error + 'static),
) -> impl Iterator<Item = &'error (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'error>(error: &'error (dyn Error + 'static)) -> Option<&'error (dyn Error + 'static)> {
    // An input/output error hides its cause from `source`, and is where TLS says what is wrong.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
