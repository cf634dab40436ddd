//! How an environment is, said by one look at the cluster: in every phase of its life, and to those who may not see it.

use std::io::{BufRead as _, BufReader};

use serde_json::{Value, json};

use crate::support::{Desk, Namespace, Outcome, Refusal, dev, kubectl, wait};

/// What `status -o json` answers, held to its schema.
fn status(desk: &Desk, arguments: &[&str]) -> Outcome<Value> {
    let ended = desk.sindri(&[&["status", "-o", "json"], arguments].concat())?;
    let document: Value =
        serde_json::from_str(&ended.ends(0).said).map_err(|error| format!("{error}: {}", ended.said))?;
    let schema: Value = serde_json::from_str(include_str!("../../schemas/status.schema.json"))?;
    let wrong: Vec<String> =
        jsonschema::draft202012::new(&schema)?.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}: {document:#}");
    Ok(document)
}

/// Waits until `status` says so, and gives what it said.
fn until(desk: &Desk, what: &str, is_so: impl Fn(&Value) -> bool) -> Outcome<Value> {
    wait(what, || {
        let seen = status(desk, &[]).map_err(|error| Refusal::of(&error.to_string()))?;
        if is_so(&seen) { Ok(seen) } else { Err(Refusal::of(&format!("{seen:#}"))) }
    })
}

#[test]
fn every_phase_of_a_life_is_told_with_its_exit_code() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["status", "--exit-code"])?.ends(10).says("dev is not deployed");

    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let ready = status(&desk, &["--exit-code"])?;
    assert_eq!((&ready["phase"], &ready["reason"], &ready["drift"]), (&json!("ready"), &Value::Null, &json!([])));
    assert_eq!(ready["applied"]["matches_file"], json!(true), "{ready:#}");
    assert_eq!(ready["volume"]["claim"], json!("dev-home-pvc"), "{ready:#}");
    assert_eq!(ready["volume"]["state"], json!("Bound"), "{ready:#}");
    assert_eq!(ready["address"]["host"], json!(format!("dev.{}.svc", namespace.name)), "{ready:#}");
    assert_eq!(ready["pod"]["restarts"], json!(0), "{ready:#}");
    assert!(ready["pod"]["node"].is_string() && ready["age_seconds"].is_u64(), "{ready:#}");
    desk.sindri(&["status"])?.ends(0).says("dev is ready").says("volume    dev-home-pvc, 10Gi").says("applied   by ");

    // Another file: what runs is what was deployed.
    desk.write("sindri.yaml", &dev(&namespace, "env: {A: b}", ""))?;
    assert_eq!(status(&desk, &[])?["applied"]["matches_file"], json!(false));
    desk.sindri(&["status"])?.says("the file has changed since: `sindri plan` shows what it would do");
    desk.write("sindri.yaml", &dev(&namespace, "", ""))?;

    desk.sindri(&["stop"])?.ends(0).says("dev is stopped; its volume is kept");
    let stopped = status(&desk, &[])?;
    assert_eq!((&stopped["phase"], &stopped["pod"]), (&json!("stopped"), &Value::Null), "{stopped:#}");
    assert_eq!(stopped["stopped"]["by"], ready["applied"]["by"], "{stopped:#}");
    assert!(stopped["stopped"]["age_seconds"].as_i64().is_some_and(|seconds| seconds < 60), "{stopped:#}");
    desk.sindri(&["status", "--exit-code"])?.ends(13).says("stopped   by ");
    desk.sindri(&["plan"])?.ends(0).says("No changes").says("`sindri start` starts it");

    desk.sindri(&["start"])?.ends(0).says("dev is ready: pod/dev-");
    assert_eq!(status(&desk, &[])?["stopped"], Value::Null);

    namespace.kubectl(&["set", "env", "deployment/dev", "SOMETHING=else"], "")?;
    let drifted = until(&desk, "the change to be there", |seen| seen["phase"] == "drifted")?;
    let drift = &drifted["drift"][0];
    assert_eq!(drift["object"], json!("deployment/dev"), "{drifted:#}");
    assert!(drift["field"].as_str().is_some_and(|field| field.contains("SOMETHING")), "{drifted:#}");
    assert!(drift["manager"].is_string() && drift["at"].is_string(), "{drifted:#}");
    desk.sindri(&["status", "--exit-code"])?.ends(14).says("dev is drifted").says("was changed by kubectl");

    namespace.kubectl(&["delete", "deployment", "dev"], "")?;
    let gone = until(&desk, "it to be gone", |seen| seen["phase"] == "not-deployed" && seen["pod"].is_null())?;
    assert_eq!(gone["reason"]["message"], json!("its volume is kept: `sindri deploy` uses it again"), "{gone:#}");
    Ok(())
}

#[test]
fn what_does_not_run_is_told_with_its_cause_and_what_mends_it() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let command = file.lines().find(|line| line.starts_with("  command:")).ok_or("no command")?;
    let crashing = file.replace(command, "  command: [sh, -c, \"echo the last words; exit 3\"]");
    let desk = Desk::new(&crashing)?;
    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    let seen =
        until(&desk, "it to fail", |seen| seen["phase"] == "crash-looping" && seen["reason"]["log"] != json!([]))?;
    assert_eq!(seen["reason"]["code"], json!("crash-loop"), "{seen:#}");
    assert_eq!(seen["reason"]["log"], json!(["the last words"]), "{seen:#}");
    desk.sindri(&["status", "--exit-code"])?
        .ends(12)
        .says("fails with exit code 3")
        .says("    the last words")
        .says("fix: ");

    // No node has so much memory, or any GPU.
    let huge = file.replace("memory: 64MB", "memory: 900TB").replace("memory: 8MB", "memory: 900TB");
    desk.write("sindri.yaml", &huge)?;
    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    let seen =
        until(&desk, "no node to be found", |seen| seen["phase"] == "pending" && seen["reason"]["code"].is_string())?;
    assert_eq!(seen["reason"]["code"], json!("unschedulable"), "{seen:#}");
    assert!(seen["pod"]["node"].is_null(), "{seen:#}");
    desk.sindri(&["status", "--exit-code"])?
        .says("dev is pending")
        .says("no node can take the pod")
        .says("fix: ask for less");
    Ok(())
}

#[test]
fn whoever_may_see_nothing_is_told_so_and_whoever_may_use_it_sees_it() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", "rbac: {users: [ada]}"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);

    desk.acts_as(Some("nobody"))?;
    let ended = desk.sindri(&["status", "--exit-code"])?;
    ended.ends(16).says("dev is unknown").says("this account may not see how it is").says("fix: ask for the right");
    desk.sindri(&["stop"])?.ends(1).says("cannot get deployment/dev");
    desk.sindri(&["list"])?.ends(1).says("cannot list environments");

    // The role of `rbac` is enough to see it, to stop it and to start it again.
    desk.acts_as(Some("ada"))?;
    assert_eq!(status(&desk, &[])?["phase"], json!("ready"));
    desk.sindri(&["stop"])?.ends(0).says("dev is stopped");
    let stopped = status(&desk, &[])?;
    // The right to scale is no right to write down who did it.
    assert_eq!((&stopped["phase"], &stopped["stopped"]["by"]), (&json!("stopped"), &Value::Null), "{stopped:#}");
    desk.sindri(&["start"])?.ends(0).says("dev is ready");
    Ok(())
}

#[test]
#[ignore = "needs the metrics API: by tests/run"]
fn what_it_uses_is_told_where_the_metrics_api_is() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let seen = until(&desk, "the first numbers", |seen| !seen["pod"]["usage"].is_null())?;
    let usage = &seen["pod"]["usage"];
    let memory = usage["memory_bytes"].as_i64().unwrap_or_default();
    assert!(usage["cpu_millis"].is_i64() && (4096..64 << 20).contains(&memory), "{usage}");
    assert_eq!((&usage["cpu_limit"], &usage["memory_limit"]), (&json!("200m"), &json!("64Mi")));
    desk.sindri(&["status"])?.ends(0).says("memory");
    Ok(())
}

#[test]
fn every_change_is_told_while_it_is_watched() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let mut watch = desk.start(&["status", "--watch"])?;
    let mut lines = BufReader::new(watch.stdout.take().ok_or("no output")?).lines();
    let mut seen = Vec::new();
    let mut until = |end: &str| -> Outcome {
        loop {
            let line = lines.next().ok_or_else(|| format!("it ended before `{end}`: {seen:?}"))??;
            let (time, told) = line.split_once(' ').ok_or("no time")?;
            assert!(time.ends_with('Z'), "{line}");
            assert_ne!(seen.last().map(String::as_str), Some(told), "told twice");
            seen.push(told.to_owned());
            if told.contains(end) {
                return Ok(());
            }
        }
    };
    until("dev is not deployed")?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    until("dev is ready: pod/dev-")?;
    desk.sindri(&["stop"])?.ends(0);
    until("dev is stopped")?;
    namespace.kubectl(&["delete", "deployment", "dev"], "")?;
    until("dev is not deployed")?;
    watch.kill()?;
    watch.wait()?;
    Ok(())
}

#[test]
fn on_a_terminal_the_page_is_drawn_again() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    let mut terminal = desk.terminal(&["status", "--watch"])?;
    terminal.exp_string("dev is not deployed")?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    terminal.exp_string("\u{1b}[J")?;
    terminal.exp_string("dev is ready")?;
    terminal.send_control('c')?;
    terminal.exp_eof()?;
    Ok(())
}

#[test]
fn every_environment_is_listed_and_nothing_else() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["list"])?.ends(0).says("there are no environments in the namespace");
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let other = dev(&namespace, "", "").replace("name: dev\n", "name: other\n");
    desk.write("other.yaml", &other)?;
    desk.sindri(&["deploy", "--yes", "-f", "other.yaml"])?.ends(0);
    desk.sindri(&["stop", "--name", "other", "-n", &namespace.name])?.ends(0);
    // Somebody else's, and a volume that was kept.
    namespace.kubectl(&["create", "deployment", "foreign", "--image=nowhere.example/nothing"], "")?;
    let kept = dev(&namespace, "", "").replace("name: dev\n", "name: kept\n");
    desk.write("kept.yaml", &kept)?;
    desk.sindri(&["deploy", "--yes", "-f", "kept.yaml"])?.ends(0);
    namespace.kubectl(&["delete", "deployment,service", "kept"], "")?;

    let ended = desk.sindri(&["list", "-o", "json", "--quiet"])?;
    let document: Value = serde_json::from_str(&ended.ends(0).said)?;
    let schema: Value = serde_json::from_str(include_str!("../../schemas/environments.schema.json"))?;
    assert!(jsonschema::draft202012::is_valid(&schema, &document), "{document:#}");
    let rows = document["environments"].as_array().ok_or("no list")?;
    let short: Vec<_> = rows.iter().map(|row| format!("{} {}", row["environment"], row["phase"])).collect();
    assert_eq!(short, [r#""dev" "ready""#, r#""kept" "not-deployed""#, r#""other" "stopped""#], "{document:#}");
    desk.sindri(&["list", "-o", "name"])?.ends(0);
    let everywhere = desk.sindri(&["ls", "-A", "-o", "name"])?;
    everywhere.ends(0).says(&format!("{}/dev\n", namespace.name));
    let wide = desk.sindri(&["list", "-o", "wide"])?;
    wide.ends(0).says("NAME").says("NODE").says("APPLIED BY").hides("foreign");
    let node = kubectl(&["get", "nodes", "-o", "jsonpath={.items[0].metadata.name}"], "")?;
    wide.says(&node);
    // What runs is known from two lists; what does not from four.
    desk.sindri(&["list", "-v"])?.ends(0).says("2 requests");
    namespace.kubectl(&["scale", "deployment/other", "--replicas=1"], "")?;
    wait("four requests", || {
        let ended = desk.sindri(&["list", "-v"]).map_err(|error| Refusal::of(&error.to_string()))?;
        if ended.said.contains("4 requests") || ended.said.matches("ready").count() == 2 {
            Ok(())
        } else {
            Err(Refusal::of(&ended.said))
        }
    })?;
    Ok(())
}
