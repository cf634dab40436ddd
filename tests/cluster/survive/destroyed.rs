//! A destroy that ends after its first, second, third… write, for every one of them; and one that meets a deploy.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::points::{Death, interrupted, killed, stopping_after};
use super::stage::{Stage, Wanted, writes};
use crate::proxy::{Program, Proxy, Signal, Speech, trace};
use crate::support::{Outcome, kubectl};

const KEEP: &[&str] = &["destroy", "--yes", "--timeout", "120s"];
const LOSE: &[&str] = &["destroy", "--volumes", "--yes", "--timeout", "120s"];
const CLAIM: &str = "persistentvolumeclaim/staged-home-pvc";

/// What is left: nothing but the volume, or nothing at all.
fn is_destroyed(stage: &Stage, arguments: &[&str]) -> Outcome {
    let name = &stage.namespace.name;
    if arguments == KEEP {
        let left = stage.inventory_if_any()?;
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        return if left == [CLAIM] {
            Ok(())
        } else {
            Err(format!("more is left than the volume, or less: {left:?}").into())
        };
    }
    let left = kubectl(&["get", "namespace", name, "--ignore-not-found", "-o", "name"], "")?;
    if left.is_empty() { Ok(()) } else { Err("the namespace is left".into()) }
}

fn finished(stage: &Stage, arguments: &[&str]) -> Outcome {
    stage.proxy.calm();
    let again = stage.run(Wanted::RICH, arguments)?;
    if again.code != Some(0) {
        return Err(format!("the next one does not finish it: {again}").into());
    }
    is_destroyed(stage, arguments)
}

fn deployed() -> Outcome<Stage> {
    // A namespace that sindri made goes with its last environment.
    let stage = Stage::new(Speech::Plain, false)?;
    stage.deploy(Wanted::RICH)?;
    stage.proxy.calm();
    Ok(stage)
}

fn every_point(death: Death) -> Outcome {
    let mut points = Vec::new();
    for arguments in [KEEP, LOSE] {
        let stage = deployed()?;
        let ended = stage.run(Wanted::RICH, arguments)?;
        let count = writes(&stage.proxy.records()).len();
        assert!(ended.code == Some(0) && count > 5, "{count} writes: {ended}");
        is_destroyed(&stage, arguments)?;
        points.extend((1..=count).map(|point| (arguments, point)));
    }
    let (points, failures) = (Mutex::new(points), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let next = points.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some((arguments, point)) = next else { return };
                    if let Err(error) = one_point(arguments, point, death) {
                        let failure = format!("{death:?} after write {point} of {arguments:?}: {error}");
                        failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}

fn one_point(arguments: &[&str], point: usize, death: Death) -> Outcome {
    let stage = deployed()?;
    stage.proxy.play(stopping_after(point, death));
    let program = stage.start(Wanted::RICH, arguments)?;
    let ended = match death {
        Death::Killed => killed(&stage, program)?,
        Death::Interrupted => interrupted(&stage, program, Signal::Interrupt)?,
    };
    let records = stage.proxy.records();
    let checked = match (death, ended.code) {
        // The last write can be followed by nothing that could be left.
        (Death::Killed, _) | (Death::Interrupted, Some(0)) => Ok(()),
        (Death::Interrupted, Some(130)) if ended.stderr.contains("to go on: `sindri destroy") => Ok(()),
        (Death::Interrupted, _) => Err("it does not say how to go on".into()),
    };
    checked
        .and_then(|()| finished(&stage, arguments))
        .map_err(|error| format!("{error}\n{ended}\n{}{}", trace(&records), stage.shown()).into())
}

#[test]
fn a_destroy_killed_after_any_write_is_finished_by_the_next_one() -> Outcome {
    every_point(Death::Killed)
}

#[test]
fn a_destroy_interrupted_at_any_write_says_so_and_is_finished_by_the_next_one() -> Outcome {
    every_point(Death::Interrupted)
}

#[test]
fn two_destroys_and_a_deploy_at_once_come_to_an_end_that_one_of_them_wanted() -> Outcome {
    let stage = Stage::new(Speech::Plain, true)?;
    stage.deploy(Wanted::RICH)?;
    stage.proxy.calm();
    let other = Stage { namespace: stage.namespace.clone(), proxy: Proxy::start(Speech::Plain)? };
    let third = Stage { namespace: stage.namespace.clone(), proxy: Proxy::start(Speech::Plain)? };
    let deploy = ["deploy", "--yes", "--timeout", "120s", "--no-wait"];
    let programs: [Program; 3] =
        [stage.start(Wanted::RICH, KEEP)?, other.start(Wanted::RICH, KEEP)?, third.start(Wanted::CHANGED, &deploy)?];
    for program in programs {
        let ended = program.end(Duration::from_mins(3))?;
        assert_eq!(ended.code, Some(0), "{ended}");
    }
    let left = stage.inventory_if_any()?;
    let is_gone = left.iter().map(String::as_str).eq([CLAIM]);
    if !is_gone {
        stage.is_true(Wanted::CHANGED, false)?;
        third.proxy.calm();
        let plan = third.run(Wanted::CHANGED, &["plan", "--detailed-exitcode"])?;
        assert_eq!(plan.code, Some(0), "it is half of one and half of another: {plan}");
    }
    Ok(())
}
