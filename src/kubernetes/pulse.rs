#![expect(clippy::disallowed_methods, reason = "measures how long a node has not answered")]
//! Whether a container still runs of which the cluster says that its pod is ready.
//!
//! A program that fails at once is believed to run until its node looks again, a second later, or more if it is busy. The
//! node itself knows earlier: output that is followed from now on ends at once when the container has ended. It is asked as soon
//! as the pod is ready, some times in a row, while the Deployment is not yet available: so it costs little time. A program that
//! fails later than that has been ready for a moment, and nobody can know.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http_body_util::BodyExt as _;
use tokio::time::{Instant, sleep, timeout};

use super::request::Request;
use super::session::Session;

/// How long a container must be known to run, besides the way to the node and back.
const LIFE: Duration = Duration::from_millis(200);
/// How often the node is asked in that time. A question that was asked while the container still ran is answered late.
const QUESTIONS: u32 = 4;
/// The longest that an answer is waited for, and the shortest time until a doubt is looked into again.
const SECOND: Duration = Duration::from_secs(1);
/// How often it is doubted that a container runs of which the cluster says so.
const DOUBTS: u32 = 3;

/// A container that has started a moment ago.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Young {
    pub(super) pod: String,
    pub(super) container: String,
    /// Which run of it.
    pub(super) id: String,
}

/// What the nodes have said.
#[derive(Debug, Default)]
pub(super) struct Pulses(BTreeMap<Young, Pulse>);

#[derive(Debug)]
struct Pulse {
    asked: Instant,
    /// How often it was said that it has ended.
    doubts: u32,
    /// What was said last; nothing while it is being asked.
    has_ended: Option<bool>,
}

impl Pulses {
    /// Whether the node is to be asked now; it then counts as asked.
    pub(super) fn is_to_be_felt(&mut self, young: &Young) -> bool {
        let now = Instant::now();
        let Some(pulse) = self.0.get_mut(young) else {
            self.0.insert(young.clone(), Pulse { asked: now, doubts: 0, has_ended: None });
            return true;
        };
        let is_due = pulse.has_ended == Some(true) && pulse.doubts < DOUBTS && now - pulse.asked >= SECOND;
        if is_due {
            pulse.asked = now;
            pulse.has_ended = None;
        }
        is_due
    }

    pub(super) fn felt(&mut self, young: &Young, has_ended: bool) {
        if let Some(pulse) = self.0.get_mut(young) {
            pulse.doubts += u32::from(has_ended);
            pulse.has_ended = Some(has_ended);
        }
    }

    /// Whether the container runs, as far as can be known. A node that insists is not believed more than the cluster.
    pub(super) fn beats(&self, young: &Young) -> bool {
        self.0.get(young).is_some_and(|pulse| match pulse.has_ended {
            None => false,
            Some(has_ended) => !has_ended || pulse.doubts >= DOUBTS,
        })
    }
}

/// Asks the node. `distance` is how long the server takes to answer.
pub(super) async fn has_ended(session: &Session, namespace: &str, young: &Young, distance: Duration) -> bool {
    let request = &Request::output(namespace, &young.pod, &young.container);
    let questions = (0..QUESTIONS).map(|turn| async move {
        sleep(LIFE / QUESTIONS * turn).await;
        match session.open(request).await {
            // Whether it came to an end or was cut: it is asked again.
            Ok(Ok(response)) => matches!(response.into_body().collect().await, Ok(_) | Err(_)),
            // Who may not read it has to believe the cluster.
            Ok(Err(reply)) => reply.code != 403,
            Err(_) => true,
        }
    });
    let mut answers: FuturesUnordered<_> = questions.collect();
    let ended = async {
        while let Some(has_ended) = answers.next().await {
            if has_ended {
                return true;
            }
        }
        false
    };
    timeout((LIFE + distance * 2).min(SECOND), ended).await.unwrap_or(false)
}
