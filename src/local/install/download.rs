#![expect(clippy::disallowed_methods, reason = "talks to servers of programs, and knows how long one has been silent")]
//! A program, downloaded: from where an earlier run has stopped, past what passes, and never believed before its checksum
//! is right.

use std::io;
use std::path::Path;
use std::time::Duration;

use http::uri::Scheme;
use http::{Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, sleep, timeout};

use super::base::Location;
use super::not_installed::{Missed, NotInstalled};
use super::partial::Partial;
use super::range::{Begins, begins};
use super::release::Release;
use super::undelivered::Undelivered;
use crate::web::transport::{Http, client};
use crate::web::{Detour, Proxies, chance, is_this_machine, redirected, retry, unconnected};

/// How long nothing may come.
const SILENCE: Duration = Duration::from_secs(30);
/// How many redirects are followed, one after the other.
const REDIRECTS: u32 = 5;
/// More than such a program has.
const LARGEST: u64 = 512 << 20;

/// How far a download is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many bytes there are.
    pub done: u64,
    /// How many of them came in this run.
    pub fresh: u64,
    /// How many there will be, if the server says so.
    pub total: Option<u64>,
    /// How long it has taken.
    pub elapsed: Duration,
}

/// Somebody who wants to know how far it is.
type Tell<'a> = dyn FnMut(Progress) + 'a;

/// Why an attempt has ended.
enum Stop {
    Undelivered(Undelivered),
    Disk(io::Error),
}

impl From<Undelivered> for Stop {
    fn from(error: Undelivered) -> Self {
        Self::Undelivered(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Downloads a release: afterwards the file is whole and has its checksum.
///
/// # Errors
/// When it does not come, or is another file. What has come of it is kept, unless it is another file.
pub async fn fetch(
    release: &Release,
    from: &Location,
    proxies: Proxies,
    partial: &mut Partial,
    cache: Option<&Path>,
    tell: &mut Tell<'_>,
) -> Result<(), NotInstalled> {
    let unkept = |source| NotInstalled::Unkept { place: cache.map(Path::to_owned), source };
    let mut is_kept = partial.length() > 0;
    if is_kept && partial.sum().map_err(unkept)? == release.sum {
        return Ok(());
    }
    loop {
        match from {
            Location::File(path) => {
                partial
                    .take(path, LARGEST)
                    .map_err(|source| NotInstalled::Unreadable { path: path.clone(), source })?;
                is_kept = false;
            }
            Location::Web(address) => from_the_web(address, proxies.clone(), partial, cache, tell).await?,
        }
        let found = partial.sum().map_err(unkept)?;
        if found == release.sum {
            return Ok(());
        }
        partial.restart().map_err(unkept)?;
        if !is_kept {
            let what = format!("{} v{} for {}", release.tool, release.version, release.platform);
            return Err(NotInstalled::WrongSum { from: from.clone(), what, found, expected: release.sum.clone() });
        }
        // What was kept may be what is wrong with it.
        is_kept = false;
    }
}

async fn from_the_web(
    address: &Uri,
    proxies: Proxies,
    partial: &mut Partial,
    cache: Option<&Path>,
    tell: &mut Tell<'_>,
) -> Result<(), NotInstalled> {
    let undelivered =
        |problem, tries| NotInstalled::Undelivered(Missed { address: address.to_string(), problem, tries });
    let http = client(proxies, true).map_err(|source| undelivered(Undelivered::NoTls { source }, String::new()))?;
    let mut chance = chance() | 1;
    let mut download = Download { http, home: address, partial, begun: Instant::now(), before: 0, tell };
    download.before = download.partial.length();
    let mut attempts = 0;
    loop {
        attempts += 1;
        let length = download.partial.length();
        let problem = match download.attempt().await {
            Ok(()) => return Ok(()),
            Err(Stop::Disk(source)) => {
                return Err(NotInstalled::Unkept { place: cache.map(Path::to_owned), source });
            }
            Err(Stop::Undelivered(problem)) => problem,
        };
        // A server that goes on is worth going on with.
        if download.partial.length() > length {
            attempts = 1;
        }
        let asked = if let Undelivered::Busy { wait, .. } = &problem { *wait } else { None };
        let is_too_long = asked.is_some_and(|asked| asked > SILENCE);
        if is_too_long || problem.passing().is_none_or(|passing| attempts >= passing.attempts()) {
            let tries = match attempts {
                1 => String::new(),
                _ => format!(" (tried {attempts} times in {:.1} s)", download.begun.elapsed().as_secs_f32()),
            };
            return Err(undelivered(problem, tries));
        }
        chance = retry::next(chance);
        sleep(asked.unwrap_or_else(|| retry::pause(attempts, chance))).await;
    }
}

struct Download<'a, 'b> {
    http: Http,
    home: &'a Uri,
    partial: &'a mut Partial,
    begun: Instant,
    /// How much was there before.
    before: u64,
    tell: &'a mut Tell<'b>,
}

impl Download<'_, '_> {
    /// One attempt: the question, and the way along redirects.
    async fn attempt(&mut self) -> Result<(), Stop> {
        let mut address = self.home.clone();
        let mut redirects = 0;
        loop {
            let response = self.send(&address).await?;
            let status = response.status();
            if status.is_redirection() {
                redirects += 1;
                address = self.elsewhere(&address, &response, redirects)?;
            } else if status == StatusCode::OK {
                // All of it, whatever was asked for.
                self.forget()?;
                return self.read(&address, response).await;
            } else if status == StatusCode::PARTIAL_CONTENT {
                match begins(text(&response, &header::CONTENT_RANGE)) {
                    Begins::At(start) if start == self.partial.length() => return self.read(&address, response).await,
                    _ => {
                        self.forget()?;
                        return Err(Undelivered::Cut { host: host(&address) }.into());
                    }
                }
            } else if status == StatusCode::RANGE_NOT_SATISFIABLE && self.partial.length() > 0 {
                // What was kept is longer than what is there.
                self.forget()?;
            } else {
                return Err(refusal(host(&address), &response).into());
            }
        }
    }

    fn forget(&mut self) -> io::Result<()> {
        self.before = 0;
        self.partial.restart()
    }

    async fn send(&self, address: &Uri) -> Result<Response<Incoming>, Undelivered> {
        let agent = concat!("sindri/", env!("CARGO_PKG_VERSION"));
        let mut request = Request::get(address).header(header::ACCEPT, "*/*").header(header::USER_AGENT, agent);
        if self.partial.length() > 0 {
            request = request.header(header::RANGE, format!("bytes={}-", self.partial.length()));
        }
        let request = request.body(String::new()).map_err(|source| Undelivered::Unclear { source })?;
        let silent = |_| Undelivered::Silent { host: host(address), limit: SILENCE };
        let response = timeout(SILENCE, self.http.request(request)).await.map_err(silent)?;
        Ok(response.map_err(|error| unconnected(&host(address), &error))?)
    }

    /// Where a redirect leads. Without TLS only to the place itself, and to this machine.
    fn elsewhere(&self, from: &Uri, response: &Response<Incoming>, redirects: u32) -> Result<Uri, Undelivered> {
        let to = text(response, &header::LOCATION).unwrap_or_default();
        let is_plain = self.home.scheme() == Some(&Scheme::HTTP);
        let next = if redirects > REDIRECTS {
            Err(Detour::Endless)
        } else {
            redirected(from, to, |authority| is_this_machine(authority) || (is_plain && authority == host(self.home)))
        };
        next.map_err(|why| {
            // What follows the host may hold a key.
            let shown = to.parse::<Uri>().ok().filter(|to| to.authority().is_some());
            let to = shown.map_or_else(|| "another place".to_owned(), |to| host(&to));
            Undelivered::Elsewhere { from: host(from), to, why }
        })
    }

    /// The rest of the file.
    async fn read(&mut self, address: &Uri, response: Response<Incoming>) -> Result<(), Stop> {
        let announced = text(&response, &header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        let total = announced.map(|length| length.saturating_add(self.partial.length()));
        let mut body = response.into_body();
        loop {
            if self.partial.length().max(total.unwrap_or_default()) > LARGEST {
                self.forget()?;
                return Err(Undelivered::TooLarge { limit: LARGEST }.into());
            }
            let silent = |_| Undelivered::Silent { host: host(address), limit: SILENCE };
            let Some(frame) = timeout(SILENCE, body.frame()).await.map_err(silent)? else { return Ok(()) };
            let Ok(frame) = frame else { return Err(Undelivered::Cut { host: host(address) }.into()) };
            let Some(data) = frame.data_ref() else { continue };
            self.partial.append(data)?;
            let done = self.partial.length();
            let fresh = done.saturating_sub(self.before);
            (self.tell)(Progress { done, fresh, total, elapsed: self.begun.elapsed() });
        }
    }
}

/// Why an answer is none. What else is said there is for people with browsers.
fn refusal(host: String, response: &Response<Incoming>) -> Undelivered {
    match response.status() {
        StatusCode::NOT_FOUND => Undelivered::Absent { host },
        status if retry::is_busy(status) => {
            let after = text(response, &header::RETRY_AFTER);
            let wait = after.and_then(|after| retry::retry_after(after, text(response, &header::DATE)));
            Undelivered::Busy { host, status: status.as_u16(), wait }
        }
        status => Undelivered::Refused { host, status: status.as_u16() },
    }
}

fn host(uri: &Uri) -> String {
    uri.authority().map_or_else(String::new, ToString::to_string)
}

fn text<'a>(response: &'a Response<Incoming>, name: &header::HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}
