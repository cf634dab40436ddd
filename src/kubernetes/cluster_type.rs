//! What kind of cluster it is, from what its nodes say. Pure.
//!
//! A context can have any name, and so can a cluster. Where the nodes can be read, only they count.

use http::Uri;
use serde_json::Value;

use super::proxy::is_this_machine;
use crate::plan::{ClusterType, Look};

/// The type of a cluster: by its nodes; where they cannot be read, by the name of its entry in the kubeconfig, and then
/// only if its server is on this machine.
pub(super) fn cluster_type(nodes: Option<&Look>, entry: &str, server: &str) -> ClusterType {
    match nodes {
        Some(Look::Seen(list)) => {
            let items = list.get("items").and_then(Value::as_array);
            items.into_iter().flatten().find_map(by_node).unwrap_or(ClusterType::Remote)
        }
        _ => by_entry(entry, server),
    }
}

fn by_node(node: &Value) -> Option<ClusterType> {
    let text = |pointer| node.pointer(pointer).and_then(Value::as_str);
    let provider = text("/spec/providerID")?;
    if let Some(rest) = provider.strip_prefix("kind://") {
        // kind://docker/CLUSTER/NODE
        let name = rest.split('/').nth(1).filter(|name| !name.is_empty());
        return Some(ClusterType::Kind(name.map(str::to_owned)));
    }
    // k3s runs on real machines too. The nodes of k3d are containers that k3d has named.
    provider.strip_prefix("k3s://")?;
    by_name(text("/metadata/name")?).map(|name| ClusterType::K3d(Some(name.to_owned())))
}

/// `k3d-CLUSTER-server-0`, `k3d-CLUSTER-agent-1`.
fn by_name(node: &str) -> Option<&str> {
    let (rest, number) = node.strip_prefix("k3d-")?.rsplit_once('-')?;
    let name = rest.strip_suffix("-server").or_else(|| rest.strip_suffix("-agent"))?;
    let is_number = !number.is_empty() && number.bytes().all(|letter| letter.is_ascii_digit());
    (is_number && !name.is_empty()).then_some(name)
}

/// Whether the server of an entry is on this machine.
#[must_use]
pub fn is_server_here(server: &str) -> bool {
    let address: Option<Uri> = server.parse().ok();
    // k3d writes the address that it listens on.
    let is_here = |host: &str| is_this_machine(host) || host == "0.0.0.0";
    address.as_ref().and_then(Uri::host).is_some_and(is_here)
}

fn by_entry(entry: &str, server: &str) -> ClusterType {
    if !is_server_here(server) {
        return ClusterType::Remote;
    }
    let name = |prefix| entry.strip_prefix(prefix).filter(|name| !name.is_empty()).map(str::to_owned);
    match (name("kind-"), name("k3d-")) {
        (Some(name), _) => ClusterType::Kind(Some(name)),
        (_, Some(name)) => ClusterType::K3d(Some(name)),
        _ => ClusterType::Remote,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::cluster_type;
    use crate::plan::{ClusterType, Look};

    fn nodes(all: &[(&str, &str)]) -> Look {
        let items: Vec<Value> = all
            .iter()
            .map(|(name, provider)| json!({"metadata": {"name": name}, "spec": {"providerID": provider}}))
            .collect();
        Look::Seen(json!({"items": items}))
    }

    fn kind(name: &str) -> ClusterType {
        ClusterType::Kind(Some(name.to_owned()))
    }

    fn k3d(name: &str) -> ClusterType {
        ClusterType::K3d(Some(name.to_owned()))
    }

    const LOCAL: &str = "https://127.0.0.1:35097";

    #[test]
    fn nodes_are_recognised_whatever_the_entry_is_called() {
        let of_kind = nodes(&[
            ("t1-control-plane", "kind://docker/t1/t1-control-plane"),
            ("t1-worker", "kind://docker/t1/t1-worker"),
        ]);
        assert_eq!(cluster_type(Some(&of_kind), "renamed", "https://build.example.com:6443"), kind("t1"));
        let of_k3d = nodes(&[("k3d-my-cluster-server-0", "k3s://k3d-my-cluster-server-0")]);
        assert_eq!(cluster_type(Some(&of_k3d), "renamed", "https://0.0.0.0:6550"), k3d("my-cluster"));
        let agent_first =
            nodes(&[("k3d-t2-agent-0", "k3s://k3d-t2-agent-0"), ("k3d-t2-server-0", "k3s://k3d-t2-server-0")]);
        assert_eq!(cluster_type(Some(&agent_first), "", ""), k3d("t2"));
    }

    #[test]
    fn a_cluster_that_only_looks_local_is_remote() {
        for look in [
            nodes(&[("kind-prod-1", "aws:///eu-central-1a/i-0123456789abcdef0")]),
            nodes(&[("pi-1", "k3s://pi-1")]),
            nodes(&[("k3d-server-x", "k3s://k3d-server-x")]),
            nodes(&[("kind", "")]),
            nodes(&[]),
            Look::Seen(json!({"items": [{"metadata": {"name": "n1"}, "spec": {}}]})),
        ] {
            assert_eq!(cluster_type(Some(&look), "kind-prod", LOCAL), ClusterType::Remote, "{look:?}");
        }
    }

    #[test]
    fn without_nodes_the_entry_and_the_address_decide_together() {
        let denied = Look::Denied("nodes is forbidden".to_owned());
        for (entry, server, expected) in [
            ("kind-t1", LOCAL, kind("t1")),
            ("kind-t1", "https://localhost:6443/", kind("t1")),
            ("kind-t1", "https://[::1]:6443", kind("t1")),
            ("k3d-t1", "https://0.0.0.0:35097", k3d("t1")),
            ("kind-prod", "https://prod.example.com", ClusterType::Remote),
            ("k3d-prod", "https://10.0.0.1:6443", ClusterType::Remote),
            ("kind-", LOCAL, ClusterType::Remote),
            ("minikube", LOCAL, ClusterType::Remote),
            ("kind-t1", "not an address", ClusterType::Remote),
        ] {
            assert_eq!(cluster_type(Some(&denied), entry, server), expected, "{entry} {server}");
            assert_eq!(cluster_type(None, entry, server), expected, "{entry} {server}");
        }
    }
}
