//! The programs that can be installed, and for which machines. Pure.

use std::fmt;

use semver::Version;

use super::sum::Sum;
use crate::local::provider::ProviderName;

/// A machine that its makers build it for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    system: System,
    architecture: Architecture,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Linux,
    Darwin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Architecture {
    Amd64,
    Arm64,
}

/// A machine that nothing is known for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is none for this machine ({system}, {architecture}): linux and macos are known, each with x86_64 and aarch64"
)]
pub struct UnknownPlatform {
    system: String,
    architecture: String,
}

impl ProviderName {
    /// Where its makers publish it, below `https://github.com`.
    pub(super) fn repository(self) -> &'static str {
        match self {
            Self::Kind => "kubernetes-sigs/kind",
            Self::K3d => "k3d-io/k3d",
        }
    }

    /// The version that is installed unless another one is asked for.
    #[must_use]
    pub fn pinned(self) -> Version {
        match self {
            Self::Kind => Version::new(0, 33, 0),
            Self::K3d => Version::new(5, 9, 0),
        }
    }

    /// What its makers published as the checksum of that version. Where each was seen is in docs/decisions.md.
    pub(super) fn pinned_sum(self, platform: Platform) -> Sum {
        use Architecture::{Amd64, Arm64};
        use System::{Darwin, Linux};
        Sum::known(match (self, platform.system, platform.architecture) {
            (Self::Kind, Linux, Amd64) => "aee6151561422756b764a4ae28e7f44cda5af5a9eead3cc9985112b1de8d8e0d",
            (Self::Kind, Linux, Arm64) => "20022bee6cfcd5086cb7234d218e3454e6090022f2a8f55d1fa7fcf42c3867a2",
            (Self::Kind, Darwin, Amd64) => "5a99f26f57246dc9319dd294803313197a0f34d33c525b3ea8b655db5916ece0",
            (Self::Kind, Darwin, Arm64) => "0c8c7dbe5e23594a198b786c4bc13dacc101fa6196b0cb0b23a1ca44e61f4b4f",
            (Self::K3d, Linux, Amd64) => "06d8f25bc3a971c4eb29e0ff08429b180402db0f4dec838c9eac427e296800a0",
            (Self::K3d, Linux, Arm64) => "03cde5cf23e6e8e67de5a039ecf26e5b85aca82fba3e5d13dadf904cd218a250",
            (Self::K3d, Darwin, Amd64) => "b4aabc37534f95b9c764e7823f2df923f50d57600837aa60a06266cce47db732",
            (Self::K3d, Darwin, Arm64) => "fe106541d5d0a3f18debcd4d432a16f8c0ce3e6ddc06f8fbb6f696a122313e00",
        })
    }

    /// The version in what it says when it is asked for: `kind v0.32.0 go1.26.0 linux/amd64`, `k3d version v5.9.0`.
    #[must_use]
    pub fn version_in(self, said: &str) -> Option<Version> {
        let mut words = said.lines().next()?.split_whitespace();
        if words.next()? != self.program() {
            return None;
        }
        let word = words.find(|word| *word != "version")?;
        Version::parse(word.strip_prefix('v').unwrap_or(word)).ok()
    }
}

impl Platform {
    /// The machine that this program was built for.
    ///
    /// # Errors
    /// When nobody builds anything for it.
    pub fn here() -> Result<Self, UnknownPlatform> {
        Self::of(std::env::consts::OS, std::env::consts::ARCH)
    }

    /// A machine by the names that the compiler has for it.
    ///
    /// # Errors
    /// When nobody builds anything for it.
    pub fn of(system: &str, architecture: &str) -> Result<Self, UnknownPlatform> {
        let known_system = match system {
            "linux" => Some(System::Linux),
            "macos" => Some(System::Darwin),
            _ => None,
        };
        let known_architecture = match architecture {
            "x86_64" => Some(Architecture::Amd64),
            "aarch64" => Some(Architecture::Arm64),
            _ => None,
        };
        let unknown = || UnknownPlatform { system: system.to_owned(), architecture: architecture.to_owned() };
        Ok(Self { system: known_system.ok_or_else(unknown)?, architecture: known_architecture.ok_or_else(unknown)? })
    }
}

/// As their files are named: `linux-amd64`.
impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let system = match self.system {
            System::Linux => "linux",
            System::Darwin => "darwin",
        };
        let architecture = match self.architecture {
            Architecture::Amd64 => "amd64",
            Architecture::Arm64 => "arm64",
        };
        write!(formatter, "{system}-{architecture}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Platform;
    use crate::local::ProviderName;
    use crate::local::install::Sum;

    #[test]
    fn four_machines_are_known_and_the_others_are_told_which() {
        for (system, architecture, name) in [
            ("linux", "x86_64", "linux-amd64"),
            ("linux", "aarch64", "linux-arm64"),
            ("macos", "x86_64", "darwin-amd64"),
            ("macos", "aarch64", "darwin-arm64"),
        ] {
            assert_eq!(Platform::of(system, architecture).unwrap().to_string(), name);
        }
        for (system, architecture) in [("linux", "riscv64"), ("freebsd", "x86_64"), ("windows", "x86_64")] {
            let error = Platform::of(system, architecture).unwrap_err().to_string();
            assert!(error.contains(&format!("({system}, {architecture})")), "{error}");
            assert!(error.ends_with("linux and macos are known, each with x86_64 and aarch64"), "{error}");
        }
    }

    #[test]
    fn every_checksum_that_is_built_in_is_one_and_no_two_are_the_same() {
        let mut sums = BTreeSet::new();
        for tool in [ProviderName::Kind, ProviderName::K3d] {
            for system in ["linux", "macos"] {
                for architecture in ["x86_64", "aarch64"] {
                    let sum = tool.pinned_sum(Platform::of(system, architecture).unwrap()).to_string();
                    assert_eq!(Sum::parse(&sum).unwrap().to_string(), sum);
                    assert!(sums.insert(sum));
                }
            }
        }
        assert_eq!(sums.len(), 8);
    }

    #[test]
    fn a_program_is_asked_for_its_version_and_nothing_else_is_taken_for_one() {
        let found = |tool: ProviderName, said: &str| tool.version_in(said).map(|version| version.to_string());
        for (tool, said, version) in [
            (ProviderName::Kind, "kind v0.32.0 go1.26.0 linux/amd64\n", "0.32.0"),
            (ProviderName::Kind, "kind version 0.20.0\n", "0.20.0"),
            (ProviderName::Kind, "kind v0.33.0-alpha+4f2b go1.27 darwin/arm64", "0.33.0-alpha+4f2b"),
            (ProviderName::K3d, "k3d version v5.9.0\nk3s version v1.33.6-k3s1 (default)\n", "5.9.0"),
        ] {
            assert_eq!(found(tool, said).as_deref(), Some(version), "{said}");
        }
        for said in ["", "kind", "kind version", "k3d version v5.9.0", "kind of v0.32.0", "v0.32.0", "\nkind v0.32.0"] {
            assert_eq!(found(ProviderName::Kind, said), None, "{said}");
        }
    }
}
