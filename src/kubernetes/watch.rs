#![expect(clippy::disallowed_methods, reason = "pauses before a watch that was lost is opened again, and ends in time")]
//! What there is of some objects, and every change of it, for as long as it takes.
//!
//! A watch ends: by itself, cut, reset, because the server restarts, or because what it remembers is too old. It is opened
//! again where it ended, or begun anew, with a pause that grows as long as it does not help.

use std::time::Duration;

use futures_util::Stream;
use futures_util::stream::unfold;
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use super::pages::{objects, pages};
use super::request::{Request, Selecting};
use super::scene::text;
use super::session::{Reply, Session};
use super::unanswered::Unanswered;
use crate::names::{Kind, ObjectId};
use crate::plan::Refusal;

/// How many objects are asked for at a time.
const PAGE: u32 = 500;
/// A watch that says nothing for so long may be dead without knowing it.
pub const IDLE: Duration = Duration::from_secs(20);
/// No object is so large: etcd takes less than two megabytes.
pub const LONGEST_LINE: usize = 8 << 20;
/// A watch that lives so long was worth it.
const WORTHWHILE: Duration = Duration::from_secs(5);

/// Which objects are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// This one. The right to list is not needed.
    One(ObjectId),
    /// All of a kind that are selected.
    All(Kind, Selecting),
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// These are all that there are.
    Listed(Vec<Value>),
    /// There is this one, in this version.
    Seen(Value),
    /// This one is gone.
    Removed(Value),
    /// What happens is not known for now, and why; it is tried again.
    Interrupted(String),
}

/// Why nothing more will be known.
#[derive(Debug)]
pub enum Lost {
    /// The server did not answer in time, or cannot be asked.
    Unanswered(Unanswered),
    /// It refuses.
    Refused(Refusal),
}

impl From<Unanswered> for Lost {
    fn from(problem: Unanswered) -> Self {
        Self::Unanswered(problem)
    }
}

/// Every change until the session's time is up; the last item says why there are no more. A watch that says nothing for `idle`
/// is opened again.
pub fn follow<'session>(
    session: &'session Session,
    namespace: &'session str,
    followed: Followed,
    idle: Duration,
) -> impl Stream<Item = Result<Change, Lost>> + 'session {
    let watch = Watch { session, namespace, followed, idle, place: Place::Unknown, failures: 0 };
    unfold(Some(watch), async |watch| {
        let mut watch = watch?;
        match watch.next().await {
            Ok(change) => Some((Ok(change), Some(watch))),
            Err(lost) => Some((Err(lost), None)),
        }
    })
}

struct Watch<'session> {
    session: &'session Session,
    namespace: &'session str,
    followed: Followed,
    idle: Duration,
    place: Place,
    /// How often in a row it did not get further.
    failures: u32,
}

/// How much is known.
enum Place {
    /// Nothing.
    Unknown,
    /// Everything up to a version; an empty one stands for "whatever is there now".
    Known(String),
    /// What comes after that version is being read.
    Open { version: String, lines: Lines, since: Instant },
}

impl Watch<'_> {
    async fn next(&mut self) -> Result<Change, Lost> {
        loop {
            match std::mem::replace(&mut self.place, Place::Unknown) {
                Place::Unknown => return self.look().await,
                Place::Known(version) => {
                    if let Some(interruption) = self.open(version).await? {
                        return Ok(interruption);
                    }
                }
                Place::Open { version, mut lines, since } => match timeout(self.idle, lines.next()).await {
                    Ok(Ok(line)) => {
                        if let Some(change) = self.read(&line, version, lines, since).await? {
                            return Ok(change);
                        }
                    }
                    // The version is still good: nothing was missed.
                    Ok(Err(End::Cut)) => {
                        self.failures = if since.elapsed() > WORTHWHILE { 0 } else { self.failures };
                        self.place = self.again(version);
                        self.pause().await?;
                    }
                    Ok(Err(End::TooLong)) => self.pause().await?,
                    Err(_) => self.place = self.again(version),
                },
            }
        }
    }

    /// An object that may not be listed is looked at again; its watch then begins with it.
    fn again(&self, version: String) -> Place {
        match self.followed {
            Followed::One(_) => Place::Unknown,
            Followed::All(..) => Place::Known(version),
        }
    }

    async fn look(&mut self) -> Result<Change, Lost> {
        let (kind, selecting) = match &self.followed {
            Followed::One(id) => {
                let object = self.session.ask(&Request::get(id)).await?.object().map_err(Lost::Refused)?;
                self.place = Place::Known(String::new());
                return Ok(Change::Listed(object.into_iter().collect()));
            }
            Followed::All(kind, selecting) => (*kind, selecting),
        };
        let request = Request::select(kind, self.namespace, selecting, PAGE);
        let pages = loop {
            match pages(self.session, &request).await? {
                Ok(pages) => break pages,
                // The rest of the list is too old, again and again.
                Err(refusal) if refusal.code == 410 => self.pause().await?,
                Err(refusal) => return Err(Lost::Refused(refusal)),
            }
        };
        let version = pages.last().map(|page| text(page, "/metadata/resourceVersion").to_owned());
        self.place = Place::Known(version.unwrap_or_default());
        Ok(Change::Listed(pages.into_iter().flat_map(|page| objects(page, kind)).collect()))
    }

    async fn open(&mut self, version: String) -> Result<Option<Change>, Lost> {
        let (kind, selecting) = match &self.followed {
            Followed::One(id) => (id.kind, &Selecting::Fields(format!("metadata.name={}", id.name))),
            Followed::All(kind, selecting) => (*kind, selecting),
        };
        let request = Request::watch(kind, self.namespace, selecting, &version);
        match self.session.open(&request).await {
            Ok(Ok(response)) => {
                let lines = Lines { body: response.into_body(), read: Vec::new() };
                self.place = Place::Open { version, lines, since: Instant::now() };
                return Ok(None);
            }
            Ok(Err(Reply { code: 410, .. })) => {}
            Ok(Err(reply)) if reply.code == 401 => {
                let refusal =
                    Unanswered::unauthorized(self.session.server(), &request.what, &reply.body, self.session.now());
                return Err(refusal.into());
            }
            Ok(Err(Reply { code: code @ (429 | 500..), body, .. })) => {
                self.place = self.again(version);
                self.pause().await?;
                let problem = Unanswered::busy(self.session.server(), &request.what, code, &body);
                return Ok(Some(Change::Interrupted(problem.to_string())));
            }
            Ok(Err(reply)) => return Err(Lost::Refused(reply.refusal())),
            Err(problem) if problem.is_final() => return Err(problem.into()),
            Err(problem) => {
                self.place = self.again(version);
                self.pause().await?;
                return Ok(Some(Change::Interrupted(problem.to_string())));
            }
        }
        self.pause().await.map(|()| None)
    }

    /// One line of a watch. What cannot be read was cut.
    async fn read(
        &mut self,
        line: &[u8],
        version: String,
        lines: Lines,
        since: Instant,
    ) -> Result<Option<Change>, Lost> {
        let event: Value = serde_json::from_slice(line).unwrap_or_default();
        let object = event.get("object").cloned().unwrap_or_default();
        let make: fn(Value) -> Change = match text(&event, "/type") {
            "ADDED" | "MODIFIED" => Change::Seen,
            "DELETED" => Change::Removed,
            "BOOKMARK" => {
                self.failures = 0;
                let version = newer(&object, version);
                self.place = Place::Open { version, lines, since };
                return Ok(None);
            }
            // What the server remembers is too old, or it cannot go on: everything is looked at again.
            "ERROR" => {
                self.pause().await?;
                return Ok(None);
            }
            _ => {
                self.place = self.again(version);
                self.pause().await?;
                return Ok(None);
            }
        };
        self.failures = 0;
        let version = newer(&object, version);
        self.place = Place::Open { version, lines, since };
        Ok(Some(make(object)))
    }

    async fn pause(&mut self) -> Result<(), Lost> {
        self.failures = self.failures.saturating_add(1);
        let pause = self.session.pause(self.failures);
        sleep(pause.min(self.session.deadline().saturating_duration_since(Instant::now()))).await;
        if Instant::now() < self.session.deadline() {
            return Ok(());
        }
        let what = match &self.followed {
            Followed::One(id) => format!("watch {}", id.short()),
            Followed::All(kind, _) => format!("watch {}", kind.plural()),
        };
        Err(Unanswered::silent(self.session.server(), &what, pause).into())
    }
}

fn newer(object: &Value, version: String) -> String {
    match text(object, "/metadata/resourceVersion") {
        "" => version,
        newer => newer.to_owned(),
    }
}

/// The lines of an answer that does not end by itself.
struct Lines {
    body: Body,
    read: Vec<u8>,
}

/// Why there are no more lines.
enum End {
    /// The answer ended, perhaps in the middle of a line.
    Cut,
    /// A line is longer than any object.
    TooLong,
}

impl Lines {
    /// The next complete line. What was read is kept if this is not waited for.
    async fn next(&mut self) -> Result<Vec<u8>, End> {
        let mut searched = 0;
        loop {
            let unsearched = self.read.iter().skip(searched);
            if let Some(end) = unsearched.copied().position(|byte| byte == b'\n').map(|place| searched + place) {
                let rest = self.read.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.read, rest);
                line.pop();
                if line.iter().any(|byte| !byte.is_ascii_whitespace()) {
                    return Ok(line);
                }
                searched = 0;
                continue;
            }
            searched = self.read.len();
            if searched > LONGEST_LINE {
                return Err(End::TooLong);
            }
            let Some(Ok(frame)) = self.body.frame().await else { return Err(End::Cut) };
            if let Ok(bytes) = frame.into_data() {
                self.read.extend_from_slice(&bytes);
            }
        }
    }
}
