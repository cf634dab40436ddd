//! From what is wanted to a digest: the questions that this takes, and no others.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::manifest::{Configuration, Entry, Image, Manifest, NotAnImage};
use super::platform::{Platform, Platforms};
use super::registry::{Document, Registry, Trouble};
use super::unresolved::{Unresolved, is_absent};
use super::version::{highest, near_range, near_tag};
use super::wanted::{Wanted, Which};
use crate::config::reference::{Digest, Repository, Tag};

/// How many images of an index are looked at at the same time.
const AT_ONCE: usize = 8;

/// An image that a registry has. Only a registry's answer makes one.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub(super) repository: Repository,
    pub(super) tag: Option<Tag>,
    pub(super) digest: Digest,
    pub(super) platforms: Platforms,
    inside: Inside,
}

#[derive(Clone, Debug)]
enum Inside {
    Index(Vec<Entry>),
    Image(Inspected),
}

/// An image for one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspected {
    /// What it runs on; nothing if it does not say.
    pub platform: Option<Platform>,
    /// Its digest.
    pub digest: Digest,
    /// What a node has to fetch, in bytes.
    pub size: u64,
    /// When it was made, as it says itself.
    pub created: Option<String>,
}

impl Resolved {
    /// Where it lives.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// The tag that it was found by.
    #[must_use]
    pub fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    /// What it is.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What it runs on.
    #[must_use]
    pub fn platforms(&self) -> &Platforms {
        &self.platforms
    }
}

/// Which image is meant, now.
///
/// # Errors
/// When there is none, or when the registry does not say.
pub async fn resolve(registry: &Registry, wanted: &Wanted) -> Result<Resolved, Unresolved> {
    let repository = &wanted.repository;
    let (tag, document) = match &wanted.which {
        Which::Digest(digest) => (None, registry.digested(digest).await?),
        Which::Tag(tag) => match registry.tagged(tag).await {
            Ok(document) => (Some(tag.clone()), document),
            Err(trouble) if is_absent(&trouble) => return Err(no_tag(registry, repository, tag, trouble).await),
            Err(trouble) => return Err(trouble.into()),
        },
        Which::Version { range, allow_prerelease } => {
            let tags = listed(registry, repository).await?;
            let Some(tag) = highest(range, *allow_prerelease, &tags) else {
                return Err(Unresolved::NoVersion {
                    repository: repository.clone(),
                    range: range.clone(),
                    near: near_range(range, &tags),
                    prerelease: highest(range, true, &tags),
                });
            };
            let document = registry.tagged(&tag).await?;
            (Some(tag), document)
        }
    };
    let what = || wanted.to_string();
    let manifest = read(&document).map_err(|source| Unresolved::NotAnImage { what: what(), source })?;
    let digest = document.digest;
    let (platforms, inside) = match manifest {
        Manifest::Index(ref entries) if entries.is_empty() => {
            let source = NotAnImage::Malformed("it is an index of no images".to_owned());
            return Err(Unresolved::NotAnImage { what: what(), source });
        }
        Manifest::Index(ref entries) => (manifest.platforms(), Inside::Index(entries.clone())),
        Manifest::Image(image) => {
            let image = inspected(registry, &digest, &image).await?;
            (Platforms::new([image.platform.clone()], false), Inside::Image(image))
        }
    };
    Ok(Resolved { repository: repository.clone(), tag, digest, platforms, inside })
}

/// Each image of what was resolved, with its size and its age.
///
/// # Errors
/// When the registry does not give one of them.
pub async fn inspect(registry: &Registry, resolved: &Resolved) -> Result<Vec<Inspected>, Unresolved> {
    match &resolved.inside {
        Inside::Image(image) => Ok(vec![image.clone()]),
        Inside::Index(entries) => {
            stream::iter(entries).map(|entry| entry_of(registry, entry)).buffered(AT_ONCE).try_collect().await
        }
    }
}

async fn entry_of(registry: &Registry, entry: &Entry) -> Result<Inspected, Unresolved> {
    let document = registry.digested(&entry.digest).await?;
    let what = || format!("{}@{}", registry.repository(), entry.digest);
    match read(&document).map_err(|source| Unresolved::NotAnImage { what: what(), source })? {
        Manifest::Image(image) => {
            let inspected = inspected(registry, &entry.digest, &image).await?;
            // What the index says is what a node goes by.
            Ok(Inspected { platform: entry.platform.clone().or(inspected.platform), ..inspected })
        }
        Manifest::Index(_) => {
            let source = NotAnImage::Malformed("it is an index inside an index".to_owned());
            Err(Unresolved::NotAnImage { what: what(), source })
        }
    }
}

fn read(document: &Document) -> Result<Manifest, NotAnImage> {
    Manifest::parse(&document.bytes, document.content_type.as_deref())
}

async fn inspected(registry: &Registry, digest: &Digest, image: &Image) -> Result<Inspected, Unresolved> {
    let bytes = registry.configuration(&image.configuration).await?;
    let configuration = Configuration::parse(&bytes)
        .map_err(|source| Unresolved::NotAnImage { what: format!("{}@{digest}", registry.repository()), source })?;
    let Configuration { platform, created } = configuration;
    Ok(Inspected { platform, digest: digest.clone(), size: image.size, created })
}

async fn listed(registry: &Registry, repository: &Repository) -> Result<Vec<Tag>, Unresolved> {
    registry
        .tags()
        .await
        .map_err(|trouble| if is_absent(&trouble) { no_repository(registry, repository) } else { trouble.into() })
}

fn no_repository(registry: &Registry, repository: &Repository) -> Unresolved {
    Unresolved::NoRepository { repository: repository.clone(), has_login: registry.has_login() }
}

/// A tag is not there: which are, if the registry says so.
async fn no_tag(registry: &Registry, repository: &Repository, tag: &Tag, trouble: Trouble) -> Unresolved {
    match registry.tags().await {
        Ok(tags) => Unresolved::NoTag { repository: repository.clone(), tag: tag.clone(), near: near_tag(tag, &tags) },
        Err(other) if is_absent(&other) => no_repository(registry, repository),
        Err(_) => trouble.into(),
    }
}
