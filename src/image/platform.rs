//! What an image runs on. Pure.

use std::collections::BTreeSet;
use std::fmt;

/// An operating system and a processor, as Go and Kubernetes call them: `linux/arm64`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

impl Platform {
    /// The platform, if these are words that can name one. What nobody knows (`unknown`) is none: build tools write it
    /// where an index holds something else than an image.
    #[must_use]
    pub fn new(os: &str, architecture: &str, variant: Option<&str>) -> Option<Self> {
        let is_word = |text: &str| {
            (1..=32).contains(&text.len())
                && text != "unknown"
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        };
        let variant = variant.filter(|variant| !variant.is_empty());
        if !is_word(os) || !is_word(architecture) || !variant.is_none_or(is_word) {
            return None;
        }
        let variant = variant.map(str::to_owned);
        Some(Self { os: os.to_owned(), architecture: architecture.to_owned(), variant })
    }

    /// Whether a node runs it. Processors also run what their smaller brothers run, as containerd has it.
    #[must_use]
    pub fn runs_on(&self, os: &str, architecture: &str) -> bool {
        let own = self.architecture.as_str();
        self.os == os && (own == architecture || matches!((architecture, own), ("arm64", "arm") | ("amd64", "386")))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(formatter, "/{variant}"),
            None => Ok(()),
        }
    }
}

/// The platforms of an image, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Platforms {
    known: BTreeSet<Platform>,
    /// Whether there can be others: nobody has looked, or the image does not say.
    is_open: bool,
    is_index: bool,
}

impl Platforms {
    /// Nobody has looked.
    #[must_use]
    pub fn unknown() -> Self {
        Self { known: BTreeSet::new(), is_open: true, is_index: false }
    }

    /// Those of an index, or that of one image. What does not say its platform can be for any.
    #[must_use]
    pub fn new(said: impl IntoIterator<Item = Option<Platform>>, is_index: bool) -> Self {
        let mut platforms = Self { is_index, ..Self::default() };
        for platform in said {
            match platform {
                Some(platform) => {
                    platforms.known.insert(platform);
                }
                None => platforms.is_open = true,
            }
        }
        platforms
    }

    /// Whether a node finds an image for itself in it, as far as that is known.
    #[must_use]
    pub fn fit(&self, os: &str, architecture: &str) -> bool {
        self.is_open || self.known.iter().any(|platform| platform.runs_on(os, architecture))
    }

    /// Whether a node that finds none does not even pull the image.
    #[must_use]
    pub fn is_index(&self) -> bool {
        self.is_index
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Platform> {
        self.known.iter()
    }
}

impl fmt::Display for Platforms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<String> = self.known.iter().map(ToString::to_string).collect();
        formatter.write_str(&known.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::{Platform, Platforms};

    #[test]
    fn a_node_runs_its_own_platform_and_that_of_smaller_brothers() {
        let runs = |os, architecture, node| Platform::new(os, architecture, None).unwrap().runs_on("linux", node);
        assert!(runs("linux", "amd64", "amd64") && runs("linux", "386", "amd64") && runs("linux", "arm", "arm64"));
        assert!(
            !runs("linux", "amd64", "arm64") && !runs("linux", "amd64", "386") && !runs("windows", "amd64", "amd64")
        );
    }

    #[test]
    fn an_entry_without_a_platform_can_be_for_any() {
        let amd64 = || Platform::new("linux", "amd64", Some(""));
        let closed = Platforms::new([amd64()], true);
        let open = Platforms::new([amd64(), None], true);
        assert!(closed.fit("linux", "amd64") && !closed.fit("linux", "arm64") && open.fit("linux", "arm64"));
        assert!(Platforms::unknown().fit("linux", "arm64") && Platforms::new([None], false).fit("linux", "arm64"));
        assert!(!Platforms::new([], true).fit("linux", "amd64"));
    }

    #[test]
    fn words_that_name_no_platform_are_none() {
        for (os, architecture) in [("unknown", "unknown"), ("", "amd64"), ("linux", "a\u{1b}[31m"), ("linux", "a b")] {
            assert_eq!(Platform::new(os, architecture, None), None);
        }
        assert_eq!(Platform::new("linux", "arm", Some("v7")).unwrap().to_string(), "linux/arm/v7");
    }
}
