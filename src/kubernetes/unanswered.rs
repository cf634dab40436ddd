//! Why there is no answer from an API server.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use kube::client::AuthError;
use rustls::AlertDescription;
use serde_json::Value;

use super::certificate::{ClientCertificate, Outside};
use super::not_connected::plugin_problem;
use super::obstacle::{Distrust, Obstacle, Reason, causes, last};
use super::transport::AtProxy;

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
    /// The certificate that it is shown, if there is one.
    pub shown: Option<ClientCertificate>,
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
    /// The proxy that should lead to the server does not.
    #[error("cannot {what}: the proxy {proxy}, which should lead to the server {server}, {obstacle}{tries}")]
    Obstructed {
        /// Which server.
        server: Server,
        /// What was asked.
        what: String,
        /// The address of the proxy.
        proxy: String,
        /// What is in the way.
        obstacle: Obstacle,
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
    #[error("cannot {what}: the server {server} does not accept the credentials ({message}){}", told(server, *outside))]
    Unauthorized {
        /// Which server.
        server: Server,
        /// What was asked.
        what: String,
        /// What it said.
        message: String,
        /// Why the certificate that it was shown is not valid today; none if it is.
        outside: Option<Outside>,
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
    #[error("cannot {what}: {}{tries}", silence(server, *seconds))]
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
    pub(super) fn of(server: &Server, what: &str, error: &kube::Error, now: i64) -> Self {
        let (server, what) = (server.clone(), what.to_owned());
        if let Some(error) = causes(error).find_map(|cause| cause.downcast_ref::<AuthError>()) {
            let source = plugin_problem(error).unwrap_or_else(|| error.to_string()).into();
            return Self::Credentials { server, what, source };
        }
        if let Some(AtProxy { proxy, source }) = causes(error).find_map(|cause| cause.downcast_ref()) {
            let (proxy, obstacle) = (proxy.to_string().trim_end_matches('/').to_owned(), Obstacle::of(&**source));
            return Self::Obstructed { server, what, proxy, obstacle, tries: String::new(), source: last(&**source) };
        }
        match causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(distrust)) => {
                Self::Untrusted { server, what, distrust: Distrust::of(distrust), source: last(error) }
            }
            Some(rustls::Error::AlertReceived(alert)) if is_about_credentials(*alert) => {
                let outside = server.shown.as_ref().and_then(|shown| shown.outside(now));
                Self::Unauthorized { server, what, message: last(error).to_string(), outside }
            }
            _ => {
                let reason = Reason::of(error);
                Self::Unreachable { server, what, reason, tries: String::new(), source: last(error) }
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

    pub(super) fn unauthorized(server: &Server, what: &str, status: &Value, now: i64) -> Self {
        let message = status.get("message").and_then(Value::as_str).unwrap_or("Unauthorized").to_owned();
        let outside = server.shown.as_ref().and_then(|shown| shown.outside(now));
        Self::Unauthorized { server: server.clone(), what: what.to_owned(), message, outside }
    }

    /// Whether asking again cannot help.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Untrusted { .. }
                | Self::Unauthorized { .. }
                | Self::Credentials { .. }
                | Self::Obstructed { obstacle: Obstacle::Untrusted(_) | Obstacle::Closed { lasting: true, .. }, .. }
                | Self::Obstructed { obstacle: Obstacle::Unreachable(Reason::Plain), .. }
                | Self::Unreachable { reason: Reason::Plain, .. }
        )
    }

    /// The same, told after some attempts.
    #[must_use]
    pub(super) fn after(mut self, elapsed: Duration, attempts: u32) -> Self {
        if let (
            2..,
            Self::Unreachable { tries, .. }
            | Self::Obstructed { tries, .. }
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

/// The time may be up before a question was really asked.
fn silence(server: &Server, seconds: u64) -> String {
    match seconds {
        0 => format!("the time was up before the server {server} could answer"),
        seconds => format!("the server {server} has not answered in {seconds} s"),
    }
}

/// Which certificate the server does not accept, if that is why.
fn told(server: &Server, outside: Option<Outside>) -> String {
    let (Some(shown), Some(outside)) = (&server.shown, outside) else { return String::new() };
    format!(": the client certificate of `{}` {outside}", shown.name)
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
