//! Which answers of a server are asked for again, for how long, and what is never taken for an answer.

#![allow(clippy::disallowed_methods, reason = "a test touches what it tests, and measures how long it takes")]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::{HeaderValue, Response, StatusCode, header};
use kube::Client;
use kube::client::Body;
use sindri::kubernetes::{Request, Session, Unanswered};

const PATIENCE: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(400);

/// A server that gives these answers, one after the other, and the last one again and again.
fn session(codes: &[u16], retry_after: &'static str, patience: Duration) -> Session {
    let (codes, asked) = (codes.to_vec(), Arc::new(AtomicUsize::new(0)));
    let service = tower::service_fn(move |_: http::Request<Body>| {
        let turn = asked.fetch_add(1, Ordering::SeqCst);
        let code = codes.get(turn).or(codes.last()).copied().unwrap_or(200);
        let mut response = Response::new(Body::from(b"{\"message\": \"said\"}".to_vec()));
        *response.status_mut() = StatusCode::from_u16(code).unwrap_or_default();
        if !retry_after.is_empty() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(retry_after));
        }
        async move { Ok::<_, Infallible>(response) }
    });
    Session::new(Client::new(service, "default"), "https://a".to_owned(), patience, 7)
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_again_and_one_that_refuses_is_not() {
    for code in [429, 500, 502, 503, 504] {
        let session = session(&[code, code, 200], "", PATIENCE);
        let reply = session.ask(&Request::raw("/version")).await.ok();
        assert_eq!(reply.map(|reply| (reply.code, reply.repeated)), Some((200, true)), "{code}");
        assert_eq!(session.requests(), 3, "{code}");
    }
    for code in [400, 403, 404, 409, 410, 422] {
        let session = session(&[code, 200], "", PATIENCE);
        let reply = session.ask(&Request::raw("/version")).await.ok();
        assert_eq!(reply.map(|reply| (reply.code, reply.repeated)), Some((code, false)), "{code}");
        assert_eq!(session.requests(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_get_well_is_left_in_time_and_says_nothing_of_absence() {
    for code in [429, 503] {
        let started = Instant::now();
        let asked = session(&[code], "", SHORT).ask(&Request::raw("/version")).await;
        assert!(matches!(asked, Err(Unanswered::Busy { code: said, .. }) if said == code), "{asked:?}");
        assert!(started.elapsed() < PATIENCE / 2, "it was asked for {:?}", started.elapsed());
    }
    let broken = tower::service_fn(|_: http::Request<Body>| async {
        Err::<Response<Body>, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    let session = Session::new(Client::new(broken, "default"), "https://a".to_owned(), SHORT, 7);
    let asked = session.ask(&Request::raw("/version")).await;
    assert!(matches!(asked, Err(Unanswered::Unreachable { .. })), "{asked:?}");
}

#[tokio::test]
async fn the_time_that_a_server_names_is_waited_for() {
    let started = Instant::now();
    let session = session(&[429, 200], "1", PATIENCE);
    assert!(session.ask(&Request::raw("/version")).await.is_ok());
    assert!(started.elapsed() >= Duration::from_secs(1), "it was asked again after {:?}", started.elapsed());
}

#[tokio::test]
async fn a_session_never_waits_twice_for_the_same_time() {
    let session = session(&[200], "", SHORT);
    let pauses: BTreeSet<_> = (0..100).map(|_| session.spread(Duration::from_millis(100))).collect();
    assert!(pauses.len() > 50, "{pauses:?}");
}
