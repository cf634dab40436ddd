#![expect(
    clippy::disallowed_methods,
    reason = "talks to registries, knows how long one has been silent, and spreads what is tried again"
)]
//! Questions about one repository to its registry: the only file that talks to registries.
//!
//! A login goes to the registry's own host, and to the place for tokens that the registry itself names; never along a
//! redirect. Every answer has a limit, and every digest is computed here.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::time::Duration;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use tokio::time::{Instant, sleep, timeout};

use super::address::{Address, Insecure, redirected};
use super::body::{self, text};
use super::challenge::{Challenge, challenges};
use super::limits::{ATTEMPT, COMPLAINT, REDIRECTS};
use super::network::Network;
use super::said::{Said, place};
use super::token;
use super::trouble::{Problem, Trouble};
use crate::config::reference::Repository;
use crate::image::Login;
use crate::web::retry::{self, Passing};
use crate::web::transport::{Http, client};
use crate::web::{Detour, unconnected};

/// A registry, asked about one repository by one person within one span of time.
pub struct Registry {
    pub(super) http: Http,
    pub(super) address: Address,
    pub(super) insecure: Insecure,
    pub(super) repository: Repository,
    pub(super) login: Option<Login>,
    patience: Duration,
    deadline: Instant,
    /// What is shown with each request, once it is known what the registry wants.
    pass: RefCell<Option<HeaderValue>>,
    requests: Cell<u32>,
    chance: Cell<u64>,
}

/// A question.
pub(super) struct Ask<'a> {
    /// What it is about: follows "cannot".
    pub(super) what: &'a str,
    pub(super) path: String,
    pub(super) accept: &'static str,
    /// The most that is read of the answer.
    pub(super) limit: usize,
}

/// An answer, complete.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &header::HeaderName) -> Option<&str> {
        text(&self.headers, name)
    }
}

impl Registry {
    /// Nothing is asked yet.
    ///
    /// # Errors
    /// When no TLS can be spoken here.
    pub fn new(
        repository: &Repository,
        network: &Network,
        login: Option<Login>,
        patience: Duration,
    ) -> Result<Self, Trouble> {
        let trouble = |problem| Trouble {
            what: format!("ask for {repository}"),
            host: repository.registry().to_owned(),
            is_plain: false,
            problem,
            login: None,
            tries: String::new(),
        };
        let address = Address::of(repository, &network.insecure)
            .ok_or_else(|| trouble(Problem::Unclear("its registry has no address".to_owned())))?;
        let http = client(network.proxies.clone(), !address.is_plain())
            .map_err(|error| trouble(Problem::NoTls { source: error }))?;
        Ok(Self {
            http,
            address,
            insecure: network.insecure.clone(),
            repository: repository.clone(),
            login,
            patience,
            deadline: Instant::now() + patience,
            pass: RefCell::new(None),
            requests: Cell::new(0),
            chance: Cell::new(network.chance | 1),
        })
    }

    /// What it is asked about.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Whether there is a login to show.
    #[must_use]
    pub fn has_login(&self) -> bool {
        self.login.is_some()
    }

    /// How many requests were sent.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// Asks until there is an answer.
    pub(super) async fn ask(&self, ask: &Ask<'_>) -> Result<Answer, Trouble> {
        let (started, mut attempts) = (Instant::now(), 0);
        loop {
            attempts += 1;
            let limit = ATTEMPT.min(self.deadline.saturating_duration_since(Instant::now()));
            let problem = match timeout(limit, self.attempt(ask)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(problem)) => problem,
                Err(_) => {
                    let host = self.address.host().to_owned();
                    Problem::Silent { host, limit: if limit < ATTEMPT { self.patience } else { ATTEMPT } }
                }
            };
            let wait = match &problem {
                Problem::Busy { wait, .. } => *wait,
                _ => None,
            };
            let pause = wait.unwrap_or_else(|| retry::pause(attempts, self.chance()));
            let is_enough = problem.passing().is_none_or(|passing: Passing| attempts >= passing.attempts());
            if is_enough || Instant::now() + pause >= self.deadline {
                return Err(self.trouble(ask.what, problem, attempts, started.elapsed()));
            }
            sleep(pause).await;
        }
    }

    pub(super) fn trouble(&self, what: &str, problem: Problem, attempts: u32, elapsed: Duration) -> Trouble {
        let tries = match attempts {
            0 | 1 => String::new(),
            _ => format!(" (tried {attempts} times in {:.1} s)", elapsed.as_secs_f32()),
        };
        let host = self.repository.registry().to_owned();
        Trouble {
            what: what.to_owned(),
            host,
            is_plain: self.address.is_plain(),
            problem,
            login: self.login.as_ref().map(|login| login.place().to_owned()),
            tries,
        }
    }

    fn chance(&self) -> u64 {
        self.chance.set(retry::next(self.chance.get()));
        self.chance.get()
    }

    /// One attempt: the question, being let in if need be, and the way along redirects.
    async fn attempt(&self, ask: &Ask<'_>) -> Result<Answer, Problem> {
        let mut uri = self.address.at(&ask.path).ok_or_else(|| Problem::Unclear("its address is none".to_owned()))?;
        let mut is_let_in = false;
        let mut redirects = 0;
        loop {
            let is_at_home = self.address.holds(&uri);
            let pass = self.pass.borrow().clone().filter(|_| is_at_home);
            let mut request = Request::get(&uri).header(header::ACCEPT, ask.accept);
            if let Some(pass) = pass {
                request = request.header(header::AUTHORIZATION, pass);
            }
            let response = self.send(request, String::new()).await?;
            let status = response.status();
            if status.is_redirection() {
                redirects += 1;
                let to = text(response.headers(), &header::LOCATION).unwrap_or_default();
                let next =
                    if redirects > REDIRECTS { Err(Detour::Endless) } else { redirected(&uri, to, &self.insecure) };
                uri = next.map_err(|why| elsewhere(&uri, to, why))?;
            } else if status == StatusCode::UNAUTHORIZED && is_at_home && !is_let_in {
                is_let_in = true;
                let pass = self.pass_for(response).await?;
                *self.pass.borrow_mut() = Some(pass);
            } else if status == StatusCode::UNAUTHORIZED && !is_at_home {
                let from = self.address.host().to_owned();
                return Err(Problem::Elsewhere { from, to: host(&uri), why: Detour::Login });
            } else if status == StatusCode::OK {
                let headers = response.headers().clone();
                let body = self.read(&uri, response, ask.limit).await?;
                return Ok(Answer { headers, body });
            } else {
                return Err(self.refusal(&uri, response).await);
            }
        }
    }

    /// What lets somebody in who was told to show it.
    async fn pass_for(&self, response: Response<Incoming>) -> Result<HeaderValue, Problem> {
        let offers = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
        let offers: Vec<Challenge> = offers.filter_map(|offer| offer.to_str().ok()).flat_map(challenges).collect();
        for offer in &offers {
            match (offer, &self.login) {
                (Challenge::Bearer { realm, service }, _) => {
                    return token::fetch(self, realm, service.as_deref()).await;
                }
                (Challenge::Basic, Some(login)) => return Ok(token::basic(login)),
                (Challenge::Basic | Challenge::Other(_), _) => {}
            }
        }
        let host = self.address.host().to_owned();
        Err(Problem::Unauthorized { host, said: self.complaint(response).await })
    }

    /// Sends one request; `body` is a form if it is not empty.
    pub(super) async fn send(
        &self,
        request: http::request::Builder,
        body: String,
    ) -> Result<Response<Incoming>, Problem> {
        self.requests.set(self.requests.get().saturating_add(1));
        let agent = concat!("sindri/", env!("CARGO_PKG_VERSION"));
        let request = request.header(header::USER_AGENT, agent).body(body);
        let request = request.map_err(|error| Problem::Unclear(format!("it cannot be asked for: {error}")))?;
        let host = request.uri().authority().map_or_else(String::new, ToString::to_string);
        self.http.request(request).await.map_err(|error| unconnected(&host, &error).into())
    }

    /// The body of an answer, up to a limit.
    pub(super) async fn read(&self, uri: &Uri, response: Response<Incoming>, limit: usize) -> Result<Vec<u8>, Problem> {
        body::read(&host(uri), response, limit).await
    }

    /// Why an answer is none.
    pub(super) async fn refusal(&self, uri: &Uri, response: Response<Incoming>) -> Problem {
        let (status, host) = (response.status(), host(uri));
        let after = text(response.headers(), &header::RETRY_AFTER);
        let wait = after.and_then(|after| retry::retry_after(after, text(response.headers(), &header::DATE)));
        let said = self.complaint(response).await;
        match status {
            StatusCode::NOT_FOUND => Problem::Absent { host, said },
            StatusCode::UNAUTHORIZED => Problem::Unauthorized { host, said },
            StatusCode::FORBIDDEN => Problem::Forbidden { host, said },
            _ if retry::is_busy(status) => Problem::Busy { host, status: status.as_u16(), wait, said },
            _ => Problem::Refused { host, status: status.as_u16(), said },
        }
    }

    /// What is said in an answer that is none. Nobody repeats a login here.
    async fn complaint(&self, response: Response<Incoming>) -> Said {
        let body = self.read(&Uri::default(), response, COMPLAINT).await.unwrap_or_default();
        let pass = self.pass.borrow();
        let pass = pass.as_ref().and_then(|pass| pass.to_str().ok()?.split_once(' ')).map(|(_, secret)| secret);
        Said::of(&body, self.login.iter().map(Login::secret).chain(pass))
    }
}

pub(super) fn host(uri: &Uri) -> String {
    uri.authority().map_or_else(String::new, ToString::to_string)
}

pub(super) fn elsewhere(from: &Uri, to: &str, why: Detour) -> Problem {
    Problem::Elsewhere { from: host(from), to: place(to), why }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Registry").field("repository", &self.repository).finish_non_exhaustive()
    }
}
