//! What cosign 2 leaves in annotations, brought into the form of a bundle. Pure.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use sigstore_verify::types::{
    Bundle, DerCertificate, MediaType, SignatureContent, TransparencyLogEntry, VerificationMaterial,
    VerificationMaterialContent,
};

use super::offer::{Format, Offer, Spoiled};
use super::reason::Reason;

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const LOGGED: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// More certificates than any chain has.
const LONGEST_CHAIN: usize = 8;

/// The annotations of a layer.
pub type Annotations = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Logged {
    signed_entry_timestamp: String,
    payload: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    body: String,
    integrated_time: i64,
    log_index: u64,
    #[serde(rename = "logID")]
    log_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    kind: String,
    api_version: String,
}

#[derive(Deserialize)]
struct Stamped {
    #[serde(rename = "SignedRFC3161Timestamp")]
    token: String,
}

impl Offer {
    /// A signature as cosign 2 writes it: the layer is what was signed.
    ///
    /// # Errors
    /// When the annotations are not those of a signature.
    pub fn simple(place: &str, payload: &[u8], annotations: &Annotations) -> Result<Self, Spoiled> {
        let content = || {
            let signature = annotations.get(SIGNATURE).ok_or_else(|| format!("it has no annotation `{SIGNATURE}`"))?;
            let content = json!({"messageSignature": {"signature": signature}});
            serde_json::from_value(content).map_err(|error| error.to_string())
        };
        Self::legacy(place, Format::Simple, payload, annotations, content)
    }

    /// An attestation as cosign 2 writes it: the layer is the envelope.
    ///
    /// # Errors
    /// When the layer is no envelope.
    pub fn attached(place: &str, envelope: &[u8], annotations: &Annotations) -> Result<Self, Spoiled> {
        let content = || {
            let envelope: serde_json::Value = serde_json::from_slice(envelope).map_err(|error| error.to_string())?;
            serde_json::from_value(json!({"dsseEnvelope": envelope})).map_err(|error| error.to_string())
        };
        Self::legacy(place, Format::Attached, &[], annotations, content)
    }

    fn legacy(
        place: &str,
        format: Format,
        payload: &[u8],
        annotations: &Annotations,
        content: impl FnOnce() -> Result<SignatureContent, String>,
    ) -> Result<Self, Spoiled> {
        let spoiled = |reason| Spoiled { place: place.to_owned(), reason: Reason::Malformed(reason) };
        let content = content().map_err(spoiled)?;
        let material = material(annotations).map_err(spoiled)?;
        let bundle = Bundle::new(MediaType::Bundle0_1, material, content);
        Ok(Self { place: place.to_owned(), format, bundle, payload: payload.to_vec() })
    }
}

fn material(annotations: &Annotations) -> Result<VerificationMaterial, String> {
    let content = match annotations.get(CERTIFICATE).filter(|text| !text.trim().is_empty()) {
        None => json!({"publicKey": {"hint": ""}}),
        Some(leaf) => {
            let mut chain = certificates(leaf)?;
            if chain.len() != 1 {
                return Err(format!("`{CERTIFICATE}` holds {} certificates", chain.len()));
            }
            chain.extend(certificates(annotations.get(CHAIN).map_or("", String::as_str))?);
            json!({"x509CertificateChain": {"certificates": chain}})
        }
    };
    let content: VerificationMaterialContent = serde_json::from_value(content).map_err(|error| error.to_string())?;
    let mut material = VerificationMaterial::new(content);
    if let Some(logged) = annotations.get(LOGGED) {
        let entry = entry(logged).map_err(|error| format!("`{LOGGED}`: {error}"))?;
        material = material.with_tlog_entries(vec![entry]);
    }
    if let Some(stamped) = annotations.get(TIMESTAMP) {
        let wrong = |error: serde_json::Error| format!("`{TIMESTAMP}`: {error}");
        let Stamped { token } = serde_json::from_str(stamped).map_err(wrong)?;
        let tokens = json!({"rfc3161Timestamps": [{"signedTimestamp": token}]});
        let stamped = serde_json::from_value(tokens).map_err(wrong)?;
        material = material.with_timestamp_verification_data(stamped);
    }
    Ok(material)
}

fn certificates(text: &str) -> Result<Vec<serde_json::Value>, String> {
    let mut found = Vec::new();
    for block in text.split_inclusive("-----END CERTIFICATE-----").filter(|block| !block.trim().is_empty()) {
        if found.len() == LONGEST_CHAIN {
            return Err("its chain of certificates has no end".to_owned());
        }
        let certificate = DerCertificate::from_pem(block.trim()).map_err(|error| error.to_string())?;
        found.push(json!({"rawBytes": STANDARD.encode(certificate.as_bytes())}));
    }
    Ok(found)
}

fn entry(text: &str) -> Result<TransparencyLogEntry, String> {
    let Logged { signed_entry_timestamp, payload } = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let body = STANDARD.decode(&payload.body).map_err(|error| error.to_string())?;
    let Body { kind, api_version } = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    let entry = json!({
        "logIndex": payload.log_index.to_string(),
        "logId": {"keyId": STANDARD.encode(bytes(&payload.log_id)?)},
        "kindVersion": {"kind": kind, "version": api_version},
        "integratedTime": payload.integrated_time.to_string(),
        "inclusionPromise": {"signedEntryTimestamp": signed_entry_timestamp},
        "canonicalizedBody": payload.body,
    });
    serde_json::from_value(entry).map_err(|error| error.to_string())
}

/// What hexadecimal digits stand for.
fn bytes(hex: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0).ok_or("the log's name is not hexadecimal")?;
    let pairs = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |value, digit| value * 16 + digit));
    pairs.map(|value| u8::try_from(value).map_err(|error| error.to_string())).collect()
}
