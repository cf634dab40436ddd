//! The clusters that containers are parts of. Pure.

use std::collections::BTreeMap;

use super::container::{Container, Role};
use super::provider::ProviderName;

/// A cluster on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalCluster {
    /// Who made it.
    pub provider: ProviderName,
    /// Its name.
    pub name: String,
    /// Its nodes, control planes first.
    pub nodes: Vec<LocalNode>,
    /// What else belongs to it: load balancers, and what is there for a moment.
    pub others: Vec<Container>,
}

/// A node of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalNode {
    /// What it does.
    pub role: Role,
    /// The container that it is. The node has the same name.
    pub container: Container,
}

/// How its containers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LocalState {
    /// All nodes run.
    Running,
    /// None runs.
    Stopped,
    /// Some run and some do not, or there is no control plane.
    Broken,
}

impl LocalCluster {
    /// The context that its maker writes into the kubeconfig.
    #[must_use]
    pub fn context(&self) -> String {
        self.provider.context(&self.name)
    }

    /// Whether its nodes are marked as those that use the registry.
    #[must_use]
    pub fn uses_registry(&self) -> bool {
        self.nodes.iter().any(|node| node.container.uses_registry)
    }

    /// What differs from what is asked for, in words. An image that is asked for by a digest is compared by it.
    #[must_use]
    pub fn differences(&self, nodes: Option<u16>, image: Option<&str>, registry: bool) -> Vec<String> {
        let mut all = Vec::new();
        if let Some(nodes) = nodes.filter(|nodes| usize::from(*nodes) != self.nodes.len()) {
            all.push(format!("nodes: {} there, {nodes} asked for", self.nodes.len()));
        }
        let bare = |image: &str| image.trim_start_matches("docker.io/").trim_start_matches("library/").to_owned();
        let is_other = |asked: &&str| self.nodes.iter().any(|node| bare(&node.container.image) != bare(asked));
        if let Some(asked) = image.filter(is_other) {
            let there = self.nodes.first().map_or("", |node| node.container.image.as_str());
            all.push(format!("image: {there} there, {asked} asked for"));
        }
        if registry && !self.uses_registry() {
            all.push("registry: none there, one asked for".to_owned());
        }
        all
    }

    /// How its containers are. Whether its server answers is another question.
    #[must_use]
    pub fn state(&self) -> LocalState {
        let running = self.nodes.iter().filter(|node| node.container.is_running()).count();
        let has_control_plane = self.nodes.iter().any(|node| node.role == Role::ControlPlane);
        match running {
            _ if !has_control_plane => LocalState::Broken,
            0 => LocalState::Stopped,
            all if all == self.nodes.len() => LocalState::Running,
            _ => LocalState::Broken,
        }
    }
}

/// The clusters among these containers, by provider and name.
#[must_use]
pub fn clusters(containers: &[Container]) -> Vec<LocalCluster> {
    let mut found: BTreeMap<(ProviderName, &str), Vec<(Role, &Container)>> = BTreeMap::new();
    for container in containers {
        if let Some(part) = &container.part {
            found.entry((part.provider, part.cluster.as_str())).or_default().push((part.role, container));
        }
    }
    found.into_iter().map(|((provider, name), parts)| cluster(provider, name, parts)).collect()
}

fn cluster(provider: ProviderName, name: &str, mut parts: Vec<(Role, &Container)>) -> LocalCluster {
    parts.sort_by(|(role, one), (other_role, other)| (role, &one.name).cmp(&(other_role, &other.name)));
    let others = parts.iter().filter(|(role, _)| *role == Role::Other).map(|(_, container)| (*container).clone());
    let node = |(role, container): &(Role, &Container)| LocalNode { role: *role, container: (*container).clone() };
    let nodes = parts.iter().filter(|(role, _)| *role != Role::Other).map(node);
    LocalCluster { provider, name: name.to_owned(), nodes: nodes.collect(), others: others.collect() }
}

#[cfg(test)]
mod tests {
    use super::super::container::Part;
    use super::{Container, LocalState, ProviderName, Role, clusters};

    fn container(name: &str, state: &str, cluster: &str, role: Role) -> Container {
        let part = Part { provider: ProviderName::Kind, cluster: cluster.to_owned(), role };
        let own = |text: &str| text.to_owned();
        Container {
            id: own(name),
            name: own(name),
            image: own("node"),
            state: own(state),
            ports: String::new(),
            part: Some(part),
            is_registry: false,
            registry_port: None,
            uses_registry: false,
        }
    }

    #[test]
    fn nodes_are_counted_and_what_is_no_node_is_not() {
        let all = [
            container("dev-worker", "running", "dev", Role::Worker),
            container("dev-control-plane", "running", "dev", Role::ControlPlane),
            container("dev-external-load-balancer", "running", "dev", Role::Other),
            container("other-control-plane", "exited", "other", Role::ControlPlane),
        ];
        let found = clusters(&all);
        let names: Vec<_> =
            found.iter().map(|one| (one.context(), one.nodes.len(), one.others.len(), one.state())).collect();
        let expected =
            [("kind-dev".to_owned(), 2, 1, LocalState::Running), ("kind-other".to_owned(), 1, 0, LocalState::Stopped)];
        assert_eq!(names, expected);
        assert_eq!(found[0].nodes[0].container.name, "dev-control-plane");
    }

    #[test]
    fn another_shape_is_told_by_what_differs() {
        let found = clusters(&[container("dev-control-plane", "running", "dev", Role::ControlPlane)]);
        assert_eq!(found[0].differences(Some(1), Some("docker.io/node"), false), Vec::<String>::new());
        let all = found[0].differences(Some(3), Some("other"), true).join("; ");
        assert_eq!(
            all,
            "nodes: 1 there, 3 asked for; image: node there, other asked for; registry: none there, one asked for"
        );
    }

    #[test]
    fn a_cluster_that_runs_in_part_or_has_no_control_plane_is_broken() {
        let half =
            [container("a", "exited", "dev", Role::ControlPlane), container("b", "running", "dev", Role::Worker)];
        assert_eq!(clusters(&half)[0].state(), LocalState::Broken);
        let headless = [container("b", "running", "dev", Role::Worker)];
        assert_eq!(clusters(&headless)[0].state(), LocalState::Broken);
    }
}
