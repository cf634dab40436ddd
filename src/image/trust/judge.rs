//! The judge: each offer is held against each entry of the policy until one holds. Pure, but for the clock that the verifier
//! reads to see that nothing was signed in the future.

use sigstore_verify::crypto::CertificateInfo;
use sigstore_verify::types::{Artifact, Bundle, Sha256Hash, VerificationMaterialContent};
use sigstore_verify::types::{MessageDigest, PublicKeyIdentifier, SignatureContent};
use sigstore_verify::{PublicKeyVerificationPolicy, VerificationPolicy, VerificationResult};

use super::key::PublicKey;
use super::offer::{Format, Offer, Spoiled};
use super::policy::{Account, Entry, Policy, Who};
use super::provenance::Provenance;
use super::reason::Reason;
use super::refused::{Finding, Refused};
use super::root::Root;
use super::simple;
use super::statement::{self, Statement};
use super::verdict::{Evidence, Log, Signed, Signer, Verdict};
use super::{certificate, logged};
use crate::config::reference::{Digest, Repository};

/// What an offer is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Signature,
    Provenance,
}

/// The image, as a verifier wants to have it.
struct Case<'a> {
    digest: &'a Digest,
    hash: Sha256Hash,
}

/// What is known of a signature that holds.
struct Holding {
    signer: Signer,
    certificate: Option<CertificateInfo>,
    times: Vec<String>,
    /// The entries of logs that were checked.
    logs: Vec<Log>,
}

/// Whether somebody who is trusted vouches for the image.
///
/// # Errors
/// When nobody does, with the reason for each thing that was found.
pub fn judge(
    policy: &Policy,
    repository: &Repository,
    digest: &Digest,
    offers: &[Offer],
    spoiled: &[Spoiled],
) -> Result<Verdict, Refused> {
    let refused = |missing, findings| Refused { image: format!("{repository}@{digest}"), missing, findings, unseen: 0 };
    let hex = digest.as_str().trim_start_matches("sha256:");
    let Ok(hash) = Sha256Hash::from_hex(hex) else { return Err(refused("signature", Vec::new())) };
    let case = Case { digest, hash };
    let mut signed = Signed::default();
    if policy.signature {
        let found = case.find(policy, Purpose::Signature, offers, spoiled);
        let evidence = found.map_err(|findings| refused("signature", findings))?;
        signed.signature = Some(Box::new(evidence));
    }
    if policy.provenance {
        let found = case.find(policy, Purpose::Provenance, offers, spoiled);
        let evidence = found.map_err(|findings| refused("provenance", findings))?;
        signed.provenance = Some(Box::new(evidence));
    }
    Ok(Verdict { digest: digest.clone(), signed })
}

impl Case<'_> {
    fn find(
        &self,
        policy: &Policy,
        purpose: Purpose,
        offers: &[Offer],
        spoiled: &[Spoiled],
    ) -> Result<Evidence, Vec<Finding>> {
        let mut findings: Vec<Finding> = spoiled.iter().map(Finding::from).collect();
        for entry in &policy.entries {
            for offer in offers {
                match self.attempt(entry, offer, purpose) {
                    Ok(evidence) => return Ok(evidence),
                    Err(reason) => {
                        let is_known = matches!(
                            reason,
                            Reason::OtherSigner { .. } | Reason::NotTheDefault { signer: Some(_), .. }
                        );
                        let claims = certificate::claimed(&offer.bundle).filter(|_| !is_known);
                        let claims = claims.map(|claims| claims.to_string());
                        findings.push(Finding { place: offer.place.clone(), reason, claims });
                    }
                }
            }
        }
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.reason.nearness()));
        findings.dedup();
        Err(findings)
    }

    /// Whether one offer is enough for one entry.
    fn attempt(&self, entry: &Entry, offer: &Offer, purpose: Purpose) -> Result<Evidence, Reason> {
        let provenance = self.said(offer, purpose)?;
        let holding = match &entry.who {
            Who::Key { key, root } => self.by_key(entry, key, root.as_ref(), offer)?,
            Who::Identity { issuer, subject, root } => self.by_identity(entry, issuer, subject, root, offer)?,
        };
        let source = holding.certificate.as_ref().and_then(certificate::source);
        if let Some(provenance) = &provenance {
            provenance.keeps(&entry.limits, &entry.place)?;
            source.as_ref().map_or(Ok(()), |source| provenance.agrees(source))?;
        }
        Ok(Evidence {
            signer: holding.signer,
            trusted_by: entry.place.clone(),
            format: offer.format.to_string(),
            place: offer.place.clone(),
            logs: holding.logs,
            times: holding.times,
            source,
            provenance,
        })
    }

    /// What it says: it has to be about this image, and of the kind that is looked for.
    fn said(&self, offer: &Offer, purpose: Purpose) -> Result<Option<Provenance>, Reason> {
        let Some(envelope) = offer.envelope() else {
            return match (offer.format, purpose) {
                (Format::Simple, Purpose::Signature) => simple::is_about(&offer.payload, self.digest).map(|()| None),
                (Format::Simple, Purpose::Provenance) => {
                    Err(Reason::Kind { found: "a signature".to_owned(), wanted: "provenance" })
                }
                _ => Err(Reason::Malformed("it signs bytes, and not a statement about an image".to_owned())),
            };
        };
        let statement = Statement::of(envelope)?;
        let predicate_type = statement.predicate_type.as_str();
        let read = match purpose {
            Purpose::Signature if predicate_type == statement::SIGNATURE => None,
            Purpose::Signature => return Err(Reason::of_kind(predicate_type, "a signature of the image")),
            Purpose::Provenance if statement::PROVENANCE.contains(&predicate_type) => {
                Some(Provenance::read(predicate_type, &statement.predicate))
            }
            Purpose::Provenance => return Err(Reason::of_kind(predicate_type, "provenance")),
        };
        statement.is_about(self.digest)?;
        Ok(read)
    }

    fn by_key(&self, entry: &Entry, key: &PublicKey, root: Option<&Root>, offer: &Offer) -> Result<Holding, Reason> {
        let place = format!("{}.key", entry.place);
        let has_certificate = offer.bundle.signing_certificate().is_some();
        if offer.format == Format::Bundle && has_certificate {
            return Err(Reason::Means { found: "a certificate", key: place, wanted: "a key" });
        }
        let (message, signature) =
            offer.signed().ok_or_else(|| Reason::Malformed("it holds no signature".to_owned()))?;
        if !key.signed(&message, signature) {
            if key.signed_otherwise(&message, signature) {
                let reason = "it is made with a P-384 key and SHA-384, as cosign 3 does and then refuses itself";
                return Err(Reason::Forged(format!("{reason}: sign with a P-256 key")));
            }
            return Err(Reason::OtherKey { key: place, wanted: key.to_string() });
        }
        let (mut times, mut logs) = (Vec::new(), Vec::new());
        if let Some(root) = root {
            let bundle = without_certificate(&offer.bundle);
            logged::are_all_provable(&bundle, root)?;
            let policy = PublicKeyVerificationPolicy::new(key.der().clone());
            times = attested(&self.verified(root, &bundle, offer, &policy)?);
            logs = logged::logs(&bundle);
        }
        Ok(Holding { signer: Signer::Key(key.fingerprint().to_string()), certificate: None, times, logs })
    }

    fn by_identity(
        &self,
        entry: &Entry,
        issuer: &str,
        subject: &Account,
        root: &Root,
        offer: &Offer,
    ) -> Result<Holding, Reason> {
        let place = format!("{}.identity", entry.place);
        if offer.bundle.signing_certificate().is_none() {
            if let Some(workflows) = entry.by_default.clone() {
                return Err(Reason::NotTheDefault { signer: None, workflows });
            }
            return Err(Reason::Means { found: "a key", key: place, wanted: "a certificate" });
        }
        logged::are_all_provable(&offer.bundle, root)?;
        let result = self.verified(root, &offer.bundle, offer, &VerificationPolicy::any_identity())?;
        let is_complete = result.certificate_verified() && result.sct_verified() && result.tlog_verified();
        let certificate = result.certificate().filter(|_| is_complete);
        let signer = certificate.and_then(certificate::signer);
        let (Some(certificate), Some(signer)) = (certificate, signer) else {
            return Err(Reason::Forged("its certificate does not say whose it is".to_owned()));
        };
        let Signer::Identity { issuer: vouching, subject: account } = &signer else {
            return Err(Reason::Forged("its certificate does not say whose it is".to_owned()));
        };
        let (subject_key, wanted) = subject.written();
        let may_sign = vouching == issuer && subject.holds(account);
        if let Some(workflows) = entry.by_default.clone().filter(|_| !may_sign) {
            return Err(Reason::NotTheDefault { signer: Some(signer), workflows });
        }
        if vouching != issuer {
            let (key, wanted) = (format!("{place}.issuer"), issuer.to_owned());
            return Err(Reason::OtherSigner { signer, key, wanted });
        }
        if !subject.holds(account) {
            let (key, wanted) = (format!("{place}.{subject_key}"), wanted.to_owned());
            return Err(Reason::OtherSigner { signer, key, wanted });
        }
        let (certificate, times) = (Some(certificate.clone()), attested(&result));
        Ok(Holding { signer, certificate, times, logs: logged::logs(&offer.bundle) })
    }

    fn verified(
        &self,
        root: &Root,
        bundle: &Bundle,
        offer: &Offer,
        policy: &impl sigstore_verify::Policy,
    ) -> Result<VerificationResult, Reason> {
        let artifact = match offer.format {
            Format::Simple => Artifact::from_blob(&offer.payload),
            Format::Attached | Format::Bundle => Artifact::from(self.hash),
        };
        let verdict = root.verifier().verify(artifact.clone(), bundle, policy).or_else(|error| {
            // cosign hashes with SHA-256 whatever the key, and says so nowhere.
            let hashed = hashed_as_cosign_does(bundle, &offer.payload).ok_or(error)?;
            root.verifier().verify(artifact, &hashed, policy)
        });
        verdict.map_err(|error| Reason::unverified(&error, root.name()))
    }
}

/// The times that somebody else has attested.
fn attested(result: &VerificationResult) -> Vec<String> {
    let mut times: Vec<_> = result.verified_timestamps().to_vec();
    times.sort();
    times.dedup();
    times.iter().map(ToString::to_string).collect()
}

/// A certificate says nothing where a key is trusted.
fn without_certificate(bundle: &Bundle) -> Bundle {
    let mut bundle = bundle.clone();
    bundle.verification_material.content =
        VerificationMaterialContent::PublicKey(PublicKeyIdentifier::new(String::new()));
    bundle
}

/// The same signature, with the hash named that cosign takes.
fn hashed_as_cosign_does(bundle: &Bundle, payload: &[u8]) -> Option<Bundle> {
    let SignatureContent::MessageSignature(message) = &bundle.content else { return None };
    if message.message_digest.is_some() {
        return None;
    }
    let hash = sigstore_verify::crypto::sha256(payload);
    let digest = MessageDigest::new(
        sigstore_verify::types::HashAlgorithm::Sha2256,
        sigstore_verify::types::DigestBytes::new(hash.as_bytes().to_vec()),
    );
    let mut bundle = bundle.clone();
    bundle.content = SignatureContent::MessageSignature(message.clone().with_message_digest(digest));
    Some(bundle)
}
