//! Which changes wait for which others. What does not depend on each other is done at the same time.

use super::{Action, Change};
use crate::names::Kind;

/// The changes that write something, in steps: all of one step at the same time, one step after the other.
#[must_use]
pub fn steps(changes: Vec<Change>) -> Vec<Vec<Change>> {
    let mut steps: Vec<Vec<Change>> = (0..STEPS).map(|_| Vec::new()).collect();
    for change in changes.into_iter().filter(|change| change.action != Action::Keep) {
        if let Some(step) = steps.get_mut(rank(&change)) {
            step.push(change);
        }
    }
    steps.retain(|step| !step.is_empty());
    steps
}

const STEPS: usize = 4;

fn rank(change: &Change) -> usize {
    match (change.action, change.id.kind) {
        // What is no longer asked for goes last: a failure before leaves more rather than less.
        (Action::Delete, _) => 3,
        (_, Kind::Namespace) => 0,
        // A binding is refused while its role does not exist. A pod may start as soon as there is a Deployment: by then
        // its volume, its login and the rules for its connections have to be there.
        (_, Kind::RoleBinding | Kind::Deployment) => 2,
        _ => 1,
    }
}
