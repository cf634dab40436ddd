//! The proxy at work: connections, requests, and what is done to them.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use http_body_util::{BodyExt as _, Collected};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use kube::Client;
use kube::client::Body;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsAcceptor;

use super::answer::{self, Answer, Whole};
use super::fault::Fault;
use super::record::{Record, Seen};

/// Decides what is done to a request.
pub(crate) type Script = Box<dyn FnMut(&Seen) -> Fault + Send>;

/// What was seen since the last script began.
#[derive(Default)]
pub(super) struct Log {
    /// Which script it is: an answer that comes later is no answer to one of its requests.
    pub(super) act: usize,
    pub(super) records: Vec<Record>,
}

/// What the test and the proxy share.
pub(super) struct State {
    pub(super) log: Mutex<Log>,
    pub(super) changed: Condvar,
    pub(super) script: Mutex<Script>,
    /// How often all connections were broken.
    pub(super) breaks: watch::Sender<u64>,
}

impl State {
    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a request, and its fate. Numbers and decisions have the same order.
    fn arrive(&self, parts: &http::request::Parts) -> (Seen, Fault) {
        let mut log = self.log();
        let seen = Seen {
            act: log.act,
            number: log.records.len(),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
        };
        let fault = (self.script.lock().unwrap_or_else(PoisonError::into_inner))(&seen);
        let forwarded = !matches!(fault, Fault::Refused { .. } | Fault::ResetBefore | Fault::Deaf);
        log.records.push(Record {
            seen: seen.clone(),
            fault: fault.clone(),
            arrived: Instant::now(),
            forwarded,
            answered: None,
        });
        self.changed.notify_all();
        (seen, fault)
    }

    fn answered(&self, seen: &Seen, status: StatusCode) {
        let mut log = self.log();
        let same_act = log.act == seen.act;
        if let Some(record) = log.records.get_mut(seen.number).filter(|_| same_act) {
            record.answered = Some((status.as_u16(), Instant::now()));
        }
        self.changed.notify_all();
    }
}

pub(super) async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, client: Client, state: Arc<State>) {
    loop {
        // A listener on the loopback fails only when the process has no files left; then the test fails too.
        let Ok((stream, _)) = listener.accept().await else { return };
        tokio::spawn(connection(stream, tls.clone(), client.clone(), state.clone()));
    }
}

/// One connection, until it is broken: here, or by the client.
async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, client: Client, state: Arc<State>) -> io::Result<()> {
    let stream = stream.into_std()?;
    // The same socket: what it does when it is closed can be said at the last moment.
    let twin = TcpStream::from_std(stream.try_clone()?)?;
    let stream = TcpStream::from_std(stream)?;
    let reset = Arc::new(Notify::new());
    let mut breaks = state.breaks.subscribe();
    let served = {
        let reset = reset.clone();
        let answer = service_fn(move |request| handle(request, client.clone(), state.clone(), reset.clone()));
        let builder = auto::Builder::new(TokioExecutor::new());
        async move {
            // How a connection ends is the client's concern.
            match tls {
                Some(tls) => builder.serve_connection(TokioIo::new(tls.accept(stream).await?), answer).await,
                None => builder.serve_connection(TokioIo::new(stream), answer).await,
            }
        }
    };
    tokio::select! {
        _ = served => {}
        () = reset.notified() => twin.set_zero_linger()?,
        _ = breaks.changed() => twin.set_zero_linger()?,
    }
    Ok(())
}

async fn handle(
    request: Request<Incoming>,
    client: Client,
    state: Arc<State>,
    reset: Arc<Notify>,
) -> Result<Response<Answer>, Infallible> {
    let (parts, body) = request.into_parts();
    let Ok(body) = body.collect().await.map(Collected::to_bytes) else { return gone().await };
    let (seen, fault) = state.arrive(&parts);
    match fault {
        Fault::Refused { code, retry_after, page } => return Ok(answer::refusal(code, retry_after, page)),
        Fault::ResetBefore => reset.notify_one(),
        _ => {}
    }
    if matches!(fault, Fault::ResetBefore | Fault::Deaf) {
        return gone().await;
    }
    // A client that goes away does not take back what it sent.
    let asked = tokio::spawn(forward(client, parts, body, seen.clone(), state));
    let Ok(Ok(forwarded)) = asked.await else {
        reset.notify_one();
        return gone().await;
    };
    match (fault, forwarded) {
        (Fault::Mute, _) => gone().await,
        (Fault::ResetAfter, _) => {
            reset.notify_one();
            gone().await
        }
        (Fault::Slow(time), forwarded) => {
            tokio::time::sleep(time).await;
            Ok(forwarded.unharmed())
        }
        (Fault::Held(round), forwarded) => {
            round.join().await;
            Ok(forwarded.unharmed())
        }
        (Fault::Cut, Forwarded::Whole(whole)) => Ok(whole.cut()),
        (Fault::Watch { events, end }, Forwarded::Watch(watch)) => Ok(answer::ending(watch, events, end)),
        (_, forwarded) => Ok(forwarded.unharmed()),
    }
}

async fn gone() -> Result<Response<Answer>, Infallible> {
    std::future::pending().await
}

enum Forwarded {
    Whole(Whole),
    Watch(Response<Answer>),
}

impl Forwarded {
    fn unharmed(self) -> Response<Answer> {
        match self {
            Self::Whole(whole) => whole.unharmed(),
            Self::Watch(watch) => watch,
        }
    }
}

async fn forward(
    client: Client,
    parts: http::request::Parts,
    body: Bytes,
    seen: Seen,
    state: Arc<State>,
) -> Result<Forwarded, kube::Error> {
    let target = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let mut request = Request::builder().method(parts.method).uri(target);
    for name in [header::ACCEPT, header::CONTENT_TYPE, header::USER_AGENT] {
        if let Some(value) = parts.headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let response = client.send(request.body(Body::from(body)).map_err(kube::Error::HttpError)?).await?;
    let status = response.status();
    if seen.watches() && status.is_success() {
        state.answered(&seen, status);
        return Ok(Forwarded::Watch(answer::watch(response)));
    }
    let headers = answer::kept(&response);
    let body = response.into_body().collect_bytes().await?;
    state.answered(&seen, status);
    Ok(Forwarded::Whole(Whole { status, headers, body }))
}
