//! Carries out a removal that was approved: under the lock, interruptible, and telling what was deleted.

use std::cell::{Cell, RefCell};

use super::carry::{Means, Why, finishing, release};
use super::environment::Environment;
use super::interrupt::Interrupt;
use super::live::Live;
use super::ready::GRACE;
use super::ui::{Remark, Ui};
use crate::kubernetes::{Manner, Progress, Removed, Removing, Unremoved, gone, take_inventory};
use crate::names::Kind;
use crate::plan::{Going, Removal};

/// Why a removal was not carried out to its end.
#[derive(Debug)]
pub(super) enum Undone {
    /// The cluster is not as it was shown, and nothing was deleted.
    Moved,
    /// It could not be locked, or not any longer; or the person left.
    Why(Why),
    Unremoved(Unremoved),
}

/// Removes what the removal shows.
pub(super) async fn remove(
    environment: &Environment,
    means: &Means<'_>,
    removal: &Removal,
    waits: bool,
    ui: &mut Ui,
) -> (Removed, Result<(), Undone>) {
    let manner = Manner { waits, grace: GRACE, concurrency: means.concurrency };
    let work = Removing::new(means.session, environment.subject(), manner, &means.interrupt.wanted);
    let outcome = under_lock(environment, means, &work, removal, ui).await;
    let removed = work.done();
    if let Some(kept) = &removed.kept {
        ui.remark(Remark::Note, kept);
    }
    (removed, outcome)
}

async fn under_lock(
    environment: &Environment,
    means: &Means<'_>,
    work: &Removing<'_>,
    removal: &Removal,
    ui: &mut Ui,
) -> Result<(), Undone> {
    let lock = means.lock((environment.namespace(), environment.name.as_str()), ui).await?;
    if means.interrupt.wanted.get() {
        release(lock, ui).await;
        return Err(Why::Interrupted.into());
    }
    means.session.begin_anew();
    let (mut live, shared) = (Live::default(), RefCell::new(&mut *ui));
    let mut tell = |now: &Progress| live.tell(now, &mut shared.borrow_mut());
    let working = lock.keep(async {
        let place = removal.cluster.clone();
        let now = take_inventory(means.session, place, environment.name.as_str(), means.concurrency).await;
        if !removal.still_holds(now.map_err(Unremoved::from)?) {
            return Err(Undone::Moved);
        }
        Ok(work.carry_out(removal.clone(), &mut tell).await?)
    });
    let outcome = means.interrupt.after_this(Box::pin(working), || finishing(&mut shared.borrow_mut())).await;
    live.clear(ui);
    // Whoever does not hold it any more has nothing to give back.
    if !matches!(outcome, Some(Err(_))) {
        release(lock, ui).await;
    }
    match outcome {
        None => Err(Why::Interrupted.into()),
        Some(Err(lost)) => Err(Why::Lost(lost).into()),
        Some(Ok(outcome)) => outcome,
    }
}

/// Waits until the namespace is gone with everything in it.
pub(super) async fn await_namespace(
    environment: &Environment,
    removal: &Removal,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<(), Undone> {
    let session = &environment.reach.session;
    session.begin_anew();
    let shown = removal.goes.iter().find(|going| going.id.kind == Kind::Namespace).cloned();
    let Some(namespace) = shown.or_else(|| removal.ending_namespace.clone()) else { return Ok(()) };
    let mut live = Live::default();
    let mut tell = |now: &Progress| live.tell(now, ui);
    let (subject, never) = (environment.subject(), Cell::new(false));
    let goes: [Going; 1] = [namespace];
    let outcome = interrupt.or(gone(session, &subject, &goes, &never, &mut tell)).await;
    live.clear(ui);
    match outcome {
        None => Err(Why::Interrupted.into()),
        Some(outcome) => Ok(outcome?),
    }
}

impl From<Why> for Undone {
    fn from(why: Why) -> Self {
        Self::Why(why)
    }
}

impl From<Unremoved> for Undone {
    fn from(error: Unremoved) -> Self {
        match error {
            Unremoved::Interrupted => Self::Why(Why::Interrupted),
            error => Self::Unremoved(error),
        }
    }
}
