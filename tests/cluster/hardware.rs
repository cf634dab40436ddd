//! What depends on the nodes: an environment that wants a special one (a GPU, a tolerated taint, a priority, a runtime), and
//! what kind of cluster it is. It changes the nodes, and so runs alone.

use serde_json::json;

use crate::kubeconfig::Kubeconfig;
use crate::support::{Desk, Ended, Namespace, Outcome, Refusal, dev, kubectl, wait};

/// The only node of a bed, and what is undone on it.
struct Special {
    node: String,
}

const CLASSES: [&str; 2] = ["priorityclass/sindri-test-first", "runtimeclass/sindri-test-runtime"];

impl Special {
    fn make() -> Outcome<Self> {
        let node = kubectl(&["get", "nodes", "-o", "jsonpath={.items[0].metadata.name}"], "")?;
        let special = Self { node };
        let classes = json!({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "sindri-test-first"}, "value": 1000},
            {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "sindri-test-runtime"}, "handler": "runc"},
        ]});
        kubectl(&["apply", "-f", "-"], &classes.to_string())?;
        special.capacity("add", r#", "value": "1""#)?;
        wait("the node to offer it", || {
            let path = r"jsonpath={.status.allocatable.amd\.com/gpu}";
            match kubectl(&["get", "node", &special.node, "-o", path], "")?.as_str() {
                "1" => Ok(()),
                other => Err(Refusal::of(&format!("it offers {other:?}"))),
            }
        })?;
        kubectl(&["label", "node", &special.node, "gpu=amd"], "")?;
        kubectl(&["taint", "node", &special.node, "sindri-test=gpu:NoSchedule"], "")?;
        Ok(special)
    }

    /// What a device plugin would say of the node.
    fn capacity(&self, verb: &str, value: &str) -> Outcome {
        let patch = format!(r#"[{{"op": "{verb}", "path": "/status/capacity/amd.com~1gpu"{value}}}]"#);
        kubectl(&["patch", "node", &self.node, "--subresource=status", "--type=json", "-p", &patch], "")?;
        Ok(())
    }
}

impl Drop for Special {
    fn drop(&mut self) {
        kubectl(&["taint", "node", &self.node, "sindri-test-"], "").unwrap_or_default();
        kubectl(&["label", "node", &self.node, "gpu-"], "").unwrap_or_default();
        self.capacity("remove", "").unwrap_or_default();
        for class in CLASSES {
            kubectl(&["delete", class, "--ignore-not-found"], "").unwrap_or_default();
        }
    }
}

#[test]
#[ignore = "taints the node under every other test: `tests/run` runs it alone"]
fn an_environment_runs_on_the_node_that_has_what_it_asks_for_and_tolerates_its_taint() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let special = Special::make()?;
    let plain = dev(&namespace, "", "priorityClassName: sindri-test-first\nruntimeClassName: sindri-test-runtime");
    let wanted = plain.replace("resources: {", "resources: {gpu: {enabled: true, type: amd}, ");
    let desk = Desk::new(&wanted)?;
    let planned = desk.sindri(&["plan"])?;
    planned
        .ends(0)
        .says("The environment would not run")
        .says("keeps the pod away by a taint: sindri-test=gpu:NoSchedule");

    let tolerant = dev(
        &namespace,
        "",
        "priorityClassName: sindri-test-first\nruntimeClassName: sindri-test-runtime\n\
         tolerations: [{key: sindri-test, operator: Exists, effect: NoSchedule}]",
    );
    let wanted = tolerant.replace("resources: {", "resources: {gpu: {enabled: true, type: amd}, ");
    desk.write("sindri.yaml", &wanted)?;
    desk.sindri(&["plan"])?.ends(0).hides("would not run");
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("is ready");
    let pods = namespace.kubectl(&["get", "pods", "-l", "instance=dev", "-o", "json"], "")?;
    let pods: serde_json::Value = serde_json::from_str(&pods)?;
    let pod = &pods["items"][0];
    assert_eq!(pod["spec"]["priority"], 1000);
    assert_eq!(pod["spec"]["runtimeClassName"], "sindri-test-runtime");
    assert_eq!(pod["spec"]["nodeName"], special.node.as_str());
    assert_eq!(pod["spec"]["containers"][0]["resources"]["limits"]["amd.com/gpu"], "1");
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(0).says("No changes.");
    Ok(())
}

/// A node that never was, as kind or k3d name theirs.
struct Stranger(&'static str);

impl Stranger {
    fn join(name: &'static str, provider: &str) -> Outcome<Self> {
        let node =
            json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": {"providerID": provider}});
        kubectl(&["create", "-f", "-"], &node.to_string())?;
        Ok(Self(name))
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        kubectl(&["delete", "node", self.0, "--ignore-not-found"], "").unwrap_or_default();
    }
}

#[test]
#[ignore = "adds nodes under every other test: `tests/run` runs it alone"]
fn a_cluster_is_known_by_its_nodes_and_not_by_the_names_in_a_kubeconfig() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let called = |name: &str| -> Outcome<Ended> {
        let mut kubeconfig = Kubeconfig::new()?;
        for part in ["clusters", "contexts"] {
            kubeconfig.content[part][0]["name"] = json!(name);
        }
        kubeconfig.content["contexts"][0]["context"]["cluster"] = json!(name);
        kubeconfig.content["current-context"] = json!(name);
        let path = kubeconfig.file()?;
        desk.sindri(&["plan", "--kubeconfig", path.to_str().ok_or("no path")?])
    };
    for name in ["kind-prod", "k3d-prod", "prod"] {
        called(name)?.ends(0).says(&format!("context {name} · ")).says(" · remote · ");
    }
    {
        let _kind = Stranger::join("lab-worker", "kind://docker/lab/lab-worker")?;
        called("prod")?.ends(0).says(" · kind · ");
        called("k3d-lab")?.ends(0).says(" · kind · ");
    }
    let _k3d = Stranger::join("k3d-lab-agent-0", "k3s://k3d-lab-agent-0")?;
    called("prod")?.ends(0).says(" · k3d · ");
    called("kind-lab")?.ends(0).says(" · k3d · ");
    Ok(())
}
