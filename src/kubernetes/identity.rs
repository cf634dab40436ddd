#![expect(clippy::disallowed_methods, reason = "reads token files")]
//! Who asks, and what the server is recognised by: from the entries of a kubeconfig to what a client needs.
//!
//! A credential plugin runs once. Only one that gives a certificate runs twice: the client has no other way to it.

use std::fs;
use std::io::ErrorKind;
use std::time::Duration;

use http::Uri;
use kube::client::middleware::AuthLayer;
use kube::client::{AuthError, ConfigExt as _};
use kube::config::{AuthInfo, ExecAuthCluster, ExecInteractiveMode};
use kube::{Config, Error};
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::certificate::ClientCertificate;
use super::context::Chosen;
use super::not_connected::{NotConnected, plugin_problem};

/// What proves who asks.
pub(super) struct Identity {
    /// For the header of each request.
    pub(super) header: Option<AuthLayer>,
    /// For the connection, with what the server is recognised by.
    pub(super) tls: ClientConfig,
}

impl Identity {
    /// The certificate that the server is shown, if there is one.
    pub(super) fn certificate(&self) -> Option<ClientCertificate> {
        let schemes = self.tls.crypto_provider().signature_verification_algorithms.supported_schemes();
        let shown = self.tls.client_auth_cert_resolver.resolve(&[], &schemes)?;
        ClientCertificate::read(shown.cert.first()?)
    }
}

/// The client's configuration for what was chosen. Nothing is run yet.
pub(super) fn configuration(chosen: &Chosen, asks: bool) -> Result<Config, NotConnected> {
    let Chosen { context, entry, cluster, user, .. } = chosen;
    let address = address(chosen).ok_or_else(|| NotConnected::Address {
        context: context.clone(),
        entry: entry.clone(),
        server: cluster.server.clone().unwrap_or_default(),
    })?;
    let authority = |source| NotConnected::Authority { context: Some(context.clone()), entry: entry.clone(), source };
    let described = ExecAuthCluster::try_from(cluster).map_err(|error| authority(error.into()))?;
    let mut config = Config::new(address);
    if let Some(pem) = &described.certificate_authority_data {
        let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let all = all.map_err(|error| authority(error.into()))?;
        if all.is_empty() {
            return Err(authority("it holds no certificate in the PEM format".into()));
        }
        config.root_cert = Some(all.into_iter().map(|certificate| certificate.as_ref().to_vec()).collect());
    }
    config.accept_invalid_certs = cluster.insecure_skip_tls_verify.unwrap_or_default();
    config.tls_server_name.clone_from(&cluster.tls_server_name);
    let mut credentials = chosen.credentials.clone();
    if let Some(plugin) = &mut credentials.exec {
        if plugin.provide_cluster_info {
            plugin.cluster = Some(described);
        }
        if !asks {
            if plugin.interactive_mode == Some(ExecInteractiveMode::Always) {
                let command = plugin.command.clone().unwrap_or_default();
                return Err(NotConnected::PluginAsks { user: user.clone(), command });
            }
            plugin.interactive_mode = Some(ExecInteractiveMode::Never);
        }
    }
    config.auth_info = with_clean_token(credentials);
    Ok(config)
}

/// Without a scheme, TLS is meant as soon as anything is said about it, as kubectl has it.
fn address(chosen: &Chosen) -> Option<Uri> {
    let (cluster, credentials) = (&chosen.cluster, &chosen.credentials);
    let server = cluster.server.as_deref()?;
    let has_tls = cluster.certificate_authority.is_some()
        || cluster.certificate_authority_data.is_some()
        || cluster.insecure_skip_tls_verify == Some(true)
        || credentials.client_certificate.is_some()
        || credentials.client_certificate_data.is_some();
    let complete = match (server.contains("://"), has_tls) {
        (true, _) => server.to_owned(),
        (false, true) => format!("https://{server}"),
        (false, false) => format!("http://{server}"),
    };
    let address: Uri = complete.parse().ok()?;
    let is_usable = matches!(address.scheme_str(), Some("http" | "https")) && address.host().is_some();
    is_usable.then_some(address)
}

/// A token file may end with a line break, which the client would send.
fn with_clean_token(mut credentials: AuthInfo) -> AuthInfo {
    if credentials.token.is_none()
        && let Some(text) = credentials.token_file.as_ref().and_then(|path| fs::read_to_string(path).ok())
        && text.trim() != text
    {
        credentials.token = Some(text.trim().into());
    }
    credentials
}

/// What proves who asks: runs the credential plugin if there is one.
pub(super) async fn identity(
    config: &Config,
    context: Option<&str>,
    user: &str,
    patience: Duration,
) -> Result<Identity, NotConnected> {
    let credentials = &config.auth_info;
    let plugin = credentials.exec.clone();
    let command = plugin.as_ref().and_then(|plugin| plugin.command.clone()).unwrap_or_default();
    let proven = if plugin.is_some() || credentials.auth_provider.is_some() {
        let owned = config.clone();
        match timeout(patience, spawn_blocking(move || prove(&owned))).await {
            Ok(Ok(proven)) => proven,
            Ok(Err(error)) => {
                let context = context.map(str::to_owned);
                return Err(NotConnected::Credentials { context, user: user.to_owned(), source: error.into() });
            }
            Err(_) => {
                let seconds = patience.as_secs();
                return Err(NotConnected::PluginSilent { user: user.to_owned(), command, seconds });
            }
        }
    } else {
        prove(config)
    };
    proven.map_err(|error| {
        let advice = plugin.and_then(|plugin| plugin.install_hint);
        problem(error, context, user, command, advice)
    })
}

fn prove(config: &Config) -> Result<Identity, Error> {
    let header = config.auth_layer()?;
    let runs_a_plugin = config.auth_info.exec.is_some() || config.auth_info.auth_provider.is_some();
    if header.is_some() && runs_a_plugin {
        // The plugin gave a token: it has no certificate, and does not have to be asked for one.
        let mut rest = config.clone();
        rest.auth_info.exec = None;
        rest.auth_info.auth_provider = None;
        return Ok(Identity { header, tls: rest.rustls_client_config()? });
    }
    Ok(Identity { header, tls: config.rustls_client_config()? })
}

fn problem(error: Error, context: Option<&str>, user: &str, command: String, advice: Option<String>) -> NotConnected {
    let credentials = |error: Error| NotConnected::Credentials {
        context: context.map(str::to_owned),
        user: user.to_owned(),
        source: Box::new(error),
    };
    let user = user.to_owned();
    match &error {
        Error::Auth(AuthError::AuthExecStart(error)) if error.kind() == ErrorKind::NotFound => {
            NotConnected::PluginMissing { user, command, advice }
        }
        Error::Auth(plugin) => match plugin_problem(plugin) {
            Some(problem) => NotConnected::PluginFailed { user, command, problem },
            None => credentials(error),
        },
        _ => credentials(error),
    }
}
