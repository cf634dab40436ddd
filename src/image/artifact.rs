//! What a registry keeps beside an image: manifests of artifacts, and lists of them. Pure.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::trust::Annotations;
use crate::config::reference::Digest;

/// A manifest of something that is no image.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Artifact {
    pub(super) layers: Vec<Layer>,
}

/// A part of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layer {
    pub(super) media_type: String,
    pub(super) digest: Digest,
    pub(super) size: u64,
    pub(super) annotations: Annotations,
}

/// Something that refers to an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Referrer {
    pub(super) digest: Digest,
    pub(super) size: u64,
    /// What the list says it is. The lists that clients write themselves are often wrong about it.
    pub(super) kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: Option<String>,
    artifact_type: Option<String>,
    digest: String,
    size: u64,
    annotations: Option<BTreeMap<String, String>>,
}

impl Artifact {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let written: Written = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let layers = written.layers.ok_or("it is a manifest without layers")?;
        let layers = layers.into_iter().map(|layer| {
            Ok(Layer {
                media_type: layer.media_type.unwrap_or_default(),
                digest: Digest::parse(&layer.digest).map_err(|error| error.to_string())?,
                size: layer.size,
                annotations: layer.annotations.unwrap_or_default(),
            })
        });
        Ok(Self { layers: layers.collect::<Result<_, String>>()? })
    }
}

impl Referrer {
    /// Reads a list of them. What has another kind of digest cannot be asked for, and is left out.
    pub(super) fn parse_list(bytes: &[u8]) -> Result<Vec<Self>, String> {
        let written: Written = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let manifests = written.manifests.ok_or("it is no list of manifests")?;
        let read = manifests.into_iter().filter_map(|entry| {
            Some(Self { digest: Digest::parse(&entry.digest).ok()?, size: entry.size, kind: entry.artifact_type })
        });
        Ok(read.collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Artifact, Referrer};

    #[test]
    fn a_list_that_holds_something_strange_is_read_as_far_as_it_can_be_asked_for() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let list = json!({"manifests": [
            {"digest": digest, "size": 1, "artifactType": "x"}, {"digest": "sha512:ab", "size": 1},
        ]});
        let read = Referrer::parse_list(list.to_string().as_bytes()).unwrap();
        assert_eq!(read.len(), 1);
        for text in ["", "[]", "{}", "{\"manifests\": 7}", "{\"manifests\": [{}]}"] {
            assert!(Referrer::parse_list(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_manifest_without_layers_or_with_strange_ones_is_none() {
        for text in ["", "{}", "{\"layers\": 1}", "{\"layers\": [{\"digest\": \"sha256:ab\", \"size\": 1}]}"] {
            assert!(Artifact::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
