#![expect(
    clippy::disallowed_methods,
    reason = "knows the time and how long a server has been silent, and spreads what is tried again"
)]
//! Questions to one API server, and how patient they are.
//!
//! What is not answered is asked again until the time is up; what the server refuses is not. A write whose answer was
//! lost may have been done: the reply says that it was asked more than once.

use std::cell::Cell;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Collected};
use kube::Client;
use kube::client::Body;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use super::lean;
use super::request::Request;
use super::unanswered::{Server, Unanswered};
use crate::names::Shown;
use crate::plan::Refusal;

/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(30);
/// How often a server that has never answered is tried.
const INTRODUCTIONS: u32 = 5;
/// How often an answer that says "internal error" is doubted.
const DOUBTS: u32 = 8;
/// The first pause before another attempt, and the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One API server, asked by one person within one span of time.
pub struct Session {
    client: Client,
    server: Server,
    patience: Duration,
    /// When the present span of time began.
    started: Cell<Instant>,
    answered: Cell<bool>,
    requests: Cell<u32>,
    /// The time that the server told, and when it did.
    clock: Cell<Option<(i64, Instant)>>,
    chance: Cell<u64>,
}

/// What the server said.
#[derive(Clone, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub code: u16,
    /// The object, or the status that says why there is none.
    pub body: Value,
    /// Whether the request was sent more than once: what it asks for may have been done by a lost attempt.
    pub repeated: bool,
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Reply")
            .field("code", &self.code)
            .field("body", &Shown(&self.body))
            .field("repeated", &self.repeated)
            .finish()
    }
}

impl Reply {
    /// The object; none if there is none; otherwise why the server did not give it.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn object(self) -> Result<Option<Value>, Refusal> {
        match self.code {
            200..300 => Ok(Some(self.body)),
            404 => Ok(None),
            _ => Err(self.refusal()),
        }
    }

    /// Whether the server answered with success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Why the server did not do it.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let causes = self.body.pointer("/details/causes").and_then(Value::as_array);
        Refusal {
            code: self.code,
            reason: text(self.body.get("reason")),
            message: text(self.body.get("message")),
            causes: causes
                .into_iter()
                .flatten()
                .map(|cause| (text(cause.get("field")), text(cause.get("message"))))
                .collect(),
        }
    }
}

/// What one attempt came to.
enum Attempt {
    Done(Reply),
    /// Asking again may help, not before the time that the server named.
    Again {
        problem: Unanswered,
        doubtful: bool,
        after: Option<Duration>,
        reply: Option<Reply>,
    },
    Never(Unanswered),
}

impl Session {
    /// A session that ends after `patience`. `chance` spreads the attempts of those who ask at the same time.
    #[must_use]
    pub fn new(client: Client, server: impl Into<Server>, patience: Duration, chance: u64) -> Self {
        Self {
            client,
            server: server.into(),
            patience,
            started: Cell::new(Instant::now()),
            answered: Cell::new(false),
            requests: Cell::new(0),
            clock: Cell::new(None),
            chance: Cell::new(chance | 1),
        }
    }

    /// When the session ends.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.started.get() + self.patience
    }

    /// Begins a new span of time: a person has thought, or one piece of work is done and another begins.
    pub fn begin_anew(&self) {
        self.started.set(Instant::now());
    }

    /// Who is asked.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// How many requests were sent.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// The time on the server's clock, in seconds since 1970; none before it has answered.
    #[must_use]
    pub fn server_time(&self) -> Option<i64> {
        let (then, when) = self.clock.get()?;
        Some(then.saturating_add(i64::try_from(when.elapsed().as_secs()).unwrap_or(i64::MAX)))
    }

    /// The time: the server's if it has told it, otherwise that of this machine.
    pub(super) fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.server_time().unwrap_or_else(|| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    /// The same as RFC 3339 writes it; empty before it has answered.
    #[must_use]
    pub fn server_date(&self) -> String {
        let time = self.server_time().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        time.map(|time| time.to_string()).unwrap_or_default()
    }

    /// Asks until there is an answer.
    ///
    /// # Errors
    /// When there is none in time, or when asking again cannot help.
    pub async fn ask(&self, request: &Request) -> Result<Reply, Unanswered> {
        self.ask_until(request, self.deadline()).await
    }

    /// Asks until there is an answer, with another patience than the session's.
    ///
    /// # Errors
    /// When there is none in time, or when asking again cannot help.
    pub(super) async fn ask_until(&self, request: &Request, deadline: Instant) -> Result<Reply, Unanswered> {
        let (mut attempts, mut doubts) = (0, 0);
        let mut heard: Option<Unanswered> = None;
        loop {
            attempts += 1;
            let limit = ATTEMPT.min(deadline.saturating_duration_since(Instant::now()));
            let attempt = timeout(limit, self.attempt(request)).await.unwrap_or_else(|_| {
                // An attempt that was cut short says less than the one before it.
                let silent = || Unanswered::silent(&self.server, &request.what, limit);
                let problem = heard.take().filter(|_| limit < ATTEMPT).unwrap_or_else(silent);
                Attempt::Again { problem, doubtful: false, after: None, reply: None }
            });
            let (problem, doubtful, after, reply) = match attempt {
                Attempt::Done(reply) => return Ok(Reply { repeated: attempts > 1, ..reply }),
                Attempt::Never(problem) => return Err(problem),
                Attempt::Again { problem, doubtful, after, reply } => (problem, doubtful, after, reply),
            };
            let pause = after.unwrap_or_else(|| self.pause(attempts));
            doubts += u32::from(doubtful);
            let enough = match (doubtful, self.answered.get()) {
                (true, _) => doubts >= DOUBTS,
                (false, known) => !known && attempts >= INTRODUCTIONS,
            };
            if enough || Instant::now() + pause >= deadline {
                // What is said again and again is meant.
                return match reply.filter(|_| doubts >= DOUBTS) {
                    Some(reply) => Ok(Reply { repeated: attempts > 1, ..reply }),
                    None => Err(problem.after(self.started.get().elapsed(), attempts)),
                };
            }
            heard = Some(problem);
            sleep(pause).await;
        }
    }

    /// Opens an answer that does not end by itself. Tried once: whoever reads it has to begin anew when it ends.
    ///
    /// # Errors
    /// When the server does not answer or refuses.
    pub async fn open(&self, request: &Request) -> Result<Result<Response<Body>, Reply>, Unanswered> {
        self.open_with(request, &[], StatusCode::is_success).await
    }

    /// The same with more headers, where another status may be a success.
    pub(super) async fn open_with(
        &self,
        request: &Request,
        headers: &[(HeaderName, HeaderValue)],
        is_success: fn(&StatusCode) -> bool,
    ) -> Result<Result<Response<Body>, Reply>, Unanswered> {
        let limit = ATTEMPT.min(self.deadline().saturating_duration_since(Instant::now()));
        match timeout(limit, self.send(request, headers)).await {
            Err(_) => Err(Unanswered::silent(&self.server, &request.what, limit)),
            Ok(Err(problem)) => Err(problem),
            Ok(Ok(response)) if is_success(&response.status()) => Ok(Ok(response)),
            Ok(Ok(response)) => {
                let code = response.status().as_u16();
                let bytes = response.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
                let body = serde_json::from_slice(&bytes).unwrap_or_default();
                Ok(Err(Reply { code, body, repeated: false }))
            }
        }
    }

    async fn send(
        &self,
        request: &Request,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Response<Body>, Unanswered> {
        self.requests.set(self.requests.get().saturating_add(1));
        let mut builder =
            http::Request::builder().method(&request.method).uri(&request.path).header(header::ACCEPT, request.accept);
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let body = match &request.body {
            Some((kind, body)) => {
                builder = builder.header(header::CONTENT_TYPE, *kind);
                Body::from(body.to_string().into_bytes())
            }
            None => Body::empty(),
        };
        let problem = |error: kube::Error| Unanswered::of(&self.server, &request.what, &error, self.now());
        let sent = builder.body(body).map_err(|error| problem(kube::Error::HttpError(error)))?;
        let response = self.client.send(sent).await.map_err(problem)?;
        self.answered.set(true);
        if let Some(time) = response.headers().get(header::DATE).and_then(|date| date.to_str().ok()).and_then(seconds) {
            self.clock.set(Some((time, Instant::now())));
        }
        Ok(response)
    }

    async fn attempt(&self, request: &Request) -> Attempt {
        let response = match self.send(request, &[]).await {
            Ok(response) => response,
            Err(problem) if problem.is_final() => return Attempt::Never(problem),
            Err(problem) => return Attempt::Again { problem, doubtful: false, after: None, reply: None },
        };
        let status = response.status();
        let after = retry_after(&response);
        let read = response.into_body().collect().await;
        let body =
            read.map_err(|error| Unanswered::of(&self.server, &request.what, &error, self.now())).and_then(|body| {
                let bytes = body.to_bytes();
                let read = if request.lean { lean::from_slice(&bytes) } else { serde_json::from_slice(&bytes) };
                read.map_err(|error| Unanswered::cut(&self.server, &request.what, error))
            });
        let reply = |body: Value| Reply { code: status.as_u16(), body, repeated: false };
        match (status, body) {
            (StatusCode::UNAUTHORIZED, body) => Attempt::Never(Unanswered::unauthorized(
                &self.server,
                &request.what,
                &body.unwrap_or_default(),
                self.now(),
            )),
            // Behind this is a webhook of somebody else, which does not answer the server either.
            (StatusCode::INTERNAL_SERVER_ERROR, Ok(body)) if is_of_webhook(&body) => Attempt::Done(reply(body)),
            // A server that has just started gives out no addresses yet, and says that the object is invalid.
            (StatusCode::UNPROCESSABLE_ENTITY, Ok(body)) if is_of_start(&body) => {
                let problem = Unanswered::busy(&self.server, &request.what, status.as_u16(), &body);
                Attempt::Again { problem, doubtful: true, after, reply: Some(reply(body)) }
            }
            (StatusCode::INTERNAL_SERVER_ERROR, body) => {
                let body = body.unwrap_or_default();
                let problem = Unanswered::busy(&self.server, &request.what, status.as_u16(), &body);
                // A page of something in front of the server says nothing of the object.
                let reply = body.get("message").is_some().then(|| reply(body));
                Attempt::Again { problem, doubtful: true, after, reply }
            }
            (
                StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT,
                body,
            ) => {
                let body = body.unwrap_or_default();
                let problem = Unanswered::busy(&self.server, &request.what, status.as_u16(), &body);
                Attempt::Again { problem, doubtful: false, after, reply: None }
            }
            (_, Ok(body)) => Attempt::Done(reply(body)),
            (_, Err(problem)) => Attempt::Again { problem, doubtful: false, after, reply: None },
        }
    }

    /// Longer each time, and never the same for two who were refused together.
    pub(super) fn pause(&self, attempts: u32) -> Duration {
        self.spread(PAUSE.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(LONGEST_PAUSE))
    }

    /// A time between the half of the longest and the longest, another one each time.
    #[must_use]
    pub fn spread(&self, longest: Duration) -> Duration {
        let chance = next(self.chance.get());
        self.chance.set(chance);
        share(longest, chance)
    }
}

/// Another number, as good as drawn.
fn next(mut chance: u64) -> u64 {
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^ (chance << 17)
}

/// Between the half of a time and all of it.
fn share(longest: Duration, chance: u64) -> Duration {
    let share = u32::try_from(chance % 1000).unwrap_or_default();
    longest / 2 + longest.saturating_mul(share) / 2000
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Session").field("server", &self.server).finish_non_exhaustive()
    }
}

fn is_of_webhook(status: &Value) -> bool {
    status.get("message").and_then(Value::as_str).is_some_and(|message| message.contains("failed calling webhook"))
}

fn is_of_start(status: &Value) -> bool {
    let message = status.get("message").and_then(Value::as_str);
    message.is_some_and(|message| message.contains("failed to allocate IP") && message.contains("not ready"))
}

fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// Seconds since 1970 of a date as HTTP writes it.
fn seconds(date: &str) -> Option<i64> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    #[test]
    fn those_who_are_refused_together_do_not_come_again_together() {
        let longest = Duration::from_millis(100);
        let mut chance = 7;
        let mut pauses = BTreeSet::new();
        for _ in 0..100 {
            chance = super::next(chance);
            pauses.insert(super::share(longest, chance));
        }
        assert!(pauses.iter().all(|pause| longest / 2 <= *pause && *pause <= longest), "{pauses:?}");
        assert!(pauses.len() > 50, "{pauses:?}");
    }

    #[test]
    fn the_date_of_an_answer_is_understood() {
        assert_eq!(super::seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(super::seconds("yesterday"), None);
    }

    #[test]
    fn a_server_that_gives_out_no_addresses_yet_is_known() {
        let refusal = |message: &str| super::is_of_start(&serde_json::json!({"code": 422, "message": message}));
        let told = r#"Service "a" is invalid: spec.clusterIPs: Invalid value: [""]: failed to allocate IP: allocator not ready"#;
        assert!(refusal(told));
        assert!(!refusal(
            r#"Service "a" is invalid: spec.clusterIPs: Invalid value: [""]: failed to allocate IP: range is full"#
        ));
    }
}
