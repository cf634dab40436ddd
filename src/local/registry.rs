//! The registry on this machine that several clusters share: one container, one port, one volume.

use std::future::Future;
use std::time::Duration;

use super::cluster::{LocalCluster, clusters};
use super::container::Container;
use super::container_engine::{ContainerEngine, EngineTrouble};
use super::kind::HOSTS;
use super::meaning::{Meaning, meaning};
use super::process::{Followed, follow};
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

/// What was done so that there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ensured {
    /// It was there, and ran.
    There,
    /// It was there, and was started.
    Started,
    /// It was made.
    Made {
        /// Whether its volume was there before, with what somebody pushed.
        keeps_volume: bool,
    },
    /// It was being made when it was stopped.
    Stopped {
        /// The same.
        keeps_volume: bool,
    },
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

    /// Makes sure that there is one, and that it runs. What is stopped, or fails, leaves what was there before.
    ///
    /// # Errors
    /// When there is none in the end.
    pub async fn ensure(
        engine: ContainerEngine,
        containers: &[Container],
        port: u16,
        image: &str,
        stop: impl Future<Output = ()>,
    ) -> Result<Ensured, RegistryTrouble> {
        match Self::standing(containers)? {
            Some(there) if there.port != port => Err(RegistryTrouble::Elsewhere { there: there.port, asked: port }),
            Some(there) if there.is_running => Ok(Ensured::There),
            Some(_) => {
                engine.ask(engine.call(&["start", REGISTRY])).await?;
                Ok(Ensured::Started)
            }
            None => {
                let keeps_volume = Self::has_volume(engine).await;
                let made = Self::make(engine, port, image, stop).await;
                match made {
                    Ok(Followed::Ended { .. }) => Ok(Ensured::Made { keeps_volume }),
                    Ok(Followed::Stopped) => Ok(Ensured::Stopped { keeps_volume }),
                    Err(trouble) => {
                        // A container whose port is taken is there all the same, and was made by us a moment ago. One that
                        // runs is not the one that failed. What failed first is what is told.
                        if engine.containers().await.is_ok_and(|all| is_unused(&all) && !is_running(&all)) {
                            Self::remove(engine, keeps_volume).await.unwrap_or_default();
                        }
                        Err(trouble)
                    }
                }
            }
        }
    }

    /// Whether its volume is there. Where that is not known, nothing may be lost.
    async fn has_volume(engine: ContainerEngine) -> bool {
        match engine.ask(engine.call(&["volume", "inspect", REGISTRY])).await {
            Err(EngineTrouble::Failed { said, .. }) => !is_gone(&said),
            _ => true,
        }
    }

    async fn make(
        engine: ContainerEngine,
        port: u16,
        image: &str,
        stop: impl Future<Output = ()>,
    ) -> Result<Followed, RegistryTrouble> {
        let label = format!("dev.sindri.registry={port}");
        let published = format!("127.0.0.1:{port}:{INSIDE}");
        let volume = format!("{REGISTRY}:/var/lib/registry");
        let mut call = engine.call(&["run", "--detach", "--restart", "always", "--name", REGISTRY, "--label", &label]);
        let rest = ["--publish", &published, "--volume", &volume, image];
        call.arguments.extend(rest.map(str::to_owned));
        call.limit = PULL;
        let mut said = Vec::new();
        let mut hear = |line: Option<&str>| said.extend(line.map(str::to_owned));
        let followed = follow(&call, &[], &mut hear, stop).await;
        match followed.map_err(|source| EngineTrouble::NotRun { engine, source })? {
            Followed::Ended { success: false, end } => {
                let source = EngineTrouble::Failed { command: call.in_words(), end, said: said.join("\n") };
                Err(match meaning(&source.to_string()) {
                    Some(meaning) => RegistryTrouble::Known { meaning, source },
                    None => source.into(),
                })
            }
            followed => Ok(followed),
        }
    }

    /// Takes back what this run has made, unless a cluster uses it by now.
    ///
    /// # Errors
    /// When the engine does not do it.
    pub async fn take_back(engine: ContainerEngine, keeps_volume: bool) -> Result<(), RegistryTrouble> {
        if is_unused(&engine.containers().await?) { Self::remove(engine, keeps_volume).await } else { Ok(()) }
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

    /// Removes it; with everything that was pushed to it, unless the volume is kept.
    ///
    /// # Errors
    /// When the engine does not do it.
    pub async fn remove(engine: ContainerEngine, keeps_volume: bool) -> Result<(), RegistryTrouble> {
        let all = [&["rm", "--force", "--volumes", REGISTRY][..], &["volume", "rm", "--force", REGISTRY]];
        for arguments in all.into_iter().take(if keeps_volume { 1 } else { 2 }) {
            match engine.ask(engine.call(arguments)).await {
                Err(EngineTrouble::Failed { said, .. }) if is_gone(&said) => {}
                outcome => drop(outcome?),
            }
        }
        Ok(())
    }
}

/// Whether it is ours, and no cluster uses it.
fn is_unused(containers: &[Container]) -> bool {
    let is_ours = matches!(Registry::standing(containers), Ok(Some(_)));
    is_ours && !clusters(containers).iter().any(LocalCluster::uses_registry)
}

fn is_running(containers: &[Container]) -> bool {
    matches!(Registry::standing(containers), Ok(Some(Registry { is_running: true, .. })))
}

/// Whether what was to be removed was not there, or is somebody else's as well.
pub(super) fn is_gone(said: &str) -> bool {
    let low = said.to_ascii_lowercase();
    ["no such", "not found", "not connected", "active endpoints", "volume is in use"]
        .iter()
        .any(|word| low.contains(word))
}
