//! The name under which an image that is in no registry is brought to the nodes of a local cluster. Pure.

use std::fmt;

/// How many hexadecimal digits tell an image from all others.
const DIGITS: usize = 64;
/// What such a name begins with. No registry answers there: a node that does not have the image cannot take another one.
const HOST: &str = "localhost/";

/// A name that says what is in the image: `localhost/sindri:` and the hexadecimal digits of its identity. It can never mean
/// another image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentName {
    path: String,
    digits: String,
}

impl ContentName {
    /// The name of an image with this path and this identity, `sha256:` and 64 digits or the digits alone.
    #[must_use]
    pub fn new(path: &str, identity: &str) -> Option<Self> {
        let digits = identity.strip_prefix("sha256:").unwrap_or(identity);
        // A short name of the default registry has a folder that nobody writes.
        let path = path.strip_prefix("library/").unwrap_or(path);
        let is_one = digits.len() == DIGITS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let is_path = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || b"._-/".contains(&letter);
        let is_one = is_one && !path.is_empty() && path.bytes().all(is_path);
        is_one.then(|| Self { path: path.to_owned(), digits: digits.to_owned() })
    }

    /// The name that a reference is, if it is one.
    #[must_use]
    pub fn parse(reference: &str) -> Option<Self> {
        let (path, digits) = reference.strip_prefix(HOST)?.rsplit_once(':')?;
        Self::new(path, digits).filter(|name| name.path == path)
    }

    /// The repository in it: `localhost/sindri`.
    #[must_use]
    pub fn repository(&self) -> String {
        format!("{HOST}{}", self.path)
    }

    /// The path in it: `sindri`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The identity of the image: `sha256:` and 64 digits.
    #[must_use]
    pub fn identity(&self) -> String {
        format!("sha256:{}", self.digits)
    }

    /// The digits alone.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// As much of it as tells it from others: `3f2a5c1b7d90`.
    #[must_use]
    pub fn short(&self) -> &str {
        self.digits.get(..12).unwrap_or_default()
    }
}

impl fmt::Display for ContentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{HOST}{}:{}", self.path, self.digits)
    }
}

#[cfg(test)]
mod tests {
    use super::ContentName;

    const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_name_says_what_is_in_the_image() {
        let name = ContentName::new("library/sindri", &format!("sha256:{DIGITS}")).unwrap();
        assert_eq!(name.to_string(), format!("localhost/sindri:{DIGITS}"));
        assert_eq!(ContentName::parse(&name.to_string()), Some(name.clone()));
        assert_eq!((name.identity(), name.short()), (format!("sha256:{DIGITS}"), "0123456789ab"));
    }

    #[test]
    fn other_references_say_nothing_of_that_kind() {
        for text in [
            "localhost/sindri:latest".to_owned(),
            format!("localhost:5001/sindri:{DIGITS}"),
            format!("ghcr.io/sindri:{DIGITS}"),
            format!("localhost/:{DIGITS}"),
            format!("localhost/library/sindri:{DIGITS}"),
            format!("localhost/sindri@sha256:{DIGITS}"),
            format!("localhost/sindri:{}", DIGITS.to_uppercase()),
        ] {
            assert_eq!(ContentName::parse(&text), None, "{text}");
        }
    }
}
