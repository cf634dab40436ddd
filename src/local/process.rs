#![expect(clippy::disallowed_methods, reason = "the only place that starts processes")]
//! Programs that are run, with a limit to their time and to what they say.

use std::ffi::OsString;
use std::io::{Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use std::{fmt, io, thread};

use tokio::task::spawn_blocking;

/// The most that is read of a program's output, and of its complaints.
const MOST: u64 = 1024 * 1024;

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
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(NotRun::Missing { program }),
        Err(source) => return Err(NotRun::NotStarted { program, source }),
    };
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
