//! Two deploys of one environment at the same time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::stage::{Stage, Wanted, writes};
use crate::proxy::{Fault, Program, Proxy, Record, Round, Script, Speech, trace};
use crate::support::Outcome;

/// When the lock was held: from the answer that gave it to the request that gave it back.
fn held(records: &[Record]) -> Outcome<(Instant, Instant)> {
    let lease = |record: &&Record| record.seen.path.contains("/leases");
    let is_won = |record: &&Record| {
        ["POST", "PUT"].contains(&&*record.seen.method) && matches!(record.answered, Some((200..300, _)))
    };
    let won = records.iter().filter(lease).find(is_won).and_then(|record| record.answered);
    let released = records.iter().filter(lease).rfind(|record| record.seen.method == "DELETE");
    match (won, released) {
        (Some((_, won)), Some(released)) => Ok((won, released.arrived)),
        _ => Err(format!("no lock was taken and given back:\n{}", trace(records)).into()),
    }
}

/// The first attempts to get the lock are answered when both have arrived: one has it, and the other knows.
fn meeting(round: &Arc<Round>) -> Script {
    let mut round = Some(round.clone());
    Box::new(move |seen| match round.take_if(|_| seen.name() == "create leases") {
        Some(round) => Fault::Held(round),
        None => Fault::None,
    })
}

fn writes_are_within(records: &[Record], (from, to): (Instant, Instant)) -> Outcome {
    let others = records.iter().filter(|record| record.seen.writes() && !record.seen.path.contains("/leases"));
    for record in others {
        let ended = record.answered.map_or(record.arrived, |(_, time)| time);
        if record.arrived < from || ended > to {
            return Err(format!("{record} was outside of the lock:\n{}", trace(records)).into());
        }
    }
    Ok(())
}

fn meet(wanted: [Wanted; 2], before: Option<Wanted>) -> Outcome {
    let stage = Stage::new(Speech::Plain, true)?;
    if let Some(before) = before {
        stage.deploy(before)?;
    }
    let other = Stage { namespace: stage.namespace.clone(), proxy: Proxy::start(Speech::Secure)? };
    let round = Round::of(2);
    stage.proxy.play(meeting(&round));
    other.proxy.play(meeting(&round));
    let arguments = ["deploy", "--yes", "--timeout", "120s"];
    let programs: [Program; 2] = [stage.start(wanted[0], &arguments)?, other.start(wanted[1], &arguments)?];
    let [first, second] = programs.map(|program| program.end(Duration::from_mins(3)));
    let ended = [first?, second?];
    let records = [stage.proxy.records(), other.proxy.records()];
    let shown = || format!("{}\n{}\n{}\n{}", ended[0], trace(&records[0]), ended[1], trace(&records[1]));
    let spans = [held(&records[0]), held(&records[1])];
    let mut winners = Vec::new();
    for index in [0, 1] {
        // Who finds the work done by the other, or the cluster moved since its plan, may stop without a write.
        match &spans[index] {
            Ok(span) => {
                writes_are_within(&records[index], *span)?;
                winners.push(*span);
            }
            Err(_) if writes(&records[index]).iter().all(|name| name.contains("leases")) => {}
            Err(error) => return Err(format!("{error}\n{}", shown()).into()),
        }
    }
    if let [one, two] = &*winners
        && one.1.min(two.1) > one.0.max(two.0)
    {
        return Err(format!("both held the lock:\n{}", shown()).into());
    }
    assert!(round.is_complete(), "they have not met:\n{}", shown());
    let patient: Vec<_> = ended.iter().filter(|ended| ended.stderr.contains("held by")).collect();
    assert_eq!(patient.len(), 1, "one of them has to wait and to say for whom:\n{}", shown());
    for ended in &ended {
        assert!(matches!(ended.code, Some(0 | 1 | 5)) && !ended.stderr.contains("panicked"), "{}", shown());
    }
    assert!(ended.iter().any(|ended| ended.code == Some(0)), "{}", shown());
    drop(other);
    stage.converge(Wanted::CHANGED)
}

#[test]
fn two_first_deploys_at_once_never_interleave() -> Outcome {
    meet([Wanted::PLAIN, Wanted::CHANGED], None)
}

#[test]
fn two_updates_at_once_never_interleave() -> Outcome {
    meet([Wanted::CHANGED, Wanted::RICH], Some(Wanted::PLAIN))
}
