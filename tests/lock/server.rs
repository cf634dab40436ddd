//! A server that keeps one lease as the real one does, and goes wrong when it is told to.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use sindri::kubernetes::{Holder, Pace, Session};

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fate {
    /// It is done and answered.
    Done,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It never arrives.
    Lost,
    /// It is done after this time.
    Late(Duration),
}

/// What somebody else does to the lease, just before a request is done.
pub(crate) type Meddling = Box<dyn FnOnce(&mut Option<Value>) + Send>;

#[derive(Default)]
pub(crate) struct State {
    pub(crate) lease: Option<Value>,
    versions: u64,
    /// What happens to the next requests; then all are done.
    pub(crate) fates: VecDeque<Fate>,
    /// Before the request of this number.
    pub(crate) meddling: Vec<(usize, Meddling)>,
    /// What all requests of a method are answered with instead.
    pub(crate) refusal: Option<(Method, StatusCode, Value)>,
    /// What this person may do, of what is asked.
    pub(crate) allowed: Vec<&'static str>,
    /// Method by method, what was asked.
    pub(crate) asked: Vec<Method>,
    /// Whether no request arrives.
    pub(crate) is_down: bool,
}

#[derive(Clone)]
pub(crate) struct Server {
    state: Arc<Mutex<State>>,
    started: Instant,
}

pub(crate) const QUICK: Pace =
    Pace { duration: Duration::from_secs(1), renewal: Duration::from_millis(200), look: Duration::from_millis(50) };

pub(crate) fn holder(user: &str) -> Holder {
    Holder { run: format!("run-of-{user}"), user: user.to_owned(), host: "laptop".to_owned(), ..Holder::default() }
}

impl Server {
    pub(crate) fn new() -> Self {
        Self { state: Arc::default(), started: Instant::now() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's clock has nothing to do with that of this machine.
    pub(crate) fn now(&self) -> i64 {
        784_111_777 + i64::try_from(self.started.elapsed().as_secs()).unwrap_or_default()
    }

    pub(crate) fn session(&self, patience: Duration) -> Session {
        let server = self.clone();
        let service = tower::service_fn(move |request| {
            let server = server.clone();
            async move { server.serve(request).await }
        });
        Session::new(Client::new(service, "default"), "https://lock.test".to_owned(), patience, 7)
    }

    /// A lease that somebody got and renewed so many seconds ago.
    pub(crate) fn held_by(&self, identity: &str, ago: i64) {
        let renewed = jiff::Timestamp::from_second(self.now() - ago).unwrap_or_default();
        let mut state = self.state();
        state.versions += 1;
        let version = state.versions.to_string();
        state.lease = Some(json!({
            "metadata": {"name": "sindri-a", "uid": "u-other", "resourceVersion": version},
            "spec": {"holderIdentity": identity, "leaseDurationSeconds": 1, "renewTime": renewed.to_string(),
                "acquireTime": renewed.to_string()},
        }));
    }

    async fn serve(self, request: Request<Body>) -> io::Result<Response<Body>> {
        let (parts, body) = request.into_parts();
        let bytes = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let fate = {
            let mut state = self.state();
            if state.is_down { Fate::Lost } else { state.fates.pop_front().unwrap_or(Fate::Done) }
        };
        let broken = || io::Error::from(io::ErrorKind::ConnectionReset);
        if fate == Fate::Lost {
            return Err(broken());
        }
        if let Fate::Late(by) = fate {
            tokio::time::sleep(by).await;
        }
        let (code, answer) = self.state().answer(&parts.method, parts.uri.path(), body);
        if fate == Fate::AnswerLost {
            return Err(broken());
        }
        let date = jiff::Timestamp::from_second(self.now()).unwrap_or_default().strftime("%a, %d %b %Y %H:%M:%S GMT");
        let response = Response::builder().status(code).header("Date", date.to_string());
        response.body(Body::from(answer.to_string().into_bytes())).map_err(io::Error::other)
    }
}

impl State {
    fn answer(&mut self, method: &Method, path: &str, mut body: Value) -> (StatusCode, Value) {
        if path.ends_with("selfsubjectaccessreviews") {
            let verb = &body["spec"]["resourceAttributes"]["verb"];
            let allowed = self.allowed.iter().any(|allowed| verb == allowed);
            return (StatusCode::CREATED, json!({"status": {"allowed": allowed}}));
        }
        let number = self.asked.len();
        self.asked.push(method.clone());
        if let Some(place) = self.meddling.iter().position(|(when, _)| *when == number) {
            let (_, meddle) = self.meddling.remove(place);
            meddle(&mut self.lease);
        }
        if let Some((_, code, status)) = self.refusal.as_ref().filter(|(refused, ..)| refused == method) {
            return (*code, status.clone());
        }
        let status = |code: StatusCode| (code, json!({"kind": "Status", "code": code.as_u16()}));
        let same =
            |lease: &Value, body: &Value, field: &str| body.get(field).is_none_or(|own| lease.get(field) == Some(own));
        self.versions += 1;
        match (method.as_str(), self.lease.take()) {
            ("GET", Some(lease)) => {
                self.lease = Some(lease.clone());
                (StatusCode::OK, lease)
            }
            ("GET" | "DELETE", None) => status(StatusCode::NOT_FOUND),
            ("POST", Some(lease)) => {
                self.lease = Some(lease);
                status(StatusCode::CONFLICT)
            }
            ("DELETE", Some(lease)) => {
                let wanted = &body["preconditions"];
                if same(&lease["metadata"], wanted, "uid") && same(&lease["metadata"], wanted, "resourceVersion") {
                    return (StatusCode::OK, json!({"kind": "Status"}));
                }
                self.lease = Some(lease);
                status(StatusCode::CONFLICT)
            }
            ("PUT", Some(lease))
                if same(&lease["metadata"], &body["metadata"], "uid")
                    && same(&lease["metadata"], &body["metadata"], "resourceVersion") =>
            {
                // What does not differ is no change.
                if lease["spec"] != body["spec"] {
                    body["metadata"]["resourceVersion"] = json!(self.versions.to_string());
                }
                self.lease = Some(body.clone());
                (StatusCode::OK, body)
            }
            ("PUT", lease @ Some(_)) => {
                self.lease = lease;
                status(StatusCode::CONFLICT)
            }
            // A lease that is not there is made by a PUT, unless it names the one that it replaces.
            ("PUT", None) if body["metadata"].get("uid").is_some() => status(StatusCode::CONFLICT),
            (_, None) => self.made(body),
            (_, lease) => {
                self.lease = lease;
                status(StatusCode::METHOD_NOT_ALLOWED)
            }
        }
    }
    fn made(&mut self, mut lease: Value) -> (StatusCode, Value) {
        lease["metadata"]["uid"] = json!(format!("u-{}", self.versions));
        lease["metadata"]["resourceVersion"] = json!(self.versions.to_string());
        self.lease = Some(lease.clone());
        (StatusCode::CREATED, lease)
    }
}
