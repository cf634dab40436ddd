//! What a signed statement is about: its type and its subjects. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use sigstore_verify::types::DsseEnvelope;

use super::reason::Reason;
use crate::config::reference::Digest;

/// What cosign 3 calls a signature.
pub(super) const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";
/// Where something comes from, in both versions that are written.
pub(super) const PROVENANCE: [&str; 2] = ["https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"];

const PAYLOAD: &str = "application/vnd.in-toto+json";
const VERSIONS: [&str; 2] = ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"];

/// A statement about some things.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statement {
    #[serde(rename = "_type")]
    version: String,
    subject: Vec<Subject>,
    pub(super) predicate_type: String,
    #[serde(default)]
    pub(super) predicate: Value,
}

#[derive(Debug, Deserialize)]
struct Subject {
    digest: BTreeMap<String, String>,
}

impl Statement {
    pub(super) fn of(envelope: &DsseEnvelope) -> Result<Self, Reason> {
        if envelope.payload_type != PAYLOAD {
            return Err(Reason::Malformed(format!("it is an envelope of `{}`", envelope.payload_type)));
        }
        let statement: Self = serde_json::from_slice(envelope.payload.as_bytes())
            .map_err(|error| Reason::Malformed(format!("its statement: {error}")))?;
        if !VERSIONS.contains(&statement.version.as_str()) {
            return Err(Reason::Malformed(format!("its statement is of the type `{}`", statement.version)));
        }
        Ok(statement)
    }

    /// It has to be about this image, and may be about others too.
    pub(super) fn is_about(&self, digest: &Digest) -> Result<(), Reason> {
        let digests: Vec<String> = self
            .subject
            .iter()
            .flat_map(|subject| &subject.digest)
            .map(|(algorithm, value)| format!("{algorithm}:{value}"))
            .collect();
        if digests.iter().any(|found| found == digest.as_str()) {
            return Ok(());
        }
        Err(Reason::OtherImage { named: digests.into_iter().next() })
    }
}
