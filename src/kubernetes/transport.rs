//! The way to one API server: all requests over one connection at the same time where the server speaks HTTP/2.
//!
//! The first request opens a connection and learns what the server speaks; the others wait for it. Without that, a
//! round of twenty questions would open twenty connections.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use http::Uri;
use hyper_rustls::{FixedServerNameResolver, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connection as _, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use kube::client::Body;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, Service as _, ServiceExt as _, service_fn};

use super::proxy::Proxy;
use super::tunnel::lead;

/// How long a connection may take, with everything that belongs to it.
const PATIENCE: Duration = Duration::from_secs(10);
/// When a silent connection is asked whether it is still there, and how long it may take to say so.
const QUIET: Duration = Duration::from_secs(30);
const ANSWER: Duration = Duration::from_secs(15);

/// To the next machine: straight to the server, or to a proxy that may speak TLS itself.
type Near = MaybeHttpsStream<TokioIo<TcpStream>>;
/// To the server itself.
type Far = MaybeHttpsStream<Near>;
type Dial<Stream> = BoxCloneSyncService<Uri, Stream, BoxError>;
pub(super) type Http = Client<Dial<Far>, Body>;
pub(super) type Opening = Shared<BoxFuture<'static, Result<Http, NotOpened>>>;

/// What is spoken with the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speech {
    /// HTTP/2 where the server can: all requests over one connection.
    #[default]
    Newest,
    /// HTTP/1.1, each connection for one request at a time: only such a connection can become a stream.
    Streams,
}

/// A connection to one server, opened when it is needed.
#[derive(Clone)]
pub(super) struct Transport {
    server: Uri,
    dial: Dial<Far>,
    opening: Arc<Mutex<Option<Opening>>>,
}

impl Transport {
    /// Nothing is sent yet.
    pub(super) fn new(
        server: Uri,
        tls: &ClientConfig,
        name: Option<ServerName<'static>>,
        proxy: Option<Proxy>,
        speech: Speech,
    ) -> Self {
        let (near, patience) = match proxy {
            None => (Dial::new(tcp().map_response(Near::Http).map_err(BoxError::from)), PATIENCE),
            Some(proxy) => (through(proxy, tls), PATIENCE * 2),
        };
        let mut builder = HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
        if let Some(name) = name {
            builder = builder.with_server_name_resolver(FixedServerNameResolver::new(name));
        }
        let connector = match speech {
            Speech::Newest => builder.enable_http1().enable_http2().wrap_connector(near),
            Speech::Streams => builder.enable_http1().wrap_connector(near),
        };
        let dial = Dial::new(service_fn(move |uri: Uri| within(patience, connector.clone().call(uri))));
        Self { server, dial, opening: Arc::default() }
    }

    /// The client for the server. The same for all who ask at the same time: one of them connects, and its failure is everybody's.
    pub(super) fn open(&self) -> Opening {
        let mut opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = opening.as_ref().filter(|open| !matches!(open.peek(), Some(Err(_)))) {
            return open.clone();
        }
        let open = opened(self.dial.clone(), self.server.clone()).boxed().shared();
        *opening = Some(open.clone());
        open
    }
}

async fn opened(dial: Dial<Far>, server: Uri) -> Result<Http, NotOpened> {
    let stream = dial.clone().oneshot(server).await.map_err(|error| NotOpened(Arc::from(error)))?;
    let speaks_http2 = stream.connected().is_negotiated_h2();
    let first = Arc::new(Mutex::new(Some(stream)));
    let dial = Dial::new(service_fn(move |uri: Uri| {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let dial = dial.clone();
        async move {
            match first {
                Some(stream) => Ok(stream),
                None => dial.oneshot(uri).await,
            }
        }
    }));
    Ok(Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .http2_only(speaks_http2)
        .http2_keep_alive_interval(QUIET)
        .http2_keep_alive_timeout(ANSWER)
        .build(dial))
}

async fn within<T>(patience: Duration, connecting: impl Future<Output = Result<T, BoxError>>) -> Result<T, BoxError> {
    match timeout(patience, connecting).await {
        Ok(stream) => stream,
        Err(_) => Err(Box::new(Slow(patience.as_secs()))),
    }
}

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_keepalive(Some(QUIET));
    connector
}

fn through(proxy: Proxy, tls: &ClientConfig) -> Dial<Near> {
    let mut secure =
        HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http().enable_http1().wrap_connector(tcp());
    Dial::new(service_fn(move |server: Uri| {
        let proxy = proxy.clone();
        let connecting = secure.call(proxy.dial.clone());
        let leading = async move {
            let mut near = TokioIo::new(connecting.await?);
            lead(&mut near, &server, &proxy.way).await?;
            Ok(near.into_inner())
        };
        async move {
            within(PATIENCE, leading).await.map_err(|source| BoxError::from(AtProxy { proxy: proxy.address, source }))
        }
    }))
}

/// Nobody has answered.
#[derive(Debug, thiserror::Error)]
#[error("no connection in {0} s")]
pub(super) struct Slow(u64);

/// The way to the server ends at its proxy.
#[derive(Debug, thiserror::Error)]
#[error("the way ends at {proxy}")]
pub(super) struct AtProxy {
    pub(super) proxy: Uri,
    pub(super) source: BoxError,
}

/// A failure that several requests share.
#[derive(Clone, Debug)]
pub(super) struct NotOpened(Arc<dyn Error + Send + Sync>);

impl fmt::Display for NotOpened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("cannot connect")
    }
}

impl Error for NotOpened {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}
