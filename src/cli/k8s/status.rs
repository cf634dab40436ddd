//! `sindri k8s status`

use clap::Args;

use super::super::failure::Failure;
use super::super::machine::Machine;
use super::super::output::DocumentArguments;
use super::super::ui::Ui;
use super::named::MaybeNameArguments;
use super::rows::{PATIENCE, row, session};
use crate::kubernetes::{NodeSeen, nodes, roster};
use crate::local::{KubeconfigFiles, LocalCluster, Role};
use crate::report::clusters::{ClusterPage, NodeRow, page_for_person};

/// Show a cluster on this machine: its nodes, its registry, its context, and the environments in it.
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    cluster: MaybeNameArguments,
    #[command(flatten)]
    output: DocumentArguments,
}

impl Status {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let machine = Machine::here().await?;
        let files = KubeconfigFiles::of_this_process(None)?;
        let cluster = machine.meant(&self.cluster, &files)?;
        let row = row(&machine, cluster, Some(&files)).await;
        let mut seen = None;
        let mut environments = None;
        if let (Some(context), Some(_)) = (&row.context, &row.version)
            && let Ok(session) = session(context, PATIENCE).await
        {
            seen = nodes(&session).await.ok();
            environments = environments_in(&session).await;
        }
        let nodes = node_rows(cluster, seen.as_deref());
        let page = ClusterPage { format_version: "1", cluster: row, nodes, environments };
        let data = || serde_json::to_value(&page).unwrap_or_default();
        ui.data(&self.output.answer(|| page_for_person(&page), data))
    }
}

/// The environments in a cluster; none where they cannot be seen.
pub(super) async fn environments_in(session: &crate::kubernetes::Session) -> Option<Vec<String>> {
    let roster = roster(session, None, false).await.ok()?;
    if !roster.denied.is_empty() {
        return None;
    }
    let named = |one: &crate::kubernetes::Listed| format!("{}/{}", one.scene.namespace, one.name);
    Some(roster.environments.iter().map(named).collect())
}

fn node_rows(cluster: &LocalCluster, seen: Option<&[NodeSeen]>) -> Vec<NodeRow> {
    let row = |node: &crate::local::LocalNode| {
        let seen = seen.and_then(|all| all.iter().find(|one| one.name == node.container.name));
        NodeRow {
            name: node.container.name.clone(),
            role: if node.role == Role::ControlPlane { "control-plane" } else { "worker" }.to_owned(),
            container: node.container.state.clone(),
            ready: seen.map(|seen| seen.is_ready),
            version: seen.map(|seen| seen.version.clone()),
            address: seen.map(|seen| seen.address.clone()),
            image: node.container.image.clone(),
        }
    };
    cluster.nodes.iter().map(row).collect()
}
