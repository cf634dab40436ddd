#![expect(clippy::disallowed_methods, reason = "keeps files that others wait for or go around")]
//! A file that one process has at a time, and where such files are.

use std::env;
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The folder of what may be lost: `$XDG_CACHE_HOME/sindri`.
pub(super) fn caches() -> Option<PathBuf> {
    let stated = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let at_home = || env::home_dir().filter(|path| path.is_absolute()).map(|home| home.join(".cache"));
    stated.or_else(at_home).map(|caches| caches.join("sindri"))
}

/// Makes a folder that is nobody else's.
pub(super) fn own_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The file, made if it is not there, and held until it is closed.
pub(super) fn hold(path: &Path) -> Result<File, TryLockError> {
    loop {
        // Not executable, and nobody else's to read or to change.
        let opened = File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
        let file = opened.map_err(TryLockError::Error)?;
        file.try_lock()?;
        let held = file.metadata().map_err(TryLockError::Error)?;
        // Whoever had the lock before may have taken the file away.
        if fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (held.dev(), held.ino())) {
            return Ok(file);
        }
    }
}

/// The turn to change the clusters of this machine. One has it at a time; it ends when it is dropped, or its process ends.
#[derive(Debug)]
pub struct Turn {
    _held: Option<File>,
}

/// Why it is nobody's turn.
#[derive(Debug, thiserror::Error)]
pub enum TurnTrouble {
    /// Somebody else is at it.
    #[error("`{by}` is changing clusters on this machine")]
    Taken {
        /// What it said of itself.
        by: String,
    },
    /// It cannot be found out whether somebody is at it.
    #[error("cannot lock {}", path.display())]
    Unlocked {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Turn {
    /// Takes it, if nobody has it. Without a home there is no place at which two could meet.
    ///
    /// # Errors
    /// When somebody else has it, or nothing can be locked.
    pub fn take(own_words: &str) -> Result<Self, TurnTrouble> {
        let Some(folder) = caches() else { return Ok(Self { _held: None }) };
        let path = folder.join("clusters.lock");
        let unlocked = |source| TurnTrouble::Unlocked { path: path.clone(), source };
        own_folder(&folder).map_err(unlocked)?;
        match hold(&path) {
            Ok(mut file) => {
                let words = format!("{own_words} (process {})", std::process::id());
                let written =
                    file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(words.as_bytes()));
                written.map_err(unlocked)?;
                Ok(Self { _held: Some(file) })
            }
            Err(TryLockError::WouldBlock) => {
                let by = fs::read_to_string(&path).map_err(unlocked)?;
                Err(TurnTrouble::Taken { by: if by.is_empty() { "sindri k8s".to_owned() } else { by } })
            }
            Err(TryLockError::Error(source)) => Err(unlocked(source)),
        }
    }
}
