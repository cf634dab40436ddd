//! Why the login for a registry cannot be had. Nothing of a login is ever in a message. Pure.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::local::NotRun;

/// Why it is not known whether there is a login.
#[derive(Debug, thiserror::Error)]
pub enum NoLogin {
    /// A configuration is there and cannot be read.
    #[error("cannot read the registry logins in {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A configuration is no configuration.
    #[error("cannot read the registry logins in {}: line {line}, column {column} is not what belongs there", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Where it is wrong.
        line: usize,
        /// Where it is wrong.
        column: usize,
    },
    /// A login in a configuration cannot be read.
    #[error("cannot read the login for {place} in {}: `auth` is not `user:password` in base64", path.display())]
    Damaged {
        /// The registry.
        place: String,
        /// The file.
        path: PathBuf,
    },
    /// The program that keeps the login is not there.
    #[error("cannot get the login for {place}: {} names the credential helper `{program}`, which is not on the PATH", path.display())]
    HelperMissing {
        /// The program.
        program: String,
        /// The registry.
        place: String,
        /// The file that names it.
        path: PathBuf,
    },
    /// The program that keeps the login cannot be run.
    #[error("cannot get the login for {place}")]
    HelperNotRun {
        /// The program.
        program: String,
        /// The registry.
        place: String,
        /// Why.
        source: NotRun,
    },
    /// The program that keeps the login does not end.
    #[error("cannot get the login for {place}: the credential helper `{program}` did not answer within {} s", limit.as_secs_f64())]
    HelperSilent {
        /// The program.
        program: String,
        /// The registry.
        place: String,
        /// How long it had.
        limit: Duration,
    },
    /// The program that keeps the login failed.
    #[error("cannot get the login for {place}: the credential helper `{program}` failed ({end}): {said}")]
    HelperFailed {
        /// The program.
        program: String,
        /// The registry.
        place: String,
        /// How it ended.
        end: String,
        /// What it said.
        said: String,
    },
    /// The program that keeps the login answers something else.
    #[error(
        "cannot get the login for {place}: the answer of the credential helper `{program}` is not one that the protocol knows"
    )]
    HelperUnclear {
        /// The program.
        program: String,
        /// The registry.
        place: String,
    },
}

impl NoLogin {
    /// What to type.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { path, .. } => format!("see who may read it: `ls -l {}`", path.display()),
            Self::Broken { path, .. } => format!("see what is wrong: `jq empty {}`", path.display()),
            Self::Damaged { place, .. } => format!("log in again: `docker login {place}`"),
            Self::HelperMissing { program, path, .. } => format!(
                "install {program}, or take it out of `credHelpers` or `credsStore` in {} and log in again",
                path.display()
            ),
            Self::HelperNotRun { program, .. } => format!("see why: `{program} list >/dev/null`"),
            Self::HelperSilent { program, place, .. }
            | Self::HelperFailed { program, place, .. }
            | Self::HelperUnclear { program, place } => {
                format!("see why: `echo {place} | {program} get >/dev/null`; or log in again: `docker login {place}`")
            }
        }
    }
}
