#![expect(clippy::disallowed_methods, reason = "reads which container engine is meant")]
//! The container engine of this machine, and the nodes of a local cluster that are its containers.

use futures_util::future::try_join_all;

use super::failure::{Failure, word};
use crate::image::{LocalImage, Pinned, find_local};
use crate::local::{
    Container, ContainerEngine, ENGINE_VARIABLE, EngineTrouble, LocalCluster, ProviderName, clusters, find, meaning,
};
use crate::names::ContentName;
use crate::plan::{ClusterType, Finding, Loading, Severity};

/// What runs containers on this machine, and those that it has.
#[derive(Debug)]
pub(super) struct Machine {
    pub(super) engine: ContainerEngine,
    pub(super) containers: Vec<Container>,
    /// The clusters that are made of them.
    pub(super) clusters: Vec<LocalCluster>,
}

impl Machine {
    /// Asks the one that kind was told to use, and otherwise the first that is there.
    pub(super) async fn here() -> Result<Self, EngineTrouble> {
        let meant = std::env::var(ENGINE_VARIABLE).ok();
        let (engine, containers) = find(ContainerEngine::named(meant.as_deref())?).await?;
        let clusters = clusters(&containers);
        Ok(Self { engine, containers, clusters })
    }

    /// The cluster that the API server is part of.
    pub(super) fn cluster(&self, cluster_type: &ClusterType) -> Result<LocalCluster, Failure> {
        let (provider, name) = match cluster_type {
            ClusterType::Kind(name) => (ProviderName::Kind, name.as_deref()),
            ClusterType::K3d(name) => (ProviderName::K3d, name.as_deref()),
            ClusterType::Remote => return Err(Failure::remote_image()),
        };
        let found = self.clusters.iter().find(|one| one.provider == provider && Some(one.name.as_str()) == name);
        found.cloned().ok_or_else(|| {
            let (program, name) = (self.engine.program(), name.unwrap_or("of an unknown name"));
            Failure::failed(
                format!("nothing was changed: the image is this machine's own, and the {provider} cluster {name} is not made of containers of {program}"),
                None,
            )
            .hint(format!("push the image to a registry that the cluster reaches, or see what {program} has: `{program} ps --all`"))
        })
    }
}

/// The nodes of a cluster that run. What does not run cannot be given anything, and nothing is placed there.
pub(super) fn running(cluster: &LocalCluster) -> Result<Vec<String>, Failure> {
    let running = cluster.nodes.iter().filter(|node| node.container.is_running());
    let nodes: Vec<String> = running.map(|node| node.container.name.clone()).collect();
    if nodes.is_empty() {
        let command = format!("sindri k8s start {} --provider {}", word(&cluster.name), cluster.provider);
        let message = format!("nothing was changed: no node of the {} cluster {} runs", cluster.provider, cluster.name);
        return Err(Failure::failed(message, None).hint(format!("start it: `{command}`")));
    }
    Ok(nodes)
}

impl Machine {
    /// Which nodes lack an image; all are asked at the same time.
    pub(super) async fn lacking(&self, name: &ContentName, nodes: &[String]) -> Result<Vec<String>, EngineTrouble> {
        let name = [name.to_string()];
        let asking = nodes.iter().map(|node| self.engine.on_node(node, &name));
        let answers = try_join_all(asking).await?;
        let lacking = nodes.iter().zip(answers).filter(|(_, found)| found.is_empty());
        Ok(lacking.map(|(node, _)| node.clone()).collect())
    }

    /// Where an image has to be brought.
    pub(super) async fn loading(&self, name: &ContentName, cluster_type: &ClusterType) -> Result<Loading, Failure> {
        let cluster = self.cluster(cluster_type)?;
        let nodes = running(&cluster)?;
        let lacking = self.lacking(name, &nodes).await?;
        Ok(Loading { nodes, lacking })
    }
}

/// What should be known where a registry and this machine have different images of one name. Whoever cannot be asked says
/// nothing: the registry's image is the one that is deployed.
pub(super) async fn other_image(image: &Pinned, tagged: &str) -> Option<Finding> {
    let reference = crate::config::reference::Reference::parse(tagged).ok()?;
    let digest = image.digest()?;
    let machine = Machine::here().await.ok()?;
    let own: LocalImage = find_local(machine.engine, &reference).await.ok().flatten()?;
    (!own.is(digest)).then(|| Finding {
        severity: Severity::Warns,
        code: "local-image-differs",
        about: "image".to_owned(),
        message: format!(
            "{} has another {tagged} than its registry, and the registry's is deployed",
            machine.engine.program()
        ),
        fix: format!(
            "to deploy your own, push it: `{0} push {1}`, or give it a name that no registry has: `{0} tag {1} {2}:dev`",
            machine.engine.program(),
            word(tagged),
            reference.repository.path().rsplit('/').next().unwrap_or("image"),
        ),
    })
}

impl Failure {
    /// What is only on this machine does not come to another.
    pub(super) fn remote_image() -> Self {
        Self::configuration(
            "nothing was changed: the image is this machine's own, and the cluster is not made of containers of this machine",
        )
        .hint("push it to a registry that the cluster reaches, and name it there: `deployment.image: registry/repository:tag`")
    }
}

impl From<EngineTrouble> for Failure {
    fn from(error: EngineTrouble) -> Self {
        let hint = match &error {
            EngineTrouble::Missing => Some(
                "install it: `sudo apt install docker.io`, or see https://docs.docker.com/engine/install".to_owned(),
            ),
            EngineTrouble::Unknown { .. } => {
                Some(format!("`unset {ENGINE_VARIABLE}`, or `export {ENGINE_VARIABLE}=docker`"))
            }
            EngineTrouble::Down { engine: ContainerEngine::Podman, .. } => {
                Some("`podman machine start`, or `systemctl --user start podman.socket`".to_owned())
            }
            EngineTrouble::Down { .. } => Some(
                "start it with `sudo systemctl start docker`; another one: see DOCKER_HOST and `docker context ls`"
                    .to_owned(),
            ),
            EngineTrouble::NotAllowed { .. } => Some("`sudo usermod -aG docker $USER`, then log in again".to_owned()),
            EngineTrouble::Failed { said, .. } if said.contains("is not running") => {
                Some("see which nodes run: `docker ps --all`".to_owned())
            }
            EngineTrouble::Failed { said, .. } => meaning(said).map(|meaning| format!("`{}`", meaning.hint)),
            EngineTrouble::Strange { .. } | EngineTrouble::NotRun { .. } => {
                Some("see what `docker ps --all` says".to_owned())
            }
        };
        Self::told(error).maybe_hint(hint)
    }
}
