//! What a program is told of a deploy, however it ends.

use std::io::Read as _;
use std::process::{Child, Command};

use serde_json::{Value, json};

use crate::support::{Desk, Namespace, Outcome, dev, wait};

/// One document on standard output that keeps to its schema and says the exit code; what was said besides.
pub(crate) fn read(mut child: Child) -> Outcome<(Value, String)> {
    let (mut data, mut said) = (String::new(), String::new());
    child.stdout.take().ok_or("no output")?.read_to_string(&mut data)?;
    child.stderr.take().ok_or("no errors")?.read_to_string(&mut said)?;
    let code = child.wait()?.code();
    let document: Value = serde_json::from_str(&data).map_err(|error| format!("{error}: {data}\n{said}"))?;
    let schema: Value = serde_json::from_str(include_str!("../../schemas/outcome.schema.json"))?;
    let wrong: Vec<String> =
        jsonschema::draft202012::new(&schema)?.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}: {document:#}");
    assert_eq!(document["exit_code"], json!(code), "{document:#}\n{said}");
    Ok((document, said))
}

fn deploy(desk: &Desk, arguments: &[&str]) -> Outcome<Value> {
    Ok(read(desk.start(&[&["deploy", "-o", "json"], arguments].concat())?)?.0)
}

/// How it ended, whether it runs, and what was done: `created` and so on, by kind.
fn short(document: &Value) -> String {
    let applied = document["applied"].as_array().into_iter().flatten();
    let applied = applied.map(|done| {
        let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        format!(" {} {}", text(&done["action"]), text(&done["object"]["kind"]))
    });
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!("{} {}:{}", text(&document["result"]), text(&document["readiness"]["state"]), applied.collect::<String>())
}

#[test]
fn a_program_is_told_what_was_done_and_whether_it_runs() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let desk = Desk::new(&file)?;

    let rehearsed = deploy(&desk, &["--dry-run"])?;
    assert_eq!(short(&rehearsed), "planned unknown:");
    let unasked = deploy(&desk, &[])?;
    assert_eq!(short(&unasked), "failed unknown:");
    assert_eq!(unasked["error"]["hint"], "answer with `--yes`");
    assert_eq!(unasked["plan"], rehearsed["plan"]);

    let first = deploy(&desk, &["--yes"])?;
    assert_eq!(short(&first), "done ready: create PersistentVolumeClaim create Service create Deployment");
    assert!(first["readiness"]["pod"].as_str().is_some_and(|pod| pod.starts_with("dev-")), "{first:#}");
    assert!(first["readiness"]["node"].is_string() && first["applied_at"].is_string(), "{first:#}");
    let seconds = |key: &str| first["seconds"][key].as_f64().unwrap_or(-1.0);
    assert!(seconds("applying") > 0.0 && seconds("waiting") > 0.0, "{first:#}");
    assert!(seconds("total") >= seconds("applying") + seconds("waiting"), "{first:#}");
    assert_eq!(first["error"], Value::Null);

    assert_eq!(short(&deploy(&desk, &["--yes"])?), "unchanged ready:");
    desk.write("sindri.yaml", &file.replace("cpus: 0.2", "cpus: 0.3"))?;
    assert_eq!(short(&deploy(&desk, &["--yes", "--no-wait"])?), "done unawaited: update Deployment");
    namespace.kubectl(&["scale", "deployment/dev", "--replicas=0"], "")?;
    assert_eq!(short(&deploy(&desk, &["--yes"])?), "unchanged stopped:");

    desk.sindri(&["deploy", "--yes", "-o", "yaml", "--quiet"])?
        .ends(0)
        .says("result: unchanged")
        .says("format_version: \"1\"");
    Ok(())
}

#[test]
fn a_program_is_told_why_it_does_not_run() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "");
    let (before, after) = file.split_once("command: ").ok_or("no command")?;
    let (_, after) = after.split_once('\n').ok_or("no line")?;
    let desk = Desk::new(&format!("{before}command: [sh, -c, \"echo no space left; exit 7\"]\n{after}"))?;
    let failed = deploy(&desk, &["--yes"])?;
    assert_eq!(short(&failed), "failed unready: create PersistentVolumeClaim create Service create Deployment");
    let trouble = &failed["readiness"]["trouble"];
    assert_eq!((&trouble["code"], &trouble["log"]), (&json!("crash-loop"), &json!(["no space left"])), "{failed:#}");
    assert!(trouble["message"].as_str().is_some_and(|message| message.contains("exit code 7")), "{failed:#}");
    assert!(failed["error"]["message"].as_str().is_some_and(|message| message.contains("does not become ready")));
    Ok(())
}

#[test]
fn a_program_is_told_how_far_it_came_when_it_is_interrupted() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    // An image that nobody has is waited for.
    let file = dev(&namespace, "", "")
        .replace(&crate::support::shell_image(), &format!("nowhere.invalid/x@sha256:{}", "0".repeat(64)));
    let desk = Desk::new(&file)?;
    let child = desk.start(&["deploy", "--yes", "-o", "json"])?;
    wait("the last object", || namespace.kubectl(&["get", "deployment/dev"], "").map(|_| ()))?;
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status()?.success());
    let (document, _) = read(child)?;
    assert_eq!(short(&document), "interrupted unknown: create PersistentVolumeClaim create Service create Deployment");
    assert_eq!(document["exit_code"], 130);
    Ok(())
}
