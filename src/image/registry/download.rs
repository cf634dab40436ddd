#![expect(clippy::disallowed_methods, reason = "talks to servers of files, and knows how long one has been silent")]
//! Files on the web, fetched without a login. Whoever serves them is not believed: who asks has to verify what comes.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::header;
use http::uri::Scheme;
use http::{Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use tokio::time::{Instant, sleep, timeout};

use super::address::{Insecure, redirected};
use super::body::{read, text};
use super::client::{elsewhere, host};
use super::limits::{ATTEMPT, REDIRECTS};
use super::network::Network;
use super::said::Said;
use super::trouble::Problem;
use crate::web::retry::{self, Passing};
use crate::web::transport::{Http, client};
use crate::web::{Detour, Unreached, unconnected};

/// Somebody who fetches files within one span of time.
pub(in crate::image) struct Downloads {
    http: Http,
    insecure: Insecure,
    patience: Duration,
    deadline: Instant,
    chance: AtomicU64,
}

/// A file that has not come.
#[derive(Debug)]
pub struct Undelivered {
    /// Where it was looked for.
    pub address: String,
    /// What came of it.
    pub problem: Problem,
    /// How often and how long it was tried; empty for once.
    tries: String,
}

impl Undelivered {
    pub(in crate::image) fn once(address: String, problem: Problem) -> Self {
        Self { address, problem, tries: String::new() }
    }

    /// Whether nobody has answered. Everything else is an answer, and none that was asked for.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        match &self.problem {
            Problem::Unreachable { reason, .. } => *reason != Unreached::NotTls,
            Problem::Silent { .. } | Problem::Cut { .. } | Problem::Busy { .. } => true,
            _ => false,
        }
    }
}

impl fmt::Display for Undelivered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot read {}: {}{}", self.address, self.problem, self.tries)
    }
}

impl Error for Undelivered {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

impl Downloads {
    /// Nothing is asked yet. If the home has no TLS, it may lead on to itself without.
    pub(in crate::image) fn new(network: &Network, home: &Uri, patience: Duration) -> Result<Self, Problem> {
        let insecure = network.insecure.clone();
        let insecure = if home.scheme() == Some(&Scheme::HTTP) { insecure.and(&host(home)) } else { insecure };
        let http = client(network.proxies.clone(), true).map_err(|source| Problem::NoTls { source })?;
        Ok(Self {
            http,
            insecure,
            patience,
            deadline: Instant::now() + patience,
            chance: AtomicU64::new(network.chance | 1),
        })
    }

    /// A whole file, of which no more than a limit is read.
    pub(in crate::image) async fn file(&self, address: &Uri, limit: usize) -> Result<Vec<u8>, Undelivered> {
        let (started, mut attempts) = (Instant::now(), 0);
        loop {
            attempts += 1;
            let time = ATTEMPT.min(self.deadline.saturating_duration_since(Instant::now()));
            let problem = match timeout(time, self.attempt(address, limit)).await {
                Ok(Ok(bytes)) => return Ok(bytes),
                Ok(Err(problem)) => problem,
                Err(_) => {
                    Problem::Silent { host: host(address), limit: if time < ATTEMPT { self.patience } else { ATTEMPT } }
                }
            };
            let wait = if let Problem::Busy { wait, .. } = &problem { *wait } else { None };
            let pause = wait.unwrap_or_else(|| retry::pause(attempts, self.chance()));
            let is_enough = problem.passing().is_none_or(|passing: Passing| attempts >= passing.attempts());
            if is_enough || Instant::now() + pause >= self.deadline {
                let tries = match attempts {
                    1 => String::new(),
                    _ => format!(" (tried {attempts} times in {:.1} s)", started.elapsed().as_secs_f32()),
                };
                return Err(Undelivered { address: address.to_string(), problem, tries });
            }
            sleep(pause).await;
        }
    }

    fn chance(&self) -> u64 {
        let next = retry::next(self.chance.load(Ordering::Relaxed));
        self.chance.store(next, Ordering::Relaxed);
        next
    }

    /// One attempt: the question, and the way along redirects.
    async fn attempt(&self, address: &Uri, limit: usize) -> Result<Vec<u8>, Problem> {
        let mut address = address.clone();
        let mut redirects = 0;
        loop {
            let response = self.send(&address).await?;
            let status = response.status();
            if status.is_redirection() {
                redirects += 1;
                let to = text(response.headers(), &header::LOCATION).unwrap_or_default();
                let next =
                    if redirects > REDIRECTS { Err(Detour::Endless) } else { redirected(&address, to, &self.insecure) };
                address = next.map_err(|why| elsewhere(&address, to, why))?;
            } else if status == StatusCode::OK {
                return read(&host(&address), response, limit).await;
            } else {
                return Err(refusal(host(&address), &response));
            }
        }
    }

    async fn send(&self, address: &Uri) -> Result<Response<Incoming>, Problem> {
        let agent = concat!("sindri/", env!("CARGO_PKG_VERSION"));
        let request = Request::get(address).header(header::ACCEPT, "*/*").header(header::USER_AGENT, agent);
        let request = request.body(String::new());
        let request = request.map_err(|error| Problem::Unclear(format!("it cannot be asked for: {error}")))?;
        self.http.request(request).await.map_err(|error| unconnected(&host(address), &error).into())
    }
}

/// Why an answer is none. What else is said there is for people with browsers.
fn refusal(host: String, response: &Response<Incoming>) -> Problem {
    let said = Said::default();
    let after = text(response.headers(), &header::RETRY_AFTER);
    let wait = after.and_then(|after| retry::retry_after(after, text(response.headers(), &header::DATE)));
    match response.status() {
        StatusCode::NOT_FOUND => Problem::Absent { host, said },
        StatusCode::UNAUTHORIZED => Problem::Unauthorized { host, said },
        StatusCode::FORBIDDEN => Problem::Forbidden { host, said },
        status if retry::is_busy(status) => Problem::Busy { host, status: status.as_u16(), wait, said },
        status => Problem::Refused { host, status: status.as_u16(), said },
    }
}
