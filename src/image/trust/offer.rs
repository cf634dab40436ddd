//! Something that a registry keeps beside an image, and that may vouch for it. Nothing about it is believed yet. Pure.

use std::fmt;

use serde_json::{Map, Value};
use sigstore_verify::types::{
    Bundle, DsseEnvelope, MediaType, SignatureBytes, SignatureContent, VerificationMaterialContent,
};

use super::reason::Reason;

/// What a bundle can sign, and all that it can have.
const CONTENTS: [&str; 2] = ["dsseEnvelope", "messageSignature"];
const FIELDS: [&str; 4] = ["dsseEnvelope", "mediaType", "messageSignature", "verificationMaterial"];

/// What may vouch for an image.
#[derive(Clone, Debug)]
pub struct Offer {
    pub(super) place: String,
    pub(super) format: Format,
    pub(super) bundle: Bundle,
    /// What is signed, where the bundle does not hold it.
    pub(super) payload: Vec<u8>,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As cosign 2 writes signatures: a payload under a tag, and the rest in annotations.
    Simple,
    /// As cosign 2 writes attestations.
    Attached,
    /// As everybody else does by now.
    Bundle,
}

/// Something beside the image that cannot even be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoiled {
    /// Where it was found.
    pub place: String,
    /// Why.
    pub reason: Reason,
}

impl Offer {
    /// A bundle that was found somewhere.
    ///
    /// # Errors
    /// When it is none.
    pub fn bundle(place: &str, bytes: &[u8]) -> Result<Self, Spoiled> {
        let spoiled = |reason: String| Spoiled { place: place.to_owned(), reason: Reason::Malformed(reason) };
        let text = std::str::from_utf8(bytes).map_err(|error| spoiled(error.to_string()))?;
        let fields: Map<String, Value> = serde_json::from_str(text).map_err(|error| spoiled(error.to_string()))?;
        // What is there besides could mean something to others: then two would read two things in it.
        if let Some(unknown) = fields.keys().find(|field| !FIELDS.contains(&field.as_str())) {
            return Err(spoiled(format!("it has a field `{}`", unknown.escape_default())));
        }
        if CONTENTS.iter().all(|content| fields.contains_key(*content)) {
            return Err(spoiled("it signs two things".to_owned()));
        }
        let bundle = Bundle::from_json(text).map_err(|error| spoiled(error.to_string()))?;
        let content = &bundle.verification_material.content;
        let is_of_before = matches!(content, VerificationMaterialContent::X509CertificateChain { .. });
        if !is_of_before && bundle.media_type != MediaType::Bundle0_3 {
            return Err(spoiled(format!("it says `{}`, and is of a newer version", bundle.media_type)));
        }
        Ok(Self { place: place.to_owned(), format: Format::Bundle, bundle, payload: Vec::new() })
    }

    /// Where it was found.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn envelope(&self) -> Option<&DsseEnvelope> {
        match &self.bundle.content {
            SignatureContent::DsseEnvelope(envelope) => Some(envelope),
            _ => None,
        }
    }

    /// What was signed, and the signature.
    pub(super) fn signed(&self) -> Option<(Vec<u8>, &SignatureBytes)> {
        match &self.bundle.content {
            SignatureContent::DsseEnvelope(envelope) => Some((envelope.pae(), &envelope.signature.sig)),
            SignatureContent::MessageSignature(message) if self.format == Format::Simple => {
                Some((self.payload.clone(), &message.signature))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Simple => "simple-signing",
            Self::Attached => "attached",
            Self::Bundle => "bundle",
        })
    }
}
