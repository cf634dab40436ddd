//! Who makes clusters on this machine, and what is the same for all of them. Pure.

use std::fmt;
use std::time::Duration;

use semver::Version;

use super::k3d::K3d;
use super::kind::Kind;
use super::process::Call;

/// Who made a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProviderName {
    /// kind: Kubernetes in containers, upstream's own programs.
    Kind,
    /// k3d: k3s in containers.
    K3d,
}

impl ProviderName {
    /// The name of its program.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::K3d => "k3d",
        }
    }

    /// The context that it writes into the kubeconfig for a cluster of this name.
    #[must_use]
    pub fn context(self, cluster: &str) -> String {
        format!("{}-{cluster}", self.program())
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.program())
    }
}

impl ProviderName {
    /// All of them, the one that is tried first in front.
    pub const ALL: [Self; 2] = [Self::Kind, Self::K3d];

    /// What it can be told.
    #[must_use]
    pub fn provider(self) -> &'static dyn Provider {
        match self {
            Self::Kind => &Kind,
            Self::K3d => &K3d,
        }
    }
}

/// What is asked of a new cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// How many nodes it has; one of them runs the control plane. None where only the provider's own file says it.
    pub nodes: Option<u16>,
    /// What its nodes are made from; none for the provider's own choice.
    pub image: Option<String>,
    /// The port of the registry that it uses.
    pub registry: Option<u16>,
    /// Whether what fails is left as it is.
    pub retain: bool,
    /// How long its provider may take.
    pub limit: Duration,
}

/// Files of ours that a provider reads and writes instead of the person's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The kubeconfig.
    pub kubeconfig: String,
    /// The configuration.
    pub config: String,
    /// Which registries there are.
    pub registries: String,
}

/// What a provider is told beside its command line, and how many nodes come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// Its own file; none where the command line says everything.
    pub text: Option<String>,
    /// How many nodes it makes.
    pub nodes: u16,
}

/// A command of a provider, and what is in its environment beside ours.
#[derive(Clone)]
pub struct Order {
    /// The command.
    pub call: Call,
    /// The variables.
    pub environment: Vec<(String, String)>,
}

/// Why the provider's own file and the command line do not go together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmergeable {
    /// It is no such file.
    #[error("it is not a configuration of {program} that can be read: {why}")]
    Foreign {
        /// The provider.
        program: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Both say something about the same thing.
    #[error("it says `{key}`, and so does `{flag}`: leave one of them out")]
    Twice {
        /// The key of the file.
        key: &'static str,
        /// The flag.
        flag: &'static str,
    },
}

/// A program that makes clusters. It describes what is to be typed and reads what was said; nothing is run here.
pub trait Provider {
    /// Which one it is.
    fn name(&self) -> ProviderName;

    /// The oldest version that is enough.
    fn oldest(&self) -> Version;

    /// The longest name of a cluster.
    fn longest_name(&self) -> usize;

    /// The image of a version of Kubernetes.
    fn image(&self, version: &str) -> String;

    /// The name of the user in the kubeconfig.
    fn user(&self, cluster: &str) -> String;

    /// What it is told beside its command line.
    ///
    /// # Errors
    /// When the person's own file and the command line do not go together.
    fn configure(&self, wanted: &Wanted, written: Option<&str>) -> Result<Configured, Unmergeable>;

    /// The name that the person's own file gives to the cluster.
    fn written_name(&self, written: &str) -> Option<String>;

    /// Makes a cluster.
    fn create(&self, wanted: &Wanted, configured: &Configured, files: &Files) -> Order;

    /// Deletes one. The person's kubeconfig is not for it to change.
    fn delete(&self, cluster: &str, files: &Files) -> Order;

    /// Writes the kubeconfig of one to standard output.
    fn kubeconfig(&self, cluster: &str) -> Order;

    /// Starts one; none where its containers are started.
    fn start(&self, cluster: &str) -> Option<Order>;

    /// Stops one; none where its containers are stopped.
    fn stop(&self, cluster: &str) -> Option<Order>;

    /// What is not a container and may be left of one: commands of the engine.
    fn leftovers(&self, cluster: &str) -> Vec<Vec<String>>;

    /// The network that its nodes are in.
    fn network(&self, cluster: &str) -> String;

    /// Asks for its version.
    fn version(&self) -> Order {
        order(self.name(), &["version"], SHORT)
    }

    /// The version, from what it said.
    fn read_version(&self, said: &str) -> Option<Version> {
        self.name().version_in(said)
    }
}

/// How long a question may take.
pub(super) const SHORT: Duration = Duration::from_secs(30);

/// How long a cluster may take to go, to start or to stop.
pub(super) const LONG: Duration = Duration::from_mins(5);

/// Where a node of a cluster that uses the registry is marked: a mount of nothing, which the engine tells with the container.
pub(super) const MARK: &str = "/dev/null:/etc/sindri-registry";

pub(super) fn order(program: ProviderName, arguments: &[&str], limit: Duration) -> Order {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    let call = Call { program: program.program().to_owned(), arguments, input: Vec::new(), search: None, limit };
    // What k3d says when it is asked to say more has the token of a cluster in it.
    let environment = match program {
        ProviderName::K3d => vec![("LOG_LEVEL".to_owned(), "info".to_owned())],
        ProviderName::Kind => Vec::new(),
    };
    Order { call, environment }
}
