//! Who vouches for an image, for a person and for a program.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::evidence_data::EvidenceData;
use super::plan_data::{schema_of, version_one};
use crate::config::reference::Tag;
use crate::image::trust::{Evidence, Signed, Signer};
use crate::image::{Resolved, Wanted};

/// What was asked for, the digest, and what holds.
#[must_use]
pub fn for_person(wanted: &Wanted, resolved: &Resolved, signed: &Signed) -> String {
    let mut lines = vec![format!("image       {wanted}")];
    if let Some(tag) = resolved.tag() {
        lines.push(format!("tag         {tag}"));
    }
    lines.push(format!("digest      {}", resolved.digest()));
    for (title, evidence) in [("signature", &signed.signature), ("provenance", &signed.provenance)] {
        let Some(evidence) = evidence else { continue };
        lines.push(String::new());
        lines.push(format!("{title}  holds, by `{}`", evidence.trusted_by));
        lines.extend(rows(evidence).into_iter().map(|(key, value)| format!("  {key:<9} {value}")));
    }
    lines.join("\n") + "\n"
}

fn rows(evidence: &Evidence) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    match &evidence.signer {
        Signer::Key(fingerprint) => rows.push(("key", fingerprint.clone())),
        Signer::Identity { issuer, subject } => {
            rows.extend([("signer", printable(subject)), ("issuer", printable(issuer))]);
        }
    }
    rows.extend(evidence.times.iter().map(|time| ("time", time.clone())));
    rows.extend(evidence.logs.iter().map(|log| ("log", format!("entry {} of {}", log.index, log.id))));
    if let Some(said) = &evidence.provenance {
        for (key, value) in [
            ("builder", &said.builder),
            ("source", &said.source_repository),
            ("ref", &said.source_ref),
            ("commit", &said.commit),
            ("workflow", &said.workflow),
        ] {
            rows.extend(value.as_ref().map(|value| (key, printable(value))));
        }
    } else if let Some(source) = &evidence.source {
        for (key, value) in [("source", &source.repository), ("ref", &source.reference), ("commit", &source.commit)] {
            rows.extend(value.as_ref().map(|value| (key, printable(value))));
        }
    }
    rows.push(("kept in", format!("{} ({})", evidence.place, evidence.format)));
    rows
}

/// What others wrote, without what would steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// The same for a program.
#[must_use]
pub fn for_program(wanted: &Wanted, resolved: &Resolved, signed: &Signed) -> Value {
    let (repository, digest) = (resolved.repository().to_string(), resolved.digest().as_str());
    let data = VerdictData {
        format_version: "1",
        written: &wanted.to_string(),
        image: &format!("{repository}@{digest}"),
        repository: &repository,
        tag: resolved.tag().map(Tag::as_str),
        digest,
        signature: signed.signature.as_deref().map(EvidenceData::of),
        provenance: signed.provenance.as_deref().map(EvidenceData::of),
    };
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(data).unwrap_or_default()
}

/// Where the published schema is found.
pub const ADDRESS: &str = "https://sindri.dev/schemas/verdict.schema.json";

/// Who vouches for an image, as `sindri image verify` says it.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "verdict")]
struct VerdictData<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// The image as the configuration names it.
    written: &'a str,
    /// The image by digest, as it is deployed.
    image: &'a str,
    /// Where it lives.
    repository: &'a str,
    /// The tag that it was found by; null if the configuration names a digest.
    tag: Option<&'a str>,
    /// Its digest.
    digest: &'a str,
    /// Who vouches for the image; null where nobody has to.
    signature: Option<EvidenceData<'a>>,
    /// Who vouches for where it comes from, likewise.
    provenance: Option<EvidenceData<'a>>,
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<VerdictData<'_>>(ADDRESS)
}
