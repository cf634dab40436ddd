//! A plan in a file: what was shown, and what it was based on. No Secret is in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::change::{Action, Change, Field, Plan, Seal};
use super::{Basis, Cluster, Conflict};
use crate::image::trust::Signed;
use crate::names::{Kind, ObjectId};

/// The only version of the format.
const FORMAT: &str = "1";
const KIND: &str = "SindriPlan";

#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    kind: String,
    format_version: String,
    made_by: String,
    cluster: Cluster,
    environment: String,
    image: String,
    #[serde(default)]
    tag: Option<String>,
    #[serde(default)]
    tag_before: Option<String>,
    #[serde(default)]
    signed: Signed,
    config_hash: String,
    force: bool,
    stopped: bool,
    changes: Vec<SavedChange>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedChange {
    kind: Kind,
    namespace: Option<String>,
    name: String,
    action: Action,
    basis: Basis,
    body: Option<Value>,
    before: Option<Value>,
    after: Option<Value>,
    fields: Vec<Field>,
    validated: bool,
    conflicts: Vec<Conflict>,
    notes: Vec<String>,
}

/// Why a file is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is something else, or not all of it is there.
    #[error("it is not a saved plan")]
    NotAPlan(#[source] serde_json::Error),
    /// It is of another kind.
    #[error("it is not a saved plan")]
    Foreign,
    /// Another version of sindri wrote it in another format.
    #[error("it has format {0}, and this version of sindri reads format {FORMAT}")]
    Format(String),
}

/// The plan as it is kept in a file.
#[must_use]
pub fn save(plan: &Plan) -> String {
    let saved = Saved {
        kind: KIND.to_owned(),
        format_version: FORMAT.to_owned(),
        made_by: format!("sindri {}", env!("CARGO_PKG_VERSION")),
        cluster: plan.cluster.clone(),
        environment: plan.environment.clone(),
        image: plan.image.clone(),
        tag: plan.tag.clone(),
        tag_before: plan.tag_before.clone(),
        signed: plan.signed.clone(),
        config_hash: plan.config_hash.clone(),
        force: plan.force,
        stopped: plan.stopped,
        changes: plan.changes.iter().map(SavedChange::of).collect(),
    };
    // Serialising cannot fail: every map has text for keys. Were it to, the empty text is no plan.
    serde_json::to_string_pretty(&saved).map(|text| text + "\n").unwrap_or_default()
}

/// The plan that a file holds.
///
/// # Errors
/// When the file is no plan, or one that this version does not understand.
pub fn load(bytes: &[u8]) -> Result<Plan, Unreadable> {
    let value: Value = serde_json::from_slice(bytes).map_err(Unreadable::NotAPlan)?;
    if value.get("kind").is_none_or(|kind| kind != KIND) {
        return Err(Unreadable::Foreign);
    }
    match value.get("format_version").and_then(Value::as_str) {
        Some(FORMAT) => {}
        other => return Err(Unreadable::Format(other.unwrap_or("none").to_owned())),
    }
    let saved: Saved = serde_json::from_value(value).map_err(Unreadable::NotAPlan)?;
    Ok(Plan {
        cluster: saved.cluster,
        environment: saved.environment,
        image: saved.image,
        tag: saved.tag,
        tag_before: saved.tag_before,
        signed: saved.signed,
        // Which nodes lack the image is seen when the plan is applied.
        loading: None,
        config_hash: saved.config_hash,
        changes: saved.changes.into_iter().map(SavedChange::into_change).collect(),
        drift: Vec::new(),
        findings: Vec::new(),
        stopped: saved.stopped,
        ready: false,
        force: saved.force,
        seal: Seal(()),
    })
}

impl SavedChange {
    fn of(change: &Change) -> Self {
        let is_secret = change.id.kind == Kind::Secret;
        Self {
            kind: change.id.kind,
            namespace: change.id.namespace.clone(),
            name: change.id.name.clone(),
            action: change.action,
            basis: change.basis.clone(),
            body: change.body.clone().filter(|_| !is_secret),
            before: change.before.clone(),
            after: change.after.clone(),
            fields: change.fields.clone(),
            validated: change.validated,
            conflicts: change.conflicts.clone(),
            notes: change.notes.clone(),
        }
    }

    fn into_change(self) -> Change {
        Change {
            id: ObjectId { kind: self.kind, namespace: self.namespace, name: self.name },
            action: self.action,
            basis: self.basis,
            body: self.body,
            before: self.before,
            after: self.after,
            fields: self.fields,
            validated: self.validated,
            conflicts: self.conflicts,
            notes: self.notes,
        }
    }
}
