//! From nothing to nothing, on both providers.

use std::fs;

use crate::support::{K3D, KIND, Outcome, Person, Provider, variable};

/// What a person has in a kubeconfig before.
const MINE: &str = "# mine\napiVersion: v1\nkind: Config\nclusters:\n- name: prod\n  cluster: {server: 'https://prod.example'}\ncontexts:\n- name: prod\n  context: {cluster: prod, user: me}\ncurrent-context: prod\nusers:\n- name: me\n  user: {token: sesame}\n";

#[test]
fn a_cluster_of_kind_comes_stops_starts_and_goes() -> Outcome {
    lives(KIND, "c-life-kind")
}

#[test]
fn a_cluster_of_k3d_comes_stops_starts_and_goes() -> Outcome {
    lives(K3D, "c-life-k3d")
}

fn lives(provider: Provider, name: &'static str) -> Outcome {
    let person = Person::new(&[name])?;
    fs::create_dir_all(person.home.path().join(".kube"))?;
    fs::write(person.kubeconfig(), MINE)?;
    let (image, maker) = (provider.image()?, provider.name);
    let create = format!("create --provider {maker} --name {name} --image {image}");
    person.k8s(&create)?.well().says(&format!("{name} is ready: {maker}, 1 node"));
    let context = format!("{maker}-{name}");
    for line in MINE.lines().filter(|line| !line.starts_with("current-context")) {
        assert!(person.written().contains(line), "{line}\n{}", person.written());
    }
    let row = person.row(name)?;
    assert_eq!((&row["state"], &row["current"]), (&"running".into(), &true.into()), "{row:#}");
    assert!(row["version"].as_str().is_some_and(|version| version.starts_with("v1.")), "{row:#}");
    // A second time it is there already; another shape is not made of it.
    person.k8s(&create)?.well().says("is there already").says(&format!("the context {context} leads to it"));
    let other = person.k8s(&format!("{create} --nodes 3"))?.says("nodes: 1 there, 3 asked for");
    assert_eq!(other.code, Some(1));
    // A context with another name still leads to it.
    person.run(&format!("kubectl config rename-context {context} mine"))?.well();
    assert_eq!(person.row(name)?["context"], "mine");
    person.k8s(&create)?.well().says("the context mine leads to it");
    let status = person.k8s("status")?.well().data;
    assert!(status.contains("context       mine (current)") && status.contains("environments  none"), "{status}");
    person.k8s(&format!("stop {name}"))?.well();
    assert_eq!(person.row(name)?["state"], "stopped");
    person.k8s(&create)?.well().says("is there already, and is stopped");
    person.k8s(&format!("start {name}"))?.well().says("runs");
    assert_eq!(person.row(name)?["state"], "running");
    let given = person.k8s("kubeconfig")?.well().data;
    assert!(given.contains(&format!("current-context: {context}")), "{}", given.len());
    person.k8s(&format!("delete {name} --yes"))?.well().says("no environments are in it").says("is gone");
    let back = person.written();
    assert!(!back.contains(name) && back.contains("https://prod.example"), "{back}");
    person.is_gone(name)
}

#[test]
fn several_clusters_share_a_registry_that_goes_with_the_last() -> Outcome {
    let (one, two) = ("c-side-kind", "c-side-k3d");
    let person = Person::new(&[one, two])?;
    let registry = variable("SINDRI_TEST_REGISTRY_IMAGE")?;
    let more = format!("--registry=5007 --registry-image {registry}");
    person.k8s(&format!("create --provider kind --name {one} --image {} {more} --nodes 3", KIND.image()?))?.well();
    let image = "localhost:5007/c/shell:1";
    person.run(&format!("docker tag {} {image}", variable("SINDRI_TEST_IMAGE_LOCAL_SHELL")?))?.well();
    person.run(&format!("docker push {image}"))?.well();
    runs(&person, &format!("kind-{one}"), image)?;
    person.k8s(&format!("create --provider k3d --name {two} --image {} {more} --nodes 2", K3D.image()?))?.well();
    runs(&person, &format!("k3d-{two}"), image)?;
    assert_eq!((&person.row(one)?["nodes"], &person.row(two)?["nodes"]), (&3.into(), &2.into()));
    for (name, context) in [(one, format!("kind-{one}")), (two, format!("k3d-{two}"))] {
        assert_eq!(person.row(name)?["registry"], "localhost:5007");
        let told = format!("kubectl --context {context} get configmap -n kube-public local-registry-hosting -o yaml");
        assert!(person.run(&told)?.well().data.contains("host: \"localhost:5007\""));
    }
    let elsewhere =
        person.k8s(&format!("create --provider kind --name c-side-other --image {} --registry=5008", KIND.image()?))?;
    assert_eq!(elsewhere.says("at the port 5007, and 5008 was asked for").code, Some(1));
    let first = person.k8s(&format!("delete {two} --yes"))?.well();
    assert!(!first.said.contains("registry"), "{first:?}");
    person.is_gone(two)?;
    assert_eq!(person.row(one)?["registry"], "localhost:5007");
    // Somebody stopped it, or removed it: it is brought back for the cluster that uses it, and known to its nodes.
    let again = format!("create --provider kind --name {one} --image {} {more}", KIND.image()?);
    person.run("docker stop sindri-registry")?.well();
    person.k8s(&again)?.well().says("its registry was stopped, and runs now");
    person.run("docker rm --force --volumes sindri-registry")?.well();
    person.k8s(&again)?.well().says("its registry was gone, and is made anew");
    person.run(&format!("docker push {image}"))?.well();
    person.run(&format!("kubectl --context kind-{one} delete pod pushed --now"))?.well();
    runs(&person, &format!("kind-{one}"), image)?;
    person.k8s(&format!("delete {one} --yes"))?.well().says("the registry is gone");
    person.is_gone(one)?;
    person.is_gone("sindri-registry")
}

/// A pod that is made from what was pushed runs.
fn runs(person: &Person, context: &str, image: &str) -> Outcome {
    person.run(&format!("kubectl --context {context} run pushed --image {image} --command -- sleep 1000"))?.well();
    let wait = "wait --for=condition=Ready pod/pushed --timeout=90s";
    person.run(&format!("kubectl --context {context} {wait}"))?.well();
    Ok(())
}

#[test]
fn of_two_kubeconfigs_the_right_one_is_written() -> Outcome {
    let name = "c-two-files";
    let person = Person::new(&[name])?;
    let (one, two) = (person.home.path().join("one"), person.home.path().join("two"));
    fs::write(&two, MINE)?;
    let list = format!("{}:{}", one.display(), two.display());
    let run = |arguments: &str| {
        let mut command = person.command(env!("CARGO_BIN_EXE_sindri"), &format!("k8s {arguments}"));
        command.env("KUBECONFIG", &list).output()
    };
    let made = run(&format!("create --provider k3d --name {name} --image {} --no-switch", K3D.image()?))?;
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // The first that exists has it; the one that does not is not made.
    let text = fs::read_to_string(&two)?;
    assert!(!one.exists() && text.contains(&format!("k3d-{name}")) && text.contains("current-context: prod"), "{text}");
    let mut kubectl = person.command("kubectl", &format!("--context k3d-{name} get nodes"));
    assert!(kubectl.env("KUBECONFIG", &list).status()?.success());
    assert!(run(&format!("delete {name} --yes"))?.status.success());
    assert!(!fs::read_to_string(&two)?.contains(name));
    person.is_gone(name)
}
