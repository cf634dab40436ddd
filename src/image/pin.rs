//! The image that is deployed: always a digest. The only place where one is made.

use std::fmt;

use crate::config::reference::{Digest, Repository};
use crate::config::spec::{Choice, Image, Spec};

/// An image that can never mean another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    repository: Repository,
    digest: Digest,
}

impl Pinned {
    /// Where the image lives.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }
}

impl fmt::Display for Pinned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.repository, self.digest)
    }
}

/// Why an image is not deployed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpinned {
    /// What was written can mean another image tomorrow.
    #[error(
        "the image {written} is not a digest: what it means can change, and this version of sindri asks no registry"
    )]
    NotADigest {
        /// What was written.
        written: String,
        /// The repository, if one is named.
        repository: Option<String>,
    },
    /// A verdict is asked for that cannot be given.
    #[error("the image {written} must be verified, and this version of sindri cannot verify signatures: it is refused")]
    Unverified {
        /// What was written.
        written: String,
    },
}

/// The image that the configuration means, if it is certain.
///
/// # Errors
/// When it is not a digest, or when somebody has to vouch for it first.
pub fn pin(spec: &Spec) -> Result<Pinned, Unpinned> {
    match &spec.image {
        Image::Local => Err(Unpinned::NotADigest { written: crate::names::LOCAL_IMAGE.to_owned(), repository: None }),
        Image::Reference(reference) => match &reference.digest {
            Some(digest) => Ok(Pinned { repository: reference.repository.clone(), digest: digest.clone() }),
            None => Err(Unpinned::NotADigest {
                written: reference.to_string(),
                repository: Some(reference.repository.to_string()),
            }),
        },
        Image::Chosen { repository, choice, verification } => {
            let written = match choice {
                Choice::Version { range, .. } => format!("{repository} ({range})"),
                Choice::Tag(tag) => format!("{repository}:{tag}"),
                Choice::Digest(digest) => format!("{repository}@{digest}"),
            };
            match choice {
                _ if verification.signature || verification.provenance => Err(Unpinned::Unverified { written }),
                Choice::Digest(digest) => Ok(Pinned { repository: repository.clone(), digest: digest.clone() }),
                _ => Err(Unpinned::NotADigest { written, repository: Some(repository.to_string()) }),
            }
        }
    }
}
