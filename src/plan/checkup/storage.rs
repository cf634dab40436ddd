//! What makes the volume.

use serde_json::Value;

use super::{Check, Examined};
use crate::names::Kind;
use crate::plan::predict::is_default_class;
use crate::plan::{Change, Finding, Severity, questions};

pub(super) fn check(examined: &Examined<'_>) -> Check {
    let mut findings = examined.foreseen("storage");
    let needs = examined.environment.map(|environment| environment.needs);
    if let Some(claim) = needs.and_then(|needs| needs.existing_claim.as_deref()) {
        return Check::new("storage", format!("the volume is persistentvolumeclaim/{claim}"), findings);
    }
    let classes = match examined.list(&questions::all(Kind::StorageClass, None, "")) {
        Ok(classes) => classes,
        Err(unseen) => {
            // A volume that is there needs no class any more.
            let is_there = |change: &Change| change.id.kind == Kind::PersistentVolumeClaim && change.before.is_some();
            if examined.plan().is_some_and(|plan| plan.changes.iter().any(is_there)) {
                return Check::new(
                    "storage",
                    "the volume is there; the classes of the cluster cannot be seen",
                    findings,
                );
            }
            findings.push(unseen);
            return Check::new("storage", "the classes of the cluster cannot be seen", findings);
        }
    };
    let name = |class: &Value| class.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let default = classes.iter().find(|class| is_default_class(class)).map(name);
    let message = match (needs.and_then(|needs| needs.storage_class.as_deref()), default) {
        (Some(named), _) => format!("storageclass/{named}, as the configuration says"),
        (None, Some(default)) => format!("storageclass/{default}, the default"),
        (None, None) => {
            if examined.plan().is_none() {
                findings.push(no_default(&classes.iter().map(name).collect::<Vec<_>>()));
            }
            "the cluster has no default class".to_owned()
        }
    };
    Check::new("storage", message, findings)
}

fn no_default(known: &[String]) -> Finding {
    let known = if known.is_empty() { "it has none at all".to_owned() } else { format!("it has {}", known.join(", ")) };
    Finding {
        severity: Severity::Warns,
        code: "storage-class-default-missing",
        about: Kind::StorageClass.plural().to_owned(),
        message: format!("no class makes a volume that names none: {known}"),
        fix: "write `providers.kubernetes.storageClass` into the configuration; see `kubectl get storageclasses`"
            .to_owned(),
    }
}
