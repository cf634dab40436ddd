//! Ctrl-C, or SIGTERM, in each phase of a deploy. It says what was done and how to go on, and leaves nothing half done.

use std::time::Duration;

use super::stage::{NAME, Stage, Wanted, writes};
use crate::proxy::{Ended, Fault, Record, Signal, Speech, trace};
use crate::support::Outcome;

/// The limit for what is to happen before the signal, in a queue of other tests.
const LIMIT: Duration = Duration::from_mins(2);

/// Starts a deploy, sends the signal when the requests say so, and waits for its end.
fn signalled(
    stage: &Stage,
    wanted: Wanted,
    signal: Signal,
    mut now: impl FnMut(&[Record]) -> bool,
) -> Outcome<(Ended, Vec<Record>)> {
    let program = stage.start(wanted, &["deploy", "--yes", "--timeout", "180s"])?;
    let is_there = stage.proxy.wait(LIMIT, &mut now);
    program.signal(signal)?;
    let ended = program.end(Duration::from_mins(1))?;
    let records = stage.proxy.records();
    assert!(is_there, "{signal:?}: it never came so far:\n{ended}\n{}", trace(&records));
    assert_eq!(ended.code, Some(130), "{signal:?}: {ended}\n{}", trace(&records));
    Ok((ended, records))
}

fn says(ended: &Ended, texts: &[&str]) {
    let said = ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for text in texts {
        assert!(said.contains(text), "it does not say `{text}`: {ended}");
    }
}

#[test]
fn a_signal_while_it_looks_at_the_cluster_changes_nothing() -> Outcome {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let stage = Stage::new(Speech::Plain, true)?;
        stage.proxy.play(Box::new(|seen| if seen.name() == "list nodes" { Fault::Deaf } else { Fault::None }));
        let looks = |records: &[Record]| records.iter().any(|record| record.seen.name() == "list nodes");
        let (ended, records) = signalled(&stage, Wanted::PLAIN, signal, looks)?;
        says(&ended, &["interrupted: nothing was changed"]);
        assert_eq!(writes(&records), Vec::<String>::new(), "{ended}");
    }
    Ok(())
}

#[test]
fn a_signal_while_it_waits_for_the_lock_leaves_the_lock_to_its_holder() -> Outcome {
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let stage = Stage::new(Speech::Secure, true)?;
        let lease = format!(
            "{{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {{name: sindri-{NAME}}}, \
             spec: {{holderIdentity: somebody, leaseDurationSeconds: 600, renewTime: \"2126-01-01T00:00:00.000000Z\"}}}}"
        );
        stage.namespace.kubectl(&["create", "-f", "-"], &lease)?;
        let before = stage.namespace.get(&format!("lease/sindri-{NAME}"))?;
        // The plan has looked at the lock once. Who looks again, waits.
        let waits = |records: &[Record]| {
            let after_attempt = records.iter().skip_while(|record| record.seen.name() != "create leases");
            let looks = after_attempt.filter(|record| record.seen.name().starts_with("get leases"));
            looks.filter(|record| record.answered.is_some()).count() >= 2
        };
        let (ended, records) = signalled(&stage, Wanted::PLAIN, signal, waits)?;
        says(&ended, &["waiting for the lock", "interrupted: nothing was changed", "to go on: `sindri deploy`"]);
        assert_eq!(writes(&records), ["create leases"], "{ended}");
        assert_eq!(stage.namespace.get(&format!("lease/sindri-{NAME}"))?, before, "the lock is another one");
    }
    Ok(())
}

#[test]
fn a_signal_while_it_waits_for_the_environment_leaves_what_was_applied() -> Outcome {
    const NEVER: Wanted = Wanted { round: "one", kubernetes: "nodeSelector: {sindri.dev/absent: 'true'}" };
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let stage = Stage::new(Speech::Secure, true)?;
        let waits = |records: &[Record]| {
            records.iter().any(|record| record.seen.name() == "watch pods" && record.answered.is_some())
        };
        let (ended, records) = signalled(&stage, NEVER, signal, waits)?;
        says(&ended, &["interrupted: everything was applied", "to wait again: `sindri deploy`"]);
        stage.is_true(NEVER, false).map_err(|error| format!("{error}: {ended}\n{}", trace(&records)))?;
        let leases = stage.namespace.kubectl(&["get", "leases", "-o", "name"], "")?;
        assert_eq!(leases, "", "the lock is still there: {ended}");
    }
    Ok(())
}
