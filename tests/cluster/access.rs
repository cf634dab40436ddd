//! Whoever `rbac` names can use the environment, and nothing that `rbac` does not give.

use crate::support::{Desk, Namespace, Outcome, configuration, wait};

#[test]
fn a_named_person_can_use_the_environment_and_nothing_else() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let kubernetes = format!("namespace: {}\nrbac: {{users: [ada@example.com], groups: [guild]}}", namespace.name);
    let desk = Desk::new(&configuration("shared", "", &kubernetes))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let can = |person: &[&str], question: &[&str]| {
        let arguments: Vec<&str> = ["auth", "can-i"].iter().chain(question).chain(person).copied().collect();
        // The answer no is an exit code of 1, too.
        namespace.kubectl(&arguments, "").is_ok()
    };
    let ada = ["--as=ada@example.com"];
    let member = ["--as=somebody", "--as-group=guild"];
    let stranger = ["--as=stranger"];
    wait("the rights to be known", || {
        namespace.kubectl(&["auth", "can-i", "get", "deployments/shared", "--as=ada@example.com"], "")
    })?;
    for person in [ada.as_slice(), member.as_slice()] {
        for allowed in [
            ["get", "deployments/shared"].as_slice(),
            &["patch", "deployments/shared", "--subresource=scale"],
            &["list", "pods"],
            &["get", "pods", "--subresource=log"],
            &["create", "pods", "--subresource=exec"],
            &["create", "pods", "--subresource=portforward"],
            &["get", "persistentvolumeclaims/shared-home-pvc"],
            &["list", "events"],
        ] {
            assert!(can(person, allowed), "{person:?} cannot {allowed:?}");
        }
        for refused in [
            ["get", "secrets"].as_slice(),
            &["get", "deployments/other"],
            &["patch", "deployments/shared"],
            &["patch", "deployments/other", "--subresource=scale"],
            &["delete", "deployments/shared"],
            &["delete", "pods"],
            &["create", "pods"],
            &["delete", "persistentvolumeclaims/shared-home-pvc"],
            &["get", "configmaps"],
        ] {
            assert!(!can(person, refused), "{person:?} can {refused:?}");
        }
    }
    assert!(!can(&stranger, &["get", "deployments/shared"]));
    Ok(())
}
