#![expect(clippy::disallowed_methods, reason = "the only place that starts processes")]
//! Programs that are run, with a limit to their time and to what they say.

use std::ffi::OsString;
use std::future::Future;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::spawn_blocking;

/// The most that is read of a program's output, and of its complaints.
const MOST: u64 = 1024 * 1024;

/// The longest line that is handed on; what is longer comes in parts.
const LONGEST_LINE: u64 = 64 * 1024;

/// How often somebody who follows a program is told that it still runs.
const TICK: Duration = Duration::from_secs(1);

/// How long a program may take to end once it was asked to.
const FAREWELL: Duration = Duration::from_secs(3);

/// How often it is looked whether a program that says nothing any more has ended.
const LOOK: Duration = Duration::from_millis(5);

/// A program, what it is told, and where it is looked for.
#[derive(Clone)]
pub struct Call {
    /// Its name, or its path.
    pub program: String,
    /// Its arguments. Everybody on the machine can read them: nothing secret belongs here.
    pub arguments: Vec<String>,
    /// Its standard input.
    pub input: Vec<u8>,
    /// The folders in which it is looked for, instead of this process' own.
    pub search: Option<OsString>,
    /// How long it may take.
    pub limit: Duration,
}

impl Call {
    /// What a person would type.
    #[must_use]
    pub fn in_words(&self) -> String {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@,+%".contains(letter);
        let quoted = |word: &String| {
            let needs_none = !word.is_empty() && word.chars().all(is_plain);
            if needs_none { word.clone() } else { format!("'{}'", word.replace('\'', "'\\''")) }
        };
        let words: Vec<String> = std::iter::once(&self.program).chain(&self.arguments).map(quoted).collect();
        words.join(" ")
    }
}

/// What a program said. It may be secret: only its lengths are shown.
#[derive(Clone)]
pub struct Ran {
    /// Whether it ended well.
    pub success: bool,
    /// How it ended, in words: `exit status: 1`.
    pub end: String,
    /// What it wrote to standard output.
    pub output: Vec<u8>,
    /// What it wrote to standard error.
    pub complaint: Vec<u8>,
}

impl fmt::Debug for Ran {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |bytes: &[u8]| format!("{} bytes", bytes.len());
        formatter
            .debug_struct("Ran")
            .field("end", &self.end)
            .field("output", &length(&self.output))
            .field("complaint", &length(&self.complaint))
            .finish_non_exhaustive()
    }
}

/// Why a program was not run to its end.
#[derive(Debug, thiserror::Error)]
pub enum NotRun {
    /// There is no such program.
    #[error("there is no program `{program}` in the folders of PATH")]
    Missing {
        /// Its name.
        program: String,
    },
    /// It could not be started.
    #[error("cannot start `{program}`")]
    NotStarted {
        /// Its name.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It was started, and lost.
    #[error("cannot read what `{program}` says")]
    Lost {
        /// Its name.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// It took too long, and was killed.
    #[error("`{program}` did not end within {} s and was killed", limit.as_secs_f64())]
    TooSlow {
        /// Its name.
        program: String,
        /// How long it had.
        limit: Duration,
    },
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot be started, or takes too long. How it ended is no error here.
pub async fn run(call: Call) -> Result<Ran, NotRun> {
    let program = call.program.clone();
    let lost = |error| NotRun::Lost { program, source: io::Error::other(error) };
    spawn_blocking(move || to_its_end(call)).await.map_err(lost)?
}

/// Becomes another program, which has the terminal, the signals and the exit code of this one. Comes back only when it cannot.
#[must_use]
pub fn become_program(program: &str, arguments: &[String]) -> NotRun {
    let program = program.to_owned();
    match Command::new(&program).args(arguments).exec() {
        error if error.kind() == io::ErrorKind::NotFound => NotRun::Missing { program },
        source => NotRun::NotStarted { program, source },
    }
}

/// How a program that was followed has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// By itself.
    Ended {
        /// Whether it ended well.
        success: bool,
        /// How, in words: `exit status: 1`.
        end: String,
    },
    /// It was ended, with everything that it had started.
    Stopped,
}

/// Runs a program and hands on what it says, line by line, and nothing once a second. It has a process group of its own: what the
/// terminal sends does not reach it, and `stop` ends all of it.
///
/// # Errors
/// When it cannot be started, is lost, or takes too long.
pub async fn follow(
    call: &Call,
    environment: &[(String, String)],
    tell: &mut dyn FnMut(Option<&str>),
    stop: impl Future<Output = ()>,
) -> Result<Followed, NotRun> {
    let program = call.program.clone();
    let mut command = Command::new(&program);
    command.args(&call.arguments).envs(environment.iter().cloned()).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(folders) = &call.search {
        command.env("PATH", folders);
    }
    let mut child = command.spawn().map_err(|error| not_started(&program, error))?;
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let Some(mut stdin) = child.stdin.take() {
        let input = call.input.clone();
        thread::spawn(move || stdin.write_all(&input).is_ok());
    }
    let (say, mut hear) = unbounded_channel();
    hand_on(child.stdout.take(), say.clone());
    hand_on(child.stderr.take(), say);
    let mut ended = pin!(spawn_blocking(move || child.wait()));
    let lost = |source| NotRun::Lost { program: program.clone(), source };
    let mut stop = pin!(stop);
    let begun = tokio::time::Instant::now();
    let mut tick = tokio::time::interval(TICK);
    let end = loop {
        tokio::select! {
            biased;
            () = &mut stop => {
                end_all(group);
                let waited = tokio::time::timeout(FAREWELL, &mut ended).await;
                kill_all(group);
                if waited.is_err() {
                    ended.await.map_err(|error| lost(io::Error::other(error)))?.map_err(lost)?;
                }
                return Ok(Followed::Stopped);
            }
            Some(line) = hear.recv() => tell(Some(&line)),
            end = &mut ended => break end.map_err(|error| lost(io::Error::other(error)))?.map_err(lost)?,
            () = async { tick.tick().await; } => {
                tell(None);
                if begun.elapsed() > call.limit {
                    kill_all(group);
                    ended.await.map_err(|error| lost(io::Error::other(error)))?.map_err(lost)?;
                    return Err(NotRun::TooSlow { program: program.clone(), limit: call.limit });
                }
            }
        }
    };
    // Its last words may still be on their way. Something that it left behind may hold the pipe open for ever.
    while let Ok(Some(line)) = tokio::time::timeout(TICK, hear.recv()).await {
        tell(Some(&line));
    }
    Ok(Followed::Ended { success: end.success(), end: end.to_string() })
}

/// Asks a program and all that it started to end. Those that are gone need not be asked.
fn end_all(group: Option<Pid>) {
    if let Some(group) = group {
        kill_process_group(group, Signal::TERM).unwrap_or_default();
    }
}

/// Ends them.
fn kill_all(group: Option<Pid>) {
    if let Some(group) = group {
        kill_process_group(group, Signal::KILL).unwrap_or_default();
    }
}

fn not_started(program: &str, error: io::Error) -> NotRun {
    let program = program.to_owned();
    match error.kind() {
        io::ErrorKind::NotFound => NotRun::Missing { program },
        _ => NotRun::NotStarted { program, source: error },
    }
}

/// Hands on lines as they come, until nobody wants them.
fn hand_on(from: Option<impl Read + Send + 'static>, say: UnboundedSender<String>) {
    thread::spawn(move || {
        let Some(from) = from else { return };
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while let Ok(1..) = (&mut from).take(LONGEST_LINE).read_until(b'\n', &mut line) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            line.clear();
            if say.send(text).is_err() {
                return;
            }
        }
    });
}

/// What a program is heard to do.
enum Heard {
    Output(io::Result<Vec<u8>>),
    Complaint(io::Result<Vec<u8>>),
}

fn to_its_end(call: Call) -> Result<Ran, NotRun> {
    let Call { program, arguments, input, search, limit } = call;
    let begun = Instant::now();
    let mut command = Command::new(&program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(folders) = search {
        command.env("PATH", folders);
    }
    let mut child = command.spawn().map_err(|error| not_started(&program, error))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program does not have to listen: that it does not is no failure.
        thread::spawn(move || stdin.write_all(&input).is_ok());
    }
    let (say, hear) = channel();
    listen(child.stdout.take(), say.clone(), Heard::Output);
    listen(child.stderr.take(), say.clone(), Heard::Complaint);
    let ended = attend(&mut child, &hear, begun, limit);
    // While one who could speak is left, a silent wait is not over before its time.
    drop(say);
    let lost = |source| NotRun::Lost { program: program.clone(), source };
    if !matches!(ended, Ok(Some(_))) {
        child.kill().and_then(|()| child.wait()).map_err(lost)?;
    }
    ended.map_err(lost)?.ok_or_else(|| NotRun::TooSlow { program: program.clone(), limit })
}

/// The end of a program and what it said; nothing if it takes too long.
fn attend(child: &mut Child, hear: &Receiver<Heard>, begun: Instant, limit: Duration) -> io::Result<Option<Ran>> {
    let (mut output, mut complaint) = (None, None);
    loop {
        let left = limit.saturating_sub(begun.elapsed());
        if let (Some(output), Some(complaint)) = (&mut output, &mut complaint)
            && let Some(end) = child.try_wait()?
        {
            let (output, complaint) = (std::mem::take(output), std::mem::take(complaint));
            return Ok(Some(Ran { success: end.success(), end: end.to_string(), output, complaint }));
        }
        if left.is_zero() {
            return Ok(None);
        }
        let is_silent = output.is_some() && complaint.is_some();
        match hear.recv_timeout(if is_silent { left.min(LOOK) } else { left }) {
            Ok(Heard::Output(bytes)) => output = Some(bytes?),
            Ok(Heard::Complaint(bytes)) => complaint = Some(bytes?),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }
}

/// Hears what comes, up to a limit; the rest is read and forgotten, so that the program can end.
fn listen(from: Option<impl Read + Send + 'static>, say: Sender<Heard>, what: fn(io::Result<Vec<u8>>) -> Heard) {
    thread::spawn(move || {
        let mut heard = Vec::new();
        let all = from.map_or(Ok(()), |mut from| {
            (&mut from).take(MOST).read_to_end(&mut heard)?;
            io::copy(&mut from, &mut io::sink()).map(|_| ())
        });
        // Nobody hears it when the program took too long.
        say.send(what(all.map(|()| heard))).is_ok()
    });
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{Future, pending};
    use std::time::Duration;

    use rustix::process::{Pid, test_kill_process};

    use super::{Call, Followed, NotRun, follow};

    fn script(text: &str, limit: Duration) -> Call {
        let arguments = vec!["-c".to_owned(), text.to_owned()];
        Call { program: "/bin/sh".to_owned(), arguments, input: b"asked\n".to_vec(), search: None, limit }
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn lines_are_handed_on_from_both_sides_with_the_end() {
        let mut heard = Vec::new();
        let mut tell = |line: Option<&str>| heard.extend(line.map(str::to_owned));
        let call = script("read x; echo \"$x $OWN\"; echo said >&2; printf last; exit 3", Duration::from_secs(20));
        let environment = [("OWN".to_owned(), "ours".to_owned())];
        let ended = run(follow(&call, &environment, &mut tell, pending())).unwrap();
        assert_eq!(ended, Followed::Ended { success: false, end: "exit status: 3".to_owned() });
        heard.sort();
        assert_eq!(heard, ["asked ours", "last", "said"]);
    }

    #[test]
    fn whoever_is_stopped_takes_along_what_it_has_started() {
        // The one in the background does not listen to a polite request.
        let text = "(trap '' TERM; exec sleep 100) & echo $!; wait";
        let child = RefCell::new(None);
        let started = tokio::sync::Notify::new();
        let mut tell = |line: Option<&str>| {
            if let Some(number) = line.and_then(|line| line.parse().ok()) {
                *child.borrow_mut() = Pid::from_raw(number);
                started.notify_one();
            }
        };
        let call = script(text, Duration::from_secs(20));
        let ended = run(follow(&call, &[], &mut tell, started.notified())).unwrap();
        assert_eq!(ended, Followed::Stopped);
        let child = child.borrow().unwrap();
        // Whoever is killed is gone as soon as somebody has heard of it.
        let is_gone = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            let state = std::fs::read_to_string(format!("/proc/{}/stat", child.as_raw_nonzero())).unwrap_or_default();
            test_kill_process(child).is_err() || state.contains(") Z ")
        });
        assert!(is_gone, "{child:?} still runs");
    }

    #[test]
    fn whoever_takes_too_long_is_ended() {
        let call = script("exec sleep 100", Duration::from_millis(100));
        let ended = run(follow(&call, &[], &mut |_| (), pending()));
        assert!(matches!(ended, Err(NotRun::TooSlow { .. })), "{ended:?}");
        let missing = Call { program: "no-such-program".to_owned(), ..call };
        let ended = run(follow(&missing, &[], &mut |_| (), pending()));
        assert!(matches!(ended, Err(NotRun::Missing { .. })), "{ended:?}");
    }
}
