//! Whatever lies beside an image: it is judged without a panic, nobody becomes a signer who has not signed, and what is
//! said of it stays on its line.
//!
//! The first byte says what the rest is: a bundle; a payload or an envelope with its annotations behind a zero byte; a
//! statement or a certificate, which is put into a bundle that cosign has made.

#![no_main]

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sindri::config::reference::{Digest, Repository};
use sindri::config::spec::Signer;
use sindri::image::trust::{Account, Annotations, Offer, Policy, PublicKey, Root, Spoiled, Who, judge};

const ROOT: &str = include_str!("../../tests/registry/signed/trusted_root.json");
const KEY: &str = include_str!("../../tests/registry/signed/ours.pub");
const IMAGE: &[u8] = include_bytes!("../../tests/registry/signed/unsigned/manifests/1");
/// A signature with an envelope and a certificate.
const BUNDLE: &[u8] = include_bytes!(
    "../../tests/registry/signed/with_3/blobs/sha256_c20f2dda6bc3968c50e64862822691022e3333eb3d34df35c0dcda0141b6bc34"
);
const SIGNER: &str = "https://github.com/example/project/.github/workflows/build.yml@refs/heads/main \
                      (of https://token.actions.githubusercontent.com)";

struct Judge {
    policies: [Policy; 3],
    repository: Repository,
    digest: Digest,
    signers: BTreeSet<String>,
    bundle: Value,
}

thread_local! {
    static JUDGE: Judge = Judge::new();
}

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    JUDGE.with(|judge| {
        let (payload, annotations) = parts(rest);
        let offer = match kind % 5 {
            0 => Offer::bundle("here", rest),
            1 => Offer::simple("here", payload, &annotations),
            2 => Offer::attached("here", payload, &annotations),
            3 => judge.with("/dsseEnvelope/payload", rest),
            _ => judge.with("/verificationMaterial/certificate/rawBytes", rest),
        };
        judge.hold(offer);
    });
});

/// What stands before a zero byte, and the annotations after it.
fn parts(bytes: &[u8]) -> (&[u8], Annotations) {
    let place = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (payload, rest) = bytes.split_at(place);
    (payload, serde_json::from_slice(rest.get(1..).unwrap_or_default()).unwrap_or_default())
}

impl Judge {
    fn new() -> Self {
        let key = PublicKey::from_pem(KEY).expect("a key");
        let signers = [SIGNER.to_owned(), format!("key {}", key.fingerprint())].into();
        let issuer = "https://token.actions.githubusercontent.com";
        let keyless =
            format!("{{identity: {{issuer: \"{issuer}\", subject_regexp: \".*\"}}, trusted_root: root.json}}");
        let policies = [
            ("verify_signature", keyless.as_str()),
            ("verify_provenance", keyless.as_str()),
            ("verify_signature", "{key: ours.pub}"),
        ];
        Self {
            policies: policies.map(|(what, trust)| policy(what, trust)),
            repository: Repository::parse("r.io/a").expect("a repository"),
            digest: Digest::of(IMAGE),
            signers,
            bundle: serde_json::from_slice(BUNDLE).expect("a bundle"),
        }
    }

    /// The bundle with something else in one place.
    fn with(&self, place: &str, bytes: &[u8]) -> Result<Offer, Spoiled> {
        let mut bundle = self.bundle.clone();
        *bundle.pointer_mut(place).expect("the place is there") = json!(STANDARD.encode(bytes));
        Offer::bundle("here", bundle.to_string().as_bytes())
    }

    fn hold(&self, offer: Result<Offer, Spoiled>) {
        let (offers, spoiled) = match offer {
            Ok(offer) => (vec![offer], Vec::new()),
            Err(spoiled) => (Vec::new(), vec![spoiled]),
        };
        for policy in &self.policies {
            match judge(policy, &self.repository, &self.digest, &offers, &spoiled) {
                Ok(verdict) => {
                    let signer = verdict.signed().signer().expect("somebody has signed");
                    assert!(self.signers.contains(&signer), "{signer} has never signed anything");
                }
                Err(refused) => {
                    let said = format!("{refused}{}{}", refused.others().concat(), refused.hint());
                    assert!(!said.contains(char::is_control), "{said:?}");
                }
            }
        }
    }
}

/// One thing is asked for at a time: the signer that is told is that of the thing.
fn policy(what: &str, trust: &str) -> Policy {
    let text = format!(
        "version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n  resources: {{memory: 1GB, cpus: 1}}\n  \
         image_config: {{registry: r.io/a, tag: \"1\", {what}: true, trust: {trust}}}\n"
    );
    let spec = sindri::config::load(text.as_bytes()).expect("a configuration");
    let verification = sindri::image::verification(&spec).expect("somebody has to sign");
    let who = match &verification.trust.first().expect("somebody is trusted").signer {
        Signer::Identity { issuer, subject } => Who::Identity {
            issuer: issuer.clone(),
            subject: Account::of(subject).expect("an account"),
            root: Root::parse("root.json", ROOT).expect("a root"),
        },
        _ => Who::Key { key: Box::new(PublicKey::from_pem(KEY).expect("a key")), root: None },
    };
    Policy::new(verification, vec![who])
}
