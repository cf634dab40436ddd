//! Which cluster is meant, as the header of every command names it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A cluster, and the place in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// The context of the kubeconfig; none inside a cluster.
    pub context: Option<String>,
    /// The address of the API server.
    pub server: String,
    /// What kind of cluster it is.
    pub cluster_type: ClusterType,
    /// The version of Kubernetes, as the server says it: `v1.37.1`.
    pub version: String,
    /// What tells this cluster from every other: the identity of `kube-system`; none where it may not be read.
    pub uid: Option<String>,
    /// The namespace.
    pub namespace: String,
}

impl Cluster {
    /// Whether another one is the same: by its identity, and by its address where that may not be read.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.uid, &other.uid) {
            (Some(own), Some(others)) => own == others,
            _ => self.server == other.server,
        }
    }
}

/// What kind of cluster it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClusterType {
    /// A local one made by kind, and its name if it is known.
    Kind(Option<String>),
    /// A local one made by k3d, and its name if it is known.
    K3d(Option<String>),
    /// Any other.
    Remote,
}

impl fmt::Display for ClusterType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(_) => formatter.write_str("kind"),
            Self::K3d(_) => formatter.write_str("k3d"),
            Self::Remote => formatter.write_str("remote"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cluster, ClusterType};

    #[test]
    fn a_cluster_is_known_by_its_identity_and_else_by_its_address() {
        let cluster = |server: &str, uid: Option<&str>| Cluster {
            context: None,
            server: server.to_owned(),
            cluster_type: ClusterType::Remote,
            version: "v1.37.1".to_owned(),
            uid: uid.map(str::to_owned),
            namespace: "team".to_owned(),
        };
        let known = cluster("https://a", Some("1"));
        assert!(known.is_same(&cluster("https://b", Some("1"))));
        assert!(!known.is_same(&cluster("https://a", Some("2"))), "it was made anew at the same address");
        assert!(known.is_same(&cluster("https://a", None)));
        assert!(!known.is_same(&cluster("https://b", None)));
    }
}
