//! The program on a pseudo-terminal, with somebody typing.

use std::error::Error;
use std::io::Write as _;
use std::process::Command;

use rexpect::process::{Signal, WaitStatus};
use rexpect::session::{PtySession, spawn_command};

use super::run::{Folder, PROGRAM};

/// How long one expected text may take, in milliseconds.
const LIMIT: u64 = 60_000;

/// A terminal in which a script runs.
pub(crate) struct Terminal {
    session: PtySession,
}

/// How a program on a terminal ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exit(i32),
    Signal(Signal),
}

/// A shell that listens to Ctrl-C even where whoever started the tests does not: an ignored signal stays ignored in
/// every program below, and a shell cannot set it back.
fn person() -> Command {
    if cfg!(target_os = "linux") {
        let mut command = Command::new("/usr/bin/env");
        command.args(["--default-signal=INT", "/bin/sh"]);
        command
    } else {
        Command::new("/bin/sh")
    }
}

impl Terminal {
    /// Starts a shell script in which `"$0"` is the program; `exec` it, so that its end is the end of the script.
    pub(crate) fn start(folder: &Folder, script: &str, variables: &[(&str, &str)]) -> Result<Self, Box<dyn Error>> {
        let mut command = person();
        command.args(["-c", script, PROGRAM]).current_dir(folder.path());
        command.env_clear().env("TERM", "xterm-256color").envs(variables.iter().copied());
        Ok(Self { session: spawn_command(command, Some(LIMIT))? })
    }

    /// Waits for a text, and returns what came before it.
    pub(crate) fn wait_for(&mut self, text: &str) -> Result<String, Box<dyn Error>> {
        Ok(self.session.exp_string(text)?)
    }

    /// Types a line.
    pub(crate) fn enter(&mut self, line: &str) -> Result<(), Box<dyn Error>> {
        self.session.send_line(line)?;
        Ok(())
    }

    /// Types what need not be text.
    pub(crate) fn enter_bytes(&mut self, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
        Ok(self.session.process().get_file_handle()?.write_all(&[bytes, b"\n"].concat())?)
    }

    /// Types Ctrl and a letter.
    pub(crate) fn control(&mut self, letter: char) -> Result<(), Box<dyn Error>> {
        Ok(self.session.send_control(letter)?)
    }

    /// Waits for the end; everything that was said since the last text, with plain line ends.
    pub(crate) fn end(mut self) -> Result<(String, End), Box<dyn Error>> {
        let said = self.session.exp_eof()?.replace("\r\n", "\n");
        // The terminal ends when nobody has it open any more: the process is gone or about to be.
        match self.session.process().wait()? {
            WaitStatus::Exited(_, code) => Ok((said, End::Exit(code))),
            WaitStatus::Signaled(_, signal, _) => Ok((said, End::Signal(signal))),
            other => Err(format!("neither exited nor signalled: {other:?}").into()),
        }
    }
}
