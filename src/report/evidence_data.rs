//! A signature that holds, for programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::image::trust::{Evidence, Signer};

/// A signature that holds.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "evidence")]
pub(super) struct EvidenceData<'a> {
    /// Who signed.
    signer: SignerData<'a>,
    /// The entry of the configuration that trusts the signer, as a path below `deployment.image_config`.
    trusted_by: &'a str,
    /// How the signature is written: `simple-signing`, `attached` or `bundle`.
    format: &'a str,
    /// Where the registry keeps it.
    place: &'a str,
    /// The entries of public logs that hold it.
    logs: Vec<LogData<'a>>,
    /// When it was made, as somebody else than the signer has attested.
    times: &'a [String],
    /// What the signer's certificate says about the build; null without one, or where it says nothing.
    source: Option<SourceData<'a>>,
    /// What the provenance says; null for a signature of the image itself.
    provenance: Option<ProvenanceData<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "signer")]
struct SignerData<'a> {
    /// The digest of the public key; null for an account.
    key: Option<&'a str>,
    /// Who vouches for the account; null for a key.
    issuer: Option<&'a str>,
    /// The account; null for a key.
    subject: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "log")]
struct LogData<'a> {
    /// Which log, by the digest of its key.
    id: &'a str,
    /// Which entry.
    index: u64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "source")]
struct SourceData<'a> {
    /// From which repository.
    repository: Option<&'a str>,
    /// From which branch or tag.
    #[serde(rename = "ref")]
    reference: Option<&'a str>,
    /// From which commit.
    commit: Option<&'a str>,
    /// Which workflow ran.
    workflow: Option<&'a str>,
    /// On whose machine.
    runner: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "provenance")]
struct ProvenanceData<'a> {
    /// The type of the statement.
    predicate_type: &'a str,
    /// Who built it.
    builder: Option<&'a str>,
    /// From which repository.
    source_repository: Option<&'a str>,
    /// From which branch or tag.
    #[serde(rename = "ref")]
    source_ref: Option<&'a str>,
    /// From which commit.
    commit: Option<&'a str>,
    /// By which workflow of that repository.
    workflow: Option<&'a str>,
}

impl<'a> EvidenceData<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let signer = match &evidence.signer {
            Signer::Key(key) => SignerData { key: Some(key), issuer: None, subject: None },
            Signer::Identity { issuer, subject } => {
                SignerData { key: None, issuer: Some(issuer), subject: Some(subject) }
            }
        };
        Self {
            signer,
            trusted_by: &evidence.trusted_by,
            format: &evidence.format,
            place: &evidence.place,
            logs: evidence.logs.iter().map(|log| LogData { id: &log.id, index: log.index }).collect(),
            times: &evidence.times,
            source: evidence.source.as_ref().map(|source| SourceData {
                repository: source.repository.as_deref(),
                reference: source.reference.as_deref(),
                commit: source.commit.as_deref(),
                workflow: source.workflow.as_deref(),
                runner: source.runner.as_deref(),
            }),
            provenance: evidence.provenance.as_ref().map(|said| ProvenanceData {
                predicate_type: &said.predicate_type,
                builder: said.builder.as_deref(),
                source_repository: said.source_repository.as_deref(),
                source_ref: said.source_ref.as_deref(),
                commit: said.commit.as_deref(),
                workflow: said.workflow.as_deref(),
            }),
        }
    }
}
