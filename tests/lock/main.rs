//! The lock of an environment in the races that a real server shows once in a thousand runs.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

mod server;

use std::cell::Cell;
use std::error::Error;
use std::future::Future;
use std::time::Duration;

use futures_util::future::join_all;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use server::{Fate, QUICK, Server, holder};
use sindri::kubernetes::{Holder, Lock, Lost, NotLocked, Session, acquire_at};
use tokio::time::{Instant, sleep};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const PLACE: (&str, &str) = ("team", "a");

fn run(test: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(test)
}

async fn lock<'session>(session: &'session Session, holder: &Holder) -> Result<Lock<'session>, NotLocked> {
    acquire_at(session, PLACE, holder, QUICK, &mut |_| ()).await
}

fn patient(server: &Server) -> Session {
    server.session(Duration::from_secs(20))
}

/// Work that counts how often it went on.
async fn work(steps: &Cell<u32>) {
    loop {
        sleep(Duration::from_millis(20)).await;
        steps.set(steps.get() + 1);
    }
}

#[test]
fn a_lock_is_made_renewed_and_leaves_nothing() -> Outcome {
    run(async {
        let server = Server::new();
        let session = patient(&server);
        let held = lock(&session, &holder("alice")).await?;
        let before = server.state().lease.clone().unwrap_or_default();
        held.keep(sleep(QUICK.duration * 2)).await?;
        let after = server.state().lease.clone().unwrap_or_default();
        assert_eq!(before["spec"]["acquireTime"], after["spec"]["acquireTime"]);
        assert_eq!(after["metadata"]["labels"]["instance"], json!("a"));
        held.release().await?;
        assert_eq!(server.state().lease, None);
        let asked = server.state().asked.clone();
        assert_eq!(asked[..2], [Method::GET, Method::POST], "the server's time is not known before");
        assert_eq!(asked.last(), Some(&Method::DELETE));
        let renewals = asked.iter().filter(|method| **method == Method::PUT).count();
        assert!((4..=10).contains(&renewals), "{renewals} renewals in ten times the time between two");
        Ok(())
    })
}

/// Wherever in a look the time is up.
#[test]
fn whoever_has_no_time_left_to_wait_is_told_who_holds_the_lock() -> Outcome {
    run(async {
        let patient = (300..340).step_by(2).map(|patience| async move {
            let server = Server::new();
            server.held_by("bob@desk", -3600);
            server.state().fates = vec![Fate::Late(Duration::from_millis(60)); 20].into();
            let session = server.session(Duration::from_millis(patience));
            lock(&session, &holder("alice")).await.map(drop)
        });
        for refused in join_all(patient).await {
            let Err(NotLocked::Held { .. }) = refused else { return Err(format!("{refused:?}").into()) };
        }
        Ok(())
    })
}

#[test]
fn a_lock_whose_answer_was_lost_is_found_to_be_ours() -> Outcome {
    run(async {
        let server = Server::new();
        let session = patient(&server);
        server.state().fates = [Fate::Done, Fate::AnswerLost].into();
        let held = lock(&session, &holder("alice")).await?;
        held.keep(sleep(QUICK.renewal * 2)).await?;
        held.release().await?;
        assert_eq!(server.state().lease, None);
        Ok(())
    })
}

#[test]
fn a_renewal_whose_answer_was_lost_does_not_lose_the_lock() -> Outcome {
    run(async {
        let server = Server::new();
        let session = patient(&server);
        let held = lock(&session, &holder("alice")).await?;
        server.state().fates = [Fate::AnswerLost, Fate::Done, Fate::AnswerLost, Fate::AnswerLost].into();
        held.keep(sleep(QUICK.duration)).await?;
        server.state().fates = [Fate::AnswerLost].into();
        held.release().await?;
        assert_eq!(server.state().lease, None);
        Ok(())
    })
}

#[test]
fn a_lease_that_vanishes_before_it_is_taken_is_made_again() -> Outcome {
    run(async {
        let server = Server::new();
        server.held_by("bob@desk", 3600);
        // The look sees a dead one; it is gone when it is taken over.
        server.state().meddling.push((1, Box::new(|lease| *lease = None)));
        let session = patient(&server);
        let held = lock(&session, &holder("alice")).await?;
        assert_eq!(server.state().asked, [Method::GET, Method::PUT, Method::GET, Method::POST]);
        held.release().await?;
        Ok(())
    })
}

#[test]
fn of_two_who_take_a_dead_ones_lock_one_waits() -> Outcome {
    run(async {
        let server = Server::new();
        server.held_by("bob@desk", 3600);
        let (first, second) = (patient(&server), server.session(Duration::from_millis(700)));
        let (alice, carol) = (holder("alice"), holder("carol"));
        let (won, lost) = tokio::join!(lock(&first, &alice), lock(&second, &carol));
        let Err(NotLocked::Held { held, .. }) = lost else { return Err(format!("{won:?} and {lost:?}").into()) };
        assert!(held.who.starts_with("alice on laptop"), "{held}");
        won?.release().await?;
        Ok(())
    })
}

#[test]
fn a_silent_holder_is_dead_after_its_duration_and_a_lively_one_is_not() -> Outcome {
    run(async {
        let server = Server::new();
        // By the server's clock it was renewed in the future: only its silence speaks against it.
        server.held_by("bob@desk", -3600);
        let session = patient(&server);
        let started = Instant::now();
        let mut told = Vec::new();
        let held =
            acquire_at(&session, PLACE, &holder("alice"), QUICK, &mut |held| told.push(held.to_string())).await?;
        assert!(started.elapsed() >= QUICK.duration, "taken after {:?}", started.elapsed());
        assert!(started.elapsed() < QUICK.duration * 2, "taken after {:?}", started.elapsed());
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("held by bob@desk since "), "{told:?}");
        // Alice goes on for twice the duration: nobody gets it.
        let (other, carol) = (server.session(QUICK.duration * 2), holder("carol"));
        let (kept, refused) = tokio::join!(held.keep(sleep(QUICK.duration * 2)), lock(&other, &carol));
        kept?;
        assert!(matches!(refused, Err(NotLocked::Held { .. })), "{refused:?}");
        held.release().await?;
        Ok(())
    })
}

#[test]
fn a_holder_that_was_dead_long_ago_is_not_waited_for() -> Outcome {
    run(async {
        let server = Server::new();
        server.held_by("bob@desk", 17);
        let session = patient(&server);
        let started = Instant::now();
        lock(&session, &holder("alice")).await?.release().await?;
        assert!(started.elapsed() < QUICK.duration / 2, "taken after {:?}", started.elapsed());
        Ok(())
    })
}

#[test]
fn work_stands_still_while_the_server_is_away_and_goes_on_afterwards() -> Outcome {
    run(async {
        let server = Server::new();
        let session = patient(&server);
        let held = lock(&session, &holder("alice")).await?;
        let steps = Cell::new(0);
        let away = async {
            sleep(QUICK.renewal).await;
            server.state().is_down = true;
            sleep(QUICK.duration).await;
            let then = steps.get();
            sleep(QUICK.duration).await;
            let still = steps.get();
            server.state().is_down = false;
            (then, still)
        };
        let kept = held.keep(async {
            // The work has no end: it is ended once it has gone on after the pause.
            tokio::select! { () = work(&steps) => {}, () = until(|| steps.get() > 200) => {} }
        });
        let (kept, (then, still)) = tokio::join!(kept, away);
        kept?;
        assert!(then > 0);
        assert_eq!(then, still, "it went on without the lock");
        held.release().await?;
        assert_eq!(server.state().lease, None);
        Ok(())
    })
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn work_ends_when_another_one_took_the_lock_while_the_server_was_away() -> Outcome {
    run(async {
        let server = Server::new();
        let session = patient(&server);
        let held = lock(&session, &holder("alice")).await?;
        let steps = Cell::new(0);
        let away = async {
            server.state().is_down = true;
            sleep(QUICK.duration * 2).await;
            let then = steps.get();
            let mut state = server.state();
            state.is_down = false;
            if let Some(lease) = state.lease.as_mut() {
                lease["spec"]["holderIdentity"] = json!("bob@desk");
                lease["metadata"]["resourceVersion"] = json!("99");
            }
            then
        };
        let (kept, then) = tokio::join!(held.keep(work(&steps)), away);
        assert!(matches!(kept, Err(Lost::Taken { .. })), "{kept:?}");
        assert_eq!(then, steps.get());
        Ok(())
    })
}

#[test]
fn a_lock_that_was_taken_or_deleted_ends_the_work_and_is_not_made_again() -> Outcome {
    run(async {
        let server = Server::new();
        let session = patient(&server);
        let held = lock(&session, &holder("alice")).await?;
        if let Some(lease) = server.state().lease.as_mut() {
            lease["spec"]["holderIdentity"] = json!("bob@desk");
            lease["metadata"]["resourceVersion"] = json!("99");
        }
        let lost = held.keep(work(&Cell::new(0))).await;
        assert!(matches!(&lost, Err(Lost::Taken { held, .. }) if held.who == "bob@desk"), "{lost:?}");
        let released = held.release().await;
        assert!(matches!(released, Err(Lost::Taken { .. })), "{released:?}");

        server.state().lease = None;
        let held = lock(&session, &holder("alice")).await?;
        server.state().lease = None;
        let lost = held.keep(work(&Cell::new(0))).await;
        assert!(matches!(lost, Err(Lost::Deleted { .. })), "{lost:?}");
        assert_eq!(server.state().lease, None);
        held.release().await?;
        Ok(())
    })
}

#[test]
fn somebodys_label_on_the_lease_does_not_lose_the_lock() -> Outcome {
    run(async {
        let server = Server::new();
        let session = patient(&server);
        let held = lock(&session, &holder("alice")).await?;
        if let Some(lease) = server.state().lease.as_mut() {
            lease["metadata"]["labels"]["team"] = json!("blue");
            lease["metadata"]["resourceVersion"] = json!("99");
        }
        held.keep(sleep(QUICK.renewal * 2)).await?;
        held.release().await?;
        assert_eq!(server.state().lease, None);
        Ok(())
    })
}

#[test]
fn an_answer_that_comes_too_late_is_no_lock_until_it_was_renewed() -> Outcome {
    run(async {
        let server = Server::new();
        let session = patient(&server);
        server.state().fates = [Fate::Done, Fate::Late(QUICK.duration)].into();
        let held = lock(&session, &holder("alice")).await?;
        assert_eq!(server.state().asked, [Method::GET, Method::POST, Method::GET, Method::PUT]);
        held.release().await?;
        Ok(())
    })
}

async fn refused(method: Method, code: StatusCode, status: Value, allowed: &[&'static str]) -> NotLockedText {
    let server = Server::new();
    server.state().refusal = Some((method, code, status));
    server.state().allowed = allowed.to_vec();
    let session = patient(&server);
    match lock(&session, &holder("alice")).await {
        Ok(_) => NotLockedText { message: "locked".to_owned(), hint: String::new() },
        Err(error) => NotLockedText { message: error.to_string(), hint: error.hint().unwrap_or_default() },
    }
}

struct NotLockedText {
    message: String,
    hint: String,
}

#[test]
fn who_may_not_lock_is_told_every_missing_right() -> Outcome {
    run(async {
        let status = json!({"reason": "Forbidden", "message": "leases is forbidden"});
        let said = refused(Method::POST, StatusCode::FORBIDDEN, status, &["get", "update"]).await;
        assert_eq!(said.message, "cannot lock environment a: you may not create, delete leases in namespace team");
        assert!(said.hint.contains("kubectl -n team create role"), "{}", said.hint);

        let status = json!({"reason": "Forbidden", "message": "exceeded quota: leases"});
        let all = ["get", "create", "update", "delete"];
        let said = refused(Method::POST, StatusCode::FORBIDDEN, status, &all).await;
        assert_eq!(
            said.message,
            "cannot lock environment a in namespace team: the server answers 403: exceeded quota: leases"
        );
        Ok(())
    })
}

#[test]
fn a_namespace_that_is_absent_or_goes_away_is_named() -> Outcome {
    run(async {
        let status = json!({"reason": "NotFound", "message": "namespaces \"team\" not found"});
        let said = refused(Method::POST, StatusCode::NOT_FOUND, status, &[]).await;
        assert_eq!(said.message, "cannot lock environment a: there is no namespace team");
        assert_eq!(said.hint, "make it: `kubectl create namespace team`");

        let status = json!({"reason": "Forbidden", "details": {"causes": [{"reason": "NamespaceTerminating"}]}});
        let said = refused(Method::POST, StatusCode::FORBIDDEN, status, &[]).await;
        assert_eq!(said.message, "cannot lock environment a: the namespace team is being deleted");
        Ok(())
    })
}
