#![expect(clippy::disallowed_methods, reason = "builds the one client of this process, and spreads its attempts")]
//! From what the command line, the configuration and the kubeconfig say to one session with one API server.
//!
//! Nothing is sent here.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kube::client::ConfigExt as _;
use kube::{Client, Config};
use rustls::NamedGroup;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::ServerName;
use tower::{BoxError, ServiceBuilder, service_fn};

use super::cluster_type::cluster_type;
use super::context::{agree, choose};
use super::identity::{Identity, configuration, identity};
use super::kubeconfig::{Found, Surroundings, find};
use super::not_connected::NotConnected;
use super::proxy::{Proxy, proxy};
use super::session::Session;
use super::transport::{Speech, Transport};
use super::unanswered::Server;
use crate::names::Kind;
use crate::plan::{ClusterType, Facts, Question};

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The one kubeconfig that is read; otherwise `KUBECONFIG`, then the one in the home.
    pub kubeconfig: Option<PathBuf>,
    /// The context of the command line.
    pub context: Option<String>,
    /// The only context that the configuration may be used with.
    pub pin: Option<String>,
    /// The namespace of the command line or of the configuration; otherwise the context's.
    pub namespace: Option<String>,
    /// Whether somebody is there to answer a credential plugin.
    pub asks: bool,
    /// What is spoken with the server.
    pub speech: Speech,
}

/// The cluster that is talked to, as far as it is known without asking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The context of the kubeconfig; none inside a cluster.
    pub context: Option<String>,
    /// The address of the API server.
    pub server: String,
    /// The namespace.
    pub namespace: String,
    /// The name of the cluster's entry in the kubeconfig; empty inside a cluster.
    pub entry: String,
    /// The name of the user's entry; empty inside a cluster.
    pub user: String,
}

impl Target {
    /// What kind of cluster it is, as far as its nodes were seen.
    #[must_use]
    pub fn cluster_type(&self, facts: &Facts) -> ClusterType {
        let nodes = Question::All { kind: Kind::Node, namespace: None, selector: String::new() };
        cluster_type(facts.get(&nodes), &self.entry, &self.server)
    }
}

/// A session with the cluster that is meant. Nothing is sent; a credential plugin may run.
///
/// # Errors
/// When it is not clear who is meant, or when there is nothing to ask with.
pub async fn connect(options: &Options, patience: Duration) -> Result<(Session, Target), NotConnected> {
    let surroundings = Surroundings::of_this_process();
    let asked = options.context.as_deref().filter(|name| !name.is_empty());
    let pin = options.pin.as_deref();
    agree(asked, pin)?;
    let (config, target, proxy) = match find(options.kubeconfig.as_deref(), &surroundings)? {
        Found::Files(kubeconfig, files) => {
            let chosen = choose(*kubeconfig, files, asked, pin)?;
            let config = configuration(&chosen, options.asks)?;
            let own = chosen.cluster.proxy_url.as_deref();
            let proxy = proxy(&config.cluster_url, own, &surroundings)
                .map_err(|unusable| unusable.of(own.map(|_| chosen.context.clone())))?;
            let namespace = options.namespace.clone().or(chosen.namespace).unwrap_or_else(|| "default".to_owned());
            let target = target(Some(chosen.context), &config, namespace, chosen.entry, chosen.user);
            (config, target, proxy)
        }
        Found::Inside => {
            if let Some(name) = asked.or(pin) {
                return Err(NotConnected::InsideWithContext { name: name.to_owned() });
            }
            let config = Config::incluster_env().map_err(|error| NotConnected::Inside { source: error.into() })?;
            let proxy = proxy(&config.cluster_url, None, &surroundings).map_err(|unusable| unusable.of(None))?;
            let own = surroundings.pod_namespace.unwrap_or_else(|| config.default_namespace.trim().to_owned());
            let namespace = options.namespace.clone().unwrap_or(own);
            let target = target(None, &config, namespace, String::new(), String::new());
            (config, target, proxy)
        }
    };
    install_cryptography();
    let identity = identity(&config, target.context.as_deref(), &target.user, patience).await?;
    let server = Server {
        address: target.server.clone(),
        context: target.context.clone(),
        entry: target.entry.clone(),
        shown: identity.certificate(),
    };
    let client = client(&config, identity, proxy, &target, options.speech)?;
    Ok((Session::new(client, server, patience, chance()), target))
}

fn target(context: Option<String>, config: &Config, namespace: String, entry: String, user: String) -> Target {
    let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
    Target { context, server, namespace, entry, user }
}

fn client(
    config: &Config,
    identity: Identity,
    proxy: Option<Proxy>,
    target: &Target,
    speech: Speech,
) -> Result<Client, NotConnected> {
    let credentials = |source: BoxError| NotConnected::Credentials {
        context: target.context.clone(),
        user: target.user.clone(),
        source,
    };
    let name = match &config.tls_server_name {
        None => None,
        Some(name) => Some(ServerName::try_from(name.clone()).map_err(|error| NotConnected::Authority {
            context: target.context.clone(),
            entry: target.entry.clone(),
            source: error.into(),
        })?),
    };
    let transport = Transport::new(config.cluster_url.clone(), &identity.tls, name, proxy, speech);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(identity.header)
        .layer(config.extra_headers_layer().map_err(|error| credentials(error.into()))?)
        .service(service_fn(move |request| {
            let opening = transport.open();
            async move { opening.await?.request(request).await.map_err(BoxError::from) }
        }));
    Ok(Client::new(service, target.namespace.clone()))
}

/// One provider of cryptography for the whole process. A second call finds it there.
fn install_cryptography() {
    if CryptoProvider::get_default().is_none() {
        let mut provider = aws_lc_rs::default_provider();
        // API servers want the hybrid exchange of keys from whoever knows it. Who names it last, and sends no key for it with
        // the first message, is asked for a second one: a round trip.
        provider.kx_groups.sort_by_key(|group| group.name() != NamedGroup::X25519MLKEM768);
        provider.install_default().unwrap_or_default();
    }
}

/// What differs between two who start at the same time.
fn chance() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ since.as_secs().rotate_left(32) ^ u64::from(std::process::id()).rotate_left(48)
}
