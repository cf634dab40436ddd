#![expect(clippy::disallowed_methods, reason = "reads where the root of trust is kept, and who serves it")]
//! Where the root of trust comes from, and where it is kept.

use std::borrow::Cow;
use std::env;
use std::path::PathBuf;

use super::mirror::Mirror;
use super::no_public_root::NoPublicRoot;
use super::pinned::PINNED;

/// Another place with the same signed files.
const MIRROR: &str = "SINDRI_SIGSTORE_MIRROR";

/// Where the root of trust comes from, and where it is kept.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder that it is kept in. Without one nothing is kept.
    pub(super) folder: Option<PathBuf>,
    /// Who serves it.
    pub(super) mirror: Mirror,
    /// What it is verified from.
    pub(super) pinned: Cow<'static, [u8]>,
}

impl Place {
    /// Sigstore's own, as the environment of this process says.
    ///
    /// # Errors
    /// When the variable for a mirror holds no address.
    pub fn here() -> Result<Self, NoPublicRoot> {
        let variable = |name| env::var_os(name).filter(|value| !value.is_empty());
        let mirror = variable(MIRROR).map(|mirror| mirror.to_string_lossy().into_owned());
        let mirror = Mirror::parse(mirror.as_deref().unwrap_or(Mirror::SIGSTORE))?;
        Ok(Self {
            folder: folder(variable("XDG_CACHE_HOME").map(PathBuf::from), env::home_dir()),
            mirror,
            pinned: PINNED.into(),
        })
    }

    /// Anybody's, verified from a root of theirs: for those who test.
    #[must_use]
    pub fn new(folder: Option<PathBuf>, mirror: Mirror, pinned: Vec<u8>) -> Self {
        Self { folder, mirror, pinned: pinned.into() }
    }

    /// The file that all of it is kept in.
    pub(super) fn file(&self) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join("public-good.json"))
    }
}

/// A folder for what can be fetched again; one that is not written out is none.
fn folder(caches: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let caches = caches.filter(|path| path.is_absolute());
    let at_home = || home.filter(|path| path.is_absolute()).map(|home| home.join(".cache"));
    caches.or_else(at_home).map(|caches| caches.join("sindri/sigstore"))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::folder;

    #[test]
    fn it_is_kept_where_caches_are() {
        let path = |text: &str| Some(PathBuf::from(text));
        let found = |caches, home| folder(caches, home);
        assert_eq!(found(path("/c"), path("/h")).as_deref(), Some(Path::new("/c/sindri/sigstore")));
        assert_eq!(found(None, path("/h")).as_deref(), Some(Path::new("/h/.cache/sindri/sigstore")));
        assert_eq!(found(path("c"), path("/h")).as_deref(), Some(Path::new("/h/.cache/sindri/sigstore")));
        assert_eq!(found(None, None), None);
        assert_eq!(found(None, path("")), None);
    }
}
