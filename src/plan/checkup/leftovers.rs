//! What old deploys have left: objects of environments that are not there, and locks of the dead.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Check, Examined, made_by_sindri};
use crate::names::{INSTANCE, Kind};
use crate::plan::{Finding, Severity};

/// What Sindri makes, but for Secrets: nobody has to see those for this.
pub(super) const KINDS: [Kind; 7] = [
    Kind::Role,
    Kind::RoleBinding,
    Kind::NetworkPolicy,
    Kind::PersistentVolumeClaim,
    Kind::Deployment,
    Kind::Service,
    Kind::Lease,
];

pub(super) fn check(examined: &Examined<'_>) -> Check {
    let namespace = examined.namespace();
    let mut findings = examined.foreseen("leftovers");
    let (mut seen, mut unseen): (Vec<(Kind, &Value)>, Vec<Finding>) = (Vec::new(), Vec::new());
    for kind in KINDS {
        match examined.list(&made_by_sindri(kind, namespace)) {
            Ok(objects) => seen.extend(objects.iter().map(|object| (kind, object))),
            Err(finding) => unseen.push(finding),
        }
    }
    findings.extend(together(unseen));
    let deployments_are_known = examined.list(&made_by_sindri(Kind::Deployment, namespace)).is_ok();
    let of_kind =
        |wanted: Kind| seen.iter().filter(move |(kind, _)| *kind == wanted).filter_map(|(_, one)| instance(one));
    let living: BTreeSet<&str> = of_kind(Kind::Deployment).collect();
    // Somebody may be about to make the rest.
    let busy: BTreeSet<&str> = of_kind(Kind::Lease).collect();
    let own = examined.environment.map(|environment| environment.name);
    if deployments_are_known {
        let orphans = seen.iter().filter(|(kind, object)| {
            let owner = instance(object);
            !matches!(kind, Kind::Deployment | Kind::Lease)
                && owner.is_some_and(|owner| !living.contains(owner) && !busy.contains(owner) && Some(owner) != own)
        });
        findings.extend(orphans.map(|(kind, object)| orphan(*kind, object, namespace)));
    }
    findings.extend(examined.abandoned.iter().map(|(id, who)| Finding {
        severity: Severity::Warns,
        code: "lock-abandoned",
        about: id.short(),
        message: format!(
            "{who} was changing the environment and gives no sign of life; the next deploy takes the lock over"
        ),
        fix: format!("`kubectl delete {} --namespace {namespace}`", id.short()),
    }));
    let message = match living.len() {
        _ if !deployments_are_known => "which environments are here cannot be seen".to_owned(),
        0 => "no environment is here".to_owned(),
        1 => "1 environment is here".to_owned(),
        count => format!("{count} environments are here"),
    };
    let message = if findings.is_empty() { format!("{message}, and nothing of others is left") } else { message };
    Check::new("leftovers", message, findings)
}

/// One word for all kinds of objects that cannot be seen.
fn together(unseen: Vec<Finding>) -> Option<Finding> {
    let kinds: Vec<String> = unseen.iter().map(|finding| finding.about.clone()).collect();
    let kinds = kinds.join(", ");
    let first = unseen.into_iter().next()?;
    let fix = if first.fix.starts_with("ask for") { format!("ask for the right to `list` {kinds}") } else { first.fix };
    Some(Finding { about: kinds, fix, ..first })
}

fn instance(object: &Value) -> Option<&str> {
    object.get("metadata")?.get("labels")?.get(INSTANCE)?.as_str()
}

fn orphan(kind: Kind, object: &Value, namespace: &str) -> Finding {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let owner = instance(object).unwrap_or_default();
    let message = if kind == Kind::PersistentVolumeClaim {
        let size = object.pointer("/spec/resources/requests/storage").and_then(Value::as_str);
        let size = size.map(|size| format!(" ({size})")).unwrap_or_default();
        format!("it keeps the files{size} of the environment {owner}, which is not deployed")
    } else {
        format!("it belongs to the environment {owner}, which is not deployed")
    };
    let volumes = if kind == Kind::PersistentVolumeClaim { " --volumes" } else { "" };
    let condition = if volumes.is_empty() { "if nobody needs it" } else { "if nobody needs them" };
    Finding {
        severity: Severity::Warns,
        code: if kind == Kind::PersistentVolumeClaim { "volume-left" } else { "object-left" },
        about: format!("{kind}/{name}"),
        message,
        fix: format!("{condition}: `sindri destroy --name {owner} --namespace {namespace}{volumes}`"),
    }
}
