//! What becomes of the file that is there already. Pure.

use std::path::PathBuf;

use semver::Version;

use super::release::Release;
use crate::local::provider::ProviderName;

/// What is where the program should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// The file that is wanted.
    Same,
    /// The program, in this version.
    Version {
        /// As it says itself.
        version: Version,
        /// Whether it is a link: whoever made it looks after what it leads to.
        is_link: bool,
    },
    /// Something else.
    Other {
        /// What is known of it.
        why: String,
    },
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is put where nothing is.
    Install,
    /// It takes the place of this version.
    Replace(Version),
    /// It is there.
    NothingToDo,
    /// This version is there, and good.
    Keep(Version),
}

/// Why the file that is there is left alone, and nothing is installed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InTheWay {
    /// It is not what it should be.
    #[error("{} is there, and {why}: it was not replaced", path.display())]
    Other {
        /// Where.
        path: PathBuf,
        /// What is known of it.
        why: String,
    },
    /// Somebody else looks after it.
    #[error("{} is a link to {tool} v{version}, and whoever made it looks after it: it was not replaced", path.display())]
    Link {
        /// Where.
        path: PathBuf,
        /// The program.
        tool: ProviderName,
        /// Its version.
        version: Version,
    },
    /// It is newer, and the older one was asked for by its name.
    #[error("{} is {tool} v{version}, which is newer than v{wanted}: it was not replaced", path.display())]
    Newer {
        /// Where.
        path: PathBuf,
        /// The program.
        tool: ProviderName,
        /// Its version.
        version: Version,
        /// The version that was asked for.
        wanted: Version,
    },
}

impl InTheWay {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &PathBuf {
        match self {
            Self::Other { path, .. } | Self::Link { path, .. } | Self::Newer { path, .. } => path,
        }
    }
}

/// What is done about what is there. Nothing is lost that cannot be had again: only the program itself is replaced, by a
/// newer version or by the file that its makers published.
///
/// # Errors
/// When what is there is not ours to replace.
pub fn decide(found: Found, release: &Release, path: PathBuf) -> Result<Decision, InTheWay> {
    let tool = release.tool;
    match found {
        Found::Nothing => Ok(Decision::Install),
        Found::Same => Ok(Decision::NothingToDo),
        Found::Other { why } => Err(InTheWay::Other { path, why }),
        Found::Version { version, .. } if version > release.version => {
            if release.is_asked_for {
                return Err(InTheWay::Newer { path, tool, version, wanted: release.version.clone() });
            }
            Ok(Decision::Keep(version))
        }
        // Whoever gave a checksum wants that file and no other.
        Found::Version { version, is_link: true } if version == release.version && !release.is_asked_for => {
            Ok(Decision::Keep(version))
        }
        Found::Version { version, is_link: true } => Err(InTheWay::Link { path, tool, version }),
        Found::Version { version, is_link: false } => Ok(Decision::Replace(version)),
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::{Decision, Found, InTheWay, decide};
    use crate::local::ProviderName;
    use crate::local::install::{Platform, Release};

    fn decided(found: Found, is_asked_for: bool) -> Result<Decision, InTheWay> {
        let platform = Platform::of("linux", "x86_64").unwrap();
        let version = is_asked_for.then(|| ProviderName::Kind.pinned());
        decide(found, &Release::choose(ProviderName::Kind, version, None, platform).unwrap(), "/bin/kind".into())
    }

    fn version(text: &str, is_link: bool) -> Found {
        Found::Version { version: Version::parse(text).unwrap(), is_link }
    }

    #[test]
    fn an_older_program_is_replaced_and_a_newer_one_is_kept() {
        let number = |text| Version::parse(text).unwrap();
        assert_eq!(decided(Found::Nothing, false), Ok(Decision::Install));
        assert_eq!(decided(Found::Same, false), Ok(Decision::NothingToDo));
        assert_eq!(decided(version("0.20.0", false), false), Ok(Decision::Replace(number("0.20.0"))));
        // It says the same, and is another file: not what its makers have published.
        assert_eq!(decided(version("0.33.0", false), false), Ok(Decision::Replace(number("0.33.0"))));
        // What comes before a version is older.
        assert_eq!(decided(version("0.33.0-rc.1", false), false), Ok(Decision::Replace(number("0.33.0-rc.1"))));
        assert_eq!(decided(version("0.34.0", false), false), Ok(Decision::Keep(number("0.34.0"))));
        assert!(matches!(decided(version("0.34.0", false), true), Err(InTheWay::Newer { .. })));
    }

    #[test]
    fn what_somebody_else_looks_after_is_never_replaced() {
        assert!(matches!(decided(version("0.20.0", true), false), Err(InTheWay::Link { .. })));
        assert_eq!(decided(version("0.33.0", true), false), Ok(Decision::Keep(Version::new(0, 33, 0))));
        assert_eq!(decided(version("0.34.0", true), false), Ok(Decision::Keep(Version::new(0, 34, 0))));
        assert!(matches!(decided(version("0.33.0", true), true), Err(InTheWay::Link { .. })));
        let other = Found::Other { why: "it is a folder".to_owned() };
        let error = decided(other, false).unwrap_err();
        assert_eq!(error.to_string(), "/bin/kind is there, and it is a folder: it was not replaced");
    }
}
