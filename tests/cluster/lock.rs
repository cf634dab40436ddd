//! The lock of an environment on a real API server: nobody overlaps, the dead are outlived, nothing is left.

use std::cell::Cell;
use std::env;
use std::future::Future;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::future::try_join_all;
use kube::config::KubeConfigOptions;
use kube::{Client, Config};
use serde_json::json;
use sindri::kubernetes::{Held, Holder, Lost, NotLocked, Pace, Request, Session, acquire, acquire_at};
use sindri::names::{Kind, ObjectId};
use tokio::time::{Instant, sleep};

use crate::support::{Namespace, Outcome, Refusal, kubectl, wait};

const QUICK: Pace =
    Pace { duration: Duration::from_secs(3), renewal: Duration::from_millis(500), look: Duration::from_millis(50) };
pub(crate) const HOLDER: &str = "SINDRI_TEST_HOLDER_NAMESPACE";

fn run(test: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(test)
}

/// A session of the administrator, or of somebody in whose place she acts.
pub(crate) async fn session(person: Option<&str>, patience: Duration) -> Outcome<Session> {
    let context = Some(env::var("SINDRI_TEST_CONTEXT")?);
    let mut config = Config::from_kubeconfig(&KubeConfigOptions { context, ..KubeConfigOptions::default() }).await?;
    config.auth_info.impersonate = person.map(str::to_owned);
    let server = config.cluster_url.to_string();
    Ok(Session::new(Client::try_from(config)?, server, patience, u64::from(std::process::id())))
}

fn holder(user: &str) -> Holder {
    Holder {
        run: format!("{user}-{}", std::process::id()),
        user: user.to_owned(),
        host: "laptop".to_owned(),
        process: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..Holder::default()
    }
}

fn leases(namespace: &Namespace) -> Result<String, Refusal> {
    namespace.kubectl(&["get", "leases", "-o", "name"], "")
}

#[test]
fn four_at_once_never_overlap_in_fifty_rounds_each() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let inside = Cell::new(None);
    let rounds = Cell::new(0);
    run(async {
        let one = async |number: usize| -> Outcome {
            let session = session(None, Duration::from_mins(5)).await?;
            let holder = holder(&format!("user-{number}"));
            let claim = ObjectId::new(Kind::ConfigMap, &namespace.name, "kube-root-ca.crt");
            for _ in 0..50 {
                let lock = acquire_at(&session, (&namespace.name, "shared"), &holder, QUICK, &mut |_| ()).await?;
                let work = async {
                    assert_eq!(inside.replace(Some(number)), None, "two are inside");
                    // Long enough for everybody else to try.
                    let seen = session.ask(&Request::get(&claim)).await;
                    assert_eq!(inside.replace(None), Some(number), "somebody came in");
                    rounds.set(rounds.get() + 1);
                    seen
                };
                assert!(lock.keep(work).await??.is_success());
                lock.release().await?;
            }
            Ok(())
        };
        try_join_all((0..4).map(one)).await?;
        Ok(())
    })?;
    assert_eq!(rounds.get(), 200);
    assert_eq!(leases(&namespace)?, "");
    Ok(())
}

#[test]
fn a_killed_holders_lock_is_taken_over_when_it_expires() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let mut child = Command::new(env::current_exe()?)
        .args(["--exact", "lock::holds_the_lock_until_it_is_killed", "--ignored"])
        .env(HOLDER, &namespace.name)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let made = wait("the other process to hold the lock", || {
        if leases(&namespace)?.is_empty() { Err(Refusal::of("there is no lease")) } else { Ok(()) }
    });
    // SIGKILL: it cannot tidy up.
    child.kill()?;
    child.wait()?;
    made?;
    let killed = Instant::now();
    run(async {
        let session = session(None, Duration::from_mins(1)).await?;
        let mut told = Vec::new();
        let alice = holder("alice");
        let waiting = &mut |held: &Held| told.push(held.to_string());
        let lock = acquire(&session, &namespace.name, "shared", &alice, waiting).await?;
        let after = killed.elapsed();
        println!("taken over {after:?} after its holder was killed; {told:?}");
        assert!(after >= Pace::STANDARD.duration, "{after:?}: it could have been alive");
        assert!(after < Pace::STANDARD.duration + Duration::from_secs(5), "{after:?}");
        assert!(told.len() == 1 && told[0].starts_with("held by killed on laptop (process "), "{told:?}");
        lock.release().await?;
        Ok(())
    })?;
    assert_eq!(leases(&namespace)?, "");
    Ok(())
}

#[test]
#[ignore = "another test runs it in a process of its own, and kills that"]
fn holds_the_lock_until_it_is_killed() -> Outcome {
    let namespace = env::var(HOLDER)?;
    run(async {
        let session = session(None, Duration::from_mins(5)).await?;
        let lock = acquire(&session, &namespace, "shared", &holder("killed"), &mut |_| ()).await?;
        lock.keep(std::future::pending::<()>()).await?;
        Ok(())
    })
}

#[test]
fn a_long_holder_keeps_its_lock_and_the_loser_is_told_who_it_is() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    run(async {
        let (first, second) = (session(None, Duration::from_mins(1)).await?, session(None, QUICK.duration * 2).await?);
        let place = (namespace.name.as_str(), "shared");
        let lock = acquire_at(&first, place, &holder("alice"), QUICK, &mut |_| ()).await?;
        let (bob, waiting) = (holder("bob"), &mut |_: &Held| ());
        let (kept, refused) =
            tokio::join!(lock.keep(sleep(QUICK.duration * 5 / 2)), acquire_at(&second, place, &bob, QUICK, waiting),);
        kept?;
        let Err(error @ NotLocked::Held { .. }) = refused else { return Err(format!("{refused:?}").into()) };
        let said = error.to_string();
        assert!(
            said.contains("its lock is held by alice on laptop (process ") && said.contains(" s ago), waited "),
            "{said}"
        );
        let object = namespace.get("lease/sindri-shared")?;
        assert_eq!(object["metadata"]["labels"]["app.kubernetes.io/managed-by"], json!("sindri"));
        assert_eq!(object["metadata"]["labels"]["instance"], json!("shared"));
        lock.release().await?;
        Ok(())
    })?;
    assert_eq!(leases(&namespace)?, "");
    Ok(())
}

#[test]
fn a_lease_that_somebody_deletes_ends_the_work_and_is_not_made_again() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    run(async {
        let session = session(None, Duration::from_mins(1)).await?;
        let place = (namespace.name.as_str(), "shared");
        let lock = acquire_at(&session, place, &holder("alice"), QUICK, &mut |_| ()).await?;
        namespace.kubectl(&["delete", "lease", "sindri-shared"], "")?;
        let lost = lock.keep(std::future::pending::<()>()).await;
        assert!(matches!(lost, Err(Lost::Deleted { .. })), "{lost:?}");
        assert_eq!(leases(&namespace)?, "");
        Ok(())
    })
}

#[test]
fn without_rights_or_a_namespace_the_error_says_so() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    run(async {
        let hers = session(Some("stranger"), Duration::from_mins(1)).await?;
        let refused = acquire(&hers, &namespace.name, "shared", &holder("alice"), &mut |_| ()).await;
        let said = refused.err().map(|error| error.to_string()).unwrap_or_default();
        let expected = format!(
            "cannot lock environment shared: you may not get, create, update, delete leases in namespace {}",
            namespace.name
        );
        assert_eq!(said, expected);
        let ours = session(None, Duration::from_mins(1)).await?;
        let refused = acquire(&ours, "sindri-test-nowhere", "shared", &holder("bob"), &mut |_| ()).await;
        assert!(matches!(refused, Err(NotLocked::NamespaceAbsent { .. })), "{refused:?}");
        // A finalizer keeps the namespace on its way out.
        let anchor = json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "anchor", "finalizers": ["sindri.dev/test"]}});
        namespace.apply(&anchor.to_string())?;
        kubectl(&["delete", "namespace", &namespace.name, "--wait=false"], "")?;
        let refused = acquire(&ours, &namespace.name, "shared", &holder("bob"), &mut |_| ()).await;
        let freed = namespace.kubectl(
            &["patch", "configmap", "anchor", "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#],
            "",
        );
        assert!(matches!(refused, Err(NotLocked::NamespaceTerminating { .. })), "{refused:?}");
        freed?;
        Ok(())
    })
}

#[test]
#[ignore = "kills the API server under every other test: `tests/run` runs it alone"]
fn a_holder_outlives_the_api_server() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let context = env::var("SINDRI_TEST_CONTEXT")?;
    let bed = context.strip_prefix("bed-").ok_or("only the API server of a bed can be killed")?;
    run(async {
        let session = session(None, Duration::from_mins(1)).await?;
        let place = (namespace.name.as_str(), "shared");
        let lock = acquire_at(&session, place, &holder("alice"), QUICK, &mut |_| ()).await?;
        for _ in 0..3 {
            let killed = Instant::now();
            let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bed/bed");
            assert!(Command::new(program).args(["kill", bed, "kube-apiserver"]).status()?.success());
            lock.keep(sleep(QUICK.duration)).await?;
            println!("the work of {:?} went on {:?} after the API server was killed", QUICK.duration, killed.elapsed());
        }
        lock.release().await?;
        Ok(())
    })?;
    wait("the API server", || leases(&namespace)).map(|left| assert_eq!(left, ""))
}
