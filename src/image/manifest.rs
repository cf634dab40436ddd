//! What a registry keeps of an image: an index, a manifest, a configuration. Pure.
//!
//! Whatever could be read as two different things is refused: what was checked must be what runs.

use serde::Deserialize;

use super::platform::{Platform, Platforms};
use crate::config::reference::Digest;

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";

/// What is asked for.
pub(super) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                                 application/vnd.docker.distribution.manifest.list.v2+json, \
                                 application/vnd.docker.distribution.manifest.v2+json";

/// Why something is not an image that can be understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnImage {
    /// It is not what it says it is.
    #[error("it is no manifest: {0}")]
    Malformed(String),
    /// It is something else that registries keep.
    #[error("it is no image, but `{0}`")]
    Foreign(String),
    /// It is of the first version of the format, in which a digest proves nothing.
    #[error("its manifest is of version 1, which nobody should run any more")]
    TooOld,
    /// It can be read as an index and as a manifest.
    #[error("its manifest is ambiguous: {0}")]
    Ambiguous(&'static str),
}

/// What is behind a tag or a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Manifest {
    /// Images for several platforms.
    Index(Vec<Entry>),
    /// An image for one platform.
    Image(Image),
}

/// One image of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) digest: Digest,
    /// What it says it runs on; nothing if it does not say.
    pub(super) platform: Option<Platform>,
}

/// An image for one platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// Where its configuration is kept.
    pub(super) configuration: Digest,
    /// What a node has to fetch: the configuration and all layers.
    pub(super) size: u64,
}

/// What an image says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Configuration {
    pub(super) platform: Option<Platform>,
    pub(super) created: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    schema_version: u64,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
    #[serde(rename = "fsLayers")]
    old_layers: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: Option<String>,
    digest: String,
    size: u64,
    platform: Option<WrittenPlatform>,
}

#[derive(Deserialize)]
struct WrittenPlatform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

#[derive(Deserialize)]
struct WrittenConfiguration {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
    created: Option<String>,
}

impl Manifest {
    /// Reads the answer of a registry, which says what it is in a header, and again in the text itself.
    pub(super) fn parse(bytes: &[u8], content_type: Option<&str>) -> Result<Self, NotAnImage> {
        let written: Written =
            serde_json::from_slice(bytes).map_err(|error| NotAnImage::Malformed(error.to_string()))?;
        if written.schema_version == 1 || written.old_layers.is_some() {
            return Err(NotAnImage::TooOld);
        }
        let said = content_type.and_then(|kind| kind.split(';').next()).map(str::trim).filter(|kind| is_known(kind));
        let kind = match (written.media_type.as_deref(), said) {
            (Some(own), Some(said)) if own != said => {
                return Err(NotAnImage::Ambiguous("the registry calls it something else than it calls itself"));
            }
            (own, said) => own.or(said),
        };
        if let Some(other) = kind.filter(|kind| !is_known(kind)) {
            return Err(NotAnImage::Foreign(word(other)));
        }
        let is_index = kind.map(|kind| matches!(kind, OCI_INDEX | DOCKER_INDEX));
        match (written.manifests, written.config, written.layers, is_index) {
            (Some(entries), None, None, Some(true) | None) => index(entries),
            (None, Some(config), Some(layers), Some(false) | None) => {
                image(&config, &layers, written.artifact_type.as_deref())
            }
            (Some(_), Some(_), _, _) | (Some(_), _, Some(_), _) => {
                Err(NotAnImage::Ambiguous("it has both `manifests` and layers"))
            }
            _ => Err(NotAnImage::Malformed("it has neither `manifests` nor `config` and `layers`".to_owned())),
        }
    }

    /// What is known of the platforms without asking further.
    pub(super) fn platforms(&self) -> Platforms {
        match self {
            Self::Index(entries) => Platforms::new(entries.iter().map(|entry| entry.platform.clone()), true),
            Self::Image(_) => Platforms::unknown(),
        }
    }
}

impl Configuration {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, NotAnImage> {
        let written: WrittenConfiguration =
            serde_json::from_slice(bytes).map_err(|error| NotAnImage::Malformed(error.to_string()))?;
        let platform = written.os.zip(written.architecture);
        let created = written.created.and_then(|time| time.parse::<jiff::Timestamp>().ok());
        Ok(Self {
            platform: platform
                .and_then(|(os, architecture)| Platform::new(&os, &architecture, written.variant.as_deref())),
            created: created.map(|time| time.to_string()),
        })
    }
}

fn is_known(kind: &str) -> bool {
    matches!(kind, OCI_INDEX | OCI_MANIFEST | DOCKER_INDEX | DOCKER_MANIFEST)
}

fn index(entries: Vec<Descriptor>) -> Result<Manifest, NotAnImage> {
    let mut images = Vec::new();
    for entry in entries {
        let platform = match &entry.platform {
            // Signatures, attestations and the like: nothing that runs.
            Some(platform) if platform.os == "unknown" || platform.architecture == "unknown" => continue,
            Some(platform) => {
                let read = Platform::new(&platform.os, &platform.architecture, platform.variant.as_deref());
                Some(read.ok_or_else(|| NotAnImage::Malformed("a platform has a name that none can have".to_owned()))?)
            }
            None => None,
        };
        images.push(Entry { digest: digest(&entry.digest)?, platform });
    }
    Ok(Manifest::Index(images))
}

fn image(config: &Descriptor, layers: &[Descriptor], artifact: Option<&str>) -> Result<Manifest, NotAnImage> {
    let kind = config.media_type.as_deref().unwrap_or(OCI_CONFIG);
    if !matches!(kind, OCI_CONFIG | DOCKER_CONFIG) {
        return Err(NotAnImage::Foreign(word(artifact.unwrap_or(kind))));
    }
    let size = layers.iter().fold(config.size, |size, layer| size.saturating_add(layer.size));
    Ok(Manifest::Image(Image { configuration: digest(&config.digest)?, size }))
}

fn digest(text: &str) -> Result<Digest, NotAnImage> {
    Digest::parse(text).map_err(|error| NotAnImage::Malformed(word(&error.to_string())))
}

/// What a registry wrote, fit to be shown.
fn word(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{Configuration, DOCKER_INDEX, DOCKER_MANIFEST, Manifest, NotAnImage, OCI_INDEX, OCI_MANIFEST};

    fn digest(digit: char) -> String {
        format!("sha256:{}", digit.to_string().repeat(64))
    }

    fn an_image() -> Value {
        json!({
            "schemaVersion": 2, "mediaType": OCI_MANIFEST,
            "config": {"mediaType": super::OCI_CONFIG, "digest": digest('a'), "size": 10},
            "layers": [{"mediaType": "any", "digest": digest('b'), "size": 90}],
        })
    }

    fn an_index() -> Value {
        json!({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
            {"mediaType": OCI_MANIFEST, "digest": digest('c'), "size": 1, "platform": {"os": "linux", "architecture": "amd64"}},
            {"mediaType": OCI_MANIFEST, "digest": digest('d'), "size": 1, "platform": {"os": "unknown", "architecture": "unknown"}},
        ]})
    }

    fn parse(value: &Value, content_type: Option<&str>) -> Result<Manifest, NotAnImage> {
        Manifest::parse(value.to_string().as_bytes(), content_type)
    }

    fn with(mut value: Value, key: &str, inner: Value) -> Value {
        value[key] = inner;
        value
    }

    #[test]
    fn an_image_and_an_index_are_told_apart() {
        let Ok(Manifest::Image(image)) = parse(&an_image(), Some(OCI_MANIFEST)) else { panic!("no image") };
        assert_eq!((image.size, image.configuration.as_str()), (100, digest('a').as_str()));
        let index = parse(&an_index(), Some("application/vnd.oci.image.index.v1+json; charset=utf-8")).unwrap();
        assert_eq!(index.platforms().to_string(), "linux/amd64", "what is for no platform does not count");
        for kind in [DOCKER_MANIFEST, OCI_MANIFEST] {
            assert!(parse(&with(an_image(), "mediaType", json!(kind)), None).is_ok());
        }
        assert!(parse(&with(an_index(), "mediaType", json!(DOCKER_INDEX)), Some("text/plain")).is_ok());
        let mut silent = an_index();
        silent.as_object_mut().unwrap().remove("mediaType");
        assert!(parse(&silent, None).is_ok() && parse(&silent, Some(OCI_MANIFEST)).is_err());
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let both = with(an_image(), "manifests", json!([]));
        assert!(matches!(parse(&both, None), Err(NotAnImage::Ambiguous(_))), "{both}");
        assert!(matches!(parse(&an_image(), Some(OCI_INDEX)), Err(NotAnImage::Ambiguous(_))));
        assert!(parse(&with(an_image(), "mediaType", json!(OCI_INDEX)), None).is_err());
        let twice = an_image().to_string().replacen('{', "{\"config\": {}, ", 1);
        assert!(matches!(Manifest::parse(twice.as_bytes(), None), Err(NotAnImage::Malformed(_))));
    }

    #[test]
    fn what_is_no_image_says_what_it_is() {
        let chart = json!({"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": digest('a'), "size": 1});
        for (value, message) in [
            (with(an_image(), "config", chart), "it is no image, but `application/vnd.cncf.helm.config.v1+json`"),
            (with(an_image(), "mediaType", json!("text/html")), "it is no image, but `text/html`"),
            (
                with(an_image(), "schemaVersion", json!(1)),
                "its manifest is of version 1, which nobody should run any more",
            ),
            (json!({"schemaVersion": 2}), "it is no manifest: it has neither `manifests` nor `config` and `layers`"),
        ] {
            assert_eq!(parse(&value, None).unwrap_err().to_string(), message);
        }
        for text in ["", "[]", "null", "{\"schemaVersion\": 2, \"config\": 7}", "{\"schemaVersion\": -1}"] {
            assert!(matches!(Manifest::parse(text.as_bytes(), None), Err(NotAnImage::Malformed(_))), "{text}");
        }
        let negative = json!({"mediaType": super::OCI_CONFIG, "digest": digest('a'), "size": -1});
        assert!(parse(&with(an_image(), "config", negative), None).is_err());
    }

    #[test]
    fn a_configuration_says_platform_and_time() {
        let read = |text: &str| Configuration::parse(text.as_bytes()).unwrap();
        let full =
            read(r#"{"os": "linux", "architecture": "arm64", "variant": "v8", "created": "2026-01-02T03:04:05.6Z"}"#);
        assert_eq!(full.platform.unwrap().to_string(), "linux/arm64/v8");
        assert_eq!(full.created.as_deref(), Some("2026-01-02T03:04:05.6Z"));
        let empty = read(r#"{"created": "yesterday"}"#);
        assert_eq!((empty.platform, empty.created), (None, None));
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_reason_to_fail_otherwise(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Manifest::parse(&bytes, None).is_err());
        }
    }
}
