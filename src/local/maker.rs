#![expect(
    clippy::disallowed_methods,
    reason = "looks how much room is left where the engine keeps its data, and makes files of ours"
)]
//! Clusters that are made and unmade: a provider is told what to do, and the engine is asked what came of it.

use std::collections::VecDeque;
use std::fs;
use std::future::{Future, pending};
use std::io;
use std::path::Path;
use std::time::Duration;

use semver::Version;
use tempfile::TempDir;

use super::cluster::{LocalCluster, clusters};
use super::container::Container;
use super::container_engine::{ContainerEngine, ENGINE_VARIABLE, EngineTrouble};
use super::kubeconfig::{Entries, KubeconfigTrouble, given};
use super::meaning::{is_farewell, plain};
use super::process::{Followed, NotRun, follow, run};
use super::provider::{Files, LONG, Order, Provider, ProviderName};
use super::registry::{REGISTRY, is_gone};

/// How many of the last lines of a program are kept.
const LAST_LINES: usize = 40;

/// How often it is looked again whether a cluster is gone.
const LOOKS: u32 = 5;

/// Where clusters of one provider are made.
pub struct Maker {
    /// Who runs the containers.
    pub engine: ContainerEngine,
    /// Who makes them nodes.
    pub provider: &'static dyn Provider,
}

/// Files of ours for one command, gone when it is dropped.
#[derive(Debug)]
pub struct Workplace {
    folder: TempDir,
    /// The files.
    pub files: Files,
}

/// What was done by a provider, and what it said at the end.
#[derive(Clone, Debug)]
pub struct Performed {
    /// How it ended.
    pub how: Followed,
    /// Its last lines.
    pub said: Vec<String>,
}

/// Why something was not made or unmade.
#[derive(Debug, thiserror::Error)]
pub enum MakerTrouble {
    /// There is no such program.
    #[error("{program} is not installed")]
    Missing {
        /// Which.
        program: &'static str,
    },
    /// There is neither.
    #[error("neither kind nor k3d is installed: one of them makes the cluster")]
    NoMaker,
    /// Its version is not enough.
    #[error("{program} {version} is too old: {oldest} or newer is needed")]
    TooOld {
        /// Which.
        program: &'static str,
        /// What is there.
        version: Version,
        /// What is needed.
        oldest: Version,
    },
    /// It cannot do it with this engine.
    #[error("k3d needs Docker, and only Podman is here")]
    NeedsDocker,
    /// It was not run to its end.
    #[error("cannot run {program}")]
    NotRun {
        /// Which.
        program: &'static str,
        /// Why.
        source: NotRun,
    },
    /// It refused.
    #[error("`{command}` failed ({end})")]
    Failed {
        /// What was typed.
        command: String,
        /// How it ended.
        end: String,
        /// Its last words.
        said: Vec<String>,
    },
    /// The engine did not do it.
    #[error(transparent)]
    Engine(#[from] EngineTrouble),
    /// What it wrote is not what it should be.
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigTrouble),
    /// Files of ours cannot be made.
    #[error("cannot make a temporary file")]
    Disk {
        /// Why.
        #[from]
        source: io::Error,
    },
    /// It says that it is gone, and it is not.
    #[error("the cluster {name} is still there: {}", left.join(", "))]
    Left {
        /// Its name.
        name: String,
        /// Its containers.
        left: Vec<String>,
    },
}

impl Workplace {
    /// A new one.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn new() -> Result<Self, MakerTrouble> {
        let folder = tempfile::Builder::new().prefix("sindri-").tempdir()?;
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let files =
            Files { kubeconfig: path("kubeconfig"), config: path("config.yaml"), registries: path("registries.yaml") };
        Ok(Self { folder, files })
    }

    /// Writes one of them.
    ///
    /// # Errors
    /// When it cannot.
    pub fn write(&self, path: &str, text: &str) -> Result<(), MakerTrouble> {
        Ok(fs::write(self.folder.path().join(path), text)?)
    }

    /// The folder that they are in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Maker {
    /// The one of this provider.
    ///
    /// # Errors
    /// When it cannot use this engine.
    pub fn new(engine: ContainerEngine, provider: ProviderName) -> Result<Self, MakerTrouble> {
        if provider == ProviderName::K3d && engine == ContainerEngine::Podman {
            return Err(MakerTrouble::NeedsDocker);
        }
        Ok(Self { engine, provider: provider.provider() })
    }

    fn program(&self) -> &'static str {
        self.provider.name().program()
    }

    /// Finds out whether the provider is there and new enough.
    ///
    /// # Errors
    /// When it is not.
    pub async fn version(&self) -> Result<Option<Version>, MakerTrouble> {
        let ran = run(self.provider.version().call).await.map_err(|source| self.not_run(source))?;
        let version = self.provider.read_version(&String::from_utf8_lossy(&ran.output));
        // A version that was built by hand has no number: whoever did it knows what it can.
        match version.filter(|version| *version < self.provider.oldest()) {
            None => Ok(self.provider.read_version(&String::from_utf8_lossy(&ran.output))),
            Some(version) => {
                Err(MakerTrouble::TooOld { program: self.program(), version, oldest: self.provider.oldest() })
            }
        }
    }

    fn not_run(&self, source: NotRun) -> MakerTrouble {
        match source {
            NotRun::Missing { .. } => MakerTrouble::Missing { program: self.program() },
            source => MakerTrouble::NotRun { program: self.program(), source },
        }
    }

    /// Runs a command of the provider and hands on what it says.
    ///
    /// # Errors
    /// When it cannot be run to its end. How it ended is no error here.
    pub async fn perform(
        &self,
        order: Order,
        tell: &mut dyn FnMut(Option<&str>),
        stop: impl Future<Output = ()>,
    ) -> Result<Performed, MakerTrouble> {
        let mut said = VecDeque::new();
        let mut heard = |line: Option<&str>| {
            let line = line.map(plain).filter(|line| !line.is_empty());
            if let Some(line) = &line {
                said.push_back(line.clone());
                if said.len() > LAST_LINES {
                    said.pop_front();
                }
            }
            tell(line.as_deref().filter(|line| !is_farewell(line)));
        };
        let mut environment = order.environment;
        if self.engine == ContainerEngine::Podman {
            environment.push((ENGINE_VARIABLE.to_owned(), self.engine.program().to_owned()));
        }
        let how = follow(&order.call, &environment, &mut heard, stop).await.map_err(|source| self.not_run(source))?;
        Ok(Performed { how, said: said.into() })
    }

    /// The same for a command that has to end well.
    ///
    /// # Errors
    /// When it does not.
    pub async fn achieve(&self, order: Order, tell: &mut dyn FnMut(Option<&str>)) -> Result<(), MakerTrouble> {
        let command = order.call.in_words();
        let performed = self.perform(order, tell, pending()).await?;
        match performed.how {
            Followed::Ended { success: false, end } => Err(MakerTrouble::Failed { command, end, said: performed.said }),
            _ => Ok(()),
        }
    }

    /// The cluster of this name, if there is one now.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn look(&self, name: &str) -> Result<Option<LocalCluster>, MakerTrouble> {
        let all = clusters(&self.engine.containers().await?);
        Ok(all.into_iter().find(|one| one.provider == self.provider.name() && one.name == name))
    }

    /// Deletes a cluster, or what is left of one, and looks whether it is gone: a provider says that it is when it is not.
    ///
    /// # Errors
    /// When it is not gone in the end.
    pub async fn clear(
        &self,
        name: &str,
        workplace: &Workplace,
        tell: &mut dyn FnMut(Option<&str>),
    ) -> Result<(), MakerTrouble> {
        // It looks into the kubeconfig that it is given.
        if !Path::new(&workplace.files.kubeconfig).exists() {
            workplace.write("kubeconfig", "apiVersion: v1\nkind: Config\n")?;
        }
        // A network in which something of another cluster is does not go.
        let network = self.provider.network(name);
        // Whatever fails keeps nothing else from being removed.
        let mut failed = Vec::new();
        if self.provider.name() == ProviderName::K3d {
            let disconnect = self.engine.call(&["network", "disconnect", "--force", &network, REGISTRY]);
            failed.extend(self.gone(disconnect).await.err());
        }
        // Whether it did it is asked of the engine.
        drop(self.achieve(self.provider.delete(name, &workplace.files), tell).await);
        let (mut left, mut not_removed) = (Vec::new(), None);
        for _ in 0..LOOKS {
            left = names(&self.engine.containers().await?, self.provider.name(), name);
            if left.is_empty() {
                break;
            }
            // What the provider does not know of, or is not here to remove.
            let mut arguments = vec!["rm", "--force", "--volumes"];
            arguments.extend(left.iter().map(String::as_str));
            let mut call = self.engine.call(&arguments);
            call.limit = LONG;
            not_removed = self.gone(call).await.err();
        }
        if !left.is_empty() {
            failed.extend(not_removed);
        }
        for arguments in self.provider.leftovers(name) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            failed.extend(self.gone(self.engine.call(&arguments)).await.err());
        }
        match failed.into_iter().next() {
            Some(trouble) => Err(trouble),
            None if left.is_empty() => Ok(()),
            None => Err(MakerTrouble::Left { name: name.to_owned(), left }),
        }
    }

    /// Removes something that may not be there.
    async fn gone(&self, call: super::process::Call) -> Result<(), MakerTrouble> {
        match self.engine.ask(call).await {
            Err(EngineTrouble::Failed { said, .. }) if is_gone(&said) => Ok(()),
            outcome => outcome.map(drop).map_err(MakerTrouble::from),
        }
    }

    /// The entries of a cluster for a kubeconfig, and the text that they are from.
    ///
    /// # Errors
    /// When the provider does not give it.
    pub async fn kubeconfig(&self, name: &str) -> Result<(Entries, String), MakerTrouble> {
        let order = self.provider.kubeconfig(name);
        let command = order.call.in_words();
        let ran = run(order.call).await.map_err(|source| self.not_run(source))?;
        let text = String::from_utf8_lossy(&ran.output).into_owned();
        if !ran.success {
            let said = String::from_utf8_lossy(&ran.complaint).lines().map(plain).collect();
            return Err(MakerTrouble::Failed { command, end: ran.end, said });
        }
        let entries = given(&text, self.program(), &self.provider.name().context(name))?;
        Ok((entries, text))
    }

    /// Starts or stops the nodes of a cluster.
    ///
    /// # Errors
    /// When it is not done.
    pub async fn switch(
        &self,
        cluster: &LocalCluster,
        starts: bool,
        tell: &mut dyn FnMut(Option<&str>),
    ) -> Result<(), MakerTrouble> {
        let own = if starts { self.provider.start(&cluster.name) } else { self.provider.stop(&cluster.name) };
        if let Some(order) = own {
            return self.achieve(order, tell).await;
        }
        let mut arguments = vec![if starts { "start" } else { "stop" }];
        let others = cluster.others.iter().map(|container| container.name.as_str());
        arguments.extend(cluster.nodes.iter().map(|node| node.container.name.as_str()).chain(others));
        let mut call = self.engine.call(&arguments);
        call.limit = LONG;
        self.engine.ask(call).await?;
        Ok(())
    }

    /// How many bytes are left where the engine keeps its data; none where that is not on this machine.
    pub async fn room(&self) -> Option<u64> {
        let format = match self.engine {
            ContainerEngine::Docker => "{{.DockerRootDir}}",
            ContainerEngine::Podman => "{{.Store.GraphRoot}}",
        };
        let mut call = self.engine.call(&["info", "--format", format]);
        call.limit = Duration::from_secs(5);
        let ran = self.engine.ask(call).await.ok()?;
        let root = String::from_utf8_lossy(&ran.output).trim().to_owned();
        let disk = rustix::fs::statvfs(root.as_str()).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// The names of the containers of a cluster.
fn names(containers: &[Container], provider: ProviderName, cluster: &str) -> Vec<String> {
    let is_part = |container: &&Container| {
        container.part.as_ref().is_some_and(|part| part.provider == provider && part.cluster == cluster)
    };
    containers.iter().filter(is_part).map(|container| container.name.clone()).collect()
}
