//! A plan for a program: JSON, and YAML through the same value. `docs/plan-format.md` describes it.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::evidence_data::EvidenceData;
use super::plan::{count, shown_field};
use crate::names::ObjectId;
use crate::plan::mask::{NEW, OLD, is_value, masked};
use crate::plan::{Action, Change, Cluster, ClusterType, Drift, Fate, Finding, Plan};

/// Where the published schema is found.
pub const ADDRESS: &str = "https://sindri.dev/schemas/plan.schema.json";

/// What `sindri plan` and `sindri deploy` would do, as a program reads it.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "plan")]
pub(super) struct PlanData<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// Which cluster, and the place in it.
    cluster: ClusterData<'a>,
    /// The name of the environment.
    environment: &'a str,
    /// The image that will run, by digest; an image of this machine by a tag that says what is in it.
    image: &'a str,
    /// The nodes that an image of this machine is brought to; null if it is in a registry.
    image_loading: Option<LoadingData<'a>>,
    /// The repository and the tag that the image was found by; null if the file names a digest.
    image_tag: Option<&'a str>,
    /// The image that the same tag meant at the last deploy; null if it means the same, or was not deployed.
    image_before: Option<&'a str>,
    /// Who vouches for the image, and with what evidence; null where nobody has to.
    image_signature: Option<EvidenceData<'a>>,
    /// Who vouches for where it comes from, likewise.
    image_provenance: Option<EvidenceData<'a>>,
    /// The fingerprint of the configuration.
    config_hash: &'a str,
    /// Every object, in the order in which they are applied; deletions last.
    changes: Vec<ChangeData<'a>>,
    /// What others have changed since the last deploy.
    drift: Vec<DriftData<'a>>,
    /// What is foreseen; the worst first.
    predictions: Vec<PredictionData<'a>>,
    /// How many objects there are of each action.
    summary: Summary,
    /// Whether the environment is stopped, and stays so.
    stopped: bool,
    /// Whether fields of other managers are taken (`--force-conflicts`).
    force: bool,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "loading")]
struct LoadingData<'a> {
    /// All nodes that run.
    nodes: &'a [String],
    /// Those that lack it: `deploy` loads it into them.
    lacking: &'a [String],
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "cluster")]
pub(super) struct ClusterData<'a> {
    /// The context of the kubeconfig; null inside a cluster.
    context: Option<&'a str>,
    /// The address of the API server.
    server: &'a str,
    /// What kind of cluster it is.
    #[serde(rename = "type")]
    cluster_type: TypeData,
    /// The name of a local cluster, if it is known.
    name: Option<&'a str>,
    /// The version of Kubernetes.
    version: &'a str,
    /// The identity of the namespace `kube-system`; null where it may not be read.
    uid: Option<&'a str>,
    /// The namespace.
    namespace: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "cluster_type", rename_all = "lowercase")]
enum TypeData {
    Kind,
    K3d,
    Remote,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "change")]
struct ChangeData<'a> {
    /// Which object.
    object: ObjectData<'a>,
    /// What is done with it.
    action: ActionData,
    /// Whether the server has rehearsed it. If not, the difference was computed here.
    validated: bool,
    /// The object as it is, without what the server owns; null if there is none. Values of Secrets are marks.
    before: Option<Value>,
    /// The object as it will be; null if it is deleted. Values of Secrets are marks.
    after: Option<Value>,
    /// The fields that differ.
    fields: Vec<FieldData>,
    /// Fields of others that would be taken.
    conflicts: Vec<ConflictData<'a>>,
    /// What else should be known.
    notes: &'a [String],
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "object")]
pub(super) struct ObjectData<'a> {
    /// The API group and version.
    #[serde(rename = "apiVersion")]
    api_version: String,
    /// The kind.
    kind: &'static str,
    /// The namespace; null for what lives in none.
    namespace: Option<&'a str>,
    /// The name.
    name: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "action", rename_all = "lowercase")]
pub(super) enum ActionData {
    Keep,
    Create,
    Update,
    Replace,
    Delete,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "field")]
struct FieldData {
    /// The path. Items of lists are named by their keys. It ends in ` (order)` when only the order of a list differs.
    path: String,
    /// The value as it is; null if it is added.
    before: Option<Value>,
    /// The value as it will be; null if it is removed.
    after: Option<Value>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "conflict")]
struct ConflictData<'a> {
    /// The field, as the server writes it.
    field: &'a str,
    /// The field manager that owns it.
    manager: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "drift")]
struct DriftData<'a> {
    /// Which object.
    object: ObjectData<'a>,
    /// The path of the field.
    path: &'a str,
    /// What it is now; null if it was removed.
    live: Option<Value>,
    /// What the configuration says; null if it says nothing of it.
    wanted: Option<Value>,
    /// The field manager that changed it, if it is known.
    manager: Option<&'a str>,
    /// When, if it is known.
    time: Option<&'a str>,
    /// What deploy does to it.
    fate: FateData,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "fate", rename_all = "lowercase")]
enum FateData {
    Restored,
    Kept,
    Contested,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "prediction")]
pub(super) struct PredictionData<'a> {
    /// `blocks`: deploy would be refused. `fails`: the environment would not run. `warns`: it may go wrong. `unknown`:
    /// it could not be looked at.
    #[schemars(schema_with = "severities")]
    severity: &'static str,
    /// A short word that stays the same.
    code: &'static str,
    /// What it is about: `kind/name`.
    about: &'a str,
    /// What will happen, and why.
    message: &'a str,
    /// What to type or to change; empty if nothing can be done.
    fix: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "summary")]
struct Summary {
    create: usize,
    update: usize,
    replace: usize,
    delete: usize,
    keep: usize,
}

pub(super) fn version_one(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"const": "1"})
}

fn severities(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"enum": ["blocks", "fails", "warns", "unknown"]})
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<PlanData<'_>>(ADDRESS)
}

pub(super) fn schema_of<Document: JsonSchema>(address: &str) -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Document>().to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("$id".to_owned(), address.into());
    }
    format!("{schema:#}\n")
}

/// The plan as a value, the same each time.
#[must_use]
pub fn for_program(plan: &Plan) -> Value {
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(data(plan)).unwrap_or_default()
}

pub(super) fn data(plan: &Plan) -> PlanData<'_> {
    PlanData {
        format_version: "1",
        cluster: cluster(&plan.cluster),
        environment: &plan.environment,
        image: &plan.image,
        image_loading: plan
            .loading
            .as_ref()
            .map(|loading| LoadingData { nodes: &loading.nodes, lacking: &loading.lacking }),
        image_tag: plan.tag.as_deref(),
        image_before: plan.tag_before.as_deref(),
        image_signature: plan.signed.signature.as_deref().map(EvidenceData::of),
        image_provenance: plan.signed.provenance.as_deref().map(EvidenceData::of),
        config_hash: &plan.config_hash,
        changes: plan.changes.iter().map(change).collect(),
        drift: plan.drift.iter().map(drift).collect(),
        predictions: plan.findings.iter().map(prediction).collect(),
        summary: Summary {
            create: count(plan, Action::Create),
            update: count(plan, Action::Update),
            replace: count(plan, Action::Replace),
            delete: count(plan, Action::Delete),
            keep: count(plan, Action::Keep),
        },
        stopped: plan.stopped,
        force: plan.force,
    }
}

pub(super) fn cluster(cluster: &Cluster) -> ClusterData<'_> {
    let (cluster_type, name) = match &cluster.cluster_type {
        ClusterType::Kind(name) => (TypeData::Kind, name.as_deref()),
        ClusterType::K3d(name) => (TypeData::K3d, name.as_deref()),
        ClusterType::Remote => (TypeData::Remote, None),
    };
    ClusterData {
        context: cluster.context.as_deref(),
        server: &cluster.server,
        cluster_type,
        name,
        version: &cluster.version,
        uid: cluster.uid.as_deref(),
        namespace: &cluster.namespace,
    }
}

pub(super) fn object(id: &ObjectId) -> ObjectData<'_> {
    ObjectData {
        api_version: id.kind.api_version(),
        kind: id.kind.as_written(),
        namespace: id.namespace.as_deref(),
        name: &id.name,
    }
}

pub(super) fn action(action: Action) -> ActionData {
    match action {
        Action::Keep => ActionData::Keep,
        Action::Create => ActionData::Create,
        Action::Update => ActionData::Update,
        Action::Replace => ActionData::Replace,
        Action::Delete => ActionData::Delete,
    }
}

fn change(change: &Change) -> ChangeData<'_> {
    let (before, after) = masked(change.id.kind, change.before.as_ref(), change.after.as_ref());
    let fields = change.fields.iter().map(|field| shown_field(change, field));
    let conflicts = change.conflicts.iter();
    ChangeData {
        object: object(&change.id),
        action: action(change.action),
        validated: change.validated,
        before,
        after,
        fields: fields.map(|field| FieldData { path: field.path, before: field.before, after: field.after }).collect(),
        conflicts: conflicts
            .map(|conflict| ConflictData { field: &conflict.field, manager: &conflict.manager })
            .collect(),
        notes: &change.notes,
    }
}

fn drift(drift: &Drift) -> DriftData<'_> {
    let shown = |value: &Option<Value>, mark: &str| match value {
        Some(value) if is_value(drift.id.kind, &drift.path, value) => Some(Value::from(mark)),
        other => other.clone(),
    };
    DriftData {
        object: object(&drift.id),
        path: &drift.path,
        live: shown(&drift.live, OLD),
        wanted: shown(&drift.wanted, NEW),
        manager: drift.manager.as_deref(),
        time: drift.time.as_deref(),
        fate: match drift.fate {
            Fate::Restored => FateData::Restored,
            Fate::Kept => FateData::Kept,
            Fate::Contested => FateData::Contested,
        },
    }
}

pub(super) fn prediction(finding: &Finding) -> PredictionData<'_> {
    PredictionData {
        severity: finding.severity.as_str(),
        code: finding.code,
        about: &finding.about,
        message: &finding.message,
        fix: &finding.fix,
    }
}
