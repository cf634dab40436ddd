//! After it was applied, an environment is waited for: it gets ready, or the cause is told while it is still useful.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sindri::kubernetes::{NotReady, Options, Progress, Settled, Since, Subject, connect, wait};
use tempfile::TempDir;
use tokio::runtime;

use crate::support::{Desk, Namespace, Outcome, Refusal, configuration, kubectl, render, wait as wait_for};

/// Short, so that a test is; what is certain is told at once anyhow.
const GRACE: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_mins(1);

/// How a wait went.
struct Wait {
    outcome: Result<Settled, NotReady>,
    took: Duration,
    told: Vec<String>,
    requests: u32,
}

impl Wait {
    fn of(namespace: &Namespace, name: &str) -> Outcome<Self> {
        Self::with(namespace, name, &Options { context: context()?, ..Options::default() }, PATIENCE, None)
    }

    fn with(
        namespace: &Namespace,
        name: &str,
        options: &Options,
        patience: Duration,
        since: Option<&Since>,
    ) -> Outcome<Self> {
        let subject = Subject {
            context: None,
            namespace: namespace.name.clone(),
            deployment: name.to_owned(),
            selector: format!("instance={name},app.kubernetes.io/managed-by=sindri"),
        };
        let mut told = Vec::new();
        let started = Instant::now();
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (outcome, requests) = runtime.block_on(async {
            let (session, _) = connect(options, patience).await?;
            let mut tell = |progress: &Progress| {
                told.push(progress.doing.clone());
                told.extend(
                    progress.warning.iter().map(|event| format!("warning: {} {}", event.reason, event.message)),
                );
            };
            let outcome = wait(&session, &subject, since, GRACE, &mut tell).await;
            Outcome::Ok((outcome, session.requests()))
        })?;
        told.dedup();
        Ok(Self { outcome, took: started.elapsed(), told, requests })
    }

    /// The code of the trouble, what is wrong, and the last words.
    fn trouble(self) -> Outcome<(&'static str, String, Vec<String>)> {
        match self.outcome {
            Err(NotReady::Stuck { trouble, log, .. }) => Ok((trouble.code, trouble.message, log)),
            other => Err(format!("it is not stuck but {other:?}; it told {:?}", self.told).into()),
        }
    }
}

fn context() -> Outcome<Option<String>> {
    Ok(Some(std::env::var("SINDRI_TEST_CONTEXT")?))
}

fn apply(namespace: &Namespace, configuration: &str) -> Outcome {
    namespace.apply(&render(configuration, &["-n", &namespace.name, "--without-namespace"])?)?;
    Ok(())
}

fn with_command(name: &str, script: &str) -> String {
    changed(&configuration(name, "", ""), "command", &format!("[sh, -c, {}]", json!(script)))
}

fn with_image(name: &str, image: &str) -> String {
    changed(&configuration(name, "", ""), "image", image)
}

/// The same with another value for a key of `deployment`.
fn changed(configuration: &str, key: &str, value: &str) -> String {
    let start = format!("  {key}: ");
    let line = |line: &str| if line.starts_with(&start) { format!("{start}{value}\n") } else { format!("{line}\n") };
    configuration.lines().map(line).collect()
}

/// What the wait says of an environment in a namespace of its own.
fn trouble(configuration: &str) -> Outcome<(&'static str, String, Vec<String>)> {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, configuration)?;
    Wait::of(&namespace, "dev")?.trouble()
}

/// Until a program has ended, nobody can know that it will.
fn until_restarted(namespace: &Namespace) -> Outcome {
    wait_for("the container to be started again", || {
        let restarts = "jsonpath={.items[*].status.containerStatuses[*].restartCount}";
        match namespace.kubectl(&["get", "pods", "-o", restarts], "")?.as_str() {
            "" | "0" => Err(Refusal::of("it has not been")),
            _ => Ok(()),
        }
    })
}

#[test]
fn an_environment_that_runs_is_ready_with_its_pod_and_node() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &configuration("dev", "", ""))?;
    let waited = Wait::of(&namespace, "dev")?;
    let Ok(Settled::Ready(running)) = &waited.outcome else {
        return Err(format!("{:?}: {:?}", waited.outcome, waited.told).into());
    };
    assert_eq!(namespace.get(&format!("pod/{}", running.pod))?["spec"]["nodeName"], json!(running.node));
    let again = Wait::of(&namespace, "dev")?;
    assert!(again.outcome.is_ok() && again.told.is_empty(), "{:?}", again.told);
    // The Deployment, the sets and the pods: each is looked at, and the look may already be followed by a watch. Then the
    // node is asked whether a container that is so young still runs, for 200 ms.
    assert!(again.requests <= 10, "{} requests", again.requests);
    Ok(())
}

#[test]
fn a_change_is_ready_only_when_the_new_pod_is() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &configuration("dev", "env: {ROUND: 1}", ""))?;
    let Ok(Settled::Ready(first)) = Wait::of(&namespace, "dev")?.outcome else { return Err("it is not ready".into()) };
    apply(&namespace, &configuration("dev", "env: {ROUND: 2}", ""))?;
    let deployment = namespace.get("deployment/dev")?;
    let since = Since { uid: deployment["metadata"]["uid"].as_str().unwrap_or_default().to_owned(), generation: 2 };
    let options = Options { context: context()?, ..Options::default() };
    let waited = Wait::with(&namespace, "dev", &options, PATIENCE, Some(&since))?;
    let Ok(Settled::Ready(second)) = &waited.outcome else { return Err(format!("{:?}", waited.outcome).into()) };
    assert_ne!(first.pod, second.pod);
    assert_eq!(namespace.exec("dev", "echo $ROUND")?, "2\n");
    Ok(())
}

#[test]
fn a_mended_configuration_is_not_blamed_for_what_was_wrong_before() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &configuration("dev", "", "secrets: [absent]"))?;
    assert_eq!(Wait::of(&namespace, "dev")?.trouble()?.0, "secret-missing");
    apply(&namespace, &configuration("dev", "", ""))?;
    let waited = Wait::of(&namespace, "dev")?;
    assert!(waited.outcome.is_ok(), "{:?}: {:?}", waited.outcome, waited.told);
    Ok(())
}

#[test]
fn a_missing_secret_is_told_at_once_with_the_command_that_makes_it() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &configuration("dev", "", "secrets: [absent]"))?;
    let waited = Wait::of(&namespace, "dev")?;
    let took = waited.took;
    let Err(error) = waited.outcome else { return Err("it is ready".into()) };
    assert_eq!(error.to_string(), "deployment/dev does not become ready: there is no secret absent");
    let advice = format!("`kubectl -n {} create secret generic absent --from-literal=KEY=VALUE`", namespace.name);
    assert_eq!(error.advice(), Some(advice.as_str()));
    assert!(took < Duration::from_secs(30), "it took {took:?}");
    // Once it is so, there is nothing to wait for.
    let again = Wait::of(&namespace, "dev")?;
    assert!(again.took < GRACE, "it took {:?}", again.took);
    assert_eq!(again.trouble()?.0, "secret-missing");
    Ok(())
}

#[test]
fn an_image_that_is_not_there_is_told_after_the_grace() -> Outcome {
    let registry = std::env::var("SINDRI_TEST_REGISTRY").unwrap_or_else(|_| "registry.invalid".to_owned());
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &with_image("dev", &format!("{registry}/sindri/absent:1")))?;
    // Also when it has been so for a while: somebody may be pushing it.
    for _ in 0..2 {
        let waited = Wait::of(&namespace, "dev")?;
        assert!(waited.took >= GRACE, "it took {:?}", waited.took);
        let (code, message, _) = waited.trouble()?;
        assert!(code.starts_with("image-"), "{code}: {message}");
        assert!(message.contains("sindri/absent:1 cannot be pulled: "), "{message}");
    }
    Ok(())
}

#[test]
fn a_name_that_no_image_has_is_told_at_once() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let objects = render(&configuration("dev", "", ""), &["-n", &namespace.name, "--without-namespace"])?;
    let lines = objects.lines().map(|line| match line.split_once("image: ").filter(|_| !line.contains("sindri.dev")) {
        Some((before, _)) => format!("{before}image: Not A Name\n"),
        None => format!("{line}\n"),
    });
    namespace.apply(&lines.collect::<String>())?;
    let (code, message, _) = Wait::of(&namespace, "dev")?.trouble()?;
    assert_eq!((code, message.as_str()), ("invalid-image-name", "`Not A Name` is not the name of an image"));
    Ok(())
}

#[test]
fn a_program_that_fails_is_told_with_its_exit_code_and_last_words() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &with_command("dev", "echo starting; echo no database >&2; exit 7"))?;
    until_restarted(&namespace)?;
    let (code, message, mut log) = Wait::of(&namespace, "dev")?.trouble()?;
    assert_eq!(code, "crash-loop");
    assert!(message.starts_with("the container sindri fails with exit code 7"), "{message}");
    // Two streams: nothing promises which of them the node writes down first.
    log.sort_unstable();
    assert_eq!(log, ["no database", "starting"]);
    Ok(())
}

#[test]
fn a_command_that_ends_is_told_to_keep_running() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &with_command("dev", "echo done"))?;
    until_restarted(&namespace)?;
    let (code, message, log) = Wait::of(&namespace, "dev")?.trouble()?;
    assert_eq!((code, log), ("command-ends", vec!["done".to_owned()]));
    assert!(message.contains("exit code 0"), "{message}");
    Ok(())
}

#[test]
fn a_program_that_is_not_in_the_image_is_told_at_once() -> Outcome {
    let written = with_command("dev", "").replace("[sh, -c, \"\"]", "[/no/such/program]");
    let (code, message, _) = trouble(&written)?;
    assert_eq!(code, "command-missing");
    assert!(message.contains("/no/such/program"), "{message}");
    Ok(())
}

#[test]
fn too_little_memory_is_told_as_that() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &with_command("dev", "tail -c 200m /dev/zero"))?;
    until_restarted(&namespace)?;
    let (code, message, _) = Wait::of(&namespace, "dev")?.trouble()?;
    assert_eq!(code, "out-of-memory", "{message}");
    assert!(message.contains("limit of 64Mi"), "{message}");
    Ok(())
}

#[test]
fn a_quota_that_is_too_small_is_told_at_once() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    namespace.kubectl(&["create", "quota", "team", "--hard=limits.memory=32Mi"], "")?;
    apply(&namespace, &configuration("dev", "", ""))?;
    let waited = Wait::of(&namespace, "dev")?;
    assert!(waited.took < Duration::from_secs(30), "it took {:?}", waited.took);
    let (code, message, _) = waited.trouble()?;
    assert_eq!(code, "quota-exceeded");
    assert!(
        message.contains("requested: limits.memory=64Mi, used: limits.memory=0, limited: limits.memory=32Mi"),
        "{message}"
    );
    Ok(())
}

#[test]
fn an_update_in_a_quota_that_holds_one_pod_gets_ready() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    namespace.kubectl(&["create", "quota", "team", "--hard=limits.memory=64Mi,pods=1"], "")?;
    apply(&namespace, &configuration("dev", "env: {ROUND: 1}", ""))?;
    assert!(Wait::of(&namespace, "dev")?.outcome.is_ok());
    apply(&namespace, &configuration("dev", "env: {ROUND: 2}", ""))?;
    let waited = Wait::of(&namespace, "dev")?;
    assert!(waited.outcome.is_ok(), "{:?}: {:?}", waited.outcome, waited.told);
    Ok(())
}

#[test]
fn pod_security_that_refuses_the_pod_is_told_at_once() -> Outcome {
    let (code, message, _) = trouble(&configuration("dev", "", "security: privileged"))?;
    assert_eq!(code, "pod-security");
    assert!(message.contains("violates PodSecurity \"restricted:latest\""), "{message}");
    Ok(())
}

#[test]
fn a_pod_that_no_node_can_take_is_told_after_the_grace() -> Outcome {
    let (code, message, _) = trouble(&configuration("dev", "", "nodeSelector: {disk: golden}"))?;
    assert_eq!(code, "unschedulable");
    assert!(message.contains("affinity/selector"), "{message}");
    Ok(())
}

#[test]
fn a_storage_class_that_is_not_there_is_told_after_the_grace() -> Outcome {
    let (code, message, _) = trouble(&configuration("dev", "", "storageClass: nowhere"))?;
    assert_eq!(code, "storage-class-missing");
    assert!(message.contains("\"nowhere\" not found"), "{message}");
    Ok(())
}

#[test]
fn a_volume_that_is_made_with_its_first_pod_is_no_trouble() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let class = format!("late-{}", namespace.name);
    let body = json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": class},
        "provisioner": "example.com/nobody", "volumeBindingMode": "WaitForFirstConsumer",
    });
    kubectl(&["apply", "-f", "-"], &body.to_string())?;
    apply(&namespace, &configuration("dev", "", &format!("storageClass: {class}")))?;
    let options = Options { context: context()?, ..Options::default() };
    // Longer than the grace: nobody makes the volume, and nobody says that it cannot be made.
    let waited = Wait::with(&namespace, "dev", &options, Duration::from_secs(8), None);
    kubectl(&["delete", "storageclass", &class], "")?;
    let waited = waited?;
    let Err(NotReady::TimedOut { doing, .. }) = &waited.outcome else {
        return Err(format!("{:?}", waited.outcome).into());
    };
    assert_eq!(doing, "waiting for example.com/nobody to make the volume of dev-home-pvc");
    Ok(())
}

/// The cluster tries again after pauses that grow to 16 minutes. Whoever has made room is not told of the old refusal.
#[test]
fn after_a_quota_was_lifted_the_wait_says_what_it_waits_for_and_what_to_type() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    namespace.kubectl(&["create", "quota", "tight", "--hard=limits.memory=32Mi"], "")?;
    apply(&namespace, &configuration("dev", "", ""))?;
    let (code, ..) = Wait::of(&namespace, "dev")?.trouble()?;
    assert_eq!(code, "quota-exceeded");
    wait_for("a pause of some seconds between two attempts", || {
        let counts = ["get", "events", "--field-selector=reason=FailedCreate", "-o", "jsonpath={.items[*].count}"];
        let counts = namespace.kubectl(&counts, "")?;
        let attempts: u32 = counts.split(' ').filter_map(|count| count.parse::<u32>().ok()).sum();
        if attempts >= 12 { Ok(()) } else { Err(Refusal::of(&counts)) }
    })?;
    // It is still refused, and the reason is of now.
    let (code, message, _) = Wait::of(&namespace, "dev")?.trouble()?;
    assert_eq!(code, "quota-exceeded", "{message}");
    namespace.kubectl(&["delete", "quota", "tight"], "")?;
    let options = Options { context: context()?, ..Options::default() };
    let waited = Wait::with(&namespace, "dev", &options, Duration::from_secs(4), None)?;
    let typed = format!("`sindri restart --name dev -n {}`", namespace.name);
    // It may have tried again in this moment.
    if let Err(error) = &waited.outcome {
        assert!(matches!(error, NotReady::TimedOut { .. }), "{error:?}");
        assert_eq!(error.advice(), Some(format!("at once with {typed}").as_str()));
    }
    let told = waited.told.iter().any(|told| told.contains("would be let in now") && told.ends_with(&typed));
    assert!(told, "{:?}", waited.told);
    Desk::new("")?.sindri(&["restart", "--no-wait", "--name", "dev", "-n", &namespace.name])?.ends(0);
    let waited = Wait::with(&namespace, "dev", &options, PATIENCE, None)?;
    assert!(matches!(waited.outcome, Ok(Settled::Ready(_))), "{:?}: {:?}", waited.outcome, waited.told);
    Ok(())
}

#[test]
fn what_is_deleted_underneath_is_not_waited_for() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &configuration("dev", "", "nodeSelector: {disk: golden}"))?;
    let since = Since { uid: "of another one".to_owned(), generation: 1 };
    let options = Options { context: context()?, ..Options::default() };
    let waited = Wait::with(&namespace, "dev", &options, PATIENCE, Some(&since))?;
    assert!(matches!(waited.outcome, Err(NotReady::Gone { .. })), "{:?}", waited.outcome);
    namespace.kubectl(&["delete", "deployment/dev"], "")?;
    let waited = Wait::of(&namespace, "dev")?;
    assert!(matches!(waited.outcome, Err(NotReady::Gone { .. })), "{:?}", waited.outcome);
    Ok(())
}

#[test]
fn a_stopped_environment_is_settled_when_its_pod_is_gone() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &configuration("dev", "", ""))?;
    assert!(Wait::of(&namespace, "dev")?.outcome.is_ok());
    namespace.kubectl(&["scale", "deployment/dev", "--replicas=0"], "")?;
    let waited = Wait::of(&namespace, "dev")?;
    assert!(matches!(waited.outcome, Ok(Settled::Stopped)), "{:?}", waited.outcome);
    assert_eq!(namespace.kubectl(&["get", "pods", "-o", "name"], "")?, "");
    Ok(())
}

#[test]
fn without_the_right_to_look_it_is_said_that_it_was_applied() -> Outcome {
    let Ok(alice) = std::env::var("SINDRI_TEST_KUBECONFIG_ALICE") else { return Ok(()) };
    let namespace = Namespace::new("restricted")?;
    apply(&namespace, &configuration("dev", "", ""))?;
    let options = Options { kubeconfig: Some(alice.into()), ..Options::default() };
    let waited = Wait::with(&namespace, "dev", &options, PATIENCE, None)?;
    let Err(error @ NotReady::Denied { .. }) = &waited.outcome else {
        return Err(format!("{:?}", waited.outcome).into());
    };
    let said = error.to_string();
    assert!(said.starts_with("deployment/dev was applied, and cannot be waited for: "), "{said}");
    assert!(said.contains("forbidden"), "{said}");
    Ok(())
}

/// Whoever may use an environment and nothing else may wait for it, too.
#[test]
fn a_person_named_in_rbac_may_wait() -> Outcome {
    let Ok(alice) = std::env::var("SINDRI_TEST_KUBECONFIG_ALICE") else { return Ok(()) };
    let namespace = Namespace::new("restricted")?;
    let name =
        kubectl(&["--kubeconfig", &alice, "--context", "", "config", "view", "-o", "jsonpath={.users[0].name}"], "")?;
    apply(&namespace, &configuration("dev", "", &format!("rbac: {{users: [{name}]}}")))?;
    let options = Options { kubeconfig: Some(alice.into()), ..Options::default() };
    let waited = Wait::with(&namespace, "dev", &options, PATIENCE, None)?;
    assert!(waited.outcome.is_ok(), "{:?}", waited.outcome);
    Ok(())
}

/// A way to the API server that can be cut.
pub(crate) struct Way {
    pub(crate) open: Arc<Mutex<Vec<TcpStream>>>,
    pub(crate) kubeconfig: TempDir,
}

impl Way {
    pub(crate) fn new() -> Outcome<Self> {
        let written = kubectl(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], "")?;
        let mut config: Value = serde_json::from_str(&written)?;
        let cluster = &mut config["clusters"][0]["cluster"];
        let server = cluster["server"].as_str().unwrap_or_default().trim_start_matches("https://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0")?;
        cluster["tls-server-name"] = json!(server.split(':').next());
        cluster["server"] = json!(format!("https://{}", listener.local_addr()?));
        let kubeconfig = TempDir::new()?;
        std::fs::write(kubeconfig.path().join("config"), config.to_string())?;
        let open = Arc::new(Mutex::new(Vec::new()));
        let ends = Arc::clone(&open);
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(&server) else { continue };
                if let Ok(mut ends) = ends.lock() {
                    ends.extend([near.try_clone(), far.try_clone()].into_iter().flatten());
                }
                for (from, to) in [(near.try_clone(), far.try_clone()), (Ok(far), Ok(near))] {
                    let (Ok(from), Ok(to)) = (from, to) else { continue };
                    thread::spawn(move || carry(from, to));
                }
            }
        });
        Ok(Self { open, kubeconfig })
    }

    pub(crate) fn cut(open: &Mutex<Vec<TcpStream>>) -> usize {
        let ends = open.lock().map(|mut ends| std::mem::take(&mut *ends)).unwrap_or_default();
        ends.iter().filter(|end| end.shutdown(Shutdown::Both).is_ok()).count()
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    let mut room = [0; 16 << 10];
    loop {
        match from.read(&mut room)? {
            0 => return to.shutdown(Shutdown::Write),
            count => to.write_all(&room[..count])?,
        }
    }
}

#[test]
fn a_connection_that_is_cut_again_and_again_loses_nothing() -> Outcome {
    let way = Way::new()?;
    let namespace = Namespace::new("restricted")?;
    // It cannot be scheduled until the test has cut the connection some times.
    apply(&namespace, &configuration("dev", "", "nodeSelector: {kubernetes.io/os: linux}"))?;
    namespace.kubectl(&["scale", "deployment/dev", "--replicas=0"], "")?;
    let subject = namespace.name.clone();
    let open = Arc::clone(&way.open);
    let cutter = thread::spawn(move || {
        let mut cuts = 0;
        let limit = Instant::now() + Duration::from_secs(20);
        while cuts < 12 && Instant::now() < limit {
            cuts += Way::cut(&open);
            thread::sleep(Duration::from_millis(150));
        }
        kubectl(&["-n", &subject, "scale", "deployment/dev", "--replicas=1"], "").map(|_| cuts)
    });
    let deployment = namespace.get("deployment/dev")?;
    let since = Since {
        uid: deployment["metadata"]["uid"].as_str().unwrap_or_default().to_owned(),
        generation: deployment["metadata"]["generation"].as_i64().unwrap_or_default() + 1,
    };
    let options = Options { kubeconfig: Some(way.kubeconfig.path().join("config")), ..Options::default() };
    let waited = Wait::with(&namespace, "dev", &options, PATIENCE, Some(&since))?;
    let Ok(cuts) = cutter.join() else { return Err("the cutter failed".into()) };
    let cuts = cuts?;
    assert!(cuts >= 6, "only {cuts} ends were cut");
    assert!(matches!(waited.outcome, Ok(Settled::Ready(_))), "{:?}: {:?}", waited.outcome, waited.told);
    Ok(())
}
