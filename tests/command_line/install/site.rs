//! A home, and a program that can be installed in it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use sindri::config::reference::Digest;
use sindri::local::install::Platform;

use crate::run::{Ended, Folder, Outcome, Run, let_run};

/// The version that the tests install. Nobody has published one.
pub(crate) const VERSION: &str = "0.99.0";

/// A person's home, with nothing in it.
pub(crate) struct Site {
    pub(crate) folder: Folder,
}

/// A program that says that it is kind in some version; large enough to come in pieces.
pub(crate) fn kind(version: &str) -> Vec<u8> {
    let mut program = format!("#!/bin/sh\necho kind v{version} go1.26.0 linux/amd64\nexit\n").into_bytes();
    program.extend((0..300_000_u32).map(|number| b'a' + u8::try_from(number % 251 * 7 % 23).unwrap_or_default()));
    program
}

pub(crate) fn sum(file: &[u8]) -> String {
    Digest::of(file).as_str().trim_start_matches("sha256:").to_owned()
}

/// Where a server has the program.
pub(crate) fn path(tool: &str, version: &str) -> String {
    let owner = if tool == "kind" { "kubernetes-sigs" } else { "k3d-io" };
    let platform = Platform::here().map_or_else(|error| error.to_string(), |platform| platform.to_string());
    format!("/{owner}/{tool}/releases/download/v{version}/{tool}-{platform}")
}

impl Site {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { folder: Folder::new()? })
    }

    /// The program is installed as it is without options.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder.path().join(".local/bin/kind")
    }

    /// Puts a file there that can be run.
    pub(crate) fn has(&self, program: &[u8]) -> io::Result<()> {
        self.folder.write(".local/bin/kind", program)?;
        let_run(&self.program())
    }

    pub(crate) fn arguments(file: &[u8], base: &str) -> Vec<String> {
        let sum = sum(file);
        ["k8s", "install", "kind", "--version", VERSION, "--sha256", &sum, "--base-url", base].map(str::to_owned).into()
    }

    /// Installs what should be this file from there.
    pub(crate) fn install(&self, file: &[u8], base: &str) -> Run {
        self.run(Self::arguments(file, base))
    }

    pub(crate) fn run(&self, arguments: Vec<String>) -> Run {
        self.folder.sindri(arguments).variable("HOME", self.folder.path())
    }

    /// What is kept of downloads.
    pub(crate) fn kept(&self) -> io::Result<Vec<PathBuf>> {
        files(&self.folder.path().join(".cache/sindri/downloads"))
    }

    /// What is in the folder of the program.
    pub(crate) fn installed(&self) -> io::Result<Vec<PathBuf>> {
        files(&self.folder.path().join(".local/bin"))
    }

    /// The file is installed, can be run, and nothing else is left anywhere.
    #[track_caller]
    pub(crate) fn has_only(&self, file: &[u8]) -> Outcome {
        assert!(fs::read(self.program())? == file, "it is another file");
        assert_eq!(fs::metadata(self.program())?.permissions().mode() & 0o7777, 0o755);
        assert_eq!(self.installed()?, [self.program()]);
        assert_eq!(self.kept()?, Vec::<PathBuf>::new());
        Ok(())
    }

    /// Nothing is installed, and nothing is kept.
    #[track_caller]
    pub(crate) fn has_nothing(&self) -> Outcome {
        assert_eq!(self.installed()?, Vec::<PathBuf>::new());
        assert_eq!(self.kept()?, Vec::<PathBuf>::new());
        Ok(())
    }
}

/// The files of a folder, in order; none where there is no folder.
fn files(folder: &std::path::Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// It failed with a code, and said all of this.
#[track_caller]
pub(crate) fn says(ended: &Ended, code: i32, parts: &[&str]) {
    assert_eq!((ended.code, ended.data.as_str()), (Some(code), ""), "{ended}");
    for part in parts {
        assert!(ended.said.contains(part), "{part}\n{ended}");
    }
}
