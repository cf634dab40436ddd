//! What a registry keeps beside an image that may vouch for it: everything that can be asked at once is.

use std::collections::BTreeSet;

use futures_util::{StreamExt as _, future, stream};

use super::artifact::{Artifact, Layer, Referrer};
use super::registry::{ATTACHMENT, Problem, Referred, Registry, Trouble};
use super::trust::{Offer, Policy, Reason, Refused, Spoiled, Verdict, judge};
use super::unresolved::is_absent;
use crate::config::reference::{Digest, Repository, Tag};
use crate::config::spec::Verification;

/// How many things are read at the same time.
const AT_ONCE: usize = 8;
/// The most things beside one image that are read.
const MOST: usize = 64;

const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";

/// Why an image is not vouched for.
#[derive(Debug, thiserror::Error)]
pub enum Unverified {
    /// Nobody who is trusted vouches for it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The registry does not say whether somebody does.
    #[error("whether anybody vouches for {image} is not known")]
    Asked {
        /// The image.
        image: String,
        /// What the registry does not say.
        source: Trouble,
    },
}

/// What was found beside an image.
#[derive(Debug, Default)]
struct Found {
    offers: Vec<Offer>,
    spoiled: Vec<Spoiled>,
    /// What the registry did not answer.
    troubles: Vec<Trouble>,
    /// How many things were not looked at.
    unseen: usize,
}

/// Everything that the registry keeps beside an image and that may vouch for it.
#[derive(Debug)]
pub struct Beside(Found);

impl Beside {
    /// Whether somebody who is trusted vouches for the image.
    ///
    /// # Errors
    /// When nobody does, or when the registry did not say all that it has.
    pub fn judged(self, policy: &Policy, repository: &Repository, digest: &Digest) -> Result<Verdict, Unverified> {
        let Found { offers, spoiled, mut troubles, unseen } = self.0;
        match judge(policy, repository, digest, &offers, &spoiled) {
            Ok(verdict) => Ok(verdict),
            Err(_) if !troubles.is_empty() => {
                let image = format!("{repository}@{digest}");
                Err(Unverified::Asked { image, source: troubles.swap_remove(0) })
            }
            Err(refused) => Err(Refused { unseen, ..refused }.into()),
        }
    }
}

/// Asks the registry for what it keeps beside an image. What it does not answer is told when it matters.
pub async fn gather(registry: &Registry, digest: &Digest, verification: &Verification) -> Beside {
    let (signatures, attestations, bundles) = future::join3(
        async { if verification.signature { tagged(registry, digest, ".sig").await } else { Found::default() } },
        async { if verification.provenance { tagged(registry, digest, ".att").await } else { Found::default() } },
        referring(registry, digest),
    )
    .await;
    Beside(signatures.and(attestations).and(bundles))
}

impl Found {
    fn and(mut self, other: Self) -> Self {
        self.offers.extend(other.offers);
        self.spoiled.extend(other.spoiled);
        self.troubles.extend(other.troubles);
        self.unseen += other.unseen;
        self
    }

    /// Something that could not be read: is it the thing itself, or the registry?
    fn of(place: &str, trouble: Trouble) -> Self {
        if trouble.is_of_the_image() {
            let reason = Reason::Unread(trouble.problem.to_string());
            Self { spoiled: vec![Spoiled { place: place.to_owned(), reason }], ..Self::default() }
        } else {
            Self { troubles: vec![trouble], ..Self::default() }
        }
    }

    fn one(offer: Result<Offer, Spoiled>) -> Self {
        match offer {
            Ok(offer) => Self { offers: vec![offer], ..Self::default() },
            Err(spoiled) => Self { spoiled: vec![spoiled], ..Self::default() },
        }
    }
}

/// The tag under which something is kept that belongs to a digest.
fn tag(digest: &Digest, suffix: &str) -> Option<Tag> {
    Tag::parse(&format!("{}{suffix}", digest.as_str().replace(':', "-"))).ok()
}

/// What cosign 2 keeps under a tag.
async fn tagged(registry: &Registry, digest: &Digest, suffix: &str) -> Found {
    let Some(tag) = tag(digest, suffix) else { return Found::default() };
    let place = format!("tag {tag}");
    let document = match registry.tagged(&tag).await {
        Ok(document) => document,
        Err(trouble) if is_absent(&trouble) => return Found::default(),
        Err(trouble) => return Found::of(&place, trouble),
    };
    let artifact = match Artifact::parse(&document.bytes) {
        Ok(artifact) => artifact,
        Err(error) => return Found::one(Err(Spoiled { place, reason: Reason::Malformed(error) })),
    };
    let unseen = artifact.layers.len().saturating_sub(MOST);
    let layers = artifact.layers.iter().take(MOST).enumerate();
    let found: Vec<Found> = stream::iter(layers)
        .map(|(index, layer)| {
            let place = format!("{place}, layer {}", index + 1);
            async move { attached(registry, layer, place).await }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    found.into_iter().fold(Found { unseen, ..Found::default() }, Found::and)
}

async fn attached(registry: &Registry, layer: &Layer, place: String) -> Found {
    let bytes = match content(registry, layer).await {
        Ok(bytes) => bytes,
        Err(trouble) => return Found::of(&place, trouble),
    };
    Found::one(match layer.media_type.as_str() {
        SIMPLE => Offer::simple(&place, &bytes, &layer.annotations),
        ENVELOPE => Offer::attached(&place, &bytes, &layer.annotations),
        kind if kind.starts_with(BUNDLE) => Offer::bundle(&place, &bytes),
        other => Err(unknown(place, other)),
    })
}

/// Bundles that refer to the image: in the registry's own list, and in the one that clients keep where it has none.
async fn referring(registry: &Registry, digest: &Digest) -> Found {
    let fallback = async {
        let Some(tag) = tag(digest, "") else { return Ok(None) };
        match registry.tagged(&tag).await {
            Ok(document) => Ok(Some((tag, document))),
            Err(trouble) if is_absent(&trouble) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    };
    let (listed, fallback) = future::join(registry.referrers(digest), fallback).await;
    let mut found = Found::default();
    let mut wanted: Vec<Referrer> = Vec::new();
    match listed {
        Ok(Some(Referred { referrers, is_cut })) => {
            found.unseen += usize::from(is_cut);
            // The registry knows what it has, so what is certainly something else need not be read.
            let bundles = referrers.into_iter().filter(|one| one.kind.as_deref().is_none_or(may_be_a_bundle));
            wanted.extend(bundles);
        }
        Ok(None) => {}
        Err(trouble) => found = found.and(Found::of("the list of referrers", trouble)),
    }
    match fallback {
        Ok(Some((tag, document))) => match Referrer::parse_list(&document.bytes) {
            Ok(referrers) => wanted.extend(referrers),
            Err(error) => {
                let reason = Reason::Malformed(error);
                found.spoiled.push(Spoiled { place: format!("tag {tag}"), reason });
            }
        },
        Ok(None) => {}
        Err(trouble) => found = found.and(Found::of("the tag with the list of referrers", trouble)),
    }
    let mut seen = BTreeSet::new();
    wanted.retain(|referrer| seen.insert(referrer.digest.clone()));
    found.unseen += wanted.len().saturating_sub(MOST);
    let read: Vec<Found> = stream::iter(wanted.into_iter().take(MOST))
        .map(|referrer| async move { bundle(registry, &referrer).await })
        .buffered(AT_ONCE)
        .collect()
        .await;
    read.into_iter().fold(found, Found::and)
}

fn may_be_a_bundle(kind: &str) -> bool {
    kind.starts_with(BUNDLE) || kind.starts_with("application/vnd.oci.empty") || kind.contains("dsse")
}

/// The bundle in a manifest that refers to the image.
async fn bundle(registry: &Registry, referrer: &Referrer) -> Found {
    let place = format!("referrer {}", referrer.digest);
    let document = match registry.digested(&referrer.digest).await {
        Ok(document) => document,
        Err(trouble) => return Found::of(&place, trouble),
    };
    let spoiled = |reason: String| Spoiled { place: place.clone(), reason: Reason::Malformed(reason) };
    if document.bytes.len() != usize::try_from(referrer.size).unwrap_or(usize::MAX) {
        return Found::one(Err(spoiled("the list of referrers says another size of it".to_owned())));
    }
    let artifact = match Artifact::parse(&document.bytes) {
        Ok(artifact) => artifact,
        Err(error) => return Found::one(Err(spoiled(error))),
    };
    match artifact.layers.as_slice() {
        [layer] if layer.media_type.starts_with(BUNDLE) => match content(registry, layer).await {
            Ok(bytes) => Found::one(Offer::bundle(&place, &bytes)),
            Err(trouble) => Found::of(&place, trouble),
        },
        [layer] => Found::one(Err(unknown(place, &layer.media_type))),
        layers => Found::one(Err(spoiled(format!("it has {} layers where a bundle has one", layers.len())))),
    }
}

/// Nothing is fetched that is announced to be too large.
async fn content(registry: &Registry, layer: &Layer) -> Result<Vec<u8>, Trouble> {
    let limit = u64::try_from(ATTACHMENT).unwrap_or(u64::MAX);
    if layer.size > limit {
        return Err(registry.refused(&layer.digest, Problem::TooLarge { limit }));
    }
    registry.attachment(&layer.digest).await
}

fn unknown(place: String, media_type: &str) -> Spoiled {
    let found = format!("something of the type `{}`", media_type.escape_default());
    Spoiled { place, reason: Reason::Kind { found, wanted: "a signature or an attestation" } }
}
