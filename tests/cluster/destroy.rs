//! `sindri destroy`, as a person uses it: what was shown is gone, and nothing else.

use serde_json::{Value, json};

use crate::support::{Desk, Namespace, Outcome, configuration, dev, end, kubectl, wait};

const KINDS: &str = "deployments,replicasets,pods,services,persistentvolumeclaims,networkpolicies,roles,rolebindings,\
                     resourcequotas,leases,secrets";
const RICH: &str = "networkPolicy: deny-ingress\nrbac: {users: [ada]}\nquota: {limits.memory: 1GB}";

/// What is there of everything that somebody could have made.
fn there(namespace: &Namespace) -> Outcome<String> {
    Ok(namespace.kubectl(&["get", KINDS, "-o", "name"], "")?)
}

fn is_there(namespace: &Namespace) -> Outcome<bool> {
    Ok(!kubectl(&["get", "namespace", &namespace.name, "--ignore-not-found", "-o", "name"], "")?.is_empty())
}

#[test]
fn the_volume_is_kept_with_everything_on_it_until_it_is_asked_to_go() -> Outcome {
    let namespace = Namespace::reserve();
    let desk = Desk::new(&dev(&namespace, "", RICH))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let sum = "head -c 100000 /dev/urandom > $HOME/work; sha256sum $HOME/work";
    let before = namespace.exec("dev", sum)?;
    let shown = desk.sindri(&["destroy", "--dry-run"])?;
    shown
        .ends(0)
        .says("- delete  deployment/dev")
        .says("6 to delete, 2 to stay.")
        .says("persistentvolumeclaim/dev-home-pvc");
    assert_eq!(namespace.field("deployment/dev", ".spec.replicas")?, "1", "a dry run changes nothing");
    let destroyed = desk.sindri(&["destroy", "--yes"])?;
    destroyed
        .ends(0)
        .says("dev is gone")
        .says("persistentvolumeclaim/dev-home-pvc is kept")
        .says("sindri destroy --volumes");
    assert_eq!(there(&namespace)?, "persistentvolumeclaim/dev-home-pvc\n");
    // A second one finds nothing to do, and the volume.
    desk.sindri(&["destroy", "--yes"])?.ends(0).says("there is no environment dev").says("is kept");
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    assert_eq!(namespace.exec("dev", "sha256sum $HOME/work")?, before);
    desk.sindri(&["destroy", "--yes"])?.ends(0);
    let gone = desk.sindri(&["destroy", "--volumes", "--yes"])?;
    gone.ends(0).says("- delete  persistentvolumeclaim/dev-home-pvc  10Gi, class standard");
    assert!(!is_there(&namespace)?, "sindri made the namespace, and nothing was left in it");
    desk.sindri(&["destroy", "--volumes", "--yes"])?.ends(0).says("there is no environment dev");
    Ok(())
}

#[test]
fn a_person_is_asked_and_types_the_name_when_data_goes() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let before = namespace.written()?;
    for (arguments, question, answer) in [
        (["destroy"].as_slice(), "Delete dev? Type `yes` to go on", "no"),
        (&["destroy", "--volumes"], "Delete dev and everything that is on its volume? Type `dev` to go on", "yes"),
    ] {
        let mut terminal = desk.terminal(arguments)?;
        terminal.exp_string(question)?;
        terminal.send_line(answer)?;
        end(terminal)?.ends(3).says("nothing was changed");
        namespace.is_as(&before)?;
    }
    // Nobody is there to be asked.
    desk.sindri(&["destroy", "--volumes"])?.ends(1).says("hint: answer with `--yes`");
    namespace.is_as(&before)?;
    let mut terminal = desk.terminal(&["destroy", "--volumes"])?;
    terminal.exp_string("Type `dev` to go on")?;
    terminal.send_line("dev")?;
    end(terminal)?.ends(0).says("dev is gone");
    assert_eq!(there(&namespace)?, "");
    assert!(is_there(&namespace)?, "somebody else made the namespace");
    Ok(())
}

#[test]
fn what_others_made_is_never_touched() -> Outcome {
    let namespace = Namespace::reserve();
    let desk = Desk::new(&dev(&namespace, "", RICH))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let foreign = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "notes"}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "dev-by-hand", "labels": {"instance": "dev"}},
         "spec": {"ports": [{"port": 80}]}},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": [],
         "metadata": {"name": "other-user", "labels": {"app.kubernetes.io/managed-by": "sindri", "instance": "other"}}},
    ]});
    namespace.kubectl(&["create", "-f", "-"], &foreign.to_string())?;
    let shown = desk.sindri(&["destroy", "--volumes", "--dry-run"])?;
    shown.ends(0).says("this is in it: role/other-user");
    namespace.kubectl(&["delete", "role/other-user"], "")?;
    let destroyed = desk.sindri(&["destroy", "--volumes", "--yes"])?;
    destroyed.ends(0).says("this is in it: configmap/notes, service/dev-by-hand").says("dev is gone");
    assert_eq!(there(&namespace)?, "service/dev-by-hand\n");
    namespace.get("configmap/notes")?;
    namespace.kubectl(&["delete", "service/dev-by-hand", "configmap/notes"], "")?;
    desk.sindri(&["destroy", "--yes"])?.ends(0).says(&format!("- delete  namespace/{}", namespace.name));
    assert!(!is_there(&namespace)?);
    Ok(())
}

#[test]
fn a_claim_of_somebody_else_stays_and_so_do_objects_of_other_names() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let claim = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "old-home"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "16Mi"}}},
    });
    namespace.kubectl(&["create", "-f", "-"], &claim.to_string())?;
    let desk = Desk::new(&dev(&namespace, "volumes: {workspace: {existingClaim: old-home}}", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let other = Desk::new(&configuration("dev2", "", &format!("namespace: {}", namespace.name)))?;
    other.sindri(&["deploy", "--yes"])?.ends(0);
    let destroyed = desk.sindri(&["destroy", "--volumes", "--yes"])?;
    destroyed.ends(0).says("persistentvolumeclaim/old-home").hides("everything that is on this volume is lost");
    namespace.get("persistentvolumeclaim/old-home")?;
    assert_eq!(namespace.field("deployment/dev2", ".status.availableReplicas")?, "1");
    namespace.get("persistentvolumeclaim/dev2-home-pvc")?;
    assert!(!there(&namespace)?.contains("/dev\n"));
    Ok(())
}

#[test]
fn an_environment_is_found_by_its_labels_whatever_the_file_says_now() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", "networkPolicy: deny-ingress\nrbac: {users: [ada]}"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    // Somebody took the Deployment away, and left its sets and pods.
    namespace.kubectl(&["delete", "deployment/dev", "--cascade=orphan"], "")?;
    desk.write("sindri.yaml", "version: [")?;
    desk.sindri(&["destroy", "--yes"])?.ends(2).says("`--name NAME --namespace NAMESPACE`");
    let named = ["destroy", "--name", "dev", "-n", &namespace.name, "--volumes", "--yes"];
    desk.sindri(&named)?.ends(0).says("- delete  replicaset/dev-").says("- delete  rolebinding/dev-user");
    wait("the pods to go", || match there(&namespace).unwrap_or_default().as_str() {
        "" => Ok(()),
        left => Err(crate::support::Refusal::of(left)),
    })?;
    Ok(())
}

#[test]
fn what_never_ran_is_destroyed_as_well() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", "nodeSelector: {nobody: has-this}"))?;
    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    desk.sindri(&["destroy", "--volumes", "--yes"])?.ends(0).says("dev is gone");
    assert_eq!(there(&namespace)?, "");
    Ok(())
}

#[test]
fn what_holds_an_object_is_named_and_never_taken_away() -> Outcome {
    let namespace = Namespace::new("baseline")?;
    let desk = Desk::new(&dev(&namespace, "", "networkPolicy: deny-ingress"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let finalizers = |names: &str| format!(r#"{{"metadata":{{"finalizers":{names}}}}}"#);
    let patch =
        |names: &str| namespace.kubectl(&["patch", "networkpolicy/dev", "--type=merge", "-p", &finalizers(names)], "");
    patch(r#"["example.com/keep"]"#)?;
    let held = desk.sindri(&["destroy", "--yes", "--timeout", "4s"])?;
    held.ends(1).says("networkpolicy/dev (held by the finalizer example.com/keep)").says("finishes it");
    assert_eq!(namespace.field("networkpolicy/dev", ".metadata.finalizers")?, r#"["example.com/keep"]"#);
    patch("null")?;
    desk.sindri(&["destroy", "--yes"])?.ends(0);
    assert_eq!(there(&namespace)?, "persistentvolumeclaim/dev-home-pvc\n");
    // A pod of somebody else uses the volume.
    let user = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "reader"},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [{"name": "a", "image": crate::support::shell_image(), "command": ["sleep", "3600"]}],
            "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "dev-home-pvc"}}],
        },
    });
    namespace.kubectl(&["create", "-f", "-"], &user.to_string())?;
    namespace.kubectl(&["wait", "--for=condition=Ready", "pod/reader", "--timeout=60s"], "")?;
    let held = desk.sindri(&["destroy", "--volumes", "--yes", "--timeout", "4s"])?;
    held.ends(1).says("it is gone only when nobody uses it any more: pod/reader does");
    held.says("persistentvolumeclaim/dev-home-pvc (held by pod/reader, which uses it)");
    namespace.kubectl(&["delete", "pod/reader", "--force"], "")?;
    desk.sindri(&["destroy", "--volumes", "--yes"])?.ends(0);
    assert_eq!(there(&namespace)?, "");
    Ok(())
}

#[test]
fn the_shared_login_goes_with_the_last_environment() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let login = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": "sindri-registry-creds", "labels": {"app.kubernetes.io/managed-by": "sindri"}},
        "data": {".dockerconfigjson": "e30="},
    });
    namespace.kubectl(&["create", "-f", "-"], &login.to_string())?;
    let place = format!("namespace: {}", namespace.name);
    let desks = [Desk::new(&configuration("one", "", &place))?, Desk::new(&configuration("two", "", &place))?];
    for desk in &desks {
        desk.sindri(&["deploy", "--yes"])?.ends(0);
    }
    desks[0].sindri(&["destroy", "--yes"])?.ends(0).says("others need it: environment two");
    namespace.get("secret/sindri-registry-creds")?;
    desks[1].sindri(&["destroy", "--yes"])?.ends(0).says("- delete  secret/sindri-registry-creds");
    assert_eq!(there(&namespace)?, "persistentvolumeclaim/one-home-pvc\npersistentvolumeclaim/two-home-pvc\n");
    Ok(())
}

#[test]
fn what_may_not_be_deleted_is_told_before_anything_is() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let before = namespace.written()?;
    let person = format!("{}-ada", namespace.name);
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "some"}, "rules": [
        {"apiGroups": ["", "apps", "networking.k8s.io", "rbac.authorization.k8s.io", "coordination.k8s.io"],
         "resources": ["*"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["apps"], "resources": ["deployments", "deployments/scale"], "verbs": ["delete", "patch"]},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["*"]},
    ]});
    namespace.kubectl(&["create", "-f", "-"], &role.to_string())?;
    namespace.kubectl(&["create", "rolebinding", "some", "--role=some", &format!("--user={person}")], "")?;
    desk.acts_as(Some(&person))?;
    let refused = wait("the rights to be known", || {
        let refused = desk
            .sindri(&["destroy", "--volumes", "--yes"])
            .map_err(|error| crate::support::Refusal::of(&error.to_string()))?;
        if refused.said.contains("cannot be seen") {
            Err(crate::support::Refusal::of(&refused.said))
        } else {
            Ok(refused)
        }
    })?;
    refused
        .ends(1)
        .says("! delete persistentvolumeclaim/dev-home-pvc")
        .says("! delete service/dev")
        .says("nothing was deleted");
    refused.hides("! delete deployment/dev");
    namespace.kubectl(&["delete", "role/some", "rolebinding/some"], "")?;
    namespace.is_as(&before)
}

#[test]
fn a_program_is_told_what_went_and_what_stayed() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let schema: Value = serde_json::from_str(include_str!("../../schemas/removal.schema.json"))?;
    let schema = jsonschema::draft202012::new(&schema)?;
    for (more, result, deleted) in [(["--dry-run"].as_slice(), "planned", 0), (&[], "done", 2), (&[], "unchanged", 0)] {
        let ended = desk.sindri(&[&["destroy", "--yes", "--quiet", "-o", "json"], more].concat())?;
        ended.ends(0);
        let document: Value = serde_json::from_str(&ended.said)?;
        assert!(schema.is_valid(&document), "{document:#}");
        assert_eq!(document["result"], result, "{document:#}");
        assert_eq!(document["deleted"].as_array().map(Vec::len), Some(deleted), "{document:#}");
        let stays = document["stays"].as_array().ok_or("no stays")?;
        let volume = stays.iter().find(|staying| staying["code"] == "data").ok_or("no volume stays")?;
        assert_eq!((&volume["volume"]["size"], &volume["object"]["name"]), (&json!("10Gi"), &json!("dev-home-pvc")));
    }
    Ok(())
}
