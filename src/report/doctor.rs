//! What `sindri doctor` has found, for a person and for a program.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::header::header;
use super::page::{Look, Page};
use super::plan_data::{ClusterData, PredictionData, cluster, prediction, schema_of, version_one};
use super::problems::Style;
use crate::plan::checkup::{Check, Health};
use crate::plan::{Cluster, Finding};

/// How wide the verdicts and the names of the checks are.
const VERDICTS: usize = 8;
const NAMES: usize = 12;

/// Everything that was looked at.
#[derive(Clone, Debug)]
pub struct Report {
    /// The cluster, where one answered.
    pub cluster: Option<Cluster>,
    /// The environment of the configuration, where one was read.
    pub environment: Option<String>,
    /// What was looked at, in the order in which it is told.
    pub checks: Vec<Check>,
}

impl Report {
    /// How many checks came to this.
    #[must_use]
    pub fn count(&self, health: Health) -> usize {
        self.checks.iter().filter(|check| check.health == health).count()
    }
}

/// The whole of it, ending in a line break. That there is no cluster is said first.
#[must_use]
pub fn for_person(report: &Report, style: Style) -> String {
    let mut page = Page::new(style);
    if report.cluster.is_none() {
        page.line(0, &[(Look::Wrong, "No cluster can be asked."), (Look::Plain, " What needs none is looked at.")]);
    }
    page.gap();
    // What was not looked at for the same reason is told once.
    for group in report.checks.chunk_by(|one, next| one.health == Health::Skipped && one.message == next.message) {
        let [first, others @ ..] = group else { continue };
        let verdict = format!("{:VERDICTS$} ", first.health.as_str());
        let names: Vec<&str> = group.iter().map(|check| check.name).collect();
        let name =
            if others.is_empty() { format!("{:NAMES$} ", first.name) } else { format!("{}: ", names.join(", ")) };
        page.line(0, &[(look(first.health), &verdict), (Look::Strong, &name), (Look::Plain, &first.message)]);
        for finding in &first.findings {
            told(&mut page, look(first.health), finding);
        }
    }
    page.gap();
    page.line(0, &[(Look::Strong, &sum(report))]);
    let place = report.cluster.as_ref().map(|cluster| header(cluster, style.width)).unwrap_or_default();
    if place.is_empty() { page.into_text() } else { format!("{place}\n{}", page.into_text()) }
}

fn told(page: &mut Page, look: Look, finding: &Finding) {
    let about = format!("{}: ", finding.about);
    page.line(4, &[(look, "! "), (Look::Strong, &about), (Look::Plain, &finding.message)]);
    let mut lines = finding.fix.lines();
    if let Some(first) = lines.next() {
        page.line(6, &[(Look::Added, "fix: "), (Look::Plain, first)]);
    }
    for line in lines {
        page.line(8, &[(Look::Plain, line)]);
    }
}

fn look(health: Health) -> Look {
    match health {
        Health::Failed => Look::Wrong,
        Health::Warning => Look::Changed,
        Health::Unknown | Health::Skipped => Look::Faint,
        Health::Good => Look::Added,
    }
}

fn sum(report: &Report) -> String {
    let told: Vec<String> = [Health::Failed, Health::Warning, Health::Unknown, Health::Skipped]
        .into_iter()
        .map(|health| (report.count(health), health.as_str()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let rest = if told.is_empty() { "all is well".to_owned() } else { told.join(", ") };
    let checks = if report.checks.len() == 1 { "check" } else { "checks" };
    format!("{} {checks}: {rest}.", report.checks.len())
}

/// The same for a program.
#[must_use]
pub fn for_program(report: &Report) -> Value {
    let data = DoctorData {
        format_version: "1",
        healthy: report.count(Health::Failed) == 0,
        cluster: report.cluster.as_ref().map(cluster),
        environment: report.environment.as_deref(),
        checks: report.checks.iter().map(CheckData::of).collect(),
    };
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(data).unwrap_or_default()
}

/// Where the published schema is found.
pub const ADDRESS: &str = "https://sindri.dev/schemas/doctor.schema.json";

/// What `sindri doctor` has found, as a program reads it.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "doctor")]
struct DoctorData<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// Whether no check failed.
    healthy: bool,
    /// The cluster, and the place in it; null if none could be asked.
    cluster: Option<ClusterData<'a>>,
    /// The name of the environment; null if there is no configuration that can be read.
    environment: Option<&'a str>,
    /// What was looked at. The same checks are always there, in the same order.
    checks: Vec<CheckData<'a>>,
}

/// One thing that was looked at.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "check")]
struct CheckData<'a> {
    /// A short word that stays the same.
    name: &'static str,
    /// `failed`: it keeps the environment from being made or from running. `warning`: it may go wrong, or something should be
    /// tidied up. `unknown`: it could not be looked at. `skipped`: there was nothing to look at. `good`: all is well.
    #[schemars(schema_with = "verdicts")]
    verdict: &'static str,
    /// What was seen, or why nothing was looked at.
    message: &'a str,
    /// What is wrong, and what mends it; the worst first.
    findings: Vec<PredictionData<'a>>,
}

fn verdicts(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"enum": ["failed", "warning", "unknown", "skipped", "good"]})
}

impl<'a> CheckData<'a> {
    fn of(check: &'a Check) -> Self {
        Self {
            name: check.name,
            verdict: check.health.as_str(),
            message: &check.message,
            findings: check.findings.iter().map(prediction).collect(),
        }
    }
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<DoctorData<'_>>(ADDRESS)
}
