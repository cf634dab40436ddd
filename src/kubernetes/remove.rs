#![expect(clippy::disallowed_methods, reason = "waits until what is deleted is gone, and ends in time")]
//! Removes what a removal shows, and nothing else: each deletion holds only for the object that was shown, while it is
//! still Sindri's. What holds an object is told and never taken away from it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::apply::Moved;
use super::contents::contents;
use super::holders::holders;
use super::not_ready::NotReady;
use super::observe::live;
use super::request::Request;
use super::scale::{Own, Unscaled};
use super::scene::{text, uid};
use super::session::Session;
use super::unremoved::{Held, Unremoved};
use super::wait::{Progress, Subject, wait};
use crate::names::{INSTANCE, Kind, MANAGED_BY, ObjectId, SINDRI};
use crate::plan::{Contents, Going, Live, Removal, strangers};

/// How often a deletion is tried against an object whose status changes under it.
const COLLISIONS: u32 = 20;
/// The first pause between two looks at what is to go, and the longest.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often it is looked whether the person wants to leave.
const GLANCE: Duration = Duration::from_millis(50);
/// What goes sooner needs no explanation.
const UNREMARKABLE: Duration = Duration::from_secs(2);

/// How a removal is carried out.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Whether it is waited until everything is gone.
    pub waits: bool,
    /// How long a pod may take to end before that is trouble.
    pub grace: Duration,
    /// How many requests may be under way.
    pub concurrency: usize,
}

/// The work of one removal, and how far it has come.
#[derive(Debug)]
pub struct Removing<'a> {
    session: &'a Session,
    subject: Subject,
    manner: Manner,
    stop: &'a Cell<bool>,
    deleted: RefCell<Vec<ObjectId>>,
    /// Deletions that were sent, and are neither done nor refused.
    open: RefCell<BTreeSet<ObjectId>>,
    /// What was shown to go, stays nevertheless, and why.
    kept: RefCell<Option<String>>,
}

/// How far a removal came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// What was deleted, in order.
    pub deleted: Vec<ObjectId>,
    /// What may have been deleted besides: nobody answered.
    pub open: Vec<ObjectId>,
    /// What was shown to go and stays nevertheless, and why.
    pub kept: Option<String>,
}

impl<'a> Removing<'a> {
    /// Nothing done yet. Nothing more is begun once `stop` is set.
    #[must_use]
    pub fn new(session: &'a Session, subject: Subject, manner: Manner, stop: &'a Cell<bool>) -> Self {
        let (deleted, open, kept) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { session, subject, manner, stop, deleted, open, kept }
    }

    /// How far it came.
    #[must_use]
    pub fn done(self) -> Removed {
        let open = self.open.into_inner().into_iter().collect();
        Removed { deleted: self.deleted.into_inner(), open, kept: self.kept.into_inner() }
    }

    /// Does it, step by step. The namespace is not waited for: see [`gone`].
    ///
    /// # Errors
    /// See [`Unremoved`]. What was deleted before is told by [`Removing::done`].
    pub async fn carry_out(&self, removal: Removal, tell: &mut dyn FnMut(&Progress)) -> Result<(), Unremoved> {
        let shown: BTreeSet<String> = removal.goes.iter().map(|going| going.uid.clone()).collect();
        for step in removal.into_steps() {
            self.go_on()?;
            // One of another name, with its labels, ends its pods when it goes.
            let is_known = |id: &ObjectId| id.kind == Kind::Deployment && id.name == self.subject.deployment;
            for deployment in step.iter().filter(|going| is_known(&going.id)) {
                self.end_pod(deployment, tell).await?;
                self.go_on()?;
            }
            if step.iter().any(|going| going.id.kind == Kind::Namespace) && !self.is_left_alone(&shown).await {
                continue;
            }
            let outcomes = join_all(step.iter().map(|going| self.delete(going))).await;
            // What is under way is awaited, so that it can be said what was done; the first failure is told.
            outcomes.into_iter().collect::<Result<Vec<()>, _>>()?;
            let awaited: Vec<Going> = step.into_iter().filter(|going| going.id.kind != Kind::Namespace).collect();
            if self.manner.waits {
                gone(self.session, &self.subject, &awaited, self.stop, tell).await?;
            }
        }
        Ok(())
    }

    fn go_on(&self) -> Result<(), Unremoved> {
        if self.stop.get() { Err(Unremoved::Interrupted) } else { Ok(()) }
    }

    /// Ends what runs, before anything that it uses goes.
    async fn end_pod(&self, deployment: &Going, tell: &mut dyn FnMut(&Progress)) -> Result<(), Unremoved> {
        let own = match Own::look(self.session, &deployment.id).await {
            Err(Unscaled::Absent { .. }) => return Ok(()),
            Err(Unscaled::Foreign { .. }) => return Err(moved(deployment, NOT_OURS)),
            own => own?,
        };
        if uid(own.object()) != deployment.uid {
            return Err(moved(deployment, MADE_AGAIN));
        }
        if own.is_ending() {
            return Ok(());
        }
        if own.pods() != 0 {
            match own.scale(self.session, 0).await {
                Err(Unscaled::Absent { .. }) => return Ok(()),
                scaled => scaled?,
            }
        }
        if !self.manner.waits {
            return Ok(());
        }
        let waiting = wait(self.session, &self.subject, None, self.manner.grace, tell);
        let (message, advice) = match self.unless_left(waiting).await? {
            // Who may not look deletes it all the same: it goes after its pod.
            Ok(_) | Err(NotReady::Gone { .. } | NotReady::Denied { .. }) => return Ok(()),
            Err(NotReady::Unanswered(error)) => return Err(error.into()),
            Err(NotReady::Stuck { trouble, .. }) => (trouble.message, Some(trouble.advice)),
            Err(NotReady::TimedOut { doing, advice, .. }) => (format!("it is {doing}"), Some(advice)),
        };
        let advice = advice.filter(|advice| !advice.is_empty());
        Err(Unremoved::Running { deployment: deployment.id.short(), message, advice })
    }

    /// The outcome, unless the person wants to leave before.
    async fn unless_left<T>(&self, work: impl Future<Output = T>) -> Result<T, Unremoved> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                outcome = &mut work => return Ok(outcome),
                () = sleep(GLANCE) => self.go_on()?,
            }
        }
    }

    /// Whether still nobody uses the namespace. What has been put there since stays, and so does the namespace.
    async fn is_left_alone(&self, shown: &BTreeSet<String>) -> bool {
        let now = contents(self.session, &self.subject.namespace, self.manner.concurrency).await;
        let why = match now {
            Contents::Seen(things) => {
                let found = strangers(&things, shown, &self.subject.deployment);
                (!found.is_empty()).then(|| format!("{} has been put into it", found.join(", ")))
            }
            Contents::Unknown(why) => Some(why),
            Contents::Unasked => Some("nobody looked at what is in it".to_owned()),
        };
        let is_alone = why.is_none();
        self.kept.replace(why.map(|why| format!("namespace/{} stays: {why}", self.subject.namespace)));
        is_alone
    }

    async fn delete(&self, going: &Going) -> Result<(), Unremoved> {
        self.open.borrow_mut().insert(going.id.clone());
        let outcome = self.do_delete(going).await;
        if !matches!(outcome, Err(Unremoved::Unanswered(_) | Unremoved::Unobserved(_))) {
            self.open.borrow_mut().remove(&going.id);
        }
        if outcome? {
            self.deleted.borrow_mut().push(going.id.clone());
        }
        Ok(())
    }

    /// Whether there was something to delete.
    async fn do_delete(&self, going: &Going) -> Result<bool, Unremoved> {
        if going.is_ending {
            return Ok(false);
        }
        let mut version = match going.id.kind {
            // It has been scaled since it was shown.
            Kind::Deployment => match self.version_now(going).await? {
                Some(version) => version,
                None => return Ok(false),
            },
            _ => going.version.clone(),
        };
        // A Deployment goes after its pods, so that a volume is not taken from under them.
        let propagation = if going.id.kind == Kind::Deployment { "Foreground" } else { "Background" };
        for _ in 0..COLLISIONS {
            let request = Request::delete(&going.id, &going.uid, Some(&version), propagation);
            let reply = self.session.ask(&request).await?;
            match reply.code {
                200..300 => return Ok(true),
                // A lost attempt has done it, or somebody else.
                404 => return Ok(reply.repeated),
                409 => match self.version_now(going).await? {
                    Some(now) => version = now,
                    None => return Ok(reply.repeated),
                },
                _ => return Err(Unremoved::Refused { id: going.id.clone(), refusal: reply.refusal() }),
            }
        }
        Err(moved(going, "changes all the time"))
    }

    /// In which version it is to be deleted now; none if it is gone or going. It has to be the same object, and Sindri's.
    async fn version_now(&self, going: &Going) -> Result<Option<String>, Unremoved> {
        let request = Request::metadata(&going.id);
        let reply = self.session.ask(&request).await?;
        let refusal = reply.refusal();
        let object = match live(reply, request.what)? {
            Live::Absent => return Ok(None),
            Live::Denied(_) => return Err(Unremoved::Refused { id: going.id.clone(), refusal }),
            Live::Present(object) => object,
        };
        if uid(&object) != going.uid {
            return Err(moved(going, MADE_AGAIN));
        }
        if !self.is_ours(&going.id, &object) {
            return Err(moved(going, NOT_OURS));
        }
        let is_ending = !text(&object, "/metadata/deletionTimestamp").is_empty();
        Ok((!is_ending).then(|| text(&object, "/metadata/resourceVersion").to_owned()))
    }

    /// What environments share bears no name of one.
    fn is_ours(&self, id: &ObjectId, object: &Value) -> bool {
        let label = |key: &str| object.pointer("/metadata/labels").and_then(|labels| labels.get(key));
        let is_shared = matches!(id.kind, Kind::Namespace | Kind::Secret);
        label(MANAGED_BY).is_some_and(|value| value == SINDRI)
            && (is_shared || label(INSTANCE).is_some_and(|value| value == self.subject.deployment.as_str()))
    }
}

const NOT_OURS: &str = "is no longer labelled as sindri's";
const MADE_AGAIN: &str = "was deleted and made again";

fn moved(going: &Going, how: &'static str) -> Unremoved {
    Unremoved::Moved(vec![Moved { id: going.id.clone(), how }])
}

/// Waits until these are gone, and says meanwhile what holds them.
///
/// # Errors
/// When they are not gone in time, when the person leaves, or when they cannot be looked at.
pub async fn gone(
    session: &Session,
    subject: &Subject,
    goes: &[Going],
    stop: &Cell<bool>,
    tell: &mut dyn FnMut(&Progress),
) -> Result<(), Unremoved> {
    let started = Instant::now();
    let mut pause = PAUSE;
    let mut left: Vec<&Going> = goes.iter().collect();
    loop {
        let looked = join_all(left.iter().map(|going| still_there(session, going))).await;
        let mut there = Vec::new();
        for (going, object) in std::mem::take(&mut left).into_iter().zip(looked) {
            if let Some(object) = object? {
                left.push(going);
                there.push((&going.id, object));
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        let is_over = Instant::now() + pause >= session.deadline();
        let mut held = Vec::new();
        for (id, object) in &there {
            let by = if is_over || started.elapsed() > UNREMARKABLE {
                holders(session, subject, id, object).await
            } else {
                Vec::new()
            };
            held.push(Held { id: (*id).clone(), by });
        }
        if is_over {
            return Err(Unremoved::Held { held, seconds: started.elapsed().as_secs() });
        }
        let waiting: Vec<String> = held.iter().map(ToString::to_string).collect();
        let doing = format!("waiting until {} is gone", waiting.join(", "));
        tell(&Progress { elapsed: started.elapsed(), doing, patience: None, warning: None, latest: None });
        let next = Instant::now() + pause;
        while Instant::now() < next {
            if stop.get() {
                return Err(Unremoved::Interrupted);
            }
            sleep(GLANCE.min(next.saturating_duration_since(Instant::now()))).await;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// The object, if it is still the same one.
async fn still_there(session: &Session, going: &Going) -> Result<Option<Value>, Unremoved> {
    // What holds a namespace stands in its status.
    let is_whole = going.id.kind == Kind::Namespace;
    let request = if is_whole { Request::get(&going.id) } else { Request::metadata(&going.id) };
    let reply = session.ask(&request).await?;
    let refusal = reply.refusal();
    match live(reply, request.what)? {
        Live::Present(object) => Ok((uid(&object) == going.uid).then_some(object)),
        Live::Absent => Ok(None),
        Live::Denied(_) => Err(Unremoved::Refused { id: going.id.clone(), refusal }),
    }
}
