//! What the server says to the rehearsal of the pod: a Deployment is accepted even when none of its pods would be.

use serde_json::Value;

use super::quota;
use super::situation::{Situation, list, text};
use crate::names::Kind;
use crate::plan::{Finding, Look, Question, Refusal, Severity};

pub(super) fn findings(situation: &Situation<'_>) -> Vec<Finding> {
    let Some(Look::Refused(refusal)) = situation.look(&Question::Pod) else {
        return quota::findings(situation, None);
    };
    let message = without_name(&refusal.message);
    // It is the last check of all: what else could refuse the pod has let it through.
    if message.starts_with("exceeded quota: ") {
        return quota::findings(situation, Some(refusal));
    }
    let refused = Refused { situation, message, refusal };
    let mut findings = quota::findings(situation, None);
    findings.extend(refused.finding());
    findings
}

struct Refused<'a> {
    situation: &'a Situation<'a>,
    /// What the server said, without the name of the pod that it made up.
    message: &'a str,
    refusal: &'a Refusal,
}

impl Refused<'_> {
    fn finding(&self) -> Option<Finding> {
        if self.is_known() || (self.is_terminating() && self.makes_namespace()) {
            return None;
        }
        let message = self.message;
        Some(if message.contains("violates PodSecurity") {
            self.pod_security()
        } else if self.is_terminating() {
            self.blocks("namespace-terminating", "the namespace is being deleted")
        } else if message.contains(" per Container is ") || message.contains(" per Pod is ") {
            self.limit_range()
        } else if let Some(rest) = message.strip_prefix("failed quota: ") {
            self.fails("quota-unspecified", &format!("a quota wants the pod to say more: {rest}"), "")
        } else if message.contains("does not support dry run") {
            self.finding_of(
                Severity::Unknown,
                "webhook-unrehearsed",
                &format!("whether the pod is admitted cannot be foreseen: {message}"),
                "",
            )
        } else if message.contains("status unknown for quota") {
            self.finding_of(
                Severity::Warns,
                "quota-uncounted",
                "a quota of the namespace has not been counted yet, and lets nothing in until then",
                "plan again in a moment",
            )
        } else {
            self.policy()
        })
    }

    fn is_terminating(&self) -> bool {
        self.message.contains("because it is being terminated")
    }

    /// Then the namespace is one of the objects, and what is wrong with it is told of it.
    fn makes_namespace(&self) -> bool {
        self.situation.desired.objects.iter().any(|object| object.id.kind == Kind::Namespace)
    }

    /// What is missing has been told already, with more words.
    fn is_known(&self) -> bool {
        let needs = &self.situation.desired.needs;
        let missing = |kind, name: &Option<String>| {
            name.as_ref().is_some_and(|name| {
                self.message.contains(name.as_str()) && self.situation.object(kind, name) == Some(&Look::Absent)
            })
        };
        (self.message.contains("PriorityClass") && missing(Kind::PriorityClass, &needs.priority_class))
            || (self.message.contains("RuntimeClass") && missing(Kind::RuntimeClass, &needs.runtime_class))
            || (self.message.contains("service account") && missing(Kind::ServiceAccount, &needs.service_account))
    }

    fn pod_security(&self) -> Finding {
        let level =
            self.message.split('"').nth(1).and_then(|version| version.split(':').next()).unwrap_or("restricted");
        let reasons = self.message.split_once("\": ").map_or(self.message, |(_, reasons)| reasons);
        let fix = if level == level_of(&self.situation.desired.pod) {
            format!(
                "see what was added to the pod with `kubectl get mutatingwebhookconfigurations`, or ask for another level of the namespace {}",
                self.situation.namespace
            )
        } else {
            format!("set `providers.kubernetes.security: {level}`")
        };
        let message = format!(
            "the namespace {} enforces Pod Security {level}, which does not let the pod in: {reasons}",
            self.situation.namespace
        );
        self.fails("pod-security", &message, &fix)
    }

    fn limit_range(&self) -> Finding {
        let reasons = self.message.trim_start_matches('[').trim_end_matches(']');
        let mut keys: Vec<&str> = Vec::new();
        for reason in reasons.split(", ") {
            let word = |word: &str| reason.contains(word);
            let key = match (word("memory"), word("cpu"), word("request is")) {
                (true, _, false) => "deployment.resources.memory",
                (true, _, true) => "deployment.resources.requests.memory",
                (false, true, false) => "deployment.resources.cpus",
                (false, true, true) => "deployment.resources.requests.cpus",
                (false, false, _) => continue,
            };
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        let look = format!("`kubectl describe limitrange --namespace {}`", self.situation.namespace);
        let fix =
            if keys.is_empty() { format!("see {look}") } else { format!("change {}; see {look}", keys.join(", ")) };
        let message =
            format!("a LimitRange of the namespace {} does not let the pod in: {reasons}", self.situation.namespace);
        self.fails("limit-range", &message, &fix)
    }

    /// Somebody's own rules: a webhook, a policy, a plugin of the server.
    fn policy(&self) -> Finding {
        let message = self.message;
        let named = |word: &str, quote: char| message.split_once(word).and_then(|(_, rest)| rest.split(quote).nth(1));
        if let Some(webhook) = named("failed calling webhook", '"') {
            return self.fails(
                "webhook-unreachable",
                &format!("the webhook {webhook} that has to admit the pod does not answer: {message}"),
                "see whom it calls with `kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o yaml`",
            );
        }
        if let Some(webhook) = named("admission webhook", '"') {
            let reasons = message.split_once("denied the request: ").map_or(message, |(_, reasons)| reasons);
            let message = format!("the webhook {webhook} does not let the pod in: {reasons}");
            return self.fails("webhook-refuses", &message, "");
        }
        if let Some(policy) = named("ValidatingAdmissionPolicy", '\'') {
            let reasons = message.split_once("denied request: ").map_or(message, |(_, reasons)| reasons);
            let message = format!("the policy {policy} does not let the pod in: {reasons}");
            return self.fails(
                "policy-refuses",
                &message,
                &format!("see it with `kubectl get validatingadmissionpolicy {policy} -o yaml`"),
            );
        }
        self.fails(
            "pod-refused",
            &format!("the server does not let the pod in ({} {}): {message}", self.refusal.code, self.refusal.reason),
            "",
        )
    }

    fn fails(&self, code: &'static str, message: &str, fix: &str) -> Finding {
        self.finding_of(Severity::Fails, code, message, fix)
    }

    fn blocks(&self, code: &'static str, message: &str) -> Finding {
        let namespace = self.situation.namespace;
        Finding {
            about: format!("{}/{namespace}", Kind::Namespace),
            ..self.finding_of(
                Severity::Blocks,
                code,
                &format!("{message}: nothing can be made in it"),
                &format!("wait until it is gone: `kubectl wait --for=delete namespace/{namespace}`; what keeps it: `kubectl get namespace {namespace} -o yaml`"),
            )
        }
    }

    fn finding_of(&self, severity: Severity, code: &'static str, message: &str, fix: &str) -> Finding {
        Finding {
            severity,
            code,
            about: format!("{}/{}", Kind::Pod, self.situation.desired.name),
            message: message.to_owned(),
            fix: fix.to_owned(),
        }
    }
}

/// `pods "a-x7k2p" is forbidden: …` without what comes before the reason: the server makes up another name each time.
fn without_name(message: &str) -> &str {
    let own =
        |(before, after)| (str::starts_with(before, "pods ") || str::starts_with(before, "The pods ")).then_some(after);
    message
        .split_once(" is forbidden: ")
        .and_then(own)
        .or_else(|| message.split_once(" is invalid: ").and_then(own))
        .map_or(message, |reason| reason.trim_start_matches(": "))
}

/// The Pod Security level that the pod is made for.
fn level_of(pod: &Value) -> &'static str {
    let container = list(pod, "/spec/containers").first();
    let says = |key: &str, value: bool| {
        container
            .and_then(|container| container.pointer(&format!("/securityContext/{key}")))
            .is_some_and(|said| *said == value)
    };
    if says("privileged", true) {
        "privileged"
    } else if says("allowPrivilegeEscalation", false)
        && text(pod, "/spec/securityContext/seccompProfile/type").is_some()
    {
        "restricted"
    } else {
        "baseline"
    }
}
