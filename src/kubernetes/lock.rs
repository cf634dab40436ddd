#![expect(clippy::disallowed_methods, reason = "waits for others, and measures how long they were silent")]
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

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use super::lease::{Claim, Held, Holder, Lease, id};
use super::not_locked::{Lost, NotLocked};
use super::request::{Mode, Request};
use super::session::{Reply, Session};
use super::unanswered::Unanswered;
use crate::names::{Kind, ObjectId};

/// What a lock takes.
const VERBS: [&str; 4] = ["get", "create", "update", "delete"];

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

/// Makes this process the only one that changes an environment, and waits for others until the session ends. `waiting` is
/// called when somebody else has the lock, and again when that is another one.
///
/// # Errors
/// When somebody else keeps it, or the server does not give it.
pub async fn acquire<'session>(
    session: &'session Session,
    namespace: &str,
    environment: &str,
    holder: &Holder,
    waiting: &mut dyn FnMut(&Held),
) -> Result<Lock<'session>, NotLocked> {
    acquire_at(session, (namespace, environment), holder, Pace::STANDARD, waiting).await
}

/// [`acquire`] at another pace.
///
/// # Errors
/// When somebody else keeps it, or the server does not give it.
pub async fn acquire_at<'session>(
    session: &'session Session,
    (namespace, environment): (&str, &str),
    holder: &Holder,
    pace: Pace,
    waiting: &mut dyn FnMut(&Held),
) -> Result<Lock<'session>, NotLocked> {
    let seeker = Seeker { session, id: id(namespace, environment), namespace, environment, holder, pace };
    seeker.seek(waiting).await
}

/// A lock that is held. Dropped without [`Lock::release`], it ends by itself after its duration.
#[derive(Debug)]
pub struct Lock<'session> {
    session: &'session Session,
    id: ObjectId,
    environment: String,
    holder: Holder,
    pace: Pace,
    uid: String,
    version: RefCell<String>,
    acquired: i64,
    transitions: i64,
    renewals: Cell<u32>,
    /// When the last renewal that succeeded was sent.
    renewed: Cell<Moment>,
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
    async fn renew(&self) -> Result<(), Lost> {
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

/// Somebody who wants the lock.
struct Seeker<'session, 'name> {
    session: &'session Session,
    id: ObjectId,
    namespace: &'name str,
    environment: &'name str,
    holder: &'name Holder,
    pace: Pace,
}

/// What an attempt to get the lock came to.
enum Attempt<'session> {
    Got(Box<Lock<'session>>),
    /// Somebody else has it.
    Not(Lease),
    /// It has changed meanwhile.
    Again,
}

impl<'session> Seeker<'session, '_> {
    async fn seek(&self, waiting: &mut dyn FnMut(&Held)) -> Result<Lock<'session>, NotLocked> {
        let started = Instant::now();
        let mut watched: Option<(Lease, Instant)> = None;
        let mut told = None;
        // What is written has to be the server's time: it is asked for it first if it was never asked anything.
        let mut attempt = match self.session.server_time() {
            Some(_) => self.take(None).await?,
            None => self.look(None).await?,
        };
        loop {
            attempt = match attempt {
                Attempt::Got(lock) => match self.certain(*lock).await {
                    Some(lock) => return Ok(lock),
                    None => self.look(None).await?,
                },
                Attempt::Again => self.look(None).await?,
                Attempt::Not(lease) => {
                    let seen = match &watched {
                        Some((known, since)) if (&known.uid, &known.version) == (&lease.uid, &lease.version) => *since,
                        _ => Instant::now(),
                    };
                    let held = lease.held(self.session.server_time());
                    if told != lease.identity {
                        waiting(&held);
                        told.clone_from(&lease.identity);
                    }
                    let pause = self.session.spread(self.pace.look);
                    let next = Instant::now() + pause.min((seen + lease.duration).duration_since(Instant::now()));
                    if next >= self.session.deadline() {
                        return Err(self.held(held, started));
                    }
                    sleep_until(next).await;
                    let silent = (seen.elapsed() >= lease.duration).then(|| lease.version.clone());
                    watched = Some((lease, seen));
                    self.look(silent.as_deref()).await?
                }
            };
        }
    }

    /// Reads the lease, and takes what nobody holds. `dead` is the version in which it was for too long.
    async fn look(&self, dead: Option<&str>) -> Result<Attempt<'session>, NotLocked> {
        let reply = self.session.ask(&Request::get(&self.id)).await?;
        if reply.code == 404 {
            return self.take(None).await;
        }
        if !reply.is_success() {
            return Err(self.refused("get", &reply).await);
        }
        let lease = Lease::read(&reply.body);
        let is_ours = lease.identity.as_ref() == Some(&self.holder.identity());
        let is_free = lease.identity.is_none() || lease.is_over(self.session.server_time());
        if is_ours || is_free || dead == Some(lease.version.as_str()) {
            return self.take(Some(lease)).await;
        }
        Ok(Attempt::Not(lease))
    }

    /// Writes this holder into a new lease, or into one that nobody holds.
    async fn take(&self, from: Option<Lease>) -> Result<Attempt<'session>, NotLocked> {
        let sent = Moment::now();
        let acquired = time(self.session);
        let transitions = from.as_ref().map_or(0, |lease| lease.transitions.saturating_add(1));
        let claim = Claim {
            environment: self.environment,
            holder: self.holder,
            duration: self.pace.duration,
            acquired,
            renewed: acquired,
            renewals: 0,
            transitions,
            replaces: from.as_ref().map(|lease| (lease.uid.as_str(), lease.version.as_str())),
        };
        let (verb, request) = match from {
            Some(_) => ("update", Request::replace(&self.id, claim.body(&self.id))),
            None => ("create", Request::create(Kind::Lease, self.namespace, claim.body(&self.id), Mode::Real)),
        };
        let reply = self.session.ask(&request).await?;
        match reply.code {
            200..300 => {
                let lease = Lease::read(&reply.body);
                Ok(Attempt::Got(Box::new(Lock {
                    session: self.session,
                    id: self.id.clone(),
                    environment: self.environment.to_owned(),
                    holder: self.holder.clone(),
                    pace: self.pace,
                    uid: lease.uid,
                    version: RefCell::new(lease.version),
                    acquired,
                    transitions,
                    renewals: Cell::new(0),
                    renewed: Cell::new(sent),
                })))
            }
            // Another one was faster, or an attempt of ours whose answer was lost.
            409 => Ok(Attempt::Again),
            404 if verb == "update" => Ok(Attempt::Again),
            404 => Err(NotLocked::NamespaceAbsent {
                environment: self.environment.to_owned(),
                namespace: self.namespace.to_owned(),
            }),
            _ => Err(self.refused(verb, &reply).await),
        }
    }

    /// The lock, if it is fresh: an answer may have come so late that others have reason to think us dead.
    async fn certain(&self, lock: Lock<'session>) -> Option<Lock<'session>> {
        let is_fresh = lock.renewed.get().elapsed() < self.pace.renewal;
        (is_fresh || lock.renew().await.is_ok()).then_some(lock)
    }

    fn held(&self, held: Held, started: Instant) -> NotLocked {
        NotLocked::Held {
            environment: self.environment.to_owned(),
            namespace: self.namespace.to_owned(),
            held,
            seconds: started.elapsed().as_secs(),
        }
    }

    async fn refused(&self, verb: &'static str, reply: &Reply) -> NotLocked {
        let (environment, namespace) = (self.environment.to_owned(), self.namespace.to_owned());
        let causes = reply.body.pointer("/details/causes").and_then(Value::as_array).into_iter().flatten();
        if causes.filter_map(|cause| cause.get("reason")).any(|reason| reason == "NamespaceTerminating") {
            return NotLocked::NamespaceTerminating { environment, namespace };
        }
        let verbs = if reply.code == 403 { self.missing(verb).await } else { Vec::new() };
        if verbs.is_empty() {
            return NotLocked::Refused { environment, namespace, refusal: reply.refusal() };
        }
        NotLocked::Forbidden { environment, namespace, verbs }
    }

    /// What of all that a lock takes this person may not do.
    async fn missing(&self, refused: &'static str) -> Vec<&'static str> {
        let reviews = VERBS.map(|verb| async move {
            let spec = json!({"resourceAttributes": {
                "group": Kind::Lease.group(),
                "resource": Kind::Lease.plural(),
                "verb": verb,
                "namespace": self.namespace,
                "name": self.id.name,
            }});
            let group = "authorization.k8s.io";
            let request = Request::review(group, "selfsubjectaccessreviews", "SelfSubjectAccessReview", &spec);
            let reply = self.session.ask(&request).await;
            let allowed = reply.ok().and_then(|reply| reply.body.pointer("/status/allowed").and_then(Value::as_bool));
            (verb, allowed)
        });
        let reviews = join_all(reviews).await;
        // Without an answer, what was refused is all that is known.
        let is_missing = |(verb, allowed): &(&str, Option<bool>)| !allowed.unwrap_or(*verb != refused);
        reviews.into_iter().filter(is_missing).map(|(verb, _)| verb).collect()
    }
}

/// A point in time that a machine asleep does not stretch: its monotonic clock may stand still meanwhile, the other goes
/// on. When they differ the longer time counts: that only makes a holder more careful.
#[derive(Clone, Copy, Debug)]
struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

impl Moment {
    fn now() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    fn elapsed(self) -> Duration {
        self.monotonic.elapsed().max(self.wall.elapsed().unwrap_or_default())
    }
}

/// The server's time. One that tells none is not asked for it by others either.
fn time(session: &Session) -> i64 {
    session.server_time().unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or_default()
    })
}
