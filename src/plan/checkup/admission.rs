//! What the server says to the objects and to the pod, as far as no other check tells it.

use super::{Check, Examined, no_environment, no_plan};
use crate::names::{Kind, ObjectId};
use crate::plan::{Finding, Look, Question, Severity};

/// What the server said to the rehearsal of the pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// It is let in.
    LetIn,
    /// Only a quota refuses it. That is the last check of all: everything else has let it in.
    NoRoom,
    /// Something refuses it. Whether something else would too is not known.
    Refused,
    /// It was not rehearsed.
    #[default]
    Unknown,
}

impl Admission {
    /// What an answer means.
    #[must_use]
    pub fn of(look: Option<&Look>) -> Self {
        match look {
            Some(Look::Seen(_)) => Self::LetIn,
            Some(Look::Refused(refusal)) if refusal.message.contains("is forbidden: exceeded quota: ") => Self::NoRoom,
            Some(Look::Refused(_)) => Self::Refused,
            Some(Look::Absent | Look::Denied(_)) | None => Self::Unknown,
        }
    }

    /// Whether all that comes before the quotas lets the pod in.
    pub(super) fn is_clear(self) -> bool {
        matches!(self, Self::LetIn | Self::NoRoom)
    }
}

/// Why it is not known whether something lets the pod in; nothing where nobody has asked for that.
pub(super) fn doubt(examined: &Examined<'_>, about: &str) -> Option<Finding> {
    let environment = examined.environment.filter(|environment| environment.plan.is_some())?;
    let (message, fix) = match environment.admission {
        Admission::LetIn | Admission::NoRoom => return None,
        Admission::Refused => ("the pod is refused for another reason", "mend that first: see the other checks"),
        Admission::Unknown => ("the pod was not rehearsed", "ask for the right to `create` pods"),
    };
    Some(Finding {
        severity: Severity::Unknown,
        code: "pod-unrehearsed",
        about: about.to_owned(),
        message: format!("whether it lets the pod in is not known: {message}"),
        fix: fix.to_owned(),
    })
}

pub(super) fn check(examined: &Examined<'_>) -> Check {
    const NAME: &str = "admission";
    let Some(environment) = examined.environment else { return no_environment(NAME) };
    let Some(plan) = environment.plan else { return no_plan(NAME) };
    let mut findings = examined.foreseen(NAME);
    let name = examined.namespace();
    let namespace = Question::Object(ObjectId::new(Kind::Namespace, name, name));
    let is_absent = examined.facts.get(&namespace) == Some(&Look::Absent);
    let is_rehearsed = plan.changes.iter().all(|change| change.validated);
    if findings.is_empty() && is_absent && !is_rehearsed {
        return Check::skipped(NAME, "the namespace is not there yet: the server can rehearse nothing in it");
    }
    let message = match (is_rehearsed, environment.admission) {
        (true, Admission::LetIn) => {
            format!("the server has rehearsed all {} objects, and the pod is let in", plan.changes.len())
        }
        (true, Admission::NoRoom) => {
            format!("the server has rehearsed all {} objects, and only a quota is in the way", plan.changes.len())
        }
        (true, Admission::Refused) => "the server takes the objects, and refuses the pod".to_owned(),
        (true, Admission::Unknown) => "the server takes the objects".to_owned(),
        (false, _) => "the server could not rehearse all of the objects".to_owned(),
    };
    if findings.is_empty() && !(is_rehearsed && environment.admission != Admission::Unknown) {
        findings.push(Finding {
            severity: Severity::Unknown,
            code: "not-rehearsed",
            about: format!("{}/{name}", Kind::Namespace),
            message: "what webhooks and policies say is not known".to_owned(),
            fix: "ask for what the check `rights` names".to_owned(),
        });
    }
    Check::new(NAME, message, findings)
}
