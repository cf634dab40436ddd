//! The registry on this machine that several clusters share: one container, one port, one volume.

use std::time::Duration;

use super::cluster::LocalCluster;
use super::container::Container;
use super::container_engine::{ContainerEngine, EngineTrouble};
use super::kind::HOSTS;
use super::meaning::{Meaning, meaning};
use super::provider::ProviderName;

/// The name of its container, of its volume, and its address inside the network of a cluster.
pub const REGISTRY: &str = "sindri-registry";

/// Where the registry of the image listens.
const INSIDE: u16 = 5000;

/// How long its image may take to come.
const PULL: Duration = Duration::from_mins(5);

/// A registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// The port of this machine.
    pub port: u16,
    /// Whether it runs.
    pub is_running: bool,
}

/// Why there is no registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryTrouble {
    /// Somebody else's container is called so.
    #[error("there is a container `{REGISTRY}` that sindri did not make (of the image {image})")]
    Foreign {
        /// What it was made from.
        image: String,
    },
    /// There is one at another port.
    #[error("the registry on this machine is at the port {there}, and {asked} was asked for")]
    Elsewhere {
        /// Where it is.
        there: u16,
        /// Where it was wanted.
        asked: u16,
    },
    /// Its container was not made.
    #[error("the registry was not started: {}", meaning.message)]
    Known {
        /// What it means.
        meaning: Meaning,
        /// Why.
        source: EngineTrouble,
    },
    /// The engine did not do it.
    #[error("the registry was not started")]
    Engine {
        /// Why.
        #[from]
        source: EngineTrouble,
    },
}

impl Registry {
    /// Its address in the network of a cluster.
    #[must_use]
    pub fn inside() -> String {
        format!("{REGISTRY}:{INSIDE}")
    }

    /// The one that is there.
    ///
    /// # Errors
    /// When somebody else's container has its name.
    pub fn standing(containers: &[Container]) -> Result<Option<Self>, RegistryTrouble> {
        let Some(container) = containers.iter().find(|container| container.name == REGISTRY) else { return Ok(None) };
        match container.registry_port {
            Some(port) => Ok(Some(Self { port, is_running: container.is_running() })),
            None => Err(RegistryTrouble::Foreign { image: container.image.clone() }),
        }
    }

    /// Makes sure that there is one, and that it runs. Whether it was made now.
    ///
    /// # Errors
    /// When there is none in the end.
    pub async fn ensure(
        engine: ContainerEngine,
        containers: &[Container],
        port: u16,
        image: &str,
    ) -> Result<bool, RegistryTrouble> {
        match Self::standing(containers)? {
            Some(there) if there.port != port => Err(RegistryTrouble::Elsewhere { there: there.port, asked: port }),
            Some(there) if there.is_running => Ok(false),
            Some(_) => {
                engine.ask(engine.call(&["start", REGISTRY])).await?;
                Ok(false)
            }
            None => {
                let made = Self::make(engine, port, image).await;
                if made.is_err() {
                    // A container whose port is taken is there all the same, and was made by us a moment ago.
                    Self::remove(engine).await.unwrap_or_default();
                }
                made.map(|()| true)
            }
        }
    }

    async fn make(engine: ContainerEngine, port: u16, image: &str) -> Result<(), RegistryTrouble> {
        let label = format!("dev.sindri.registry={port}");
        let published = format!("127.0.0.1:{port}:{INSIDE}");
        let volume = format!("{REGISTRY}:/var/lib/registry");
        let mut call = engine.call(&[
            "run",
            "--detach",
            "--restart",
            "always",
            "--name",
            REGISTRY,
            "--label",
            &label,
            "--publish",
            &published,
            "--volume",
            &volume,
            image,
        ]);
        call.limit = PULL;
        engine.ask(call).await.map(|_| ()).map_err(|source| match (&source, meaning(&source.to_string())) {
            (EngineTrouble::Failed { .. }, Some(meaning)) => RegistryTrouble::Known { meaning, source },
            _ => source.into(),
        })
    }

    /// Makes it reachable for the nodes of a cluster.
    ///
    /// # Errors
    /// When the engine does not do it.
    pub async fn connect(&self, engine: ContainerEngine, cluster: &LocalCluster) -> Result<(), RegistryTrouble> {
        let network = cluster.provider.provider().network(&cluster.name);
        match engine.ask(engine.call(&["network", "connect", &network, REGISTRY])).await {
            Err(EngineTrouble::Failed { said, .. }) if said.contains("already") => {}
            outcome => drop(outcome?),
        }
        if cluster.provider == ProviderName::Kind {
            for node in &cluster.nodes {
                self.tell(engine, &node.container.name).await?;
            }
        }
        Ok(())
    }

    /// Tells the container runtime of a node where the registry is.
    async fn tell(&self, engine: ContainerEngine, node: &str) -> Result<(), RegistryTrouble> {
        let folder = format!("{HOSTS}/localhost:{}", self.port);
        let script = format!("mkdir -p '{folder}' && cat > '{folder}/hosts.toml'");
        let mut call = engine.call(&["exec", "--interactive", node, "sh", "-c", &script]);
        call.input = format!("[host.\"http://{}\"]\n", Self::inside()).into_bytes();
        engine.ask(call).await?;
        Ok(())
    }

    /// Removes it, with everything that was pushed to it.
    ///
    /// # Errors
    /// When the engine does not do it.
    pub async fn remove(engine: ContainerEngine) -> Result<(), RegistryTrouble> {
        for arguments in [&["rm", "--force", "--volumes", REGISTRY][..], &["volume", "rm", "--force", REGISTRY]] {
            match engine.ask(engine.call(arguments)).await {
                Err(EngineTrouble::Failed { said, .. }) if is_gone(&said) => {}
                outcome => drop(outcome?),
            }
        }
        Ok(())
    }
}

/// Whether what was to be removed was not there, or is somebody else's as well.
pub(super) fn is_gone(said: &str) -> bool {
    let low = said.to_ascii_lowercase();
    ["no such", "not found", "not connected", "active endpoints", "volume is in use"]
        .iter()
        .any(|word| low.contains(word))
}
