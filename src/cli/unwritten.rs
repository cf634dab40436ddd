//! Files that are not written, and what to type instead.

use std::io;

use super::failure::{Failure, word};

impl Failure {
    /// A file would be overwritten.
    pub(super) fn exists(path: &str) -> Self {
        Self::failed(format!("{path} exists already; nothing was written"), None).hint(format!(
            "check it with `sindri validate --file {}`, or choose another file with `--file`",
            word(path)
        ))
    }

    /// A folder stands where a file would be written.
    pub(super) fn is_folder(path: &str, file_in_it: &str) -> Self {
        Self::failed(format!("{path} is a directory; nothing was written"), None)
            .hint(format!("name the file in it: `--file {}`", word(file_in_it)))
    }

    /// The folder that a file would be written to does not exist.
    pub(super) fn no_folder(path: &str, folder: &str) -> Self {
        Self::failed(format!("cannot write {path}: there is no folder {folder}"), None)
            .hint(format!("make it first: `mkdir -p {}`", word(folder)))
    }

    /// A file cannot be written.
    pub(super) fn write(path: &str, error: io::Error) -> Self {
        Self::failed(format!("cannot write {path}"), Some(Box::new(error)))
    }

    /// The current folder is gone or may not be read.
    pub(super) fn folder(error: io::Error) -> Self {
        Self::failed("cannot find the current folder", Some(Box::new(error)))
    }
}
