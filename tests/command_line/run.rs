//! The program in a folder of its own, with nothing in its environment that a test did not put there.

use std::error::Error;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, fs, io};

use assert_cmd::Command;
use tempfile::TempDir;

/// How a test ends.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sindri");

/// Longer than any command takes on a busy machine; a command that hangs is killed and fails its test.
const LIMIT: Duration = Duration::from_mins(1);

/// A digest and a namespace: there is nothing to note about it.
pub(crate) const VALID: &str = "version: \"1.0\"
name: demo
deployment:
  provider: kubernetes
  image: ghcr.io/org/dev@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
providers:
  kubernetes:
    namespace: team-a
";

/// One problem: a misspelled key.
pub(crate) const INVALID: &str = "version: \"1.0\"
name: demo
deployment:
  provider: kubernetes
  imgae: ghcr.io/org/dev:1.4.0
";

/// A temporary folder.
pub(crate) struct Folder {
    root: TempDir,
}

impl Folder {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { root: tempfile::Builder::new().prefix("sindri-").tempdir()? })
    }

    /// A folder that holds a `sindri.yaml`.
    pub(crate) fn with(text: &str) -> io::Result<Self> {
        let folder = Self::new()?;
        folder.write("sindri.yaml", text)?;
        Ok(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.root.path()
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> io::Result<PathBuf> {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(self.path()))?;
        fs::write(&path, text)?;
        Ok(path)
    }

    pub(crate) fn read(&self, name: &str) -> io::Result<String> {
        fs::read_to_string(self.path().join(name))
    }

    /// Everything in the folder.
    pub(crate) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.path())? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }

    /// The program, about to run in this folder.
    pub(crate) fn sindri<I: IntoIterator<Item: AsRef<OsStr>>>(&self, arguments: I) -> Run {
        let mut command = Command::new(PROGRAM);
        command.args(arguments);
        Run::new(command, self.path())
    }

    /// A shell script in which `"$0"` is the program, about to run in this folder.
    pub(crate) fn shell(&self, script: &str) -> Run {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script, PROGRAM]);
        Run::new(command, self.path())
    }
}

/// A command that has not been started.
pub(crate) struct Run {
    command: Command,
}

impl Run {
    fn new(mut command: Command, folder: &Path) -> Self {
        command.env_clear().current_dir(folder).timeout(LIMIT);
        Self { command }
    }

    pub(crate) fn variable(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.command.write_stdin(input);
        self
    }

    pub(crate) fn within(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn end(mut self) -> io::Result<Ended> {
        let output = self.command.output()?;
        Ok(Ended {
            code: output.status.code(),
            data: String::from_utf8_lossy(&output.stdout).into_owned(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

/// How a command ended. As text it is everything that its caller gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) data: String,
    /// Standard error.
    pub(crate) said: String,
}

impl Ended {
    /// The command succeeded and had nothing to say; what it wrote.
    #[track_caller]
    pub(crate) fn quietly(self) -> String {
        assert_eq!((self.code, self.said.as_str()), (Some(0), ""), "standard output: {}", self.data);
        self.data
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(formatter, "exit code {code}")?,
            None => writeln!(formatter, "ended by a signal")?,
        }
        write!(formatter, "--- standard output\n{}--- standard error\n{}", self.data, self.said)
    }
}

/// Lets a file be run. Another process writes it anew: one that this process has had open for writing is busy for as long as
/// a program that another test starts has not let go of it.
pub(crate) fn let_run(path: &Path) -> io::Result<()> {
    let copy = path.with_extension("runs");
    let ended = std::process::Command::new("install").args(["-m", "755"]).arg(path).arg(&copy).status()?;
    if !ended.success() {
        return Err(io::Error::other(format!("install: {ended}")));
    }
    fs::rename(copy, path)
}
