//! The names that Sindri writes into a cluster: labels, annotations, the field manager, the names of objects.

mod content;
pub mod fields;
mod kind;
mod shown;

use std::fmt;

pub use content::ContentName;
pub use kind::Kind;
pub use shown::Shown;

/// The name under which the API server records what Sindri owns. The same for dry-run and apply, always.
pub const FIELD_MANAGER: &str = "sindri";

/// The label that says who manages an object, and its value.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// The value of [`MANAGED_BY`], and of `app.kubernetes.io/name`.
pub const SINDRI: &str = "sindri";
/// The label that names the environment an object belongs to.
pub const INSTANCE: &str = "instance";

/// The annotation with the configuration's fingerprint.
pub const CONFIG_HASH: &str = "sindri.dev/config-hash";
/// The annotation with the image that runs.
pub const IMAGE: &str = "sindri.dev/image";
/// The annotation with the repository and the tag that the image was found by.
pub const IMAGE_TAG: &str = "sindri.dev/image-tag";
/// The annotation with whoever has signed the image, where somebody had to.
pub const IMAGE_SIGNER: &str = "sindri.dev/image-signer";
/// The annotation with the repository and the commit that the image was built from, where somebody has vouched for them.
pub const IMAGE_SOURCE: &str = "sindri.dev/image-source";
/// The annotation with the account that last applied the objects. It is written with a change, and is none itself.
pub const APPLIED_BY: &str = "sindri.dev/applied-by";
/// The annotation with the time at which the objects were last applied. It is written with a change, and is none itself.
pub const APPLIED_AT: &str = "sindri.dev/applied-at";
/// The annotation with the account that stopped the environment. It is there only while it is stopped, and is no drift.
pub const STOPPED_BY: &str = "sindri.dev/stopped-by";
/// The annotation with the time at which the environment was stopped, likewise.
pub const STOPPED_AT: &str = "sindri.dev/stopped-at";
/// The annotation with the profile.
pub const PROFILE: &str = "sindri.dev/profile";
/// The annotation that tells kubectl which container is meant.
pub const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// The Secret with the login of the image's registry. One for a namespace: the environments in it share it.
pub const REGISTRY_CREDENTIALS: &str = "sindri-registry-creds";

/// The container of an environment.
pub const CONTAINER: &str = "sindri";
/// The image that is meant when none is named: built locally, loaded into a local cluster.
pub const LOCAL_IMAGE: &str = "sindri:latest";

/// The claim of an environment's volume.
#[must_use]
pub fn home_claim(environment: &str) -> String {
    format!("{environment}-home-pvc")
}

/// How an object is named to a person, everywhere: `kind/namespace/name`, or `kind/name` without a namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    /// The kind.
    pub kind: Kind,
    /// The namespace, if the object has one.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectId {
    /// An object in a namespace.
    #[must_use]
    pub fn new(kind: Kind, namespace: &str, name: impl Into<String>) -> Self {
        let namespace = kind.is_namespaced().then(|| namespace.to_owned());
        Self { kind, namespace, name: name.into() }
    }

    /// As it is called where the namespace is known: `kind/name`.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}/{}", self.kind, self.name)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(formatter, "{}/{namespace}/{}", self.kind, self.name),
            None => write!(formatter, "{}/{}", self.kind, self.name),
        }
    }
}
