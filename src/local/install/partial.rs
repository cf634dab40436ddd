#![expect(clippy::disallowed_methods, reason = "keeps what is downloaded where the next run finds it")]
//! A download while it is none yet: a file among the caches that the next run goes on with.
//!
//! Nothing in it is believed. What it holds is decided by its checksum, once it is whole.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::super::held_file::{caches, hold, own_folder};
use super::sum::{Adding, Sum};

/// What has come so far.
#[derive(Debug)]
pub struct Partial {
    file: File,
    length: u64,
    /// Where it is kept. Without a place it is gone with this process.
    path: Option<PathBuf>,
}

/// The folder for downloads that have not ended: `$XDG_CACHE_HOME/sindri/downloads`.
#[must_use]
pub fn downloads() -> Option<PathBuf> {
    caches().map(|caches| caches.join("downloads"))
}

impl Partial {
    /// What an earlier run has kept under this name, or nothing yet. Where somebody else is at it, it is a file of its own.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub fn open(folder: Option<&Path>, name: &str) -> io::Result<Self> {
        let Some(folder) = folder else {
            return Ok(Self { file: tempfile::tempfile()?, length: 0, path: None });
        };
        own_folder(folder)?;
        let path = folder.join(name);
        match hold(&path) {
            Ok(file) => Ok(Self { length: file.metadata()?.len(), file, path: Some(path) }),
            // Somebody else is at it, or nothing can be locked there.
            Err(_) => Ok(Self { file: tempfile::tempfile_in(folder)?, length: 0, path: None }),
        }
    }

    /// How much has come.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether the next run finds it.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.path.is_some()
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.length))?;
        let written = self.file.write_all(bytes);
        // A disk that is full has taken some of it.
        self.length = self.file.stream_position()?;
        written
    }

    /// Forgets what has come.
    pub(super) fn restart(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.length = 0;
        Ok(())
    }

    /// Takes what has come from another file.
    pub(super) fn take(&mut self, path: &Path, largest: u64) -> io::Result<()> {
        self.restart()?;
        self.file.seek(SeekFrom::Start(0))?;
        let from = File::open(path)?;
        if from.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        self.length = io::copy(&mut from.take(largest + 1), &mut self.file)?;
        Ok(())
    }

    pub(super) fn sum(&mut self) -> io::Result<Sum> {
        self.file.seek(SeekFrom::Start(0))?;
        sum_of(&mut self.file)
    }

    /// Reads it from its beginning.
    pub(super) fn reader(&mut self) -> io::Result<&mut File> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok(&mut self.file)
    }

    /// Takes it away: it is in its place.
    pub(super) fn remove(mut self) -> io::Result<()> {
        self.path.take().map_or(Ok(()), fs::remove_file)
    }
}

/// Nothing is no download to go on with.
impl Drop for Partial {
    fn drop(&mut self) {
        if let Some(path) = self.path.take().filter(|_| self.length == 0) {
            // What cannot be taken away is empty, and does no harm.
            fs::remove_file(path).unwrap_or_default();
        }
    }
}

/// The checksum of everything that can be read.
pub(super) fn sum_of(from: &mut impl Read) -> io::Result<Sum> {
    let mut adding = Adding::default();
    let mut piece = vec![0; 1 << 16];
    loop {
        match from.read(&mut piece)? {
            0 => return Ok(adding.sum()),
            length => adding.add(piece.get(..length).unwrap_or_default()),
        }
    }
}
