//! Somebody else is faster: what happens after the last look and before the write.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use http::{Method, Request, StatusCode};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use sindri::kubernetes::{Failed, Stamp, Work};
use sindri::names::{Kind, ObjectId};
use sindri::plan::Action;

use super::promises::{ENVIRONMENT, Verdict};
use super::server::{Asked, Server, path};
use super::world::World;

const NAMESPACE: &str = "team";

type Act = Box<dyn FnOnce(&Server) + Send>;

/// A client before whose first write like this somebody else acts.
fn overtaken(server: &Server, method: Method, id: &ObjectId, act: Act) -> Client {
    let (server, place, act) = (server.clone(), path(id), Arc::new(Mutex::new(Some(act))));
    let service = tower::service_fn(move |request: Request<Body>| {
        let is_meant = *request.method() == method
            && request.uri().path() == place
            && !request.uri().query().unwrap_or_default().contains("dryRun");
        let act = is_meant.then(|| act.lock().unwrap_or_else(PoisonError::into_inner).take()).flatten();
        if let Some(act) = act {
            act(&server);
        }
        let client = server.client();
        async move { client.send(request).await }
    });
    Client::new(service, "default")
}

/// What somebody else asks of the server; it is done.
fn somebody(server: &Server, method: &Method, path: &str, content: &str, body: Value) {
    let separator = if path.contains('?') { '&' } else { '?' };
    let asked = Asked {
        method,
        path: &format!("{path}{separator}fieldManager=kubectl"),
        content,
        accept: "application/json",
        body,
    };
    let answer = server.answer(&asked);
    assert!(answer.code < 300, "somebody else cannot {method} {path}: {answer:?}");
}

fn label(server: &Server, id: &ObjectId) {
    let body = json!({"metadata": {"labels": {"team": "red"}}});
    somebody(server, &Method::PATCH, &path(id), "application/merge-patch+json", body);
}

fn delete(server: &Server, id: &ObjectId) {
    somebody(server, &Method::DELETE, &path(id), "application/json", json!({}));
}

fn make(server: &Server, object: &Value) {
    let id = of(if object["kind"] == "Service" { Kind::Service } else { Kind::NetworkPolicy });
    let path = path(&id);
    let collection = path.rsplit_once('/').map_or("", |(collection, _)| collection);
    somebody(server, &Method::POST, collection, "application/json", object.clone());
}

fn of(kind: Kind) -> ObjectId {
    ObjectId::new(kind, NAMESPACE, ENVIRONMENT)
}

/// A namespace of somebody else with the environment in it, if it is to be there.
async fn begin(policy: &'static str, is_deployed: bool) -> Verdict<World> {
    let server = Server::new();
    server.put(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}));
    let mut world = World::new(server.client(), NAMESPACE, Some(server.clone()));
    world.file.policy = policy;
    if is_deployed {
        world.deploy(false).await?;
    }
    Ok(world)
}

/// Deploys what the file says now, while somebody else acts just before a certain write. How it ends, and what is told.
async fn deploy(
    world: &World,
    (method, id): (Method, &ObjectId),
    act: impl FnOnce(&Server) + Send + 'static,
) -> Verdict<(Result<(), Failed>, Vec<(Action, ObjectId)>)> {
    let server = world.server.clone().ok_or("there is no server")?;
    let has_acted = Arc::new(AtomicBool::new(false));
    let acted = has_acted.clone();
    let act: Act = Box::new(move |server| {
        act(server);
        acted.store(true, Ordering::SeqCst);
    });
    let mut own = World::new(overtaken(&server, method, id, act), NAMESPACE, Some(server.clone()));
    own.file = world.file.clone();
    let plan = own.plan(false).await?;
    assert_eq!(plan.obstacles().count(), 0, "{:?}", plan.findings);
    let (session, stop) = (own.session(), Cell::new(false));
    let stamp = Stamp { by: "alice@laptop".to_owned(), at: session.server_date() };
    let work = Work::new(&session, &plan, stamp, 1, &stop);
    let outcome = work.carry_out(plan).await;
    assert!(has_acted.load(Ordering::SeqCst), "nothing like this was written");
    let (done, open) = work.done();
    assert!(open.is_empty(), "everything was answered: {open:?}");
    Ok((outcome, done.into_iter().map(|done| (done.action, done.id)).collect()))
}

/// It is told that it moved and how, and nothing of ours was written over it.
#[track_caller]
fn has_moved(outcome: &Result<(), Failed>, how: &str) {
    let told = match outcome {
        Err(error @ Failed::Moved(_)) => error.to_string(),
        other => format!("{other:?}"),
    };
    assert!(told.contains(how), "{told}");
}

fn object(world: &World, id: &ObjectId) -> Option<Value> {
    world.server.as_ref().and_then(|server| server.object(id))
}

fn command(object: &Value) -> &Value {
    &object["spec"]["template"]["spec"]["containers"][0]["command"]
}

#[tokio::test]
async fn what_somebody_changes_in_the_moment_of_an_update_is_not_overwritten() -> Verdict {
    let mut world = begin("none", true).await?;
    world.file.command = Some("[\"true\"]");
    let id = of(Kind::Deployment);
    let labelled = id.clone();
    let (outcome, done) = deploy(&world, (Method::PATCH, &id), move |server| label(server, &labelled)).await?;
    has_moved(&outcome, "deployment/dev was changed");
    assert_eq!(done, []);
    let live = object(&world, &id).ok_or("it is gone")?;
    assert_eq!(live["metadata"]["labels"]["team"], "red");
    assert_eq!(*command(&live), Value::Null, "the change was made although another one came before");
    Ok(())
}

#[tokio::test]
async fn a_status_that_is_written_in_the_moment_of_an_update_does_not_stop_it() -> Verdict {
    let mut world = begin("none", true).await?;
    world.file.command = Some("[\"true\"]");
    let id = of(Kind::Deployment);
    let before = object(&world, &id).ok_or("it is not there")?;
    let (outcome, done) = deploy(&world, (Method::PATCH, &id), Server::settle).await?;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(done, [(Action::Update, id.clone())]);
    let live = object(&world, &id).ok_or("it is gone")?;
    assert_eq!(*command(&live), json!(["true"]));
    assert_ne!(live["status"], before["status"], "nothing was written in that moment");
    Ok(())
}

#[tokio::test]
async fn what_somebody_deletes_in_the_moment_of_an_update_is_not_made_again() -> Verdict {
    let mut world = begin("none", true).await?;
    world.file.command = Some("[\"true\"]");
    let id = of(Kind::Deployment);
    let deleted = id.clone();
    let (outcome, done) = deploy(&world, (Method::PATCH, &id), move |server| delete(server, &deleted)).await?;
    has_moved(&outcome, "deployment/dev was there, and is gone");
    assert_eq!(done, []);
    assert_eq!(object(&world, &id), None);
    Ok(())
}

#[tokio::test]
async fn what_somebody_changes_in_the_moment_of_its_deletion_stays() -> Verdict {
    let mut world = begin("restricted", true).await?;
    world.file.policy = "none";
    let id = of(Kind::NetworkPolicy);
    let labelled = id.clone();
    let (outcome, _) = deploy(&world, (Method::DELETE, &id), move |server| label(server, &labelled)).await?;
    has_moved(&outcome, "networkpolicy/dev was changed");
    assert!(object(&world, &id).is_some(), "it was deleted although somebody had changed it");
    Ok(())
}

#[tokio::test]
async fn what_somebody_makes_in_place_of_what_is_to_be_deleted_stays() -> Verdict {
    let mut world = begin("restricted", true).await?;
    world.file.policy = "none";
    let id = of(Kind::NetworkPolicy);
    let old = id.clone();
    let (outcome, _) = deploy(&world, (Method::DELETE, &id), move |server| {
        delete(server, &old);
        make(
            server,
            &json!({
                "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": ENVIRONMENT, "namespace": NAMESPACE}, "spec": {"podSelector": {}},
            }),
        );
    })
    .await?;
    has_moved(&outcome, "networkpolicy/dev was deleted and made again");
    assert!(object(&world, &id).is_some(), "somebody else's object was deleted");
    Ok(())
}

/// Nothing can forbid the server to apply to what was made a moment before: it is told, and told as a change.
#[tokio::test]
async fn what_somebody_makes_in_the_moment_of_a_creation_is_told_as_changed() -> Verdict {
    let world = begin("none", false).await?;
    let id = of(Kind::Service);
    let (outcome, done) = deploy(&world, (Method::PATCH, &id), |server| {
        make(
            server,
            &json!({
                "apiVersion": "v1", "kind": "Service",
                "metadata": {"name": ENVIRONMENT, "namespace": NAMESPACE},
                "spec": {"ports": [{"port": 80, "protocol": "TCP"}]},
            }),
        );
    })
    .await?;
    has_moved(&outcome, "service/dev was made by somebody else at the same moment");
    assert!(done.contains(&(Action::Update, id)), "it was changed, and only this is told: {done:?}");
    Ok(())
}

/// A client that does not get the answer to its first write like this, although it was done.
fn without_answer(server: &Server, method: Method, id: &ObjectId) -> Client {
    let (client, place, is_lost) = (server.client(), path(id), Arc::new(AtomicBool::new(false)));
    let service = tower::service_fn(move |request: Request<Body>| {
        let is_meant = *request.method() == method
            && request.uri().path() == place
            && !request.uri().query().unwrap_or_default().contains("dryRun");
        let (client, is_lost) = (client.clone(), is_lost.clone());
        async move {
            let mut response = client.send(request).await?;
            if is_meant && !is_lost.swap(true, Ordering::SeqCst) {
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            }
            Ok::<_, kube::Error>(response)
        }
    });
    Client::new(service, "default")
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_not_taken_for_that_of_somebody_else() -> Verdict {
    let cases = [
        (Method::PATCH, Kind::Service, Action::Create, "none", "none"),
        (Method::PATCH, Kind::Deployment, Action::Update, "none", "none"),
        (Method::DELETE, Kind::NetworkPolicy, Action::Delete, "restricted", "none"),
    ];
    for (method, kind, action, before, after) in cases {
        let mut world = begin(before, action != Action::Create).await?;
        world.file.command = Some("[\"true\"]");
        world.file.policy = after;
        let server = world.server.clone().ok_or("there is no server")?;
        let id = of(kind);
        let mut own = World::new(without_answer(&server, method, &id), NAMESPACE, Some(server));
        own.file = world.file.clone();
        let plan = own.plan(false).await?;
        let (session, stop) = (own.session(), Cell::new(false));
        let stamp = Stamp { by: "alice@laptop".to_owned(), at: session.server_date() };
        let work = Work::new(&session, &plan, stamp, 1, &stop);
        let outcome = work.carry_out(plan).await;
        assert!(outcome.is_ok(), "{action:?}: {outcome:?}");
        let (done, open) = work.done();
        assert!(done.iter().any(|done| done.id == id && done.action == action), "{action:?}: {done:?}");
        assert!(open.is_empty(), "{action:?}: {open:?}");
        assert!(!world.plan(false).await?.has_changes(), "{action:?} is not all done");
    }
    Ok(())
}
