//! `sindri plan`, as a person uses it: it shows what a deploy would do, says what is in the way, and writes nothing.

use serde_json::{Value, json};

use crate::support::{Desk, Namespace, Outcome, Refusal, configuration, dev, kubectl, render, wait};

#[test]
fn an_absent_namespace_is_planned_with_all_that_goes_into_it_and_is_not_made() -> Outcome {
    let namespace = Namespace::reserve();
    let desk = Desk::new(&dev(&namespace, "", "quota: {limits.memory: 1GB}\nnetworkPolicy: restricted"))?;
    let planned = desk.sindri(&["plan"])?;
    planned.ends(0).says(&format!("+ create  namespace/{}\n", namespace.name));
    for object in [
        "resourcequota/dev-quota",
        "networkpolicy/dev",
        "persistentvolumeclaim/dev-home-pvc",
        "deployment/dev",
        "service/dev",
    ] {
        planned.says(&format!("+ create  {object}  (not validated by the server)\n"));
    }
    planned.says("Plan: 6 to create, 0 to change, 0 to delete.");
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(2);
    desk.sindri(&["deploy", "--dry-run"])?.ends(0).says("Plan: 6 to create");
    let found = kubectl(&["get", "namespace", &namespace.name, "--ignore-not-found", "-o", "name"], "")?;
    assert_eq!(found, "", "plan made the namespace");
    Ok(())
}

#[test]
fn a_plan_shows_the_fields_that_change_and_writes_nothing() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "networkPolicy: deny-ingress");
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let before = namespace.written()?;
    desk.sindri(&["plan"])?.ends(0).says("No changes.").hides("create");
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(0);

    // The same amounts, spelled otherwise.
    desk.write("sindri.yaml", &file.replace("memory: 64MB, cpus: 0.2", "memory: 0.0625GB, cpus: 0.20"))?;
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(0).says("No changes.");

    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 128MB").replace("deny-ingress", "none"))?;
    let planned = desk.sindri(&["plan"])?;
    planned.ends(0).says("~ update  deployment/dev").says("limits.memory: 64Mi → 128Mi");
    planned.says("the pod is replaced").says("- delete  networkpolicy/dev");
    planned
        .says("Unchanged: persistentvolumeclaim/dev-home-pvc, service/dev")
        .says("0 to create, 1 to change, 1 to delete");
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(2);
    // Only changes are 2 then.
    desk.sindri(&["plan", "--kubeconfig", "/nowhere"])?.ends(2);
    desk.sindri(&["plan", "--detailed-exitcode", "--kubeconfig", "/nowhere"])?.ends(1);
    namespace.is_as(&before)?;
    Ok(())
}

#[test]
fn what_others_changed_is_shown_and_a_contested_field_is_only_taken_by_force() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    namespace.kubectl(&["label", "deployment/dev", "team=blue"], "")?;
    namespace.kubectl(&["set", "env", "deployment/dev", "EXTRA=1"], "")?;
    let planned = desk.sindri(&["plan"])?;
    planned.ends(0).says("Changed outside sindri since the last deploy:").says("by kubectl-label").says("EXTRA");
    planned.says("deploy leaves it").says("No changes.");

    namespace.kubectl(&["set", "resources", "deployment/dev", "--limits=memory=96Mi"], "")?;
    let before = namespace.written()?;
    for command in [["plan"].as_slice(), &["plan", "--detailed-exitcode"], &["deploy", "--yes"]] {
        let refused = desk.sindri(command)?;
        refused
            .ends(1)
            .says("resources.limits.memory belongs to the field manager kubectl-set")
            .says("--force-conflicts");
    }
    let forced = desk.sindri(&["plan", "--force-conflicts"])?;
    forced.ends(0).says("limits.memory: 96Mi → 64Mi").says("is taken from kubectl-set");
    namespace.is_as(&before)?;
    desk.sindri(&["deploy", "--yes", "--force-conflicts"])?.ends(0);
    desk.sindri(&["plan"])?.ends(0).says("No changes.");
    assert_eq!(namespace.field("deployment/dev", ".metadata.labels.team")?, "blue", "what is not ours was removed");
    Ok(())
}

#[test]
fn somebody_elses_object_of_the_same_name_is_in_the_way() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    namespace.kubectl(&["create", "service", "clusterip", "dev", "--tcp=80:80"], "")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let before = namespace.written()?;
    for command in [["plan"].as_slice(), &["deploy", "--yes"]] {
        desk.sindri(command)?.ends(1).says("service/dev: exists, and was not made by sindri for this environment");
    }
    namespace.is_as(&before)?;
    Ok(())
}

#[test]
fn a_person_who_may_only_read_gets_a_plan_and_all_missing_rights_at_once() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let alice = format!("alice-{}", namespace.name);
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader"},
        "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]}],
    });
    namespace.apply(&role.to_string())?;
    namespace.kubectl(&["create", "rolebinding", "reader", "--role=reader", &format!("--user={alice}")], "")?;
    wait("the rights to be known", || {
        namespace.kubectl(&["auth", "can-i", "get", "deployments/dev", &format!("--as={alice}")], "")
    })?;
    desk.acts_as(Some(&alice))?;
    let before = namespace.written()?;
    desk.write("sindri.yaml", &file.replace("memory: 64MB", "memory: 128MB"))?;
    let planned = desk.sindri(&["plan"])?;
    planned.ends(1).says("~ update  deployment/dev  (not validated by the server)").says("limits.memory: 64Mi → 128Mi");
    planned.says("what changes was computed here and not by the server");
    assert_eq!(planned.said.matches("deploy would not be allowed to").count(), 1, "{}", planned.said);
    for right in ["patch deployments.apps", "create/delete/update leases.coordination.k8s.io", "apiGroups: [apps]"] {
        planned.says(right);
    }
    desk.sindri(&["deploy", "--yes"])?.ends(1).says("nothing was changed");
    namespace.is_as(&before)?;
    Ok(())
}

/// A class like the default one, whose volumes cannot grow.
struct RigidClass(String);

impl RigidClass {
    fn new(namespace: &Namespace) -> Outcome<Self> {
        let list: Value = serde_json::from_str(&kubectl(&["get", "storageclasses", "-o", "json"], "")?)?;
        let mut classes = list["items"].as_array().cloned().unwrap_or_default().into_iter();
        let is_default =
            |class: &Value| class["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true";
        let mut class = classes.find(is_default).ok_or("there is no default class")?;
        let name = format!("{}-rigid", namespace.name);
        class["metadata"] = json!({"name": name});
        class["allowVolumeExpansion"] = json!(false);
        kubectl(&["create", "-f", "-"], &class.to_string())?;
        Ok(Self(name))
    }
}

impl Drop for RigidClass {
    fn drop(&mut self) {
        kubectl(&["delete", "storageclass", &self.0, "--ignore-not-found"], "").unwrap_or_default();
    }
}

#[test]
fn a_volume_grows_where_it_can_and_is_never_shrunk_deleted_or_given_another_class() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let class = RigidClass::new(&namespace)?;
    let sized = |name: &str, size: &str, class: &str| {
        let volume = format!("volumes: {{workspace: {{size: {size}}}}}");
        configuration(name, &volume, &format!("namespace: {}\n{class}", namespace.name))
    };
    let of_class = format!("storageClass: {}", class.0);
    let desk = Desk::new(&sized("soft", "16Mi", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let rigid = Desk::new(&sized("rigid", "16Mi", &of_class))?;
    rigid.sindri(&["deploy", "--yes"])?.ends(0);
    let before = namespace.written()?;

    desk.write("sindri.yaml", &sized("soft", "8Mi", ""))?;
    for command in [["plan"].as_slice(), &["deploy", "--yes"]] {
        let refused = desk.sindri(command)?;
        refused
            .ends(1)
            .says("persistentvolumeclaim/soft-home-pvc has 16Mi, and cannot become 8Mi: a volume never shrinks");
        refused.hides("- delete").hides("replace  ");
    }
    desk.write("sindri.yaml", &sized("soft", "16Mi", &of_class))?;
    let refused = desk.sindri(&["deploy", "--yes"])?;
    refused.ends(1).says("a volume stays what it is").says(&format!("cannot become {}", class.0));
    rigid.write("sindri.yaml", &sized("rigid", "32Mi", &of_class))?;
    let refused = rigid.sindri(&["deploy", "--yes"])?;
    refused.ends(1).says("cannot grow from 16Mi to 32Mi").says(&format!("its storage class {} does not let", class.0));
    namespace.is_as(&before)?;

    desk.write("sindri.yaml", &sized("soft", "32Mi", ""))?;
    desk.sindri(&["plan"])?.ends(0).says("~ update  persistentvolumeclaim/soft-home-pvc").says("16Mi → 32Mi");
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let size = namespace.field("persistentvolumeclaim/soft-home-pvc", ".spec.resources.requests.storage")?;
    assert_eq!(size, "32Mi");
    Ok(())
}

#[test]
fn a_deployment_with_another_selector_is_replaced_and_the_home_survives() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let objects = render(&file, &["--without-namespace", "-o", "json"])?;
    let mut list: Value = serde_json::from_str(&objects)?;
    for object in list["items"].as_array_mut().into_iter().flatten() {
        if object["kind"] == "Deployment" {
            object["spec"]["selector"]["matchLabels"]["generation"] = json!("first");
            object["spec"]["template"]["metadata"]["labels"]["generation"] = json!("first");
        }
    }
    namespace.apply(&list.to_string())?;
    namespace.wait_until_available("dev")?;
    namespace.exec("dev", "echo precious > $HOME/work")?;
    let identity = namespace.field("deployment/dev", ".metadata.uid")?;
    let claim = namespace.field("persistentvolumeclaim/dev-home-pvc", ".metadata.uid")?;

    let desk = Desk::new(&file)?;
    let planned = desk.sindri(&["plan"])?;
    planned.ends(0).says("-/+ replace  deployment/dev").says("the pod stops, and a new one starts; the volume stays");
    planned.says("1 to replace");
    assert_eq!(namespace.field("deployment/dev", ".metadata.uid")?, identity, "plan replaced it");
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    assert_ne!(namespace.field("deployment/dev", ".metadata.uid")?, identity);
    assert_eq!(namespace.field("persistentvolumeclaim/dev-home-pvc", ".metadata.uid")?, claim);
    assert_eq!(namespace.exec("dev", "cat $HOME/work")?, "precious\n");
    desk.sindri(&["plan"])?.ends(0).says("No changes.");
    Ok(())
}

#[test]
fn a_missing_secret_a_full_quota_and_pod_security_are_found_before_anything_is_applied() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", "secrets: [team]"))?;
    let missing = format!("secret/team does not exist in the namespace {}", namespace.name);
    desk.sindri(&["plan"])?.says(&missing).says("kubectl create secret generic team");
    namespace.kubectl(&["create", "secret", "generic", "team", "--from-literal=TOKEN=opaque"], "")?;
    desk.sindri(&["plan"])?.ends(0).hides("does not exist");

    desk.write("sindri.yaml", &dev(&namespace, "", "security: privileged"))?;
    desk.sindri(&["plan"])?
        .says("enforces Pod Security restricted")
        .says("set `providers.kubernetes.security: restricted`");

    namespace.kubectl(&["create", "quota", "tight", "--hard=limits.memory=32Mi"], "")?;
    desk.write("sindri.yaml", &dev(&namespace, "", ""))?;
    wait("the quota to be counted", || match namespace.field("resourcequota/tight", ".status.used")?.as_str() {
        "" => Err(Refusal::of("it is not counted")),
        _ => Ok(()),
    })?;
    let planned = desk.sindri(&["plan"])?;
    planned.says("no room for the pod: limits.memory: the pod needs 64Mi, 0 of 32Mi is used");
    assert_eq!(namespace.field("deployment/dev", ".metadata.uid")?, "", "plan made something");
    Ok(())
}
