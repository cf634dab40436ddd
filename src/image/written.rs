//! An image exactly as the configuration names it, with nobody asked.

use std::fmt;

use crate::config::reference::Repository;
use crate::config::spec::{Choice, Image, Spec};
use crate::names::LOCAL_IMAGE;

/// An image that objects can name.
pub trait Named: fmt::Display {
    /// The repository and tag that a registry was asked for, if one was; what is shown is the digest that it gave.
    fn tagged(&self) -> Option<String>;
    /// Who has signed it, if somebody had to.
    fn signer(&self) -> Option<String>;
    /// The repository and the commit that it was built from, if somebody has vouched for them.
    fn origin(&self) -> Option<String>;
}

/// An image that nobody has resolved or verified. Good for looking at, not for deploying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsWritten {
    reference: String,
    is_digest: bool,
    verification_skipped: bool,
}

impl AsWritten {
    /// Whether the reference can never mean another image.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.is_digest
    }

    /// Whether the configuration asks for a verification that has not been made.
    #[must_use]
    pub fn is_unverified(&self) -> bool {
        self.verification_skipped
    }
}

impl Named for AsWritten {
    fn tagged(&self) -> Option<String> {
        None
    }

    fn signer(&self) -> Option<String> {
        None
    }

    fn origin(&self) -> Option<String> {
        None
    }
}

impl fmt::Display for AsWritten {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reference)
    }
}

/// The configuration does not name one image: a registry has to be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the image of `{name}` is a range of versions (`{range}` of {repository}), which only the registry can resolve"
)]
pub struct Undecided {
    name: String,
    range: String,
    repository: Repository,
}

/// The image as the configuration names it.
///
/// # Errors
/// When the configuration names a range of versions.
pub fn as_written(spec: &Spec) -> Result<AsWritten, Undecided> {
    match &spec.image {
        Image::Local => {
            Ok(AsWritten { reference: LOCAL_IMAGE.to_owned(), is_digest: false, verification_skipped: false })
        }
        Image::Reference(reference) => Ok(AsWritten {
            reference: reference.to_string(),
            is_digest: reference.digest.is_some(),
            verification_skipped: false,
        }),
        Image::Chosen { repository, choice, verification } => {
            let (reference, is_digest) = match choice {
                Choice::Tag(tag) => (format!("{repository}:{tag}"), false),
                Choice::Digest(digest) => (format!("{repository}@{digest}"), true),
                Choice::Version { range, .. } => {
                    let (name, range) = (spec.name.to_string(), range.to_string());
                    return Err(Undecided { name, range, repository: repository.clone() });
                }
            };
            Ok(AsWritten {
                reference,
                is_digest,
                verification_skipped: verification.signature || verification.provenance,
            })
        }
    }
}
