#![expect(clippy::disallowed_methods, reason = "the only reader and writer of saved plans")]
//! A saved plan on the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::failure::Failure;
use crate::plan::{Plan, saved};

/// More than any plan needs, and less than a mistake could cost.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Writes a plan so that nobody else can read it, and so that a file is either the whole plan or the one before.
pub(super) fn write(path: &Path, plan: &Plan) -> Result<(), Failure> {
    let text = saved::save(plan);
    let partial = path.with_file_name(format!(
        ".{}.{}.partial",
        path.file_name().unwrap_or_default().to_string_lossy(),
        std::process::id()
    ));
    let written = create(&partial).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&partial, path)
    });
    written.map_err(|error| {
        // What could not be written is of no use to anybody; that it cannot be removed either would be no news.
        fs::remove_file(&partial).unwrap_or_default();
        Failure::write(&path.to_string_lossy(), error)
    })
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Reads a plan.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    let name = path.to_string_lossy();
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|error| Failure::plan_file(&name, Box::new(error)))?;
    saved::load(&bytes).map_err(|error| Failure::plan_file(&name, Box::new(error)))
}
