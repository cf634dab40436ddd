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

#[cfg(test)]
mod tests {
    use super::steps;
    use crate::names::{Kind, ObjectId};
    use crate::plan::{Action, Basis, Change};

    fn change(action: Action, kind: Kind) -> Change {
        Change {
            id: ObjectId::new(kind, "team", "a"),
            action,
            basis: Basis::Absent,
            body: None,
            before: None,
            after: None,
            fields: Vec::new(),
            validated: true,
            conflicts: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn what_something_needs_is_there_before_it_and_what_goes_goes_last() {
        let kinds = [
            Kind::Namespace,
            Kind::Role,
            Kind::RoleBinding,
            Kind::NetworkPolicy,
            Kind::PersistentVolumeClaim,
            Kind::Deployment,
        ];
        let mut changes: Vec<Change> = kinds.into_iter().rev().map(|kind| change(Action::Create, kind)).collect();
        changes.insert(0, change(Action::Delete, Kind::ResourceQuota));
        changes.push(change(Action::Keep, Kind::Service));
        let steps: Vec<Vec<Kind>> =
            steps(changes).into_iter().map(|step| step.into_iter().map(|change| change.id.kind).collect()).collect();
        assert_eq!(
            steps,
            [
                vec![Kind::Namespace],
                vec![Kind::PersistentVolumeClaim, Kind::NetworkPolicy, Kind::Role],
                vec![Kind::Deployment, Kind::RoleBinding],
                vec![Kind::ResourceQuota],
            ]
        );
    }
}
