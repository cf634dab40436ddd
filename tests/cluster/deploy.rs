//! `sindri deploy`, as a person uses it: the environment runs afterwards, or it is said why not and what was done.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rexpect::process::Signal;
use serde_json::{Value, json};

use crate::support::{Desk, Namespace, Outcome, Refusal, configuration, dev, end, kubectl, shell_image, wait};

/// Kinds that somebody could have made, and which of them are there.
fn there(namespace: &Namespace) -> Outcome<String> {
    const KINDS: &str =
        "deployments,services,persistentvolumeclaims,networkpolicies,roles,rolebindings,resourcequotas,leases";
    Ok(namespace.kubectl(&["get", KINDS, "-o", "name"], "")?)
}

#[test]
fn a_new_environment_is_ready_when_deploy_ends_and_a_second_deploy_writes_nothing() -> Outcome {
    let namespace = Namespace::reserve();
    let all = "networkPolicy: deny-ingress\nrbac: {users: [ada]}\nquota: {limits.memory: 1GB}";
    let desk = Desk::new(&dev(&namespace, "", all))?;
    let deployed = desk.sindri(&["deploy", "--yes"])?;
    deployed.ends(0).says(&format!("+ create  namespace/{}", namespace.name)).says("8 to create");
    assert_eq!(namespace.field("deployment/dev", ".status.availableReplicas")?, "1");
    let label = r".metadata.labels.app\.kubernetes\.io/managed-by";
    assert_eq!(namespace.field(&format!("namespace/{}", namespace.name), label)?, "sindri");
    assert_eq!(namespace.field("resourcequota/dev-quota", ".spec.hard")?, r#"{"limits.memory":"1Gi"}"#);
    let before = namespace.written()?;
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("No changes.");
    desk.sindri(&["deploy"])?.ends(0).says("No changes.");
    namespace.is_as(&before)?;
    Ok(())
}

#[test]
fn who_agreed_beforehand_and_wants_quiet_hears_nothing_unless_it_is_refused() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;
    for _ in 0..2 {
        let deployed = desk.sindri(&["deploy", "--yes", "--quiet"])?;
        deployed.ends(0);
        assert_eq!(deployed.said, "");
    }
    desk.sindri(&["deploy", "--yes", "--quiet", "--dry-run"])?.ends(0).says("No changes.");
    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 96MB"))?;
    desk.sindri(&["deploy", "--quiet"])?.ends(1).says("limits.memory: 64Mi → 96Mi").says("--yes");
    desk.write("sindri.yaml", &dev(&namespace, "volumes: {workspace: {size: 1Gi}}", ""))?;
    desk.sindri(&["deploy", "--yes", "--quiet"])?.ends(1).says("cannot become 1Gi").says("a volume never shrinks");
    Ok(())
}

#[test]
fn a_change_replaces_the_pod_keeps_the_home_and_does_not_start_what_was_stopped() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    namespace.exec("dev", "echo precious > $HOME/work")?;
    let pod = |path: &str| {
        namespace.kubectl(&["get", "pods", "-l", "instance=dev", "-o", &format!("jsonpath={{.items[*]{path}}}")], "")
    };
    let first = pod(".metadata.uid")?;
    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 96MB"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("limits.memory: 64Mi → 96Mi");
    assert_ne!(pod(".metadata.uid")?, first);
    assert_eq!(pod(".spec.containers[0].resources.limits.memory")?, "96Mi");
    assert_eq!(namespace.exec("dev", "cat $HOME/work")?, "precious\n");

    namespace.kubectl(&["scale", "deployment/dev", "--replicas=0"], "")?;
    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 80MB"))?;
    let stopped = desk.sindri(&["deploy", "--yes"])?;
    stopped.ends(0).says("96Mi → 80Mi").says("the environment is stopped and stays so");
    assert_eq!(namespace.field("deployment/dev", ".spec.replicas")?, "0");
    namespace.kubectl(&["scale", "deployment/dev", "--replicas=1"], "")?;
    namespace.wait_until_available("dev")?;
    assert_eq!(namespace.exec("dev", "cat $HOME/work")?, "precious\n");
    Ok(())
}

#[test]
fn what_is_no_longer_asked_for_is_deleted_but_never_a_volume() -> Outcome {
    let namespace = Namespace::reserve();
    let all = "networkPolicy: restricted\nrbac: {users: [ada]}\nquota: {limits.memory: 1GB}";
    let desk = Desk::new(&dev(&namespace, "", all))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    desk.write("sindri.yaml", &dev(&namespace, "", ""))?;
    let pruned = desk.sindri(&["deploy", "--yes"])?;
    pruned.ends(0).says("- delete  networkpolicy/dev").says("0 to create, 1 to change, 4 to delete");
    let left = "deployment.apps/dev\nservice/dev\npersistentvolumeclaim/dev-home-pvc\n";
    assert_eq!(there(&namespace)?, left);

    let claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "old-home"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
    });
    namespace.apply(&claim.to_string())?;
    desk.write("sindri.yaml", &dev(&namespace, "volumes: {workspace: {existingClaim: old-home}}", ""))?;
    let moved = desk.sindri(&["deploy", "--yes"])?;
    moved.ends(0).says("persistentvolumeclaim/dev-home-pvc: is no longer used, and stays").hides("- delete");
    assert_eq!(there(&namespace)?, format!("{left}persistentvolumeclaim/old-home\n"));
    Ok(())
}

#[test]
fn another_name_is_another_environment_and_the_first_one_stays_with_its_home() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "networkPolicy: deny-ingress");
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    namespace.exec("dev", "echo precious > $HOME/work")?;
    let before = namespace.written()?;
    desk.write("sindri.yaml", &file.replace("name: dev", "name: lab"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("4 to create, 0 to change, 0 to delete");
    let after = namespace.written()?;
    for (object, was) in &before {
        assert_eq!(after.get(object), Some(was), "{object}");
    }
    assert_eq!(namespace.exec("dev", "cat $HOME/work")?, "precious\n");
    Ok(())
}

#[test]
fn an_environment_that_an_autoscaler_scales_is_left_at_its_size() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let autoscaler = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "dev"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "dev"},
            "minReplicas": 2, "maxReplicas": 3,
        },
    });
    namespace.kubectl(&["apply", "-f", "-"], &autoscaler.to_string())?;
    let size = || namespace.field("deployment/dev", ".spec.replicas");
    wait("the autoscaler", || match size()?.as_str() {
        "2" => Ok(()),
        other => Err(Refusal::of(&format!("{other} replicas"))),
    })?;
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(0).says("No changes.");
    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 96MB"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("64Mi → 96Mi");
    assert_eq!(size()?, "2");
    Ok(())
}

#[test]
fn a_namespace_that_somebody_else_made_stays_as_it_is_and_gets_no_quota() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let name = format!("namespace/{}", namespace.name);
    let before = namespace.get(&name)?["metadata"].clone();
    let desk = Desk::new(&dev(&namespace, "", "quota: {limits.memory: 1GB}"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    assert_eq!(namespace.get(&name)?["metadata"], before);
    assert_eq!(there(&namespace)?, "deployment.apps/dev\nservice/dev\npersistentvolumeclaim/dev-home-pvc\n");
    Ok(())
}

#[test]
fn whoever_does_not_say_yes_changes_nothing() -> Outcome {
    let namespace = Namespace::reserve();
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;
    let unasked = desk.sindri(&["deploy"])?;
    unasked.ends(1).says("+ create  deployment/dev").says("nothing was changed: nobody is there").says("--yes");

    for answer in ["no", "", "yesterday"] {
        let mut terminal = desk.terminal(&["deploy"])?;
        terminal.exp_string("Do this?")?;
        terminal.send_line(answer)?;
        end(terminal)?.ends(3).says("nothing was changed");
    }
    let mut terminal = desk.terminal(&["deploy"])?;
    terminal.exp_string("Do this?")?;
    terminal.send_control('c')?;
    end(terminal)?.ends(130).says("nothing was changed");
    let mut terminal = desk.terminal(&["deploy"])?;
    terminal.exp_string("Do this?")?;
    terminal.process_mut().signal(Signal::SIGTERM)?;
    end(terminal)?.ends(130).says("nothing was changed");

    let tag = file.replace(&shell_image(), "127.0.0.1:1/image:1");
    desk.write("sindri.yaml", &tag)?;
    desk.sindri(&["deploy", "--yes"])?.ends(1).says("cannot read 127.0.0.1:1/image:1");
    let image = shell_image();
    let (repository, digest) = image.split_once('@').ok_or("the image has no digest")?;
    let config = format!(
        "image_config: {{registry: \"{repository}\", digest: \"{digest}\", verify_signature: true, trust: {{key: ours.pub}}}}"
    );
    desk.write("sindri.yaml", &file.replace(&format!("image: {image}"), &config))?;
    desk.write("ours.pub", include_str!("../registry/signed/ours.pub"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(4).says(&format!("the image {image} is refused: it has no signature"));
    desk.write("sindri.yaml", &dev(&namespace, "", "context: production"))?;
    let context = std::env::var("SINDRI_TEST_CONTEXT")?;
    let pinned = desk.sindri(&["deploy", "--yes", "--context", &context])?;
    pinned.ends(2).says("the configuration is for the context `production` only");

    let made = kubectl(&["get", "namespace", &namespace.name, "--ignore-not-found", "-o", "name"], "")?;
    assert_eq!(made, "", "something was changed");

    desk.write("sindri.yaml", &file)?;
    let mut terminal = desk.terminal(&["deploy"])?;
    terminal.exp_string("Do this?")?;
    terminal.send_line("yes")?;
    end(terminal)?.ends(0);
    assert_eq!(namespace.field("deployment/dev", ".status.availableReplicas")?, "1");
    Ok(())
}

#[test]
fn a_program_that_fails_is_told_with_its_exit_code_and_its_last_words() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    // The plan shows the command; what it writes is another text.
    let failing = dev(&namespace, "", "").replace("while :; do sleep 1 & wait; done", "echo $((40 + 2)) fires; exit 3");
    let desk = Desk::new(&failing)?;
    // On a node that is busy, a program may live long enough to have been ready.
    let deployed = wait("the failure to be told", || {
        let deployed = desk.sindri(&["deploy", "--yes"]).map_err(|error| Refusal::of(&error.to_string()))?;
        if deployed.code == Some(0) { Err(Refusal::of(&deployed.said)) } else { Ok(deployed) }
    })?;
    deployed.ends(1).says("fails with exit code 3").says("\n    42 fires\n").says("BackOff").says("hint: `sindri logs");
    let before = namespace.written()?;
    let again = desk.sindri(&["deploy", "--yes"])?;
    again.ends(1).says("No changes.").says("fails with exit code 3").says("\n    42 fires\n");
    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    namespace.is_as(&before)
}

#[test]
fn what_was_approved_is_asked_about_again_when_the_cluster_has_moved_to_need_something_else() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 96MB"))?;
    let mut terminal = desk.terminal(&["deploy"])?;
    terminal.exp_string("Do this?")?;
    namespace.kubectl(&["delete", "service", "dev"], "")?;
    let before = namespace.written()?;
    terminal.send_line("yes")?;
    terminal.exp_string("planning again")?;
    terminal.exp_string("create")?;
    terminal.exp_string("Do this?")?;
    terminal.send_line("no")?;
    end(terminal)?.ends(3).says("nothing was changed");
    namespace.is_as(&before)
}

#[test]
fn interrupting_the_wait_leaves_what_was_applied_and_says_how_to_go_on() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", "nodeSelector: {sindri.dev/absent: 'true'}"))?;
    let mut terminal = desk.terminal(&["deploy", "--yes"])?;
    terminal.exp_string("giving up in")?;
    terminal.send_control('c')?;
    let interrupted = end(terminal)?;
    interrupted.ends(130).says("everything was applied").says("to wait again: `sindri deploy`");
    assert_eq!(there(&namespace)?, "deployment.apps/dev\nservice/dev\npersistentvolumeclaim/dev-home-pvc\n");
    Ok(())
}

#[test]
fn values_of_secrets_reach_the_container_and_the_node_and_no_output() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let (token, password) = ["opaque-marker-4711", "login-marker-0815"].into();
    namespace.kubectl(&["create", "secret", "generic", "team", &format!("--from-literal=TOKEN={token}")], "")?;
    let desk = Desk::new(&dev(&namespace, "", "secrets: [team]"))?;
    let image = shell_image();
    let registry = image.split('/').next().unwrap_or_default();
    let login = |password: &str| json!({"auths": {registry: {"username": "robot", "password": password}}}).to_string();
    let mut said = String::new();
    let run = |arguments: &[&str]| -> Outcome<String> { Ok(desk.sindri(arguments)?.ends(0).said.clone()) };
    let changed = format!("{password}-new");
    for (password, first) in [(password, true), (changed.as_str(), false)] {
        desk.write(".docker/config.json", &login(password))?;
        for arguments in [
            ["plan"].as_slice(),
            &["plan", "--verbose", "--output", "json"],
            &["plan", "--verbose", "--output", "yaml"],
            &["plan", "--verbose", "--out", "saved"],
        ] {
            said += &run(arguments)?;
        }
        said += &if first {
            run(&["deploy", "--yes", "--verbose"])?
        } else {
            run(&["deploy", "--plan", "saved", "--verbose"])?
        };
        said += &run(&["deploy", "--yes", "--verbose", "--output", "json"])?;
        said += &desk.read("saved")?;
    }
    let secret: Value = namespace.get("secret/sindri-registry-creds")?;
    let given = STANDARD.decode(secret["data"][".dockerconfigjson"].as_str().unwrap_or_default())?;
    let given: Value = serde_json::from_slice(&given)?;
    let coded = given["auths"][registry]["auth"].as_str().ok_or("no login was deployed")?.to_owned();
    assert_eq!(STANDARD.decode(&coded)?, format!("robot:{changed}").into_bytes(), "the changed login");
    let whole = secret["data"][".dockerconfigjson"].as_str().unwrap_or_default();
    let hidden =
        [token, password, &coded, whole, &STANDARD.encode(token), &STANDARD.encode(format!("robot:{password}"))];
    for hidden in hidden {
        assert!(!hidden.is_empty() && !said.contains(hidden), "`{hidden}` is shown:\n{said}");
    }
    assert!(said.contains("sindri-registry-creds"), "the Secret itself is not planned:\n{said}");
    assert_eq!(namespace.exec("dev", "echo $TOKEN")?, format!("{token}\n"));
    assert!(fs::read_dir(desk.path(""))?.flatten().all(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        matches!(name.as_str(), "sindri.yaml" | "kubeconfig" | "saved" | ".docker" | ".kube")
    }));
    Ok(())
}

#[test]
fn two_environments_of_one_namespace_do_not_touch_each_other() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let named =
        |name: &str, kubernetes: &str| configuration(name, "", &format!("namespace: {}\n{kubernetes}", namespace.name));
    let one = Desk::new(&named("one", "networkPolicy: deny-ingress\nrbac: {users: [ada]}"))?;
    let two = Desk::new(&named("two", "networkPolicy: deny-ingress\nrbac: {users: [ada]}"))?;
    one.sindri(&["deploy", "--yes"])?.ends(0);
    two.sindri(&["deploy", "--yes"])?.ends(0);
    let of_one = || -> Outcome<Vec<Value>> {
        let written = namespace.written()?;
        Ok(written.into_values().filter(|object| object["metadata"]["labels"]["instance"] == "one").collect())
    };
    let before = of_one()?;
    assert_eq!(before.len(), 6, "{before:?}");
    two.write("sindri.yaml", &named("two", ""))?;
    two.sindri(&["deploy", "--yes"])?.ends(0).says("3 to delete");
    assert_eq!(of_one()?, before);
    one.sindri(&["plan"])?.ends(0).says("No changes.");
    Ok(())
}

#[test]
fn two_deploys_at_once_do_one_thing_after_the_other_and_both_end_well() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let ended = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| desk.sindri(&["deploy", "--yes"]).map_err(|error| error.to_string())))
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("it panicked".to_owned())));
        joined.collect::<Result<Vec<_>, String>>()
    })?;
    for ended in ended {
        ended.ends(0);
    }
    wait("the lock to be gone", || match namespace.kubectl(&["get", "leases", "-o", "name"], "")?.as_str() {
        "" => Ok(()),
        left => Err(crate::support::Refusal::of(left)),
    })?;
    desk.sindri(&["plan"])?.ends(0).says("No changes.");
    Ok(())
}
