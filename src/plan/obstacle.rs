//! What the look itself shows to be in the way of a plan.

use super::{Finding, Severity};
use crate::names::ObjectId;

/// The server refuses an object in words of its own.
pub(super) const REFUSED: &str = "refused";

pub(super) fn not_ours(id: &ObjectId) -> Finding {
    Finding {
        severity: Severity::Blocks,
        code: "not-ours",
        about: id.short(),
        message: "exists, and was not made by sindri for this environment".to_owned(),
        fix: "choose another `name` in sindri.yaml, or remove the object if nobody needs it".to_owned(),
    }
}

pub(super) fn being_deleted(id: &ObjectId) -> Finding {
    Finding {
        severity: Severity::Blocks,
        code: "being-deleted",
        about: id.short(),
        message: "is being deleted".to_owned(),
        fix: waiting_for_deletion(id),
    }
}

fn waiting_for_deletion(id: &ObjectId) -> String {
    let namespace = id.namespace.as_ref().map(|name| format!(" --namespace {name}")).unwrap_or_default();
    format!("wait until it is gone: `kubectl wait --for=delete {}{namespace}`", id.short())
}

pub(super) fn refused(id: &ObjectId, message: &str) -> Finding {
    Finding {
        severity: Severity::Blocks,
        code: REFUSED,
        about: id.short(),
        message: format!("the server refuses it: {message}"),
        fix: String::new(),
    }
}

pub(super) fn cannot_read(unseen: &[(ObjectId, String)]) -> Option<Finding> {
    let (_, message) = unseen.first()?;
    Some(Finding {
        severity: Severity::Blocks,
        code: "cannot-read",
        about: named(unseen),
        message: format!("what it is now cannot be seen: {message}"),
        fix: format!("ask for the right to `get` {}", kinds(unseen)),
    })
}

pub(super) fn not_rehearsed(unrehearsed: &[(ObjectId, String)]) -> Option<Finding> {
    let (_, message) = unrehearsed.first()?;
    Some(Finding {
        severity: Severity::Unknown,
        code: "not-rehearsed",
        about: named(unrehearsed),
        message: format!("what changes was computed here and not by the server: {message}"),
        fix: format!("ask for the right to `patch` {}", kinds(unrehearsed)),
    })
}

fn named(objects: &[(ObjectId, String)]) -> String {
    objects.iter().map(|(id, _)| id.short()).collect::<Vec<_>>().join(", ")
}

fn kinds(objects: &[(ObjectId, String)]) -> String {
    objects.iter().map(|(id, _)| id.kind.plural()).collect::<Vec<_>>().join(", ")
}

pub(super) fn contested(id: &ObjectId, field: &str, manager: &str) -> Finding {
    Finding {
        severity: Severity::Blocks,
        code: "conflict",
        about: id.short(),
        message: format!("{field} belongs to the field manager {manager}"),
        fix: "take it with `--force-conflicts`, or write the present value into sindri.yaml".to_owned(),
    }
}
