//! The quick start, as a person types it who has Docker and one of the two programs, and an image `sindri:latest` built here.

use std::fs;

use crate::support::{K3D, KIND, Outcome, Person, Provider};

/// What the quick start writes.
const FILE: &str = r#"version: "1.0"
name: sindri-k8s

deployment:
  provider: kubernetes
  resources:
    memory: 4GB
    cpus: 2
  volumes:
    workspace:
      size: 10Gi

extensions:
  profile: fullstack

providers:
  kubernetes:
    namespace: sindri-dev
"#;

#[test]
fn from_nothing_to_a_shell_and_back_on_kind_twice() -> Outcome {
    let person = Person::new(&["sindri-local"])?;
    let create = "create --provider kind --name sindri-local";
    walk(&person, create, "kind-sindri-local", LOADED)?;
    // Again from nothing, and this time the context has another name.
    person.k8s(create)?.well();
    person.run("kubectl config rename-context kind-sindri-local mine")?.well();
    walk(&person, create, "mine", LOADED)
}

#[test]
fn from_nothing_to_a_shell_and_back_on_k3d() -> Outcome {
    let person = Person::new(&["sindri-local"])?;
    walk(&person, "create --provider k3d --name sindri-local", "k3d-sindri-local", LOADED)
}

#[test]
fn three_nodes_and_a_registry_on_both_side_by_side() -> Outcome {
    let (one, two) = ("sindri-multinode", "sindri-other");
    let person = Person::new(&[one, two])?;
    person.k8s(&create(KIND, one))?.well();
    walk(&person, &create(K3D, two), &format!("k3d-{two}"), PUSHED)?;
    person.run(&format!("kubectl config use-context kind-{one}"))?.well();
    walk(&person, &create(KIND, one), &format!("kind-{one}"), THERE)?;
    person.is_gone("sindri-registry")
}

fn create(provider: Provider, name: &str) -> String {
    format!("create --provider {} --name {name} --nodes 3 --registry=5017", provider.name)
}

/// How the image comes to the nodes, and what is deployed then.
type Way = (&'static str, &'static str);
const LOADED: Way = ("is loaded into", "localhost/sindri:");
const PUSHED: Way = ("sindri:latest is pushed to localhost:5017", "localhost:5017/sindri@sha256:");
const THERE: Way = ("sindri-k8s is ready", "localhost:5017/sindri@sha256:");

/// Create, configure, deploy, connect, and everything after it until nothing is left.
fn walk(person: &Person, create: &str, context: &str, way: Way) -> Outcome {
    person.k8s(create)?.well();
    let listed = person.k8s("list")?.well().data;
    assert!(listed.lines().any(|line| line.contains(context) && line.contains("running")), "{listed}");
    fs::write(person.home.path().join("sindri.yaml"), FILE)?;
    person.sindri("validate")?.well();
    let planned = person.sindri("plan")?.well();
    assert!(planned.said.contains(context) || planned.data.contains(context), "{planned:#?}");

    let mut deploy = person.terminal("deploy")?;
    let mut told = deploy.exp_string("Type `yes` to go on")?;
    deploy.send_line("yes")?;
    told += &deploy.exp_eof()?;
    assert!(told.contains(way.0) && told.contains("sindri-k8s is ready"), "{told}");
    let image = person
        .run("kubectl get deployment -n sindri-dev sindri-k8s -o jsonpath={.spec.template.spec.containers[0].image}")?;
    assert!(image.well().data.starts_with(way.1));

    let mut shell = person.terminal("connect")?;
    shell.send_line("echo $SINDRI_PROFILE on $((6 * 7)); echo kept > $HOME/work; exit")?;
    shell.exp_string("fullstack on 42")?;
    shell.exp_eof()?;
    person.sindri("deploy --yes")?.well().says("No changes.");
    person.sindri("status --exit-code")?.well();
    person.sindri("stop")?.well();
    person.sindri("start")?.well();
    assert_eq!(person.sindri("connect -- cat /alt/home/developer/work")?.well().data, "kept\n");
    person.sindri("destroy --yes --volumes")?.well();
    let name = create.split_whitespace().nth(4).ok_or("a name")?;
    person.k8s(&format!("delete {name} --yes"))?.well().says("no environments are in it");
    person.is_gone(&format!("{name}-"))?;
    assert!(!person.written().contains(name), "{}", person.written());
    Ok(())
}
