//! Plan and deploy against a model on a real API server; and the server in memory, on which most of the model's
//! sequences run (`tests/model.rs`), held against the real one: the same requests, the same answers.
//!
//! `SINDRI_TEST_SEED=7` repeats one sequence, `SINDRI_TEST_SEQUENCES=200` tries as many.

use std::time::{Duration, Instant};
use std::{env, thread};

use http::Method;
use kube::Client;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};
use sindri::names::ObjectId;

use crate::support::{Namespace, Outcome};
use chance::Chance;
use file::File;
use people::send as ask;
use server::{Answer, Server, path};
use traffic::{Step, Uid, comparable};
use world::World;

#[path = "../model/chance.rs"]
mod chance;
#[path = "../model/edits.rs"]
mod edits;
#[path = "../model/file.rs"]
mod file;
#[path = "../model/ownership.rs"]
mod ownership;
#[path = "../model/people.rs"]
mod people;
#[path = "../model/promises.rs"]
mod promises;
#[path = "../model/server/mod.rs"]
mod server;
#[path = "../model/traffic.rs"]
mod traffic;
#[path = "../model/world.rs"]
mod world;

/// Requests in one sequence of the comparison, and steps in one of the model.
const REQUESTS: usize = 40;
const STEPS: usize = 14;
const WORKERS: usize = 8;
const JSON: &str = "application/json";

/// How many sequences are tried: a sample, unless more are asked for.
fn seeds(sample: u64) -> Vec<u64> {
    if let Some(seed) = env::var("SINDRI_TEST_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return vec![seed];
    }
    let count = env::var("SINDRI_TEST_SEQUENCES").ok().and_then(|count| count.parse().ok()).unwrap_or(sample);
    (1..=count).collect()
}

async fn real() -> Outcome<Client> {
    let context = env::var("SINDRI_TEST_CONTEXT")?;
    let options = KubeConfigOptions { context: Some(context), ..KubeConfigOptions::default() };
    let kubeconfig = Kubeconfig::read()?;
    Ok(Client::try_from(kube::Config::from_custom_kubeconfig(kubeconfig, &options).await?)?)
}

async fn take(client: &Client, step: &Step) -> Outcome<Answer> {
    let none = Value::Null;
    let query = |manager: &str, rehearsal: bool| {
        format!("fieldManager={manager}&fieldValidation=Strict{}", if rehearsal { "&dryRun=All" } else { "" })
    };
    match step {
        Step::Apply { id, body, manager, force, rehearsal } => {
            let path = format!("{}?{}&force={force}", path(id), query(manager, *rehearsal));
            ask(client, Method::PATCH, &path, "application/apply-patch+yaml", body).await
        }
        Step::Edit { id, manager, edit } => {
            // A controller may be faster: whoever edits reads again.
            for _ in 0..20 {
                let mut seen = ask(client, Method::GET, &path(id), JSON, &none).await?;
                if seen.code != 200 {
                    return Ok(seen);
                }
                edit.make(&mut seen.body);
                let path = format!("{}?{}", path(id), query(manager, false));
                let answer = ask(client, Method::PUT, &path, JSON, &seen.body).await?;
                if !answer.body["message"].as_str().is_some_and(|text| text.contains("has been modified")) {
                    return Ok(answer);
                }
            }
            Err("a controller is always faster".into())
        }
        Step::Patch { id, manager, body } => {
            let path = format!("{}?{}", path(id), query(manager, false));
            ask(client, Method::PATCH, &path, "application/merge-patch+json", body).await
        }
        Step::Scale { id, replicas } => {
            let path = format!("{}/scale?{}", path(id), query("kubectl", false));
            let body = json!({"spec": {"replicas": replicas}});
            let answer = ask(client, Method::PATCH, &path, "application/merge-patch+json", &body).await?;
            if answer.code != 200 {
                return Ok(answer);
            }
            Ok(Answer { code: 200, body: json!({"spec": answer.body["spec"]}) })
        }
        Step::Delete { id, uid } => delete(client, id, *uid).await,
        Step::Create { id, body } => {
            let path = path(id);
            let collection = path.rsplit_once('/').map_or("", |(collection, _)| collection);
            ask(client, Method::POST, &format!("{collection}?{}", query("kubectl-create", false)), JSON, body).await
        }
        Step::List { kind, selector } => {
            let namespace = if kind.is_namespaced() { "" } else { return Ok(Answer { code: 200, body: none }) };
            let root = path(&ObjectId { kind: *kind, namespace: None, name: namespace.to_owned() });
            let selector = selector.replace('=', "%3D").replace('/', "%2F");
            ask(client, Method::GET, &format!("{root}?labelSelector={selector}%2Cnone%3Dsuch"), JSON, &none).await
        }
    }
}

async fn delete(client: &Client, id: &ObjectId, uid: Uid) -> Outcome<Answer> {
    let mut options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"});
    match uid {
        Uid::Any => {}
        Uid::Wrong => options["preconditions"] = json!({"uid": "00000000-0000-4000-8000-00000000dead"}),
        Uid::Right => {
            let seen = ask(client, Method::GET, &path(id), JSON, &Value::Null).await?;
            options["preconditions"] = json!({"uid": seen.body["metadata"]["uid"]});
        }
    }
    let answer = ask(client, Method::DELETE, &path(id), JSON, &options).await?;
    if answer.code != 200 {
        let body = json!({"reason": answer.body["reason"]});
        return Ok(Answer { code: answer.code, body });
    }
    // What holds it, lets go at some time.
    let limit = Instant::now() + Duration::from_mins(1);
    while ask(client, Method::GET, &path(id), JSON, &Value::Null).await?.code != 404 {
        if Instant::now() > limit {
            return Err(format!("{id} is still there 60 s after it was deleted").into());
        }
        tokio::task::yield_now().await;
    }
    Ok(Answer { code: 200, body: Value::Null })
}

async fn compare(seed: u64) -> Outcome {
    let namespace = Namespace::reserve();
    let server = Server::new();
    let (real, fake) = (real().await?, server.client());
    let made = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace.name}});
    for client in [&real, &fake] {
        let path = "/api/v1/namespaces?fieldManager=kubectl-create";
        let answer = ask(client, Method::POST, path, JSON, &made).await?;
        if answer.code != 201 {
            return Err(format!("no namespace: {answer:?}").into());
        }
    }
    let mut chance = Chance::new(seed);
    let mut file = File::new("dev");
    let mut history = Vec::new();
    for number in 0..REQUESTS {
        let step = traffic::step(&mut chance, &mut file, &namespace.name);
        history.push(said(&step));
        let wanted = take(&real, &step).await?;
        let is = match &step {
            Step::Delete { id, .. } => {
                let settled = delete_and_settle(&server, &fake, &step).await?;
                assert!(
                    settled.code != 200 || ask(&fake, Method::GET, &path(id), JSON, &Value::Null).await?.code == 404
                );
                settled
            }
            step => take(&fake, step).await?,
        };
        let (left, right) = (comparable(&wanted.body), comparable(&is.body));
        if wanted.code != is.code || left != right {
            return Err(format!(
                "SINDRI_TEST_SEED={seed}, step {number}: {}\n  before:\n{}\nreal: {}\nfake: {}\n{}",
                said(&step),
                history.join("\n"),
                wanted.code,
                is.code,
                difference("", &left, &right).join("\n"),
            )
            .into());
        }
    }
    Ok(())
}

/// In memory, nobody lets go by himself.
async fn delete_and_settle(server: &Server, fake: &Client, step: &Step) -> Outcome<Answer> {
    let Step::Delete { id, uid } = step else { return Err("no deletion".into()) };
    let mut options = json!({"propagationPolicy": "Background"});
    match uid {
        Uid::Any => {}
        Uid::Wrong => options["preconditions"] = json!({"uid": "00000000-0000-4000-8000-00000000dead"}),
        Uid::Right => {
            let seen = ask(fake, Method::GET, &path(id), JSON, &Value::Null).await?;
            options["preconditions"] = json!({"uid": seen.body["metadata"]["uid"]});
        }
    }
    let answer = ask(fake, Method::DELETE, &path(id), JSON, &options).await?;
    if answer.code != 200 {
        return Ok(Answer { code: answer.code, body: json!({"reason": answer.body["reason"]}) });
    }
    server.let_go();
    Ok(Answer { code: 200, body: Value::Null })
}

fn said(step: &Step) -> String {
    let text = match step {
        Step::Apply { id, body, manager, force, rehearsal } => {
            format!("apply {id} as {manager}, force {force}, rehearsal {rehearsal}: {body}")
        }
        step => format!("{step:?}"),
    };
    format!("  - {text}")
}

/// Where two values differ.
fn difference(path: &str, left: &Value, right: &Value) -> Vec<String> {
    match (left, right) {
        (Value::Object(one), Value::Object(other)) => one
            .keys()
            .chain(other.keys().filter(|key| !one.contains_key(*key)))
            .flat_map(|key| {
                let nothing = &Value::Null;
                let (one, other) = (one.get(key).unwrap_or(nothing), other.get(key).unwrap_or(nothing));
                difference(&format!("{path}/{key}"), one, other)
            })
            .collect(),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.flat_map(|(place, (one, other))| difference(&format!("{path}/{place}"), one, other)).collect()
        }
        _ if left == right => Vec::new(),
        _ => vec![format!("  {path}: real {left}, fake {right}")],
    }
}

async fn promises(seed: u64) -> Outcome {
    let namespace = Namespace::reserve();
    let mut chance = Chance::new(seed);
    let mut world = World::new(real().await?, &namespace.name, None);
    let mut outcome = world.begin(&mut chance).await;
    for _ in 0..STEPS {
        if outcome.is_ok() {
            outcome = world.step(&mut chance).await;
        }
    }
    if outcome.is_ok() {
        outcome = world.end().await;
    }
    let told = |problem| format!("SINDRI_TEST_SEED={seed}: {problem}\n  after:\n    {}", world.history.join("\n    "));
    Ok(outcome.map_err(told)?)
}

/// Runs a sequence for each seed, several at once.
fn each<F: Future<Output = Outcome>>(seeds: &[u64], sequence: impl Fn(u64) -> F + Sync) {
    let sequence = &sequence;
    let failures: Vec<String> = thread::scope(|scope| {
        let runs: Vec<_> = (0..WORKERS.min(seeds.len()))
            .map(|worker| {
                let mine: Vec<u64> = seeds.iter().copied().skip(worker).step_by(WORKERS).collect();
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
                    mine.into_iter()
                        .filter_map(|seed| runtime.block_on(sequence(seed)).err().map(|error| error.to_string()))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        runs.into_iter().flat_map(|run| run.join().unwrap_or_else(|_| vec!["a thread panicked".to_owned()])).collect()
    });
    assert!(failures.is_empty(), "{} of {} sequences fail:\n\n{}", failures.len(), seeds.len(), failures.join("\n\n"));
}

#[test]
fn the_server_in_memory_answers_as_a_real_one() {
    each(&seeds(16), compare);
}

#[test]
fn what_was_foretold_is_what_is_done() {
    each(&seeds(24), promises);
}
