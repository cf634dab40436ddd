//! The kinds of objects that Sindri knows, and where the API server keeps them. Nothing is discovered at
//! run time, but what else is in a namespace before that goes with its last environment.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of object. The order is the order in which objects are applied: what others need comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is called what Kubernetes calls it")]
pub enum Kind {
    Namespace,
    ResourceQuota,
    Secret,
    Role,
    RoleBinding,
    NetworkPolicy,
    PersistentVolumeClaim,
    Deployment,
    Service,
    Lease,
    // Only read, never applied.
    ConfigMap,
    Event,
    LimitRange,
    Node,
    Pod,
    PriorityClass,
    ReplicaSet,
    RuntimeClass,
    ServiceAccount,
    StorageClass,
}

/// How one kind is called.
struct Names {
    kind: &'static str,
    plural: &'static str,
    group: &'static str,
    namespaced: bool,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::Namespace,
        Self::ResourceQuota,
        Self::Secret,
        Self::Role,
        Self::RoleBinding,
        Self::NetworkPolicy,
        Self::PersistentVolumeClaim,
        Self::Deployment,
        Self::Service,
        Self::Lease,
        Self::ConfigMap,
        Self::Event,
        Self::LimitRange,
        Self::Node,
        Self::Pod,
        Self::PriorityClass,
        Self::ReplicaSet,
        Self::RuntimeClass,
        Self::ServiceAccount,
        Self::StorageClass,
    ];

    fn names(self) -> Names {
        let (kind, plural, group, namespaced) = match self {
            Self::Namespace => ("Namespace", "namespaces", "", false),
            Self::ResourceQuota => ("ResourceQuota", "resourcequotas", "", true),
            Self::Secret => ("Secret", "secrets", "", true),
            Self::Role => ("Role", "roles", "rbac.authorization.k8s.io", true),
            Self::RoleBinding => ("RoleBinding", "rolebindings", "rbac.authorization.k8s.io", true),
            Self::NetworkPolicy => ("NetworkPolicy", "networkpolicies", "networking.k8s.io", true),
            Self::PersistentVolumeClaim => ("PersistentVolumeClaim", "persistentvolumeclaims", "", true),
            Self::Deployment => ("Deployment", "deployments", "apps", true),
            Self::Service => ("Service", "services", "", true),
            Self::Lease => ("Lease", "leases", "coordination.k8s.io", true),
            Self::ConfigMap => ("ConfigMap", "configmaps", "", true),
            Self::Event => ("Event", "events", "", true),
            Self::LimitRange => ("LimitRange", "limitranges", "", true),
            Self::Node => ("Node", "nodes", "", false),
            Self::Pod => ("Pod", "pods", "", true),
            Self::PriorityClass => ("PriorityClass", "priorityclasses", "scheduling.k8s.io", false),
            Self::ReplicaSet => ("ReplicaSet", "replicasets", "apps", true),
            Self::RuntimeClass => ("RuntimeClass", "runtimeclasses", "node.k8s.io", false),
            Self::ServiceAccount => ("ServiceAccount", "serviceaccounts", "", true),
            Self::StorageClass => ("StorageClass", "storageclasses", "storage.k8s.io", false),
        };
        Names { kind, plural, group, namespaced }
    }

    /// As an object says it: `Deployment`.
    #[must_use]
    pub fn as_written(self) -> &'static str {
        self.names().kind
    }

    /// As a path and a rule of RBAC say it: `deployments`.
    #[must_use]
    pub fn plural(self) -> &'static str {
        self.names().plural
    }

    /// The API group, empty for the core: `apps`.
    #[must_use]
    pub fn group(self) -> &'static str {
        self.names().group
    }

    /// Group and version as an object says them: `apps/v1`. All of these kinds are version 1.
    #[must_use]
    pub fn api_version(self) -> String {
        match self.group() {
            "" => "v1".to_owned(),
            group => format!("{group}/v1"),
        }
    }

    /// Whether its objects live in a namespace.
    #[must_use]
    pub fn is_namespaced(self) -> bool {
        self.names().namespaced
    }
}

/// As kubectl says it: `deployment`.
impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.as_written().to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn the_list_holds_every_kind_in_the_order_of_application() {
        assert!(Kind::ALL.is_sorted());
        assert_eq!(Kind::ALL.last(), Some(&Kind::StorageClass));
        assert!(Kind::Namespace < Kind::Secret && Kind::Secret < Kind::Deployment);
    }

    #[test]
    fn a_kind_knows_its_group_and_version() {
        assert_eq!(Kind::Deployment.api_version(), "apps/v1");
        assert_eq!(Kind::Secret.api_version(), "v1");
        assert_eq!(Kind::PersistentVolumeClaim.to_string(), "persistentvolumeclaim");
    }
}
