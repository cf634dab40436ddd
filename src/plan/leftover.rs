//! What sindri made for this environment and the configuration no longer asks for.

use super::change::{Action, Change};
use super::{Basis, Finding, Live, Observed, Severity, compute, normal};
use crate::image::Pinned;
use crate::names::{Kind, ObjectId};
use crate::workload::Rendered;

/// The deletions, in the opposite order of application. Never a volume, never a namespace.
pub(super) fn deletions(desired: &Rendered<Pinned>, observed: &Observed, findings: &mut Vec<Finding>) -> Vec<Change> {
    let mut deletions = Vec::new();
    let mut unseen = Vec::new();
    let is_asked_for = |id: &ObjectId| desired.objects.iter().any(|object| object.id == *id);
    for id in desired.possible.iter().filter(|id| id.kind != Kind::Namespace && !is_asked_for(id)) {
        match observed.objects.get(id).map(|sighting| &sighting.live) {
            Some(Live::Present(live)) if compute::is_ours(live, &desired.name, id.kind) => match id.kind {
                Kind::PersistentVolumeClaim => findings.push(kept(id)),
                _ if live.pointer("/metadata/deletionTimestamp").is_some() => {}
                kind => deletions.push(Change {
                    id: id.clone(),
                    action: Action::Delete,
                    basis: Basis::of(kind, &Live::Present(live.clone())),
                    body: None,
                    before: Some(normal::stripped(kind, live)),
                    after: None,
                    fields: Vec::new(),
                    validated: true,
                    conflicts: Vec::new(),
                    notes: vec!["the configuration no longer asks for it".to_owned()],
                }),
            },
            Some(Live::Denied(_)) => unseen.push(id),
            _ => {}
        }
    }
    findings.extend(unknown(&unseen));
    deletions.reverse();
    deletions
}

fn kept(id: &ObjectId) -> Finding {
    let namespace = id.namespace.as_deref().unwrap_or_default();
    Finding {
        severity: Severity::Warns,
        code: "volume-kept",
        about: id.short(),
        message: "is no longer used, and stays: it may hold somebody's work".to_owned(),
        fix: format!("if nobody needs it: `kubectl delete {} --namespace {namespace}`", id.short()),
    }
}

fn unknown(unseen: &[&ObjectId]) -> Option<Finding> {
    let names: Vec<String> = unseen.iter().map(|id| id.short()).collect();
    let kinds: Vec<&str> = unseen.iter().map(|id| id.kind.plural()).collect();
    (!unseen.is_empty()).then(|| Finding {
        severity: Severity::Unknown,
        code: "leftovers-unseen",
        about: names.join(", "),
        message: "whether it exists and is no longer needed cannot be seen".to_owned(),
        fix: format!("ask for the right to `get` {}", kinds.join(", ")),
    })
}
