//! kind: what it is told. Pure.

use std::time::Duration;

use semver::Version;
use serde_json::{Value, json};

use super::kubeconfig::read_value;
use super::provider::{
    Configured, Files, LONG, MARK, Order, Provider, ProviderName, SHORT, Unmergeable, Wanted, order,
};

/// Where containerd looks for how to reach a registry.
pub(super) const HOSTS: &str = "/etc/containerd/certs.d";

/// The node images whose digests the source of the pinned kind names.
const KNOWN: [(&str, &str); 1] =
    [("1.37.0", "sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5")];

/// kind.
pub(super) struct Kind;

impl Provider for Kind {
    fn name(&self) -> ProviderName {
        ProviderName::Kind
    }

    fn oldest(&self) -> Version {
        Version::new(0, 20, 0)
    }

    fn longest_name(&self) -> usize {
        // `-external-load-balancer` has to fit a host name.
        40
    }

    fn image(&self, version: &str) -> String {
        let digest = KNOWN.iter().find(|(known, _)| *known == version).map(|(_, digest)| format!("@{digest}"));
        format!("kindest/node:v{version}{}", digest.unwrap_or_default())
    }

    fn user(&self, cluster: &str) -> String {
        self.name().context(cluster)
    }

    fn configure(&self, wanted: &Wanted, written: Option<&str>) -> Result<Configured, Unmergeable> {
        let mut value = match written {
            Some(text) => cluster_of(text)?,
            None => json!({"kind": "Cluster", "apiVersion": "kind.x-k8s.io/v1alpha4"}),
        };
        let foreign = |why| Unmergeable::Foreign { program: "kind", why };
        let map = value.as_object_mut().ok_or(foreign("it is no mapping"))?;
        let is_written = map.get("nodes").is_some_and(|nodes| nodes.as_array().is_some_and(|nodes| !nodes.is_empty()));
        match (wanted.nodes, is_written) {
            (Some(_), true) => return Err(Unmergeable::Twice { key: "nodes", flag: "--nodes" }),
            (None, true) => {}
            (count, false) => {
                let roles = std::iter::once("control-plane");
                let workers = std::iter::repeat_n("worker", usize::from(count.unwrap_or(1).saturating_sub(1)));
                map.insert("nodes".to_owned(), roles.chain(workers).map(|role| json!({"role": role})).collect());
            }
        }
        let nodes = map.get_mut("nodes").and_then(Value::as_array_mut).ok_or(foreign("`nodes` is no list"))?;
        if wanted.image.is_some() && nodes.iter().any(|node| node.get("image").is_some()) {
            return Err(Unmergeable::Twice { key: "nodes[].image", flag: "--image" });
        }
        let count = u16::try_from(nodes.len()).unwrap_or(u16::MAX);
        if wanted.registry.is_some() {
            let (host, inside) = MARK.split_once(':').unwrap_or_default();
            for node in nodes {
                let mount = json!({"hostPath": host, "containerPath": inside, "readOnly": true});
                push(node, "extraMounts", mount).ok_or(foreign("a node is no mapping"))?;
            }
            let patch = format!("[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = \"{HOSTS}\"\n");
            push(&mut value, "containerdConfigPatches", patch.into())
                .ok_or(foreign("`containerdConfigPatches` is no list"))?;
        }
        Ok(Configured { text: Some(format!("{value:#}\n")), nodes: count })
    }

    fn written_name(&self, written: &str) -> Option<String> {
        cluster_of(written).ok()?.get("name")?.as_str().map(str::to_owned)
    }

    fn create(&self, wanted: &Wanted, configured: &Configured, files: &Files) -> Order {
        let mut arguments = vec!["create", "cluster", "--name", &wanted.name, "--kubeconfig", &files.kubeconfig];
        if let Some(image) = &wanted.image {
            arguments.extend(["--image", image]);
        }
        if wanted.retain {
            arguments.push("--retain");
        }
        arguments.extend(["--config", "-"]);
        let mut order = order(self.name(), &arguments, wanted.limit + Duration::from_secs(5));
        order.call.input = configured.text.clone().unwrap_or_default().into_bytes();
        order
    }

    fn delete(&self, cluster: &str, files: &Files) -> Order {
        order(self.name(), &["delete", "cluster", "--name", cluster, "--kubeconfig", &files.kubeconfig], LONG)
    }

    fn kubeconfig(&self, cluster: &str) -> Order {
        order(self.name(), &["get", "kubeconfig", "--name", cluster], SHORT)
    }

    fn start(&self, _cluster: &str) -> Option<Order> {
        None
    }

    fn stop(&self, _cluster: &str) -> Option<Order> {
        None
    }

    fn leftovers(&self, _cluster: &str) -> Vec<Vec<String>> {
        // Its network is that of all its clusters.
        Vec::new()
    }

    fn network(&self, _cluster: &str) -> String {
        "kind".to_owned()
    }
}

fn cluster_of(text: &str) -> Result<Value, Unmergeable> {
    let foreign = |why| Unmergeable::Foreign { program: "kind", why };
    let value = read_value(text).ok_or(foreign("it is no plain YAML"))?;
    match value.get("kind").and_then(Value::as_str) {
        Some("Cluster") => Ok(value),
        _ => Err(foreign("its `kind` is not `Cluster`")),
    }
}

fn push(value: &mut Value, key: &str, new: Value) -> Option<()> {
    let list = value.as_object_mut()?.entry(key).or_insert_with(|| json!([]));
    list.as_array_mut()?.push(new);
    Some(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Files, Kind, Provider as _, Unmergeable, Wanted, read_value};

    fn wanted() -> Wanted {
        Wanted {
            name: "dev".to_owned(),
            nodes: Some(3),
            image: None,
            registry: Some(5001),
            retain: false,
            limit: Duration::from_mins(5),
        }
    }

    fn files() -> Files {
        let [kubeconfig, config, registries] = ["/k", "/c", "/r"].map(str::to_owned);
        Files { kubeconfig, config, registries }
    }

    #[test]
    fn nodes_and_a_registry_are_told_by_a_file() {
        let configured = Kind.configure(&wanted(), None).unwrap();
        assert_eq!(configured.nodes, 3);
        let value = read_value(configured.text.as_ref().unwrap()).unwrap();
        let roles: Vec<_> = value["nodes"].as_array().unwrap().iter().map(|node| node["role"].clone()).collect();
        assert_eq!(roles, ["control-plane", "worker", "worker"]);
        assert_eq!(value["nodes"][2]["extraMounts"][0]["hostPath"], "/dev/null");
        assert!(value["containerdConfigPatches"][0].as_str().unwrap().contains("config_path"));
        let order = Kind.create(&wanted(), &configured, &files());
        assert_eq!(order.call.in_words(), "kind create cluster --name dev --kubeconfig /k --config -");
    }

    #[test]
    fn the_persons_own_file_is_kept_and_not_contradicted() {
        let own = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: own\nnodes:\n- role: control-plane\n  image: a\n  extraMounts:\n  - {hostPath: /x, containerPath: /y}\n- role: worker\n";
        assert_eq!(Kind.written_name(own).as_deref(), Some("own"));
        let both = Kind.configure(&wanted(), Some(own)).unwrap_err();
        assert_eq!(both, Unmergeable::Twice { key: "nodes", flag: "--nodes" });
        let image = Wanted { nodes: None, image: Some("b".to_owned()), ..wanted() };
        assert!(matches!(Kind.configure(&image, Some(own)), Err(Unmergeable::Twice { flag: "--image", .. })));
        let merged = Kind.configure(&Wanted { nodes: None, ..wanted() }, Some(own)).unwrap();
        assert_eq!(merged.nodes, 2);
        let value = read_value(merged.text.as_ref().unwrap()).unwrap();
        assert_eq!(value["nodes"][0]["extraMounts"].as_array().unwrap().len(), 2);
        for foreign in ["kind: Simple\n", "- a\n", "a: [\n", ""] {
            assert!(matches!(Kind.configure(&wanted(), Some(foreign)), Err(Unmergeable::Foreign { .. })), "{foreign}");
        }
    }
}
