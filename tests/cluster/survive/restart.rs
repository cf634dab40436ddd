//! The API server itself is killed, again and again, while deploys run. Nothing else can run beside this.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use super::stage::{Stage, Wanted};
use crate::proxy::{Speech, trace};
use crate::support::{Desk, Namespace, Outcome, dev, kubectl, run, wait};

fn kill_the_server(bed: &str) -> Outcome {
    let mut kill = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bed/bed"));
    kill.args(["kill", bed, "kube-apiserver"]);
    run(kill, "")?;
    Ok(())
}

#[test]
#[ignore = "kills the API server: alone, by tests/run"]
fn a_deploy_gets_through_restarts_of_the_api_server() -> Outcome {
    let bed = env::var("SINDRI_TEST_CONTEXT")?;
    let bed = bed.strip_prefix("bed-").ok_or("only a bed's server can be killed")?;
    for (round, speech) in [Speech::Plain, Speech::Secure, Speech::Plain, Speech::Secure].into_iter().enumerate() {
        wait("the server", || kubectl(&["get", "--raw", "/readyz"], ""))?;
        let stage = Stage::new(speech, round % 2 == 0)?;
        // After the first requests of the deploy have arrived, the server goes, a little later each round.
        let mut program = stage.start(Wanted::RICH, &["deploy", "--yes", "--timeout", "180s"])?;
        let point = 3 * round + 1;
        while !stage.proxy.wait(Duration::from_millis(50), |records| records.len() > point) && program.runs()? {}
        kill_the_server(bed)?;
        let ended = program.end(Duration::from_mins(4))?;
        assert_eq!(ended.code, Some(0), "{ended}\n{}{}", trace(&stage.proxy.records()), stage.shown());
        stage.converge(Wanted::RICH)?;
    }
    Ok(())
}

#[test]
#[ignore = "kills the API server: alone, by tests/run"]
fn who_watches_goes_on_when_the_api_server_was_away() -> Outcome {
    let bed = env::var("SINDRI_TEST_CONTEXT")?;
    let bed = bed.strip_prefix("bed-").ok_or("only a bed's server can be killed")?;
    let server = || wait("the server", || kubectl(&["get", "--raw", "/readyz"], ""));
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let mut watch = desk.start(&["status", "--watch"])?;
    let (tell, told) = channel();
    let lines = BufReader::new(watch.stdout.take().ok_or("no output")?).lines();
    thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)).is_ok());
    let until = |end: &str| -> Outcome {
        while !told
            .recv_timeout(Duration::from_mins(1))
            .map_err(|error| format!("`{end}` is not told: {error}"))?
            .contains(end)
        {}
        Ok(())
    };
    until("dev is ready")?;
    for (command, becomes) in [("stop", "dev is stopped"), ("start", "dev is ready")] {
        kill_the_server(bed)?;
        server()?;
        desk.sindri(&[command])?.ends(0);
        until(becomes)?;
    }
    watch.kill()?;
    watch.wait()?;
    Ok(())
}

#[test]
#[ignore = "kills the API server: alone, by tests/run"]
fn a_deploy_under_a_server_that_dies_every_few_seconds_ends_well_or_says_why() -> Outcome {
    let bed = env::var("SINDRI_TEST_CONTEXT")?;
    let bed = bed.strip_prefix("bed-").ok_or("only a bed's server can be killed")?;
    let stage = Stage::new(Speech::Secure, true)?;
    let done = AtomicBool::new(false);
    let ended = thread::scope(|scope| {
        let killer = scope.spawn(|| -> Result<(), String> {
            while !done.load(Ordering::SeqCst) {
                let next = Instant::now() + Duration::from_secs(4);
                kill_the_server(bed).map_err(|error| error.to_string())?;
                while Instant::now() < next && !done.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
            }
            Ok(())
        });
        let ended = stage.run(Wanted::RICH, &["deploy", "--yes", "--timeout", "60s"]);
        done.store(true, Ordering::SeqCst);
        killer.join().map_err(|panic| format!("the killer has panicked: {panic:?}"))??;
        ended
    })?;
    assert!(matches!(ended.code, Some(0 | 1)) && !ended.stderr.contains("panicked"), "{ended}");
    wait("the server", || kubectl(&["get", "--raw", "/readyz"], ""))?;
    stage.converge(Wanted::RICH)
}
