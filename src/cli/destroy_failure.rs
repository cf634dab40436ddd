//! How destroy fails: what was and was not deleted, what holds it, and what to type.

use super::carry::Why;
use super::failure::Failure;
use super::removing::Undone;
use crate::kubernetes::{Removed, Unobserved, Unremoved};
use crate::names::ObjectId;
use crate::plan::Removal;

impl Failure {
    /// Something stands in the way that is known before anything is deleted.
    pub(super) fn not_removable(removal: &Removal) -> Self {
        let (name, namespace) = (&removal.environment, &removal.cluster.namespace);
        if removal.denied.is_empty() {
            let kinds: Vec<&str> = removal.blind().map(|(kind, _)| kind.plural()).collect();
            let told = format!("nothing was deleted: what there is of {name} cannot be seen");
            return Self::failed(told, None).hint(format!(
                "ask for the rights to `get` and `list` {} in the namespace {namespace}",
                kinds.join(" and ")
            ));
        }
        let told = format!("nothing was deleted: this account may not delete all of {name}");
        Self::failed(told, None).hint(format!("what is allowed: `kubectl auth can-i --list --namespace {namespace}`"))
    }

    /// A removal that was not carried out to its end. `again` is the command that goes on.
    pub(super) fn undone(undone: Undone, removed: &Removed, again: &str) -> Self {
        let so_far = so_far(removed);
        let go_on = format!("to go on: `{again}`");
        match undone {
            Undone::Moved => Self::restless(),
            Undone::Why(Why::Interrupted) => Self::interrupted(format!("interrupted: {so_far}")).hint(go_on),
            Undone::Why(Why::NotLocked(error)) => {
                let hint = error.hint();
                Self::told(error).adding(&so_far).maybe_hint(hint)
            }
            Undone::Why(Why::Lost(error)) => Self::told(error).adding(&so_far).hint(go_on),
            Undone::Why(Why::Failed(error)) => Self::told(error).adding(&so_far).hint(go_on),
            Undone::Unremoved(Unremoved::Unanswered(error) | Unremoved::Unobserved(Unobserved::Unanswered(error))) => {
                Self::from(error).adding(&so_far)
            }
            Undone::Unremoved(Unremoved::Running { deployment, message, advice }) => {
                let error = Unremoved::Running { deployment, message, advice: None };
                Self::told(error).adding(&so_far).hint(advice.unwrap_or(go_on))
            }
            Undone::Unremoved(error @ Unremoved::Held { .. }) => {
                Self::told(error).hint(format!("when nothing holds it any more: `{again}` finishes it"))
            }
            Undone::Unremoved(error) => Self::told(error).adding(&so_far).hint(go_on),
        }
    }
}

/// What has been deleted, and what nobody knows of.
fn so_far(removed: &Removed) -> String {
    let names = |ids: &[ObjectId]| ids.iter().map(ObjectId::short).collect::<Vec<_>>().join(", ");
    let rest = match removed.open.as_slice() {
        [] => String::new(),
        open => format!("; whether {} went is not known", names(open)),
    };
    match removed.deleted.as_slice() {
        [] => format!("nothing was deleted{rest}"),
        deleted => format!("before that, these were deleted: {}{rest}", names(deleted)),
    }
}
