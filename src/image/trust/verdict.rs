//! Who vouches for an image, with the evidence. Only the judge makes one. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::provenance::Provenance;
use super::refused::printable;
use crate::config::reference::Digest;

/// Somebody who is trusted vouches for an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub(super) digest: Digest,
    pub(super) signed: Signed,
}

/// What somebody who is trusted has signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The image itself.
    pub signature: Option<Box<Evidence>>,
    /// Where it comes from.
    pub provenance: Option<Box<Evidence>>,
}

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whose it is.
    pub signer: Signer,
    /// The entry of the configuration that trusts the signer.
    pub trusted_by: String,
    /// How it is written.
    pub format: String,
    /// Where the registry keeps it.
    pub place: String,
    /// The logs that hold it.
    pub logs: Vec<Log>,
    /// When it was made, as somebody else than the signer has attested.
    pub times: Vec<String>,
    /// What the certificate says about the build.
    pub source: Option<Source>,
    /// What the provenance says.
    pub provenance: Option<Provenance>,
}

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// Whoever has the other half of a key.
    Key(String),
    /// An account.
    Identity {
        /// Who vouches for it.
        issuer: String,
        /// The account.
        subject: String,
    },
}

/// An entry of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Which log, by the digest of its key.
    pub id: String,
    /// Which entry.
    pub index: u64,
}

/// What a certificate says about the build that asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// From which repository.
    pub repository: Option<String>,
    /// From which branch or tag.
    pub reference: Option<String>,
    /// From which commit.
    pub commit: Option<String>,
    /// What asked for the certificate.
    pub signer: Option<String>,
    /// Which workflow ran.
    pub workflow: Option<String>,
    /// On whose machine.
    pub runner: Option<String>,
}

impl Verdict {
    /// The image that it is about.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What was signed, and by whom.
    #[must_use]
    pub fn signed(&self) -> &Signed {
        &self.signed
    }
}

impl Signed {
    /// Who vouches, in one line: whoever signed the image, or else where it comes from.
    #[must_use]
    pub fn signer(&self) -> Option<String> {
        self.signature.as_ref().or(self.provenance.as_ref()).map(|evidence| printable(&evidence.signer.to_string()))
    }

    /// The repository and the commit that the provenance, or the certificate, names.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let stated = self.provenance.iter().filter_map(|evidence| evidence.provenance.as_ref());
        let mut origins = stated.map(|said| (said.source_repository.as_ref(), said.commit.as_ref()));
        let certified = self.signature.iter().filter_map(|evidence| evidence.source.as_ref());
        let mut others = certified.map(|source| (source.repository.as_ref(), source.commit.as_ref()));
        let (repository, commit) = origins.next().or_else(|| others.next())?;
        Some(match (repository?, commit) {
            (repository, Some(commit)) => printable(&format!("{repository}@{commit}")),
            (repository, None) => printable(repository),
        })
    }
}

impl Source {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(fingerprint) => write!(formatter, "key {fingerprint}"),
            Self::Identity { issuer, subject } => write!(formatter, "{subject} (of {issuer})"),
        }
    }
}
