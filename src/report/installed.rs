//! What came of installing a program, for a program. Pure.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::plan_data::{schema_of, version_one};

const ADDRESS: &str = "https://sindri.dev/schemas/installed.schema.json";

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was put where nothing was.
    Installed,
    /// It took the place of another one.
    Replaced,
    /// It was there: the same file.
    Unchanged,
    /// Another file was there, and is good.
    Kept,
}

/// What came of it.
#[derive(Debug)]
pub struct Installed<'a> {
    /// The name of the program.
    pub program: &'static str,
    /// What was done.
    pub action: Action,
    /// The version that is there now.
    pub version: String,
    /// The version that was replaced.
    pub previous: Option<String>,
    /// The machine that it is for.
    pub platform: String,
    /// Where it is.
    pub path: &'a Path,
    /// Its checksum, if it was verified.
    pub sum: Option<String>,
    /// Whether it is in a folder of `PATH`.
    pub is_found: bool,
}

/// What came of it, for a program.
#[must_use]
pub fn for_program(installed: Installed<'_>) -> Value {
    let Installed { program, action, version, previous, platform, path, sum, is_found } = installed;
    let data = InstalledData {
        format_version: "1",
        program,
        action,
        version,
        previous_version: previous,
        platform,
        path: path.display().to_string(),
        sha256: sum,
        on_path: is_found,
    };
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(data).unwrap_or_default()
}

/// What came of installing a program that makes clusters, as `sindri k8s install` says it.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "installed")]
struct InstalledData {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// The program: `kind` or `k3d`.
    program: &'static str,
    /// What was done.
    action: Action,
    /// The version that is there now, for example `0.33.0`.
    version: String,
    /// The version that was replaced; null if none was.
    previous_version: Option<String>,
    /// The machine that it is for, for example `linux-amd64`.
    platform: String,
    /// Where it is.
    path: String,
    /// The SHA-256 of the file, verified; null if it was there before and is another file than the one that would have been
    /// installed.
    sha256: Option<String>,
    /// Whether it is in a folder of `PATH`.
    on_path: bool,
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<InstalledData>(ADDRESS)
}
