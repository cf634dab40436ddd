#![expect(
    clippy::disallowed_methods,
    reason = "asks for a short time only what became of a pod, and notices that time goes by"
)]
//! The pod that somebody wants to talk to.

use std::collections::BTreeMap;
use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::request::{Request, Selecting};
use super::scene::{holds, is_ending, is_over, items, name, text, uid};
use super::session::Session;
use super::unanswered::Unanswered;
use super::wait::Subject;
use super::watch::{Change, Followed, IDLE, Lost, follow};
use crate::names::{CONTAINER, DEFAULT_CONTAINER, Kind};
use crate::plan::Refusal;

/// Nobody has so many pods of one environment.
const PAGE: u32 = 500;
/// How long it is asked what became of a pod; and how often it is noticed that time goes by.
const MOMENT: Duration = Duration::from_secs(5);

/// A pod that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyPod {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
    /// The container that is meant.
    pub container: String,
    /// Which run of it.
    pub run: String,
    /// The image that it runs.
    pub image: String,
}

/// Why it is not known whether there is one.
#[derive(Debug, thiserror::Error)]
pub enum Unfound {
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
}

/// The pod of an environment that runs and is to stay, in one question; none if there is none.
///
/// # Errors
/// When the server does not say.
pub async fn ready_pod(session: &Session, subject: &Subject) -> Result<Option<ReadyPod>, Unfound> {
    let pods = pods(session, subject).await?;
    Ok(newest(pods.iter()))
}

/// What became of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is as it was.
    Same,
    /// Its container has ended, and is or was started again.
    Restarted,
    /// It is gone, or about to be.
    Gone,
}

/// What became of a pod that was talked to; asked for a few seconds only.
///
/// # Errors
/// When the server does not say.
pub async fn fate(session: &Session, subject: &Subject, pod: &ReadyPod) -> Result<Fate, Unfound> {
    let pods = pods_until(session, subject, Instant::now() + MOMENT).await?;
    Ok(match pods.iter().find(|other| uid(other) == pod.uid) {
        None => Fate::Gone,
        Some(same) if is_ending(same) || is_over(same) => Fate::Gone,
        Some(same) if read(same) != *pod || !is_ready(same) => Fate::Restarted,
        Some(_) => Fate::Same,
    })
}

/// Tells each time which pod of an environment is ready, and when none is. Ends only when the server says why nothing more can be
/// known.
pub async fn follow_ready(session: &Session, subject: &Subject, mut tell: impl FnMut(Option<ReadyPod>)) -> Lost {
    let labels = Selecting::Labels(subject.selector.clone());
    let mut changes = pin!(follow(session, &subject.namespace, Followed::All(Kind::Pod, labels), IDLE));
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    loop {
        // However long nothing happens, the session's time is not up.
        let Ok(change) = timeout(MOMENT, changes.next()).await else {
            session.begin_anew();
            continue;
        };
        match change {
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
            Some(Err(lost)) => return lost,
            // It does not end without saying why.
            None => return pending().await,
        }
        session.begin_anew();
        tell(newest(known.values()));
    }
}

fn newest<'pod>(pods: impl Iterator<Item = &'pod Value>) -> Option<ReadyPod> {
    pods.filter(|pod| is_ready(pod)).max_by_key(|pod| text(pod, "/metadata/creationTimestamp")).map(read)
}

async fn pods(session: &Session, subject: &Subject) -> Result<Vec<Value>, Unfound> {
    pods_until(session, subject, session.deadline()).await
}

async fn pods_until(session: &Session, subject: &Subject, deadline: Instant) -> Result<Vec<Value>, Unfound> {
    let request = Request::list(Kind::Pod, Some(&subject.namespace), &subject.selector, PAGE);
    let mut reply = session.ask_until(&request, deadline).await?;
    if !reply.is_success() {
        return Err(Unfound::Refused { what: request.what, refusal: reply.refusal() });
    }
    match reply.body.get_mut("items").map(Value::take) {
        Some(Value::Array(pods)) => Ok(pods),
        _ => Ok(Vec::new()),
    }
}

fn is_ready(pod: &Value) -> bool {
    !is_ending(pod) && !is_over(pod) && holds(pod, "Ready")
}

fn read(pod: &Value) -> ReadyPod {
    let annotations = pod.pointer("/metadata/annotations");
    let named = annotations.and_then(|all| all.get(DEFAULT_CONTAINER)).and_then(Value::as_str);
    let container = named.unwrap_or(CONTAINER);
    let is_it = |status: &&Value| text(status, "/name") == container;
    let status = items(pod, "/status/containerStatuses").iter().find(is_it);
    let specified = items(pod, "/spec/containers").iter().find(is_it);
    let field = |place| status.map(|status| text(status, place)).unwrap_or_default().to_owned();
    ReadyPod {
        name: name(pod).to_owned(),
        uid: uid(pod).to_owned(),
        container: container.to_owned(),
        run: field("/containerID"),
        image: specified.map(|one| text(one, "/image")).unwrap_or_default().to_owned(),
    }
}
