//! Sindri as a process that can be killed.

use std::io::Read;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fmt};

use crate::support::{Outcome, run};

/// A process that runs.
pub(crate) struct Program {
    command: String,
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

/// How a process is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// What a supervisor sends.
    Terminate,
}

/// A process that has ended.
pub(crate) struct Ended {
    command: String,
    /// The exit code; nothing if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, code, signal, stdout, stderr } = self;
        write!(
            formatter,
            "`{command}` ended with {code:?}, signal {signal:?}\n--- stdout\n{stdout}--- stderr\n{stderr}"
        )
    }
}

/// Sindri, with nothing of the environment that would change what it does.
pub(crate) fn sindri() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sindri"));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let changes = name.starts_with("SINDRI_") || name.to_lowercase().ends_with("_proxy") || name == "KUBECONFIG";
        if changes {
            command.env_remove(name);
        }
    }
    command.env("DOCKER_CONFIG", "/nonexistent");
    command
}

fn everything(mut stream: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came until a failure is what there is.
        stream.read_to_end(&mut bytes).unwrap_or_default();
        send.send(String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    });
    receive
}

impl Program {
    pub(crate) fn start(mut command: Command) -> Outcome<Self> {
        let arguments = command.get_args().map(|argument| argument.to_string_lossy()).collect::<Vec<_>>();
        let shown = format!("sindri {}", arguments.join(" "));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let stdout = everything(child.stdout.take().ok_or("no standard output")?);
        let stderr = everything(child.stderr.take().ok_or("no standard error")?);
        Ok(Self { command: shown, child, stdout, stderr })
    }

    /// Whether it has not ended.
    pub(crate) fn runs(&mut self) -> Outcome<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Asks it to end.
    pub(crate) fn signal(&self, signal: Signal) -> Outcome {
        let mut kill = Command::new("kill");
        let name = match signal {
            Signal::Interrupt => "-INT",
            Signal::Terminate => "-TERM",
        };
        kill.args([name, &self.child.id().to_string()]);
        run(kill, "")?;
        Ok(())
    }

    /// Kills it, in the middle of whatever it does.
    pub(crate) fn kill(mut self) -> Outcome<Ended> {
        self.child.kill()?;
        self.end(Duration::from_secs(10))
    }

    /// Waits for its end; what does not end in time is killed, and an error.
    pub(crate) fn end(mut self, limit: Duration) -> Outcome<Ended> {
        let until = Instant::now() + limit;
        let Ok(stdout) = self.stdout.recv_timeout(limit) else {
            let command = self.command.clone();
            self.child.kill()?;
            let stderr = self.stderr.recv_timeout(Duration::from_secs(10)).unwrap_or_default();
            self.child.wait()?;
            return Err(format!("`{command}` has not ended in {limit:?}\n--- stderr\n{stderr}").into());
        };
        let stderr = self.stderr.recv_timeout(until.saturating_duration_since(Instant::now()).max(limit))?;
        let status = self.child.wait()?;
        Ok(Ended { command: self.command, code: status.code(), signal: status.signal(), stdout, stderr })
    }
}
