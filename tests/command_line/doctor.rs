//! `sindri doctor` where there is no cluster: what can be looked at is, and the rest is said not to be.

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::run::{Folder, INVALID, Outcome, Run, VALID, let_run};

/// About to run on a machine that has these programs and no others, and no kubeconfig.
fn doctor(folder: &Folder, programs: &[(&str, &str)], arguments: &[&str]) -> Result<Run, Box<dyn std::error::Error>> {
    folder.write("programs/.keep", "")?;
    for (name, script) in programs {
        let place = folder.write(format!("programs/{name}"), format!("#!/bin/sh\n{script}\n"))?;
        let_run(&place)?;
    }
    let run = folder.sindri([&["doctor"], arguments].concat()).variable("HOME", "/nowhere").variable("COLUMNS", "200");
    Ok(run.variable("PATH", folder.path().join("programs")))
}

#[test]
fn without_anything_it_says_what_to_begin_with() -> Outcome {
    let folder = Folder::new()?;
    assert_data_eq!(
        doctor(&folder, &[], &[])?.end()?.to_string(),
        str![[r#"
exit code 1
--- standard output
No cluster can be asked. What needs none is looked at.

warning  config       there is none
    ! sindri.yaml: there is no `sindri.yaml` in this folder or above it
      fix: write one with `sindri init`, or name one with `--file`
failed   kubeconfig   it is not clear which cluster is meant
    ! kubeconfig: no kubeconfig was found in /nowhere/.kube/config
      fix: name one with `--kubeconfig FILE`, or set KUBECONFIG; for a cluster on this machine: `sindri k8s create`
skipped  server, clock, rights, namespace, pod-security, quota, limit-range, storage, nodes, secrets, pull-secret, admission, leftovers, environment: no cluster answers
skipped  image        there is no configuration
warning  docker       it is not there to be used
    ! docker: it is not installed; clusters on this machine need it
      fix: install it: `sudo apt install docker.io`, or see https://docs.docker.com/engine/install
warning  kind         it is not installed
    ! kind: neither kind nor k3d is installed, and there is no cluster: one of them makes one on this machine
      fix: `sindri k8s install kind`, or `sindri k8s install k3d`
skipped  k3d          it is not installed; it makes clusters on this machine

20 checks: 1 failed, 3 warning, 16 skipped.
--- standard error
error: 1 check has failed

"#]]
    );
    Ok(())
}

#[test]
fn the_problems_of_the_configuration_are_told_with_their_places() -> Outcome {
    let folder = Folder::with(INVALID)?;
    let ended = doctor(&folder, &[], &[])?.end()?;
    assert_eq!(ended.code, Some(1));
    for part in [
        "failed   config       sindri.yaml is not valid\n    ! sindri.yaml:5:3: ",
        "skipped  image        there is no configuration\n",
    ] {
        assert!(ended.data.contains(part), "{part}\n{}", ended.data);
    }
    assert!(ended.said.ends_with("error: 2 checks have failed\n"), "{}", ended.said);
    Ok(())
}

#[test]
fn programs_that_make_clusters_are_told_with_their_versions() -> Outcome {
    let folder = Folder::new()?;
    let programs = [
        ("docker", "echo 28.5.1"),
        ("kind", "echo 'kind v0.32.0 go1.26.3 linux/amd64'"),
        ("k3d", "echo 'k3d version v5.9.0'; echo 'k3s version v1.33.4-k3s1 (default)'"),
    ];
    let ended = doctor(&folder, &programs, &[])?.end()?;
    for part in [
        "good     docker       version 28.5.1\n",
        "good     kind         version 0.32.0\n",
        "good     k3d          version 5.9.0\n",
    ] {
        assert!(ended.data.contains(part), "{part}\n{}", ended.data);
    }
    let silent = [("docker", "echo 'Cannot connect to the Docker daemon.' >&2; exit 1"), ("kind", "exit 3")];
    let ended = doctor(&folder, &silent, &[])?.end()?;
    for part in [
        "warning  docker ",
        "its daemon does not answer: Cannot connect to the Docker daemon.; clusters on this machine need it\n",
        "fix: start it with `sudo systemctl start docker`",
        "warning  kind ",
        "it does not say its version (exit status: 3)",
    ] {
        assert!(ended.data.contains(part), "{part}\n{}", ended.data);
    }
    Ok(())
}

#[test]
fn a_program_is_told_the_same_checks_whatever_there_is() -> Outcome {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/doctor.schema.json"))?;
    let validator = jsonschema::draft202012::new(&schema)?;
    let mut all = Vec::new();
    for text in [None, Some(INVALID)] {
        let folder = text.map_or_else(Folder::new, Folder::with)?;
        let ended = doctor(&folder, &[], &["-o", "json"])?.end()?;
        assert_eq!(ended.code, Some(1));
        let report: Value = serde_json::from_str(&ended.data)?;
        let wrong: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}: {report:#}");
        assert_eq!((&report["healthy"], &report["cluster"]), (&Value::Bool(false), &Value::Null));
        let checks = report["checks"].as_array().ok_or("no checks")?;
        all.push(checks.iter().map(|check| check["name"].clone()).collect::<Vec<_>>());
        let yaml = doctor(&folder, &[], &["-o", "yaml"])?.end()?;
        assert!(yaml.data.contains("healthy: false\n"), "{}", yaml.data);
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0].len(), 20);
    Ok(())
}

#[test]
fn a_server_that_does_not_answer_is_told_and_the_rest_is_looked_at() -> Outcome {
    let folder = Folder::with(&VALID.replace("ghcr.io", "127.0.0.1:1"))?;
    folder.write(
        "kubeconfig",
        "apiVersion: v1\nkind: Config\ncurrent-context: dev\nclusters:\n- name: dev\n  cluster: {server: 'http://127.0.0.1:1'}\n\
         contexts:\n- name: dev\n  context: {cluster: dev}\n",
    )?;
    let ended = doctor(&folder, &[], &["--kubeconfig", "kubeconfig", "--timeout", "20s"])?.end()?;
    assert_eq!(ended.code, Some(1), "{ended}");
    for part in [
        "No cluster can be asked.",
        "good     kubeconfig   the context dev",
        "failed   server       it cannot be asked\n    ! http://127.0.0.1:1: ",
        "      fix: ",
        // The digest is certain; whether the registry has it is not.
        "unknown  image        127.0.0.1:1/org/dev@sha256:",
    ] {
        assert!(ended.data.contains(part), "{part}\n{ended}");
    }
    Ok(())
}
