//! What the certificate of a signer says. Pure.

use sigstore_verify::crypto::{CertificateInfo, parse_certificate_info};
use sigstore_verify::types::Bundle;

use super::verdict::{Signer, Source};

/// The account that a certificate names, whoever issued it: for messages, not for verdicts.
pub(super) fn claimed(bundle: &Bundle) -> Option<Signer> {
    signer(&parse_certificate_info(bundle.signing_certificate()?).ok()?)
}

/// The account that a certificate names.
pub(super) fn signer(certificate: &CertificateInfo) -> Option<Signer> {
    let issuer = certificate.issuer.clone()?;
    let subject = certificate.identity.as_ref()?.as_str().to_owned();
    Some(Signer::Identity { issuer, subject })
}

/// What it says about the build.
pub(super) fn source(certificate: &CertificateInfo) -> Option<Source> {
    let claims = &certificate.ci_claims;
    let old = &claims.deprecated_github;
    let repository = old.workflow_repository.as_ref().map(|path| format!("https://github.com/{path}"));
    let source = Source {
        repository: claims.source_repository_uri.clone().or(repository),
        reference: claims.source_repository_ref.clone().or_else(|| old.workflow_ref.clone()),
        commit: claims.source_repository_digest.clone().or_else(|| old.workflow_sha.clone()),
        signer: claims.build_signer_uri.clone(),
        workflow: claims.build_config_uri.clone(),
        runner: claims.runner_environment.clone(),
    };
    Some(source).filter(|source| !source.is_empty())
}
