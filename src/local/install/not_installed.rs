//! Why a program is not installed. Pure.

use std::error::Error;
use std::path::PathBuf;
use std::{fmt, io};

use super::base::Location;
use super::decision::InTheWay;
use super::sum::Sum;
use super::undelivered::Undelivered;
use crate::local::provider::ProviderName;

/// Why a program is not installed. Nothing has changed where it should be.
#[derive(Debug, thiserror::Error)]
pub enum NotInstalled {
    /// Something else is there.
    #[error(transparent)]
    InTheWay(#[from] InTheWay),
    /// What is there cannot be looked at.
    #[error("cannot see what is in {}", path.display())]
    Unseen {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing can be put there.
    #[error("cannot put {tool} into {}", folder.display())]
    Unwritable {
        /// The program.
        tool: ProviderName,
        /// Where.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has not come.
    #[error(transparent)]
    Undelivered(Missed),
    /// The file of a mirror cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What has come cannot be kept.
    #[error("cannot keep what is downloaded{}", place.as_ref().map_or_else(String::new, |path| format!(" in {}", path.display())))]
    Unkept {
        /// Where.
        place: Option<PathBuf>,
        /// Why.
        source: io::Error,
    },
    /// It is another file.
    #[error(
        "{from} is not {what}: its sha256 is {found}, and it has to be {expected}; nothing of it was kept, and nothing was changed"
    )]
    WrongSum {
        /// Where it came from.
        from: Location,
        /// What it should be.
        what: String,
        /// What it is.
        found: Sum,
        /// What its makers published.
        expected: Sum,
    },
}

/// A download that has not come to its end.
#[derive(Debug)]
pub struct Missed {
    /// Where it was looked for.
    pub address: String,
    /// Why.
    pub problem: Undelivered,
    /// How often and how long it was tried; empty for once.
    pub(super) tries: String,
}

impl fmt::Display for Missed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot download {}: {}{}", self.address, self.problem, self.tries)
    }
}

impl Error for Missed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.problem.source()
    }
}

impl NotInstalled {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::InTheWay(error) => format!(
                "if it is no longer wanted, `rm {}` and try again; or name another folder with `--dir`",
                shown(error.path())
            ),
            Self::Unseen { .. } | Self::Unwritable { .. } => {
                "name a folder that you may write to with `--dir`".to_owned()
            }
            Self::Undelivered(missed) => missed.problem.hint(&missed.address),
            Self::Unreadable { .. } => "the folder of a mirror is laid out as https://github.com is: \
                `OWNER/REPOSITORY/releases/download/vVERSION/FILE`"
                .to_owned(),
            Self::Unkept { .. } => {
                "is there room? `df -h`; another folder for caches is named with XDG_CACHE_HOME".to_owned()
            }
            Self::WrongSum { from: Location::Web(_), .. } => {
                "do not run that file; somebody on the way to it, or the server, \
                has another one: ask who looks after the server, or try another one with `--base-url`"
                    .to_owned()
            }
            Self::WrongSum { from: Location::File(path), .. } => {
                format!(
                    "do not run that file; it was put there by mistake or by somebody else: `ls -l {}`",
                    shown(path)
                )
            }
        }
    }
}

/// A path as a shell reads it.
fn shown(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let is_plain = text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | '+'));
    if is_plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
