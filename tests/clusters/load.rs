//! Images of this machine come to the nodes: each once, a rebuilt one again, and only to those that lack it.

use serde_json::{Value, json};

use crate::made::{Made, Maker, Outcome};

const FILE: &str = "version: \"1.0\"
name: demo
deployment:
  provider: kubernetes
  image: sindri-load-test:1
  resources: {memory: 64Mi, cpus: 0.1}
";

#[test]
fn kinds_nodes_get_an_image_once_and_a_rebuilt_one_rolls_out() -> Outcome {
    rolls_out(&Made::three_nodes(Maker::Kind, "sindri-load")?)
}

#[test]
fn k3ds_nodes_get_an_image_once_and_a_rebuilt_one_rolls_out() -> Outcome {
    rolls_out(&Made::three_nodes(Maker::K3d, "sindri-load")?)
}

fn rolls_out(made: &Made) -> Outcome {
    let nodes = made.nodes();
    // Nobody is asked on this machine's own port 9, and so no registry has it.
    let image = "127.0.0.1:9/sindri-load-test:1";
    made.write("sindri.yaml", &FILE.replace("sindri-load-test:1", image))?;
    build(made, image, "1")?;
    let first = made.deploy()?;
    assert_eq!(sorted(&first["image_loaded_into"]), sorted(&json!(nodes)), "{first}");
    let again = made.deploy()?;
    assert_eq!((&again["result"], &again["image_loaded_into"]), (&json!("unchanged"), &json!([])), "{again}");
    let name = first["plan"]["image"].as_str().unwrap_or_default();
    assert!(name.starts_with("localhost/sindri-load-test:"), "{name}");
    // One node has made room for others.
    let idle = nodes.last().map_or("", String::as_str);
    made.run("docker", &["exec", idle, "ctr", "--namespace", "k8s.io", "images", "rm", "--sync", name])?;
    assert_eq!(made.deploy()?["image_loaded_into"], json!([idle]));
    build(made, image, "2")?;
    let rebuilt = made.deploy()?;
    assert_eq!(rebuilt["result"], json!("done"), "{rebuilt}");
    assert_eq!(sorted(&rebuilt["image_loaded_into"]), sorted(&json!(nodes)), "{rebuilt}");
    assert_ne!(rebuilt["plan"]["image"], first["plan"]["image"]);
    // An archive brings its own names.
    made.run("docker", &["save", "-o", "image.tar", image])?;
    let loaded = made.sindri(&["k8s", "load", "--name", "sindri-load", "--archive", "image.tar"])?;
    let said = String::from_utf8_lossy(&loaded.stderr).into_owned();
    assert!(loaded.status.success() && said.contains(&format!("{image} is loaded into")), "{said}");
    // What is nowhere is refused, and nothing changes.
    made.run("docker", &["rmi", "--force", image])?;
    let missing = made.sindri(&["deploy", "--yes"])?;
    assert_eq!(missing.status.code(), Some(1), "{}", String::from_utf8_lossy(&missing.stderr));
    Ok(())
}

/// An image that differs from others in a label only.
fn build(made: &Made, image: &str, label: &str) -> Outcome {
    made.write("Dockerfile", &format!("FROM sindri:latest\nLABEL load={label}\n"))?;
    made.run("env", &["DOCKER_BUILDKIT=0", "docker", "build", "--quiet", "--tag", image, "."])?;
    Ok(())
}

fn sorted(names: &Value) -> Vec<String> {
    let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}
