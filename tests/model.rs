//! Plan and deploy against a model: whatever happens in whatever order, what was foretold is what is done.
//!
//! `SINDRI_TEST_SEED=7` repeats one sequence, `SINDRI_TEST_SEQUENCES=10000` tries as many.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::too_many_arguments,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

use std::collections::BTreeMap;
use std::{env, thread};

use chance::Chance;
use promises::Verdict;
use server::Server;
use world::World;

#[path = "model/chance.rs"]
mod chance;
#[path = "model/denied.rs"]
mod denied;
#[path = "model/edits.rs"]
mod edits;
#[path = "model/file.rs"]
mod file;
#[path = "model/moment.rs"]
mod moment;
#[path = "model/ownership.rs"]
mod ownership;
#[path = "model/people.rs"]
mod people;
#[path = "model/promises.rs"]
mod promises;
#[path = "model/server/mod.rs"]
mod server;
#[path = "model/world.rs"]
mod world;

/// As many as fit into a test before each commit.
const SAMPLE: u64 = 100;
const STEPS: usize = 14;

fn seeds() -> Vec<u64> {
    if let Some(seed) = env::var("SINDRI_TEST_SEED").ok().and_then(|seed| seed.parse().ok()) {
        return vec![seed];
    }
    let count = env::var("SINDRI_TEST_SEQUENCES").ok().and_then(|count| count.parse().ok()).unwrap_or(SAMPLE);
    (1..=count).collect()
}

async fn sequence(seed: u64) -> Result<BTreeMap<&'static str, u32>, String> {
    let mut chance = Chance::new(seed);
    let server = Server::new();
    let mut world = World::new(server.client(), "team", Some(server));
    let mut outcome: Verdict = world.begin(&mut chance).await;
    for _ in 0..STEPS {
        if outcome.is_ok() {
            outcome = world.step(&mut chance).await;
        }
    }
    if outcome.is_ok() {
        outcome = world.end().await;
    }
    match outcome {
        Ok(()) => Ok(world.ends),
        Err(problem) => {
            Err(format!("SINDRI_TEST_SEED={seed}: {problem}\n  after:\n    {}", world.history.join("\n    ")))
        }
    }
}

#[test]
fn what_was_foretold_is_what_is_done() {
    let seeds = seeds();
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let outcomes: Vec<_> = thread::scope(|scope| {
        let runs: Vec<_> = (0..workers)
            .map(|worker| {
                let mine: Vec<u64> = seeds.iter().copied().skip(worker).step_by(workers).collect();
                scope.spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    let runtime = runtime.unwrap_or_else(|error| panic!("no runtime: {error}"));
                    mine.into_iter().map(|seed| runtime.block_on(sequence(seed))).collect::<Vec<_>>()
                })
            })
            .collect();
        runs.into_iter().flat_map(|run| run.join().unwrap_or_else(|_| vec![Err("a thread panicked".into())])).collect()
    });
    let mut ends: BTreeMap<&str, u32> = BTreeMap::new();
    let mut failures = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(counted) => counted.into_iter().for_each(|(end, count)| *ends.entry(end).or_default() += count),
            Err(failure) => failures.push(failure),
        }
    }
    eprintln!("{} sequences: {ends:?}", seeds.len());
    let shown: Vec<&str> = failures.iter().map(String::as_str).take(5).collect();
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), seeds.len(), shown.join("\n\n"));
    // A model in which one of these never happens, tests nothing.
    if seeds.len() >= 100 {
        for end in ["deployed", "unchanged", "refused", "moved", "deployed from a file"] {
            assert!(ends.contains_key(end), "nothing was ever {end}: {ends:?}");
        }
    }
}

/// The server keeps the account under two names, and brings one back from the other when it is no longer sent.
#[tokio::test]
async fn an_account_that_is_no_longer_asked_for_goes() -> Verdict {
    let server = Server::new();
    let mut world = World::new(server.client(), "team", Some(server));
    world.file.account = Some("builder");
    world.deploy(false).await?;
    world.file.account = None;
    world.end().await
}
