//! What a network and a busy server can do to a request.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

/// What is done to one request.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Answered with this code, and never sent on.
    Refused {
        code: u16,
        retry_after: Option<u32>,
        /// With a page instead of a status, as a load balancer does.
        page: bool,
    },
    /// The connection is reset, and the request never sent on.
    ResetBefore,
    /// The request is done, and the connection is reset instead of an answer.
    ResetAfter,
    /// Neither sent on nor answered.
    Deaf,
    /// The request is done, and never answered.
    Mute,
    /// Answered later.
    Slow(Duration),
    /// Half of the answer, then the connection ends.
    Cut,
    /// A watch that ends after some events.
    Watch { events: usize, end: End },
    /// Answered together with the others of its round.
    Held(Arc<Round>),
}

/// How a watch ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// Properly.
    Closed,
    /// In the middle of an event.
    Cut,
    /// Not at all: nothing comes any more.
    Silent,
    /// With the event that says that the version is too old.
    Gone,
}

/// Requests that are answered only when all of them have arrived.
pub(crate) struct Round {
    wanted: usize,
    arrived: AtomicUsize,
    open: Semaphore,
}

/// How long a round is waited for: far longer than any of its requests takes.
const PATIENCE: Duration = Duration::from_secs(20);

impl Round {
    pub(crate) fn of(wanted: usize) -> Arc<Self> {
        Arc::new(Self { wanted, arrived: AtomicUsize::new(0), open: Semaphore::new(0) })
    }

    /// Whether all requests were there before any was answered.
    pub(crate) fn is_complete(&self) -> bool {
        self.arrived.load(Ordering::SeqCst) >= self.wanted
    }

    pub(super) async fn join(&self) {
        if self.arrived.fetch_add(1, Ordering::SeqCst) + 1 >= self.wanted {
            self.open.close();
        }
        // A semaphore without permits ends when it is closed: by the last of the round, or not at all.
        if tokio::time::timeout(PATIENCE, self.open.acquire()).await.is_err() {
            self.open.close();
        }
    }
}

impl fmt::Debug for Round {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of {}", self.arrived.load(Ordering::SeqCst), self.wanted)
    }
}
