//! `sindri doctor`: what is wrong is told at its check with what mends it, and nothing is changed.

use std::fs;

use serde_json::{Value, json};

use crate::clock::Skewed;
use crate::support::{Desk, Ended, Namespace, Outcome, Refusal, configuration, dev, kubectl, shell_image, wait};

/// The verdict of a check, and the codes of what was found.
fn told(desk: &Desk, arguments: &[&str]) -> Outcome<Told> {
    let ended = desk.sindri(&[&["doctor", "-o", "json", "-q"], arguments].concat())?;
    let data = ended.said.rsplit_once("\n}\n").map_or(ended.said.as_str(), |(data, _)| data).to_owned() + "\n}";
    let report: Value = serde_json::from_str(&data).map_err(|error| format!("{error}: {}", ended.said))?;
    let schema: Value = serde_json::from_str(include_str!("../../schemas/doctor.schema.json"))?;
    let wrong: Vec<String> =
        jsonschema::draft202012::new(&schema)?.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}: {report:#}");
    assert_eq!(report["healthy"], json!(ended.code == Some(0)), "{}", ended.said);
    Ok(Told { report, ended })
}

struct Told {
    report: Value,
    ended: Ended,
}

impl Told {
    fn check(&self, name: &str) -> &Value {
        let checks = self.report["checks"].as_array().into_iter().flatten();
        checks.into_iter().find(|check| check["name"] == name).unwrap_or(&Value::Null)
    }

    /// How it ended, and everything but what is well or was not looked at: `quota failed: quota-exceeded`.
    fn troubles(&self) -> Vec<String> {
        let checks = self.report["checks"].as_array().into_iter().flatten();
        let bad = checks.filter(|check| check["verdict"] != "good" && check["verdict"] != "skipped");
        bad.map(|check| {
            let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
            let codes: Vec<String> =
                check["findings"].as_array().into_iter().flatten().map(|finding| text(&finding["code"])).collect();
            format!("{} {}: {}", text(&check["name"]), text(&check["verdict"]), codes.join(" "))
        })
        .collect()
    }
}

#[test]
fn all_is_well_before_and_after_a_deploy_and_nothing_is_changed() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let before = namespace.written()?;
    let first = told(&desk, &[])?;
    assert_eq!(first.troubles(), Vec::<String>::new(), "{:#}", first.report);
    first.ended.ends(0);
    assert_eq!(first.check("pod-security")["message"], "the namespace enforces restricted");
    assert_eq!(first.check("admission")["message"], "the server has rehearsed all 3 objects, and the pod is let in");
    namespace.is_as(&before)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let before = namespace.written()?;
    let after = told(&desk, &[])?;
    assert_eq!(after.troubles(), Vec::<String>::new(), "{:#}", after.report);
    assert_eq!(after.check("leftovers")["message"], "1 environment is here, and nothing of others is left");
    let text = desk.sindri(&["doctor"])?;
    text.ends(0)
        .says("context ")
        .says("good     rights       all that deploy, status, connect, logs, stop and start need");
    namespace.is_as(&before)
}

#[test]
fn a_namespace_that_is_not_there_is_no_trouble() -> Outcome {
    let namespace = Namespace::reserve();
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let told = told(&desk, &[])?;
    assert_eq!(told.troubles(), Vec::<String>::new(), "{:#}", told.report);
    let message = format!("{} does not exist; deploy makes it", namespace.name);
    assert_eq!(told.check("namespace")["message"], json!(message));
    Ok(())
}

#[test]
fn what_is_missing_is_told_at_its_check() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    for (kubernetes, troubles, fix) in [
        ("storageClass: absent", vec!["storage failed: storage-class-missing"], "kubectl get storageclasses"),
        ("secrets: [absent]", vec!["secrets failed: secret-missing"], "kubectl create secret generic absent"),
        (
            "imagePullSecrets: [absent]",
            vec!["pull-secret warning: pull-secret-missing"],
            "kubectl create secret docker-registry",
        ),
        (
            "serviceAccount: absent",
            vec!["pod-security unknown: pod-unrehearsed", "secrets failed: service-account-missing"],
            "kubectl create serviceaccount absent",
        ),
        ("nodeSelector: {moon: dark}", vec!["nodes failed: node-selector"], "kubectl label node"),
        ("security: privileged", vec!["pod-security failed: pod-security"], "security: restricted"),
    ] {
        let desk = Desk::new(&dev(&namespace, "", kubernetes))?;
        let told = told(&desk, &[])?;
        assert_eq!(told.troubles(), troubles, "{kubernetes}: {:#}", told.report);
        let has_failed = troubles.iter().any(|trouble| trouble.contains("failed"));
        told.ended.ends(i32::from(has_failed)).says(fix);
    }
    Ok(())
}

#[test]
fn a_full_quota_is_told_with_and_without_a_configuration() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    namespace.kubectl(&["create", "quota", "tight", "--hard=pods=0"], "")?;
    wait("the quota to be counted", || {
        let used = namespace.field("resourcequota/tight", ".status.used.pods")?;
        if used.is_empty() { Err(Refusal::of("not yet")) } else { Ok(()) }
    })?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let with = told(&desk, &[])?;
    assert_eq!(with.troubles(), ["quota failed: quota-exceeded"], "{:#}", with.report);
    with.ended.ends(1).says("resourcequota/tight").says("1 is missing");
    fs::remove_file(desk.path("sindri.yaml"))?;
    let without = told(&desk, &["--namespace", &namespace.name])?;
    assert_eq!(without.troubles(), ["config warning: not-found", "quota warning: quota-full"], "{:#}", without.report);
    without.ended.ends(0).says("no room for another environment: pods: 0 of 0 is used");
    Ok(())
}

#[test]
fn an_image_that_is_not_there_is_told_and_the_rest_is_looked_at() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let image = shell_image();
    let repository = image.split('@').next().unwrap_or_default().to_owned();
    let file = dev(&namespace, "", "secrets: [absent]").replace(&image, &format!("{repository}:never-made"));
    let told = told(&Desk::new(&file)?, &[])?;
    assert_eq!(told.troubles(), ["secrets failed: secret-missing", "image failed: image-refused"], "{:#}", told.report);
    told.ended.ends(1).says("there is no tag never-made");
    Ok(())
}

#[test]
fn what_is_hidden_by_another_refusal_is_not_called_well() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let range = json!({
        "apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "small"},
        "spec": {"limits": [{"type": "Container", "max": {"memory": "32Mi"}}]},
    });
    namespace.apply(&range.to_string())?;
    let refused = told(&Desk::new(&dev(&namespace, "", ""))?, &[])?;
    assert_eq!(
        refused.troubles(),
        ["pod-security unknown: pod-unrehearsed", "limit-range failed: limit-range"],
        "{:#}",
        refused.report
    );
    let fits = dev(&namespace, "", "").replace("memory: 64MB", "memory: 16MB");
    let fits = told(&Desk::new(&fits)?, &[])?;
    assert_eq!(fits.troubles(), Vec::<String>::new(), "{:#}", fits.report);
    assert_eq!(fits.check("limit-range")["message"], "limitrange/small: the pod is within it");
    Ok(())
}

#[test]
fn a_person_without_rights_is_told_all_that_are_missing() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.acts_as(Some(&format!("nobody-{}", namespace.name)))?;
    let told = told(&desk, &[])?;
    let rights = told.check("rights");
    assert_eq!(rights["verdict"], "failed", "{:#}", told.report);
    let codes: Vec<&str> =
        rights["findings"].as_array().into_iter().flatten().filter_map(|finding| finding["code"].as_str()).collect();
    for code in ["cannot-read", "rights-connect"] {
        assert!(codes.contains(&code), "{codes:?}: {:#}", told.report);
    }
    // Nothing is called well that was not seen.
    for check in ["namespace", "quota", "limit-range", "storage", "nodes", "admission", "leftovers"] {
        assert_eq!(told.check(check)["verdict"], "unknown", "{check}: {:#}", told.report);
    }
    told.ended.ends(1).says("pods/exec").says("ask for a Role in the namespace");
    Ok(())
}

#[test]
fn an_environment_that_does_not_run_is_told_as_status_tells_it() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let usual = dev(&namespace, "", "");
    let own = usual.lines().find(|line| line.starts_with("  command:")).ok_or("no command")?;
    let desk = Desk::new(&usual.replace(own, "  command: [sh, -c, \"exit 3\"]"))?;
    let before = told(&desk, &[])?;
    assert_eq!(before.check("environment")["message"], "it is not deployed");
    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    wait("the program to have failed", || {
        let refusal = |error: Box<dyn std::error::Error>| Refusal::of(&error.to_string());
        let told = told(&desk, &[]).map_err(refusal)?;
        let codes = told.troubles();
        let is_told = codes == ["environment failed: crash-loop"];
        if is_told { Ok(told) } else { Err(Refusal::of(&format!("{codes:?}"))) }
    })?
    .ended
    .ends(1)
    .says("exit code 3");
    desk.sindri(&["stop"])?.ends(0);
    let stopped = told(&desk, &[])?;
    assert_eq!(stopped.check("environment")["message"], "it is stopped");
    stopped.ended.ends(0);
    Ok(())
}

#[test]
fn what_others_have_left_and_locks_of_the_dead_are_told() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let gone = Desk::new(&configuration("gone", "", &format!("namespace: {}", namespace.name)))?;
    gone.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    namespace.kubectl(&["delete", "deployment/gone", "--wait=true"], "")?;
    let lease = json!({
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "sindri-dev", "labels": {"app.kubernetes.io/managed-by": "sindri", "instance": "dev"}},
        "spec": {
            "holderIdentity": "ada@laptop_42_1", "leaseDurationSeconds": 15, "leaseTransitions": 0,
            "acquireTime": "2026-01-01T00:00:00.000000Z", "renewTime": "2026-01-01T00:00:05.000000Z",
        },
    });
    namespace.apply(&lease.to_string())?;
    let before = namespace.written()?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let told = told(&desk, &[])?;
    assert_eq!(told.troubles(), ["leftovers warning: volume-left object-left lock-abandoned"], "{:#}", told.report);
    let destroy = format!("sindri destroy --name gone --namespace {}", namespace.name);
    told.ended
        .ends(0)
        .says(&format!("{destroy} --volumes`"))
        .says(&format!("{destroy}`"))
        .says("service/gone")
        .says("ada@laptop_42_1 was changing the environment");
    namespace.is_as(&before)?;
    // What it says is what mends it.
    gone.sindri(&["destroy", "--name", "gone", "--namespace", &namespace.name, "--volumes", "--yes"])?.ends(0);
    namespace.kubectl(&["delete", "lease/sindri-dev"], "")?;
    assert_eq!(self::told(&desk, &[])?.troubles(), Vec::<String>::new());
    Ok(())
}

#[test]
fn clocks_that_differ_are_told_with_the_difference() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Skewed::new(&dev(&namespace, "", ""))?;
    desk.sindri("+1h", &["doctor"])?.ends(1).says("failed   clock ").says("this machine is 60 min ahead of the server");
    desk.sindri("-40s", &["doctor"])?.ends(0).says("warning  clock ").says("s behind the server");
    Ok(())
}

#[test]
fn a_server_that_is_gone_is_told_and_so_is_the_rest() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let mut kubeconfig: Value = serde_json::from_str(&desk.read("kubeconfig")?)?;
    kubeconfig["clusters"][0]["cluster"]["server"] = json!("https://127.0.0.1:1");
    desk.write("kubeconfig", &kubeconfig.to_string())?;
    let told = told(&desk, &["--timeout", "20s"])?;
    assert_eq!(told.check("server")["verdict"], "failed", "{:#}", told.report);
    assert_eq!(told.check("image")["verdict"], "good", "{:#}", told.report);
    assert_eq!(
        kubectl(&["get", "namespace", &namespace.name, "-o", "name"], "")?,
        format!("namespace/{}\n", namespace.name)
    );
    Ok(())
}
