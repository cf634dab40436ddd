//! Which of the clusters of this machine is meant.

use clap::{Args, ValueEnum};

use super::super::failure::{Failure, word};
use super::super::machine::Machine;
use crate::local::{KubeconfigFiles, LocalCluster, Maker, Mentions, ProviderName};

/// Who makes the cluster, as it is said on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ProviderChoice {
    /// Upstream's own Kubernetes in containers.
    Kind,
    /// k3s in containers.
    #[value(name = "k3d")]
    K3d,
}

impl ProviderChoice {
    pub(super) fn name(self) -> ProviderName {
        match self {
            Self::Kind => ProviderName::Kind,
            Self::K3d => ProviderName::K3d,
        }
    }
}

/// Which cluster is meant, by its name.
#[derive(Debug, Args)]
pub(super) struct NameArguments {
    /// The name of the cluster.
    #[arg(value_name = "NAME")]
    pub(super) name: String,
    /// Who made it. Needed where kind and k3d have one of this name each.
    #[arg(long, value_enum, value_name = "PROVIDER")]
    pub(super) provider: Option<ProviderChoice>,
}

/// Which cluster is meant; the current one where nothing is said.
#[derive(Debug, Args)]
pub(super) struct MaybeNameArguments {
    /// The name of the cluster; default: that of the current context, if it is on this machine.
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Who made it. Needed where kind and k3d have one of this name each.
    #[arg(long, value_enum, value_name = "PROVIDER")]
    pub(super) provider: Option<ProviderChoice>,
}

impl Machine {
    /// The cluster that is meant.
    pub(super) fn named(&self, name: &str, provider: Option<ProviderChoice>) -> Result<&LocalCluster, Failure> {
        let is_meant =
            |one: &&LocalCluster| one.name == name && provider.is_none_or(|provider| provider.name() == one.provider);
        let meant: Vec<&LocalCluster> = self.clusters.iter().filter(is_meant).collect();
        match meant.as_slice() {
            [only] => Ok(only),
            [] => {
                let names: Vec<String> = self.clusters.iter().map(|one| one.name.clone()).collect();
                let near = crate::config::suggest::nearest(name, names.iter().map(String::as_str));
                let of = provider.map(|provider| format!(" of {}", provider.name())).unwrap_or_default();
                let hint = match near {
                    Some(near) => format!("did you mean {}? see them all with `sindri k8s list`", word(near)),
                    None if names.is_empty() => {
                        format!("there is none at all; make it with `sindri k8s create --name {}`", word(name))
                    }
                    None => "see them all with `sindri k8s list`".to_owned(),
                };
                Err(Failure::failed(format!("there is no cluster {name}{of} on this machine"), None).hint(hint))
            }
            several => {
                let both: Vec<String> = several.iter().map(|one| one.provider.to_string()).collect();
                Err(Failure::configuration(format!("there are several clusters {name}: of {}", both.join(" and of ")))
                    .hint("say which with `--provider`"))
            }
        }
    }

    /// The cluster that is meant, or that of the current context.
    pub(super) fn meant(
        &self,
        arguments: &MaybeNameArguments,
        files: &KubeconfigFiles,
    ) -> Result<&LocalCluster, Failure> {
        if let Some(name) = &arguments.name {
            return self.named(name, arguments.provider);
        }
        let is_current = |one: &&LocalCluster| mentions(files, one).is_ok_and(|mentions| is_current(&mentions));
        self.clusters.iter().find(is_current).ok_or_else(|| {
            Failure::configuration(
                "it is not said which cluster is meant, and the current context is of none on this machine",
            )
            .hint("see them all with `sindri k8s list`, and name one")
        })
    }

    /// What makes and unmakes a cluster.
    pub(super) fn maker(&self, provider: ProviderName) -> Result<Maker, Failure> {
        Ok(Maker::new(self.engine, provider)?)
    }
}

/// What the kubeconfig says of a cluster.
pub(super) fn mentions(files: &KubeconfigFiles, cluster: &LocalCluster) -> Result<Mentions, Failure> {
    Ok(files.mentions(&cluster.context())?)
}

/// Whether one of these contexts is the current one.
pub(super) fn is_current(mentions: &Mentions) -> bool {
    mentions.current.as_ref().is_some_and(|current| mentions.contexts.contains(current))
}

/// The context that leads to it: the current one, the one of its maker, any.
pub(super) fn context<'a>(mentions: &'a Mentions, cluster: &LocalCluster) -> Option<&'a String> {
    let own = cluster.context();
    let found = |wanted: Option<&String>| mentions.contexts.iter().find(|context| Some(*context) == wanted);
    found(mentions.current.as_ref()).or_else(|| found(Some(&own))).or(mentions.contexts.first())
}
