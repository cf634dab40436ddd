//! An environment from `sindri render` lives as the product promises: restricted, with a home that stays.

use serde_json::json;

use crate::support::{Namespace, Outcome, configuration, kubectl, render, wait};

#[test]
fn an_environment_runs_under_restricted_pod_security_with_a_writable_home() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    namespace.kubectl(&["create", "secret", "generic", "team", "--from-literal=TOKEN=opaque"], "")?;
    let written = configuration("home", "env: {GREETING: hello}\nports: [8080]", "secrets: [team]");
    let written = format!("{written}extensions: {{profile: fullstack}}\n");
    namespace.apply(&render(&written, &["-n", &namespace.name, "--without-namespace"])?)?;
    namespace.wait_until_available("home")?;
    let said = namespace.exec(
        "home",
        "id -u; echo $HOME $WORKSPACE $SINDRI_PROFILE $GREETING $TOKEN; echo kept > $HOME/file; cat $HOME/file",
    )?;
    assert_eq!(said, "1000\n/alt/home/developer /alt/home/developer/workspace fullstack hello opaque\nkept\n");
    assert!(
        namespace.exec("home", "cat /var/run/secrets/kubernetes.io/serviceaccount/token").is_err(),
        "a token is mounted"
    );
    assert!(!namespace.exec("home", "env")?.contains("HOME_SERVICE_HOST"), "variables of Services are set");
    let address = wait("the Service's name", || {
        namespace.exec("home", &format!("nslookup home.{}.svc.cluster.local", namespace.name))
    })?;
    assert!(address.contains("Address"), "{address}");
    let ports = namespace.get("service/home")?["spec"]["ports"].clone();
    assert_eq!((&ports[0]["port"], &ports[1]["port"], &ports[2]), (&json!(2222), &json!(8080), &json!(null)));
    Ok(())
}

#[test]
fn applying_the_same_objects_again_changes_nothing() -> Outcome {
    let namespace = Namespace::reserve();
    let objects = render(&configuration("same", "", ""), &["-n", &namespace.name])?;
    // The namespace is among the objects: the server makes it before what is in it.
    wait("the objects to be taken", || {
        kubectl(&["apply", "--server-side", "--field-manager=sindri", "-f", "-"], &objects)
    })?;
    namespace.wait_until_available("same")?;
    let versions = || -> Outcome<Vec<String>> {
        let mut versions = Vec::new();
        for object in ["persistentvolumeclaim/same-home-pvc", "service/same"] {
            versions.push(namespace.get(object)?["metadata"]["resourceVersion"].to_string());
        }
        versions.push(namespace.get("deployment/same")?["metadata"]["generation"].to_string());
        Ok(versions)
    };
    let before = versions()?;
    namespace.apply(&objects)?;
    assert_eq!(versions()?, before);
    Ok(())
}

#[test]
fn a_stopped_environment_stays_stopped_when_it_is_applied_and_keeps_its_home() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let first = configuration("sleeper", "env: {ROUND: 1}", "");
    namespace.apply(&render(&first, &["-n", &namespace.name, "--without-namespace"])?)?;
    namespace.wait_until_available("sleeper")?;
    namespace.exec("sleeper", "echo precious > $HOME/work")?;
    namespace.kubectl(&["scale", "deployment/sleeper", "--replicas=0"], "")?;
    let second = first.replace("ROUND: 1", "ROUND: 2");
    namespace.apply(&render(&second, &["-n", &namespace.name, "--without-namespace"])?)?;
    assert_eq!(namespace.get("deployment/sleeper")?["spec"]["replicas"], json!(0));
    namespace.kubectl(&["wait", "--for=delete", "pod", "-l", "instance=sleeper", "--timeout=60s"], "")?;
    namespace.kubectl(&["scale", "deployment/sleeper", "--replicas=1"], "")?;
    namespace.wait_until_available("sleeper")?;
    assert_eq!(namespace.exec("sleeper", "cat $HOME/work; echo $ROUND")?, "precious\n2\n");
    Ok(())
}

#[test]
fn an_environment_moves_into_a_claim_that_exists() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "old-home"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
    });
    namespace.apply(&claim.to_string())?;
    let written = configuration("guest", "volumes: {workspace: {existingClaim: old-home}}", "");
    namespace.apply(&render(&written, &["-n", &namespace.name, "--without-namespace"])?)?;
    namespace.wait_until_available("guest")?;
    let claims = namespace.kubectl(&["get", "persistentvolumeclaims", "-o", "name"], "")?;
    assert_eq!(claims, "persistentvolumeclaim/old-home\n");
    namespace.exec("guest", "touch $HOME/file")?;
    Ok(())
}
