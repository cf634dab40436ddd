#![expect(clippy::disallowed_methods, reason = "pauses before output that was lost is asked for again")]
//! What the program of an environment has written, and goes on to write, whichever pod it runs in.

mod lines;
mod run;

use std::collections::BTreeMap;
use std::pin::pin;

use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde_json::Value;
use tokio::time::sleep;

use super::pod_request::WantedLines;
use super::request::{Request, Selecting};
use super::scene::{name, seconds, uid};
use super::session::{Reply, Session};
use super::unanswered::Unanswered;
use super::wait::Subject;
use super::watch::{Change, Followed, IDLE, Lost, follow};
use crate::names::Kind;
use crate::plan::Refusal;
use lines::Lines;
use run::{NoContainer, Run, newest, run};

/// Nobody has so many pods of one environment.
const PAGE: u32 = 500;
/// A run that is so young after one that failed may fail in the same way: both are told.
const YOUNG: i64 = 10;

/// What is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Which container; otherwise that of the environment.
    pub container: Option<String>,
    /// Whether what is still to come is wanted too.
    pub follow: bool,
    /// Whether the run before the present one is meant.
    pub previous: bool,
    /// How many lines, from the end.
    pub tail: Option<u64>,
    /// How many seconds back.
    pub seconds: Option<u64>,
    /// Whether each line is told with the time it was written.
    pub timestamps: bool,
}

/// What is told to whoever reads.
#[derive(Debug)]
pub enum Told<'a> {
    /// Some lines.
    Lines(&'a [u8]),
    /// Where they come from, or why there are none for now.
    Note(String),
}

/// Why nothing, or nothing more, is read.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// The server does not answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// It says no.
    #[error("cannot {what}: {}", .refusal.message)]
    Refused {
        /// What was asked.
        what: String,
        /// Why not.
        refusal: Refusal,
    },
    /// There is no such container.
    #[error("pod/{pod} has no container `{container}`")]
    NoContainer {
        /// The pod.
        pod: String,
        /// Which container was meant.
        container: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// There is no pod.
    #[error("there is no pod")]
    NoPod,
    /// There is a pod, and its container was never started.
    #[error("the container {container} of pod/{pod} has not started yet")]
    NotStarted {
        /// The pod.
        pod: String,
        /// The container.
        container: String,
    },
    /// The answer was cut.
    #[error("cannot read the log of pod/{pod} to its end: the answer was cut")]
    Cut {
        /// Which.
        pod: String,
    },
    /// The person who reads has read enough.
    #[error("nobody reads any more")]
    Unwanted,
}

/// Whoever reads; false when nothing more is wanted.
type Tell<'a> = &'a mut dyn FnMut(Told<'_>) -> bool;

/// Reads what was written, and what is written from now on if that is wanted.
///
/// # Errors
/// When there is nothing to read, or no more, or nobody who reads.
pub async fn read_logs(session: &Session, subject: &Subject, reading: &Reading, tell: Tell<'_>) -> Result<(), Unread> {
    let pods = pods(session, subject).await?;
    if reading.follow {
        let follower = Follower { session, subject, reading, tell };
        return follower.begin(&pods).await;
    }
    let run = chosen(newest(&pods).ok_or(Unread::NoPod)?, reading)?;
    let wanted = WantedLines {
        previous: reading.previous,
        timestamps: reading.timestamps,
        tail: reading.tail,
        seconds: reading.seconds,
        ..WantedLines::default()
    };
    if run.id.is_none() {
        return Err(Unread::NotStarted { pod: run.pod, container: run.container });
    }
    let mut reader = Once { session, subject, tell };
    if reading.previous {
        return reader.read(&run, &wanted).await;
    }
    if !run.runs() {
        let (container, end, times) = (&run.container, run.end(), run.restarts);
        reader.note(format!("{container} does not run; this is its last run ({end}, restarted {times} times)"))?;
    } else if is_young(&run, session) && run.ended.as_ref().is_some_and(|end| end.code != 0) {
        let earlier = WantedLines { previous: true, ..wanted.clone() };
        reader.note(format!(
            "the last run ended with {}, restarted {} times; this is what it wrote:",
            run.end(),
            run.restarts
        ))?;
        reader.read(&run, &earlier).await?;
        reader.note("and this is what the present run has written:".to_owned())?;
    }
    reader.read(&run, &wanted).await
}

fn is_young(run: &Run, session: &Session) -> bool {
    let started = run.started.as_deref().and_then(seconds);
    started.zip(session.server_time()).is_some_and(|(started, now)| now - started <= YOUNG)
}

fn chosen(pod: &Value, reading: &Reading) -> Result<Run, Unread> {
    run(pod, reading.container.as_deref()).map_err(|NoContainer { known }| Unread::NoContainer {
        pod: name(pod).to_owned(),
        container: reading.container.clone().unwrap_or_default(),
        known,
    })
}

async fn pods(session: &Session, subject: &Subject) -> Result<Vec<Value>, Unread> {
    let request = Request::list(Kind::Pod, Some(&subject.namespace), &subject.selector, PAGE);
    let mut reply = session.ask(&request).await?;
    if !reply.is_success() {
        return Err(Unread::Refused { what: request.what, refusal: reply.refusal() });
    }
    match reply.body.get_mut("items").map(Value::take) {
        Some(Value::Array(pods)) => Ok(pods),
        _ => Ok(Vec::new()),
    }
}

/// Opens the output of a container.
async fn open(session: &Session, subject: &Subject, run: &Run, wanted: &WantedLines) -> Result<Body, Unread> {
    let request = Request::lines(&subject.namespace, &run.pod, &run.container, wanted);
    match session.open(&request).await? {
        Ok(response) => Ok(response.into_body()),
        Err(Reply { code: 401, body, .. }) => {
            Err(Unanswered::unauthorized(session.server(), &request.what, &body, session.now()).into())
        }
        Err(reply) => Err(Unread::Refused { what: request.what, refusal: reply.refusal() }),
    }
}

/// Reads what there is, byte by byte.
struct Once<'a> {
    session: &'a Session,
    subject: &'a Subject,
    tell: Tell<'a>,
}

impl Once<'_> {
    fn note(&mut self, note: String) -> Result<(), Unread> {
        if (self.tell)(Told::Note(note)) { Ok(()) } else { Err(Unread::Unwanted) }
    }

    async fn read(&mut self, run: &Run, wanted: &WantedLines) -> Result<(), Unread> {
        let mut body = open(self.session, self.subject, run, wanted).await?;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return Err(Unread::Cut { pod: run.pod.clone() }) };
            if let Ok(bytes) = frame.into_data()
                && !(self.tell)(Told::Lines(&bytes))
            {
                return Err(Unread::Unwanted);
            }
        }
        Ok(())
    }
}

/// Reads on, through cuts, restarts and replacements.
struct Follower<'a> {
    session: &'a Session,
    subject: &'a Subject,
    reading: &'a Reading,
    tell: Tell<'a>,
}

/// How the output of a run ended.
enum Stop {
    /// It was whole.
    End,
    /// It was cut, or refused for now.
    Cut,
}

impl Follower<'_> {
    async fn begin(mut self, pods: &[Value]) -> Result<(), Unread> {
        let mut next = match newest(pods) {
            None => return Err(Unread::NoPod),
            Some(pod) => Some(chosen(pod, self.reading)?).filter(|run| run.id.is_some()),
        };
        if next.is_none() {
            self.note("nothing is written yet; waiting for the container to start".to_owned())?;
        }
        let mut last: Option<Run> = None;
        loop {
            let run = match next.take() {
                Some(run) => run,
                None => self.next(last.as_ref()).await?,
            };
            if let Some(last) = &last {
                self.note(format!("pod/{} is gone; from here on it is pod/{}", last.pod, run.pod))?;
            }
            let first = last.is_none();
            last = Some(self.pod(run, first).await?);
        }
    }

    fn note(&mut self, note: String) -> Result<(), Unread> {
        if (self.tell)(Told::Note(note)) { Ok(()) } else { Err(Unread::Unwanted) }
    }

    /// Reads everything that one pod writes until it is gone. Only of the first, what is old may be left out.
    async fn pod(&mut self, mut run: Run, first: bool) -> Result<Run, Unread> {
        let mut lines = Lines::new(self.reading.timestamps);
        let mut failures = 0;
        let mut is_limited = first;
        loop {
            self.session.begin_anew();
            let wanted = WantedLines {
                follow: true,
                timestamps: true,
                tail: self.reading.tail.filter(|_| is_limited),
                seconds: self.reading.seconds.filter(|_| is_limited),
                since: lines.since().map(|since| since.to_string()),
                ..WantedLines::default()
            };
            let stop = self.copy(&run, &wanted, &mut lines).await?;
            is_limited &= lines.since().is_none();
            let Some(now) = self.look(&run).await? else { return Ok(run) };
            if now.id != run.id {
                // What the run before has written since, and was not heard.
                let since = lines.since().map(|since| since.to_string());
                let rest = WantedLines { previous: true, timestamps: true, since, ..WantedLines::default() };
                self.copy(&now, &rest, &mut lines).await?;
                run = now;
                failures = 0;
                continue;
            }
            if matches!(stop, Stop::End) && !now.runs() {
                if !now.stays {
                    return Ok(run);
                }
                self.note(format!("{} has ended ({}); waiting for its next run", now.container, now.end()))?;
                let Some(next) = self.change(&now).await? else { return Ok(run) };
                run = next;
                failures = 0;
                continue;
            }
            failures += 1;
            sleep(self.session.pause(failures.min(6))).await;
        }
    }

    async fn copy(&mut self, run: &Run, wanted: &WantedLines, lines: &mut Lines) -> Result<Stop, Unread> {
        lines.begin_again();
        let mut body = match open(self.session, self.subject, run, wanted).await {
            Ok(body) => body,
            Err(Unread::Unanswered(error)) if !error.is_final() => return Ok(Stop::Cut),
            // The pod is gone, the container has just been replaced, the node cannot be asked: it will be seen.
            Err(Unread::Refused { refusal, .. }) if matches!(refusal.code, 400 | 404 | 429 | 500..) => {
                return Ok(Stop::Cut);
            }
            Err(error) => return Err(error),
        };
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return Ok(Stop::Cut) };
            if let Ok(bytes) = frame.into_data() {
                self.tell(&lines.take(&bytes))?;
            }
        }
        self.tell(&lines.end())?;
        Ok(Stop::End)
    }

    fn tell(&mut self, new: &[u8]) -> Result<(), Unread> {
        if new.is_empty() || (self.tell)(Told::Lines(new)) { Ok(()) } else { Err(Unread::Unwanted) }
    }

    /// The same pod as it is now; none if it is gone.
    async fn look(&mut self, run: &Run) -> Result<Option<Run>, Unread> {
        let pods = loop {
            self.session.begin_anew();
            match pods(self.session, self.subject).await {
                Ok(pods) => break pods,
                // Whoever follows is patient.
                Err(Unread::Unanswered(error)) if !error.is_final() => {
                    self.note(format!("{error}; it is tried again"))?;
                }
                Err(error) => return Err(error),
            }
        };
        pods.iter().find(|pod| uid(pod) == run.uid).map(|pod| chosen(pod, self.reading)).transpose()
    }

    /// The next run in the same pod; none if the pod is gone before.
    async fn change(&self, run: &Run) -> Result<Option<Run>, Unread> {
        let found = self.watch(|pods| match pods.iter().find(|pod| uid(pod) == run.uid) {
            None => Some(None),
            Some(pod) => match chosen(pod, self.reading) {
                Ok(now) if now.id != run.id && now.id.is_some() => Some(Some(Ok(now))),
                Ok(now) if !now.stays => Some(None),
                Ok(_) => None,
                Err(error) => Some(Some(Err(error))),
            },
        });
        found.await?.transpose()
    }

    /// The first run of a pod that comes after this one.
    async fn next(&self, last: Option<&Run>) -> Result<Run, Unread> {
        let found = self.watch(|pods| {
            let others: Vec<_> =
                pods.iter().filter(|pod| last.is_none_or(|last| uid(pod) != last.uid)).cloned().collect();
            let run = chosen(newest(&others)?, self.reading);
            run.map(|run| run.id.is_some().then_some(run)).transpose()
        });
        found.await?
    }

    /// Watches the pods until something is found.
    async fn watch<T>(&self, find: impl Fn(&[Value]) -> Option<T>) -> Result<T, Unread> {
        loop {
            self.session.begin_anew();
            let labels = Selecting::Labels(self.subject.selector.clone());
            let followed = Followed::All(Kind::Pod, labels);
            let mut changes = pin!(follow(self.session, &self.subject.namespace, followed, IDLE));
            let mut known: BTreeMap<String, Value> = BTreeMap::new();
            loop {
                match changes.next().await {
                    Some(Ok(Change::Listed(pods))) => {
                        known = pods.into_iter().map(|pod| (uid(&pod).to_owned(), pod)).collect();
                    }
                    Some(Ok(Change::Seen(pod))) => {
                        known.insert(uid(&pod).to_owned(), pod);
                    }
                    Some(Ok(Change::Removed(pod))) => {
                        known.remove(uid(&pod));
                    }
                    Some(Ok(Change::Interrupted(_))) => continue,
                    Some(Err(Lost::Refused(refusal))) => {
                        return Err(Unread::Refused { what: "watch pods".to_owned(), refusal });
                    }
                    Some(Err(Lost::Unanswered(error))) if error.is_final() => return Err(error.into()),
                    Some(Err(Lost::Unanswered(_))) | None => break,
                }
                self.session.begin_anew();
                let pods: Vec<_> = known.values().cloned().collect();
                if let Some(found) = find(&pods) {
                    return Ok(found);
                }
            }
        }
    }
}
