//! Many environments: a row for each.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::super::plan_data::{schema_of, version_one};
use super::page::own;
use super::table::table;
use super::{Phase, age};

/// Where the published schema is found.
const ADDRESS: &str = "https://sindri.dev/schemas/environments.schema.json";

/// Which columns are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The namespace, where there may be several.
    pub namespace: bool,
    /// Node, volume, and who deployed it.
    pub wide: bool,
}

/// One environment of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "environment")]
pub struct Row {
    /// The namespace.
    pub namespace: String,
    /// The name of the environment.
    pub environment: String,
    /// What it is doing, in one word.
    pub phase: Phase,
    /// Why it does not run, in a sentence; null if it does, or if it is only a matter of time.
    pub reason: Option<String>,
    /// The repository and the tag of its image, or the image by digest; null if only its volume is left.
    pub image: Option<String>,
    /// The image that it runs, exactly: by digest, or an image of a machine by its content.
    pub image_reference: Option<String>,
    /// The node that it runs on; null if it does not run, or if it was not asked for.
    pub node: Option<String>,
    /// The size of its volume; null if it has none of its own.
    pub volume: Option<String>,
    /// Who deployed it last.
    pub applied_by: Option<String>,
    /// When it was made.
    pub created_at: Option<String>,
    /// For how many seconds it has been there, by the server's clock.
    pub age_seconds: Option<i64>,
}

/// The environments of a namespace or of a cluster, as `sindri list` says them.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "environments")]
struct List<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// All of them, by namespace and name.
    environments: &'a [Row],
    /// What could not be seen, in the server's words.
    unseen: &'a [String],
}

/// A table. Without a row it is empty.
#[must_use]
pub fn list_for_person(rows: &[Row], columns: Columns) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let dash = |text: Option<&String>| printable(text.map_or("-", String::as_str));
    let cells = |row: &Row| {
        let mut cells = Vec::new();
        cells.extend(columns.namespace.then(|| printable(&row.namespace)));
        cells.extend([printable(&row.environment), row.phase.word().to_owned()]);
        cells.push(dash(row.image.as_deref().map(|image| shown(row, image)).as_ref()));
        if columns.wide {
            cells.extend([dash(row.node.as_ref()), dash(row.volume.as_ref()), dash(row.applied_by.as_ref())]);
        }
        cells.push(row.age_seconds.map_or_else(|| "-".to_owned(), age));
        cells.push(row.reason.as_deref().map(printable).unwrap_or_default());
        cells
    };
    let mut titles = Vec::new();
    titles.extend(columns.namespace.then_some("NAMESPACE"));
    titles.extend(["NAME", "PHASE", "IMAGE"]);
    if columns.wide {
        titles.extend(["NODE", "VOLUME", "APPLIED BY"]);
    }
    titles.extend(["AGE", "REASON"]);
    let rows: Vec<_> = rows.iter().map(cells).collect();
    table(&titles, &rows)
}

/// As a person tells it from others.
fn shown(row: &Row, image: &str) -> String {
    row.image_reference.as_deref().and_then(|reference| own(reference, image)).unwrap_or_else(|| short(image))
}

/// The same with the beginning of the digest: a person tells images apart by that.
fn short(image: &str) -> String {
    let digest = image.rsplit_once("@sha256:").map(|(repository, digest)| (repository, digest.get(..12)));
    match digest {
        Some((repository, Some(start))) => format!("{repository}@{start}"),
        _ => image.to_owned(),
    }
}

/// What others wrote, without what would steer a terminal.
fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// The same as a value.
#[must_use]
pub fn list_for_program(rows: &[Row], unseen: &[String]) -> Value {
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(List { format_version: "1", environments: rows, unseen }).unwrap_or_default()
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn list_schema() -> String {
    schema_of::<List<'_>>(ADDRESS)
}
