//! Each trouble.

use serde_json::Value;

use super::words::Words;
use super::{Trouble, nothing_works};
use crate::support::{Desk, Namespace, Outcome, dev, kubectl, shell_image};

/// The usual environment with something else in the place of a part of it.
fn with(namespace: &Namespace, part: &str, other: &str) -> Outcome<String> {
    let usual = dev(namespace, "", "");
    if usual.contains(part) { Ok(usual.replace(part, other)) } else { Err(format!("no {part} in {usual}").into()) }
}

fn with_command(namespace: &Namespace, command: &str) -> Outcome<String> {
    let usual = dev(namespace, "", "");
    let own = usual.lines().find(|line| line.starts_with("  command:")).ok_or("no command")?;
    Ok(usual.replace(own, &format!("  command: {command}")))
}

fn trouble(name: &'static str, configuration: String, known_as: (&'static str, &'static str)) -> Trouble {
    Trouble { name, configuration, known_as, named: Some(""), afterwards: Vec::new() }
}

fn restricted() -> Outcome<Namespace> {
    Namespace::new("restricted")
}

#[test]
fn an_image_that_is_not_there() -> Outcome {
    let namespace = restricted()?;
    let missing = format!("{}@sha256:{}", shell_image().split('@').next().unwrap_or_default(), "0".repeat(64));
    let configuration = with(&namespace, &shell_image(), &missing)?;
    trouble("image-missing", configuration, ("", "")).happens(&namespace)
}

#[test]
fn an_image_that_was_there_when_it_was_deployed() -> Outcome {
    let namespace = restricted()?;
    // The node is sent somewhere else than this machine.
    let patch =
        r#"{"spec":{"template":{"spec":{"containers":[{"name":"sindri","image":"REGISTRY/sindri/nothing:1"}]}}}}"#;
    let registry = shell_image().split('/').next().unwrap_or_default().to_owned();
    let afterwards =
        ["patch", "deployment/dev", "-p", &patch.replace("REGISTRY", &registry)].map(str::to_owned).to_vec();
    let usual = trouble("image-gone", dev(&namespace, "", ""), ("degraded", "image-unavailable"));
    Trouble { afterwards, ..usual }.happens(&namespace)
}

#[test]
fn an_image_that_wants_a_login() -> Outcome {
    let namespace = restricted()?;
    let registry = std::env::var("SINDRI_TEST_REGISTRY_LOGIN")
        .map_err(|error| format!("SINDRI_TEST_REGISTRY_LOGIN: {error}; the bed needs the part `login`"))?;
    let image = shell_image();
    let (own, path) = image.split_once('/').ok_or("the image has no registry")?;
    let private = format!("{registry}/{path}");
    // Where the node has it already, it need not ask for it.
    let image_config = |image: &str| {
        let (repository, digest) = image.split_once('@').unwrap_or((image, ""));
        format!("image_config: {{registry: \"{repository}\", digest: \"{digest}\", pull_policy: Always}}")
    };
    let configuration = with(&namespace, &format!("image: {image}"), &image_config(&private))?;
    assert_ne!(own, registry);
    let usual = trouble("image-private", configuration, ("degraded", "image-denied"));
    usual.happens(&namespace)
}

#[test]
fn a_program_that_fails_at_once() -> Outcome {
    let namespace = restricted()?;
    let configuration = with_command(&namespace, "[sh, -c, \"echo the last words; exit 3\"]")?;
    let usual = trouble("crash", configuration, ("crash-looping", "crash-loop"));
    Trouble { named: None, ..usual }.happens(&namespace)
}

#[test]
fn a_program_that_ends() -> Outcome {
    let namespace = restricted()?;
    let configuration = with_command(&namespace, "[sh, -c, \"echo done\"]")?;
    let usual = trouble("command-ends", configuration, ("crash-looping", "command-ends"));
    Trouble { named: None, ..usual }.happens(&namespace)
}

#[test]
fn a_program_that_is_not_in_the_image() -> Outcome {
    let namespace = restricted()?;
    let configuration = with_command(&namespace, "[/nowhere/program]")?;
    trouble("command-missing", configuration, ("degraded", "command-missing")).happens(&namespace)
}

#[test]
fn a_quota_that_is_used_up() -> Outcome {
    let namespace = restricted()?;
    namespace.kubectl(&["create", "quota", "tight", "--hard=pods=0"], "")?;
    trouble("quota-exceeded", dev(&namespace, "", ""), ("pending", "quota-exceeded")).happens(&namespace)
}

#[test]
fn a_limit_range_that_is_too_small() -> Outcome {
    let namespace = restricted()?;
    let range = "{apiVersion: v1, kind: LimitRange, metadata: {name: small}, spec: {limits: [{type: Container, max: {memory: 32Mi}}]}}";
    namespace.apply(range)?;
    trouble("limit-range", dev(&namespace, "", ""), ("pending", "limit-range")).happens(&namespace)
}

#[test]
fn pod_security_that_refuses_the_pod() -> Outcome {
    let namespace = restricted()?;
    let configuration = dev(&namespace, "", "security: privileged");
    trouble("pod-security", configuration, ("pending", "pod-security")).happens(&namespace)
}

#[test]
fn a_class_that_is_not_there() -> Outcome {
    let namespace = restricted()?;
    let configuration = dev(&namespace, "", "storageClass: nothing-like-it");
    let usual = trouble("storage-class-missing", configuration, ("pending", "storage-class-missing"));
    Trouble { named: Some("storageclass"), ..usual }.happens(&namespace)
}

/// A class of this test, whose volumes nobody makes, or are made elsewhere.
fn class(namespace: &Namespace, mode: &str) -> Outcome<String> {
    let name = format!("class-{}", namespace.name);
    kubectl(
        &["create", "-f", "-"],
        &format!(
            "{{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: {name}}}, \
             provisioner: nobody.example/volumes, volumeBindingMode: {mode}}}"
        ),
    )?;
    Ok(name)
}

#[test]
fn a_volume_that_nobody_makes() -> Outcome {
    let namespace = restricted()?;
    let class = class(&namespace, "Immediate")?;
    let configuration = dev(&namespace, "", &format!("storageClass: {class}"));
    let usual = trouble("volume-pending", configuration, ("pending", "volume-unbound"));
    let outcome = Trouble { named: Some("nobody.example/volumes"), ..usual }.happens(&namespace);
    kubectl(&["delete", "storageclass", &class], "")?;
    outcome
}

#[test]
fn a_volume_on_a_node_that_is_not_there() -> Outcome {
    let namespace = restricted()?;
    let class = class(&namespace, "Immediate")?;
    let volume = format!(
        "{{apiVersion: v1, kind: PersistentVolume, metadata: {{name: {class}}}, spec: {{capacity: {{storage: 10Gi}}, \
         accessModes: [ReadWriteOnce], storageClassName: {class}, persistentVolumeReclaimPolicy: Delete, local: {{path: /nowhere}}, \
         nodeAffinity: {{required: {{nodeSelectorTerms: [{{matchExpressions: [{{key: kubernetes.io/hostname, operator: In, \
         values: [elsewhere]}}]}}]}}}}}}}}"
    );
    kubectl(&["create", "-f", "-"], &volume)?;
    let configuration = dev(&namespace, "", &format!("storageClass: {class}"));
    let outcome = trouble("volume-elsewhere", configuration, ("pending", "unschedulable")).happens(&namespace);
    kubectl(&["delete", "storageclass", &class], "")?;
    kubectl(&["delete", "persistentvolume", &class, "--wait=false"], "")?;
    outcome
}

#[test]
fn a_node_that_is_too_small() -> Outcome {
    let namespace = restricted()?;
    let configuration = with(
        &namespace,
        "memory: 64MB, cpus: 0.2, requests: {memory: 8MB",
        "memory: 900TB, cpus: 0.2, requests: {memory: 900TB",
    )?;
    trouble("node-too-small", configuration, ("pending", "unschedulable")).happens(&namespace)
}

#[test]
fn a_node_that_nobody_has() -> Outcome {
    let namespace = restricted()?;
    let configuration = dev(&namespace, "", "nodeSelector: {pool: nothing-like-it}");
    trouble("node-selector", configuration, ("pending", "unschedulable")).happens(&namespace)
}

#[test]
fn a_secret_that_is_not_there() -> Outcome {
    let namespace = restricted()?;
    let configuration = dev(&namespace, "", "secrets: [team-secrets]");
    trouble("secret-missing", configuration, ("degraded", "secret-missing")).happens(&namespace)
}

#[test]
fn an_image_that_is_root_where_it_may_not_be() -> Outcome {
    let namespace = Namespace::new("baseline")?;
    let afterwards =
        ["patch", "deployment/dev", "-p", r#"{"spec":{"template":{"spec":{"securityContext":{"runAsUser":0}}}}}"#];
    let usual = trouble("runs-as-root", dev(&namespace, "", ""), ("degraded", "runs-as-root"));
    Trouble { afterwards: afterwards.map(str::to_owned).to_vec(), ..usual }.happens(&namespace)
}

#[test]
fn a_namespace_that_goes_away() -> Outcome {
    let namespace = restricted()?;
    let held = "{apiVersion: v1, kind: ConfigMap, metadata: {name: held, finalizers: [example.com/held]}}";
    namespace.apply(held)?;
    kubectl(&["delete", "namespace", &namespace.name, "--wait=false"], "")?;
    let outcome = trouble("namespace-terminating", dev(&namespace, "", ""), ("", "")).happens(&namespace);
    namespace.kubectl(
        &["patch", "configmap/held", "--type=json", "-p", r#"[{"op": "remove", "path": "/metadata/finalizers"}]"#],
        "",
    )?;
    outcome
}

/// The usual folder with something else in the kubeconfig.
fn desk_with(namespace: &Namespace, change: impl FnOnce(&mut Value)) -> Outcome<Desk> {
    let desk = Desk::new(&dev(namespace, "", ""))?;
    let mut kubeconfig: Value = serde_json::from_str(&desk.read("kubeconfig")?)?;
    change(&mut kubeconfig);
    desk.write("kubeconfig", &kubeconfig.to_string())?;
    Ok(desk)
}

#[test]
fn a_server_that_is_gone() -> Outcome {
    let namespace = restricted()?;
    // Nobody listens on this port.
    let desk = desk_with(&namespace, |kubeconfig| {
        kubeconfig["clusters"][0]["cluster"]["server"] = Value::from("https://127.0.0.1:9");
    })?;
    nothing_works("server-gone", &desk, &Words::of(&namespace)?)
}

#[test]
fn a_token_that_is_not_valid_any_more() -> Outcome {
    let namespace = restricted()?;
    let desk = desk_with(&namespace, |kubeconfig| {
        kubeconfig["users"][0]["user"] = serde_json::json!({"token": "not-a-token-any-more"});
    })?;
    nothing_works("token-expired", &desk, &Words::of(&namespace)?)
}

#[test]
fn nobody_has_given_this_account_any_rights() -> Outcome {
    let namespace = restricted()?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.acts_as(Some("nobody"))?;
    nothing_works("no-rights", &desk, &Words::of(&namespace)?)
}

#[test]
#[ignore = "changes what all other tests need: run by itself"]
fn a_cluster_without_a_default_class() -> Outcome {
    let namespace = restricted()?;
    let default = |is_default: &str| {
        let annotation = format!("storageclass.kubernetes.io/is-default-class={is_default}");
        kubectl(&["annotate", "--overwrite", "storageclass", "standard", &annotation], "")
    };
    default("false")?;
    let usual = trouble("no-default-class", dev(&namespace, "", ""), ("pending", "storage-class-missing"));
    let outcome = Trouble { named: Some("no storage class"), ..usual }.happens(&namespace);
    default("true")?;
    outcome
}

#[test]
#[ignore = "changes what all other tests need: run by itself"]
fn a_node_that_takes_no_new_pods() -> Outcome {
    let namespace = restricted()?;
    let node = kubectl(&["get", "nodes", "-o", "jsonpath={.items[0].metadata.name}"], "")?;
    kubectl(&["cordon", &node], "")?;
    let outcome = trouble("node-cordoned", dev(&namespace, "", ""), ("pending", "unschedulable")).happens(&namespace);
    kubectl(&["uncordon", &node], "")?;
    outcome
}

#[test]
fn a_program_that_never_says_that_it_is_ready() -> Outcome {
    let namespace = restricted()?;
    let probe = r#"{"spec":{"template":{"spec":{"containers":[{"name":"sindri","readinessProbe":{"exec":{"command":["cat","/nowhere"]},"periodSeconds":1}}]}}}}"#;
    let afterwards = ["patch", "deployment/dev", "-p", probe].map(str::to_owned).to_vec();
    let usual = trouble("never-ready", dev(&namespace, "", ""), ("starting", ""));
    Trouble { afterwards, ..usual }.happens(&namespace)
}
