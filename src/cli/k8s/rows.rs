//! From the containers, the kubeconfig and the servers to what is told of clusters.

use std::time::Duration;

use futures_util::future::join_all;

use super::super::machine::Machine;
use super::named::{context, is_current, mentions};
use crate::kubernetes::{Options, Session, connect, server_version};
use crate::local::{KubeconfigFiles, LocalCluster, LocalState, Mentions, Registry};
use crate::report::clusters::{ClusterRow, ClusterState};

/// How long a server may take to say its version.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// All clusters. Their servers are asked at the same time.
pub(super) async fn rows(machine: &Machine, files: Option<&KubeconfigFiles>) -> Vec<ClusterRow> {
    join_all(machine.clusters.iter().map(|cluster| row(machine, cluster, files))).await
}

/// One cluster.
pub(super) async fn row(machine: &Machine, cluster: &LocalCluster, files: Option<&KubeconfigFiles>) -> ClusterRow {
    let mentions = files.and_then(|files| mentions(files, cluster).ok()).unwrap_or_default();
    let context = context(&mentions, cluster).cloned();
    let state = cluster.state();
    let version = match &context {
        Some(context) if state == LocalState::Running => Some(version(context).await),
        _ => None,
    };
    told(machine, cluster, &mentions, context, version)
}

fn told(
    machine: &Machine,
    cluster: &LocalCluster,
    mentions: &Mentions,
    context: Option<String>,
    version: Option<Result<String, String>>,
) -> ClusterRow {
    let running = cluster.nodes.iter().filter(|node| node.container.is_running()).count();
    let (state, reason) = match (cluster.state(), &version) {
        (LocalState::Running, Some(Err(reason))) => (ClusterState::Broken, Some(reason.clone())),
        (LocalState::Running, _) => (ClusterState::Running, None),
        (LocalState::Stopped, _) => (ClusterState::Stopped, None),
        (LocalState::Broken, _) if running == cluster.nodes.len() => {
            (ClusterState::Broken, Some("it has no control plane".to_owned()))
        }
        (LocalState::Broken, _) => {
            let count = cluster.nodes.len();
            (ClusterState::Broken, Some(format!("{} of its {count} nodes do not run", count - running)))
        }
    };
    let standing = Registry::standing(&machine.containers).ok().flatten();
    let registry = standing.filter(|_| cluster.uses_registry()).map(|registry| format!("localhost:{}", registry.port));
    ClusterRow {
        name: cluster.name.clone(),
        provider: cluster.provider.to_string(),
        state,
        nodes: cluster.nodes.len(),
        running,
        version: version.and_then(Result::ok),
        registry,
        current: is_current(mentions),
        context,
        reason,
    }
}

/// A way to the server of a context.
pub(super) async fn session(context: &str, patience: Duration) -> Result<Session, String> {
    let options = Options { context: Some(context.to_owned()), ..Options::default() };
    connect(&options, patience).await.map(|(session, _)| session).map_err(|error| error.to_string())
}

async fn version(context: &str) -> Result<String, String> {
    let session = session(context, PATIENCE).await?;
    server_version(&session).await.map_err(|error| format!("its server does not answer: {error}"))
}
