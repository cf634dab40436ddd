//! Why it is not known which image is meant. Pure.

use semver::VersionReq;

use super::manifest::NotAnImage;
use super::registry::{Problem, Trouble, Unreached};
use crate::config::reference::{Repository, Tag};
use crate::config::suggest::nearest;

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum Unresolved {
    /// The registry does not give what it is asked for.
    #[error(transparent)]
    Asked(#[from] Trouble),
    /// There is no such repository.
    #[error("there is no repository {repository}, or it may not be seen")]
    NoRepository {
        /// The repository.
        repository: Repository,
        /// Whether a login was shown.
        has_login: bool,
    },
    /// There is no such tag.
    #[error("there is no tag {tag} in {repository}{}", listed("near it", near))]
    NoTag {
        /// The repository.
        repository: Repository,
        /// The tag.
        tag: Tag,
        /// Others that may be meant.
        near: Vec<Tag>,
    },
    /// No tag is a version in the range.
    #[error("no tag of {repository} is a version in the range {range}{}", listed("the nearest", near))]
    NoVersion {
        /// The repository.
        repository: Repository,
        /// The range.
        range: VersionReq,
        /// Others that are near.
        near: Vec<Tag>,
        /// A pre-release that would be.
        prerelease: Option<Tag>,
    },
    /// It is something else than an image.
    #[error("{what} cannot be run: {source}")]
    NotAnImage {
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        source: NotAnImage,
    },
}

fn listed(title: &str, tags: &[Tag]) -> String {
    if tags.is_empty() {
        return String::new();
    }
    format!("; {title}: {}", tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(", "))
}

impl Unresolved {
    /// Whether it is the image that is refused, and not the registry that is at fault.
    #[must_use]
    pub fn is_of_the_image(&self) -> bool {
        match self {
            Self::Asked(trouble) => trouble.is_of_the_image(),
            Self::NoRepository { .. } | Self::NoTag { .. } | Self::NoVersion { .. } | Self::NotAnImage { .. } => true,
        }
    }

    /// Whether an image of this machine can be meant: no registry has it, or none can be reached.
    #[must_use]
    pub fn may_be_elsewhere(&self) -> bool {
        match self {
            Self::NoRepository { .. } | Self::NoTag { .. } => true,
            Self::Asked(trouble) => match &trouble.problem {
                Problem::Absent { .. } | Problem::Silent { .. } => true,
                // Somebody else may answer in its place: that is no absence.
                Problem::Unreachable { reason, .. } => *reason != Unreached::NotTls,
                // It says so of whatever it does not have.
                Problem::Unauthorized { .. } | Problem::Forbidden { .. } => trouble.host.ends_with("docker.io"),
                _ => false,
            },
            Self::NoVersion { .. } | Self::NotAnImage { .. } => false,
        }
    }

    /// What to type or to change.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Asked(trouble) => trouble.hint(),
            Self::NoRepository { repository, has_login: false } => {
                format!("is it spelled right? if it is private, log in: `docker login {}`", repository.registry())
            }
            Self::NoRepository { repository, has_login: true } => format!(
                "is it spelled right? if it is private, log in as somebody who may see it: `docker login {}`",
                repository.registry()
            ),
            Self::NoTag { repository, tag, near } => match nearest(tag.as_str(), near.iter().map(Tag::as_str)) {
                Some(meant) => format!("did you mean `{repository}:{meant}`?"),
                None => "change the tag, or push the image".to_owned(),
            },
            Self::NoVersion { prerelease: Some(tag), .. } => {
                format!("`allow_prerelease: true` would take {tag}")
            }
            Self::NoVersion { .. } => "change `deployment.image_config.version`".to_owned(),
            Self::NotAnImage { .. } => "see what it is: `docker buildx imagetools inspect --raw IMAGE`".to_owned(),
        }
    }
}

/// Whether the registry says that it does not have it.
pub(super) fn is_absent(trouble: &Trouble) -> bool {
    matches!(trouble.problem, Problem::Absent { .. })
}
