//! Which file is installed, and what it has to be. Pure.

use semver::Version;

use super::sum::Sum;
use super::tool::Platform;
use crate::local::provider::ProviderName;

/// One file of one version, and its checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The program.
    pub tool: ProviderName,
    /// Its version.
    pub version: Version,
    /// The machine that it is for.
    pub platform: Platform,
    /// What the file has to be.
    pub sum: Sum,
    /// Whether somebody asked for this version and no other.
    pub is_asked_for: bool,
}

/// Why nothing is known of a version.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRelease {
    /// Only the pinned version has a checksum here.
    #[error("the checksum of {tool} v{version} for {platform} is not known: only that of v{} is built in", tool.pinned())]
    SumWanted {
        /// The program.
        tool: ProviderName,
        /// Its version.
        version: Version,
        /// The machine that it is for.
        platform: Platform,
    },
    /// Two checksums for one file.
    #[error("{tool} v{version} for {platform} has the checksum {known}, and {given} was given")]
    OtherSum {
        /// The program.
        tool: ProviderName,
        /// Its version.
        version: Version,
        /// The machine that it is for.
        platform: Platform,
        /// The one that is built in.
        known: Sum,
        /// The one that was given.
        given: Sum,
    },
}

impl NoRelease {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::SumWanted { tool, version, platform } => {
                let file = match tool {
                    ProviderName::Kind => format!("kind-{platform}.sha256sum"),
                    ProviderName::K3d => "checksums.txt".to_owned(),
                };
                let page = format!("https://github.com/{}/releases/tag/v{version}", tool.repository());
                format!(
                    "give it with `--sha256`: it is in {file} at {page}; look at that page from a machine that you trust"
                )
            }
            Self::OtherSum { .. } => {
                "leave `--sha256` out; for a build of your own, give its version with `--version`".to_owned()
            }
        }
    }
}

impl Release {
    /// The version that is asked for, or the pinned one. Nothing without a checksum: one that comes from the same place as
    /// the file proves nothing.
    ///
    /// # Errors
    /// When the checksum is not known, or is not the one that is given.
    pub fn choose(
        tool: ProviderName,
        asked: Option<Version>,
        sum: Option<Sum>,
        platform: Platform,
    ) -> Result<Self, NoRelease> {
        let is_asked_for = asked.is_some();
        let version = asked.unwrap_or_else(|| tool.pinned());
        let known = (version == tool.pinned()).then(|| tool.pinned_sum(platform));
        let sum = match (known, sum) {
            (Some(known), Some(given)) if known != given => {
                return Err(NoRelease::OtherSum { tool, version, platform, known, given });
            }
            (Some(sum), _) | (None, Some(sum)) => sum,
            (None, None) => return Err(NoRelease::SumWanted { tool, version, platform }),
        };
        Ok(Self { tool, version, platform, sum, is_asked_for })
    }

    /// Where it is below `https://github.com`, and below every mirror.
    #[must_use]
    pub fn path(&self) -> String {
        let Self { tool, version, platform, .. } = self;
        format!("{}/releases/download/v{version}/{tool}-{platform}", tool.repository())
    }

    /// What it is called while it is downloaded. Another file has another name.
    pub(super) fn partial_name(&self) -> String {
        let Self { tool, version, platform, sum, .. } = self;
        format!("{tool}-v{version}-{platform}-{}.partial", sum.short())
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::{NoRelease, Release};
    use crate::local::ProviderName;
    use crate::local::install::{Platform, Sum};

    #[test]
    fn the_pinned_version_needs_no_checksum_and_every_other_one_does() {
        let platform = Platform::of("linux", "x86_64").unwrap();
        let sum = || Sum::parse(&"a".repeat(64)).unwrap();
        let choose = |version: Option<&str>, sum| {
            Release::choose(ProviderName::Kind, version.map(|version| Version::parse(version).unwrap()), sum, platform)
        };
        let pinned = choose(None, None).unwrap();
        assert_eq!((&pinned.version, pinned.is_asked_for), (&ProviderName::Kind.pinned(), false));
        assert_eq!(pinned.path(), "kubernetes-sigs/kind/releases/download/v0.33.0/kind-linux-amd64");
        assert_eq!(pinned.partial_name(), "kind-v0.33.0-linux-amd64-aee615156142.partial");
        assert_eq!(choose(Some("0.33.0"), Some(pinned.sum.clone())).unwrap().sum, pinned.sum);
        assert_eq!(choose(Some("0.34.0"), Some(sum())).unwrap().sum, sum());

        let error = choose(Some("0.34.0"), None).unwrap_err();
        assert!(matches!(error, NoRelease::SumWanted { .. }));
        assert!(error.to_string().contains("kind v0.34.0 for linux-amd64"), "{error}");
        assert!(
            error
                .hint()
                .contains("kind-linux-amd64.sha256sum at https://github.com/kubernetes-sigs/kind/releases/tag/v0.34.0")
        );
        let error = choose(None, Some(sum())).unwrap_err();
        assert!(matches!(error, NoRelease::OtherSum { .. }), "{error}");
    }
}
