//! The payload that cosign 2 signs for an image. Pure.

use serde::Deserialize;

use super::reason::Reason;
use crate::config::reference::Digest;

/// What cosign calls its payload, and what the format it took it from does.
const KINDS: [&str; 2] = ["cosign container image signature", "atomic container signature"];

#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Image {
    docker_manifest_digest: String,
}

/// It has to be about this image. The repository that it names is where the image was when it was signed: an image may be
/// copied elsewhere with its signature, and is the same image there.
pub(super) fn is_about(payload: &[u8], digest: &Digest) -> Result<(), Reason> {
    let read: Payload =
        serde_json::from_slice(payload).map_err(|error| Reason::Malformed(format!("its payload: {error}")))?;
    let Critical { image, kind } = read.critical;
    if !KINDS.contains(&kind.as_str()) {
        return Err(Reason::Malformed(format!("its payload is of the type `{kind}`")));
    }
    if image.docker_manifest_digest == digest.as_str() {
        return Ok(());
    }
    Err(Reason::OtherImage { named: Some(image.docker_manifest_digest) })
}
