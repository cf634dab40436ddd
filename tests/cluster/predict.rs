//! What is foreseen is what happens: each situation is made, `sindri plan` is asked, and then the objects are applied.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::support::{Desk, Namespace, Outcome, Refusal, configuration, dev, kubectl, render, wait};

/// What `sindri plan` foresees: severity and code, and the message.
fn foreseen(namespace: &Namespace, configuration: &str, arguments: &[&str]) -> Outcome<Vec<(String, String)>> {
    let context = std::env::var("SINDRI_TEST_CONTEXT")?;
    let mut child = Command::new(env!("CARGO_BIN_EXE_sindri"))
        .args(["plan", "--file", "-", "-o", "json", "-n", &namespace.name, "--context", &context])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child.stdin.take().ok_or("no input")?.write_all(configuration.as_bytes())?;
    let output = child.wait_with_output()?;
    let plan: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = plan["predictions"].as_array().ok_or("no predictions")?;
    Ok(findings
        .iter()
        .map(|finding| {
            let word = format!("{} {}", text(finding, "severity"), text(finding, "code"));
            (word, format!("{}\n{}", text(finding, "message"), text(finding, "fix")))
        })
        .collect())
}

fn words(findings: &[(String, String)]) -> Vec<&str> {
    findings.iter().map(|(word, _)| word.as_str()).collect()
}

fn apply(namespace: &Namespace, configuration: &str) -> Outcome {
    namespace.apply(&render(configuration, &["-n", &namespace.name, "--without-namespace"])?)?;
    Ok(())
}

/// Why the environment does not run: what the `ReplicaSet`, the scheduler or the kubelet says.
fn what_happens(namespace: &Namespace, name: &str) -> Outcome<String> {
    wait("the environment to fail", || {
        let read = |object: &[&str], path: &str| namespace.kubectl(&[&["get"], object, &["-o", path]].concat(), "");
        let deployment = format!("deployment/{name}");
        let label = format!("instance={name}");
        let said = [
            read(&[&deployment], r#"jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].message}"#)?,
            read(&["pods", "-l", &label], r#"jsonpath={.items[*].status.conditions[?(@.status=="False")].message}"#)?,
            read(&["pods", "-l", &label], "jsonpath={.items[*].status.containerStatuses[*].state.waiting.message}")?,
        ]
        .join("\n");
        let tells = ["forbidden", "nodes are available", "not found"].iter().any(|word| said.contains(word));
        if tells { Ok(said) } else { Err(Refusal::of(&format!("it does not fail yet: {said}"))) }
    })
}

/// Plans, applies, and compares what was foreseen with what happens.
fn compare(namespace: &Namespace, name: &str, configuration: &str, expected: &[&str], truth: &str) -> Outcome {
    let findings = foreseen(namespace, configuration, &[])?;
    assert_eq!(words(&findings), expected, "{name}: {findings:?}");
    apply(namespace, configuration)?;
    let happened = what_happens(namespace, name)?;
    assert!(happened.contains(truth), "{name}: {happened}");
    // It is foreseen as long as it lasts.
    assert_eq!(words(&foreseen(namespace, configuration, &[])?), expected, "{name}, again");
    Ok(())
}

#[test]
fn nothing_is_foreseen_of_an_environment_that_runs() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let written = configuration("fine", "", "");
    assert_eq!(foreseen(&namespace, &written, &[])?, []);
    apply(&namespace, &written)?;
    namespace.wait_until_available("fine")?;
    assert_eq!(foreseen(&namespace, &written, &[])?, []);
    Ok(())
}

#[test]
fn what_the_configuration_names_and_nobody_has_made_is_foreseen() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    for (name, kubernetes, expected, truth) in [
        ("secret", "secrets: [absent]", "fails secret-missing", "secret \"absent\" not found"),
        ("account", "serviceAccount: absent", "fails service-account-missing", "serviceaccount \"absent\" not found"),
        ("priority", "priorityClassName: absent", "fails priority-class-missing", "no PriorityClass with name absent"),
        ("runtime", "runtimeClassName: absent", "fails runtime-class-missing", "RuntimeClass \"absent\" not found"),
        ("class", "storageClass: absent", "fails storage-class-missing", "unbound immediate PersistentVolumeClaims"),
    ] {
        compare(&namespace, name, &configuration(name, "", kubernetes), &[expected], truth)?;
    }
    let written = configuration("claim", "volumes: {workspace: {existingClaim: absent}}", "");
    compare(&namespace, "claim", &written, &["fails claim-missing"], "persistentvolumeclaim \"absent\" not found")
}

#[test]
fn a_pod_that_no_node_can_take_is_foreseen() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let written = configuration("picky", "", "nodeSelector: {sindri.dev/absent: 'true'}");
    compare(&namespace, "picky", &written, &["fails node-selector"], "nodes are available")?;
    let large = configuration("large", "", "").replace(
        "memory: 64MB, cpus: 0.2, requests: {memory: 8MB",
        "memory: 900TB, cpus: 0.2, requests: {memory: 900TB",
    );
    compare(&namespace, "large", &large, &["fails too-large"], "Insufficient memory")?;
    let graphic =
        configuration("graphic", "", "").replace("resources: {", "resources: {gpu: {enabled: true, type: intel}, ");
    compare(&namespace, "graphic", &graphic, &["fails gpu-missing", "fails node-selector"], "nodes are available")
}

#[test]
fn a_pod_that_pod_security_or_a_limit_range_refuses_is_foreseen() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let privileged = configuration("mighty", "", "security: privileged");
    compare(&namespace, "mighty", &privileged, &["fails pod-security"], "violates PodSecurity")?;
    let range = json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"},
        "spec": {"limits": [{"type": "Container", "max": {"memory": "32Mi"}}]}});
    namespace.apply(&range.to_string())?;
    let written = configuration("broad", "", "");
    let findings = wait("the limit to be known", || {
        let findings = foreseen(&namespace, &written, &[]).map_err(|error| Refusal::of(&error.to_string()))?;
        if findings.is_empty() { Err(Refusal::of("nothing is foreseen")) } else { Ok(findings) }
    })?;
    assert!(findings[0].1.contains("maximum memory usage per Container is 32Mi, but limit is 64Mi"), "{findings:?}");
    compare(&namespace, "broad", &written, &["fails limit-range"], "maximum memory usage per Container is 32Mi")
}

#[test]
fn a_quota_without_room_is_foreseen_and_a_tight_one_is_no_obstacle_to_what_runs() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let tight = ["create", "quota", "tight", "--hard=limits.memory=64Mi,requests.cpu=10m,pods=1"];
    namespace.kubectl(&tight, "")?;
    wait("the quota to be counted", || {
        let used = namespace.kubectl(&["get", "quota/tight", "-o", "jsonpath={.status.used.pods}"], "")?;
        if used == "0" { Ok(()) } else { Err(Refusal::of("it is not counted")) }
    })?;
    let first = configuration("tight", "env: {ROUND: 1}", "");
    assert_eq!(foreseen(&namespace, &first, &[])?, []);
    apply(&namespace, &first)?;
    namespace.wait_until_available("tight")?;
    // A second pod beside the first would be refused: the first goes before the second comes.
    let second = configuration("tight", "env: {ROUND: 2}", "");
    assert_eq!(foreseen(&namespace, &second, &[])?, []);
    apply(&namespace, &second)?;
    namespace.kubectl(&["rollout", "status", "deployment/tight", "--timeout=60s"], "")?;
    // A little more than there is.
    let grown = second.replace(
        "memory: 64MB, cpus: 0.2, requests: {memory: 8MB, cpus: 0.01}",
        "memory: 65MB, cpus: 0.2, requests: {memory: 8MB, cpus: 0.012}",
    );
    let findings = foreseen(&namespace, &grown, &[])?;
    assert_eq!(words(&findings), ["fails quota-exceeded"], "{findings:?}");
    for part in [
        "limits.memory: the pod needs 65Mi, 0 of 64Mi is used by others than the pod that goes, 1Mi is missing",
        "requests.cpu: the pod needs 12m, 0 of 10m",
        "2m is missing",
    ] {
        assert!(findings[0].1.contains(part), "{part}: {findings:?}");
    }
    // Another environment has no room at all.
    let other = configuration("other", "", "");
    compare(&namespace, "other", &other, &["fails quota-exceeded"], "exceeded quota: tight")?;
    apply(&namespace, &grown)?;
    let happened = what_happens(&namespace, "tight")?;
    assert!(happened.contains("exceeded quota: tight"), "{happened}");
    Ok(())
}

#[test]
fn a_claim_of_one_pod_that_another_pod_uses_is_foreseen() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    for (name, mode) in [("alone", "ReadWriteOncePod"), ("shared", "ReadWriteOnce")] {
        let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
            "spec": {"accessModes": [mode], "resources": {"requests": {"storage": "16Mi"}}}});
        namespace.apply(&claim.to_string())?;
        let first =
            configuration(&format!("{name}-first"), &format!("volumes: {{workspace: {{existingClaim: {name}}}}}"), "");
        assert_eq!(foreseen(&namespace, &first, &[])?, []);
        apply(&namespace, &first)?;
        namespace.wait_until_available(&format!("{name}-first"))?;
        assert_eq!(foreseen(&namespace, &first, &[])?, [], "its own pod is no other");
    }
    let second =
        |name: &str| configuration("second", &format!("volumes: {{workspace: {{existingClaim: {name}}}}}"), "");
    let findings = foreseen(&namespace, &second("shared"), &[])?;
    assert_eq!(words(&findings), ["warns claim-in-use"], "{findings:?}");
    assert!(findings[0].1.contains("pod/shared-first-"), "{findings:?}");
    compare(&namespace, "second", &second("alone"), &["fails claim-in-use"], "ReadWriteOncePod")
}

#[test]
fn what_a_volume_cannot_become_is_foreseen_and_refused() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let sized =
        |size: &str, class: &str| configuration("home", &format!("volumes: {{workspace: {{size: {size}}}}}"), class);
    apply(&namespace, &sized("16Mi", ""))?;
    namespace.wait_until_available("home")?;
    for (written, expected) in [
        (sized("16384Ki", ""), None),
        (sized("32Mi", ""), None),
        (sized("8Mi", ""), Some("blocks volume-shrinks")),
        (sized("32Mi", "storageClass: another"), Some("blocks volume-class-fixed")),
    ] {
        let findings = foreseen(&namespace, &written, &[])?;
        assert_eq!(words(&findings), expected.into_iter().collect::<Vec<_>>(), "{findings:?}");
        let applied = apply(&namespace, &written);
        assert_eq!(applied.is_ok(), expected.is_none(), "{applied:?}");
    }
    Ok(())
}

/// The class of a volume is immutable also where the file does not name one any more.
#[test]
fn a_class_that_is_taken_out_of_the_file_is_told_with_what_the_volume_has() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", "storageClass: standard"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let volume = namespace.field("pvc/dev-home-pvc", ".metadata.uid")?;
    desk.write("sindri.yaml", &dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?
        .ends(1)
        .says("- spec.storageClassName: standard")
        .says("persistentvolumeclaim/dev-home-pvc is of the storage class standard, and stays of it")
        .says("set `providers.kubernetes.storageClass: standard`")
        .hides("spec is immutable after creation");
    assert_eq!(namespace.field("pvc/dev-home-pvc", ".metadata.uid")?, volume);
    // What the file says to write makes it whole again.
    desk.write("sindri.yaml", &dev(&namespace, "", "storageClass: standard"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("No changes");
    Ok(())
}

/// A kubeconfig with which somebody acts as this person.
fn kubeconfig_of(person: &str) -> Outcome<NamedTempFile> {
    let file = NamedTempFile::new()?;
    let written = kubectl(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], "")?;
    let mut kubeconfig: Value = serde_json::from_str(&written)?;
    kubeconfig["users"][0]["user"]["as"] = json!(person);
    std::fs::write(file.path(), kubeconfig.to_string())?;
    Ok(file)
}

#[test]
fn a_person_without_rights_is_told_all_of_them_at_once() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let person = format!("reader-{}", namespace.name);
    let reader = format!("--user={person}");
    namespace.kubectl(&["create", "rolebinding", "reader", "--clusterrole=view", &reader], "")?;
    let config = kubeconfig_of(&person)?;
    let path = config.path().to_string_lossy().into_owned();
    let wanted = configuration("mine", "", "");
    let planned = |configuration: &str| {
        wait("the rights to be known", || {
            let findings = foreseen(&namespace, configuration, &["--kubeconfig", &path])
                .map_err(|error| Refusal::of(&error.to_string()))?;
            if words(&findings).contains(&"blocks cannot-read") {
                Err(Refusal::of("nothing may be read yet"))
            } else {
                Ok(findings)
            }
        })
    };
    let findings = planned(&wanted)?;
    let message = |code: &str| {
        findings.iter().find(|(word, _)| word.ends_with(code)).map(|(_, message)| message.as_str()).unwrap_or_default()
    };
    let deploy = message("rights-deploy");
    for right in [
        "create/patch deployments.apps",
        "create/patch persistentvolumeclaims",
        "create/patch services",
        "create/delete/get/update leases.coordination.k8s.io",
    ] {
        assert!(deploy.contains(right), "{right}: {findings:?}");
    }
    assert!(!message("rights-wait").contains("pods"), "a viewer may watch: {findings:?}");
    assert!(message("rights-plan").contains("list nodes"), "{findings:?}");
    // The rights that are asked for are the rights that it takes.
    let rules = [
        json!({"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["create", "patch"]}),
        json!({"apiGroups": [""], "resources": ["persistentvolumeclaims", "services"], "verbs": ["create", "patch"]}),
        json!({"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create", "delete", "get", "update"]}),
    ];
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "deployer"}, "rules": rules});
    namespace.apply(&role.to_string())?;
    namespace.kubectl(&["create", "rolebinding", "deployer", "--role=deployer", &reader], "")?;
    let findings = wait("the rights to be given", || {
        let findings =
            foreseen(&namespace, &wanted, &["--kubeconfig", &path]).map_err(|error| Refusal::of(&error.to_string()))?;
        if words(&findings).iter().any(|word| word.starts_with("blocks")) {
            Err(Refusal::of(&format!("{findings:?}")))
        } else {
            Ok(findings)
        }
    })?;
    assert_eq!(words(&findings), ["unknown leftovers-unseen", "unknown rights-plan"], "{findings:?}");
    let objects = render(&wanted, &["-n", &namespace.name, "--without-namespace"])?;
    let as_person = format!("--as={person}");
    namespace.kubectl(
        &["apply", "--server-side", "--field-manager=sindri", &as_person, "--validate=false", "-f", "-"],
        &objects,
    )?;
    Ok(())
}
