#![expect(clippy::disallowed_methods, reason = "renews in time, and knows how long it was silent")]
//! The lock of an environment: who changes it changes it alone.
//!
//! A Lease that is made, renewed while the work goes on, and deleted. Each write names the version that it replaces, so
//! of two only one succeeds. A holder that gave no sign of life for the lease's duration is dead; that is measured here
//! from when the lease was first seen, or by the server's clock, never by the clock of this machine.
//!
//! A holder stops before others think it dead: when it could not renew for two thirds of the duration, its work stands
//! still until a renewal succeeds, and ends if another one has the lock.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::time::{Instant, sleep, sleep_until};

use super::lease::{Claim, Holder, Lease};
use super::not_locked::Lost;
use super::request::Request;
use super::session::{Reply, Session};
use super::unanswered::Unanswered;
use crate::names::ObjectId;

/// How fast a lock lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long a lock is valid without a sign of life, in whole seconds.
    pub duration: Duration,
    /// The time between two signs of life.
    pub renewal: Duration,
    /// The longest time between two looks at somebody else's lock.
    pub look: Duration,
}

impl Pace {
    /// As Kubernetes' own leaders do: nobody waits long for a dead one, and two renewals can fail before work stops.
    pub const STANDARD: Self =
        Self { duration: Duration::from_secs(15), renewal: Duration::from_secs(5), look: Duration::from_secs(1) };

    /// How long after its last renewal a holder may go on. What is on its way to the server then still arrives in time.
    fn sure(self) -> Duration {
        self.duration * 2 / 3
    }
}

/// A lock that is held. Dropped without [`Lock::release`], it ends by itself after its duration.
#[derive(Debug)]
pub struct Lock<'session> {
    pub(super) session: &'session Session,
    pub(super) id: ObjectId,
    pub(super) environment: String,
    pub(super) holder: Holder,
    pub(super) pace: Pace,
    pub(super) uid: String,
    pub(super) version: RefCell<String>,
    pub(super) acquired: i64,
    pub(super) transitions: i64,
    pub(super) renewals: Cell<u32>,
    /// When the last renewal that succeeded was sent.
    pub(super) renewed: Cell<Moment>,
}

impl Lock<'_> {
    /// Does some work, and renews the lock meanwhile. No work is done while it is not certain that the lock is held: it
    /// stands still then. Work that keeps the thread busy for seconds keeps the lock from being renewed.
    ///
    /// # Errors
    /// When the lock is lost. The work is dropped where it stands.
    pub async fn keep<Work: Future>(&self, work: Work) -> Result<Work::Output, Lost> {
        let mut work = pin!(work);
        let mut renewing = pin!(self.renewing());
        poll_fn(|context| match renewing.as_mut().poll(context) {
            Poll::Ready(Err(lost)) => Poll::Ready(Err(lost)),
            Poll::Ready(Ok(never)) => match never {},
            // What wakes this is the renewal: the work is asked again as soon as it succeeds.
            Poll::Pending if !self.is_sure() => Poll::Pending,
            Poll::Pending => work.as_mut().poll(context).map(Ok),
        })
        .await
    }

    /// Lets others go on. Nothing is left of the lock.
    ///
    /// # Errors
    /// When the lock was somebody else's, or the server does not delete it. It then ends by itself.
    pub async fn release(self) -> Result<(), Lost> {
        // Later it has ended by itself.
        let deadline = Instant::now() + self.pace.duration;
        loop {
            let version = self.version.borrow().clone();
            let request = Request::delete(&self.id, &self.uid, Some(&version), "Background");
            let reply = self.session.ask_until(&request, deadline).await.map_err(|problem| self.unanswered(problem))?;
            match reply.code {
                200..300 | 404 => return Ok(()),
                // A renewal whose answer was lost has changed it, or it is not ours.
                409 => match self.look_again(deadline).await {
                    Ok(()) => {}
                    // It is gone, maybe by an attempt whose answer was lost.
                    Err(Lost::Deleted { .. }) => return Ok(()),
                    Err(lost) => return Err(lost),
                },
                _ => return Err(self.refused(&reply)),
            }
        }
    }

    fn is_sure(&self) -> bool {
        self.renewed.get().elapsed() < self.pace.sure()
    }

    async fn renewing(&self) -> Result<Infallible, Lost> {
        loop {
            sleep_until(self.renewed.get().monotonic + self.pace.renewal).await;
            self.renew().await?;
        }
    }

    /// Gives one sign of life, until it has arrived.
    pub(super) async fn renew(&self) -> Result<(), Lost> {
        let patience = self.session.deadline().max(Instant::now() + self.pace.duration);
        self.renewals.set(self.renewals.get().wrapping_add(1));
        loop {
            let sent = Moment::now();
            // An attempt that hangs must not cost the lock.
            let limit = Instant::now() + self.pace.renewal;
            // After a long silence, of a machine that slept too, the server's time is read anew before it is written.
            let known = if self.is_sure() { Ok(()) } else { self.look_again(limit).await };
            let asked = match known {
                Ok(()) => self.session.ask_until(&Request::replace(&self.id, self.body()), limit).await,
                Err(Lost::Unanswered { source, .. }) => Err(source),
                Err(lost) => return Err(lost),
            };
            match asked {
                Ok(reply) if reply.is_success() => {
                    self.version.replace(Lease::read(&reply.body).version);
                    self.renewed.set(sent);
                    return Ok(());
                }
                Ok(reply) if reply.code == 409 => match self.look_again(limit).await {
                    Err(Lost::Unanswered { .. }) if Instant::now() < patience => {}
                    other => other?,
                },
                Ok(reply) if reply.code == 404 => return Err(Lost::Deleted { environment: self.environment.clone() }),
                Ok(reply) if reply.code < 500 || Instant::now() >= patience => return Err(self.refused(&reply)),
                Err(problem) if problem.is_final() || Instant::now() >= patience => {
                    return Err(self.unanswered(problem));
                }
                Ok(_) | Err(_) => sleep(self.session.spread(self.pace.look)).await,
            }
        }
    }

    /// Finds the version to replace, if the lease is still ours.
    async fn look_again(&self, deadline: Instant) -> Result<(), Lost> {
        let asked = self.session.ask_until(&Request::get(&self.id), deadline).await;
        let reply = asked.map_err(|problem| self.unanswered(problem))?;
        if !reply.is_success() && reply.code != 404 {
            return Err(self.refused(&reply));
        }
        let environment = self.environment.clone();
        let lease = Lease::read(&reply.body);
        if reply.code == 404 || lease.uid != self.uid {
            return Err(Lost::Deleted { environment });
        }
        if lease.identity.as_ref() != Some(&self.holder.identity()) {
            return Err(Lost::Taken { environment, held: lease.held(self.session.server_time()) });
        }
        self.version.replace(lease.version);
        Ok(())
    }

    fn body(&self) -> Value {
        let version = self.version.borrow();
        let claim = Claim {
            environment: &self.environment,
            holder: &self.holder,
            duration: self.pace.duration,
            acquired: self.acquired,
            renewed: time(self.session),
            renewals: self.renewals.get(),
            transitions: self.transitions,
            replaces: Some((&self.uid, &version)),
        };
        claim.body(&self.id)
    }

    fn refused(&self, reply: &Reply) -> Lost {
        Lost::Refused { environment: self.environment.clone(), refusal: reply.refusal() }
    }

    fn unanswered(&self, source: Unanswered) -> Lost {
        Lost::Unanswered { environment: self.environment.clone(), source }
    }
}

/// A point in time that a machine asleep does not stretch: its monotonic clock may stand still meanwhile, the other goes
/// on. When they differ the longer time counts: that only makes a holder more careful.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    pub(super) fn elapsed(self) -> Duration {
        self.monotonic.elapsed().max(self.wall.elapsed().unwrap_or_default())
    }
}

/// The server's time. One that tells none is not asked for it by others either.
pub(super) fn time(session: &Session) -> i64 {
    session.server_time().unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or_default()
    })
}
