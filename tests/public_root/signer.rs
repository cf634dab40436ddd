//! Who signs what the mirror serves: roots, and editions of everything under them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};
use sigstore_crypto::KeyPair;
use sigstore_tuf::{Key, canonical_json};

use crate::after;

/// A key, as metadata name it.
#[derive(Clone)]
pub(crate) struct Signer {
    pair: Arc<KeyPair>,
    public: Value,
    id: String,
}

impl Signer {
    pub(crate) fn new() -> Self {
        let pair = KeyPair::generate_ecdsa_p256().unwrap();
        let pem = pair.public_key_der().unwrap().to_pem();
        let public = json!({"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": pem}});
        let key: Key = serde_json::from_value(public.clone()).unwrap();
        Self { pair: Arc::new(pair), public, id: key.key_id().unwrap() }
    }

    /// The same name, with another key behind it.
    pub(crate) fn impostor(&self) -> Self {
        Self { id: self.id.clone(), ..Self::new() }
    }
}

/// What is signed, with its signatures.
fn signed(what: &Value, signers: &[&Signer]) -> Vec<u8> {
    let canonical = canonical_json::to_canonical_bytes(what).unwrap();
    let signature = |signer: &&Signer| {
        let mut hex = String::new();
        for byte in signer.pair.sign(&canonical).unwrap().as_bytes() {
            write!(hex, "{byte:02x}").unwrap();
        }
        json!({"keyid": signer.id, "sig": hex})
    };
    let signatures: Vec<Value> = signers.iter().map(signature).collect();
    serde_json::to_vec(&json!({"signed": what, "signatures": signatures})).unwrap()
}

/// The keys of a root: two that sign roots, both of which are needed, and one for each other role.
pub(crate) struct Keys {
    pub(crate) roots: [Signer; 2],
    pub(crate) timestamp: Signer,
    pub(crate) snapshot: Signer,
    pub(crate) targets: Signer,
}

impl Keys {
    pub(crate) fn new() -> Self {
        let [one, two, timestamp, snapshot, targets] = [(); 5].map(|()| Signer::new());
        Self { roots: [one, two], timestamp, snapshot, targets }
    }

    /// A root with these keys, signed by whoever signs it.
    pub(crate) fn root(&self, version: u64, days: i64, signers: &[&Signer]) -> Vec<u8> {
        let [one, two] = &self.roots;
        let all = [one, two, &self.timestamp, &self.snapshot, &self.targets];
        let keys: BTreeMap<_, _> = all.iter().map(|key| (&key.id, &key.public)).collect();
        let role = |key: &Signer| json!({"keyids": [key.id], "threshold": 1});
        let what = json!({
            "_type": "root", "spec_version": "1.0.31", "version": version, "expires": after(days).to_string(),
            "consistent_snapshot": true, "keys": keys,
            "roles": {
                "root": {"keyids": [one.id, two.id], "threshold": 2},
                "timestamp": role(&self.timestamp),
                "snapshot": role(&self.snapshot),
                "targets": role(&self.targets),
            },
        });
        signed(&what, signers)
    }

    /// A root that these keys have signed themselves.
    pub(crate) fn first_root(&self) -> Vec<u8> {
        self.root(1, 180, &self.both())
    }

    pub(crate) fn both(&self) -> [&Signer; 2] {
        let [one, two] = &self.roots;
        [one, two]
    }
}

/// Everything under a root: versions, days until it expires, and what it is for.
#[derive(Clone)]
pub(crate) struct Edition {
    pub(crate) timestamp: u64,
    pub(crate) snapshot: u64,
    pub(crate) targets: u64,
    pub(crate) timestamp_days: i64,
    pub(crate) snapshot_days: i64,
    pub(crate) content: String,
}

impl Edition {
    /// All of one version.
    pub(crate) fn new(version: u64) -> Self {
        let content = format!("{{\"edition\":{version}}}");
        Self { timestamp: version, snapshot: version, targets: version, timestamp_days: 7, snapshot_days: 21, content }
    }

    /// The path of what it is for.
    pub(crate) fn target(&self) -> String {
        format!("/targets/{}.trusted_root.json", sigstore_crypto::sha256(self.content.as_bytes()).to_hex())
    }

    /// What a mirror serves, by path.
    pub(crate) fn files(&self, keys: &Keys) -> BTreeMap<String, Vec<u8>> {
        self.signed_by(&keys.timestamp, &keys.snapshot, &keys.targets)
    }

    /// The same, signed by whoever signs it.
    pub(crate) fn signed_by(
        &self,
        timestamp: &Signer,
        snapshot: &Signer,
        targets: &Signer,
    ) -> BTreeMap<String, Vec<u8>> {
        let about = |bytes: &[u8]| json!({"length": bytes.len(), "hashes": {"sha256": sigstore_crypto::sha256(bytes).to_hex()}});
        let pin = |bytes: &[u8], version: u64| {
            let mut pin = about(bytes);
            pin["version"] = version.into();
            pin
        };
        let role = |kind: &str, version: u64, days: i64, name: &str, rest: Value| {
            let mut what = json!({
                "_type": kind, "spec_version": "1.0.31", "version": version, "expires": after(days).to_string(),
            });
            what[name] = rest;
            what
        };
        let content = self.content.as_bytes();
        let listed = json!({"trusted_root.json": about(content)});
        let targets = signed(&role("targets", self.targets, 90, "targets", listed), &[targets]);
        let pinned = json!({"targets.json": pin(&targets, self.targets)});
        let snapshot = signed(&role("snapshot", self.snapshot, self.snapshot_days, "meta", pinned), &[snapshot]);
        let pinned = json!({"snapshot.json": pin(&snapshot, self.snapshot)});
        let timestamp = signed(&role("timestamp", self.timestamp, self.timestamp_days, "meta", pinned), &[timestamp]);
        [
            ("/timestamp.json".to_owned(), timestamp),
            (format!("/{}.snapshot.json", self.snapshot), snapshot),
            (format!("/{}.targets.json", self.targets), targets),
            (self.target(), content.to_vec()),
        ]
        .into()
    }
}
