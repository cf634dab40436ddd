//! The image that is deployed: always a digest. The only place where one is made.

use std::fmt;

use super::platform::Platforms;
use super::resolve::Resolved;
use super::trust::{Signed, Verdict};
use super::wanted::{Wanted, Which};
use super::written::Named;
use crate::config::reference::{Digest, Repository, Tag};
use crate::config::spec::{Image, Spec, Verification};

/// An image that can never mean another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    repository: Repository,
    digest: Digest,
    tag: Option<Tag>,
    platforms: Platforms,
    signed: Signed,
}

impl Pinned {
    /// Where the image lives.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Which one of them.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Who vouches for it, where somebody has to.
    #[must_use]
    pub fn signed(&self) -> &Signed {
        &self.signed
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

    fn signer(&self) -> Option<String> {
        self.signed.signer()
    }

    fn origin(&self) -> Option<String> {
        self.signed.origin()
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
    /// Somebody has to vouch for it, and nobody was asked whether somebody does.
    #[error("the image {written} has to be verified, and it was not: it is refused")]
    Unverified {
        /// What was written.
        written: String,
    },
}

/// What a registry has to be asked for, unless it is certain already that the image is not deployed.
///
/// # Errors
/// When it is in no registry.
pub fn wanted(spec: &Spec) -> Result<Wanted, Unpinned> {
    Wanted::of(&spec.image)
}

/// Who has to vouch for the image, if somebody has to.
#[must_use]
pub fn verification(spec: &Spec) -> Option<&Verification> {
    match &spec.image {
        Image::Chosen { verification, .. } => {
            Some(verification).filter(|verification| verification.signature || verification.provenance)
        }
        Image::Local | Image::Reference(_) => None,
    }
}

/// The image that the configuration means, if it is certain without asking anybody.
///
/// # Errors
/// When it is not a digest, or when somebody has to vouch for it first.
pub fn pin(spec: &Spec) -> Result<Pinned, Unpinned> {
    let wanted = wanted(spec)?;
    if verification(spec).is_some() {
        return Err(Unpinned::Unverified { written: wanted.to_string() });
    }
    match wanted.which {
        Which::Digest(digest) => Ok(Pinned {
            repository: wanted.repository,
            digest,
            tag: None,
            platforms: Platforms::unknown(),
            signed: Signed::default(),
        }),
        Which::Tag(_) | Which::Version { .. } => Err(Unpinned::NotADigest { written: wanted.to_string() }),
    }
}

/// The image that the configuration means, now that a registry has said which it is, and somebody has vouched for it.
///
/// # Errors
/// When somebody has to vouch for it, and the verdict is missing, is about another image, or does not say all that is asked.
pub fn pin_resolved(spec: &Spec, resolved: Resolved, verdict: Option<Verdict>) -> Result<Pinned, Unpinned> {
    let Resolved { repository, tag, digest, platforms, .. } = resolved;
    let signed = verdict.filter(|verdict| *verdict.digest() == digest).map(|verdict| verdict.signed().clone());
    let signed = signed.unwrap_or_default();
    let is_missing = verification(spec).is_some_and(|asked| {
        (asked.signature && signed.signature.is_none()) || (asked.provenance && signed.provenance.is_none())
    });
    if is_missing {
        return Err(Unpinned::Unverified { written: wanted(spec)?.to_string() });
    }
    Ok(Pinned { repository, digest, tag, platforms, signed })
}
