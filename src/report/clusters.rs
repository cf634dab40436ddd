//! The clusters on this machine: a table, a page about one, and the same for programs. Pure.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::plan_data::{schema_of, version_one};
use super::status::table::table;

/// Where the published schema is found.
const ADDRESS: &str = "https://sindri.dev/schemas/clusters.schema.json";

/// A cluster on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "cluster")]
pub struct ClusterRow {
    /// Its name.
    pub name: String,
    /// Who made it.
    pub provider: String,
    /// How it is.
    pub state: ClusterState,
    /// How many nodes it has, whether they run or not.
    pub nodes: usize,
    /// How many of them run.
    pub running: usize,
    /// The version of Kubernetes; null if its server does not answer, or is not in the kubeconfig.
    pub version: Option<String>,
    /// The registry that it uses, as an image names it: `localhost:5001`.
    pub registry: Option<String>,
    /// The context that leads to it; null if the kubeconfig has none.
    pub context: Option<String>,
    /// Whether that is the current context.
    pub current: bool,
    /// Why it is broken, in a sentence.
    pub reason: Option<String>,
}

/// How a cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClusterState {
    /// All its nodes run, and its server answers.
    Running,
    /// None of its nodes runs.
    Stopped,
    /// Some of its nodes run and some do not, or its server does not answer.
    Broken,
}

impl ClusterState {
    /// In one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Broken => "broken",
        }
    }
}

/// One node of a cluster on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "node")]
pub struct NodeRow {
    /// Its name.
    pub name: String,
    /// What it does: `control-plane`, `worker`.
    pub role: String,
    /// What its container does: `running`, `exited`.
    pub container: String,
    /// Whether the cluster says that it is ready; null if it does not answer.
    pub ready: Option<bool>,
    /// The version of its kubelet.
    pub version: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// What it was made from.
    pub image: String,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "clusters")]
struct List<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// All of them, by provider and name.
    clusters: &'a [ClusterRow],
}

/// Everything about one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "cluster_status")]
pub struct ClusterPage {
    /// The version of this format.
    #[schemars(schema_with = "version_one")]
    pub format_version: &'static str,
    /// The cluster.
    pub cluster: ClusterRow,
    /// Its nodes, control planes first.
    pub nodes: Vec<NodeRow>,
    /// The environments in it, as `namespace/name`; null if its server does not answer.
    pub environments: Option<Vec<String>>,
}

/// A table. Without a row it is empty.
#[must_use]
pub fn list_for_person(rows: &[ClusterRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let dash = |text: Option<&str>| text.unwrap_or("-").replace(char::is_control, "\u{fffd}");
    let cells = |row: &ClusterRow| {
        let nodes = if row.running == row.nodes || row.state == ClusterState::Stopped {
            row.nodes.to_string()
        } else {
            format!("{}/{}", row.running, row.nodes)
        };
        vec![
            if row.current { "*" } else { " " }.to_owned(),
            dash(Some(&row.name)),
            row.provider.clone(),
            row.state.word().to_owned(),
            nodes,
            dash(row.version.as_deref()),
            dash(row.registry.as_deref()),
            dash(row.context.as_deref()),
            row.reason.as_deref().map(|reason| dash(Some(reason))).unwrap_or_default(),
        ]
    };
    let titles = [" ", "NAME", "PROVIDER", "STATE", "NODES", "VERSION", "REGISTRY", "CONTEXT", "REASON"];
    let rows: Vec<_> = rows.iter().map(cells).collect();
    table(&titles, &rows)
}

/// The same as a value.
#[must_use]
pub fn list_for_program(rows: &[ClusterRow]) -> Value {
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(List { format_version: "1", clusters: rows }).unwrap_or_default()
}

/// The schema of the list, as it is kept in `schemas/`.
#[must_use]
pub fn list_schema() -> String {
    schema_of::<List<'_>>(ADDRESS)
}

/// The schema of a page, as it is kept in `schemas/`.
#[must_use]
pub fn page_schema() -> String {
    schema_of::<ClusterPage>("https://sindri.dev/schemas/cluster.schema.json")
}

/// Everything about one cluster, for a person.
#[must_use]
pub fn page_for_person(page: &ClusterPage) -> String {
    let row = &page.cluster;
    let dash = |text: Option<&str>| text.unwrap_or("-").replace(char::is_control, "\u{fffd}");
    let context = match (&row.context, row.current) {
        (Some(context), true) => format!("{context} (current)"),
        (Some(context), false) => context.clone(),
        (None, _) => format!("none in the kubeconfig; write one: sindri k8s kubeconfig {} --write", row.name),
    };
    let environments = match &page.environments {
        None => "not known: the server does not answer".to_owned(),
        Some(all) if all.is_empty() => "none".to_owned(),
        Some(all) => all.join(", "),
    };
    let reason = row.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let facts = [
        ("cluster", format!("{} ({})", row.name, row.provider)),
        ("state", format!("{}{reason}", row.state.word())),
        ("version", dash(row.version.as_deref())),
        ("registry", dash(row.registry.as_deref())),
        ("context", context),
        ("environments", environments),
    ];
    let mut text = String::new();
    text.extend(facts.map(|(key, value)| format!("{key:<14}{}\n", value.replace(char::is_control, "\u{fffd}"))));
    let ready = |ready: Option<bool>| match ready {
        None => "-",
        Some(true) => "ready",
        Some(false) => "not ready",
    };
    let cells = |node: &NodeRow| {
        vec![
            dash(Some(&node.name)),
            dash(Some(&node.role)),
            dash(Some(&node.container)),
            ready(node.ready).to_owned(),
            dash(node.version.as_deref()),
            dash(node.address.as_deref()),
            dash(Some(&node.image)),
        ]
    };
    text.push('\n');
    let rows: Vec<_> = page.nodes.iter().map(cells).collect();
    text + &table(&["NODE", "ROLE", "CONTAINER", "READY", "VERSION", "ADDRESS", "IMAGE"], &rows)
}

#[cfg(test)]
mod tests {
    use super::{ClusterRow, ClusterState, list_for_person};

    #[test]
    fn the_current_one_is_marked_and_what_is_unknown_is_a_dash() {
        let row = ClusterRow {
            name: "dev".to_owned(),
            provider: "kind".to_owned(),
            state: ClusterState::Running,
            nodes: 3,
            running: 3,
            version: Some("v1.34.0".to_owned()),
            registry: Some("localhost:5001".to_owned()),
            context: Some("kind-dev".to_owned()),
            current: true,
            reason: None,
        };
        let half = ClusterRow {
            name: "half".to_owned(),
            state: ClusterState::Broken,
            running: 1,
            version: None,
            registry: None,
            context: None,
            current: false,
            reason: Some("2 of its 3 nodes do not run".to_owned()),
            ..row.clone()
        };
        assert_eq!(
            list_for_person(&[row, half]),
            "    NAME   PROVIDER   STATE     NODES   VERSION   REGISTRY         CONTEXT    REASON\n\
             *   dev    kind       running   3       v1.34.0   localhost:5001   kind-dev\n    half   kind       broken    1/3     \
             -         -                -          2 of its 3 nodes do not run\n"
        );
    }
}
