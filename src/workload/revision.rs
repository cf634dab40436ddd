//! An environment as it was: the Deployment of an earlier revision, with an image that was pinned anew.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::labels::{Owner, pairs};
use super::needs::Needs;
use super::object::{Object, Rendered};
use crate::config::name::{EnvironmentName, Namespace};
use crate::image::{Named as _, Pinned};
use crate::names::{self, Kind, ObjectId};

/// Why a revision cannot be deployed again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    /// Others have put containers into it, and nobody has looked at their images.
    #[error("it runs containers that sindri did not make: {0}")]
    Containers(String),
}

/// The Deployment alone: what else an environment has is not kept by revision, and stays as it is.
///
/// # Errors
/// When the template is not one that Sindri made: then it could run an image that nobody has pinned.
pub fn as_it_was(
    (name, namespace): (&EnvironmentName, &Namespace),
    image: Pinned,
    template: &Value,
    notes: &BTreeMap<String, String>,
) -> Result<Rendered<Pinned>, NotOurs> {
    let owner = Owner { name, namespace: Some(namespace) };
    let mut template = template.clone();
    take_image(&mut template, &image)?;
    let mut annotations = pairs(&[(names::IMAGE, &image.to_string())]);
    let kept = [names::CONFIG_HASH, names::IMAGE_TAG, names::PROFILE];
    annotations.extend(kept.iter().filter_map(|key| Some(((*key).to_owned(), notes.get(*key)?.clone()))));
    let found = [(names::IMAGE_SIGNER, image.signer()), (names::IMAGE_SOURCE, image.origin())];
    annotations.extend(found.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    let id = ObjectId::new(Kind::Deployment, namespace.as_str(), name.as_str());
    let body = json!({
        "apiVersion": id.kind.api_version(),
        "kind": id.kind.as_written(),
        "metadata": {
            "name": id.name,
            "namespace": id.namespace,
            "labels": owner.labels(),
            "annotations": annotations,
        },
        "spec": {
            "selector": {"matchLabels": owner.selecting()},
            "strategy": {"type": "Recreate"},
            "template": template,
        },
    });
    let (metadata, spec) = (template.get("metadata"), template.get("spec"));
    let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec});
    if let Some(metadata) = pod.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert("generateName".to_owned(), json!(format!("{name}-")));
        metadata.insert("namespace".to_owned(), json!(namespace.as_str()));
    }
    Ok(Rendered {
        name: name.to_string(),
        objects: vec![Object { id, body }],
        needs: Needs::of_template(&template),
        possible: Vec::new(),
        image,
        pod,
    })
}

/// The only image that is in it is the one that was pinned.
fn take_image(template: &mut Value, image: &Pinned) -> Result<(), NotOurs> {
    let mut others = Vec::new();
    for list in ["initContainers", "containers"] {
        let containers = template.pointer_mut(&format!("/spec/{list}")).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let name = container.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            match container.as_object_mut() {
                Some(container) if list == "containers" && name == names::CONTAINER => {
                    container.insert("image".to_owned(), json!(image.to_string()));
                }
                _ => others.push(name),
            }
        }
    }
    if others.is_empty() { Ok(()) } else { Err(NotOurs::Containers(others.join(", "))) }
}
