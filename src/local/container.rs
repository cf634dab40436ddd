//! What the container engine says of its containers. Pure.

use super::provider::ProviderName;

/// What kind and k3d write on their containers, in the order in which it is asked for.
pub(super) const LABELS: [&str; 6] = [
    "io.x-k8s.kind.cluster",
    "io.x-k8s.kind.role",
    "k3d.cluster",
    "k3d.role",
    "dev.sindri.registry",
    "k3d.registry.port.external",
];

/// What is mounted into a node that uses the registry: nothing, at a place of ours. Docker tells what, Podman tells where.
const MARKS: [&str; 2] = ["/dev/null", "/etc/sindri-registry"];

/// A container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it was made from, as the engine tells it.
    pub image: String,
    /// `running`, `exited`, `paused`, `created`, `restarting`, `dead`.
    pub state: String,
    /// What is published: `127.0.0.1:40123->6443/tcp`.
    pub ports: String,
    /// Whose it is.
    pub part: Option<Part>,
    /// Whether Sindri made it as a registry.
    pub is_registry: bool,
    /// The port of this machine at which the registry that Sindri made is reached.
    pub registry_port: Option<u16>,
    /// Whether it is marked as a node that uses that registry.
    pub uses_registry: bool,
}

/// The part that a container has in a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Who made the cluster.
    pub provider: ProviderName,
    /// The name of the cluster.
    pub cluster: String,
    /// Its role in it.
    pub role: Role,
}

/// What a container does in a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A node that runs the control plane.
    ControlPlane,
    /// A node that does not.
    Worker,
    /// No node: a load balancer, a registry, something for a moment.
    Other,
}

impl Container {
    /// Whether its programs run.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state == "running"
    }
}

/// What was listed; the line that is not understood, if there is one.
pub(super) fn containers(listing: &str) -> Result<Vec<Container>, String> {
    listing.lines().map(|line| container(line).ok_or_else(|| line.to_owned())).collect()
}

fn container(line: &str) -> Option<Container> {
    let fields: Vec<&str> = line.split('\t').map(|field| if field == "<no value>" { "" } else { field }).collect();
    let &[id, name, image, state, ports, kind, kind_role, k3d, k3d_role, registry, _, mounts] = fields.as_slice()
    else {
        return None;
    };
    let part = match (kind, k3d) {
        ("", "") => None,
        ("", cluster) => Some(Part { provider: ProviderName::K3d, cluster: cluster.to_owned(), role: role(k3d_role) }),
        (cluster, _) => Some(Part { provider: ProviderName::Kind, cluster: cluster.to_owned(), role: role(kind_role) }),
    };
    let own = |text: &str| text.to_owned();
    let is_registry = !registry.is_empty();
    Some(Container {
        id: own(id),
        name: own(name),
        image: own(image),
        state: own(state),
        ports: own(ports),
        part,
        is_registry,
        registry_port: registry.parse().ok(),
        uses_registry: mounts.split([',', '[', ']', ' ']).any(|mount| MARKS.contains(&mount)),
    })
}

fn role(label: &str) -> Role {
    match label {
        "control-plane" | "server" => Role::ControlPlane,
        "worker" | "agent" => Role::Worker,
        _ => Role::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{ProviderName, Role, containers};

    #[test]
    fn containers_of_kind_of_k3d_and_of_nobody_are_told_apart() {
        let listing = "a1\tdev-control-plane\tkindest/node:v1.34.0\trunning\t127.0.0.1:4012->6443/tcp\tdev\tcontrol-plane\t\t\t\t\ta1b2c3,/dev/null,/lib/modules\n\
            a2\tk3d-two-agent-0\trancher/k3s:v1.33.4-k3s1\texited\t\t\t\ttwo\tagent\t\t\tk3d-two-images\n\
            a3\tk3d-two-serverlb\tghcr.io/k3d-io/k3d-proxy:5.8.3\trunning\t\t<no value>\t<no value>\ttwo\tloadbalancer\t<no value>\t<no value>\t\n\
            a4\tpostgres\tpostgres:17\trunning\t5432/tcp\t\t\t\t\t\t\t\n";
        let all = containers(listing).unwrap();
        let parts: Vec<_> = all
            .iter()
            .map(|one| one.part.as_ref().map(|part| (part.provider, part.cluster.as_str(), part.role)))
            .collect();
        let expected = [
            Some((ProviderName::Kind, "dev", Role::ControlPlane)),
            Some((ProviderName::K3d, "two", Role::Worker)),
            Some((ProviderName::K3d, "two", Role::Other)),
            None,
        ];
        assert_eq!(parts, expected);
        assert!(all[0].uses_registry && !all[1].uses_registry);
        assert!(all[0].is_running() && !all[1].is_running());
    }

    #[test]
    fn a_line_that_is_no_container_is_no_container() {
        assert_eq!(containers("warning: something\n"), Err("warning: something".to_owned()));
        assert_eq!(containers(""), Ok(Vec::new()));
    }
}
