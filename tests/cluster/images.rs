//! Images by tag: what runs is the digest that the tag means when it is planned.

use std::env;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use sindri::config::reference::Digest;

use crate::support::{Desk, Namespace, Outcome, Refusal, configuration, dev, kubectl, run, shell_image};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The repository of the shell image, in a registry that takes what it is given.
pub(crate) struct Shelf {
    pub(crate) repository: String,
    address: String,
}

impl Shelf {
    pub(crate) fn new() -> Outcome<Self> {
        let image = shell_image();
        let (repository, _) = image.split_once('@').ok_or("the image has no digest")?;
        let (registry, path) = repository.split_once('/').ok_or("the image has no registry")?;
        if env::var("SINDRI_TEST_REGISTRY").as_deref() != Ok(registry) {
            return Err("SINDRI_TEST_REGISTRY is not the registry of the shell image: the tests need a bed".into());
        }
        Ok(Self { repository: repository.to_owned(), address: format!("http://{registry}/v2/{path}/manifests") })
    }

    /// A tag that no other test uses.
    pub(crate) fn tag() -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The manifest of the shell image, with a remark that gives it a digest that no run before has seen, or signed.
    pub(crate) fn manifest(&self, remark: &str) -> Outcome<Value> {
        let image = shell_image();
        let digest = image.rsplit_once('@').map(|(_, digest)| digest).ok_or("no digest")?;
        let mut curl = Command::new("curl");
        curl.args(["-sSf", "-H", &format!("Accept: {MANIFEST}"), &format!("{}/{digest}", self.address)]);
        let mut manifest: Value = serde_json::from_str(&run(curl, "")?)?;
        manifest["annotations"] = json!({"remark": format!("{remark}, {}", std::process::id())});
        Ok(manifest)
    }

    pub(crate) fn push(&self, tag: &str, kind: &str, manifest: &Value) -> Result<Digest, Refusal> {
        let text = manifest.to_string();
        let mut curl = Command::new("curl");
        curl.args(["-sSf", "-X", "PUT", "-H", &format!("Content-Type: {kind}"), "--data-binary", "@-"]);
        curl.arg(format!("{}/{tag}", self.address));
        run(curl, &text)?;
        Ok(Digest::of(text.as_bytes()))
    }

    /// An index that holds an image for one processor.
    fn index(&self, tag: &str, architecture: &str) -> Outcome<Digest> {
        let manifest = self.manifest("in an index")?;
        let size = manifest.to_string().len();
        let digest = self.push(&format!("{tag}-inside"), MANIFEST, &manifest)?;
        let platform = json!({"os": "linux", "architecture": architecture});
        let entry = json!({"mediaType": MANIFEST, "digest": digest.as_str(), "size": size, "platform": platform});
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]});
        Ok(self.push(tag, INDEX, &index)?)
    }
}

fn with_image(namespace: &Namespace, image: &str) -> String {
    dev(namespace, "", "").replace(&format!("image: {}", shell_image()), &format!("image: {image}"))
}

pub(crate) fn running(namespace: &Namespace) -> Outcome<String> {
    Ok(namespace.field("deployment/dev", ".spec.template.spec.containers[0].image")?)
}

#[test]
fn a_tag_is_deployed_as_the_digest_that_it_means_and_a_move_is_told() -> Outcome {
    let (shelf, namespace) = (Shelf::new()?, Namespace::new("restricted")?);
    let (repository, tag) = (&shelf.repository, Shelf::tag());
    let first = shelf.push(&tag, MANIFEST, &shelf.manifest("first")?)?;
    let desk = Desk::new(&with_image(&namespace, &format!("{repository}:{tag}")))?;
    desk.sindri(&["plan"])?.ends(0).says(&format!("Image {repository}:{tag} → {first}\n"));
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    assert_eq!(running(&namespace)?, format!("{repository}@{first}"));
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("No changes.").hides("has moved");

    let second = shelf.push(&tag, MANIFEST, &shelf.manifest("second")?)?;
    let moved = format!("the tag has moved since the last deploy; it was {first}");
    let planned = desk.sindri(&["plan", "--out", "saved"])?;
    planned.ends(0).says(&format!(" → {second}\n")).says(&moved).hides("Changed outside sindri");
    let data: Value = serde_json::from_str(&desk.sindri(&["plan", "-o", "json"])?.ends(0).said)?;
    assert_eq!(data["image_tag"], json!(format!("{repository}:{tag}")));
    assert_eq!(data["image_before"], json!(format!("{repository}@{first}")));

    // What was shown is what is deployed, wherever the tag has gone since.
    shelf.push(&tag, MANIFEST, &shelf.manifest("third")?)?;
    desk.sindri(&["deploy", "--plan", "saved"])?.ends(0).says(&moved);
    assert_eq!(running(&namespace)?, format!("{repository}@{second}"));
    Ok(())
}

#[test]
fn an_index_is_deployed_as_itself_and_only_where_it_fits() -> Outcome {
    let (shelf, namespace) = (Shelf::new()?, Namespace::new("restricted")?);
    let (fitting, foreign) = (Shelf::tag(), Shelf::tag());
    let own = kubectl(&["get", "nodes", "-o", "jsonpath={.items[0].status.nodeInfo.architecture}"], "")?;
    let digest = shelf.index(&fitting, &own)?;
    shelf.index(&foreign, "s390x")?;
    let desk = Desk::new(&with_image(&namespace, &format!("{}:{foreign}", shelf.repository)))?;
    let refused =
        format!("the image has no variant for linux/{own}, which is what the nodes are: it is for linux/s390x");
    desk.sindri(&["plan"])?.ends(1).says(&refused);
    desk.sindri(&["deploy", "--yes"])?.ends(1).says(&refused);
    assert_eq!(running(&namespace)?, "", "something was changed");
    desk.write("sindri.yaml", &with_image(&namespace, &format!("{}:{fitting}", shelf.repository)))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    assert_eq!(running(&namespace)?, format!("{}@{digest}", shelf.repository));
    Ok(())
}

#[test]
fn what_is_rendered_with_the_digest_is_what_is_deployed() -> Outcome {
    let (shelf, namespace) = (Shelf::new()?, Namespace::new("restricted")?);
    let (repository, tag) = (&shelf.repository, Shelf::tag());
    let digest = shelf.push(&tag, MANIFEST, &shelf.manifest("rendered")?)?;
    let desk = Desk::new(&with_image(&namespace, &format!("{repository}:{tag}")))?;
    let rendered = desk.sindri(&["render", "--pin", "--without-namespace"])?;
    rendered.ends(0).says(&format!("{repository}@{digest}")).hides("can change");
    namespace.apply(&rendered.said)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("No changes.");
    Ok(())
}

#[test]
fn an_image_that_is_not_there_is_refused_and_nothing_is_changed() -> Outcome {
    let (shelf, namespace) = (Shelf::new()?, Namespace::new("restricted")?);
    let repository = &shelf.repository;
    let absent = format!("{repository}@{}", Digest::of(Shelf::tag().as_bytes()));
    for (image, why) in [
        (format!("{repository}:absent"), format!("there is no tag absent in {repository}")),
        (absent.clone(), format!("cannot read {absent}: ")),
    ] {
        let desk = Desk::new(&with_image(&namespace, &image))?;
        desk.sindri(&["plan"])?.ends(4).says(&why);
        desk.sindri(&["deploy", "--yes"])?.ends(4).says(&why).says("hint: ");
    }
    assert_eq!(running(&namespace)?, "", "something was changed");
    // A registry that this machine does not reach may be one that the nodes reach.
    let unseen = format!("127.0.0.1:1/team/dev@{}", Digest::of(b""));
    let desk = Desk::new(&configuration("dev", "", "").replace(&shell_image(), &unseen))?;
    let planned = desk.sindri(&["plan", "--namespace", &namespace.name])?;
    planned.ends(0).says("whether the registry has it is not known: cannot read 127.0.0.1:1/team/dev@");
    Ok(())
}
