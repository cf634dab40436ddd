//! A deploy that ends after its first, second, third… write, for every one of them.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::stage::{Stage, Wanted, writes};
use crate::proxy::{Ended, Fault, Program, Record, Script, Seen, Signal, Speech, trace};
use crate::support::Outcome;

/// What is deployed before, and what is deployed when it ends.
#[derive(Clone, Copy, Debug)]
struct Case {
    namespace_exists: bool,
    before: Option<Wanted>,
    wanted: Wanted,
}

const CASES: [(&str, Case); 4] = [
    (
        "a new environment in a namespace that exists",
        Case { namespace_exists: true, before: None, wanted: Wanted::PLAIN },
    ),
    (
        "a new environment in a namespace that it makes",
        Case { namespace_exists: false, before: None, wanted: Wanted::RICH },
    ),
    ("an update", Case { namespace_exists: true, before: Some(Wanted::PLAIN), wanted: Wanted::CHANGED }),
    (
        "objects that are no longer wanted",
        Case { namespace_exists: true, before: Some(Wanted::RICH), wanted: Wanted::PLAIN },
    ),
];

/// How a deploy ends at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// `kill -9`, before the answer to the write arrives; nothing it sends later is heard.
    Killed,
    /// Ctrl-C or SIGTERM, before the answer to the write arrives; the answer comes, and everything else works.
    Interrupted,
}

#[test]
fn a_deploy_killed_after_any_write_is_finished_by_the_next_one() -> Outcome {
    every_point(Death::Killed)
}

#[test]
fn a_deploy_interrupted_at_any_write_says_so_and_is_finished_by_the_next_one() -> Outcome {
    every_point(Death::Interrupted)
}

fn every_point(death: Death) -> Outcome {
    let mut points = Vec::new();
    for (name, case) in CASES {
        let stage = prepared(case, Speech::Plain)?;
        let count = writes(&stage.deploy(case.wanted)?).len();
        assert!(count >= 3, "{name}: only {count} writes");
        points.extend((1..=count).map(|point| (name, case, point)));
    }
    let total = points.len();
    points.reverse();
    let (points, failures) = (Mutex::new(points), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let next = points.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some((name, case, point)) = next else { return };
                    let speech = if point % 2 == 0 { Speech::Plain } else { Speech::Secure };
                    if let Err(error) = one_point(case, speech, point, death) {
                        let failure = format!("{name}, {death:?} after write {point} ({speech:?}): {error}");
                        failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(failures.is_empty(), "{} of {total} points:\n{}", failures.len(), failures.join("\n\n"));
    Ok(())
}

fn prepared(case: Case, speech: Speech) -> Outcome<Stage> {
    let stage = Stage::new(speech, case.namespace_exists)?;
    if let Some(before) = case.before {
        stage.deploy(before)?;
    }
    Ok(stage)
}

fn one_point(case: Case, speech: Speech, point: usize, death: Death) -> Outcome {
    let stage = prepared(case, speech)?;
    stage.proxy.play(stopping_after(point, death));
    let program = stage.start(case.wanted, &["deploy", "--yes", "--timeout", "120s"])?;
    let ended = match death {
        Death::Killed => killed(&stage, program)?,
        Death::Interrupted => {
            let signal = if point.is_multiple_of(3) { Signal::Terminate } else { Signal::Interrupt };
            interrupted(&stage, program, signal)?
        }
    };
    let records = stage.proxy.records();
    let checked = match death {
        Death::Killed => Ok(()),
        Death::Interrupted => check_interruption(&stage, &ended, &records),
    };
    checked
        .and_then(|()| stage.converge(case.wanted))
        .map_err(|error| format!("{error}\n{ended}\n{}{}", trace(&records), stage.shown()).into())
}

/// The write of this number is done and not answered yet.
pub(super) fn stopping_after(point: usize, death: Death) -> Script {
    let mut seen_writes = 0;
    Box::new(move |seen: &Seen| {
        if seen.writes() {
            seen_writes += 1;
        }
        match (death, seen_writes.cmp(&point), seen.writes()) {
            (_, std::cmp::Ordering::Less, _) => Fault::None,
            (Death::Killed, std::cmp::Ordering::Equal, true) => Fault::Mute,
            (Death::Killed, ..) => Fault::Deaf,
            (Death::Interrupted, std::cmp::Ordering::Equal, true) => Fault::Slow(Duration::from_millis(1500)),
            (Death::Interrupted, ..) => Fault::None,
        }
    })
}

fn is_at_the_point(records: &[Record]) -> bool {
    let reached = |record: &Record| matches!(record.fault, Fault::Mute | Fault::Slow(_)) && record.answered.is_some();
    let is_done = |record: &Record| !record.forwarded || record.answered.is_some();
    records.iter().any(reached) && records.iter().all(is_done)
}

fn reach(stage: &Stage, program: &mut Program) -> Outcome<bool> {
    let limit = Instant::now() + Duration::from_mins(2);
    while Instant::now() < limit {
        if stage.proxy.wait(Duration::from_millis(50), is_at_the_point) {
            return Ok(true);
        }
        if !program.runs()? {
            return Ok(false);
        }
    }
    Err(format!("waited 120 s for the write\n{}", trace(&stage.proxy.records())).into())
}

pub(super) fn killed(stage: &Stage, mut program: Program) -> Outcome<Ended> {
    if reach(stage, &mut program)? {
        program.kill()
    } else {
        let ended = program.end(Duration::from_secs(10))?;
        Err(format!("it ended before the write\n{ended}\n{}", trace(&stage.proxy.records())).into())
    }
}

pub(super) fn interrupted(stage: &Stage, mut program: Program, signal: Signal) -> Outcome<Ended> {
    if reach(stage, &mut program)? {
        program.signal(signal)?;
    }
    program.end(Duration::from_secs(30))
}

/// It said what was applied and how to go on, and let the lock go.
fn check_interruption(stage: &Stage, ended: &Ended, records: &[Record]) -> Outcome {
    if ended.code != Some(130) {
        return Err(format!("the code is {:?}, the signal {:?}", ended.code, ended.signal).into());
    }
    if ended.stderr.contains("panicked") || !ended.stderr.contains("sindri deploy") {
        return Err("it does not say how to go on".into());
    }
    let leases = stage.namespace.kubectl(&["get", "leases", "-o", "name"], "")?;
    if !leases.is_empty() {
        return Err(format!("the lock is still there: {leases}\n{}", trace(records)).into());
    }
    Ok(())
}
