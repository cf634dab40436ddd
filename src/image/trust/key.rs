//! A public key that may sign. Pure.

use std::fmt;

use sigstore_verify::crypto::{KeyAlgorithm, SigningScheme, verify_signature};
use sigstore_verify::types::{DerPublicKey, SignatureBytes};

use crate::config::reference::Digest;

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    der: DerPublicKey,
    algorithm: KeyAlgorithm,
}

/// Why something is not a public key that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAKey(String);

impl PublicKey {
    /// Reads `-----BEGIN PUBLIC KEY-----`.
    ///
    /// # Errors
    /// When it is something else, or of a kind that no signature can be checked with.
    pub fn from_pem(text: &str) -> Result<Self, NotAKey> {
        if text.contains("PRIVATE KEY-----") {
            return Err(NotAKey("it is a private key; the public one is meant".to_owned()));
        }
        let der = DerPublicKey::from_pem(text.trim()).map_err(|error| NotAKey(error.to_string()))?;
        let algorithm = KeyAlgorithm::from_spki(&der).map_err(|error| NotAKey(error.to_string()))?;
        Ok(Self { der, algorithm })
    }

    /// The digest of its DER form, as `openssl pkey -pubin -outform der | sha256sum` prints it.
    #[must_use]
    pub fn fingerprint(&self) -> Digest {
        Digest::of(self.der.as_bytes())
    }

    pub(super) fn der(&self) -> &DerPublicKey {
        &self.der
    }

    /// Whether this key made the signature.
    ///
    /// For P-384, cosign 2 hashes with SHA-256 and verifies that; cosign 3 hashes with SHA-384 and does not verify it. What
    /// cosign refuses is refused here too.
    pub(super) fn signed(&self, message: &[u8], signature: &SignatureBytes) -> bool {
        let scheme = match self.algorithm {
            KeyAlgorithm::EcdsaP384 => SigningScheme::EcdsaP384Sha256,
            other => other.default_signing_scheme(),
        };
        verify_signature(&self.der, message, signature, scheme).is_ok()
    }

    /// Whether it made it in a way that is not accepted.
    pub(super) fn signed_otherwise(&self, message: &[u8], signature: &SignatureBytes) -> bool {
        verify_signature(&self.der, message, signature, self.algorithm.default_signing_scheme()).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the key {}", self.fingerprint())
    }
}
