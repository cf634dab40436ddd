#![expect(clippy::disallowed_methods, reason = "waits for others, and measures how long they were silent")]
//! Getting the lock of an environment: making it, waiting for others, outliving the dead.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::lease::{Claim, Held, Holder, Lease, id};
use super::lock::{Lock, Moment, Pace, time};
use super::not_locked::NotLocked;
use super::request::{Mode, Request};
use super::session::{Reply, Session};
use super::unanswered::Unanswered;
use crate::names::{Kind, ObjectId};

/// What a lock takes.
const VERBS: [&str; 4] = ["get", "create", "update", "delete"];
/// A look that is not answered in a shorter time, because the time is up, says nothing of the server.
const ANSWER: Duration = Duration::from_secs(5);

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
                    let begun = Instant::now();
                    match self.look(silent.as_deref()).await {
                        // What is known is that somebody else has it.
                        Err(NotLocked::Unanswered(Unanswered::Silent { .. }))
                            if silent.is_none() && self.session.deadline() < begun + ANSWER =>
                        {
                            return Err(self.held(held, started));
                        }
                        attempt => attempt?,
                    }
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
