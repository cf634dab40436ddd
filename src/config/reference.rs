//! Image references: where an image lives and which one of it is meant.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::malformed::Malformed;

const DEFAULT_REGISTRY: &str = "docker.io";

/// A repository in a registry: `ghcr.io/org/dev`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repository {
    written: String,
    registry: String,
    path: String,
}

/// The full content address of an image: `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Digest(String);

/// A tag: `1.4.0`, `latest`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(String);

/// A repository with a tag, a digest, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where the image lives.
    pub repository: Repository,
    /// The tag, if one is written.
    pub tag: Option<Tag>,
    /// The digest, if one is written.
    pub digest: Option<Digest>,
}

impl Repository {
    /// Reads `registry/path` or a short name of the default registry.
    ///
    /// # Errors
    /// When the text is not a repository.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if let Some(bare) = without_scheme(text) {
            return Err(Malformed::new(
                format!("`{text}` is an address, not a repository"),
                Some(format!("write `{bare}`")),
            ));
        }
        let (registry, path) = match text.split_once('/') {
            Some((first, rest)) if is_registry(first) => (first.to_owned(), rest.to_owned()),
            Some(_) => (DEFAULT_REGISTRY.to_owned(), text.to_owned()),
            None => (DEFAULT_REGISTRY.to_owned(), format!("library/{text}")),
        };
        if !registry_is_valid(&registry) {
            return Err(Malformed::new(format!("`{registry}` is not the name of a registry"), None));
        }
        let wrong = path.split('/').find(|part| !is_path_component(part));
        if let Some(part) = wrong {
            let spelled = text.to_lowercase();
            let hint = (spelled != text && Self::parse(&spelled).is_ok()).then(|| format!("did you mean `{spelled}`?"));
            let message = if part.is_empty() {
                format!("`{text}` is not a repository: a part of the path is empty")
            } else {
                format!(
                    "`{text}` is not a repository: `{part}` may hold lower-case letters, digits, and single `.`, `_`, `-` between them"
                )
            };
            return Err(Malformed::new(message, hint));
        }
        if text.len() > 255 {
            return Err(Malformed::new("a repository has at most 255 characters".to_owned(), None));
        }
        Ok(Self { written: text.to_owned(), registry, path })
    }

    /// The registry's host, with its port if one is written.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The path inside the registry.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.written)
    }
}

impl Digest {
    /// Reads `sha256:` and 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let message = match text.strip_prefix("sha256:") {
            None => format!("`{text}` is not a digest: it starts with `sha256:`"),
            Some(hex) if hex.len() != 64 => {
                format!(
                    "`{text}` is not a digest: 64 hexadecimal digits follow `sha256:`, here are {} characters",
                    hex.chars().count()
                )
            }
            Some(hex) if hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) => {
                return Ok(Self(text.to_owned()));
            }
            Some(_) => format!("`{text}` is not a digest: only the digits 0-9 and a-f follow `sha256:`"),
        };
        let spelled = text.to_ascii_lowercase();
        let spelled = if spelled.starts_with("sha256:") { spelled } else { format!("sha256:{spelled}") };
        let hint = if spelled != text && Self::parse(&spelled).is_ok() {
            format!("write `{spelled}`")
        } else {
            "the full digest is printed by `docker buildx imagetools inspect IMAGE`".to_owned()
        };
        Err(Malformed::new(message, Some(hint)))
    }

    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let hex = Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        Self(format!("sha256:{hex}"))
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Tag {
    /// Reads a tag.
    ///
    /// # Errors
    /// When registries would refuse it.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.is_empty() {
            return Err(Malformed::new("a tag cannot be empty".to_owned(), None));
        }
        let starts_well = text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_');
        let valid = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
        if starts_well && valid && text.len() <= 128 {
            return Ok(Self(text.to_owned()));
        }
        Err(Malformed::new(
            format!(
                "`{text}` is not a tag: at most 128 letters, digits, `.`, `_` and `-`, not starting with `.` or `-`"
            ),
            None,
        ))
    }

    /// The tag that is meant where none is written.
    #[must_use]
    pub fn latest() -> Self {
        Self("latest".to_owned())
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Reference {
    /// Reads `repository`, `repository:tag`, `repository@digest` or `repository:tag@digest`.
    ///
    /// # Errors
    /// When a part of it is malformed.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.is_empty() {
            return Err(Malformed::new("an image cannot be empty".to_owned(), None));
        }
        if text.contains(char::is_whitespace) {
            return Err(Malformed::new(format!("`{text}` is not an image: it holds white space"), None));
        }
        if let Some(bare) = without_scheme(text) {
            return Err(Malformed::new(
                format!("`{text}` is an address, not an image"),
                Some(format!("write `{bare}`")),
            ));
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(Digest::parse(digest)?)),
            None => (text, None),
        };
        let (repository, tag) = match name.rsplit_once(':') {
            // A colon before the last slash belongs to the registry's port.
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(Tag::parse(tag)?)),
            _ => (name, None),
        };
        let repository = Repository::parse(repository).map_err(|error| {
            let rest = text.get(repository.len()..).unwrap_or_default();
            let spelled = repository.to_lowercase();
            let hint = (spelled != repository && Repository::parse(&spelled).is_ok())
                .then(|| format!("did you mean `{spelled}{rest}`?"));
            Malformed::new(error.to_string(), hint)
        })?;
        Ok(Self { repository, tag, digest })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.repository)?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(formatter, "@{digest}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

macro_rules! serialize_as_text {
    ($($name:ident),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )+};
}

serialize_as_text!(Digest, Tag, Repository, Reference);

/// What remains of an address of the web.
fn without_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))
}

/// The first part of a name is a registry when it could not be a folder: it has a dot or a port, or is `localhost`.
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.starts_with('[')
}

fn registry_is_valid(registry: &str) -> bool {
    let (host, port) = match registry.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (registry, None),
    };
    let port_is_valid = port
        .is_none_or(|port| port.starts_with(|first: char| matches!(first, '1'..='9')) && port.parse::<u16>().is_ok());
    let host_is_valid = match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(|part| {
            !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }),
    };
    port_is_valid && host_is_valid
}

/// Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_path_component(part: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let edges = part.bytes().next().is_some_and(word) && part.bytes().next_back().is_some_and(word);
    let mut separators = part.split(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    edges
        && separators
            .all(|between| matches!(between, "" | "." | "_" | "__") || between.bytes().all(|byte| byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn references_are_taken_apart() {
        for (text, registry, path, tag, digest) in [
            ("nginx", "docker.io", "library/nginx", None, false),
            ("org/dev:1.0", "docker.io", "org/dev", Some("1.0"), false),
            ("ghcr.io/org/dev:1.4.0", "ghcr.io", "org/dev", Some("1.4.0"), false),
            ("localhost:5000/dev", "localhost:5000", "dev", None, false),
            ("localhost/dev:x", "localhost", "dev", Some("x"), false),
            ("[::1]:5000/dev:x", "[::1]:5000", "dev", Some("x"), false),
            ("10.0.0.1:5000/a/b/c", "10.0.0.1:5000", "a/b/c", None, false),
        ] {
            let reference = Reference::parse(text).unwrap();
            assert_eq!((reference.repository.registry(), reference.repository.path()), (registry, path), "{text}");
            assert_eq!(reference.tag.as_ref().map(Tag::as_str), tag, "{text}");
            assert_eq!(reference.digest.is_some(), digest, "{text}");
            assert_eq!(reference.to_string(), text);
        }
        let text = format!("ghcr.io/org/dev:1.4.0@sha256:{HEX}");
        let reference = Reference::parse(&text).unwrap();
        assert!(reference.tag.is_some() && reference.digest.is_some());
        assert_eq!(reference.to_string(), text);
    }

    #[test]
    fn what_no_registry_would_serve_is_refused() {
        for text in [
            "",
            " ",
            "a b",
            "Org/Dev",
            "ghcr.io/org/Dev:1",
            "https://ghcr.io/org/dev",
            "ghcr.io//dev",
            "ghcr.io/",
            "/dev",
            "dev:",
            "dev:-x",
            "dev@sha256:abc",
            "dev@md5:abc",
            "dev@",
            "ghcr.io:notaport/dev",
            "a..b/c",
            "org/-dev",
            "org/dev-",
            "org/a__b___c",
            "dev:1:2",
            "ghcr.io:0/dev",
        ] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_digest_of_bytes_is_their_address() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b""), Digest::parse(empty).unwrap());
    }

    #[test]
    fn a_digest_has_64_digits() {
        assert!(Digest::parse(&format!("sha256:{HEX}")).is_ok());
        assert!(Digest::parse(&format!("sha256:{}", HEX.to_uppercase())).is_err());
        let error = Digest::parse("sha256:abc123...").unwrap_err();
        assert!(error.to_string().contains("here are 9"), "{error}");
    }
}
