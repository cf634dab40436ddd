//! Waits until the nodes of a cluster are ready.

use std::time::Duration;

use super::super::failure::Failure;
use super::progress::Working;
use crate::kubernetes::{Options, Session, await_nodes, connect};
use crate::local::Workplace;

/// A way to a new cluster by the kubeconfig that its maker wrote.
pub(super) async fn way(workplace: &Workplace, context: &str, patience: Duration) -> Result<Session, Failure> {
    let options = Options {
        kubeconfig: Some(workplace.folder().join("kubeconfig")),
        context: Some(context.to_owned()),
        ..Options::default()
    };
    let (session, _) = connect(&options, patience).await?;
    Ok(session)
}

/// Waits until this many nodes are ready.
pub(super) async fn await_ready(
    workplace: &Workplace,
    context: &str,
    count: usize,
    patience: Duration,
    working: &mut Working<'_>,
) -> Result<(), Failure> {
    let session = way(workplace, context, patience).await?;
    working.doing("waiting until the nodes are ready");
    let late = await_nodes(&session, count, &mut |ready| {
        working.doing(&format!("waiting until the nodes are ready: {ready} of {count}"));
    })
    .await?;
    if late.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(format!("not ready in time: {}", late.join(", ")), None)
        .hint("see why with `docker logs NODE` of one that is kept with `--retain`, or wait longer with `--wait`"))
}
