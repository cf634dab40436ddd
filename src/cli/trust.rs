#![expect(clippy::disallowed_methods, reason = "reads the keys and the roots of trust that a configuration names")]
//! From the `trust` of a configuration to a policy: the keys and the roots that it names are read.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::failure::{Failure, word};
use super::source::Source;
use crate::config::spec::{Signer, Trust, Verification};
use crate::image::public_root::Place;
use crate::image::trust::{Account, Policy, PublicKey, Root, Who};
use crate::image::{Network, NoPublicRoot, public_root};

/// No key and no root of trust is longer.
const LONGEST: u64 = 4 << 20;
/// How messages call the root of trust that is taken where none is named.
const PUBLIC: &str = "Sigstore's public root of trust";

/// Who may vouch for the image, and what should be known of the root of trust that they are judged by.
pub(super) async fn policy(
    verification: &Verification,
    source: &Source,
    network: &Network,
    patience: Duration,
) -> Result<(Policy, Option<String>), Failure> {
    let mut roots = Vec::new();
    for trust in &verification.trust {
        roots.push(trust.trusted_root.as_deref().map(|name| root(name, source)).transpose()?);
    }
    let is_keyless = |trust: &Trust| matches!(trust.signer, Signer::Identity { .. }) && trust.trusted_root.is_none();
    let (public, remark) = if verification.trust.iter().any(is_keyless) {
        let public = public_root(network, &Place::here()?, Timestamp::now(), patience).await?;
        (Some(parsed(PUBLIC, &String::from_utf8_lossy(&public.bytes))?), public.remark())
    } else {
        (None, None)
    };
    let signers: Result<Vec<Who>, Failure> =
        verification.trust.iter().zip(roots).map(|(trust, root)| who(trust, root, public.as_ref(), source)).collect();
    Ok((Policy::new(verification, signers?), remark))
}

fn who(trust: &Trust, named: Option<Root>, public: Option<&Root>, source: &Source) -> Result<Who, Failure> {
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
            let root = named.or_else(|| public.cloned()).ok_or_else(no_root)?;
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
    parsed(name, &text)
}

fn parsed(name: &str, text: &str) -> Result<Root, Failure> {
    Root::parse(name, text).map_err(|error| {
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

impl From<NoPublicRoot> for Failure {
    fn from(error: NoPublicRoot) -> Self {
        let hint = error.hint();
        Self::of_image(error).hint(hint)
    }
}
