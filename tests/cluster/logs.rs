//! `sindri logs`: what the program of an environment has written, each line once, whatever happens meanwhile.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use crate::relay::Relay;
use crate::support::{Desk, Namespace, Outcome, Refusal, dev, interrupt, wait};

/// An environment whose program is this script.
fn desk(namespace: &Namespace, script: &str) -> Outcome<Desk> {
    let file = dev(namespace, "", "");
    let own = file.lines().find(|line| line.contains("command:")).ok_or("it has no command")?.to_owned();
    let script = serde_json::to_string(script)?;
    Desk::new(&file.replace(&own, &format!("  command: [sh, -c, {script}]")))
}

const COUNTS: &str = "trap 'exit 0' TERM; n=0; while :; do n=$((n + 1)); echo $HOSTNAME $n; sleep 0.02; done";

/// Sindri, read line by line. It ends with the value.
struct Following {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Following {
    fn start(desk: &Desk, arguments: &[&str]) -> Outcome<Self> {
        let mut command = desk.command(&[&["logs"], arguments].concat());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        Ok(Self { child, lines })
    }

    fn line(&mut self) -> Outcome<String> {
        Ok(self.lines.next().ok_or("there are no more lines")??)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).map(|_| ()).unwrap_or_default();
    }
}

/// Which pod wrote a line, and its number.
fn numbered(line: &str) -> Outcome<(String, u64)> {
    let (pod, number) = line.split_once(' ').ok_or_else(|| format!("{line:?} has no number"))?;
    Ok((pod.to_owned(), number.parse()?))
}

#[test]
fn lines_are_chosen_by_number_and_age_and_shown_with_their_time() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk =
        desk(&namespace, "trap 'exit 0' TERM; echo one; echo two >&2; echo three; while :; do sleep 1 & wait; done")?;
    desk.sindri(&["logs"])?.ends(1).says("there is no environment dev");
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let all = desk.sindri(&["logs"])?;
    for line in ["one\n", "two\n", "three\n"] {
        all.ends(0).says(line);
    }
    assert_eq!(desk.sindri(&["logs", "--tail", "1"])?.ends(0).said.lines().count(), 1);
    assert_eq!(desk.sindri(&["logs", "--tail", "0"])?.ends(0).said, "");
    desk.sindri(&["logs", "--since", "1h"])?.ends(0).says("one");
    let timed = desk.sindri(&["logs", "--timestamps"])?;
    assert!(timed.said.lines().all(|line| line.starts_with("20") && line.contains("Z ")), "{}", timed.said);
    desk.sindri(&["logs", "-c", "nobody"])?.ends(1).says("has no container `nobody`").says("`--container sindri`");
    desk.sindri(&["logs", "-c", "sindri"])?.ends(0).says("three");
    desk.sindri(&["logs", "--previous"])?.ends(1).says("previous terminated container");
    desk.sindri(&["stop"])?.ends(0);
    desk.sindri(&["logs"])?.ends(1).says("dev is stopped").says("`sindri start`");
    desk.acts_as(Some("nobody"))?;
    desk.sindri(&["logs"])?.ends(1).says("cannot list pods").says("auth can-i list pods");
    Ok(())
}

#[test]
fn the_last_run_of_what_fails_again_and_again_is_shown_without_being_asked_for() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = desk(&namespace, "echo the last words; exit 3")?;
    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    // Following waits for the first run, and goes on with the next.
    let mut following = Following::start(&desk, &["-f"])?;
    assert_eq!((following.line()?, following.line()?), ("the last words".to_owned(), "the last words".to_owned()));
    let said = desk.sindri(&["logs"])?;
    said.ends(0).says("the last words").says("exit code 3");
    Ok(())
}

#[test]
fn following_shows_each_line_once_through_cuts_and_replacements() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = desk(&namespace, COUNTS)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let relay = Relay::between(&desk)?;
    let mut following = Following::start(&desk, &["--follow"])?;
    let (first, mut last) = numbered(&following.line()?)?;
    assert_eq!(last, 1);
    for round in 0..200 {
        if round % 50 == 25 {
            // What was written before is read faster than a connection is made anew.
            wait("a connection to cut", || if relay.cut() > 0 { Ok(()) } else { Err(Refusal::of("there is none")) })?;
        }
        let (pod, number) = numbered(&following.line()?)?;
        assert_eq!((pod, number), (first.clone(), last + 1));
        last = number;
    }
    let mut restart = desk.start(&["restart"])?;
    let (second, number) = loop {
        let (pod, number) = numbered(&following.line()?)?;
        if pod != first {
            break (pod, number);
        }
        assert_eq!(number, last + 1);
        last = number;
    };
    assert_eq!((number, numbered(&following.line()?)?), (1, (second, 2)));
    assert!(restart.wait()?.success());
    interrupt(&following.child)?;
    assert_eq!(following.child.wait()?.code(), Some(130));
    let said = std::io::read_to_string(following.child.stderr.take().ok_or("no errors")?)?;
    assert!(said.contains(&format!("note: pod/{first} is gone; from here on it is pod/")), "{said}");
    Ok(())
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = desk(&namespace, COUNTS)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let mut following = Following::start(&desk, &["-f", "--tail", "1"])?;
    following.line()?;
    // The pipe is closed with what reads it.
    following.lines =
        BufReader::new(std::process::Command::new("true").stdout(Stdio::piped()).spawn()?.stdout.take().ok_or("none")?)
            .lines();
    assert_eq!(following.child.wait()?.code(), Some(0));
    Ok(())
}
