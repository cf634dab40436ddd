//! How an environment is, as a value: JSON, and YAML through the same value. `docs/status.md` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::outcome::Said;
use super::super::plan_data::{schema_of, version_one};

/// Where the published schema is found.
const ADDRESS: &str = "https://sindri.dev/schemas/status.schema.json";

/// How an environment is, as `sindri status` says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "status")]
pub struct Status {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    pub format_version: &'static str,
    /// The context of the kubeconfig; null inside a cluster.
    pub context: Option<String>,
    /// The namespace.
    pub namespace: String,
    /// The name of the environment.
    pub environment: String,
    /// What it is doing, in one word.
    pub phase: Phase,
    /// What it is doing, or why it does not run, in a sentence; null where the phase says it all.
    pub reason: Option<Reason>,
    /// The image that it runs; null if it is not deployed.
    pub image: Option<Image>,
    /// The last deploy; null if it is not deployed.
    pub applied: Option<Applied>,
    /// Who stopped it; null if it is not stopped.
    pub stopped: Option<Stopped>,
    /// Its pod; null if there is none.
    pub pod: Option<Pod>,
    /// Its volume; null if there is none, or if it may not be seen.
    pub volume: Option<Volume>,
    /// Where it can be reached inside the cluster; null if there is no Service.
    pub address: Option<Address>,
    /// What others have changed and sindri does not own.
    pub drift: Vec<Drifted>,
    /// When it was made; null if it is not deployed.
    pub created_at: Option<String>,
    /// For how many seconds it has been there, by the server's clock.
    pub age_seconds: Option<i64>,
    /// What could not be seen, in the server's words.
    pub unseen: Vec<String>,
}

impl Status {
    /// The same without what changes by itself: how long ago things were, and what is used just now.
    #[must_use]
    pub fn timeless(&self) -> Self {
        let mut status = Self { age_seconds: None, ..self.clone() };
        status.applied.iter_mut().for_each(|applied| applied.age_seconds = None);
        status.stopped.iter_mut().for_each(|stopped| stopped.age_seconds = None);
        status.pod.iter_mut().for_each(|pod| (pod.running_seconds, pod.usage) = (None, None));
        status.volume.iter_mut().for_each(|volume| (volume.age_seconds, volume.used_bytes) = (None, None));
        status
    }
}

/// What an environment is doing, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename = "phase", rename_all = "kebab-case")]
pub enum Phase {
    /// There is none.
    NotDeployed,
    /// Its pod is about to be made, or an old one has to go first.
    Creating,
    /// Its pod is not let in, or waits for a node or a volume.
    Pending,
    /// Its image is fetched.
    Pulling,
    /// Its container starts.
    Starting,
    /// It runs.
    Ready,
    /// It runs, and somebody has changed it since the last deploy.
    Drifted,
    /// It cannot run as it is.
    Degraded,
    /// Its program ends again and again.
    CrashLooping,
    /// It is to have no pod, and one is still there.
    Stopping,
    /// It has no pod, and is to have none.
    Stopped,
    /// It is being deleted.
    Deleting,
    /// This person may not see it.
    Unknown,
}

impl Phase {
    /// As it is told and written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotDeployed => "not-deployed",
            Self::Creating => "creating",
            Self::Pending => "pending",
            Self::Pulling => "pulling",
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Drifted => "drifted",
            Self::Degraded => "degraded",
            Self::CrashLooping => "crash-looping",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Deleting => "deleting",
            Self::Unknown => "unknown",
        }
    }
}

/// What an environment is doing, or why it does not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "reason")]
pub struct Reason {
    /// A short word that stays the same; null where it is only a matter of time.
    pub code: Option<String>,
    /// About which object: `kind/name`; null where it is the environment itself.
    pub about: Option<String>,
    /// In a sentence.
    pub message: String,
    /// What to type or to change; null if nothing has to be done.
    pub advice: Option<String>,
    /// What the cluster last said about it.
    pub event: Option<Remark>,
    /// The last lines that the program in the container wrote.
    pub log: Vec<String>,
}

/// What the cluster said about an object.
pub type Remark = Said;

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "image")]
pub struct Image {
    /// By digest, as it runs.
    pub reference: String,
    /// The repository and the tag that it was found by; null if a digest was written.
    pub tag: Option<String>,
    /// Who signed it, where somebody had to; null otherwise.
    pub signer: Option<String>,
    /// What it was built from, where somebody has vouched for it.
    pub source: Option<String>,
}

/// The last deploy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "applied")]
pub struct Applied {
    /// Who: `ada@laptop`; null if it was not deployed by `sindri deploy`.
    pub by: Option<String>,
    /// When, by the server's clock.
    pub at: Option<String>,
    /// How many seconds ago.
    pub age_seconds: Option<i64>,
    /// The fingerprint of the configuration that was deployed.
    pub config_hash: Option<String>,
    /// Whether the file is still that configuration; null if there is no file to compare.
    pub matches_file: Option<bool>,
}

/// Since when it is stopped, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "stopped")]
pub struct Stopped {
    /// Who; null if nobody has written it down.
    pub by: Option<String>,
    /// Since when; null if it is not known.
    pub at: Option<String>,
    /// For how many seconds.
    pub age_seconds: Option<i64>,
}

/// A pod.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "pod")]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// The node that it is on; null if it has none yet.
    pub node: Option<String>,
    /// Its address.
    pub ip: Option<String>,
    /// How often its container was started again.
    pub restarts: i64,
    /// When its container began to run; null if it does not run.
    pub started_at: Option<String>,
    /// For how many seconds it has run.
    pub running_seconds: Option<i64>,
    /// What it uses now; null if the cluster does not measure that.
    pub usage: Option<Usage>,
}

/// What a pod uses, and what it may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "usage")]
pub struct Usage {
    /// Processors, in thousandths.
    pub cpu_millis: i64,
    /// Its limit as it is written; null if it has none.
    pub cpu_limit: Option<String>,
    /// Memory, in bytes.
    pub memory_bytes: i64,
    /// Its limit as it is written; null if it has none.
    pub memory_limit: Option<String>,
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "volume")]
pub struct Volume {
    /// Its claim.
    pub claim: String,
    /// How large it is, or is to be.
    pub size: String,
    /// Its class; null if the claim names none.
    pub class: Option<String>,
    /// As Kubernetes says it: `Bound`, `Pending`, `Lost`.
    pub state: String,
    /// The volume behind the claim; null as long as there is none.
    pub volume: Option<String>,
    /// How many bytes are used; null if the node does not say it.
    pub used_bytes: Option<i64>,
    /// How many bytes there are; null likewise.
    pub capacity_bytes: Option<i64>,
    /// For how many seconds it has been there.
    pub age_seconds: Option<i64>,
}

/// Where an environment can be reached inside the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "address")]
pub struct Address {
    /// The name: `dev.team.svc`.
    pub host: String,
    /// The number.
    pub ip: Option<String>,
    /// The ports.
    pub ports: Vec<Port>,
}

/// A port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "port")]
pub struct Port {
    /// Its name.
    pub name: Option<String>,
    /// Its number.
    pub port: i64,
}

/// A field that somebody else has set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "drift")]
pub struct Drifted {
    /// Which object: `kind/name`.
    pub object: String,
    /// Which field.
    pub field: String,
    /// Who, as far as the server knows.
    pub manager: Option<String>,
    /// When.
    pub at: Option<String>,
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<Status>(ADDRESS)
}
