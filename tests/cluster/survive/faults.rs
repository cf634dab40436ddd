//! Deploys and plans through a network and a server at their worst, by chance.
//!
//! `SINDRI_TEST_RUNS` says how many (20), `SINDRI_TEST_SEED` where to begin (1). A failure names its seed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{env, thread};

use serde_json::Value;

use super::stage::{NAME, Stage, Wanted};
use crate::proxy::{Chance, Ended, Fault, Record, Speech, faults, trace};
use crate::support::Outcome;

/// How many runs side by side: they wait more than they work.
const WORKERS: u32 = 10;

fn number(name: &str, default: u64) -> Outcome<u64> {
    match env::var(name) {
        Ok(value) => Ok(value.parse().map_err(|error| format!("{name}={value}: {error}"))?),
        Err(_) => Ok(default),
    }
}

#[test]
fn whatever_happens_on_the_way_the_outcome_is_true_or_an_error() -> Outcome {
    let (runs, first) = (number("SINDRI_TEST_RUNS", 20)?, number("SINDRI_TEST_SEED", 1)?);
    let next = AtomicU64::new(first);
    let (failures, tally) = (Mutex::new(Vec::new()), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + runs {
                        return;
                    }
                    match one_run(seed) {
                        Ok(run) => tally.lock().unwrap_or_else(PoisonError::into_inner).add(&run),
                        Err(error) => {
                            let failure = format!(
                                "seed {seed} (SINDRI_TEST_SEED={seed} SINDRI_TEST_RUNS=1 cargo test --test cluster \
                                 whatever_happens): {error}"
                            );
                            println!("{failure}");
                            failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                        }
                    }
                }
            });
        }
    });
    let (failures, tally) = (
        failures.into_inner().unwrap_or_else(PoisonError::into_inner),
        tally.into_inner().unwrap_or_else(PoisonError::into_inner),
    );
    println!("seeds {first} to {}: {tally:?}", first + runs - 1);
    assert!(failures.is_empty(), "{} of {runs} runs failed:\n{}", failures.len(), failures.join("\n\n"));
    assert!(runs < 20 || tally.done > 0 && tally.harmed > 0, "nothing was tried: {tally:?}");
    Ok(())
}

/// What the runs came to.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    runs: u64,
    /// Commands that were done, and commands that ended with an error.
    done: u64,
    failed: u64,
    requests: usize,
    /// Requests to which something was done.
    harmed: usize,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.runs += 1;
        self.done += other.done;
        self.failed += other.failed;
        self.requests += other.requests;
        self.harmed += other.harmed;
    }
}

fn one_run(seed: u64) -> Outcome<Tally> {
    let mut chance = Chance::of(seed);
    let speech = chance.one_of(&[Speech::Plain, Speech::Secure]);
    let stage = Stage::new(speech, chance.below(2) == 0)?;
    let mut tally = Tally::default();
    let mut last = Wanted::PLAIN;
    for step in 0..=chance.below(3) {
        last = chance.one_of(&[Wanted::PLAIN, Wanted::CHANGED, Wanted::RICH]);
        let percent = chance.one_of(&[3, 10, 10, 30]);
        let timeout = chance.one_of(&["5s", "15s", "30s"]);
        let plans = chance.below(3) == 0;
        let mut arguments = if plans { vec!["plan", "-o", "json"] } else { vec!["deploy", "--yes"] };
        if !plans && chance.below(3) == 0 {
            arguments.push("--no-wait");
        }
        arguments.extend(["--timeout", timeout]);
        let before = stage.inventory_if_any()?;
        stage.proxy.play(faults(chance.below(u64::MAX), percent));
        let ended = stage.run(last, &arguments);
        let records = stage.proxy.records();
        tally.requests += records.len();
        tally.harmed += records.iter().filter(|record| !matches!(record.fault, Fault::None)).count();
        let checked = ended.and_then(|ended| {
            let shown = ended.to_string();
            let checked = if plans { check_plan(&ended, &before) } else { check_deploy(&stage, last, &ended) };
            let checked = checked.and_then(|()| if plans { Ok(()) } else { check_tale(&ended, &records) });
            match ended.code {
                Some(0) => tally.done += 1,
                _ => tally.failed += 1,
            }
            checked.map_err(|error| format!("{error}\n{shown}").into())
        });
        checked.map_err(|error| format!("step {step}: {error}\n{}", trace(&records)))?;
    }
    stage.converge(last).map_err(|error| format!("afterwards: {error}\n{}", stage.shown()))?;
    Ok(tally)
}

/// What an error may be about, when all that was done is what the proxy does.
const CAUSES: [&str; 7] = [
    "cannot be reached",
    "the time was up before the server",
    "has not answered",
    "Internal error occurred: injected by the test",
    "cannot be read",
    "become ready",
    "its lock is held",
];

/// An error names its cause, and nothing else ends a command that does not succeed.
fn check_error(ended: &Ended) -> Outcome {
    if ended.stderr.contains("panicked") || ended.signal.is_some() || ended.code != Some(1) {
        return Err("this is no proper end".into());
    }
    // Long lines are folded.
    let said = ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let server_says = [429, 500, 502, 503, 504].iter().any(|code| said.contains(&format!(" answers {code}")));
    if !server_says && !CAUSES.iter().any(|cause| said.contains(cause)) {
        return Err("the error names no cause that was injected".into());
    }
    Ok(())
}

/// What is said to have been done is what the server did.
fn check_tale(ended: &Ended, records: &[Record]) -> Outcome {
    let said = ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_change = |record: &&Record| record.seen.writes() && !record.seen.path.contains("/leases");
    let is_done = |record: &&Record| matches!(record.answered, Some((200..300, _)));
    let done: BTreeSet<_> =
        records.iter().filter(is_change).filter(is_done).map(|record| record.seen.path.clone()).collect();
    if said.contains("nothing was changed") && !done.is_empty() {
        return Err(format!("it says that nothing was changed, and the server did {done:?}").into());
    }
    let told =
        ["was created", "was changed", "was deleted"].iter().map(|word| said.matches(word).count()).sum::<usize>();
    if said.contains("nothing else was changed") && told < done.len() {
        return Err(format!("it tells of {told} changes, and the server did {done:?}").into());
    }
    Ok(())
}

fn check_deploy(stage: &Stage, wanted: Wanted, ended: &Ended) -> Outcome {
    match ended.code {
        Some(0) => stage.is_true(wanted, false),
        _ => check_error(ended),
    }
}

/// What is there is never planned as a creation, and what is not there never as anything else.
fn check_plan(ended: &Ended, before: &BTreeSet<String>) -> Outcome {
    if ended.code != Some(0) {
        return check_error(ended);
    }
    let plan: Value = serde_json::from_str(&ended.stdout)?;
    let changes = plan["changes"].as_array().ok_or("the plan has no changes")?;
    if changes.is_empty() {
        return Err("the plan has no objects".into());
    }
    for change in changes {
        let text = |place: &str| change.pointer(place).and_then(Value::as_str).unwrap_or_default().to_lowercase();
        let name = format!("{}/{}", text("/object/kind"), text("/object/name"));
        let (there, creates) = (before.contains(&name), text("/action") == "create");
        if text("/object/kind") != "namespace" && there == creates {
            return Err(format!(
                "{name} is {}there, and the plan says {}",
                if there { "" } else { "not " },
                text("/action")
            )
            .into());
        }
    }
    if !before.contains(&format!("deployment/{NAME}")) && !changes.iter().any(|change| change["action"] == "create") {
        return Err("nothing is there, and the plan creates nothing".into());
    }
    Ok(())
}
