//! A program in the environment, run from here as if it were one of this machine.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::environment::Environment;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::pipes::{self, Writing};
use super::pod::unopened;
use super::terminal::{self, Raw};
use super::ui::{Remark, Ui};
use crate::kubernetes::{Ended, Executing, Fate, Input, Program, ReadyPod, fate};

/// How many things wait to be told to the program.
const ROOM: usize = 4;
/// What a program ends with that was killed, or ended, from outside: as it happens when its pod goes.
const KILLED: u8 = 137;
const TERMINATED: u8 = 143;
/// What a shell ends with when it does not find a program, or cannot run it.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;
/// What to do when it has ended before its time.
const AGAIN: &str = "connect again: `sindri connect`";
/// The best shell that is there. `sh` is found by whoever starts it.
const SHELL: &str = "for shell in bash zsh ash; do command -v $shell >/dev/null 2>&1 && exec $shell; done; exec sh";

/// The shell, as a command.
pub(super) fn shell() -> Vec<String> {
    ["sh", "-c", SHELL].map(str::to_owned).to_vec()
}

/// Runs a program in a pod, and passes on how it ended.
pub(super) async fn run(
    environment: &Environment,
    pod: &ReadyPod,
    command: &[String],
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let is_terminal = pipes::is_person();
    let executing = Executing {
        namespace: environment.namespace(),
        pod: &pod.name,
        container: &pod.container,
        command,
        is_terminal,
    };
    let beginning = interrupt.or(Program::begin(&environment.reach.session, &executing)).await;
    let program = beginning.ok_or_else(|| Failure::interrupted("interrupted: nothing was begun"))?;
    let program = program.map_err(|error| unopened(error, environment, "create pods/exec"))?;
    ui.detail(&format!("{} requests; pod/{}, container {}", environment.reach.requests(), pod.name, pod.container));
    let (tell, input) = mpsc::channel(ROOM);
    let (output, rest) = Writing::start()?.split();
    let raw = if is_terminal { Some(Raw::enter().map_err(Failure::input)?) } else { None };
    if let Some((columns, rows)) = terminal::size().filter(|_| is_terminal) {
        // There is room for the first.
        tell.try_send(Input::size(columns, rows)).unwrap_or_default();
    }
    pipes::read(tell.clone(), |bytes| bytes.map_or_else(Input::end, Input::bytes))?;
    let ended = tokio::select! {
        ended = program.end(input, output) => Some(ended),
        () = leave(interrupt) => None,
        Err(failure) = resize(tell, is_terminal) => return Err(failure),
    };
    let Some(ended) = ended else {
        // Whoever left does not wait for a screen that takes nothing more.
        return Err(Failure::interrupted("interrupted: the program may still run"));
    };
    let written = rest.written().await;
    drop(raw);
    written?;
    outcome(ended, environment, pod, ui).await
}

/// The person is gone, or somebody wants this to end. Ctrl-C on a terminal is a key like any other, and goes to the program.
async fn leave(interrupt: &Interrupt) {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return interrupt.signal().await };
    tokio::select! {
        () = interrupt.signal() => {}
        Some(()) = hangup.recv() => {}
    }
}

/// Tells the program each new size of the screen.
async fn resize(tell: mpsc::Sender<Input>, is_terminal: bool) -> Result<(), Failure> {
    let mut changes = signal(SignalKind::window_change()).map_err(Failure::runtime)?;
    while is_terminal && changes.recv().await.is_some() {
        if let Some((columns, rows)) = terminal::size() {
            // The program has ended when nobody takes it.
            tell.send(Input::size(columns, rows)).await.unwrap_or_default();
        }
    }
    std::future::pending().await
}

async fn outcome(ended: Ended, environment: &Environment, pod: &ReadyPod, ui: &mut Ui) -> Result<(), Failure> {
    match ended {
        Ended::Unheard => Ok(()),
        Ended::Exit(code @ (KILLED | TERMINATED)) => {
            if let Some(what) = became(environment, pod).await {
                ui.remark(Remark::Note, &what);
                ui.remark(Remark::Hint, AGAIN);
            }
            Failure::remote(code)
        }
        Ended::Exit(code) => Failure::remote(code),
        Ended::NotRun(why) => Err(not_run(&why, environment)),
        Ended::Lost(lost) => {
            let lost_alone = || format!("the connection to {} was lost; the program may still run", environment.name);
            let what = became(environment, pod).await.unwrap_or_else(lost_alone);
            Err(Failure::failed(what, Some(lost.into())).hint(AGAIN))
        }
    }
}

/// What became of the pod, if it is not as it was. What cannot be known is not claimed.
async fn became(environment: &Environment, pod: &ReadyPod) -> Option<String> {
    let name = &pod.name;
    match fate(&environment.reach.session, &environment.subject(), pod).await {
        Ok(Fate::Gone) => Some(format!("the pod {name} was replaced, and its programs with it")),
        Ok(Fate::Restarted) => Some(format!("the container of the pod {name} has ended, and its programs with it")),
        Ok(Fate::Same) | Err(_) => None,
    }
}

/// The server says why a program did not run, with many words about who told whom.
fn not_run(why: &str, environment: &Environment) -> Failure {
    let name = &environment.name;
    let what = why.rsplit_once("exec: \"").and_then(|(_, rest)| rest.split_once('"'));
    let Some((program, reason)) = what else {
        return Failure::failed(format!("the program did not run in {name}: {why}"), None);
    };
    if reason.contains("not found") || reason.contains("no such file") {
        let failure = Failure::not_run(NOT_FOUND, format!("there is no program `{program}` in {name}"));
        return match program {
            "sh" => failure.hint("its image has no shell; run a program that it has: `sindri connect -- PROGRAM`"),
            _ => failure.hint("see what there is with `sindri connect`"),
        };
    }
    if reason.contains("permission denied") {
        return Failure::not_run(NOT_EXECUTABLE, format!("`{program}` in {name} is no program, or may not be run"));
    }
    Failure::failed(format!("`{program}` did not run in {name}{}", reason.trim_end_matches(": unknown")), None)
}
