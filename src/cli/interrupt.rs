//! Ctrl-C while something is being changed: what is under way is finished, nothing new is begun.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;

use super::failure::Failure;

/// Whether the person wants it to stop.
#[derive(Debug)]
pub(super) struct Interrupt {
    /// Ctrl-C.
    keyboard: Signal,
    /// SIGTERM.
    supervisor: Signal,
    /// Set by the first signal.
    pub(super) wanted: Cell<bool>,
}

#[cfg(unix)]
type Signal = tokio::sync::Mutex<tokio::signal::unix::Signal>;

impl Interrupt {
    /// From now on, signals no longer end the program.
    pub(super) fn listen() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map(tokio::sync::Mutex::new).map_err(Failure::runtime);
        Ok(Self {
            keyboard: listen(SignalKind::interrupt())?,
            supervisor: listen(SignalKind::terminate())?,
            wanted: Cell::new(false),
        })
    }

    /// Waits for a signal.
    pub(super) async fn signal(&self) {
        let (mut keyboard, mut supervisor) = (self.keyboard.lock().await, self.supervisor.lock().await);
        tokio::select! {
            Some(()) = keyboard.recv() => {}
            Some(()) = supervisor.recv() => {}
            // A signal that cannot come any more ends nothing.
            else => std::future::pending().await,
        }
        self.wanted.set(true);
    }

    /// Runs something that can be left at any time; nothing if the person wanted to leave it.
    pub(super) async fn or<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.signal() => None,
            outcome = work => Some(outcome),
        }
    }

    /// Runs something that looks at `wanted` by itself and ends in good order. A second signal leaves it at once.
    pub(super) async fn after_this<T>(&self, work: impl Future<Output = T>, heard: impl FnOnce()) -> Option<T> {
        let mut work = pin!(work);
        tokio::select! {
            biased;
            outcome = &mut work => return Some(outcome),
            () = self.signal() => heard(),
        }
        self.or(work).await
    }
}
