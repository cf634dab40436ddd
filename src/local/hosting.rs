//! The registry that a local cluster announces, as KEP-1755 has it: the `ConfigMap` `kube-public/local-registry-hosting`. Pure.

/// Where the announcement is.
pub const NAMESPACE: &str = "kube-public";
/// What it is called.
pub const NAME: &str = "local-registry-hosting";
/// The newest version of it that is understood.
pub const KEY: &str = "localRegistryHosting.v1";

/// A registry beside a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosting {
    /// What it is called on this machine: images are pushed there.
    pub host: String,
    /// What it is called by the nodes: it is written into pods.
    pub from_nodes: String,
    /// Where it is said how it is used.
    pub help: Option<String>,
}

/// What is announced; nothing if no host is.
#[must_use]
pub fn hosting(text: &str) -> Option<Hosting> {
    let value = |wanted: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(wanted)?.strip_prefix(':'))?;
        let bare = line.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        (!bare.is_empty() && bare != "null").then(|| bare.to_owned())
    };
    let host = value("host")?;
    let from_nodes = value("hostFromContainerRuntime").unwrap_or_else(|| host.clone());
    Some(Hosting { host, from_nodes, help: value("help") })
}

/// What a registry of ours is announced as: nodes know it by the name that it has on this machine.
#[must_use]
pub fn announcement(port: u16, inside: &str) -> String {
    format!(
        "host: \"localhost:{port}\"\nhostFromClusterNetwork: \"{inside}\"\nhostFromContainerRuntime: \"localhost:{port}\"\nhelp: \
         \"https://kind.sigs.k8s.io/docs/user/local-registry/\"\n"
    )
}

#[cfg(test)]
mod tests {
    use super::{announcement, hosting};

    #[test]
    fn what_is_announced_is_read_as_it_is_meant() {
        let found = hosting(&announcement(5001, "sindri-registry:5000")).unwrap();
        assert_eq!((found.host.as_str(), found.from_nodes.as_str()), ("localhost:5001", "localhost:5001"));
        assert_eq!(found.help.as_deref(), Some("https://kind.sigs.k8s.io/docs/user/local-registry/"));
    }

    #[test]
    fn what_k3d_and_kinds_script_write_is_understood() {
        let k3d = "help: https://k3d.io/stable/usage/registries/#using-a-local-registry\nhost: localhost:5055\nhostFromClusterNetwork: k3d-reg1:5000\nhostFromContainerRuntime: k3d-reg1:5000\n";
        let found = hosting(k3d).unwrap();
        assert_eq!((found.host.as_str(), found.from_nodes.as_str()), ("localhost:5055", "k3d-reg1:5000"));
        assert_eq!(found.help.as_deref(), Some("https://k3d.io/stable/usage/registries/#using-a-local-registry"));
        let kind = "host: \"localhost:5001\"\nhelp: \"https://kind.sigs.k8s.io/docs/user/local-registry/\"\n";
        let found = hosting(kind).unwrap();
        assert_eq!((found.host.as_str(), found.from_nodes.as_str()), ("localhost:5001", "localhost:5001"));
    }

    #[test]
    fn an_announcement_without_a_host_is_none() {
        for text in ["", "help: x", "host:", "host: \"\"", "hostFromContainerRuntime: a:5000"] {
            assert_eq!(hosting(text), None, "{text}");
        }
    }
}
