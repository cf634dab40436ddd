//! The image that is deployed: always one that can never mean another. The only place where one is made.

use std::fmt;

use super::local::LocalImage;
use super::platform::Platforms;
use super::resolve::Resolved;
use super::trust::{Signed, Verdict};
use super::wanted::{Wanted, Which};
use super::written::Named;
use crate::config::reference::{Digest, Repository};
use crate::config::spec::{Image, PullPolicy, Spec, Verification};
use crate::names::{ContentName, LOCAL_IMAGE};

/// An image that can never mean another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    exactly: Exactly,
    /// The repository and the tag that it was found by.
    found_by: Option<String>,
    platforms: Platforms,
    signed: Signed,
}

/// What makes it impossible to mean another one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exactly {
    /// A registry has it, under this digest.
    Digest(Repository, Digest),
    /// It is in no registry. Nodes have it, or get it, under the name of what is in it.
    Content(ContentName),
}

impl Pinned {
    /// Where the image lives; nothing if it is in no registry.
    #[must_use]
    pub fn repository(&self) -> Option<&Repository> {
        match &self.exactly {
            Exactly::Digest(repository, _) => Some(repository),
            Exactly::Content(_) => None,
        }
    }

    /// By which digest a registry knows it; nothing if it is in none.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        match &self.exactly {
            Exactly::Digest(_, digest) => Some(digest),
            Exactly::Content(_) => None,
        }
    }

    /// The name under which nodes have it, if it is in no registry.
    #[must_use]
    pub fn content(&self) -> Option<&ContentName> {
        match &self.exactly {
            Exactly::Digest(..) => None,
            Exactly::Content(name) => Some(name),
        }
    }

    /// Who vouches for it, where somebody has to.
    #[must_use]
    pub fn signed(&self) -> &Signed {
        &self.signed
    }

    /// What it runs on, as far as a registry was asked.
    #[must_use]
    pub fn platforms(&self) -> &Platforms {
        &self.platforms
    }
}

impl Named for Pinned {
    fn tagged(&self) -> Option<String> {
        self.found_by.clone()
    }

    fn signer(&self) -> Option<String> {
        self.signed.signer()
    }

    fn origin(&self) -> Option<String> {
        self.signed.origin()
    }
}

impl fmt::Display for Pinned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.exactly {
            Exactly::Digest(repository, digest) => write!(formatter, "{repository}@{digest}"),
            Exactly::Content(name) => name.fmt(formatter),
        }
    }
}

/// Why an image is not deployed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unpinned {
    /// It is in no registry.
    #[error("no image is named, and {written}, which is meant then, is this machine's own: it is in no registry")]
    Local {
        /// What is meant.
        written: &'static str,
    },
    /// Somebody has to vouch for it, and it was built here.
    #[error(
        "the image {written} has to be verified, and it is this machine's own: nobody vouches for it, and it is refused"
    )]
    Unvouched {
        /// What was written.
        written: String,
    },
    /// Nodes are told to ask a registry that does not have it.
    #[error("the image {written} is this machine's own, and `pull_policy: Always` wants it from a registry each time")]
    AlwaysPulled {
        /// What was written.
        written: String,
    },
    /// What was written can mean another image tomorrow, and no registry was asked.
    #[error("the image {written} is not a digest: what it means can change")]
    NotADigest {
        /// What was written.
        written: String,
    },
    /// Somebody has to vouch for it, and nobody was asked whether somebody does.
    #[error("the image {written} has to be verified, and it was not: it is refused")]
    Unverified {
        /// What was written.
        written: String,
    },
}

/// What a registry has to be asked for, unless it is certain already that the image is not deployed.
///
/// # Errors
/// When it is in no registry.
pub fn wanted(spec: &Spec) -> Result<Wanted, Unpinned> {
    Wanted::of(&spec.image)
}

/// Who has to vouch for the image, if somebody has to.
#[must_use]
pub fn verification(spec: &Spec) -> Option<&Verification> {
    match &spec.image {
        Image::Chosen { verification, .. } => {
            Some(verification).filter(|verification| verification.signature || verification.provenance)
        }
        Image::Local | Image::Reference(_) => None,
    }
}

/// The image that the configuration means, if it is certain without asking anybody.
///
/// # Errors
/// When it is not a digest, or when somebody has to vouch for it first.
pub fn pin(spec: &Spec) -> Result<Pinned, Unpinned> {
    let wanted = wanted(spec)?;
    if verification(spec).is_some() {
        return Err(Unpinned::Unverified { written: wanted.to_string() });
    }
    match wanted.which {
        Which::Digest(digest) => Ok(Pinned {
            exactly: Exactly::Digest(wanted.repository, digest),
            found_by: None,
            platforms: Platforms::unknown(),
            signed: Signed::default(),
        }),
        Which::Tag(_) | Which::Version { .. } => Err(Unpinned::NotADigest { written: wanted.to_string() }),
    }
}

/// The image that the configuration means, now that a registry has said which it is, and somebody has vouched for it.
///
/// # Errors
/// When somebody has to vouch for it, and the verdict is missing, is about another image, or does not say all that is asked.
pub fn pin_resolved(spec: &Spec, resolved: Resolved, verdict: Option<Verdict>) -> Result<Pinned, Unpinned> {
    let Resolved { repository, tag, digest, platforms, .. } = resolved;
    let signed = verdict.filter(|verdict| *verdict.digest() == digest).map(|verdict| verdict.signed().clone());
    let signed = signed.unwrap_or_default();
    let is_missing = verification(spec).is_some_and(|asked| {
        (asked.signature && signed.signature.is_none()) || (asked.provenance && signed.provenance.is_none())
    });
    if is_missing {
        return Err(Unpinned::Unverified { written: wanted(spec)?.to_string() });
    }
    let found_by = tag.map(|tag| format!("{repository}:{tag}"));
    Ok(Pinned { exactly: Exactly::Digest(repository, digest), found_by, platforms, signed })
}

/// Whether an image of this machine may be deployed for the configuration at all.
///
/// # Errors
/// When somebody has to vouch for it, or when nodes are to ask a registry for it each time.
pub fn may_be_local(spec: &Spec) -> Result<(), Unpinned> {
    let written = || Wanted::of(&spec.image).map_or_else(|_| LOCAL_IMAGE.to_owned(), |wanted| wanted.to_string());
    if verification(spec).is_some() {
        return Err(Unpinned::Unvouched { written: written() });
    }
    if spec.pull_policy == PullPolicy::Always {
        return Err(Unpinned::AlwaysPulled { written: written() });
    }
    Ok(())
}

/// The image that the engine of this machine has.
///
/// # Errors
/// When no image of this machine may be deployed.
pub fn pin_local(spec: &Spec, image: &LocalImage) -> Result<Pinned, Unpinned> {
    may_be_local(spec)?;
    let platforms = Platforms::new([image.platform.clone()], false);
    let (exactly, found_by) = (Exactly::Content(image.name.clone()), image.found_by.clone());
    Ok(Pinned { exactly, found_by, platforms, signed: Signed::default() })
}

/// An image of this machine that a registry beside the cluster has now. Nodes know the registry by a name of their own.
///
/// # Errors
/// When no image of this machine may be deployed.
pub fn pin_pushed(
    spec: &Spec,
    own: &Pinned,
    resolved: Resolved,
    seen_by_nodes: Repository,
) -> Result<Pinned, Unpinned> {
    may_be_local(spec)?;
    let Resolved { digest, platforms, .. } = resolved;
    let (exactly, found_by) = (Exactly::Digest(seen_by_nodes, digest), own.found_by.clone());
    Ok(Pinned { exactly, found_by, platforms, signed: Signed::default() })
}

/// An image of this machine that was deployed once. Whether nodes have it, or the engine still does, has to be seen before it
/// is deployed again.
///
/// # Errors
/// When no image of this machine may be deployed.
pub fn pin_recalled(spec: &Spec, name: ContentName) -> Result<Pinned, Unpinned> {
    may_be_local(spec)?;
    let (exactly, platforms) = (Exactly::Content(name), Platforms::unknown());
    Ok(Pinned { exactly, found_by: None, platforms, signed: Signed::default() })
}

#[cfg(test)]
mod tests {
    use super::{Pinned, Unpinned, pin_recalled};
    use crate::config;
    use crate::names::ContentName;

    const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn recalled(image: &str) -> Result<Pinned, Unpinned> {
        let text = format!("version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n{image}");
        let spec = config::load(text.as_bytes()).unwrap();
        pin_recalled(&spec, ContentName::new("sindri", DIGITS).unwrap())
    }

    #[test]
    fn an_image_of_this_machine_is_called_by_what_is_in_it() {
        let image = recalled("").unwrap();
        assert_eq!(image.to_string(), format!("localhost/sindri:{DIGITS}"));
        assert!(image.repository().is_none() && image.content().is_some());
    }

    #[test]
    fn what_somebody_has_to_vouch_for_is_never_this_machines_own() {
        let vouched = "  image_config: {registry: ghcr.io/a/b, tag: x, verify_signature: true}\n";
        let refused = recalled(vouched).unwrap_err();
        assert!(matches!(refused, Unpinned::Unvouched { .. }), "{refused}");
        assert!(refused.to_string().starts_with("the image ghcr.io/a/b:x has to be verified"), "{refused}");
    }

    #[test]
    fn what_nodes_always_pull_is_never_this_machines_own() {
        let always = "  image_config: {registry: ghcr.io/a/b, tag: x, pull_policy: Always}\n";
        assert!(matches!(recalled(always), Err(Unpinned::AlwaysPulled { .. })));
    }
}
