//! Every example is what the API server accepts, strictly, and its pod is what Pod Security lets in.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Namespace, Outcome, kubectl, render};

/// Names a version range: it does not render without a registry.
const UNDECIDED: &str = "version-range.yaml";

#[test]
fn every_example_is_accepted_by_a_strict_dry_run() -> Outcome {
    let _classes = Classes::make()?;
    let mut seen = 0;
    for (name, text) in examples()? {
        let namespace = Namespace::new(level(&text))?;
        namespace.kubectl(&["create", "serviceaccount", "developer"], "")?;
        let objects = render(&text, &["-o", "json", "-n", &namespace.name])?;
        let dry_run =
            ["apply", "--server-side", "--dry-run=server", "--validate=strict", "--field-manager=sindri", "-f", "-"];
        namespace.kubectl(&dry_run, &objects).map_err(|refusal| format!("{name}: {refusal}"))?;
        let pod = bare_pod(&objects)?;
        let create = ["create", "--dry-run=server", "--validate=strict", "-f", "-"];
        namespace.kubectl(&create, &pod).map_err(|refusal| format!("the pod of {name}: {refusal}"))?;
        seen += 1;
    }
    assert!(seen >= 11, "only {seen} examples were tried");
    Ok(())
}

#[test]
fn a_privileged_environment_is_refused_where_pod_security_is_restricted() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let privileged = "version: '1.0'\nname: big\ndeployment: {provider: kubernetes, image: a}\nproviders: {kubernetes: {security: privileged}}\n";
    let pod = bare_pod(&render(privileged, &["-o", "json", "-n", &namespace.name])?)?;
    let refusal = namespace.kubectl(&["create", "--dry-run=server", "-f", "-"], &pod).err().ok_or("it was let in")?;
    assert!(refusal.said.contains("violates PodSecurity \"restricted:latest\""), "{}", refusal.said);
    Ok(())
}

fn examples() -> Outcome<Vec<(String, String)>> {
    let mut examples = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name != UNDECIDED {
            examples.push((name, fs::read_to_string(path)?));
        }
    }
    Ok(examples)
}

/// The Pod Security level that an example is made for.
fn level(text: &str) -> &'static str {
    match text {
        text if text.contains("security: privileged") => "privileged",
        text if text.contains("security: baseline") => "baseline",
        _ => "restricted",
    }
}

/// A pod from the Deployment's template: Pod Security is enforced on pods only.
fn bare_pod(objects: &str) -> Outcome<String> {
    let list: Value = serde_json::from_str(objects)?;
    let items = list["items"].as_array().ok_or("no items")?;
    let deployment = items.iter().find(|item| item["kind"] == "Deployment").ok_or("no Deployment")?;
    let mut pod = deployment["spec"]["template"].clone();
    pod["apiVersion"] = json!("v1");
    pod["kind"] = json!("Pod");
    pod["metadata"]["name"] = json!("bare");
    Ok(pod.to_string())
}

/// Classes that examples name and that belong to the whole cluster. What was there before stays.
struct Classes(Vec<&'static str>);

impl Classes {
    fn make() -> Outcome<Self> {
        let classes = [
            (
                "priorityclass/interactive",
                json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "interactive"}, "value": 1000}),
            ),
            (
                "runtimeclass/sandboxed",
                json!({"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "sandboxed"}, "handler": "sandboxed"}),
            ),
        ];
        let mut made = Self(Vec::new());
        for (name, class) in classes {
            if kubectl(&["get", name], "").is_err() {
                kubectl(&["create", "-f", "-"], &class.to_string())?;
                made.0.push(name);
            }
        }
        Ok(made)
    }
}

impl Drop for Classes {
    fn drop(&mut self) {
        for name in &self.0 {
            kubectl(&["delete", name, "--ignore-not-found"], "").unwrap_or_default();
        }
    }
}
