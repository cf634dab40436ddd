//! What cosign has written, with something changed: it is refused or means the same, and nothing is a reason to panic.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::Value;
use sindri::config::reference::{Digest, Repository};
use sindri::image::trust::{Annotations, Offer, Policy, PublicKey, Root, Spoiled, Who, judge};

/// Something beside an image, as it lies in `signed/`.
struct Sample {
    policy: Policy,
    digest: Digest,
    bytes: Vec<u8>,
    annotations: Annotations,
    read: fn(&[u8], &Annotations) -> Result<Offer, Spoiled>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/registry/signed")
}

fn policy(trust: &str) -> Policy {
    let text = format!(
        "version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n  resources: {{memory: 1GB, cpus: 1}}\n  \
         image_config: {{registry: r.io/a, tag: \"1\", verify_signature: true, trust: {trust}}}\n"
    );
    let spec = sindri::config::load(text.as_bytes()).unwrap();
    let verification = sindri::image::verification(&spec).unwrap();
    let read = |name| fs::read_to_string(folder().join(name)).unwrap();
    let who = match &verification.trust[0].signer {
        sindri::config::spec::Signer::Identity { issuer, subject } => Who::Identity {
            issuer: issuer.clone(),
            subject: sindri::image::trust::Account::of(subject).unwrap(),
            root: Root::parse("root.json", &read("trusted_root.json")).unwrap(),
        },
        _ => Who::Key { key: Box::new(PublicKey::from_pem(&read("ours.pub")).unwrap()), root: None },
    };
    Policy::new(verification, vec![who])
}

fn keyless() -> Policy {
    policy(
        "{identity: {issuer: \"https://token.actions.githubusercontent.com\", subject_regexp: \".*\"}, trusted_root: root.json}",
    )
}

/// The image that all of it is about.
fn digest() -> Digest {
    Digest::of(&fs::read(folder().join("unsigned/manifests/1")).unwrap())
}

/// The bundle of a signature in one of the folders.
fn bundle(set: &str, policy: Policy) -> Sample {
    let mut blobs =
        fs::read_dir(folder().join(set).join("blobs")).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let is_signature = |bytes: &Vec<u8>| {
        let bundle: Value = serde_json::from_slice(bytes).unwrap();
        let payload = bundle["dsseEnvelope"]["payload"].as_str().unwrap_or_default();
        // `cosign/sign/v1`, wherever base64 begins in it.
        ["Y29zaWduL3NpZ24vdj", "Nvc2lnbi9zaWduL3Yx", "jb3NpZ24vc2lnbi92"].iter().any(|part| payload.contains(part))
    };
    let bytes = blobs.find(is_signature).unwrap();
    let read = |bytes: &[u8], _: &Annotations| Offer::bundle("here", bytes);
    Sample { policy, digest: digest(), bytes, annotations: Annotations::new(), read }
}

/// The signature in annotations.
fn simple() -> Sample {
    let tag = format!("{}.sig", digest().as_str().replace(':', "-"));
    let manifest: Value =
        serde_json::from_slice(&fs::read(folder().join("with_2/manifests").join(tag)).unwrap()).unwrap();
    let layer = &manifest["layers"][0];
    let name = layer["digest"].as_str().unwrap().replace(':', "_");
    let bytes = fs::read(folder().join("with_2/blobs").join(name)).unwrap();
    let annotations = serde_json::from_value(layer["annotations"].clone()).unwrap();
    let read = |bytes: &[u8], annotations: &Annotations| Offer::simple("here", bytes, annotations);
    Sample { policy: keyless(), digest: digest(), bytes, annotations, read }
}

impl Sample {
    /// Who vouches for the image, if this is all that there is.
    fn judged(&self, bytes: &[u8], annotations: &Annotations) -> Option<String> {
        let (offers, spoiled) = match (self.read)(bytes, annotations) {
            Ok(offer) => (vec![offer], Vec::new()),
            Err(spoiled) => (Vec::new(), vec![spoiled]),
        };
        let repository = Repository::parse("r.io/a").unwrap();
        judge(&self.policy, &repository, &self.digest, &offers, &spoiled)
            .ok()
            .and_then(|verdict| verdict.signed().signer())
    }

    fn signer(&self) -> String {
        self.judged(&self.bytes, &self.annotations).unwrap()
    }
}

fn samples() -> [Sample; 3] {
    [bundle("with_3", keyless()), bundle("with_key", policy("{key: ours.pub}")), simple()]
}

/// Text with one letter changed.
fn changed(text: &[u8], place: prop::sample::Index, letter: u8) -> Vec<u8> {
    let mut bytes = text.to_vec();
    let place = place.index(bytes.len());
    bytes[place] = if bytes[place] == letter { letter ^ 1 } else { letter };
    bytes
}

#[test]
fn every_sample_holds_as_it_is() {
    for sample in samples() {
        assert!(!sample.signer().is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_changed_letter_never_makes_somebody_else_a_signer(place: prop::sample::Index, letter in 32_u8..127) {
        for sample in samples() {
            let found = sample.judged(&changed(&sample.bytes, place, letter), &sample.annotations);
            prop_assert!(found.is_none_or(|signer| signer == sample.signer()));
        }
    }

    #[test]
    fn so_it_is_in_annotations(place: prop::sample::Index, letter in 32_u8..127, which: prop::sample::Index) {
        let sample = simple();
        let mut annotations = sample.annotations.clone();
        let key = annotations.keys().nth(which.index(annotations.len())).unwrap().clone();
        let value = changed(annotations[&key].as_bytes(), place, letter);
        annotations.insert(key, String::from_utf8_lossy(&value).into_owned());
        let found = sample.judged(&sample.bytes, &annotations);
        prop_assert!(found.is_none_or(|signer| signer == sample.signer()));
    }

    #[test]
    fn what_is_cut_off_vouches_for_nothing(place: prop::sample::Index) {
        for sample in samples() {
            let cut = &sample.bytes[..place.index(sample.bytes.len())];
            prop_assert_eq!(sample.judged(cut, &sample.annotations), None);
        }
    }

    #[test]
    fn no_bytes_are_a_reason_to_fail_otherwise(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for sample in samples() {
            prop_assert_eq!(sample.judged(&bytes, &sample.annotations), None);
        }
    }
}
