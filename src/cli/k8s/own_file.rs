#![expect(clippy::disallowed_methods, reason = "reads a configuration of kind or k3d")]
//! The provider's own configuration, as the person wrote it.

use std::fs;
use std::path::Path;

use super::super::failure::{Failure, word};

/// The text of the file.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::configuration(format!("cannot read {}: {error}", path.display()))
            .hint(format!("look at it with `ls -l {}`", word(&path.to_string_lossy())))
    })
}
