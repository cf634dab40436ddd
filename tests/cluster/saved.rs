//! Saved plans: exactly what was shown is done, once, or nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::{Desk, Namespace, Outcome, dev};

/// The plan is refused because something moved; what that is, is named, and nothing is changed.
fn refused(desk: &Desk, namespace: &Namespace, moved: &str) -> Outcome {
    let before = namespace.written()?;
    let refused = desk.sindri(&["deploy", "--plan", "saved"])?;
    refused.ends(5).says(moved).says("nothing was changed");
    namespace.is_as(&before)?;
    Ok(())
}

#[test]
fn a_saved_plan_is_private_applies_without_asking_and_only_once() -> Outcome {
    let namespace = Namespace::reserve();
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["plan", "--out", "saved"])?.ends(0).says("sindri deploy --plan saved");
    assert_eq!(fs::metadata(desk.path("saved"))?.permissions().mode() & 0o777, 0o600);
    desk.sindri(&["deploy", "--plan", "saved"])?.ends(0).says("+ create  deployment/dev");
    assert_eq!(namespace.field("deployment/dev", ".status.availableReplicas")?, "1");
    refused(&desk, &namespace, &format!("namespace/{} was not there, and is now", namespace.name))?;

    // The file is not needed: the plan says it all.
    let file = desk.read("sindri.yaml")?;
    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 96MB"))?;
    desk.sindri(&["plan", "--out", "saved"])?.ends(0);
    fs::remove_file(desk.path("sindri.yaml"))?;
    desk.sindri(&["deploy", "--plan", "saved"])?.ends(0).says("limits.memory: 64Mi → 96Mi");
    refused(&desk, &namespace, "deployment/dev was changed")
}

#[test]
fn a_saved_plan_is_refused_when_anything_has_moved_and_names_it() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let changed = dev(&namespace, "env: {ROUND: 2}", "networkPolicy: deny-ingress");
    desk.write("sindri.yaml", &changed)?;
    let plan = || {
        desk.sindri(&["plan", "--out", "saved"]).map(|planned| planned.ends(0).says("1 to create, 1 to change").code)
    };

    plan()?;
    namespace.kubectl(&["set", "env", "deployment/dev", "EXTRA=1"], "")?;
    refused(&desk, &namespace, "deployment/dev was changed")?;

    plan()?;
    // It was not to be changed, but it was shown.
    namespace.kubectl(&["annotate", "service/dev", "example.com/note=hello"], "")?;
    refused(&desk, &namespace, "service/dev was changed")?;

    plan()?;
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "dev"},
        "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]},
    });
    namespace.kubectl(&["create", "-f", "-"], &policy.to_string())?;
    refused(&desk, &namespace, "networkpolicy/dev was not there, and is now")?;
    namespace.kubectl(&["delete", "networkpolicy/dev"], "")?;

    desk.write("sindri.yaml", &changed.replace("ROUND: 2", "ROUND: 3"))?;
    refused(&desk, &namespace, "the configuration is not the one that the plan was made from")?;
    desk.write("sindri.yaml", &changed.replace(&namespace.name, "elsewhere"))?;
    refused(&desk, &namespace, "the configuration is not the one that the plan was made from")?;
    desk.write("sindri.yaml", &changed)?;

    let mut elsewhere: Value = serde_json::from_str(&desk.read("saved")?)?;
    elsewhere["cluster"]["uid"] = json!("of another cluster");
    desk.write("saved", &elsewhere.to_string())?;
    refused(&desk, &namespace, "is another cluster")?;

    plan()?;
    let asked = desk.sindri(&["deploy", "--plan", "saved", "--namespace", "elsewhere"])?;
    asked.ends(2).says(&format!("the plan is for the namespace {}, and not for elsewhere", namespace.name));

    namespace.kubectl(&["delete", "service/dev"], "")?;
    refused(&desk, &namespace, "service/dev was there, and is gone")
}

#[test]
fn a_saved_plan_without_changes_is_refused_too_when_anything_has_moved() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    desk.sindri(&["plan", "--out", "saved"])?.ends(0).says("No changes.");
    let before = namespace.written()?;
    desk.sindri(&["deploy", "--plan", "saved"])?.ends(0).says("No changes.");
    namespace.is_as(&before)?;
    namespace.kubectl(&["delete", "service/dev"], "")?;
    refused(&desk, &namespace, "service/dev was there, and is gone")
}

#[test]
fn a_pod_that_was_restarted_moves_nothing() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 96MB"))?;
    desk.sindri(&["plan", "--out", "saved"])?.ends(0);
    let version = namespace.field("deployment/dev", ".metadata.resourceVersion")?;
    namespace.kubectl(&["delete", "pod", "-l", "instance=dev", "--wait"], "")?;
    namespace.wait_until_available("dev")?;
    assert_ne!(namespace.field("deployment/dev", ".metadata.resourceVersion")?, version, "nothing was restarted");
    desk.sindri(&["deploy", "--plan", "saved"])?.ends(0);
    assert_eq!(namespace.field("deployment/dev", ".spec.template.spec.containers[0].resources.limits.memory")?, "96Mi");
    Ok(())
}
