//! Waits until what was applied runs, and says meanwhile what happens.

use std::time::Duration;

use super::carry::Means;
use super::failure::Failure;
use super::ui::Ui;
use crate::kubernetes::{Done, Progress, Since, Subject, wait};
use crate::names::{INSTANCE, Kind, MANAGED_BY, SINDRI};
use crate::plan::Plan;

/// How long a cause may last that often passes by itself: a node that is being added, an image that is being pushed.
const GRACE: Duration = Duration::from_secs(30);

pub(super) async fn wait_for(means: &Means<'_>, plan: &Plan, done: &[Done], ui: &mut Ui) -> Result<(), Failure> {
    let Some(deployment) = plan.changes.iter().find(|change| change.id.kind == Kind::Deployment) else { return Ok(()) };
    let claim = plan.changes.iter().find(|change| change.id.kind == Kind::PersistentVolumeClaim);
    let subject = Subject {
        context: plan.cluster.context.clone(),
        namespace: plan.cluster.namespace.clone(),
        deployment: deployment.id.name.clone(),
        selector: format!("{INSTANCE}={},{MANAGED_BY}={SINDRI}", plan.environment),
        claim: claim.map(|change| change.id.name.clone()),
    };
    let since = done.iter().filter(|done| done.id == deployment.id).find_map(since);
    let mut tell = |progress: &Progress| ui.say(&progress.line());
    match means.interrupt.or(wait(means.session, &subject, since.as_ref(), GRACE, &mut tell)).await {
        None => Err(Failure::interrupted_waiting()),
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(error.into()),
    }
}

fn since(done: &Done) -> Option<Since> {
    let metadata = done.object.as_ref()?.get("metadata")?;
    Some(Since { uid: metadata.get("uid")?.as_str()?.to_owned(), generation: metadata.get("generation")?.as_i64()? })
}
