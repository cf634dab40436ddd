//! What the container engine is asked about images, and what its nodes are asked about theirs.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::container_engine::{ContainerEngine, EngineTrouble};
use super::process::Call;

/// The first version of Docker's interface in which one platform of an image can be saved.
const SAVES_PLATFORMS: (u32, u32) = (1, 48);
/// How the engines say that there is no such image.
const ABSENT: [&str; 4] = ["no such image", "image not known", "no such object", "reference does not exist"];
/// How long an image may take on its way to a registry.
const PUSHING: Duration = Duration::from_mins(30);

impl ContainerEngine {
    /// What it says of an image; nothing if it has none of this name or identity.
    ///
    /// # Errors
    /// When it cannot be asked, or says what is not understood.
    pub async fn image(self, reference: &str) -> Result<Option<Value>, EngineTrouble> {
        let call = self.call(&["image", "inspect", reference]);
        let command = call.in_words();
        let ran = match self.ask(call).await {
            Ok(ran) => ran,
            Err(EngineTrouble::Failed { said, .. }) if is_absence(&said) => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Ok(Value::Array(images)) = serde_json::from_slice(&ran.output) {
            return Ok(images.into_iter().next());
        }
        let said = String::from_utf8_lossy(&ran.output).chars().take(200).collect();
        Err(EngineTrouble::Strange { command, said })
    }

    /// How it wants an image to be called by its identity.
    #[must_use]
    pub fn by_identity(self, identity: &str) -> &str {
        match self {
            Self::Docker => identity,
            Self::Podman => identity.strip_prefix("sha256:").unwrap_or(identity),
        }
    }

    /// Gives an image one more name.
    ///
    /// # Errors
    /// When it does not.
    pub async fn add_name(self, identity: &str, name: &str) -> Result<(), EngineTrouble> {
        self.ask(self.call(&["tag", self.by_identity(identity), name])).await.map(|_| ())
    }

    /// Takes a name away again, if it is there and not the last one: with its last name an image would go.
    ///
    /// # Errors
    /// When it does not.
    pub async fn take_name(self, name: &str) -> Result<(), EngineTrouble> {
        let Some(image) = self.image(name).await? else { return Ok(()) };
        if image.get("RepoTags").and_then(Value::as_array).is_none_or(|names| names.len() < 2) {
            return Ok(());
        }
        // Another deploy may have been faster.
        match self.ask(self.unnaming(name)).await {
            Err(EngineTrouble::Failed { said, .. }) if is_absence(&said) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Takes one name from an image, and leaves it all others.
    fn unnaming(self, name: &str) -> Call {
        match self {
            Self::Docker => self.call(&["image", "rm", name]),
            // The image, and then the name: with the image alone all its names would go.
            Self::Podman => self.call(&["image", "untag", name, name]),
        }
    }

    /// What its containers run on, and whether it can save one platform of several: `linux/amd64`.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn platform(self) -> Result<(String, bool), EngineTrouble> {
        let format = match self {
            Self::Docker => "{{.Server.Os}}/{{.Server.Arch}} {{.Server.APIVersion}} {{.Client.APIVersion}}",
            Self::Podman => "{{.Client.OsArch}} 0 0",
        };
        let call = self.call(&["version", "--format", format]);
        let command = call.in_words();
        let ran = self.ask(call).await?;
        let said = String::from_utf8_lossy(&ran.output).trim().to_owned();
        let mut words = said.split_whitespace();
        let Some(platform) = words.next().filter(|platform| platform.contains('/')) else {
            return Err(EngineTrouble::Strange { command, said });
        };
        let saves = words.all(|version| interface(version).is_some_and(|version| version >= SAVES_PLATFORMS));
        Ok((platform.to_owned(), saves))
    }

    /// Writes an image under these names to its standard output, as an archive.
    #[must_use]
    pub fn saving(self, names: &[&str], platform: Option<&str>) -> Call {
        let mut words = vec!["save"];
        words.extend(platform.map(|platform| ["--platform", platform]).into_iter().flatten());
        if self == Self::Podman {
            words.push("--multi-image-archive");
        }
        words.extend(names);
        self.call(&words)
    }

    /// Reads an archive from its standard input into the images of a node.
    #[must_use]
    pub fn importing(self, node: &str) -> Call {
        self.call(&["exec", "-i", node, "ctr", "--namespace", "k8s.io", "images", "import", "-"])
    }

    /// Which of these images a node has, and what each of them is there.
    ///
    /// # Errors
    /// When the node cannot be asked.
    pub async fn on_node(self, node: &str, names: &[String]) -> Result<BTreeMap<String, String>, EngineTrouble> {
        let mut words: Vec<String> =
            ["exec", node, "ctr", "--namespace", "k8s.io", "images", "ls"].map(str::to_owned).to_vec();
        words.extend(names.iter().map(|name| format!("name=={name}")));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let ran = self.ask(self.call(&words)).await?;
        Ok(listed(&String::from_utf8_lossy(&ran.output)))
    }

    /// Gives an image of a node one more name.
    ///
    /// # Errors
    /// When it does not.
    pub async fn name_on_node(self, node: &str, name: &str, other: &str) -> Result<(), EngineTrouble> {
        let ctr = ["exec", node, "ctr", "--namespace", "k8s.io", "images", "tag", "--force", name, other];
        self.ask(self.call(&ctr)).await.map(|_| ())
    }

    /// Sends an image to a registry.
    ///
    /// # Errors
    /// When it does not arrive.
    pub async fn push(self, name: &str) -> Result<(), EngineTrouble> {
        let call = match self {
            Self::Docker => self.call(&["push", "--quiet", name]),
            // The registry of a local cluster speaks plain http. Docker knows that of this machine's own by itself.
            Self::Podman => self.call(&["push", "--quiet", "--tls-verify=false", name]),
        };
        self.ask(Call { limit: PUSHING, ..call }).await.map(|_| ())
    }
}

fn is_absence(said: &str) -> bool {
    let said = said.to_lowercase();
    ABSENT.iter().any(|words| said.contains(words))
}

fn interface(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The table of `ctr images ls`: `REF TYPE DIGEST …`, the first line being its titles.
fn listed(table: &str) -> BTreeMap<String, String> {
    let rows = table.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        let digest = words.find(|word| word.starts_with("sha256:"))?;
        Some((name.to_owned(), digest.to_owned()))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::{ContainerEngine, interface, is_absence, listed};

    #[test]
    fn what_a_node_has_is_read_from_its_table() {
        let table = "REF                    TYPE                                       DIGEST                                                                  SIZE      PLATFORMS   LABELS \n\
            localhost/sindri:3f2a  application/vnd.oci.image.manifest.v1+json sha256:0123 12.3 MiB linux/amd64 io.cri-containerd.image=managed \n";
        let found = listed(table);
        assert_eq!(found.get("localhost/sindri:3f2a").map(String::as_str), Some("sha256:0123"));
        assert_eq!(found.len(), 1);
        assert!(listed("REF TYPE DIGEST SIZE PLATFORMS LABELS \n").is_empty());
    }

    #[test]
    fn an_image_that_is_not_there_is_told_from_an_engine_that_does_not_answer() {
        for said in [
            "Error response from daemon: No such image: sindri:latest",
            "Error: sindri:latest: image not known",
            "Error response from daemon: reference does not exist",
        ] {
            assert!(is_absence(said), "{said}");
        }
        assert!(!is_absence("Cannot connect to the Docker daemon"));
    }

    #[test]
    fn one_platform_is_saved_where_the_engine_can() {
        assert!(interface("1.48").is_some_and(|version| version >= super::SAVES_PLATFORMS));
        assert!(interface("1.50").is_some_and(|version| version >= super::SAVES_PLATFORMS));
        assert!(interface("1.47").is_some_and(|version| version < super::SAVES_PLATFORMS));
        assert_eq!(interface("0"), None);
        let call = ContainerEngine::Docker.saving(&["a:1", "b:2"], Some("linux/amd64"));
        assert_eq!(call.in_words(), "docker save --platform linux/amd64 a:1 b:2");
    }
}
