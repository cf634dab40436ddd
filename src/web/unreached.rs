//! Why there is no connection to a server. Pure.

use std::error::Error;
use std::io::{self, ErrorKind};

use rustls::CertificateError;

use super::proxy::Unusable;

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreached {
    /// Nobody listens there.
    #[error("nobody listens there")]
    Refused,
    /// Nobody answers there.
    #[error("nobody answers there")]
    Silent,
    /// The name is not known.
    #[error("its name is not known here")]
    NameUnknown,
    /// The proxy does not let it through.
    #[error("the proxy does not let it through")]
    Proxy,
    /// It does not speak TLS.
    #[error("it does not speak TLS")]
    NotTls,
    /// The connection ended.
    #[error("the connection broke")]
    Broken,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// Another authority has signed it.
    #[error("is not from an authority that this machine trusts")]
    Issuer,
    /// It is for another server.
    #[error("is for another name")]
    Name,
    /// It is too old or too new.
    #[error("is not valid today")]
    Time,
    /// Something else.
    #[error("cannot be trusted")]
    Other,
}

/// What stands between this machine and a server.
#[derive(Debug, thiserror::Error)]
pub enum Unconnected {
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
    /// The proxy's address cannot be used.
    #[error("{0}")]
    Proxy(String),
}

/// What an error of the connection means.
pub(crate) fn unconnected(host: &str, error: &(dyn Error + 'static)) -> Unconnected {
    let host = host.to_owned();
    let last = causes(error).last().map_or_else(String::new, ToString::to_string);
    if let Some(rustls::Error::InvalidCertificate(error)) = causes(error).find_map(|cause| cause.downcast_ref()) {
        return Unconnected::Untrusted { host, distrust: distrust(error) };
    }
    if let Some(unusable) = causes(error).find_map(|cause| cause.downcast_ref::<Unusable>()) {
        return Unconnected::Proxy(unusable.to_string());
    }
    let reason = causes(error).find_map(|cause| {
        let text = cause.to_string();
        match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(ErrorKind::ConnectionRefused) => Some(Unreached::Refused),
            Some(ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable) => {
                Some(Unreached::Silent)
            }
            _ if cause.is::<Slow>() => Some(Unreached::Silent),
            _ if matches!(cause.downcast_ref(), Some(rustls::Error::InvalidMessage(_))) => Some(Unreached::NotTls),
            // These two have no type that can be named.
            _ if text == "dns error" => Some(Unreached::NameUnknown),
            _ if text.starts_with("tunnel error: ") && cause.source().is_none() => Some(Unreached::Proxy),
            _ => None,
        }
    });
    Unconnected::Unreachable { host, reason: reason.unwrap_or(Unreached::Broken), source: last.into() }
}

/// Nobody has answered.
#[derive(Debug, thiserror::Error)]
#[error("no connection in {0} s")]
pub(super) struct Slow(pub(super) u64);

fn distrust(error: &CertificateError) -> Distrust {
    match error {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Distrust::Issuer,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Distrust::Name,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Distrust::Time,
        _ => Distrust::Other,
    }
}

fn causes<'error>(error: &'error (dyn Error + 'static)) -> impl Iterator<Item = &'error (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'error>(error: &'error (dyn Error + 'static)) -> Option<&'error (dyn Error + 'static)> {
    // An input/output error hides its cause from `source`, and is where TLS says what is wrong.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
