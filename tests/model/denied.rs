//! A server that denies what it has done, as one does whose store has not answered it in time.

use std::cell::Cell;

use http::{Method, Request, Response};
use kube::Client;
use kube::client::Body;
use serde_json::json;
use sindri::kubernetes::{Failed, Session, Stamp, Work};
use sindri::names::ObjectId;

use super::promises::Verdict;
use super::server::Server;
use super::world::World;

/// Whether what is denied was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    Done,
    NotDone,
}

/// Writes to services are answered with an error, each time.
fn denying(server: &Server, truth: Truth, code: u16) -> Client {
    answering(server, truth, move |_| Some(code))
}

/// Writes to services are answered as their number, from 0, says.
fn answering(server: &Server, truth: Truth, code: impl Fn(u32) -> Option<u16> + Send + 'static) -> Client {
    let client = server.client();
    let mut number = 0;
    let service = tower::service_fn(move |request: Request<Body>| {
        let client = client.clone();
        let is_denied = request.method() == Method::PATCH
            && request.uri().path().contains("/services/")
            && !request.uri().query().is_some_and(|query| query.contains("dryRun"));
        let code = if is_denied { code(number) } else { None };
        number += u32::from(is_denied);
        async move {
            let Some(code) = code else { return client.send(request).await };
            if truth == Truth::Done {
                client.send(request).await?;
            }
            let status = json!({"kind": "Status", "code": code, "message": "etcdserver: request timed out"});
            let response = Response::builder().status(code).header("Retry-After", "0");
            response.body(Body::from(status.to_string().into_bytes())).map_err(kube::Error::HttpError)
        }
    });
    Client::new(service, "default")
}

/// What was done, what may have been done, and what is said, when a new environment is deployed.
async fn told(world: &World, client: Client) -> Verdict<(Vec<String>, Vec<String>, String)> {
    let session = Session::new(client, "https://model".to_owned(), std::time::Duration::from_secs(20), 7);
    let mut plan = world.planned(&session, false).await?;
    let stop = Cell::new(false);
    let stamp = Stamp { by: "alice@laptop".to_owned(), at: session.server_date() };
    let work = Work::new(&session, &plan, stamp, 16, &stop);
    work.make_namespace(&mut plan).await.map_err(|error| error.to_string())?;
    let outcome = work.carry_out(plan).await;
    let said = outcome.err().as_ref().map(Failed::to_string).unwrap_or_default();
    let (done, open) = work.done();
    let done = done.iter().map(|done| done.id.short()).collect();
    Ok((done, open.iter().map(ObjectId::short).collect(), said))
}

#[tokio::test]
async fn what_was_answered_with_an_error_may_have_been_done() -> Verdict {
    for truth in [Truth::Done, Truth::NotDone] {
        let server = Server::new();
        let world = World::new(server.client(), "team", Some(server.clone()));
        let (done, open, said) = told(&world, denying(&server, truth, 500)).await?;
        assert_eq!(open, ["service/dev"], "{truth:?}: {said}, done: {done:?}");
        assert!(said.contains("etcdserver: request timed out"), "{truth:?}: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn what_the_server_refuses_was_not_done() -> Verdict {
    let server = Server::new();
    let world = World::new(server.client(), "team", Some(server.clone()));
    let (done, open, said) = told(&world, denying(&server, Truth::NotDone, 403)).await?;
    assert_eq!(open, Vec::<String>::new(), "{said}, done: {done:?}");
    Ok(())
}

#[tokio::test]
async fn one_error_after_others_of_the_way_there_is_not_believed() -> Verdict {
    let server = Server::new();
    let world = World::new(server.client(), "team", Some(server.clone()));
    let codes = |number| match number {
        0..8 => Some(503),
        8 => Some(500),
        _ => None,
    };
    let (done, open, said) = told(&world, answering(&server, Truth::NotDone, codes)).await?;
    assert!(said.is_empty() && open.is_empty(), "{said}, open: {open:?}");
    assert!(done.contains(&"service/dev".to_owned()), "{done:?}");
    Ok(())
}
