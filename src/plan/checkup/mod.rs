//! Whether an environment can be made and lived in here: everything that it depends on, looked at one by one. What a plan
//! foresees is told at the check that it belongs to. Pure.

mod admission;
mod cluster;
mod leftovers;
mod nodes;
mod place;
mod rights;
mod storage;

use serde_json::Value;

pub use admission::Admission;

use super::{Cluster, Facts, Finding, Look, Plan, Question, Severity, questions};
use crate::names::{Kind, MANAGED_BY, ObjectId, SINDRI};
use crate::workload::Needs;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name, which stays the same: `storage`.
    pub name: &'static str,
    /// What came of it.
    pub health: Health,
    /// What was seen, or why nothing was looked at.
    pub message: String,
    /// What is wrong, and what mends it.
    pub findings: Vec<Finding>,
}

/// What came of a check; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Health {
    /// It keeps an environment from being made, or from running.
    Failed,
    /// It may go wrong, or something should be tidied up.
    Warning,
    /// It could not be looked at.
    Unknown,
    /// There was nothing to look at.
    Skipped,
    /// All is well.
    Good,
}

/// What was found out.
#[derive(Clone, Copy, Debug)]
pub struct Examined<'a> {
    /// Which cluster, and where in it.
    pub cluster: &'a Cluster,
    /// What it answers to [`ask`].
    pub facts: &'a Facts,
    /// The environment of the configuration, where one was read.
    pub environment: Option<Wanted<'a>>,
    /// The server's time, in seconds since 1970.
    pub server_time: Option<i64>,
    /// The time of this machine.
    pub own_time: i64,
    /// Locks whose holders are dead, with who they were.
    pub abandoned: &'a [(ObjectId, String)],
}

/// An environment that is to be.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its name.
    pub name: &'a str,
    /// What others have to have made.
    pub needs: &'a Needs,
    /// What deploy would do, unless that could not be computed.
    pub plan: Option<&'a Plan>,
    /// What the server said of its pod.
    pub admission: Admission,
}

/// The checks of a cluster, in the order in which they are told.
pub const OF_CLUSTER: [&str; 13] = [
    "server",
    "clock",
    "rights",
    "namespace",
    "pod-security",
    "quota",
    "limit-range",
    "storage",
    "nodes",
    "secrets",
    "pull-secret",
    "admission",
    "leftovers",
];

/// What has to be asked, besides what a plan asks.
#[must_use]
pub fn ask(namespace: &str, has_environment: bool) -> Vec<Question> {
    let here = |kind: Kind| questions::all(kind, Some(namespace), "");
    let mut all = vec![
        Question::Object(ObjectId::new(Kind::Namespace, namespace, namespace)),
        questions::all(Kind::Node, None, ""),
        questions::all(Kind::StorageClass, None, ""),
        here(Kind::ResourceQuota),
        here(Kind::LimitRange),
    ];
    all.extend(leftovers::KINDS.map(|kind| made_by_sindri(kind, namespace)));
    all.extend(rights::questions(namespace, has_environment));
    all
}

/// Everything that was looked at in the cluster.
#[must_use]
pub fn checks(examined: &Examined<'_>) -> Vec<Check> {
    vec![
        cluster::server(examined),
        cluster::clock(examined),
        rights::check(examined),
        place::namespace(examined),
        place::pod_security(examined),
        place::quota(examined),
        place::limit_range(examined),
        storage::check(examined),
        nodes::check(examined),
        secrets(examined),
        pull_secret(examined),
        admission::check(examined),
        leftovers::check(examined),
    ]
}

impl Check {
    /// As bad as the worst of what was found.
    #[must_use]
    pub fn new(name: &'static str, message: impl Into<String>, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.severity);
        findings.dedup();
        let health = findings.first().map_or(Health::Good, |worst| match worst.severity {
            Severity::Blocks | Severity::Fails => Health::Failed,
            Severity::Warns => Health::Warning,
            Severity::Unknown => Health::Unknown,
        });
        Self { name, health, message: message.into(), findings }
    }

    /// There was nothing to look at.
    #[must_use]
    pub fn skipped(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, health: Health::Skipped, message: why.into(), findings: Vec::new() }
    }
}

impl Health {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Warning => "warning",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
            Self::Good => "good",
        }
    }
}

/// The check that something belongs to that a plan has found.
fn of(finding: &Finding) -> &'static str {
    match finding.code {
        "secret-missing" | "service-account-missing" | "priority-class-missing" | "runtime-class-missing" => "secrets",
        "pull-secret-missing" => "pull-secret",
        "pod-security" => "pod-security",
        "limit-range" => "limit-range",
        "no-nodes" | "no-node" | "node-selector" | "node-taints" | "too-large" | "gpu-missing" => "nodes",
        "cannot-read" | "not-rehearsed" => "rights",
        "namespace-terminating" => "namespace",
        "leftovers-unseen" => "leftovers",
        "being-deleted" if finding.about.starts_with("namespace/") => "namespace",
        code if code.starts_with("rights-") => "rights",
        code if code.starts_with("quota-") => "quota",
        code if code.starts_with("storage-class") || code.starts_with("claim-") || code.starts_with("volume-") => {
            "storage"
        }
        code if code.starts_with("image-") => "image",
        code if code.starts_with("login-") => "pull-secret",
        _ => "admission",
    }
}

/// Everything of a plan that belongs to a check.
#[must_use]
pub fn foreseen(plan: Option<&Plan>, check: &str) -> Vec<Finding> {
    plan.into_iter().flat_map(|plan| &plan.findings).filter(|finding| of(finding) == check).cloned().collect()
}

impl<'a> Examined<'a> {
    fn plan(&self) -> Option<&'a Plan> {
        self.environment.and_then(|environment| environment.plan)
    }

    /// Whether the server has rehearsed the pod, and let it in.
    fn is_let_in(&self) -> bool {
        self.environment.is_some_and(|one| one.plan.is_some() && one.admission == Admission::LetIn)
    }

    fn namespace(&self) -> &'a str {
        &self.cluster.namespace
    }

    fn foreseen(&self, check: &str) -> Vec<Finding> {
        foreseen(self.plan(), check)
    }

    /// The objects of a list, or why they are not known.
    fn list(&self, question: &Question) -> Result<&'a [Value], Finding> {
        match self.facts.get(question) {
            Some(Look::Seen(answer)) => {
                Ok(answer.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default())
            }
            Some(Look::Absent) => Ok(&[]),
            other => Err(unseen(question, other)),
        }
    }
}

/// The objects of a kind that Sindri has made.
fn made_by_sindri(kind: Kind, namespace: &str) -> Question {
    questions::all(kind, Some(namespace), &format!("{MANAGED_BY}={SINDRI}"))
}

/// What may not be seen, or is not told.
fn unseen(question: &Question, look: Option<&Look>) -> Finding {
    let (verb, kind) = match question {
        Question::All { kind, .. } => ("list", *kind),
        Question::Object(id) => ("get", id.kind),
        Question::Access { verb, kind, .. } => (*verb, *kind),
        Question::Pod | Question::Rules { .. } => ("create", Kind::Pod),
    };
    let (message, fix) = match look {
        Some(Look::Refused(refusal)) => (
            format!("cannot be seen; the server answers {}: {}", refusal.code, refusal.message),
            "look again in a moment: `sindri doctor`".to_owned(),
        ),
        Some(Look::Denied(message)) => {
            (format!("cannot be seen: {message}"), format!("ask for the right to `{verb}` {}", kind.plural()))
        }
        _ => ("cannot be seen: the server was not asked".to_owned(), "look again: `sindri doctor`".to_owned()),
    };
    Finding { severity: Severity::Unknown, code: "unseen", about: kind.plural().to_owned(), message, fix }
}

/// What the configuration names besides the image's own Secrets.
fn secrets(examined: &Examined<'_>) -> Check {
    let Some(Wanted { needs, .. }) = examined.environment else { return no_environment("secrets") };
    let named = |kind: Kind, names: &mut dyn Iterator<Item = &String>| {
        names.map(|name| format!("{kind}/{name}")).collect::<Vec<_>>()
    };
    let mut all = named(Kind::Secret, &mut needs.secrets.iter());
    all.extend(named(Kind::ServiceAccount, &mut needs.service_account.iter()));
    all.extend(named(Kind::PriorityClass, &mut needs.priority_class.iter()));
    all.extend(named(Kind::RuntimeClass, &mut needs.runtime_class.iter()));
    if all.is_empty() {
        return Check::skipped("secrets", "the configuration names none, and no account and no class either");
    }
    told(examined, "secrets", &all)
}

fn pull_secret(examined: &Examined<'_>) -> Check {
    let Some(Wanted { needs, .. }) = examined.environment else { return no_environment("pull-secret") };
    let all: Vec<String> = needs.image_pull_secrets.iter().map(|name| format!("{}/{name}", Kind::Secret)).collect();
    if all.is_empty() {
        let message =
            "the configuration names none; this machine's login for the registry goes along where there is one";
        return Check::new("pull-secret", message, examined.foreseen("pull-secret"));
    }
    told(examined, "pull-secret", &all)
}

/// Things that have to be there, and of which a plan tells what is not.
fn told(examined: &Examined<'_>, name: &'static str, all: &[String]) -> Check {
    if examined.plan().is_none() {
        return no_plan(name);
    }
    let findings = examined.foreseen(name);
    let unseen: Vec<Finding> = if findings.is_empty() {
        examined
            .foreseen("rights")
            .into_iter()
            .filter(|finding| all.iter().any(|id| finding.message.contains(id)))
            .collect()
    } else {
        Vec::new()
    };
    let message = if findings.is_empty() && unseen.is_empty() {
        format!("{} {}", all.join(", "), if all.len() == 1 { "is there" } else { "are there" })
    } else {
        all.join(", ")
    };
    Check::new(name, message, findings.into_iter().chain(unseen).collect())
}

fn no_environment(name: &'static str) -> Check {
    Check::skipped(name, "there is no configuration")
}

fn no_plan(name: &'static str) -> Check {
    Check::skipped(name, "the server could not be asked")
}
