//! Why something does not vouch for an image. Pure.

use sigstore_verify::Error;

use super::statement;
use super::verdict::Signer;

/// Why an offer is not enough. Each is a sentence about the offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It cannot be read.
    #[error("it cannot be understood: {0}")]
    Malformed(String),
    /// It cannot be fetched.
    #[error("it cannot be had: {0}")]
    Unread(String),
    /// It says something else.
    #[error("it is {found}, and not {wanted}")]
    Kind {
        /// What it is.
        found: String,
        /// What is looked for.
        wanted: &'static str,
    },
    /// It is about something else.
    #[error("it is about {}, and not about this image", named.as_deref().unwrap_or("nothing"))]
    OtherImage {
        /// What it names first.
        named: Option<String>,
    },
    /// It is in no log.
    #[error("it is in no log, and without one nobody knows when it was signed")]
    Unlogged,
    /// Something about it does not hold.
    #[error("{0}")]
    Forged(String),
    /// Nobody who is trusted can be behind it: it was signed in another way.
    #[error("it is signed with {found}, and `{key}` wants {wanted}")]
    Means {
        /// With what.
        found: &'static str,
        /// The key of the configuration.
        key: String,
        /// What that wants.
        wanted: &'static str,
    },
    /// The key is another one.
    #[error("it was not made by {wanted}, which `{key}` wants")]
    OtherKey {
        /// The key of the configuration.
        key: String,
        /// The one that it wants.
        wanted: String,
    },
    /// The signature holds, and is somebody else's.
    #[error("it is signed by {signer}, and `{key}` wants {wanted}")]
    OtherSigner {
        /// Whose it is.
        signer: Signer,
        /// The key of the configuration.
        key: String,
        /// What it wants.
        wanted: String,
    },
    /// Somebody else signed, and the configuration names nobody.
    #[error(
        "it is signed {}, and without `trust` only workflows of {workflows} may sign",
        signer.as_ref().map_or_else(|| "with a key".to_owned(), |signer| format!("by {signer}"))
    )]
    NotTheDefault {
        /// Whose it is, unless it is signed with a key.
        signer: Option<Signer>,
        /// How the names of those start who may.
        workflows: String,
    },
    /// The provenance does not say what it has to say.
    #[error("it says {}, and `{key}` wants {wanted}", found.as_deref().unwrap_or("nothing of it"))]
    Limit {
        /// The key of the configuration.
        key: String,
        /// What it wants.
        wanted: String,
        /// What the provenance says.
        found: Option<String>,
    },
    /// The provenance and the certificate of its signer say different things.
    #[error("its {what} is {said}, and the certificate that signed it is for {certified}")]
    Contradiction {
        /// Of what.
        what: &'static str,
        /// What the provenance says.
        said: String,
        /// What the certificate says.
        certified: String,
    },
}

impl Reason {
    /// How near it came: of several reasons, the one that came nearest is the one to tell.
    pub(super) fn nearness(&self) -> u8 {
        match self {
            Self::Kind { .. } => 0,
            Self::Malformed(_) | Self::Unread(_) => 1,
            Self::Means { .. } | Self::NotTheDefault { signer: None, .. } => 2,
            Self::OtherKey { .. } => 3,
            Self::OtherImage { .. } | Self::Forged(_) | Self::Unlogged => 4,
            Self::OtherSigner { .. } | Self::NotTheDefault { signer: Some(_), .. } => 5,
            Self::Limit { .. } | Self::Contradiction { .. } => 6,
        }
    }

    /// The verifier does not believe it, going by a root of trust.
    pub(super) fn unverified(error: &Error, root: &str) -> Self {
        let part = match error {
            Error::Certificate(_) => "its certificate does not hold",
            Error::TransparencyLog(_) => "its log entry does not hold",
            Error::Timestamp(_) => "its signed time does not hold",
            Error::SignatureInvalid(_) => "its signature does not hold",
            // That it is about this image was seen before: it is the log that speaks of another one.
            Error::ArtifactMismatch(_) => "its log entry is about something else",
            _ => "it does not hold",
        };
        Self::Forged(format!("{part}, going by {root}: {error}"))
    }

    /// It says something else than what is looked for.
    pub(super) fn of_kind(predicate_type: &str, wanted: &'static str) -> Self {
        let found = match predicate_type {
            statement::SIGNATURE => "a signature".to_owned(),
            other if statement::PROVENANCE.contains(&other) => format!("provenance (`{other}`)"),
            other => format!("an attestation of the type `{other}`"),
        };
        Self::Kind { found, wanted }
    }
}
