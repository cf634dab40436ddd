//! Carries out a plan that was approved: under the lock, interruptible between two steps, and telling what was done.

use std::cell::Cell;

use super::interrupt::Interrupt;
use super::ui::{Remark, Ui};
use crate::kubernetes::{Done, Failed, Holder, Lock, Lost, NotLocked, Session, Stamp, Work, acquire, still_holds};
use crate::names::ObjectId;
use crate::plan::Plan;

/// Why a plan was not carried out to its end, and how far it came.
#[derive(Debug)]
pub(super) struct Stopped {
    pub(super) why: Why,
    pub(super) done: Vec<Done>,
    /// What may have been done besides: nobody answered.
    pub(super) open: Vec<ObjectId>,
}

impl Stopped {
    fn before_anything(why: Why) -> Self {
        Self { why, done: Vec::new(), open: Vec::new() }
    }
}

#[derive(Debug)]
pub(super) enum Why {
    Failed(Failed),
    NotLocked(NotLocked),
    Lost(Lost),
    Interrupted,
}

/// What a plan is carried out with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Means<'a> {
    pub(super) session: &'a Session,
    pub(super) holder: &'a Holder,
    pub(super) concurrency: usize,
    pub(super) interrupt: &'a Interrupt,
}

impl Means<'_> {
    /// Does what the plan says.
    pub(super) async fn carry_out(&self, mut plan: Plan, ui: &mut Ui) -> Result<Vec<Done>, Stopped> {
        let stamp = Stamp { by: self.holder.account(), at: self.session.server_date() };
        let work = Work::new(self.session, &plan, stamp, self.concurrency, &self.interrupt.wanted);
        let made = self.interrupt.after_this(work.make_namespace(&mut plan), || finishing(ui)).await;
        let outcome = match made {
            None => Err(Why::Interrupted),
            Some(Err(error)) => Err(error.into()),
            Some(Ok(())) => self.under_lock(&work, plan, ui).await,
        };
        let (done, open) = work.done();
        match outcome {
            Ok(()) => Ok(done),
            Err(why) => Err(Stopped { why, done, open }),
        }
    }

    /// Looks whether everything is as the plan shows it, where there is nothing to be done.
    pub(super) async fn verify(&self, plan: &Plan) -> Result<(), Stopped> {
        let looked = still_holds(self.session, plan, self.concurrency).await;
        looked.map_err(|error| Stopped::before_anything(error.into()))
    }

    /// Waits until nobody changes the environment any more. Whoever was killed at it has left a lock, and that is removed.
    pub(super) async fn let_others_finish(&self, place: (&str, &str), ui: &mut Ui) -> Result<(), Stopped> {
        let lock = self.lock(place, ui).await.map_err(Stopped::before_anything)?;
        release(lock, ui).await;
        if self.interrupt.wanted.get() { Err(Stopped::before_anything(Why::Interrupted)) } else { Ok(()) }
    }

    async fn under_lock(&self, work: &Work<'_>, plan: Plan, ui: &mut Ui) -> Result<(), Why> {
        let lock = self.lock((&plan.cluster.namespace, &plan.environment), ui).await?;
        if self.interrupt.wanted.get() {
            release(lock, ui).await;
            return Err(Why::Interrupted);
        }
        let applied = self.interrupt.after_this(lock.keep(work.carry_out(plan)), || finishing(ui)).await;
        // Whoever does not hold it any more has nothing to give back.
        if !matches!(applied, Some(Err(_))) {
            release(lock, ui).await;
        }
        match applied {
            None => Err(Why::Interrupted),
            Some(Err(lost)) => Err(Why::Lost(lost)),
            Some(Ok(outcome)) => outcome.map_err(Why::from),
        }
    }

    /// Waits for the lock. While somebody else has it, the wait can be left; while it is being made, its end is awaited,
    /// so that no lock is left behind.
    pub(super) async fn lock(&self, (namespace, name): (&str, &str), ui: &mut Ui) -> Result<Lock<'_>, Why> {
        let waits = Cell::new(false);
        let mut tell = |held: &crate::kubernetes::Held| {
            waits.set(true);
            ui.say(&format!("waiting for the lock of {name}: {held}"));
        };
        let acquiring = acquire(self.session, namespace, name, self.holder, &mut tell);
        let leaving = async {
            self.interrupt.signal().await;
            if !waits.get() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            lock = acquiring => lock.map_err(Why::NotLocked),
            () = leaving => Err(Why::Interrupted),
        }
    }
}

pub(super) async fn release(lock: Lock<'_>, ui: &mut Ui) {
    if let Err(lost) = lock.release().await {
        ui.remark(Remark::Note, &format!("{lost}; it ends by itself"));
    }
}

pub(super) fn finishing(ui: &mut Ui) {
    ui.say("interrupted: finishing what is under way; press Ctrl-C again to leave it");
}

impl From<Failed> for Why {
    fn from(error: Failed) -> Self {
        match error {
            Failed::Interrupted => Self::Interrupted,
            other => Self::Failed(other),
        }
    }
}
