#![expect(clippy::disallowed_methods, reason = "measures how long a node has not answered")]
//! Whether a container still runs of which the cluster says that its pod is ready.
//!
//! A program that fails at once is believed to run until its node looks again, a second later, or more if it is busy. The
//! node itself knows earlier: output that is followed ends when the container does. It is asked as soon as the pod is ready, while
//! the Deployment is not yet available, so that the answer mostly costs no time.

use std::collections::BTreeMap;
use std::time::Duration;

use http_body_util::BodyExt as _;
use tokio::time::{Instant, timeout};

use super::request::Request;
use super::session::Session;

/// What a node takes to say that a container has ended, besides the way there and back.
const ANSWER: Duration = Duration::from_millis(150);
/// The longest wait for an answer, and the shortest time between two questions.
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
    times: u32,
    has_ended: Option<bool>,
}

impl Pulses {
    /// Whether the node is to be asked now; it counts as asked.
    pub(super) fn is_to_be_felt(&mut self, young: &Young) -> bool {
        let now = Instant::now();
        let pulse = self.0.entry(young.clone()).or_insert(Pulse { asked: now, times: 0, has_ended: None });
        let is_first = pulse.times == 0;
        let is_doubted = pulse.has_ended == Some(true) && pulse.times < DOUBTS && now - pulse.asked >= SECOND;
        if is_first || is_doubted {
            pulse.times += 1;
            pulse.asked = now;
        }
        is_first || is_doubted
    }

    pub(super) fn felt(&mut self, young: &Young, has_ended: bool) {
        if let Some(pulse) = self.0.get_mut(young) {
            pulse.has_ended = Some(has_ended);
        }
    }

    /// Whether the container runs, as far as can be known. A node that insists is not believed more than the cluster.
    pub(super) fn beats(&self, young: &Young) -> bool {
        self.0.get(young).is_some_and(|pulse| match pulse.has_ended {
            None => false,
            Some(has_ended) => !has_ended || pulse.times >= DOUBTS,
        })
    }
}

/// Asks the node. `distance` is how long the server takes to answer.
pub(super) async fn has_ended(session: &Session, namespace: &str, young: &Young, distance: Duration) -> bool {
    let request = Request::output(namespace, &young.pod, &young.container);
    let asked = async {
        match session.open(&request).await {
            // Whether it came to an end or was cut: it is asked again.
            Ok(Ok(response)) => matches!(response.into_body().collect().await, Ok(_) | Err(_)),
            // Who may not read it has to believe the cluster.
            Ok(Err(reply)) => reply.code != 403,
            Err(_) => true,
        }
    };
    timeout((ANSWER + distance * 2).min(SECOND), asked).await.unwrap_or(false)
}
