//! An image of this machine's container engine: what the engine says of it. Only its answer makes one.

use std::fmt;

use serde_json::Value;

use super::platform::Platform;
use crate::config::reference::{Digest, Reference, Repository, Tag};
use crate::local::{ContainerEngine, EngineTrouble};
use crate::names::{ContentName, LOCAL_IMAGE};

/// An image that is on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalImage {
    pub(super) name: ContentName,
    pub(super) repository: Repository,
    /// The name that it was found by; none if it was found by its identity.
    pub(super) found_by: Option<String>,
    pub(super) platform: Option<Platform>,
    /// The digests by which registries know it.
    digests: Vec<Digest>,
    size: Option<u64>,
}

impl LocalImage {
    /// The name under which it is brought to nodes.
    #[must_use]
    pub fn name(&self) -> &ContentName {
        &self.name
    }

    /// The name that it was found by; none if it was found by its identity.
    #[must_use]
    pub fn found_by(&self) -> Option<&str> {
        self.found_by.as_deref()
    }

    /// The name that it was found by, as nodes know it: with its registry, and without folders left out.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let (_, tag) = self.found_by.as_deref()?.rsplit_once(':')?;
        Some(format!("{}/{}:{tag}", self.repository.registry(), self.repository.path()))
    }

    /// How large it is, as the engine says, in bytes.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// Whether a registry has given it under this digest.
    #[must_use]
    pub fn is(&self, digest: &Digest) -> bool {
        self.digests.contains(digest) || self.name.identity() == digest.as_str()
    }
}

impl fmt::Display for LocalImage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found_by {
            Some(name) => write!(formatter, "{name} ({})", self.name.short()),
            None => write!(formatter, "{} ({})", self.name.repository(), self.name.short()),
        }
    }
}

/// The reference that is meant where a configuration names no image.
///
/// # Errors
/// Never: it is a constant, and a test reads it.
pub fn unnamed() -> Result<Reference, crate::config::Malformed> {
    Reference::parse(LOCAL_IMAGE)
}

/// The image of this name that the engine has, if it has one. A reference by digest is always asked of a registry.
///
/// # Errors
/// When the engine cannot be asked.
pub async fn find_local(engine: ContainerEngine, reference: &Reference) -> Result<Option<LocalImage>, EngineTrouble> {
    if reference.digest.is_some() {
        return Ok(None);
    }
    // With its tag, so that it is never taken for the beginning of an identity.
    let written = match &reference.tag {
        Some(tag) => format!("{}:{tag}", reference.repository),
        None => format!("{}:{}", reference.repository, Tag::latest()),
    };
    let said = engine.image(&written).await?;
    said.map(|said| read(&said, &reference.repository, Some(written.clone())).ok_or_else(|| strange(&written, &said)))
        .transpose()
}

/// The image that a content name means, if the engine has it.
///
/// # Errors
/// When the engine cannot be asked.
pub async fn find_content(engine: ContainerEngine, name: &ContentName) -> Result<Option<LocalImage>, EngineTrouble> {
    let identity = name.identity();
    let Some(said) = engine.image(engine.by_identity(&identity)).await? else { return Ok(None) };
    let repository = Repository::parse(&name.repository()).ok();
    let image = repository.and_then(|repository| read(&said, &repository, None)).filter(|image| image.name == *name);
    image.map(Some).ok_or_else(|| strange(&identity, &said))
}

fn strange(asked: &str, said: &Value) -> EngineTrouble {
    let said = said.to_string().chars().take(200).collect();
    EngineTrouble::Strange { command: format!("docker image inspect {asked}"), said }
}

fn read(said: &Value, repository: &Repository, found_by: Option<String>) -> Option<LocalImage> {
    let text = |key: &str| said.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = ContentName::new(repository.path(), text("Id"))?;
    let variant = Some(text("Variant")).filter(|variant| !variant.is_empty());
    let digests = said.get("RepoDigests").and_then(Value::as_array).into_iter().flatten();
    let digests = digests.filter_map(Value::as_str).filter_map(|one| Digest::parse(one.rsplit_once('@')?.1).ok());
    Some(LocalImage {
        name,
        repository: repository.clone(),
        found_by,
        platform: Platform::new(text("Os"), text("Architecture"), variant),
        digests: digests.collect(),
        size: said.get("Size").and_then(Value::as_u64),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Digest, Repository, read, unnamed};

    const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn an_image_is_what_the_engine_says_of_it() {
        let digest = format!("sha256:{}", DIGITS.replace('0', "f"));
        // As Docker writes identities, and as Podman does.
        for id in [format!("sha256:{DIGITS}"), DIGITS.to_owned()] {
            let said = json!({"Id": id, "Os": "linux", "Architecture": "arm64", "Variant": "v8", "Size": 12,
                "RepoTags": ["sindri:latest"], "RepoDigests": [format!("localhost:5001/sindri@{digest}")]});
            let image = read(&said, &Repository::parse("sindri").unwrap(), Some("sindri:latest".to_owned())).unwrap();
            assert_eq!(image.name().to_string(), format!("localhost/sindri:{DIGITS}"));
            assert_eq!(image.platform.as_ref().map(ToString::to_string).as_deref(), Some("linux/arm64/v8"));
            assert!(image.is(&Digest::parse(&digest).unwrap()));
            assert!(!image.is(&Digest::of(b"another")));
            assert_eq!(image.to_string(), "sindri:latest (0123456789ab)");
            assert_eq!(image.full_name().as_deref(), Some("docker.io/library/sindri:latest"));
        }
    }

    #[test]
    fn an_answer_without_an_identity_makes_no_image() {
        let repository = Repository::parse("sindri").unwrap();
        assert_eq!(read(&json!({"Id": "sha256:12"}), &repository, None), None);
        assert_eq!(read(&json!({}), &repository, None), None);
    }

    #[test]
    fn the_image_that_is_meant_without_a_name_has_one() {
        assert_eq!(unnamed().unwrap().to_string(), "sindri:latest");
    }
}
