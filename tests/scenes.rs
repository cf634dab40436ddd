//! What is said about workloads that do not run: each scene was taken from a real cluster by bringing the situation up there.
//!
//! `tests/scenes/expected.txt` holds what is said about each; `SINDRI_OVERWRITE=1 cargo test --test scenes` writes it anew.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sindri::kubernetes::diagnose::{State, diagnose, refused_pod};
use sindri::kubernetes::{Rehearsal, Scene};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const FOLDER: &str = "tests/scenes";

fn read(name: &str) -> Outcome<Value> {
    Ok(serde_json::from_str(&fs::read_to_string(Path::new(FOLDER).join(format!("{name}.json")))?)?)
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn scene(taken: &Value) -> Scene {
    let one = |value: &Value| Some(value.clone()).filter(|value| !value.is_null());
    Scene {
        context: None,
        namespace: "team".to_owned(),
        deployment: one(&taken["deployment"]),
        replica_sets: Some(list(&taken["replica_sets"])),
        pods: list(&taken["pods"]),
        claim: one(&taken["claim"]),
        events: list(&taken["events"]),
        rehearsal: None,
    }
}

fn now(taken: &Value) -> Outcome<i64> {
    Ok(taken["now"].as_str().ok_or("a scene has a time")?.parse::<jiff::Timestamp>()?.as_second())
}

fn seen(taken: &Value) -> Outcome<State> {
    Ok(diagnose(&scene(taken), Some(now(taken)?)))
}

fn told(state: &State) -> String {
    match state {
        State::Absent => "absent".to_owned(),
        State::Stopped => "stopped".to_owned(),
        State::Ready(running) => format!("ready: {} on {}", running.pod, running.node.as_deref().unwrap_or("?")),
        State::Progressing(phase) => format!("progressing: {phase}"),
        State::Stuck(trouble) => {
            let heals = if trouble.heals { "may pass" } else { "final" };
            let mut text = format!(
                "stuck ({heals}): {}\n  about: {}\n  why: {}\n  do: {}",
                trouble.code, trouble.about, trouble.message, trouble.advice
            );
            if let Some(event) = &trouble.event {
                text.push_str(&format!("\n  said: {} {}: {}", event.about, event.reason, event.message));
            }
            if let Some(log) = &trouble.log {
                let which = if log.previous { "previous " } else { "" };
                text.push_str(&format!("\n  log: {which}{}/{}", log.pod, log.container));
            }
            text
        }
    }
}

/// After a refusal the cluster lets up to 16 minutes pass; whoever made room meanwhile is not told what was true before.
#[test]
fn a_refusal_of_before_counts_only_as_long_as_the_pod_would_be_refused_again() -> Outcome {
    let taken = read("quota")?;
    let mut scene = scene(&taken);
    let refused = refused_pod(&scene).ok_or("no pod was refused")?;
    assert_eq!(refused.pod["spec"], taken["replica_sets"][0]["spec"]["template"]["spec"]);
    assert_eq!(refused.pod["metadata"]["namespace"], json!("team"));
    let mut said = |maker: &str, after: &str, refusal: Option<&str>| {
        let refusal = refusal.map(str::to_owned);
        scene.rehearsal = Some(Rehearsal { maker: maker.to_owned(), after: after.to_owned(), refusal });
        Ok::<_, Box<dyn Error>>(told(&diagnose(&scene, Some(now(&taken)?))))
    };
    assert_eq!(
        said(&refused.maker, &refused.after, None)?,
        "progressing: waiting for the cluster to try again: its pod was refused, and would be let in now; that takes up \
         to 16 min, or at once with `sindri restart --name dev -n team`"
    );
    let other = "pods \"dev-1\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation";
    let stuck = said(&refused.maker, &refused.after, Some(other))?;
    assert!(stuck.starts_with("stuck (final): pod-security\n"), "{stuck}");
    assert!(stuck.contains("why: no pod is made: violates PodSecurity"), "{stuck}");
    // It was refused once more after the question, or the answer is about another one.
    for (maker, after) in [(refused.maker.as_str(), "a/1"), ("another", refused.after.as_str())] {
        let stuck = said(maker, after, None)?;
        assert!(stuck.starts_with("stuck (final): quota-exceeded\n"), "{stuck}");
    }
    Ok(())
}

#[test]
fn a_pod_that_was_made_was_not_refused() -> Outcome {
    for name in ["ready", "starting", "exits-7", "replacing"] {
        assert_eq!(refused_pod(&scene(&read(name)?)), None, "{name}");
    }
    Ok(())
}

#[test]
fn what_another_deployment_has_is_not_taken_for_ours() -> Outcome {
    let taken = read("ready")?;
    assert!(matches!(seen(&taken)?, State::Ready(_)));
    for of in ["replica_sets", "pods"] {
        let mut foreign = taken.clone();
        for object in foreign[of].as_array_mut().ok_or("no list")? {
            object["metadata"]["ownerReferences"][0]["uid"] = json!("another");
        }
        let state = seen(&foreign)?;
        assert!(!matches!(state, State::Ready(_)), "{of}: {}", told(&state));
    }
    Ok(())
}

#[test]
fn every_scene_of_a_real_cluster_is_diagnosed_as_it_was_meant() -> Outcome {
    let mut names = Vec::new();
    for entry in fs::read_dir(FOLDER)? {
        let name = entry?.file_name();
        names.extend(name.to_str().and_then(|name| name.strip_suffix(".json")).map(str::to_owned));
    }
    names.sort();
    assert!(names.len() > 30, "only {} scenes were found", names.len());
    let mut said = String::new();
    for name in names {
        writeln!(said, "{name}\n  {}\n", told(&seen(&read(&name)?)?).replace('\n', "\n  "))?;
    }
    let path = Path::new(FOLDER).join("expected.txt");
    if std::env::var_os("SINDRI_OVERWRITE").is_some() {
        fs::write(&path, &said)?;
    }
    snapbox::assert_data_eq!(said, snapbox::Data::read_from(&path, None).raw());
    Ok(())
}

#[test]
fn what_the_status_says_of_an_older_generation_is_not_believed() -> Outcome {
    let mut taken = read("ready")?;
    taken["deployment"]["metadata"]["generation"] = json!(2);
    assert_eq!(told(&seen(&taken)?), "progressing: waiting for its pod to be made");
    Ok(())
}

#[test]
fn the_trouble_of_a_pod_of_before_is_not_the_trouble_of_now() -> Outcome {
    let mut taken = read("secret-missing")?;
    // The configuration is mended: the controller has seen it, and has not ended the pod of before yet.
    taken["deployment"]["metadata"]["generation"] = json!(2);
    taken["deployment"]["status"]["observedGeneration"] = json!(2);
    taken["deployment"]["status"]["updatedReplicas"] = json!(0);
    taken["deployment"]["spec"]["template"]["spec"]["containers"][0]["envFrom"] = json!([]);
    let pod = taken["pods"][0]["metadata"]["name"].clone();
    let expected = format!("progressing: waiting for the old pod {} to end", pod.as_str().unwrap_or_default());
    assert_eq!(told(&seen(&taken)?), expected);
    taken["pods"][0]["metadata"]["deletionTimestamp"] = taken["now"].clone();
    assert_eq!(told(&seen(&taken)?), expected);
    Ok(())
}

#[test]
fn a_pod_that_should_have_ended_long_ago_is_a_trouble() -> Outcome {
    let mut taken = read("replacing")?;
    taken["pods"][0]["metadata"]["deletionTimestamp"] = json!("2026-11-20T10:00:00Z");
    let State::Stuck(trouble) = seen(&taken)? else { return Err("it is not stuck".into()) };
    assert_eq!((trouble.code, trouble.heals), ("pod-does-not-end", true));
    Ok(())
}

#[test]
fn a_pod_that_ends_is_not_ready_whatever_it_says() -> Outcome {
    let mut taken = read("ready")?;
    taken["pods"][0]["metadata"]["deletionTimestamp"] = taken["now"].clone();
    assert!(told(&seen(&taken)?).starts_with("progressing: waiting for the old pod"), "{}", told(&seen(&taken)?));
    Ok(())
}

#[test]
fn a_pod_deleted_underneath_is_waited_for_again() -> Outcome {
    let mut taken = read("ready")?;
    taken["pods"] = json!([]);
    taken["deployment"]["status"]["availableReplicas"] = json!(0);
    assert_eq!(told(&seen(&taken)?), "progressing: waiting for its pod to be made");
    Ok(())
}

#[test]
fn a_container_that_failed_is_believed_after_ten_seconds() -> Outcome {
    let mut taken = read("ready")?;
    let status = &mut taken["pods"][0]["status"]["containerStatuses"][0];
    status["restartCount"] = json!(1);
    status["lastState"] = json!({"terminated": {"exitCode": 7, "reason": "Error"}});
    let started = status["state"]["running"]["startedAt"].as_str().ok_or("it runs")?.parse::<jiff::Timestamp>()?;
    let after = |seconds: i64| told(&diagnose(&scene(&taken), Some(started.as_second() + seconds)));
    assert!(after(9).contains("crash-loop"), "{}", after(9));
    assert!(after(10).starts_with("ready: "), "{}", after(10));
    assert!(told(&diagnose(&scene(&taken), None)).contains("crash-loop"), "an unknown time proves nothing");
    Ok(())
}

#[test]
fn a_quota_that_a_pod_of_before_still_holds_may_become_free() -> Outcome {
    let mut taken = read("quota")?;
    assert!(told(&seen(&taken)?).starts_with("stuck (final): quota-exceeded"));
    let mut before = taken["replica_sets"][0].clone();
    before["metadata"]["uid"] = json!("before");
    before["spec"]["template"]["spec"]["containers"][0]["image"] = json!("before");
    taken["replica_sets"].as_array_mut().ok_or("there are sets")?.push(before);
    assert!(told(&seen(&taken)?).starts_with("stuck (may pass): quota-exceeded"));
    Ok(())
}

#[test]
fn what_passes_by_itself_is_not_final() -> Outcome {
    for (message, expected) in [
        ("status unknown for quota: team, resources: limits.memory", "may pass): quota-unknown"),
        ("serviceaccount \"default\" not found", "may pass): service-account-missing"),
        ("Internal error occurred: failed calling webhook \"a.b\": timeout", "may pass): webhook-unavailable"),
        ("admission webhook \"a.b\" denied the request: no", "final): pod-refused"),
        (
            "unable to create new content in namespace team because it is being terminated",
            "final): namespace-terminating",
        ),
        ("etcdserver: request timed out", "may pass): pod-not-made"),
    ] {
        let mut taken = read("quota")?;
        let conditions = json!([{"type": "ReplicaFailure", "status": "True", "message": message}]);
        taken["replica_sets"][0]["status"]["conditions"] = conditions;
        let said = told(&seen(&taken)?);
        assert!(said.contains(expected), "{message}\n{said}");
    }
    Ok(())
}

#[test]
fn without_the_right_to_see_replica_sets_the_deployment_says_why() -> Outcome {
    let taken = read("quota")?;
    let mut scene = scene(&taken);
    scene.replica_sets = None;
    let said = told(&diagnose(&scene, None));
    assert!(said.contains("quota-exceeded") && said.contains("about: deployment/dev"), "{said}");
    Ok(())
}

#[test]
fn a_cluster_that_makes_a_new_node_is_waited_for() -> Outcome {
    let mut taken = read("unschedulable-size")?;
    let pod = &taken["pods"][0]["metadata"];
    let event = json!({
        "involvedObject": {"kind": "Pod", "name": pod["name"], "uid": pod["uid"]},
        "type": "Normal", "reason": "TriggeredScaleUp", "message": "pod triggered scale-up",
    });
    taken["events"].as_array_mut().ok_or("there are events")?.push(event);
    assert_eq!(told(&seen(&taken)?), "progressing: waiting for a new node of the cluster");
    Ok(())
}

#[test]
fn an_image_that_is_pulled_is_named() -> Outcome {
    let mut taken = read("starting")?;
    let pod = &taken["pods"][0]["metadata"];
    let event = json!({
        "involvedObject": {"kind": "Pod", "name": pod["name"], "uid": pod["uid"]}, "lastTimestamp": taken["now"],
        "type": "Normal", "reason": "Pulling", "message": "Pulling image \"registry.example/dev:1\"",
    });
    taken["events"].as_array_mut().ok_or("there are events")?.push(event);
    assert_eq!(told(&seen(&taken)?), "progressing: pulling registry.example/dev:1");
    Ok(())
}

#[test]
fn a_stopped_environment_is_stopped_only_when_its_pod_is_gone() -> Outcome {
    let mut taken = read("ready")?;
    taken["deployment"]["spec"]["replicas"] = json!(0);
    assert!(told(&seen(&taken)?).starts_with("progressing: waiting for the pod "));
    taken["pods"] = json!([]);
    assert_eq!(told(&seen(&taken)?), "stopped");
    Ok(())
}

#[test]
fn a_context_is_part_of_the_command_to_type() -> Outcome {
    let mut scene = scene(&read("secret-missing")?);
    scene.context = Some("my cluster".to_owned());
    let said = told(&diagnose(&scene, None));
    assert!(said.contains("`kubectl --context 'my cluster' -n team create secret generic team-secrets"), "{said}");
    Ok(())
}

#[test]
fn a_claim_that_only_the_scheduler_does_not_see_is_not_said_to_be_missing() -> Outcome {
    let mut taken = read("claim-missing")?;
    taken["claim"] = json!({
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "old-home", "uid": "1"},
        "status": {"phase": "Bound"},
    });
    assert_eq!(told(&seen(&taken)?), "progressing: waiting for a node");
    Ok(())
}
