//! What came of a destroy, for a program: JSON, and YAML through the same value. `docs/destroy.md` describes it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::outcome::{Ending, Mishap};
use super::plan_data::{ClusterData, ObjectData, cluster, object, schema_of, version_one};
use super::removal::reason;
use super::status::since;
use crate::names::{Kind, ObjectId};
use crate::plan::{Denial, Going, Removal, Staying, Volume, Why};

/// Where the published schema is found.
const ADDRESS: &str = "https://sindri.dev/schemas/removal.schema.json";

/// What is known at the end of a destroy.
#[derive(Debug)]
pub struct Ended<'a> {
    /// How it ended.
    pub result: Ending,
    /// What the program exits with.
    pub exit_code: u8,
    /// What was to go; none if it did not come to that.
    pub removal: Option<&'a Removal>,
    /// What was deleted, in that order.
    pub deleted: &'a [ObjectId],
    /// What may have been deleted besides: nobody answered.
    pub unknown: &'a [ObjectId],
    /// What went wrong.
    pub error: Option<Mishap<'a>>,
    /// The server's time.
    pub now: Option<i64>,
}

/// What came of `sindri destroy`, as a program reads it.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "removal")]
struct Document<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// How it ended.
    result: Ending,
    /// What the program exits with.
    exit_code: u8,
    /// Which cluster, and the place in it; null if it did not come to that.
    cluster: Option<ClusterData<'a>>,
    /// The name of the environment; null if it did not come to that.
    environment: Option<&'a str>,
    /// What was to go, in that order.
    goes: Vec<GoingData<'a>>,
    /// What was to stay, and why.
    stays: Vec<StayingData<'a>>,
    /// What is not allowed and would have to be.
    denied: Vec<String>,
    /// What was deleted, in that order.
    deleted: Vec<ObjectData<'a>>,
    /// What may have been deleted besides: nobody answered.
    unknown: Vec<ObjectData<'a>>,
    /// What went wrong; null if nothing did.
    error: Option<&'a Mishap<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "going")]
struct GoingData<'a> {
    /// Which object.
    object: ObjectData<'a>,
    /// The volume that is lost with it; null for what holds no data.
    volume: Option<VolumeData<'a>>,
    /// Pods of others that use it, and keep it from going.
    used_by: &'a [String],
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "staying")]
struct StayingData<'a> {
    /// Which object.
    object: ObjectData<'a>,
    /// Why, in a word that stays the same.
    code: &'static str,
    /// Why, in a sentence.
    message: String,
    /// The volume that is kept with it; null for what holds no data, or is somebody else's.
    volume: Option<VolumeData<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "kept_volume")]
struct VolumeData<'a> {
    /// How large it is.
    size: &'a str,
    /// Its class; null if it has none.
    class: Option<&'a str>,
    /// When it was made.
    created_at: &'a str,
    /// How old it is, by the server's clock.
    age_seconds: Option<i64>,
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<Document<'_>>(ADDRESS)
}

/// The outcome as a value.
#[must_use]
pub fn for_program(ended: &Ended<'_>) -> Value {
    let removal = ended.removal;
    let goes = removal.map(|removal| removal.goes.as_slice()).unwrap_or_default();
    let stays = removal.map(|removal| removal.stays.as_slice()).unwrap_or_default();
    let document = Document {
        format_version: "1",
        result: ended.result,
        exit_code: ended.exit_code,
        cluster: removal.map(|removal| cluster(&removal.cluster)),
        environment: removal.map(|removal| removal.environment.as_str()),
        goes: goes.iter().map(|object| going(object, ended.now)).collect(),
        stays: stays.iter().map(|object| staying(object, ended.now)).collect(),
        denied: removal.iter().flat_map(|removal| &removal.denied).map(Denial::told).collect(),
        deleted: ended.deleted.iter().map(object).collect(),
        unknown: ended.unknown.iter().map(object).collect(),
        error: ended.error.as_ref(),
    };
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(&document).unwrap_or_default()
}

fn going(going: &Going, now: Option<i64>) -> GoingData<'_> {
    GoingData {
        object: object(&going.id),
        volume: going.volume.as_ref().map(|found| volume(found, &going.created, now)),
        used_by: &going.users,
    }
}

fn staying(staying: &Staying, now: Option<i64>) -> StayingData<'_> {
    let is_claim = staying.id.kind == Kind::PersistentVolumeClaim;
    StayingData {
        object: object(&staying.id),
        code: code(&staying.why),
        message: reason(&staying.why),
        volume: staying.volume.as_ref().filter(|_| is_claim).map(|found| volume(found, &staying.created, now)),
    }
}

fn volume<'a>(volume: &'a Volume, created: &'a str, now: Option<i64>) -> VolumeData<'a> {
    let age_seconds = since(created, now);
    VolumeData { size: &volume.size, class: volume.class.as_deref(), created_at: created, age_seconds }
}

fn code(why: &Why) -> &'static str {
    match why {
        Why::Data => "data",
        Why::Foreign => "foreign",
        Why::Shared(_) => "shared",
        Why::Holds(_) => "holds",
        Why::NotAllowed => "not-allowed",
        Why::Unsure(_) => "unsure",
    }
}
