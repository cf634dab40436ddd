#![expect(clippy::disallowed_methods, reason = "waits only a moment for what can be done without")]
//! How one environment is, in one look: everything that can be asked at the same time, then what only the first answers
//! make necessary.

use std::time::Duration;

use futures_util::future::{join, join_all, join4, try_join5};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

use super::diagnose::{Log, State, diagnose, refused_pod};
use super::observe::{Unobserved, live};
use super::pages::objects;
use super::refused::rehearse;
use super::request::{Request, Selecting};
use super::scene::{Scene, holds, items, name, text, uid};
use super::session::Session;
use super::wait::{LOG_BYTES, LOG_LINES, Subject};
use crate::names::{Kind, ObjectId, home_claim};
use crate::plan::Live;

/// How long is waited for what is only nice to know: many clusters do not measure, and in some what measures is broken.
const MOMENT: Duration = Duration::from_secs(2);
/// Nobody has so many pods or sets of one environment.
const PAGE: u32 = 500;
/// What is said about one object, at most.
const REMARKS: u32 = 100;

/// What was seen.
#[derive(Clone, Debug)]
pub struct Survey {
    /// What it is doing.
    pub state: State,
    /// The Deployment and what belongs to it.
    pub scene: Scene,
    /// Its address.
    pub service: Option<Value>,
    /// What its pods use now, if the cluster measures that.
    pub usage: Option<Value>,
    /// What the node says of its pods, if this person may ask it.
    pub node: Option<Value>,
    /// The last lines of the program that is in trouble.
    pub log: Vec<String>,
    /// What may not be seen, in the server's words.
    pub denied: Vec<String>,
    /// Whether too little may be seen to say what it is doing.
    pub is_blind: bool,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What says how it is.
    Usual,
    /// Also how full its volume is: nodes take up to a second to measure that.
    Disks,
}

/// Looks at an environment.
///
/// # Errors
/// When the server does not answer, or answers something that means neither "this" nor "nothing" nor "not for you".
pub async fn survey(session: &Session, subject: &Subject, depth: Depth) -> Result<Survey, Unobserved> {
    let namespace = subject.namespace.as_str();
    let get = |kind, name: &str| ask(session, Request::get(&ObjectId::new(kind, namespace, name)));
    let list = |kind| ask(session, Request::list(kind, Some(namespace), &subject.selector, PAGE));
    let environment = subject.deployment.as_str();
    let (answers, usage) = join(
        try_join5(
            get(Kind::Deployment, environment),
            get(Kind::Service, environment),
            get(Kind::PersistentVolumeClaim, &home_claim(environment)),
            list(Kind::ReplicaSet),
            list(Kind::Pod),
        ),
        luxury(session, Request::usage(namespace, &subject.selector)),
    )
    .await;
    let (deployment, service, claim, sets, pods) = answers?;
    let mut denied = Vec::new();
    let is_blind = matches!(deployment, Live::Denied(_)) || matches!(pods, Live::Denied(_));
    let scene = Scene {
        context: subject.context.clone(),
        namespace: namespace.to_owned(),
        deployment: seen(deployment, &mut denied),
        replica_sets: seen(sets, &mut denied).map(|list| objects(list, Kind::ReplicaSet)),
        pods: seen(pods, &mut denied).map(|list| objects(list, Kind::Pod)).unwrap_or_default(),
        claim: seen(claim, &mut denied),
        events: Vec::new(),
        rehearsal: None,
    };
    let service = seen(service, &mut denied);
    let state = diagnose(&scene, session.server_time());
    let mut survey = Survey { state, scene, service, usage, node: None, log: Vec::new(), denied, is_blind };
    look_closer(session, &mut survey, depth).await?;
    Ok(survey)
}

/// The second look: what was said about what does not run, the claim of somebody else, the last words of a program, and
/// what the node knows.
async fn look_closer(session: &Session, survey: &mut Survey, depth: Depth) -> Result<(), Unobserved> {
    let namespace = survey.scene.namespace.clone();
    let is_well = matches!(survey.state, State::Ready(_) | State::Stopped | State::Absent);
    let node = survey.scene.pod().map(|pod| text(pod, "/spec/nodeName")).filter(|node| !node.is_empty());
    let measured = async {
        match node {
            Some(node) if depth == Depth::Disks => luxury(session, Request::measured(node)).await,
            Some(_) | None => None,
        }
    };
    let foreign = async {
        match foreign_claim(&survey.scene) {
            Some(claim) => {
                let id = ObjectId::new(Kind::PersistentVolumeClaim, &namespace, claim);
                ask(session, Request::get(&id)).await.map(Some)
            }
            None => Ok(None),
        }
    };
    let about: Vec<String> = if is_well { Vec::new() } else { subjects(&survey.scene) };
    let remarks = join_all(about.iter().map(|uid| remarks(session, &namespace, uid)));
    let log = last_words(session, &namespace, &survey.state);
    let (measured, foreign, remarks, log) = join4(measured, foreign, remarks, log).await;
    survey.node = measured;
    survey.log = log;
    if let Some(claim) = foreign? {
        survey.scene.claim = seen(claim, &mut survey.denied);
    }
    survey.scene.events = remarks.into_iter().flatten().collect();
    if is_well {
        return Ok(());
    }
    if let Some(refused) = refused_pod(&survey.scene) {
        survey.scene.rehearsal = rehearse(session, &namespace, refused, Instant::now() + MOMENT).await;
    }
    survey.state = diagnose(&survey.scene, session.server_time());
    Ok(())
}

async fn ask(session: &Session, request: Request) -> Result<Live, Unobserved> {
    live(session.ask(&request).await?, request.what)
}

/// What can be done without, asked once. Whatever goes wrong, it is not known.
async fn luxury(session: &Session, request: Request) -> Option<Value> {
    let asked = async {
        let response = session.open(&request).await.ok()?.ok()?;
        let body = response.into_body().collect().await.ok()?;
        serde_json::from_slice(&body.to_bytes()).ok()
    };
    timeout(MOMENT, asked).await.ok()?
}

fn seen(answer: Live, denied: &mut Vec<String>) -> Option<Value> {
    match answer {
        Live::Present(object) => Some(object),
        Live::Absent => None,
        Live::Denied(message) => {
            denied.push(message);
            None
        }
    }
}

/// The claim that the environment uses and has not made.
fn foreign_claim(scene: &Scene) -> Option<&str> {
    let deployment = scene.deployment.as_ref()?;
    let claims = items(deployment, "/spec/template/spec/volumes")
        .iter()
        .map(|volume| text(volume, "/persistentVolumeClaim/claimName"));
    claims.filter(|claim| !claim.is_empty()).find(|claim| scene.claim.as_ref().is_none_or(|own| name(own) != *claim))
}

/// Everything about which it matters what is said.
fn subjects(scene: &Scene) -> Vec<String> {
    let sets = scene.current().into_iter().chain(scene.deployment.iter().filter(|_| scene.replica_sets.is_none()));
    let claim = scene.claim.iter().filter(|claim| text(claim, "/status/phase") != "Bound");
    let pods = scene.current_pods().into_iter().filter(|pod| !holds(pod, "Ready"));
    let mut uids: Vec<_> =
        pods.chain(sets).chain(scene.living_pods()).chain(claim).map(|object| uid(object).to_owned()).collect();
    uids.sort();
    uids.dedup();
    uids
}

/// What was said about one object; nothing if it may not be heard.
async fn remarks(session: &Session, namespace: &str, uid: &str) -> Vec<Value> {
    let selecting = Selecting::Fields(format!("involvedObject.uid={uid}"));
    match session.ask(&Request::select(Kind::Event, namespace, &selecting, REMARKS)).await {
        Ok(reply) if reply.is_success() => items(&reply.body, "/items").to_vec(),
        Ok(_) | Err(_) => Vec::new(),
    }
}

async fn last_words(session: &Session, namespace: &str, state: &State) -> Vec<String> {
    match state {
        State::Stuck(trouble) => match &trouble.log {
            Some(log) => lines(session, namespace, log).await,
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The last lines of a container's output. None if they cannot be had: the trouble is known without them.
pub(super) async fn lines(session: &Session, namespace: &str, log: &Log) -> Vec<String> {
    let request = Request::log(namespace, &log.pod, &log.container, log.previous, LOG_LINES, LOG_BYTES);
    let Ok(Ok(response)) = session.open(&request).await else { return Vec::new() };
    let Ok(Ok(body)) = timeout_at(session.deadline(), response.into_body().collect()).await else {
        return Vec::new();
    };
    String::from_utf8_lossy(&body.to_bytes()).lines().map(str::to_owned).collect()
}
