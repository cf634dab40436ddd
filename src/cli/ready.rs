//! Waits until what was applied runs, and says meanwhile what happens.

use std::time::Duration;

use super::carry::Means;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::live::Live;
use super::story::unready;
use super::ui::Ui;
use crate::kubernetes::{Done, NotReady, Progress, Session, Settled, Since, Subject, wait};
use crate::names::{INSTANCE, Kind, MANAGED_BY, SINDRI};
use crate::plan::Plan;
use crate::report::outcome::{Readiness, State};

/// How long a cause may last that often passes by itself: a node that is being added, an image that is being pushed.
pub(super) const GRACE: Duration = Duration::from_secs(30);

pub(super) async fn wait_for(
    means: &Means<'_>,
    plan: &Plan,
    done: &[Done],
    ui: &mut Ui,
) -> (Readiness, Result<(), Failure>) {
    let Some(deployment) = plan.changes.iter().find(|change| change.id.kind == Kind::Deployment) else {
        return (Readiness::default(), Ok(()));
    };
    let subject = Subject {
        context: plan.cluster.context.clone(),
        namespace: plan.cluster.namespace.clone(),
        deployment: deployment.id.name.clone(),
        selector: format!("{INSTANCE}={},{MANAGED_BY}={SINDRI}", plan.environment),
    };
    let since = done.iter().filter(|done| done.id == deployment.id).find_map(since);
    match settled(means.session, &subject, since.as_ref(), means.interrupt, ui).await {
        None => (Readiness::default(), Err(Failure::interrupted_waiting())),
        Some(Ok(Settled::Ready(running))) => {
            let node = running.node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
            ui.say(&format!("{} is ready: pod/{}{node}", plan.environment, running.pod));
            let (pod, node) = (Some(running.pod), running.node);
            (Readiness { state: State::Ready, pod, node, trouble: None }, Ok(()))
        }
        Some(Ok(Settled::Stopped)) => (Readiness { state: State::Stopped, ..Readiness::default() }, Ok(())),
        Some(Err(error)) => (unready(&error), Err(error.into())),
    }
}

/// Waits until an environment runs, or is stopped if it is to be, with the live view. None if the person left.
pub(super) async fn settled(
    session: &Session,
    subject: &Subject,
    since: Option<&Since>,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Option<Result<Settled, NotReady>> {
    let mut live = Live::default();
    let mut tell = |progress: &Progress| live.tell(progress, ui);
    let outcome = interrupt.or(wait(session, subject, since, GRACE, &mut tell)).await;
    live.clear(ui);
    outcome
}

fn since(done: &Done) -> Option<Since> {
    let metadata = done.object.as_ref()?.get("metadata")?;
    Some(Since { uid: metadata.get("uid")?.as_str()?.to_owned(), generation: metadata.get("generation")?.as_i64()? })
}
