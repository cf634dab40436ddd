//! What the configuration names and others have to have made: Secrets, accounts, classes.

use super::situation::Situation;
use crate::names::Kind;
use crate::plan::{Finding, Look, Severity};

/// What is missing if one of them is not there.
struct Reference {
    kind: Kind,
    severity: Severity,
    code: &'static str,
    /// The key of sindri.yaml that names it.
    key: &'static str,
    /// What follows from its absence.
    effect: &'static str,
}

const SECRET: Reference = Reference {
    kind: Kind::Secret,
    severity: Severity::Fails,
    code: "secret-missing",
    key: "secrets",
    effect: "its entries are variables of the container, which does not start without them",
};
const PULL_SECRET: Reference = Reference {
    kind: Kind::Secret,
    severity: Severity::Warns,
    code: "pull-secret-missing",
    key: "imagePullSecrets",
    effect: "the image is pulled without it, which fails where the registry wants a login",
};
const SERVICE_ACCOUNT: Reference = Reference {
    kind: Kind::ServiceAccount,
    severity: Severity::Fails,
    code: "service-account-missing",
    key: "serviceAccount",
    effect: "a pod that runs under it is refused",
};
const PRIORITY_CLASS: Reference = Reference {
    kind: Kind::PriorityClass,
    severity: Severity::Fails,
    code: "priority-class-missing",
    key: "priorityClassName",
    effect: "a pod that asks for it is refused",
};
const RUNTIME_CLASS: Reference = Reference {
    kind: Kind::RuntimeClass,
    severity: Severity::Fails,
    code: "runtime-class-missing",
    key: "runtimeClassName",
    effect: "a pod that asks for it is refused",
};

pub(super) fn findings(situation: &Situation<'_>) -> Vec<Finding> {
    let needs = &situation.desired.needs;
    let named = [
        (&SECRET, needs.secrets.iter().collect::<Vec<_>>()),
        (&PULL_SECRET, needs.image_pull_secrets.iter().collect()),
        (&SERVICE_ACCOUNT, needs.service_account.iter().collect()),
        (&PRIORITY_CLASS, needs.priority_class.iter().collect()),
        (&RUNTIME_CLASS, needs.runtime_class.iter().collect()),
    ];
    named
        .into_iter()
        .flat_map(|(reference, names)| names.into_iter().map(move |name| (reference, name)))
        .filter(|(reference, name)| situation.object(reference.kind, name) == Some(&Look::Absent))
        .map(|(reference, name)| missing(situation.namespace, reference, name))
        .collect()
}

fn missing(namespace: &str, reference: &Reference, name: &str) -> Finding {
    let Reference { kind, severity, code, key, effect } = *reference;
    let place = if kind.is_namespaced() { format!("the namespace {namespace}") } else { "this cluster".to_owned() };
    let make = match (kind, code) {
        (Kind::Secret, "pull-secret-missing") => format!(
            "make it with `kubectl create secret docker-registry {name} --namespace {namespace} \
             --docker-server=REGISTRY --docker-username=USER --docker-password=PASSWORD`"
        ),
        (Kind::Secret, _) => format!(
            "make it with `kubectl create secret generic {name} --namespace {namespace} --from-literal=KEY=VALUE`"
        ),
        (Kind::ServiceAccount, _) => {
            format!("make it with `kubectl create serviceaccount {name} --namespace {namespace}`")
        }
        _ => format!("see what there is with `kubectl get {}`", kind.plural()),
    };
    Finding {
        severity,
        code,
        about: format!("{kind}/{name}"),
        message: format!("{kind}/{name} does not exist in {place}: {effect}"),
        fix: format!("{make}, or change `providers.kubernetes.{key}`"),
    }
}
