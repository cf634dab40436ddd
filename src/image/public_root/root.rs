//! How the root of trust is come by: what is kept if it is young, what is served otherwise, and what is kept again if
//! nobody answers. Pure but for what it calls.

use std::error::Error as _;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use sigstore_tuf::{Error, Repository, TrustedMetadataSet, Updater, UpdaterConfig};

use super::files::{Files, TRUSTED_ROOT};
use super::kept::{self, Kept};
use super::mirror::{Mirror, Served};
use super::no_public_root::{self, NoPublicRoot};
use super::place::Place;
use crate::image::registry::{Network, Undelivered};

/// The most that it may have.
const LARGEST: u64 = 4 << 20;
/// How long the mirror has to answer where what is kept would do.
const LOOK: Duration = Duration::from_secs(10);

/// Sigstore's public root of trust, verified.
#[derive(Debug)]
pub struct PublicRoot {
    /// The file `trusted_root.json`.
    pub bytes: Vec<u8>,
    /// Where it comes from.
    pub origin: Origin,
    /// Why it is not kept for the next time, if it should have been.
    pub unkept: Option<Unkept>,
}

/// Where a root of trust comes from.
#[derive(Debug)]
pub enum Origin {
    /// It was fetched.
    Fetched(Mirror),
    /// It was kept, and is so young that nobody was asked.
    Kept(Timestamp),
    /// It was kept, has not expired, and nobody has answered who was asked for a newer one.
    Unanswered(Timestamp, Box<Undelivered>),
}

/// A root of trust that could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("cannot keep Sigstore's root of trust in {}: {source}", path.display())]
pub struct Unkept {
    path: PathBuf,
    source: io::Error,
}

impl PublicRoot {
    /// What whoever uses it should know.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        match (&self.origin, &self.unkept) {
            (Origin::Unanswered(since, why), _) => {
                Some(format!("Sigstore's root of trust is the one that is kept here since {since:.0}: {why}"))
            }
            (_, Some(unkept)) => Some(unkept.to_string()),
            (Origin::Fetched(_) | Origin::Kept(_), None) => None,
        }
    }
}

/// Sigstore's public root of trust, as it holds now.
///
/// # Errors
/// When nobody gives it and none is kept that holds, and whenever what somebody gives does not verify.
pub async fn public_root(
    network: &Network,
    place: &Place,
    now: Timestamp,
    patience: Duration,
) -> Result<PublicRoot, NoPublicRoot> {
    TrustedMetadataSet::from_root(&place.pinned).map_err(NoPublicRoot::Pinned)?;
    let path = place.file();
    let kept = path.as_deref().map_or(Ok(None), kept::read);
    let usable = match &kept {
        Ok(Some(kept)) => verified(kept.files.copy(), &kept.files.copy(), &place.pinned, now).await.ok(),
        _ => None,
    };
    if let (Ok(Some(kept)), Some(bytes)) = (&kept, &usable)
        && kept.is_young(now)
    {
        return Ok(PublicRoot { bytes: bytes.clone(), origin: Origin::Kept(kept.since), unkept: None });
    }
    let files = kept.as_ref().ok().and_then(Option::as_ref).map(|kept| kept.files.copy()).unwrap_or_default();
    let patience = if usable.is_some() { patience.min(LOOK) } else { patience };
    let served = Served::new(&place.mirror, network, patience)
        .map_err(|source| NoPublicRoot::Unasked { mirror: place.mirror.clone(), source })?;
    match verified(served, &files, &place.pinned, now).await {
        Ok(bytes) => {
            let unkept = path.and_then(|path| match kept::write(&path, &files, now) {
                Ok(()) => None,
                Err(source) => Some(Unkept { path, source }),
            });
            Ok(PublicRoot { bytes, origin: Origin::Fetched(place.mirror.clone()), unkept })
        }
        Err(error) => match undelivered(error) {
            Ok(undelivered) if undelivered.is_silence() => unanswered(place, kept, &files, undelivered, now).await,
            Ok(source) => {
                let kept = no_public_root::Kept::Unneeded;
                Err(NoPublicRoot::Undelivered { mirror: place.mirror.clone(), source, kept })
            }
            Err(source) => Err(NoPublicRoot::Refused { mirror: place.mirror.clone(), source }),
        },
    }
}

/// What is kept, where nobody answers: verified again, from the newest root that was seen.
async fn unanswered(
    place: &Place,
    kept: io::Result<Option<Kept>>,
    seen: &Files,
    source: Box<Undelivered>,
    now: Timestamp,
) -> Result<PublicRoot, NoPublicRoot> {
    let kept = match kept {
        Ok(Some(kept)) => {
            let files = kept.files.with_roots_of(seen);
            match verified(files.copy(), &files, &place.pinned, now).await {
                Ok(bytes) => {
                    let origin = Origin::Unanswered(kept.since, source);
                    return Ok(PublicRoot { bytes, origin, unkept: None });
                }
                Err(error) => no_public_root::Kept::Unusable(kept.since, error),
            }
        }
        Ok(None) => no_public_root::Kept::Nothing,
        Err(error) => no_public_root::Kept::Unreadable(place.file().unwrap_or_default(), error),
    };
    Err(NoPublicRoot::Undelivered { mirror: place.mirror.clone(), source, kept })
}

/// The root of trust that somebody gives, verified from the pinned root, and not older than the files that were
/// verified before. They are replaced as it goes.
async fn verified(
    source: impl Repository + 'static,
    files: &Files,
    pinned: &[u8],
    now: Timestamp,
) -> Result<Vec<u8>, Error> {
    let mut limits = UpdaterConfig::default();
    limits.target_max_length = LARGEST;
    let mut updater = Updater::new(source, pinned)?.with_config(limits).with_store(files.clone());
    updater.refresh(now).await?;
    updater.get_target(TRUSTED_ROOT, now).await
}

/// The file that has not come, if that is what is wrong.
fn undelivered(error: Error) -> Result<Box<Undelivered>, Error> {
    if !error.source().is_some_and(<dyn std::error::Error>::is::<Undelivered>) {
        return Err(error);
    }
    match error {
        Error::Transport { message, source: Some(source) } => {
            source.downcast().map_err(|source| Error::Transport { message, source: Some(source) })
        }
        other => Err(other),
    }
}
