//! What a file means: nothing left to guess, nothing left to check.

use std::collections::BTreeMap;

use semver::VersionReq;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::name::{EnvironmentName, LabelKey, LabelValue, Namespace, ObjectName, Profile, ResourceName, VariableName};
use super::quantity::Quantity;
use super::reference::{Digest, Reference, Repository, Tag};

/// One environment, completely described.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spec {
    /// Its name.
    pub name: EnvironmentName,
    /// Which image it runs.
    pub image: Image,
    /// When the node asks the registry for the image.
    pub pull_policy: PullPolicy,
    /// How much it gets.
    pub resources: Resources,
    /// Where its home directory is kept.
    pub workspace: Workspace,
    /// Its variables, without those that Sindri sets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<VariableName, String>,
    /// The ports it offers besides SSH, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    /// The command that runs instead of the image's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The set of tools the image installs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// Where in Kubernetes it runs, and under which rules.
    pub kubernetes: Kubernetes,
}

impl Spec {
    /// A short text that changes when the meaning changes, and not when comments or the order of keys do.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        // Serialising cannot fail: every map has text for keys. Were it to, the empty text is no fingerprint of anything.
        let meaning = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(meaning).iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// The same with this image. Whoever has to vouch for the other one has to vouch for this one.
    #[must_use]
    pub fn with_digest(&self, repository: Repository, digest: Digest) -> Self {
        let image = match &self.image {
            Image::Chosen { verification, .. } => {
                Image::Chosen { repository, choice: Choice::Digest(digest), verification: verification.clone() }
            }
            Image::Local | Image::Reference(_) => {
                Image::Reference(Reference { repository, tag: None, digest: Some(digest) })
            }
        };
        Self { image, ..self.clone() }
    }
}

/// Which image runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Image {
    /// None was named: `sindri:latest` of the local Docker, on a local cluster.
    Local,
    /// One reference.
    Reference(Reference),
    /// A repository, and which image of it.
    Chosen {
        /// Where it lives.
        repository: Repository,
        /// Which one it is.
        choice: Choice,
        /// Who must have signed it.
        verification: Verification,
    },
}

/// Which image of a repository.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// The highest version in a range.
    Version {
        /// The range.
        range: VersionReq,
        /// Whether a pre-release may be chosen.
        allow_prerelease: bool,
    },
    /// One tag.
    Tag(Tag),
    /// One digest.
    Digest(Digest),
}

/// What must be proved before the image is deployed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verification {
    /// Somebody trusted signed it.
    pub signature: bool,
    /// Somebody trusted signed its provenance.
    pub provenance: bool,
    /// Whoever is trusted; any of them suffices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trust: Vec<Trust>,
}

/// Somebody who may sign, and what their provenance must say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trust {
    /// Who.
    pub signer: Signer,
    /// A file with the root of trust; the public-good root otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trusted_root: Option<String>,
    /// The builder that provenance must name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub builder: Option<String>,
    /// The source repository that provenance must name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_repository: Option<String>,
    /// The branch or tag that provenance must name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ref: Option<String>,
    /// Nobody wrote this: it is what holds without `trust`, for workflows whose name starts like this. Only messages need it.
    #[serde(skip)]
    pub by_default: Option<String>,
}

/// How a signer is recognised.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signer {
    /// By a public key in a file, seen from the configuration's folder.
    KeyFile(String),
    /// By a public key in the configuration itself.
    KeyText(String),
    /// By an account that an issuer vouches for.
    Identity {
        /// The issuer.
        issuer: String,
        /// The account.
        subject: Subject,
    },
}

/// The account of a signer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Exactly this one.
    Exact(String),
    /// Any that the expression matches from its start to its end.
    Pattern(String),
}

/// When the node asks the registry for the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum PullPolicy {
    /// Each time the container starts.
    Always,
    /// When the node does not have the image.
    IfNotPresent,
    /// Never.
    Never,
}

impl PullPolicy {
    /// As Kubernetes writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
        }
    }
}

/// How much an environment gets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resources {
    /// The most memory and processor time.
    pub limits: Amounts,
    /// What is promised.
    pub requests: Amounts,
    /// Graphics processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu: Option<Gpu>,
}

/// Memory and processor time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Amounts {
    /// Memory.
    pub memory: Quantity,
    /// Processor time.
    pub cpus: Quantity,
}

/// Graphics processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gpu {
    /// Whose.
    pub vendor: GpuVendor,
    /// How many.
    pub count: u32,
}

/// Whose graphics processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GpuVendor {
    /// NVIDIA.
    Nvidia,
    /// AMD.
    Amd,
    /// Intel.
    Intel,
}

impl GpuVendor {
    /// The value of the node label `gpu`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Nvidia => "nvidia",
            Self::Amd => "amd",
            Self::Intel => "intel",
        }
    }

    /// The resource that the vendor's device plugin offers.
    #[must_use]
    pub fn resource(self) -> &'static str {
        match self {
            Self::Nvidia => "nvidia.com/gpu",
            Self::Amd => "amd.com/gpu",
            Self::Intel => "gpu.intel.com/i915",
        }
    }
}

/// Where the home directory is kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workspace {
    /// In a claim of the environment's own.
    Own {
        /// How large.
        size: Quantity,
    },
    /// In a claim that exists already.
    Existing {
        /// Its name.
        claim: ObjectName,
    },
}

/// Where in Kubernetes an environment runs, and under which rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kubernetes {
    /// The only context that may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    /// The namespace; the context's otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Namespace>,
    /// The class of the volume; the cluster's default otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<ObjectName>,
    /// Secrets whose entries become variables, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<ObjectName>,
    /// Secrets for the registry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub image_pull_secrets: Vec<ObjectName>,
    /// The account of the pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<ObjectName>,
    /// Labels the node must have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub node_selector: BTreeMap<LabelKey, LabelValue>,
    /// Taints the pod accepts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
    /// The priority of the pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<ObjectName>,
    /// The runtime of the pod.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_class_name: Option<ObjectName>,
    /// The Pod Security level.
    pub security: Security,
    /// What the namespace may use.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub quota: BTreeMap<ResourceName, Quantity>,
    /// Who may use the environment.
    #[serde(skip_serializing_if = "Access::is_empty")]
    pub access: Access,
    /// Which connections are refused.
    pub network_policy: NetworkPolicy,
}

/// A taint that a pod accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Toleration {
    /// The taint's key; any otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<LabelKey>,
    /// The taint's value; any otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<LabelValue>,
    /// The taint's effect; any otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// How long it is accepted; for ever otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
}

/// The Pod Security level that a pod is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// No privileges at all.
    Restricted,
    /// No known way to gain privileges.
    Baseline,
    /// A privileged container.
    Privileged,
}

/// Who may use an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Access {
    /// Users, in order.
    pub users: Vec<String>,
    /// Groups, in order.
    pub groups: Vec<String>,
}

impl Access {
    /// Whether nobody is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }
}

/// Which connections are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkPolicy {
    /// None.
    None,
    /// All that come in.
    DenyIngress,
    /// All that come in, and those that go out to private addresses.
    Restricted,
}
