//! What came of a deploy, for a program: JSON, and YAML through the same value. `docs/outcome-format.md` describes it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::plan_data::{ActionData, ObjectData, PlanData, action, data, object, schema_of, version_one};
use super::problems::Entry;
use crate::names::ObjectId;
use crate::plan::{Action, Plan};

/// Where the published schema is found.
pub const ADDRESS: &str = "https://sindri.dev/schemas/outcome.schema.json";

/// What is known at the end of a deploy.
#[derive(Debug)]
pub struct Outcome<'a> {
    /// How it ended.
    pub result: Ending,
    /// What the program exits with.
    pub exit_code: u8,
    /// What was to be done; none if it did not come to that.
    pub plan: Option<&'a Plan>,
    /// The nodes that the image was brought to.
    pub loaded: &'a [String],
    /// What was done, in that order.
    pub applied: &'a [(ObjectId, Action)],
    /// What may have been done besides: nobody answered.
    pub unknown: &'a [ObjectId],
    /// The server's time when it had been done; empty if nothing was.
    pub applied_at: &'a str,
    /// Whether the environment runs.
    pub readiness: &'a Readiness,
    /// What went wrong.
    pub error: Option<Mishap<'a>>,
    /// How long the whole took, the applying, and the waiting.
    pub took: (Duration, Option<Duration>, Option<Duration>),
}

/// How a deploy ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "result", rename_all = "lowercase")]
pub enum Ending {
    /// Everything was done.
    Done,
    /// Nothing had to be done.
    Unchanged,
    /// Nothing was to be done: it was a dry run.
    Planned,
    /// The person said no.
    Declined,
    /// The configuration, the kubeconfig or the command line is wrong.
    Invalid,
    /// The image is not deployed.
    Refused,
    /// The cluster or the file is not as it was when the plan was saved.
    Moved,
    /// It was interrupted.
    Interrupted,
    /// It could not be done, or the environment does not run.
    Failed,
}

/// Whether the environment runs.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename = "readiness")]
pub struct Readiness {
    /// In one word.
    pub state: State,
    /// The pod that runs, if it was looked for.
    pub pod: Option<String>,
    /// The node that it runs on.
    pub node: Option<String>,
    /// Why it does not run.
    pub trouble: Option<Trouble>,
}

/// Whether an environment runs, in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "state", rename_all = "lowercase")]
pub enum State {
    /// It did not come to that, or it was interrupted.
    #[default]
    Unknown,
    /// It runs.
    Ready,
    /// It does not run.
    Unready,
    /// It is stopped, and stays so.
    Stopped,
    /// It was not waited for (`--no-wait`).
    Unawaited,
}

/// Why an environment does not run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename = "trouble")]
pub struct Trouble {
    /// A short word that stays the same.
    pub code: String,
    /// About which object: `kind/name`.
    pub about: String,
    /// What is wrong.
    pub message: String,
    /// What to type or to change; empty if nothing can be done.
    pub advice: String,
    /// What the cluster complained about, the latest last.
    pub events: Vec<Said>,
    /// The last lines that the program in the container wrote.
    pub log: Vec<String>,
}

/// What the cluster said about an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "event")]
pub struct Said {
    /// About which: `kind/name`.
    pub about: String,
    /// In one word.
    pub reason: String,
    /// In a sentence.
    pub message: String,
    /// How often.
    pub count: u64,
}

/// What went wrong, as a person is told it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename = "error")]
pub struct Mishap<'a> {
    /// What was attempted, and what follows.
    pub message: String,
    /// Why, the nearest first.
    pub causes: Vec<String>,
    /// What to type.
    pub hint: Option<&'a str>,
    /// The problems of the configuration.
    pub problems: Vec<Entry<'a>>,
}

/// What came of `sindri deploy`, as a program reads it.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "outcome")]
struct OutcomeData<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// How it ended.
    result: Ending,
    /// What the program exits with.
    exit_code: u8,
    /// What was to be done, as `sindri plan` writes it; null if it did not come to that.
    plan: Option<PlanData<'a>>,
    /// The nodes that an image of this machine was brought to.
    image_loaded_into: &'a [String],
    /// What was done, in that order.
    applied: Vec<AppliedData<'a>>,
    /// What may have been done besides: nobody answered.
    unknown: Vec<ObjectData<'a>>,
    /// The server's time when it had been done; null if nothing was.
    applied_at: Option<&'a str>,
    /// Whether the environment runs.
    readiness: &'a Readiness,
    /// What went wrong; null if nothing did.
    error: Option<&'a Mishap<'a>>,
    /// How long it took.
    seconds: SecondsData,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "applied")]
struct AppliedData<'a> {
    /// Which object.
    object: ObjectData<'a>,
    /// What was done with it.
    action: ActionData,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename = "seconds")]
struct SecondsData {
    /// From the start of the program to its end, a person's thoughts included.
    total: f64,
    /// Applying; null if it did not come to that.
    applying: Option<f64>,
    /// Waiting until the environment runs; null if it was not waited for.
    waiting: Option<f64>,
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<OutcomeData<'_>>(ADDRESS)
}

/// The outcome as a value.
#[must_use]
pub fn for_program(outcome: &Outcome<'_>) -> Value {
    let (total, applying, waiting) = outcome.took;
    let data = OutcomeData {
        format_version: "1",
        result: outcome.result,
        exit_code: outcome.exit_code,
        plan: outcome.plan.map(data),
        image_loaded_into: outcome.loaded,
        applied: outcome
            .applied
            .iter()
            .map(|(id, done)| AppliedData { object: object(id), action: action(*done) })
            .collect(),
        unknown: outcome.unknown.iter().map(object).collect(),
        applied_at: Some(outcome.applied_at).filter(|time| !time.is_empty()),
        readiness: outcome.readiness,
        error: outcome.error.as_ref(),
        seconds: SecondsData { total: seconds(total), applying: applying.map(seconds), waiting: waiting.map(seconds) },
    };
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(&data).unwrap_or_default()
}

/// To the millisecond: what is finer is noise.
fn seconds(time: Duration) -> f64 {
    Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)).as_secs_f64()
}
