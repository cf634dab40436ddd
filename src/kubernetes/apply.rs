#![expect(clippy::disallowed_methods, reason = "waits until a deleted object is gone")]
//! Does what a plan says, and nothing else: each write holds only for the object that was shown.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::observe::{self, Unobserved};
use super::request::{Mode, Request};
use super::session::{Reply, Session};
use super::unanswered::Unanswered;
use crate::names::{self, Kind, ObjectId};
use crate::plan::{Action, Basis, Change, Live, Plan, Refusal, normal, steps};

/// How often a write is tried against an object whose status changes under it.
const COLLISIONS: u32 = 20;

/// Something that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// To which object.
    pub id: ObjectId,
    /// What.
    pub action: Action,
    /// The object as it is now; nothing after a deletion.
    pub object: Option<Value>,
}

/// Why a plan was not carried out, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The cluster is not as it was when the plan was made.
    #[error("the cluster has moved since the plan was made: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Moved(Vec<Moved>),
    /// The server does not do it.
    #[error("cannot {action} {id}: {}", .refusal.message)]
    Refused {
        /// What was to be done.
        action: &'static str,
        /// To which object.
        id: ObjectId,
        /// Why not.
        refusal: Refusal,
    },
    /// The server does not answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// The cluster cannot be looked at.
    #[error(transparent)]
    Unobserved(#[from] Unobserved),
    /// The person wanted it to stop.
    #[error("interrupted")]
    Interrupted,
}

/// An object that is not as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which one.
    pub id: ObjectId,
    /// What has become of it.
    pub how: &'static str,
}

impl std::fmt::Display for Moved {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.id.short(), self.how)
    }
}

/// Who applies, and when: written beside what is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Who.
    pub by: String,
    /// When, as RFC 3339.
    pub at: String,
}

/// The work of one deploy, and how far it has come.
#[derive(Debug)]
pub struct Work<'a> {
    session: &'a Session,
    concurrency: usize,
    force: bool,
    stamp: Stamp,
    stop: &'a Cell<bool>,
    done: RefCell<Vec<Done>>,
    /// Writes that were sent, and are neither done nor refused.
    open: RefCell<BTreeSet<ObjectId>>,
}

impl<'a> Work<'a> {
    /// Nothing done yet. Nothing more is begun once `stop` is set.
    #[must_use]
    pub fn new(session: &'a Session, plan: &Plan, stamp: Stamp, concurrency: usize, stop: &'a Cell<bool>) -> Self {
        Self {
            session,
            concurrency,
            force: plan.force,
            stamp,
            stop,
            done: RefCell::default(),
            open: RefCell::default(),
        }
    }

    /// What has been done, in order, and which objects were written to without an answer that says whether it was done.
    #[must_use]
    pub fn done(self) -> (Vec<Done>, Vec<ObjectId>) {
        (self.done.into_inner(), self.open.into_inner().into_iter().collect())
    }

    /// Makes the namespace, if the plan says so. Before that, nothing in it can be locked.
    ///
    /// # Errors
    /// See [`Failed`].
    pub async fn make_namespace(&self, plan: &mut Plan) -> Result<(), Failed> {
        let is_new = |change: &Change| change.id.kind == Kind::Namespace && change.action == Action::Create;
        let Some(position) = plan.changes.iter().position(is_new) else { return Ok(()) };
        let mut change = vec![plan.changes.remove(position)];
        self.verify(&mut change).await?;
        self.all_at_once(change).await
    }

    /// Does the rest.
    ///
    /// # Errors
    /// See [`Failed`]. What was done before is told by [`Work::done`].
    pub async fn carry_out(&self, plan: Plan) -> Result<(), Failed> {
        let mut changes = plan.changes;
        self.verify(&mut changes).await?;
        for step in steps(changes) {
            self.all_at_once(step).await?;
        }
        Ok(())
    }

    /// Looks whether everything is still as it was shown, also what is not to be changed.
    async fn verify(&self, changes: &mut [Change]) -> Result<(), Failed> {
        verify(self.session, changes, self.concurrency).await
    }

    async fn all_at_once(&self, step: Vec<Change>) -> Result<(), Failed> {
        if self.stop.get() {
            return Err(Failed::Interrupted);
        }
        let writes = step.into_iter().map(|change| self.write(change));
        let mut outcomes = stream::iter(writes).buffer_unordered(self.concurrency);
        let mut failed = Ok(());
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                Ok(done) => self.done.borrow_mut().push(done),
                // What is under way is awaited, so that it can be said what was done; the first failure is told.
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        failed
    }

    async fn write(&self, change: Change) -> Result<Done, Failed> {
        let id = change.id.clone();
        if change.action != Action::Keep {
            self.open.borrow_mut().insert(id.clone());
        }
        let outcome = self.do_write(change).await;
        if outcome.as_ref().map_or_else(|undone| undone.is_certain, |_| true) {
            self.open.borrow_mut().remove(&id);
        }
        outcome.map_err(|undone| undone.why)
    }

    async fn do_write(&self, change: Change) -> Result<Done, Undone> {
        let object = match change.action {
            Action::Keep => None,
            Action::Create => Some(self.create(&change).await?),
            Action::Update => Some(self.update(&change).await?),
            Action::Replace => {
                self.delete(&change, "Foreground").await?;
                self.gone(&change).await?;
                let created = self.create(&change).await;
                if created.is_err() {
                    let deleted = Done { id: change.id.clone(), action: Action::Delete, object: None };
                    self.done.borrow_mut().push(deleted);
                }
                Some(created?)
            }
            Action::Delete => {
                self.delete(&change, "Background").await?;
                None
            }
        };
        Ok(Done { id: change.id, action: change.action, object })
    }

    async fn create(&self, change: &Change) -> Result<Value, Undone> {
        let reply = self.session.ask(&self.apply(change, None)).await?;
        match reply.code {
            // Somebody made it in the same moment, and it is now both theirs and ours: that is a change.
            200 if !reply.repeated => {
                let (id, object) = (change.id.clone(), Some(reply.body));
                self.done.borrow_mut().push(Done { id, action: Action::Update, object });
                Err(moved(change, "was made by somebody else at the same moment").into())
            }
            200 | 201 => Ok(reply.body),
            _ => Err(Undone::by(&reply, refused("create", change, &reply))),
        }
    }

    async fn update(&self, change: &Change) -> Result<Value, Undone> {
        let mut basis = change.basis.clone();
        for _ in 0..COLLISIONS {
            let reply = self.session.ask(&self.apply(change, Some(&basis))).await?;
            if reply.is_success() {
                return Ok(reply.body);
            }
            if !is_collision(&reply) {
                return Err(Undone::by(&reply, refused("change", change, &reply)));
            }
            match self.after_collision(change, &reply).await? {
                Collision::StatusOnly(now) => basis = now,
                Collision::DoneAlready(object) => return Ok(object),
            }
        }
        Err(moved(change, "changes all the time").into())
    }

    /// What a write came upon: only a new status, or the effect of its own lost attempt. Anything else is a move.
    async fn after_collision(&self, change: &Change, reply: &Reply) -> Result<Collision, Undone> {
        let live = self.live(&change.id).await?;
        let now = Basis::of(change.id.kind, &live);
        if change.basis.still_holds(&now) {
            return Ok(Collision::StatusOnly(now));
        }
        if let (true, Live::Present(live)) = (reply.repeated, &live) {
            let body = change.body.clone().unwrap_or_default();
            let rehearsal = Request::apply(&change.id, body, Mode::Rehearsal, self.force);
            let rehearsed = self.session.ask(&rehearsal).await?;
            let same = |object: &Value| normal::stripped(change.id.kind, object);
            if rehearsed.is_success() && same(&rehearsed.body) == same(live) {
                return Ok(Collision::DoneAlready(live.clone()));
            }
        }
        Err(Undone::by(reply, moved(change, how(&change.basis, &now))))
    }

    async fn delete(&self, change: &Change, propagation: &str) -> Result<(), Undone> {
        let mut basis = change.basis.clone();
        for _ in 0..COLLISIONS {
            let Basis::Present { uid, resource_version, .. } = &basis else { return Ok(()) };
            let request = Request::delete(&change.id, uid, Some(resource_version), propagation);
            let reply = self.session.ask(&request).await?;
            match reply.code {
                200..300 | 404 => return Ok(()),
                409 => match self.live(&change.id).await? {
                    Live::Absent => return Ok(()),
                    live => {
                        let now = Basis::of(change.id.kind, &live);
                        let is_going = matches!(&live, Live::Present(live) if live.pointer("/metadata/deletionTimestamp").is_some());
                        match change.basis.still_holds(&now) {
                            _ if is_going && reply.repeated => return Ok(()),
                            true => basis = now,
                            false => return Err(Undone::by(&reply, moved(change, how(&change.basis, &now)))),
                        }
                    }
                },
                _ => return Err(Undone::by(&reply, refused("delete", change, &reply))),
            }
        }
        Err(moved(change, "changes all the time").into())
    }

    /// Waits until a deleted object is gone: its name is not free before.
    async fn gone(&self, change: &Change) -> Result<(), Undone> {
        let mut pause = std::time::Duration::from_millis(50);
        loop {
            match self.live(&change.id).await? {
                Live::Absent => return Ok(()),
                live if Basis::of(change.id.kind, &live) == Basis::Absent => return Ok(()),
                _ if tokio::time::Instant::now() + pause >= self.session.deadline() => {
                    let why = moved(change, "is being deleted, and is not gone yet");
                    return Err(Undone { why, is_certain: false });
                }
                _ => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(std::time::Duration::from_secs(1));
        }
    }

    async fn live(&self, id: &ObjectId) -> Result<Live, Failed> {
        let mut seen: BTreeMap<ObjectId, Live> = observe::look_at(self.session, std::slice::from_ref(id), 1).await?;
        Ok(seen.remove(id).unwrap_or(Live::Absent))
    }

    fn apply(&self, change: &Change, basis: Option<&Basis>) -> Request {
        let mut body = change.body.clone().unwrap_or_default();
        let metadata = body.get_mut("metadata").and_then(Value::as_object_mut);
        if let (Some(metadata), Some(Basis::Present { uid, resource_version, .. })) = (metadata, basis) {
            metadata.insert("uid".to_owned(), json!(uid));
            metadata.insert("resourceVersion".to_owned(), json!(resource_version));
        }
        let annotations = body.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut);
        if let (Kind::Deployment, Some(annotations)) = (change.id.kind, annotations) {
            annotations.insert(names::APPLIED_BY.to_owned(), json!(self.stamp.by));
            annotations.insert(names::APPLIED_AT.to_owned(), json!(self.stamp.at));
        }
        Request::apply(&change.id, body, Mode::Real, self.force)
    }
}

/// Looks whether everything is still as a plan shows it.
///
/// # Errors
/// When something has moved, or when it cannot be looked at.
pub async fn still_holds(session: &Session, plan: &Plan, concurrency: usize) -> Result<(), Failed> {
    verify(session, &mut plan.changes.clone(), concurrency).await
}

async fn verify(session: &Session, changes: &mut [Change], concurrency: usize) -> Result<(), Failed> {
    let ids: Vec<ObjectId> = changes.iter().map(|change| change.id.clone()).collect();
    let now = observe::look_at(session, &ids, concurrency).await?;
    let mut moved = Vec::new();
    for change in changes {
        let live = now.get(&change.id).unwrap_or(&Live::Absent);
        let basis = Basis::of(change.id.kind, live);
        if change.basis.still_holds(&basis) {
            change.basis = basis;
        } else {
            moved.push(Moved { id: change.id.clone(), how: how(&change.basis, &basis) });
        }
    }
    if moved.is_empty() { Ok(()) } else { Err(Failed::Moved(moved)) }
}

/// A write that was not done, as far as is known.
struct Undone {
    why: Failed,
    /// Whether it is known: an attempt without an answer may have been done.
    is_certain: bool,
}

impl Undone {
    /// A server that is in trouble, or that was asked more than once, has maybe done it.
    fn by(reply: &Reply, why: Failed) -> Self {
        Self { why, is_certain: !reply.repeated && reply.code < 500 }
    }
}

impl<Error: Into<Failed>> From<Error> for Undone {
    fn from(error: Error) -> Self {
        let why = error.into();
        let is_certain = !matches!(why, Failed::Unanswered(_) | Failed::Unobserved(_));
        Self { why, is_certain }
    }
}

/// What a write that came upon another version found.
enum Collision {
    StatusOnly(Basis),
    DoneAlready(Value),
}

/// Whether an object was not in the version that a write was meant for. A field that others own is another conflict.
fn is_collision(reply: &Reply) -> bool {
    let is_owned = |cause: &Value| cause.get("reason").is_some_and(|reason| reason == "FieldManagerConflict");
    let causes = reply.body.pointer("/details/causes").and_then(Value::as_array);
    reply.code == 409 && !causes.into_iter().flatten().any(is_owned)
}

fn how(then: &Basis, now: &Basis) -> &'static str {
    match (then, now) {
        (Basis::Absent, _) => "was not there, and is now",
        (_, Basis::Absent) => "was there, and is gone",
        (Basis::Present { uid, .. }, Basis::Present { uid: uid_now, .. }) if uid != uid_now => {
            "was deleted and made again"
        }
        (_, Basis::Unknown) => "can no longer be read",
        _ => "was changed",
    }
}

fn moved(change: &Change, how: &'static str) -> Failed {
    Failed::Moved(vec![Moved { id: change.id.clone(), how }])
}

fn refused(action: &'static str, change: &Change, reply: &Reply) -> Failed {
    Failed::Refused { action, id: change.id.clone(), refusal: reply.refusal() }
}
