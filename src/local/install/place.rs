#![expect(clippy::disallowed_methods, reason = "looks at the program that is there, and puts another one in its place")]
//! The folder that a program is installed in: what is there now, and putting a verified file there in one step.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::decision::Found;
use super::not_installed::NotInstalled;
use super::partial::{Partial, sum_of};
use super::release::Release;
use super::sum::{Adding, Sum};
use crate::local::process::{Call, run};
use crate::local::provider::ProviderName;

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is where the program should be.
///
/// # Errors
/// When it cannot be looked at.
pub async fn look(release: &Release, path: &Path) -> Result<Found, NotInstalled> {
    let unseen = |source| NotInstalled::Unseen { path: path.to_owned(), source };
    let is_link = match fs::symlink_metadata(path) {
        Ok(there) => there.is_symlink(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(unseen(error)),
    };
    let there = match fs::metadata(path) {
        Ok(there) => there,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(other("it is a link to nothing")),
        Err(error) => return Err(unseen(error)),
    };
    if !there.is_file() {
        return Ok(other("it is no file"));
    }
    if there.permissions().mode() & 0o111 == 0 {
        return Ok(other("it cannot be run"));
    }
    if sum(path).map_err(unseen)? == release.sum {
        return Ok(Found::Same);
    }
    Ok(match version(release.tool, path).await {
        Ok(version) => Found::Version { version, is_link },
        Err(why) => Found::Other { why },
    })
}

fn other(why: &str) -> Found {
    Found::Other { why: why.to_owned() }
}

fn sum(path: &Path) -> io::Result<Sum> {
    sum_of(&mut File::open(path)?)
}

/// The version of a program, asked of it; or why it has none.
async fn version(tool: ProviderName, path: &Path) -> Result<semver::Version, String> {
    let call = Call {
        program: path.display().to_string(),
        arguments: vec!["version".to_owned()],
        input: Vec::new(),
        search: None,
        limit: PATIENCE,
    };
    let unsaid = || format!("it does not say a version of {tool} when it is run with `version`");
    let ran = run(call).await.map_err(|error| format!("{}: {error}", unsaid()))?;
    let said = String::from_utf8_lossy(&ran.output);
    tool.version_in(&said).filter(|_| ran.success).ok_or_else(unsaid)
}

/// Whether anything can be put into a folder. One that is not there yet is made when there is something to put into it.
///
/// # Errors
/// When it cannot.
pub fn try_out(tool: ProviderName, folder: &Path) -> Result<(), NotInstalled> {
    match beside(folder) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound && !folder.is_dir() => Ok(()),
        Err(source) => Err(NotInstalled::Unwritable { tool, folder: folder.to_owned(), source }),
    }
}

/// A file in a folder that is gone again unless it is put into its place. Only its user may read it, and nobody may run it.
fn beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".sindri-")
        .suffix(".partial")
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(folder)
}

/// Puts a verified download where it belongs: beside it first, then in its place, which has the old file or the new one and
/// nothing between them. It is verified once more on the way, and executable only after that.
///
/// # Errors
/// When it cannot be put there. The download is kept then.
pub fn put(mut partial: Partial, release: &Release, folder: &Path) -> Result<PathBuf, NotInstalled> {
    let path = folder.join(release.tool.program());
    let putting = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = beside(folder)?;
        let mut adding = Adding::default();
        let mut piece = vec![0; 1 << 16];
        let from = partial.reader()?;
        loop {
            let length = from.read(&mut piece)?;
            let read = piece.get(..length).unwrap_or_default();
            if read.is_empty() {
                break;
            }
            adding.add(read);
            file.write_all(read)?;
        }
        if adding.sum() != release.sum {
            return Err(io::Error::new(
                ErrorKind::InvalidData,
                "somebody has changed the download after it was verified",
            ));
        }
        file.as_file().set_permissions(Permissions::from_mode(0o755))?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        // The name is on the disk when its folder is.
        File::open(folder)?.sync_all()
    };
    let source = { putting }();
    source.map_err(|source| NotInstalled::Unwritable { tool: release.tool, folder: folder.to_owned(), source })?;
    // What is left among the caches is known by its checksum, and does no harm.
    partial.remove().unwrap_or_default();
    Ok(path)
}
