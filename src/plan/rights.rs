//! Which rights a plan and the deploy that follows need, and which of them are missing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Action, Change, Finding, Live, Look, Observed, Question, Severity, Verdict, questions};
use crate::image::Pinned;
use crate::names::{Kind, ObjectId};
use crate::workload::Rendered;

/// One thing to be allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Right {
    verb: &'static str,
    kind: Kind,
    subresource: &'static str,
    name: String,
}

impl Right {
    fn new(verb: &'static str, id: &ObjectId) -> Self {
        Self { verb, kind: id.kind, subresource: "", name: id.name.clone() }
    }

    fn all(verb: &'static str, kind: Kind, subresource: &'static str) -> Self {
        Self { verb, kind, subresource, name: String::new() }
    }

    /// Whether a rule of RBAC gives it.
    fn is_given_by(&self, rule: &Value) -> bool {
        let list = |key: &str| rule.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let any = |key: &str, wanted: &[&str]| {
            list(key).iter().filter_map(Value::as_str).any(|value| value == "*" || wanted.contains(&value))
        };
        let resource = self.resource();
        let any_with = if self.subresource.is_empty() { String::new() } else { format!("*/{}", self.subresource) };
        let names = list("resourceNames");
        any("verbs", &[self.verb])
            && any("apiGroups", &[self.kind.group()])
            && any("resources", &[&resource, &any_with])
            && (names.is_empty() || (!self.name.is_empty() && names.iter().any(|name| *name == self.name)))
    }

    /// As a rule of RBAC says it: `pods/log`.
    fn resource(&self) -> String {
        match self.subresource {
            "" => self.kind.plural().to_owned(),
            subresource => format!("{}/{subresource}", self.kind.plural()),
        }
    }

    fn question(&self, namespace: &str) -> Question {
        Question::Access {
            verb: self.verb,
            kind: self.kind,
            subresource: self.subresource,
            namespace: namespace.to_owned(),
        }
    }
}

/// What has to be asked one by one: rights that the rules do not give. Other systems may decide besides them, and a server
/// that has just started does not know all rules yet, and does not say so.
pub(super) fn doubts(desired: &Rendered<Pinned>, observed: &Observed, namespace: &str) -> Vec<Question> {
    if !matches!(observed.facts.get(&rules(namespace)), Some(Look::Seen(_))) {
        return Vec::new();
    }
    let missing = Missing { observed, namespace };
    possible(desired, observed)
        .into_iter()
        .filter(|right| missing.allows(right) != Some(true))
        .map(|right| right.question(namespace))
        .collect()
}

/// What may not be done: one finding for the plan, one for the deploy, one for waiting. What could not be looked at
/// matters when a pod is made.
pub(super) fn findings(
    desired: &Rendered<Pinned>,
    observed: &Observed,
    changes: &[Change],
    makes_pod: bool,
) -> Vec<Finding> {
    let namespace = questions::namespace(desired, observed);
    let missing = Missing { observed, namespace };
    let has_claim = desired.objects.iter().any(|object| {
        let live = questions::live(observed, &object.id);
        object.id.kind == Kind::PersistentVolumeClaim
            && matches!(live, Some(Live::Present(claim)) if claim.pointer("/status/phase").is_some_and(|phase| phase == "Bound"))
    });
    let mut findings: Vec<Finding> = missing.looks(has_claim).filter(|_| makes_pod).into_iter().collect();
    if changes.iter().any(|change| change.action != Action::Keep) {
        let (lacking, mut unknown) = missing.of(writing(desired, changes));
        if !observed.facts.contains_key(&rules(namespace)) {
            // Nobody asked.
            unknown.clear();
        }
        findings.extend(missing.finding(Severity::Blocks, "rights-deploy", "deploy would not be allowed to", &lacking));
        findings.extend(missing.finding(
            Severity::Unknown,
            "rights-deploy-unknown",
            "the server does not say whether deploy is allowed to",
            &unknown,
        ));
        let (lacking, _) = missing.of(waiting(&desired.name));
        findings.extend(missing.finding(
            Severity::Warns,
            "rights-wait",
            "deploy cannot see how the environment comes up (`--no-wait` does not look): it would not be allowed to",
            &lacking,
        ));
    }
    findings
}

fn rules(namespace: &str) -> Question {
    Question::Rules { namespace: namespace.to_owned() }
}

fn is_incomplete(rules: &Value) -> bool {
    rules.get("incomplete") == Some(&Value::Bool(true))
}

fn is_given(right: &Right, rules: &Value) -> bool {
    let rules = rules.get("resourceRules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    rules.iter().any(|rule| right.is_given_by(rule))
}

struct Missing<'a> {
    observed: &'a Observed,
    namespace: &'a str,
}

impl Missing<'_> {
    /// Those that are missing, and those of which nothing is known.
    fn of(&self, rights: Vec<Right>) -> (BTreeSet<Right>, BTreeSet<Right>) {
        let (mut lacking, mut unknown) = (BTreeSet::new(), BTreeSet::new());
        for right in rights {
            let allowed = self.allows(&right);
            if allowed == Some(false) {
                lacking.insert(right);
            } else if allowed.is_none() {
                unknown.insert(right);
            }
        }
        (lacking, unknown)
    }

    /// Whether a right is there; nothing if the server does not say.
    fn allows(&self, right: &Right) -> Option<bool> {
        let id = ObjectId::new(right.kind, self.namespace, &right.name);
        let is_applied = right.subresource.is_empty() && matches!(right.verb, "patch" | "create");
        // The rehearsal of an apply is the truth: it needs what the apply needs.
        match self.observed.objects.get(&id).and_then(|sighting| sighting.verdict.as_ref()).filter(|_| is_applied) {
            Some(Verdict::Accepted(_) | Verdict::Conflict { .. } | Verdict::Refused(_)) => return Some(true),
            Some(Verdict::Denied(message)) if message.contains(&format!("\" cannot {} ", right.verb)) => {
                return Some(false);
            }
            _ => {}
        }
        let Some(Look::Seen(rules)) = self.observed.facts.get(&rules(self.namespace)) else { return None };
        if is_given(right, rules) {
            return Some(true);
        }
        match self.observed.facts.get(&right.question(self.namespace)) {
            Some(Look::Seen(answer)) => answer.get("allowed").and_then(Value::as_bool),
            _ if is_incomplete(rules) => None,
            _ => Some(false),
        }
    }

    /// What could not be looked at for the plan, and what therefore is not foreseen.
    fn looks(&self, has_claim: bool) -> Option<Finding> {
        let mut rights = BTreeSet::new();
        let mut unforeseen = BTreeSet::new();
        for question in self
            .observed
            .facts
            .iter()
            .filter_map(|(question, look)| matches!(look, Look::Denied(_)).then_some(question))
        {
            let (right, what) = match question {
                Question::Object(id) => (Right::new("get", id), format!("whether {} is there", id.short())),
                Question::All { kind, .. } => (Right::all("list", *kind, ""), purpose(*kind).to_owned()),
                Question::Pod => (Right::all("create", Kind::Pod, ""), "whether the pod is let in".to_owned()),
                Question::Rules { .. } | Question::Access { .. } => continue,
            };
            // A pod that the server lets in shows that what it names is there.
            let is_admitted = matches!(self.observed.facts.get(&Question::Pod), Some(Look::Seen(_)));
            let is_known = match right.kind {
                Kind::ServiceAccount | Kind::PriorityClass | Kind::RuntimeClass => is_admitted,
                Kind::StorageClass => has_claim,
                _ => false,
            };
            if !is_known {
                rights.insert(right);
                unforeseen.insert(what);
            }
        }
        let unforeseen: Vec<String> = unforeseen.into_iter().collect();
        let what = format!("not foreseen: {}; plan is not allowed to", unforeseen.join(", "));
        self.finding(Severity::Unknown, "rights-plan", &what, &rights)
    }

    fn finding(&self, severity: Severity, code: &'static str, what: &str, rights: &BTreeSet<Right>) -> Option<Finding> {
        finding(self.namespace, severity, code, what, rights)
    }
}

/// Rights that are known to be missing, of everything of a kind.
pub(super) fn lacking(
    namespace: &str,
    denied: impl IntoIterator<Item = (&'static str, Kind, &'static str)>,
    severity: Severity,
    code: &'static str,
    what: &str,
) -> Option<Finding> {
    let rights = denied.into_iter().map(|(verb, kind, subresource)| Right::all(verb, kind, subresource)).collect();
    finding(namespace, severity, code, what, &rights)
}

fn finding(
    namespace: &str,
    severity: Severity,
    code: &'static str,
    what: &str,
    rights: &BTreeSet<Right>,
) -> Option<Finding> {
    if rights.is_empty() {
        return None;
    }
    let named: Vec<String> = verbs(rights.iter())
        .into_iter()
        .map(|((group, resource), verbs)| {
            let verbs: Vec<&str> = verbs.into_iter().collect();
            format!("{} {}", verbs.join("/"), qualified(&resource, group))
        })
        .collect();
    Some(Finding {
        severity,
        code,
        about: format!("{}/{namespace}", Kind::Namespace),
        message: format!("{what}: {}", named.join(", ")),
        fix: asking(namespace, rights),
    })
}

/// The rules to ask an administrator for: those of the namespace, and those of the cluster.
fn asking(namespace: &str, rights: &BTreeSet<Right>) -> String {
    let role = format!("ask for a Role in the namespace {namespace} with these rules");
    [(true, role.as_str()), (false, "ask for a ClusterRole with these rules")]
        .into_iter()
        .filter_map(|(namespaced, asking)| {
            let rules = as_rules(rights.iter().filter(|right| right.kind.is_namespaced() == namespaced));
            (!rules.is_empty()).then(|| format!("{asking}:\n{}", rules.join("\n")))
        })
        .chain([format!("what is allowed: `kubectl auth can-i --list --namespace {namespace}`")])
        .collect::<Vec<_>>()
        .join("\n")
}

/// As kubectl says it: `pods/log`, `deployments.apps/scale`.
fn qualified(resource: &str, group: &str) -> String {
    match (group.is_empty(), resource.split_once('/')) {
        (true, _) => resource.to_owned(),
        (false, None) => format!("{resource}.{group}"),
        (false, Some((resource, beside))) => format!("{resource}.{group}/{beside}"),
    }
}

/// What is done with each resource, by API group.
fn verbs<'a>(rights: impl Iterator<Item = &'a Right>) -> BTreeMap<(&'static str, String), BTreeSet<&'static str>> {
    let mut verbs: BTreeMap<(&'static str, String), BTreeSet<&'static str>> = BTreeMap::new();
    for right in rights {
        verbs.entry((right.kind.group(), right.resource())).or_default().insert(right.verb);
    }
    verbs
}

/// Rules as a Role writes them, as few as there can be: `- {apiGroups: [apps], resources: [deployments], verbs: [patch]}`.
fn as_rules<'a>(rights: impl Iterator<Item = &'a Right>) -> Vec<String> {
    let mut rules: BTreeMap<(&str, Vec<&str>), Vec<String>> = BTreeMap::new();
    for ((group, resource), verbs) in verbs(rights) {
        rules.entry((group, verbs.into_iter().collect())).or_default().push(resource);
    }
    rules
        .into_iter()
        .map(|((group, verbs), resources)| {
            let group = if group.is_empty() { "\"\"" } else { group };
            format!("- {{apiGroups: [{group}], resources: [{}], verbs: [{}]}}", resources.join(", "), verbs.join(", "))
        })
        .collect()
}

/// What is not known where objects of a kind may not be listed or made.
pub(super) fn purpose(kind: Kind) -> &'static str {
    match kind {
        Kind::Node => "whether a node takes the pod",
        Kind::Pod => "which other pods there are",
        Kind::ResourceQuota => "whether the quotas leave room",
        Kind::StorageClass => "whether a class makes the volume",
        _ => "what else is there",
    }
}

/// Everything that a deploy may need, before it is known what it will change.
fn possible(desired: &Rendered<Pinned>, observed: &Observed) -> Vec<Right> {
    let mut rights: Vec<Right> = Vec::new();
    for object in &desired.objects {
        rights.push(Right::new("patch", &object.id));
        if matches!(questions::live(observed, &object.id), Some(Live::Absent) | None) {
            rights.push(Right::new("create", &object.id));
        }
    }
    for id in &desired.possible {
        let is_left_over = !desired.objects.iter().any(|object| object.id == *id);
        if is_left_over && matches!(questions::live(observed, id), Some(Live::Present(_))) {
            rights.push(Right::new("delete", id));
        }
    }
    rights.extend(lock(&desired.name));
    rights.extend(waiting(&desired.name));
    rights
}

/// What the changes need.
fn writing(desired: &Rendered<Pinned>, changes: &[Change]) -> Vec<Right> {
    let mut rights: Vec<Right> = lock(&desired.name).collect();
    for change in changes {
        let verbs: &[&'static str] = match change.action {
            Action::Keep => &[],
            Action::Create => &["create", "patch"],
            Action::Update => &["patch"],
            Action::Replace => &["create", "delete", "patch"],
            Action::Delete => &["delete"],
        };
        rights.extend(verbs.iter().map(|verb| Right::new(verb, &change.id)));
    }
    rights
}

/// What the lock needs.
fn lock(name: &str) -> impl Iterator<Item = Right> {
    let name = format!("sindri-{name}");
    ["get", "create", "update", "delete"].into_iter().map(move |verb| Right {
        verb,
        kind: Kind::Lease,
        subresource: "",
        name: name.clone(),
    })
}

/// What it takes to see how the environment comes up.
fn waiting(name: &str) -> Vec<Right> {
    let mut rights: Vec<Right> = Vec::new();
    for verb in ["list", "watch"] {
        rights.push(Right { verb, kind: Kind::Deployment, subresource: "", name: name.to_owned() });
        rights.extend([Kind::ReplicaSet, Kind::Pod, Kind::Event].map(|kind| Right::all(verb, kind, "")));
    }
    rights.push(Right::all("get", Kind::Pod, "log"));
    rights
}
