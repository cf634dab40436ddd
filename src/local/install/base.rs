//! Where programs are served: by their makers, by a mirror, or in a folder. Pure.

use std::fmt;
use std::path::PathBuf;

use http::Uri;

use super::release::Release;

/// What stands before the path of every release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// A server.
    Web(Uri),
    /// A folder.
    Folder(PathBuf),
}

/// A text that is no such place. What stands before `@` may be secret and is not repeated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place to download from: it is https://…, http://… or file:///…, without a login and without `?`")]
pub struct NoBase(String);

/// Where one file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// On a server.
    Web(Uri),
    /// On the disk.
    File(PathBuf),
}

impl Base {
    /// Where the makers publish them.
    pub const MAKERS: &str = "https://github.com";

    /// Reads `https://mirror.internal/github`, `http://…` or `file:///srv/mirror`.
    ///
    /// # Errors
    /// When it is no such place.
    pub fn parse(text: &str) -> Result<Self, NoBase> {
        let unusable = || NoBase(text.rsplit_once('@').map_or(text, |(_, place)| place).to_owned());
        if let Some(path) = text.trim().strip_prefix("file://") {
            let path = path.strip_prefix("localhost").unwrap_or(path);
            let path = decoded(path).filter(|path| path.starts_with('/')).ok_or_else(unusable)?;
            return Ok(Self::Folder(path.into()));
        }
        let uri: Uri = text.trim().trim_end_matches('/').parse().ok().ok_or_else(unusable)?;
        let is_of_the_web = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_login = uri.authority().is_none_or(|authority| authority.as_str().contains('@'));
        if !is_of_the_web || has_login || uri.query().is_some() { Err(unusable()) } else { Ok(Self::Web(uri)) }
    }

    /// Where a release is.
    ///
    /// # Errors
    /// When there is no such address.
    pub fn location(&self, release: &Release) -> Result<Location, NoBase> {
        match self {
            Self::Web(uri) => {
                let address = format!("{}/{}", uri.to_string().trim_end_matches('/'), release.path());
                // A `+` in a version is a space to some servers.
                let address = address.replace('+', "%2B");
                address.parse().map(Location::Web).ok().ok_or(NoBase(address))
            }
            Self::Folder(folder) => Ok(Location::File(folder.join(release.path()))),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(uri) => write!(formatter, "{uri}"),
            Self::File(path) => write!(formatter, "{}", path.display()),
        }
    }
}

/// A path in which `%20` stands for a space.
fn decoded(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(part.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::Base;
    use crate::local::ProviderName;
    use crate::local::install::{Platform, Release, Sum};

    #[test]
    fn a_release_has_the_same_path_below_every_place() {
        let platform = Platform::of("macos", "aarch64").unwrap();
        let release = Release::choose(ProviderName::K3d, None, None, platform).unwrap();
        let path = "k3d-io/k3d/releases/download/v5.9.0/k3d-darwin-arm64";
        for (text, before) in [
            (Base::MAKERS, "https://github.com"),
            ("https://mirror.internal/github/", "https://mirror.internal/github"),
            (" http://10.0.0.1:8080 ", "http://10.0.0.1:8080"),
            ("file:///srv/my%20mirror", "/srv/my mirror"),
            ("file://localhost/srv/mirror/", "/srv/mirror"),
        ] {
            let location = Base::parse(text).unwrap().location(&release).unwrap();
            assert_eq!(location.to_string(), format!("{before}/{path}"));
        }
        let version = Version::parse("5.9.0+patch").unwrap();
        let own =
            Release::choose(ProviderName::K3d, Some(version), Some(Sum::parse(&"a".repeat(64)).unwrap()), platform)
                .unwrap();
        let location = Base::parse("https://mirror.internal").unwrap().location(&own).unwrap();
        assert!(location.to_string().ends_with("/v5.9.0%2Bpatch/k3d-darwin-arm64"), "{location}");
    }

    #[test]
    fn what_is_no_place_is_told_without_its_login() {
        for text in [
            "",
            "mirror.internal",
            "/srv/mirror",
            "ftp://a",
            "file://srv",
            "file:///a%2",
            "https://a/?b",
            "https://ada:hunter2@a",
        ] {
            let error = Base::parse(text).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
