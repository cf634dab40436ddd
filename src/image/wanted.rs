//! Which image is wanted, as it was written. Pure.

use std::fmt;

use semver::VersionReq;

use super::pin::Unpinned;
use crate::config::reference::{Digest, Reference, Repository, Tag};
use crate::config::spec::{Choice, Image};
use crate::names::LOCAL_IMAGE;

/// An image that a registry can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub(super) repository: Repository,
    pub(super) which: Which,
}

/// Which one of a repository.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Which {
    /// The one that a tag means now.
    Tag(Tag),
    /// The highest version in a range.
    Version { range: VersionReq, allow_prerelease: bool },
    /// Always the same.
    Digest(Digest),
}

impl Wanted {
    /// The image of a configuration.
    ///
    /// # Errors
    /// When it is in no registry.
    pub fn of(image: &Image) -> Result<Self, Unpinned> {
        match image {
            Image::Local => Err(Unpinned::Local { written: LOCAL_IMAGE }),
            Image::Reference(reference) => Ok(Self::of_reference(reference)),
            Image::Chosen { repository, choice, .. } => {
                let which = match choice {
                    Choice::Tag(tag) => Which::Tag(tag.clone()),
                    Choice::Digest(digest) => Which::Digest(digest.clone()),
                    Choice::Version { range, allow_prerelease } => {
                        Which::Version { range: range.clone(), allow_prerelease: *allow_prerelease }
                    }
                };
                Ok(Self { repository: repository.clone(), which })
            }
        }
    }

    /// The image that a reference means: its digest, or else its tag, or else `latest`.
    #[must_use]
    pub fn of_reference(reference: &Reference) -> Self {
        let which = match (&reference.digest, &reference.tag) {
            (Some(digest), _) => Which::Digest(digest.clone()),
            (None, Some(tag)) => Which::Tag(tag.clone()),
            (None, None) => Which::Tag(Tag::latest()),
        };
        Self { repository: reference.repository.clone(), which }
    }

    /// Where it lives.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The digest, if one is written: then it can never mean another image.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        match &self.which {
            Which::Digest(digest) => Some(digest),
            Which::Tag(_) | Which::Version { .. } => None,
        }
    }

    /// The reference, if it is one by tag.
    #[must_use]
    pub fn tagged(&self) -> Option<Reference> {
        match &self.which {
            Which::Tag(tag) => {
                Some(Reference { repository: self.repository.clone(), tag: Some(tag.clone()), digest: None })
            }
            Which::Digest(_) | Which::Version { .. } => None,
        }
    }

    /// Whether it can never mean another image.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.digest().is_some()
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repository = &self.repository;
        match &self.which {
            Which::Tag(tag) => write!(formatter, "{repository}:{tag}"),
            Which::Version { range, .. } => write!(formatter, "{repository} ({range})"),
            Which::Digest(digest) => write!(formatter, "{repository}@{digest}"),
        }
    }
}
