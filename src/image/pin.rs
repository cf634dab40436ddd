//! The image that is deployed: always a digest. The only place where one is made.

use std::fmt;

use super::platform::Platforms;
use super::resolve::Resolved;
use super::wanted::{Wanted, Which};
use super::written::Named;
use crate::config::reference::{Digest, Repository, Tag};
use crate::config::spec::{Image, Spec};

/// An image that can never mean another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    repository: Repository,
    digest: Digest,
    tag: Option<Tag>,
    platforms: Platforms,
}

impl Pinned {
    /// Where the image lives.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// What it runs on, as far as a registry was asked.
    #[must_use]
    pub fn platforms(&self) -> &Platforms {
        &self.platforms
    }
}

impl Named for Pinned {
    fn tagged(&self) -> Option<String> {
        self.tag.as_ref().map(|tag| format!("{}:{tag}", self.repository))
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
    /// It is in no registry.
    #[error("no image is named, and {written} of the local Docker cannot be deployed by this version of sindri")]
    Local {
        /// What is meant.
        written: &'static str,
    },
    /// What was written can mean another image tomorrow, and no registry was asked.
    #[error("the image {written} is not a digest: what it means can change")]
    NotADigest {
        /// What was written.
        written: String,
    },
    /// A verdict is asked for that cannot be given.
    #[error("the image {written} must be verified, and this version of sindri cannot verify signatures: it is refused")]
    Unverified {
        /// What was written.
        written: String,
    },
}

/// What a registry has to be asked for, unless it is certain already that the image is not deployed.
///
/// # Errors
/// When it is in no registry, or when somebody has to vouch for it.
pub fn wanted(spec: &Spec) -> Result<Wanted, Unpinned> {
    let wanted = Wanted::of(&spec.image)?;
    vouched(spec, &wanted)?;
    Ok(wanted)
}

/// The image that the configuration means, if it is certain without asking anybody.
///
/// # Errors
/// When it is not a digest, or when somebody has to vouch for it first.
pub fn pin(spec: &Spec) -> Result<Pinned, Unpinned> {
    let wanted = wanted(spec)?;
    match wanted.which {
        Which::Digest(digest) => {
            Ok(Pinned { repository: wanted.repository, digest, tag: None, platforms: Platforms::unknown() })
        }
        Which::Tag(_) | Which::Version { .. } => Err(Unpinned::NotADigest { written: wanted.to_string() }),
    }
}

/// The image that the configuration means, now that a registry has said which it is.
///
/// # Errors
/// When somebody has to vouch for it first.
pub fn pin_resolved(spec: &Spec, resolved: Resolved) -> Result<Pinned, Unpinned> {
    vouched(spec, &wanted(spec)?)?;
    let Resolved { repository, tag, digest, platforms, .. } = resolved;
    Ok(Pinned { repository, digest, tag, platforms })
}

/// Where somebody has to vouch for an image, nobody has.
fn vouched(spec: &Spec, wanted: &Wanted) -> Result<(), Unpinned> {
    match &spec.image {
        Image::Chosen { verification, .. } if verification.signature || verification.provenance => {
            Err(Unpinned::Unverified { written: wanted.to_string() })
        }
        Image::Local | Image::Reference(_) | Image::Chosen { .. } => Ok(()),
    }
}
