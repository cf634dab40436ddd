//! Images of this machine come to the nodes: each once, a rebuilt one again, and only to those that lack it.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Ended, K3D, KIND, Outcome, Person, Provider};

const FILE: &str = "version: \"1.0\"
name: demo
deployment:
  provider: kubernetes
  image: sindri-load-test:1
  resources: {memory: 64Mi, cpus: 0.1}
";

#[test]
fn kinds_nodes_get_an_image_once_and_a_rebuilt_one_rolls_out() -> Outcome {
    rolls_out(KIND, "c-load", ["c-load-control-plane", "c-load-worker", "c-load-worker2"])
}

#[test]
fn k3ds_nodes_get_an_image_once_and_a_rebuilt_one_rolls_out() -> Outcome {
    rolls_out(K3D, "c-load", ["k3d-c-load-server-0", "k3d-c-load-agent-0", "k3d-c-load-agent-1"])
}

fn rolls_out(provider: Provider, cluster: &'static str, nodes: [&str; 3]) -> Outcome {
    let person = Person::new(&[cluster])?;
    person.k8s(&format!("create --provider {} --name {cluster} --nodes 3", provider.name))?.well();
    // Nobody is asked on this machine's own port 9, and so no registry has it.
    let image = "127.0.0.1:9/sindri-load-test:1";
    fs::write(person.home.path().join("sindri.yaml"), FILE.replace("sindri-load-test:1", image))?;
    build(&person, image, "1")?;
    let first = deploy(&person)?;
    assert_eq!(sorted(&first["image_loaded_into"]), sorted(&json!(nodes)), "{first}");
    let again = deploy(&person)?;
    assert_eq!((&again["result"], &again["image_loaded_into"]), (&json!("unchanged"), &json!([])), "{again}");
    let name = first["plan"]["image"].as_str().unwrap_or_default();
    assert!(name.starts_with("localhost/sindri-load-test:"), "{name}");
    // One node has made room for others.
    let idle = nodes[2];
    person.run(&format!("docker exec {idle} ctr --namespace k8s.io images rm --sync {name}"))?.well();
    assert_eq!(deploy(&person)?["image_loaded_into"], json!([idle]));
    build(&person, image, "2")?;
    let rebuilt = deploy(&person)?;
    assert_eq!(rebuilt["result"], json!("done"), "{rebuilt}");
    assert_eq!(sorted(&rebuilt["image_loaded_into"]), sorted(&json!(nodes)), "{rebuilt}");
    assert_ne!(rebuilt["plan"]["image"], first["plan"]["image"]);
    // An archive brings its own names.
    person.run(&format!("docker save -o image.tar {image}"))?.well();
    let load = format!("load --name {cluster} --archive image.tar");
    person.k8s(&load)?.well().says(&format!("{image} is loaded into"));
    // What is nowhere is refused, and nothing changes.
    person.run(&format!("docker rmi --force {image}"))?.well();
    assert_eq!(person.sindri("deploy --yes")?.code, Some(1));
    Ok(())
}

/// The document of a deploy that succeeds.
fn deploy(person: &Person) -> Result<Value, Box<dyn std::error::Error>> {
    let ended: Ended = person.sindri("deploy --yes --timeout 2m -o json")?.well();
    Ok(serde_json::from_str(&ended.data)?)
}

/// An image that differs from others in a label only.
fn build(person: &Person, image: &str, label: &str) -> Outcome {
    fs::write(person.home.path().join("Dockerfile"), format!("FROM sindri:latest\nLABEL load={label}\n"))?;
    person.run(&format!("env DOCKER_BUILDKIT=0 docker build --quiet --tag {image} ."))?.well();
    Ok(())
}

fn sorted(names: &Value) -> Vec<String> {
    let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}
