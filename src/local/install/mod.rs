//! Installing the programs that make clusters: pinned versions with checksums that are built in, from their makers or from a
//! mirror, verified before they can be run, put in their place in one step.

mod base;
mod decision;
mod download;
mod not_installed;
mod partial;
mod place;
mod range;
mod release;
mod sum;
mod tool;
mod undelivered;

use std::path::Path;

pub use base::{Base, Location, NoBase};
pub use decision::{Decision, Found, InTheWay, decide};
pub use download::{Progress, fetch};
pub use not_installed::{Missed, NotInstalled};
pub use partial::{Partial, downloads};
pub use place::{look, put, try_out};
pub use release::{NoRelease, Release};
pub use sum::{NoSum, Sum};
pub use tool::{Platform, UnknownPlatform};
pub use undelivered::Undelivered;

/// What an earlier run has kept of a release, or nothing yet.
///
/// # Errors
/// When nothing can be kept there.
pub fn begun(release: &Release, folder: Option<&Path>) -> Result<Partial, NotInstalled> {
    Partial::open(folder, &release.partial_name())
        .map_err(|source| NotInstalled::Unkept { place: folder.map(Path::to_owned), source })
}
