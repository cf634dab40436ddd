//! Which rights a plan and the deploy that follows need, and which of them are missing.

use serde_json::Value;

use super::{Live, Look, Observed, Question, questions};
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
        let resource = match self.subresource {
            "" => self.kind.plural().to_owned(),
            subresource => format!("{}/{subresource}", self.kind.plural()),
        };
        let any_with = if self.subresource.is_empty() { String::new() } else { format!("*/{}", self.subresource) };
        let names = list("resourceNames");
        any("verbs", &[self.verb])
            && any("apiGroups", &[self.kind.group()])
            && any("resources", &[&resource, &any_with])
            && (names.is_empty() || (!self.name.is_empty() && names.iter().any(|name| *name == self.name)))
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

/// What has to be asked one by one, because the server does not know all rules: other systems decide besides it.
pub(super) fn doubts(desired: &Rendered<Pinned>, observed: &Observed, namespace: &str) -> Vec<Question> {
    let rules = match observed.facts.get(&Question::Rules { namespace: namespace.to_owned() }) {
        Some(Look::Seen(rules)) if rules.get("incomplete") == Some(&Value::Bool(true)) => rules,
        _ => return Vec::new(),
    };
    possible(desired, observed)
        .into_iter()
        .filter(|right| !is_given(right, rules))
        .map(|right| right.question(namespace))
        .collect()
}

fn is_given(right: &Right, rules: &Value) -> bool {
    let rules = rules.get("resourceRules").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    rules.iter().any(|rule| right.is_given_by(rule))
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
    rights.extend(lock(&desired.name));
    rights.extend(waiting(&desired.name));
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
