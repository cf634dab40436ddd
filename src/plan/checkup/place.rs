//! The namespace, and what limits the pods in it.

use serde_json::Value;

use super::admission::doubt;
use super::{Check, Examined, unseen};
use crate::names::{Kind, ObjectId};
use crate::plan::{Finding, Look, Question, Severity, questions};

const LEVEL: &str = "pod-security.kubernetes.io/enforce";

fn question(examined: &Examined<'_>) -> Question {
    let name = examined.namespace();
    Question::Object(ObjectId::new(Kind::Namespace, name, name))
}

pub(super) fn namespace(examined: &Examined<'_>) -> Check {
    let question = question(examined);
    let name = examined.namespace();
    let mut findings = examined.foreseen("namespace");
    let message = match examined.facts.get(&question) {
        Some(Look::Seen(live)) if live.pointer("/metadata/deletionTimestamp").is_some() => {
            if findings.is_empty() {
                findings.push(Finding {
                    severity: Severity::Fails,
                    code: "namespace-terminating",
                    about: format!("namespace/{name}"),
                    message: "it is being deleted: nothing can be made in it".to_owned(),
                    fix: format!("wait until it is gone: `kubectl wait --for=delete namespace/{name}`"),
                });
            }
            format!("{name} is being deleted")
        }
        Some(Look::Seen(_)) => format!("{name} is there"),
        Some(Look::Absent) if examined.environment.is_some() => format!("{name} does not exist; deploy makes it"),
        Some(Look::Absent) => {
            findings.push(Finding {
                severity: Severity::Warns,
                code: "namespace-missing",
                about: format!("namespace/{name}"),
                message: "it does not exist".to_owned(),
                fix: format!("`kubectl create namespace {name}`, or name another one with `--namespace`"),
            });
            format!("{name} does not exist")
        }
        other => {
            // Whoever works in one namespace mostly may not read the object that it is.
            findings.push(unseen(&question, other));
            format!("{name} may be there")
        }
    };
    Check::new("namespace", message, findings)
}

pub(super) fn pod_security(examined: &Examined<'_>) -> Check {
    let mut findings = examined.foreseen("pod-security");
    let message = match examined.facts.get(&question(examined)) {
        Some(Look::Seen(live)) => {
            let level = live
                .get("metadata")
                .and_then(|metadata| metadata.get("labels"))
                .and_then(|labels| labels.get(LEVEL))
                .and_then(Value::as_str);
            if findings.is_empty() && level.is_some_and(|level| level != "privileged") {
                findings.extend(doubt(examined, &format!("{}/{}", Kind::Namespace, examined.namespace())));
            }
            level.map_or_else(
                || "the namespace enforces no level of its own".to_owned(),
                |level| format!("the namespace enforces {level}"),
            )
        }
        _ if findings.is_empty() => {
            return Check::skipped("pod-security", "the namespace is not there, or cannot be seen");
        }
        _ => "the namespace enforces a level".to_owned(),
    };
    Check::new("pod-security", message, findings)
}

pub(super) fn quota(examined: &Examined<'_>) -> Check {
    let question = questions::quotas(examined.namespace());
    let mut findings = examined.foreseen("quota");
    let quotas = match examined.list(&question) {
        Ok(quotas) => quotas,
        Err(_) if findings.is_empty() && examined.is_let_in() => {
            return Check::new("quota", "the pod fits into what there is", findings);
        }
        Err(unseen) if findings.is_empty() => return Check::new("quota", "they cannot be seen", vec![unseen]),
        Err(_) => return Check::new("quota", "there is no room", findings),
    };
    if examined.plan().is_none() {
        findings.extend(quotas.iter().filter_map(|quota| full(quota, examined.namespace())));
    }
    let names = named(Kind::ResourceQuota, quotas);
    let message = match (names.is_empty(), findings.is_empty()) {
        (true, _) => "the namespace has none".to_owned(),
        (false, true) => format!("{names}: there is room"),
        (false, false) => names,
    };
    Check::new("quota", message, findings)
}

/// A quota of which something is used up that every environment needs.
fn full(quota: &Value, namespace: &str) -> Option<Finding> {
    let name = name(quota);
    let amount = |list: &str, resource: &str| quota.pointer(&format!("/status/{list}"))?.get(resource)?.as_str();
    let needed = ["pods", "persistentvolumeclaims", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
    let gone: Vec<String> = needed
        .into_iter()
        .filter_map(|resource| Some((resource, amount("hard", resource)?, amount("used", resource)?)))
        .filter(|(_, hard, used)| {
            let read = |text: &str| crate::config::quantity::Quantity::parse(text).ok();
            read(used).zip(read(hard)).is_some_and(|(used, hard)| used >= hard)
        })
        .map(|(resource, hard, used)| format!("{resource}: {used} of {hard} is used"))
        .collect();
    (!gone.is_empty()).then(|| Finding {
        severity: Severity::Warns,
        code: "quota-full",
        about: format!("{}/{name}", Kind::ResourceQuota),
        message: format!("no room for another environment: {}", gone.join("; ")),
        fix: format!("see who uses it: `kubectl describe resourcequota {name} --namespace {namespace}`"),
    })
}

pub(super) fn limit_range(examined: &Examined<'_>) -> Check {
    const NAME: &str = "limit-range";
    let mut findings = examined.foreseen(NAME);
    let is_clear =
        examined.environment.is_some_and(|environment| environment.plan.is_some() && environment.admission.is_clear());
    let message = match examined.list(&questions::all(Kind::LimitRange, Some(examined.namespace()), "")) {
        Ok([]) => "the namespace has none".to_owned(),
        Ok(ranges) => {
            let names = named(Kind::LimitRange, ranges);
            if findings.is_empty() {
                findings.extend(doubt(examined, &names));
            }
            if findings.is_empty() && is_clear { format!("{names}: the pod is within it") } else { names }
        }
        // The rehearsal of the pod has shown what comes of those that cannot be seen.
        Err(_) if findings.is_empty() && is_clear => "the pod is within what there is".to_owned(),
        Err(_) if !findings.is_empty() => "the pod is not within what there is".to_owned(),
        Err(unseen) => {
            findings.push(unseen);
            "they cannot be seen".to_owned()
        }
    };
    Check::new(NAME, message, findings)
}

fn named(kind: Kind, objects: &[Value]) -> String {
    objects.iter().map(|object| format!("{kind}/{}", name(object))).collect::<Vec<_>>().join(", ")
}

fn name(object: &Value) -> &str {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}
