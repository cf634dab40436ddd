#![expect(clippy::disallowed_methods, reason = "reads the keys and the roots of trust that a configuration names")]
//! From the `trust` of a configuration to a policy: the keys and the roots that it names are read.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::failure::{Failure, word};
use super::source::Source;
use crate::config::spec::{Signer, Trust, Verification};
use crate::image::trust::{Account, Policy, PublicKey, Root, Who};

/// No key and no root of trust is longer.
const LONGEST: u64 = 4 << 20;

/// Who may vouch for the image.
pub(super) fn policy(verification: &Verification, source: &Source) -> Result<Policy, Failure> {
    let signers: Result<Vec<Who>, Failure> = verification.trust.iter().map(|trust| who(trust, source)).collect();
    Ok(Policy::new(verification, signers?))
}

fn who(trust: &Trust, source: &Source) -> Result<Who, Failure> {
    let named = trust.trusted_root.as_deref().map(|name| root(name, source)).transpose()?;
    match &trust.signer {
        Signer::KeyText(text) => Ok(Who::Key { key: Box::new(key(text, "`trust.key`")?), root: named }),
        Signer::KeyFile(name) => {
            let text = read(&source.beside(name), "the public key", name)?;
            Ok(Who::Key { key: Box::new(key(&text, &format!("the public key {name}"))?), root: named })
        }
        Signer::Identity { issuer, subject } => {
            let subject = Account::of(subject).map_err(|error| {
                Failure::failed("the pattern of `trust.identity.subject_regexp` cannot be used", Some(Box::new(error)))
            })?;
            let root = named.ok_or_else(no_root)?;
            Ok(Who::Identity { issuer: issuer.clone(), subject, root })
        }
    }
}

fn key(text: &str, what: &str) -> Result<PublicKey, Failure> {
    PublicKey::from_pem(text).map_err(|error| {
        Failure::configuration(format!("{what} is no public key that signatures can be checked with: {error}"))
            .hint("it starts with `-----BEGIN PUBLIC KEY-----`; `cosign public-key --key cosign.key` prints one")
    })
}

fn root(name: &str, source: &Source) -> Result<Root, Failure> {
    let text = read(&source.beside(name), "the root of trust", name)?;
    Root::parse(name, &text).map_err(|error| {
        Failure::configuration(format!("{name} is no root of trust: {error}"))
            .hint("`cosign trusted-root create` writes one, and `gh attestation trusted-root` prints that of GitHub")
    })
}

fn read(path: &Path, what: &str, name: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let reading = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
    match reading {
        Ok(_) if u64::try_from(text.len()).unwrap_or(u64::MAX) <= LONGEST => Ok(text),
        Ok(_) => Err(Failure::configuration(format!("{what} {name} is larger than {} MiB", LONGEST >> 20))),
        Err(error) => {
            let failure = Failure::configuration(format!("{what} {name} cannot be read: {error}"));
            let place = path.to_string_lossy();
            Err(failure.hint(format!("it is looked for beside the configuration: `ls -l {}`", word(&place))))
        }
    }
}

fn no_root() -> Failure {
    Failure::image("a keyless signature cannot be judged without a root of trust, and none is named")
        .hint("name a file with one: `trusted_root: root.json` under `trust`")
}
