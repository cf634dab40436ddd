//! What people do to an environment with kubectl, and that `tests/drift/` holds what a server makes of it.
//!
//! `SINDRI_OVERWRITE=1` records every case anew.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::{env, fs, thread};

use serde_json::{Value, json};
use sindri::kubernetes::{Mode, Request, Session};
use sindri::names::{Kind, ObjectId};
use sindri::plan::{Conflict, Drift, drift};

use crate::lock::session;
use crate::support::{Namespace, Outcome, configuration, render, shell_image};

/// A name, an object of the environment `a`, whether the environment runs first, and what is done with kubectl.
struct Case(&'static str, Kind, bool, &'static [&'static str]);

/// A `~` is a space inside of an argument.
const CASES: &[Case] = &[
    Case("untouched", Kind::Deployment, false, &[]),
    Case("running", Kind::Deployment, true, &[]),
    Case("bound-volume", Kind::PersistentVolumeClaim, true, &[]),
    Case("edited", Kind::Deployment, false, &["edit deployment/a"]),
    Case("limit-set", Kind::Deployment, false, &["set resources deployment/a --limits=memory=128Mi"]),
    Case("image-set", Kind::Deployment, false, &["set image deployment/a sindri=example.com/other:1"]),
    Case("variable-removed", Kind::Deployment, false, &["set env deployment/a GREETING-"]),
    Case("variable-added", Kind::Deployment, false, &["set env deployment/a EXTRA=1"]),
    Case(
        "variable-changed-and-set-back",
        Kind::Deployment,
        false,
        &["set env deployment/a GREETING=bye", "set env deployment/a GREETING=hello"],
    ),
    Case(
        "labelled",
        Kind::Deployment,
        false,
        &["label deployment/a team=blue app.kubernetes.io/component=x --overwrite"],
    ),
    Case("label-removed", Kind::Deployment, false, &["label deployment/a app.kubernetes.io/component-"]),
    Case("annotated", Kind::Deployment, false, &["annotate deployment/a example.com/note=hello"]),
    Case("restarted", Kind::Deployment, false, &["rollout restart deployment/a"]),
    Case("scaled-to-nothing", Kind::Deployment, false, &["scale deployment/a --replicas=0"]),
    Case("scaled-to-three", Kind::Deployment, false, &["scale deployment/a --replicas=3"]),
    Case(
        "scaled-and-back",
        Kind::Deployment,
        false,
        &["scale deployment/a --replicas=0", "scale deployment/a --replicas=1"],
    ),
    Case(
        "stopped-by-sindri",
        Kind::Deployment,
        false,
        &[r#"patch deployment/a --subresource=scale --field-manager=sindri --type=merge -p {"spec":{"replicas":0}}"#],
    ),
    Case(
        "container-added",
        Kind::Deployment,
        false,
        &[r#"patch deployment/a -p {"spec":{"template":{"spec":{"containers":[{"name":"spy","image":"spy:1"}]}}}}"#],
    ),
    Case(
        "field-removed",
        Kind::Deployment,
        false,
        &[
            r#"patch deployment/a --type=json -p [{"op":"remove","path":"/spec/template/spec/automountServiceAccountToken"}]"#,
        ],
    ),
    Case(
        "command-changed",
        Kind::Deployment,
        false,
        &[
            r#"patch deployment/a --type=json -p [{"op":"replace","path":"/spec/template/spec/containers/0/command","value":["true"]}]"#,
        ],
    ),
    Case("applied-by-a-client", Kind::Deployment, false, &["apply -f -"]),
    Case(
        "applied-by-another",
        Kind::Deployment,
        false,
        &["apply --server-side --field-manager=argo --force-conflicts -f -"],
    ),
    Case(
        "port-added-and-changed",
        Kind::Service,
        false,
        &[r#"patch service/a -p {"spec":{"ports":[{"port":9,"name":"discard"},{"port":2222,"targetPort":22}]}}"#],
    ),
    Case(
        "volume-grown",
        Kind::PersistentVolumeClaim,
        true,
        &[r#"patch persistentvolumeclaim/a-home-pvc -p {"spec":{"resources":{"requests":{"storage":"20Gi"}}}}"#],
    ),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/drift")
}

/// What is applied, and what somebody else would apply.
fn objects(namespace: &Namespace, greeting: &str) -> Outcome<String> {
    let written = configuration("a", &format!("env: {{GREETING: {greeting}}}"), "");
    render(&written, &["-n", &namespace.name, "--without-namespace", "-o", "json"])
}

/// What the server says after somebody has done something.
async fn recorded(session: &Session, case: &Case) -> Outcome<Value> {
    let Case(_, kind, runs, commands) = case;
    let namespace = Namespace::new("restricted")?;
    let objects_of_sindri = objects(&namespace, "hello")?;
    namespace.apply(&objects_of_sindri)?;
    if *runs {
        namespace.wait_until_available("a")?;
    }
    for command in *commands {
        let arguments: Vec<&str> = command.split(' ').collect();
        match arguments.first() {
            Some(&"edit") => edit(&namespace, &arguments)?,
            Some(&"apply") => {
                namespace.kubectl(&arguments, &objects(&namespace, "bye")?)?;
            }
            _ => {
                namespace.kubectl(&arguments, "")?;
            }
        }
    }
    let list: Value = serde_json::from_str(&objects_of_sindri)?;
    let all = list["items"].as_array().ok_or("render printed no list")?;
    let desired = all.iter().find(|object| object["kind"] == kind.as_written()).ok_or("there is no such object")?;
    let name = desired["metadata"]["name"].as_str().unwrap_or_default();
    let id = ObjectId::new(*kind, &namespace.name, name);
    let live = session.ask(&Request::get(&id)).await?.body;
    let rehearse = |force| Request::apply(&id, desired.clone(), Mode::Rehearsal, force);
    let reply = session.ask(&rehearse(false)).await?;
    let causes = reply.body.pointer("/details/causes").and_then(Value::as_array).cloned().unwrap_or_default();
    let conflicts: Vec<Value> = causes
        .iter()
        .map(|cause| {
            let message = cause["message"].as_str().unwrap_or_default();
            json!([cause["field"], message.split('"').nth(1).unwrap_or_default()])
        })
        .collect();
    let rehearsed = if conflicts.is_empty() { reply } else { session.ask(&rehearse(true)).await? };
    // What cannot be taken back is refused even with force: then there is no rehearsal.
    let rehearsed = if rehearsed.is_success() { rehearsed.body } else { Value::Null };
    let recorded = json!({"desired": desired, "live": live, "rehearsed": rehearsed, "conflicts": conflicts});
    Ok(serde_json::from_str(&recorded.to_string().replace(&shell_image(), "docker.io/library/busybox:stable"))?)
}

/// A person with an editor.
fn edit(namespace: &Namespace, arguments: &[&str]) -> Outcome {
    let program = env::var("SINDRI_TEST_KUBECTL").unwrap_or_else(|_| "kubectl".to_owned());
    let mut command = Command::new(program);
    command.args(["--context", &env::var("SINDRI_TEST_CONTEXT")?, "-n", &namespace.name]).args(arguments);
    command.env("KUBE_EDITOR", "sed -i -e s/hello/bye/ -e /automountServiceAccountToken/d");
    let output = command.output()?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into()) }
}

/// What has drifted, whenever that was, and wherever.
fn drifted(case: &Case, recorded: &Value) -> Vec<Drift> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let conflicts = recorded["conflicts"].as_array().into_iter().flatten();
    let conflicts: Vec<_> = conflicts.map(|pair| Conflict { field: text(&pair[0]), manager: text(&pair[1]) }).collect();
    let id = ObjectId::new(case.1, "team", "a");
    let (live, desired, rehearsed) = (&recorded["live"], &recorded["desired"], &recorded["rehearsed"]);
    let rehearsed = Some(rehearsed).filter(|rehearsed| rehearsed.is_object());
    let mut found = drift(&id, live, desired, rehearsed, &conflicts, true);
    for drift in &mut found {
        assert_eq!(drift.time.is_some(), drift.manager.is_some(), "{drift:?}");
        drift.time = None;
        // The moment of a restart.
        drift.live.take_if(|_| drift.path.ends_with("restartedAt\"]"));
        // The image has another name on another cluster, and so another fingerprint.
        if drift.path.ends_with("config-hash\"]") {
            (drift.live, drift.wanted) = (None, None);
        }
    }
    found
}

#[test]
fn what_people_do_with_kubectl_drifts_as_it_was_recorded() -> Outcome {
    let told = thread::scope(|scope| {
        let shares = CASES.chunks(CASES.len().div_ceil(4));
        let threads: Vec<_> =
            shares.map(|share| scope.spawn(|| compared(share).map_err(|error| error.to_string()))).collect();
        let joined =
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a case panicked".to_owned())));
        joined.collect::<Result<Vec<()>, String>>()
    });
    told?;
    Ok(())
}

fn compared(cases: &[Case]) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let session = session(None, Duration::from_mins(10)).await?;
        for case in cases {
            let file = folder().join(format!("{}.json", case.0));
            let seen = recorded(&session, case).await.map_err(|error| format!("{}: {error}", case.0))?;
            if env::var_os("SINDRI_OVERWRITE").is_some() {
                fs::write(&file, format!("{seen}\n"))?;
            }
            let kept: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
            let (seen, kept) = (drifted(case, &seen), drifted(case, &kept));
            if seen != kept {
                return Err(format!("{}: the server says {seen:#?}, recorded is {kept:#?}", case.0).into());
            }
        }
        Ok(())
    })
}
