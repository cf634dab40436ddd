//! Whether this person may do what the commands do.

use serde_json::Value;

use super::{Check, Examined, unseen};
use crate::names::Kind;
use crate::plan::rights::lacking;
use crate::plan::{Finding, Look, Question, Severity};

/// A verb, the kind that it is about, and the subresource or nothing.
type Right = (&'static str, Kind, &'static str);

/// What it takes to live with an environment: `status`, `connect`, `logs`, `stop` and `start`.
const LIVING: [Right; 7] = [
    ("create", Kind::Pod, "exec"),
    ("create", Kind::Pod, "portforward"),
    ("get", Kind::Pod, "log"),
    ("list", Kind::Event, ""),
    ("list", Kind::Pod, ""),
    ("patch", Kind::Deployment, "scale"),
    ("watch", Kind::Pod, ""),
];

/// What it takes to make one, where no plan says it more exactly.
const MAKING: [Right; 9] = [
    ("create", Kind::Deployment, ""),
    ("create", Kind::Lease, ""),
    ("create", Kind::PersistentVolumeClaim, ""),
    ("create", Kind::Service, ""),
    ("get", Kind::Deployment, ""),
    ("patch", Kind::Deployment, ""),
    ("patch", Kind::PersistentVolumeClaim, ""),
    ("patch", Kind::Service, ""),
    ("update", Kind::Lease, ""),
];

fn question((verb, kind, subresource): Right, namespace: &str) -> Question {
    Question::Access { verb, kind, subresource, namespace: namespace.to_owned() }
}

pub(super) fn questions(namespace: &str, has_environment: bool) -> impl Iterator<Item = Question> {
    let making = if has_environment { &[][..] } else { &MAKING[..] };
    LIVING.iter().chain(making).map(move |right| question(*right, namespace))
}

pub(super) fn check(examined: &Examined<'_>) -> Check {
    let mut findings = examined.foreseen("rights");
    findings.extend(missing(
        examined,
        &LIVING,
        Severity::Warns,
        "rights-connect",
        "status, connect, logs, stop and start would not all be allowed to",
    ));
    if examined.plan().is_none() {
        findings.extend(missing(examined, &MAKING, Severity::Fails, "rights-deploy", "deploy would not be allowed to"));
    }
    let message = if findings.is_empty() {
        "all that deploy, status, connect, logs, stop and start need"
    } else {
        "not all that the commands need"
    };
    Check::new("rights", message, findings)
}

/// What the server says is not allowed, or why it does not say.
fn missing(
    examined: &Examined<'_>,
    rights: &[Right],
    severity: Severity,
    code: &'static str,
    what: &str,
) -> Vec<Finding> {
    let (mut denied, mut unknown) = (Vec::new(), Vec::new());
    for right in rights {
        let question = question(*right, examined.namespace());
        match examined.facts.get(&question) {
            Some(Look::Seen(answer)) if answer.get("allowed").and_then(Value::as_bool) == Some(true) => {}
            Some(Look::Seen(_)) => denied.push(*right),
            None => {}
            other => unknown.push(Finding { about: "rights".to_owned(), ..unseen(&question, other) }),
        }
    }
    unknown.truncate(1);
    lacking(examined.namespace(), denied, severity, code, what).into_iter().chain(unknown).collect()
}
