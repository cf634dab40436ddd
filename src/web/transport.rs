//! Connections to servers: straight or through a proxy, with TLS where the address says so.

use std::sync::Arc;
use std::time::Duration;

use http::uri::{PathAndQuery, Scheme};
use http::{HeaderValue, Uri};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Service as _, ServiceExt as _, service_fn};

use super::proxy::{Proxies, Proxy, Way};
use super::unreached::Slow;

/// How long a connection may take, with everything that belongs to it.
const PATIENCE: Duration = Duration::from_secs(10);

/// To the next machine: straight to the server, or to a proxy that may speak TLS itself.
type Near = MaybeHttpsStream<TokioIo<TcpStream>>;
/// To the server itself.
type Far = MaybeHttpsStream<Near>;
type Dial<Stream> = BoxCloneSyncService<Uri, Stream, BoxError>;
pub(crate) type Http = Client<Dial<Far>, String>;

/// Nothing is sent yet. The certificates of this machine are read only where a connection can need them.
pub(crate) fn client(proxies: Proxies, with_tls: bool) -> Result<Http, BoxError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    // A machine without certificates trusts nobody: whoever shows one is told so.
    let native = with_tls.then(|| builder.clone().with_native_roots().ok()).flatten();
    let tls = native.unwrap_or_else(|| builder.with_root_certificates(rustls::RootCertStore::empty()));
    let tls = tls.with_no_client_auth();
    let near = near(proxies, tls.clone());
    let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().enable_http2();
    let connector = connector.wrap_connector(near);
    let dial = Dial::new(service_fn(move |uri: Uri| {
        let connecting = connector.clone().call(uri);
        async move {
            match timeout(PATIENCE, connecting).await {
                Ok(stream) => stream,
                Err(_) => Err(Box::new(Slow(PATIENCE.as_secs())).into()),
            }
        }
    }));
    Ok(Client::builder(TokioExecutor::new()).timer(TokioTimer::new()).pool_timer(TokioTimer::new()).build(dial))
}

fn near(proxies: Proxies, tls: ClientConfig) -> Dial<Near> {
    let proxies = Arc::new(proxies);
    Dial::new(service_fn(move |uri: Uri| {
        let (proxies, tls) = (proxies.clone(), tls.clone());
        async move {
            match proxies.to(&uri)? {
                None => tcp().map_response(Near::Http).map_err(BoxError::from).oneshot(uri).await,
                Some(proxy) => through(proxy, &tls).oneshot(with_port(uri)).await,
            }
        }
    }))
}

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector
}

fn through(proxy: Proxy, tls: &ClientConfig) -> Dial<Near> {
    match proxy.way {
        Way::Http(login) => {
            let secure = HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http().enable_http1();
            Dial::new(tunnel(proxy.address, secure.wrap_connector(tcp()), login).map_err(BoxError::from))
        }
        Way::Socks(login) => {
            let mut connector = SocksV5::new(proxy.address, tcp());
            if let Some((user, password)) = login {
                connector = connector.with_auth(user, password);
            }
            Dial::new(connector.map_response(Near::Http).map_err(BoxError::from))
        }
    }
}

/// The address with its port. Whoever asks a proxy for one without a port means that of TLS to it.
fn with_port(uri: Uri) -> Uri {
    let is_bare = uri.scheme() == Some(&Scheme::HTTP) && uri.port().is_none();
    let Some(authority) = uri.authority().filter(|_| is_bare) else { return uri };
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    Uri::builder().scheme("http").authority(format!("{authority}:80")).path_and_query(path).build().unwrap_or(uri)
}

fn tunnel<C>(address: Uri, connector: C, login: Option<HeaderValue>) -> Tunnel<C> {
    let tunnel = Tunnel::new(address, connector);
    match login {
        Some(login) => tunnel.with_auth(login),
        None => tunnel,
    }
}

#[cfg(test)]
mod tests {
    use super::with_port;

    #[test]
    fn a_proxy_is_asked_for_the_port_that_is_meant() {
        for (address, asked) in [
            ("http://a/x?y", "http://a:80/x?y"),
            ("http://[::1]/x", "http://[::1]:80/x"),
            ("http://a:8080/x", "http://a:8080/x"),
            ("https://a/x", "https://a/x"),
        ] {
            assert_eq!(with_port(address.parse().unwrap()).to_string(), asked);
        }
    }
}
