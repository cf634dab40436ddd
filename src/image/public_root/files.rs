//! The signed files of one root of trust, as they were verified last. Pure.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sigstore_tuf::cache::MetadataStore;
use sigstore_tuf::transport::{FetchFuture, Repository};
use sigstore_tuf::{Error, Result};

use super::mirror::is_a_root;

/// The target that there is all this for.
pub(super) const TRUSTED_ROOT: &str = "trusted_root.json";
/// Roots later than the pinned one are kept under this.
const ROOTS: &str = "root_history/";
/// What is kept of targets is kept under this.
const TARGETS: &str = "targets/";

/// Files by name, shared with whoever verifies them. Nothing gets to the disk from here: what comes of a refresh is
/// kept as a whole, or not at all.
#[derive(Clone, Debug, Default)]
pub(super) struct Files(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Files {
    pub(super) fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self(Arc::new(Mutex::new(files)))
    }

    /// The same files, which change apart from these.
    pub(super) fn copy(&self) -> Self {
        Self::new(self.all().clone())
    }

    /// The files, by name.
    pub(super) fn all(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same files with the roots of others.
    pub(super) fn with_roots_of(&self, others: &Self) -> Self {
        let mut files = self.all().clone();
        let others = others.all();
        files.extend(
            others.iter().filter(|(name, _)| name.starts_with(ROOTS)).map(|(name, root)| (name.clone(), root.clone())),
        );
        Self::new(files)
    }
}

impl MetadataStore for Files {
    fn load(&self, name: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.all().get(name).cloned())
    }

    fn store(&self, name: &str, bytes: &[u8]) -> Result<()> {
        // What is stored under the name with its version is stored under the one without as well.
        if unnumbered(name) == name && name != "root.json" {
            self.all().insert(name.to_owned(), bytes.to_vec());
        }
        Ok(())
    }
}

/// The files as if somebody served them: to verify what is kept, without a network.
impl Repository for Files {
    fn fetch_metadata<'a>(&'a self, name: &'a str, limit: u64) -> FetchFuture<'a> {
        // The roots that are kept are followed before anybody is asked for the next.
        let found = if is_a_root(name) { Ok(None) } else { self.found(unnumbered(name), limit) };
        Box::pin(async move { found })
    }

    fn fetch_target<'a>(&'a self, path: &'a str, limit: u64) -> FetchFuture<'a> {
        // Its name begins with its digest, if the root says so.
        let name = if path.ends_with(TRUSTED_ROOT) { TRUSTED_ROOT } else { path };
        let found = self.found(&format!("{TARGETS}{name}"), limit);
        Box::pin(async move { found })
    }
}

impl Files {
    fn found(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        let Some(bytes) = self.all().get(name).cloned() else {
            return Err(Error::Malformed(format!("{name} is missing")));
        };
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            return Err(Error::Malformed(format!("{name} is larger than {limit} bytes")));
        }
        Ok(Some(bytes))
    }
}

/// `12.snapshot.json` without its number.
fn unnumbered(name: &str) -> &str {
    match name.split_once('.') {
        Some((number, rest)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use sigstore_tuf::cache::MetadataStore as _;

    use super::Files;

    #[test]
    fn each_file_is_kept_once() {
        let files = Files::default();
        for name in ["root.json", "root_history/2.root.json", "12.snapshot.json", "snapshot.json", "targets/a.json"] {
            files.store(name, b"{}").unwrap();
        }
        let kept: Vec<String> = files.all().keys().cloned().collect();
        assert_eq!(kept, ["root_history/2.root.json", "snapshot.json", "targets/a.json"]);
    }

    #[test]
    fn a_copy_changes_apart() {
        let files = Files::default();
        let copy = files.copy();
        copy.store("root_history/2.root.json", b"root").unwrap();
        copy.store("timestamp.json", b"later").unwrap();
        assert!(files.all().is_empty());
        let both = files.with_roots_of(&copy);
        assert_eq!(both.all().keys().collect::<Vec<_>>(), ["root_history/2.root.json"]);
    }
}
