#![expect(clippy::disallowed_methods, reason = "the only reader and writer of the root of trust that is kept")]
//! The root of trust as it is kept on the disk: one file with all that was verified together.
//!
//! One file, because what belongs together is then replaced together: nobody ever reads half of a refresh, and of two
//! who write at once one wins. What is read is believed no more than what is served.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::files::Files;

/// How long nobody is asked again.
const YOUNG: Duration = Duration::from_hours(24);
/// More than all files together may have.
const LARGEST: u64 = 16 << 20;

/// What was kept, and when it was fresh.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) since: Timestamp,
    pub(super) files: Files,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    refreshed: Timestamp,
    files: BTreeMap<String, String>,
}

impl Kept {
    /// Whether it was refreshed so lately that nobody has to be asked. What comes from the future is not young.
    pub(super) fn is_young(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.since);
        Duration::try_from(age).is_ok_and(|age| age < YOUNG)
    }
}

/// What is kept in a file; nothing if there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Kept>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > LARGEST) {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "it is larger than such a file can be"));
    }
    let document: Document = serde_json::from_slice(&bytes)?;
    let files = document.files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    Ok(Some(Kept { since: document.refreshed, files: Files::new(files) }))
}

/// Keeps files for the next time, so that nobody else can change or read them.
pub(super) fn write(path: &Path, files: &Files, now: Timestamp) -> io::Result<()> {
    let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).map_err(io::Error::other);
    let files = files.all().iter().map(|(name, bytes)| Ok((name.clone(), text(bytes)?))).collect::<io::Result<_>>()?;
    let document = serde_json::to_vec(&Document { refreshed: now, files })?;
    let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
    private_folder(folder)?;
    // Only its user may read it; it is gone if it is not put into its place.
    let mut partial = tempfile::Builder::new().prefix(".partial-").tempfile_in(folder)?;
    partial.write_all(&document)?;
    partial.as_file().sync_all()?;
    partial.persist(path)?;
    Ok(())
}

#[cfg(unix)]
fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}
