#![expect(clippy::disallowed_methods, reason = "starts the programs that an image goes through")]
//! What one program says, poured into several others at the same time: an archive into all nodes of a cluster.
//!
//! Nothing of it is kept: the slowest of those who read sets the pace.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::task::spawn_blocking;

use super::archive::{Contents, is_compressed};
use super::process::{Call, NotRun, Ran};

/// How much is read at once.
const PIECE: usize = 128 * 1024;
/// The most that is kept of what a program says of itself.
const MOST: u64 = 64 * 1024;
/// How often it is looked whether a program that says nothing any more has ended.
const LOOK: Duration = Duration::from_millis(10);

/// Where it comes from.
pub enum Spring {
    /// What a program says.
    Program(Call),
    /// An archive of images that is open.
    Archive(File),
}

/// What came of it.
#[derive(Debug)]
pub struct Poured {
    /// How the program ended that it came from; nothing if it was a file.
    pub spring: Option<Result<Ran, NotRun>>,
    /// How those ended that it went into, in their order.
    pub basins: Vec<Result<Ran, NotRun>>,
    /// How much it was, in bytes.
    pub amount: u64,
    /// What was in it, if it is an archive of which nobody knows that yet.
    pub contents: Held,
}

/// What is in an archive.
#[derive(Debug, Default)]
pub struct Held {
    /// Whether it is compressed: then nothing was poured.
    pub is_compressed: bool,
    /// Whether it is an archive at all.
    pub is_archive: bool,
    /// The images that it names.
    pub names: Vec<String>,
}

/// How much has been poured so far.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<AtomicU64>);

impl Gauge {
    /// In bytes.
    #[must_use]
    pub fn amount(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Pours all of it. One who does not take it keeps the others from nothing.
///
/// # Errors
/// When it cannot be read to its end.
pub async fn pour(spring: Spring, basins: Vec<Call>, limit: Duration, gauge: Gauge) -> Result<Poured, NotRun> {
    let lost = |error| NotRun::Lost { program: "archive".to_owned(), source: io::Error::other(error) };
    spawn_blocking(move || all(spring, basins, limit, &gauge)).await.map_err(lost)?
}

/// The programs that run, and whether their time is up.
#[derive(Clone, Default)]
struct Running {
    children: Arc<Mutex<Vec<Child>>>,
    is_over: Arc<AtomicBool>,
}

impl Running {
    fn add(&self, child: Child) -> usize {
        let mut children = self.children.lock().unwrap_or_else(PoisonError::into_inner);
        children.push(child);
        children.len() - 1
    }

    fn kill(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        for child in self.children.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            // One that has ended already cannot be killed.
            child.kill().unwrap_or_default();
        }
    }

    /// How one of them ended. It is looked again and again, so that another one can be killed meanwhile.
    fn end(&self, number: usize) -> io::Result<(bool, String)> {
        loop {
            let ended = match self.children.lock().unwrap_or_else(PoisonError::into_inner).get_mut(number) {
                Some(child) => child.try_wait()?,
                None => return Err(io::Error::other("it is not there")),
            };
            match ended {
                Some(end) => return Ok((end.success(), end.to_string())),
                None => thread::sleep(LOOK),
            }
        }
    }
}

/// A program that was started, and what listens to it.
struct Started {
    program: String,
    limit: Duration,
    number: usize,
    output: JoinHandle<Vec<u8>>,
    complaint: JoinHandle<Vec<u8>>,
}

impl Started {
    fn end(self, running: &Running) -> Result<Ran, NotRun> {
        let Self { program, limit, number, output, complaint } = self;
        // They end when the program does.
        let (output, complaint) = (output.join().unwrap_or_default(), complaint.join().unwrap_or_default());
        let ended = running.end(number);
        if running.is_over.load(Ordering::Relaxed) {
            return Err(NotRun::TooSlow { program, limit });
        }
        let (success, end) = ended.map_err(|source| NotRun::Lost { program, source })?;
        Ok(Ran { success, end, output, complaint })
    }
}

fn all(spring: Spring, basins: Vec<Call>, limit: Duration, gauge: &Gauge) -> Result<Poured, NotRun> {
    let running = Running::default();
    let mut started = Vec::new();
    let mut inputs: Vec<Option<ChildStdin>> = Vec::new();
    for basin in basins {
        match start(basin, Stdio::piped(), limit, &running) {
            Ok((one, input, output)) => {
                started.push(Ok((one, output)));
                inputs.push(input);
            }
            Err(error) => {
                started.push(Err(error));
                inputs.push(None);
            }
        }
    }
    let basins: Vec<_> = started.into_iter().map(|one| one.map(|(begun, output)| begun.listening(output))).collect();
    let (source, mut from): (Option<Begun>, Box<dyn Read>) = match spring {
        Spring::Archive(file) => (None, Box::new(file)),
        Spring::Program(call) => match start(call, Stdio::null(), limit, &running) {
            Ok((begun, _, Some(output))) => (Some(begun), Box::new(output)),
            Ok((begun, _, None)) => (Some(begun), Box::new(io::empty())),
            Err(error) => {
                running.kill();
                return Err(error);
            }
        },
    };
    let (over, hear) = channel::<()>();
    let watched = running.clone();
    thread::spawn(move || {
        if matches!(hear.recv_timeout(limit), Err(RecvTimeoutError::Timeout)) {
            watched.kill();
        }
    });
    let mut held = source.is_none().then(Looking::default);
    let poured = copy(&mut from, &mut inputs, held.as_mut(), gauge);
    drop((from, inputs));
    if poured.is_err() {
        running.kill();
    }
    let spring = source.map(|begun| begun.listening(None::<io::Empty>).end(&running));
    let basins = basins.into_iter().map(|basin| basin.and_then(|basin| basin.end(&running))).collect();
    drop(over);
    poured.map_err(|source| NotRun::Lost { program: "archive".to_owned(), source })?;
    let contents = held.map(Looking::held).unwrap_or_default();
    Ok(Poured { spring, basins, amount: gauge.amount(), contents })
}

/// A program that runs, and its complaints.
struct Begun {
    program: String,
    limit: Duration,
    number: usize,
    complaint: JoinHandle<Vec<u8>>,
}

impl Begun {
    fn listening(self, output: Option<impl Read + Send + 'static>) -> Started {
        let Self { program, limit, number, complaint } = self;
        Started { program, limit, number, output: listen(output), complaint }
    }
}

type Pipes = (Begun, Option<ChildStdin>, Option<std::process::ChildStdout>);

fn start(call: Call, input: Stdio, limit: Duration, running: &Running) -> Result<Pipes, NotRun> {
    let Call { program, arguments, .. } = call;
    let mut command = Command::new(&program);
    command.args(arguments).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(NotRun::Missing { program }),
        Err(source) => return Err(NotRun::NotStarted { program, source }),
    };
    let (input, output, complaint) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let complaint = listen(complaint);
    Ok((Begun { program, limit, number: running.add(child), complaint }, input, output))
}

/// What is seen of an archive while it goes by.
#[derive(Default)]
struct Looking {
    contents: Contents,
    is_compressed: bool,
    has_begun: bool,
}

impl Looking {
    /// Looks at the next piece, and says whether it is to be poured.
    fn go_on(&mut self, piece: &[u8]) -> bool {
        self.is_compressed |= !self.has_begun && is_compressed(piece);
        self.has_begun = true;
        self.contents.take(piece);
        !self.is_compressed
    }

    fn held(self) -> Held {
        let names = self.contents.names().into_iter().collect();
        Held { is_compressed: self.is_compressed, is_archive: self.contents.is_archive(), names }
    }
}

/// From one to all who still take it. Who does not is left out: how it ended says why.
fn copy(
    from: &mut impl Read,
    into: &mut [Option<ChildStdin>],
    mut look: Option<&mut Looking>,
    gauge: &Gauge,
) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = match from.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let piece = piece.get(..length).unwrap_or_default();
        if let Some(look) = &mut look
            && !look.go_on(piece)
        {
            return Ok(());
        }
        for basin in &mut *into {
            if basin.as_mut().is_some_and(|basin| basin.write_all(piece).is_err()) {
                *basin = None;
            }
        }
        if into.iter().all(Option::is_none) {
            return Ok(());
        }
        gauge.0.fetch_add(u64::try_from(length).unwrap_or_default(), Ordering::Relaxed);
    }
}

/// Hears what comes, up to a limit; the rest is read and forgotten, so that the program can end.
fn listen(from: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut heard = Vec::new();
        if let Some(mut from) = from {
            // What was heard before it broke off is told.
            (&mut from).take(MOST).read_to_end(&mut heard).unwrap_or_default();
            io::copy(&mut from, &mut io::sink()).unwrap_or_default();
        }
        heard
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Call, Gauge, NotRun, Poured, Spring, pour};

    fn shell(script: &str) -> Call {
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        Call { program: "/bin/sh".to_owned(), arguments, input: Vec::new(), search: None, limit: Duration::ZERO }
    }

    fn poured(from: &str, into: &[&str], limit: Duration) -> Result<Poured, NotRun> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let basins = into.iter().map(|script| shell(script)).collect();
        runtime.block_on(pour(Spring::Program(shell(from)), basins, limit, Gauge::default()))
    }

    #[test]
    fn everybody_gets_all_of_it() {
        let poured =
            poured("head -c 5000000 /dev/zero", &["wc -c", "wc -c", "wc -c"], Duration::from_secs(30)).unwrap();
        assert_eq!(poured.amount, 5_000_000);
        for basin in poured.basins {
            assert_eq!(String::from_utf8_lossy(&basin.unwrap().output).trim(), "5000000");
        }
    }

    #[test]
    fn one_who_does_not_take_it_keeps_the_others_from_nothing() {
        let into = ["echo full >&2; exit 3", "wc -c"];
        let poured = poured("head -c 5000000 /dev/zero", &into, Duration::from_secs(30)).unwrap();
        let [full, good] = poured.basins.try_into().unwrap();
        let full = full.unwrap();
        assert!(!full.success && full.complaint == b"full\n");
        assert_eq!(String::from_utf8_lossy(&good.unwrap().output).trim(), "5000000");
    }

    #[test]
    fn a_spring_that_breaks_off_is_told_with_its_words() {
        let poured = poured("echo some; echo gone >&2; exit 1", &["cat"], Duration::from_secs(30)).unwrap();
        let spring = poured.spring.unwrap().unwrap();
        assert!(!spring.success && spring.complaint == b"gone\n");
    }

    #[test]
    fn what_takes_too_long_is_ended() {
        let poured = poured("exec sleep 600", &["exec cat"], Duration::from_millis(50)).unwrap();
        assert!(matches!(poured.spring, Some(Err(NotRun::TooSlow { .. }))), "{poured:?}");
    }
}
