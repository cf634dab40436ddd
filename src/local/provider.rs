//! Who makes clusters on this machine, and what is the same for all of them. Pure.

use std::fmt;

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
