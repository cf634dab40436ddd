//! Images that somebody has to vouch for: only what was signed is deployed, and who signed it is kept.

use std::env;
use std::process::Command;

use serde_json::{Value, json};
use sindri::config::reference::Digest;

use crate::images::{MANIFEST, Shelf, running};
use crate::support::{Desk, Namespace, Outcome, dev, run, shell_image};

/// Somebody with a key.
pub(crate) struct Signer {
    pub(crate) desk: Desk,
    cosign: String,
}

impl Signer {
    pub(crate) fn new(desk: Desk) -> Outcome<Self> {
        let cosign = env::var("SINDRI_TEST_COSIGN3")
            .map_err(|error| format!("SINDRI_TEST_COSIGN3: {error}; the test needs a bed"))?;
        let signer = Self { desk, cosign };
        signer.cosign(&["generate-key-pair", "--output-key-prefix", "ours"])?;
        Ok(signer)
    }

    pub(crate) fn cosign(&self, arguments: &[&str]) -> Outcome<String> {
        let folder = self.desk.path("");
        let mut cosign = Command::new(&self.cosign);
        cosign.args(arguments).current_dir(&folder).env("COSIGN_PASSWORD", "").env("HOME", &folder);
        Ok(run(cosign, "")?)
    }

    pub(crate) fn sign(&self, image: &str) -> Outcome {
        let signing = env::var("SINDRI_TEST_SIGNING").map_err(|error| format!("SINDRI_TEST_SIGNING: {error}"))?;
        let configuration = format!("{signing}/signing_config_none.json");
        self.cosign(&["sign", "-y", "--key", "ours.key", "--signing-config", &configuration, image])?;
        Ok(())
    }
}

pub(crate) fn configuration(namespace: &Namespace, repository: &str, tag: &str) -> String {
    let chosen = format!(
        "image_config: {{registry: \"{repository}\", tag: \"{tag}\", verify_signature: true, trust: {{key: ours.pub}}}}"
    );
    dev(namespace, "", "").replace(&format!("image: {}", shell_image()), &chosen)
}

pub(crate) fn annotation(namespace: &Namespace, name: &str) -> Outcome<String> {
    Ok(namespace.field("deployment/dev", &format!(".metadata.annotations.sindri\\.dev/{name}"))?)
}

#[test]
fn only_what_was_signed_is_deployed_and_who_signed_it_is_kept() -> Outcome {
    let (shelf, namespace) = (Shelf::new()?, Namespace::new("restricted")?);
    let (repository, tag) = (&shelf.repository, Shelf::tag());
    let first = shelf.push(&tag, MANIFEST, &shelf.manifest("signed")?)?;
    let signer = Signer::new(Desk::new(&configuration(&namespace, repository, &tag))?)?;
    let desk = &signer.desk;

    let refused = format!("the image {repository}@{first} is refused: it has no signature");
    for command in [["plan"].as_slice(), &["deploy", "--yes"], &["render", "--pin"], &["image", "verify"]] {
        desk.sindri(command)?.ends(4).says(&refused).says("hint: sign it: `cosign sign ");
    }
    assert_eq!(running(&namespace)?, "", "something was changed");

    signer.sign(&format!("{repository}@{first}"))?;
    let planned = desk.sindri(&["plan", "-o", "json"])?;
    let data: Value = serde_json::from_str(&planned.ends(0).said)?;
    let key = data["image_signature"]["signer"]["key"].as_str().ok_or("no key")?.to_owned();
    assert_eq!((&data["image_signature"]["trusted_by"], &data["image_provenance"]), (&json!("trust"), &Value::Null));
    desk.sindri(&["deploy", "--yes"])?.ends(0).says(&format!("signed by key {key}"));
    assert_eq!(running(&namespace)?, format!("{repository}@{first}"));
    assert_eq!(annotation(&namespace, "image-signer")?, format!("key {key}"));
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("No changes.");
    Ok(())
}

#[test]
fn a_tag_that_moves_to_something_unsigned_is_refused_and_a_saved_plan_keeps_what_was_judged() -> Outcome {
    let (shelf, namespace) = (Shelf::new()?, Namespace::new("restricted")?);
    let (repository, tag) = (&shelf.repository, Shelf::tag());
    let first = shelf.push(&tag, MANIFEST, &shelf.manifest("judged")?)?;
    let signer = Signer::new(Desk::new(&configuration(&namespace, repository, &tag))?)?;
    signer.sign(&format!("{repository}@{first}"))?;
    signer.desk.sindri(&["plan", "--out", "saved"])?.ends(0);

    let second: Digest = shelf.push(&tag, MANIFEST, &shelf.manifest("slipped in")?)?;
    let refused = format!("the image {repository}@{second} is refused: it has no signature");
    signer.desk.sindri(&["deploy", "--yes"])?.ends(4).says(&refused);
    assert_eq!(running(&namespace)?, "", "something was changed");
    signer.desk.sindri(&["deploy", "--plan", "saved"])?.ends(0).says("signed by key ");
    assert_eq!(running(&namespace)?, format!("{repository}@{first}"));
    Ok(())
}
