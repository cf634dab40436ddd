//! Questions that the server did not answer, neither with "this" nor with "nothing": what they are for is not foreseen.

use super::situation::Situation;
use crate::names::Kind;
use crate::plan::{Finding, Look, Question, Severity, rights};

pub(super) fn findings(situation: &Situation<'_>) -> Vec<Finding> {
    let unanswered = situation.observed.facts.iter().filter_map(|(question, look)| match (question, look) {
        (Question::Object(id), Look::Refused(refusal)) => Some((format!("whether {} is there", id.short()), refusal)),
        (Question::All { kind, .. }, Look::Refused(refusal)) => Some((rights::purpose(*kind).to_owned(), refusal)),
        _ => None,
    });
    unanswered
        .map(|(what, refusal)| Finding {
            severity: Severity::Unknown,
            code: "not-answered",
            about: format!("{}/{}", Kind::Namespace, situation.namespace),
            message: format!("not foreseen: {what}; the server answers {}: {}", refusal.code, refusal.message),
            fix: "plan again in a moment".to_owned(),
        })
        .collect()
}
