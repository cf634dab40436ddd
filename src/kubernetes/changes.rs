#![expect(clippy::disallowed_methods, reason = "waits until nothing more changes for a moment")]
//! That something about an environment has changed: not what. Whoever wants to know looks again.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{LocalBoxStream, SelectAll};
use tokio::time::{Instant, timeout_at};

use super::observe::Unobserved;
use super::request::Selecting;
use super::session::Session;
use super::wait::Subject;
use super::watch::{Change, Followed, IDLE, Lost, follow};
use crate::names::{Kind, ObjectId};

/// What changes together is told together.
const TOGETHER: Duration = Duration::from_millis(150);

/// Every change of an environment from now on.
pub struct Changes<'session> {
    streams: SelectAll<LocalBoxStream<'session, Result<Change, Lost>>>,
}

impl<'session> Changes<'session> {
    /// Follows the Deployment, its sets and its pods. What may not be followed is left out.
    #[must_use]
    pub fn of(session: &'session Session, subject: &'session Subject) -> Self {
        let deployment = ObjectId::new(Kind::Deployment, &subject.namespace, &subject.deployment);
        let labels = Selecting::Labels(subject.selector.clone());
        let followed = [
            Followed::One(deployment),
            Followed::All(Kind::ReplicaSet, labels.clone()),
            Followed::All(Kind::Pod, labels),
        ];
        let streams = followed.map(|one| follow(session, &subject.namespace, one, IDLE).boxed_local());
        Self { streams: streams.into_iter().collect() }
    }

    /// Waits until something has changed, no longer than until `limit`. Why that cannot be known for now, if so.
    ///
    /// # Errors
    /// When the server does not answer any more.
    pub async fn next(&mut self, limit: Instant) -> Result<Option<String>, Unobserved> {
        let mut limit = limit;
        let mut interrupted = None;
        let mut has_changed = false;
        loop {
            match timeout_at(limit, self.streams.next()).await {
                Err(_) => return Ok(interrupted),
                Ok(Some(Ok(Change::Interrupted(why)))) => {
                    interrupted = Some(why);
                    return Ok(interrupted);
                }
                Ok(Some(Ok(_))) => {
                    interrupted = None;
                    if !has_changed {
                        has_changed = true;
                        limit = Instant::now() + TOGETHER;
                    }
                }
                // What may not be watched is looked at again when the time is up.
                Ok(Some(Err(Lost::Refused(_)))) => {}
                Ok(Some(Err(Lost::Unanswered(problem)))) => return Err(problem.into()),
                Ok(None) => {
                    tokio::time::sleep_until(limit).await;
                    return Ok(interrupted);
                }
            }
        }
    }
}
