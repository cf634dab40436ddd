//! What an environment was: a row for each revision. `docs/rollback.md` describes it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::plan_data::{schema_of, version_one};
use super::status::table::table;
use super::status::{age, since};
use crate::names::ContentName;
use crate::plan::Revision;

/// Where the published schema is found.
const ADDRESS: &str = "https://sindri.dev/schemas/history.schema.json";
/// How much of a digest tells it from others.
const SHORT: usize = 12;

/// The revisions of an environment, as `sindri history` says them.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "history")]
struct History<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// The namespace.
    namespace: &'a str,
    /// The name of the environment.
    environment: &'a str,
    /// All that the cluster keeps, the latest first.
    revisions: Vec<Row<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "revision")]
struct Row<'a> {
    /// Its number, for `sindri rollback --to`.
    revision: i64,
    /// Whether it is what the Deployment says now.
    current: bool,
    /// The image.
    image: &'a str,
    /// The repository and the tag that the image was found by; null if the file named a digest, or if it is not known.
    image_tag: Option<&'a str>,
    /// Whoever has signed the image; null where nobody had to.
    signer: Option<&'a str>,
    /// The repository and the commit that the image was built from; null where nobody has vouched for them.
    source: Option<&'a str>,
    /// The fingerprint of the configuration; null if somebody else made it what it is.
    config_hash: Option<&'a str>,
    /// Who deployed it; null if somebody else made it what it is.
    by: Option<&'a str>,
    /// When it became what runs.
    at: &'a str,
    /// For how many seconds that has been, by the server's clock.
    age_seconds: Option<i64>,
    /// The `ReplicaSet` that keeps it.
    replica_set: &'a str,
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<History<'_>>(ADDRESS)
}

/// The revisions as a value.
#[must_use]
pub fn for_program((environment, namespace): (&str, &str), revisions: &[Revision], now: Option<i64>) -> Value {
    let row = |revision| row(revision, now);
    let history =
        History { format_version: "1", namespace, environment, revisions: revisions.iter().map(row).collect() };
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(&history).unwrap_or_default()
}

fn row(revision: &Revision, now: Option<i64>) -> Row<'_> {
    Row {
        revision: revision.number,
        current: revision.is_current,
        image: &revision.image,
        image_tag: revision.tag(),
        signer: revision.signer(),
        source: revision.source(),
        config_hash: revision.config_hash(),
        by: revision.by(),
        at: &revision.at,
        age_seconds: since(&revision.at, now),
        replica_set: &revision.set,
    }
}

/// The revisions as a table.
#[must_use]
pub fn for_person(revisions: &[Revision], wide: bool, now: Option<i64>) -> String {
    let mut titles = vec!["REVISION", "IMAGE", "DIGEST", "SIGNER", "AGE", "BY"];
    if wide {
        titles.extend(["SOURCE", "CONFIGURATION", "REPLICASET"]);
    }
    let rows: Vec<Vec<String>> = revisions.iter().map(|revision| cells(revision, wide, now)).collect();
    table(&titles, &rows)
}

fn cells(revision: &Revision, wide: bool, now: Option<i64>) -> Vec<String> {
    let shown = |text: Option<&str>| text.unwrap_or("-").replace(char::is_control, "\u{fffd}");
    let (repository, digest) = revision.image.split_once('@').unwrap_or((&revision.image, ""));
    let hash = digest.split_once(':').map_or(digest, |(_, hash)| hash);
    let mut digest: String = if wide { digest.to_owned() } else { hash.chars().take(SHORT).collect() };
    let mut repository = repository;
    let own = ContentName::parse(&revision.image);
    if let Some(name) = &own {
        // It has no digest that a registry would know.
        repository = name.path();
        digest = format!("local {}", if wide { name.digits() } else { name.short() });
    }
    let mark = if revision.is_current { " (current)" } else { "" };
    let mut cells = vec![
        format!("{}{mark}", revision.number),
        shown(revision.tag().or(Some(repository))),
        shown(Some(digest.as_str()).filter(|digest| !digest.is_empty())),
        shown(revision.signer()),
        since(&revision.at, now).map_or_else(|| "-".to_owned(), age),
        shown(revision.by()),
    ];
    if wide {
        cells.extend([shown(revision.source()), shown(revision.config_hash()), shown(Some(&revision.set))]);
    }
    cells
}
