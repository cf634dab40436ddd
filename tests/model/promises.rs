//! What plan and deploy promise, checked against what was there before and what is there afterwards.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sindri::names::{self, Kind, ObjectId};
use sindri::plan::{Action, Change, Plan, diff, mask, normal};

use super::ownership;

/// The only environment.
pub(crate) const ENVIRONMENT: &str = "dev";

/// Everything there is of an environment, by name.
pub(crate) type Snapshot = BTreeMap<ObjectId, Value>;

/// What is wrong, for a person to read.
pub(crate) type Verdict<T = ()> = Result<T, String>;

/// Whether an object was not made by Sindri for this environment.
pub(crate) fn is_foreign(live: Option<&Value>) -> bool {
    live.is_some_and(|live| {
        let label = |key: &str| live["metadata"]["labels"][key].as_str().unwrap_or_default();
        label(names::MANAGED_BY) != names::SINDRI
            || (live["kind"] != "Namespace" && label(names::INSTANCE) != ENVIRONMENT)
    })
}

/// Conflicts are told exactly where somebody else owns a field and wants it otherwise.
pub(crate) fn conflicts(plan: &Plan, before: &Snapshot) -> Verdict {
    for change in &plan.changes {
        let (Some(body), Some(live)) = (&change.body, before.get(&change.id)) else { continue };
        let told = !change.conflicts.is_empty();
        let contested = ownership::contested(live, body);
        if told && contested.is_empty() {
            return Err(format!("{}: nobody else owns {:?}", change.id, change.conflicts));
        }
        // A refusal for another reason comes before the conflict, and a foreign object is not looked at further.
        if !told && !contested.is_empty() && change.validated && change.action != Action::Replace {
            return Err(format!("{}: others own {contested:?}, and the plan does not say so", change.id));
        }
    }
    Ok(())
}

/// What was done is what was foretold, and nothing else.
pub(crate) fn outcome(plan: &Plan, before: &Snapshot, after: &Snapshot, asked: &[ObjectId]) -> Verdict {
    for change in &plan.changes {
        check_change(change, before.get(&change.id), after.get(&change.id))
            .map_err(|problem| format!("{} {:?}: {problem}", change.id, change.action))?;
    }
    for id in before.keys().chain(after.keys()) {
        let is_planned = plan.changes.iter().any(|change| change.id == *id);
        if !is_planned && essence(id.kind, before.get(id)) != essence(id.kind, after.get(id)) {
            return Err(format!("{id} is not in the plan, and has changed"));
        }
    }
    // A namespace that is not ours has no quota of ours.
    let is_foreign_namespace = before.iter().any(|(id, live)| id.kind == Kind::Namespace && is_foreign(Some(live)));
    let is_asked_for = |id: &ObjectId| asked.contains(id) && !(id.kind == Kind::ResourceQuota && is_foreign_namespace);
    for (id, live) in after {
        let is_left_over = matches!(
            id.kind,
            Kind::ResourceQuota | Kind::Role | Kind::RoleBinding | Kind::NetworkPolicy | Kind::Service
        ) && !is_foreign(Some(live))
            && live["metadata"]["deletionTimestamp"].is_null()
            && !is_asked_for(id);
        if is_left_over {
            return Err(format!("{id} is ours, the file does not ask for it, and it is still there"));
        }
    }
    Ok(())
}

fn check_change(change: &Change, before: Option<&Value>, after: Option<&Value>) -> Verdict {
    let kind = change.id.kind;
    if change.action == Action::Delete {
        if matches!(kind, Kind::PersistentVolumeClaim | Kind::Namespace) {
            return Err("volumes and namespaces are never deleted".to_owned());
        }
        let is_gone = after.is_none_or(|after| after["metadata"]["deletionTimestamp"].is_string());
        return if is_gone { Ok(()) } else { Err("it is still there".to_owned()) };
    }
    let Some(after) = after else { return Err("it is not there".to_owned()) };
    let uid = |object: Option<&Value>| object.map(|object| object["metadata"]["uid"].clone());
    match (change.action, before) {
        (Action::Keep, before) if essence(kind, before) != essence(kind, Some(after)) => {
            return Err("it has changed".to_owned());
        }
        (Action::Create, Some(_)) => return Err("it was there before".to_owned()),
        (Action::Update | Action::Replace, None) => return Err("it was not there before".to_owned()),
        (Action::Update, before) if uid(before) != uid(Some(after)) => {
            return Err("it is another one".to_owned());
        }
        (Action::Replace, _) if kind == Kind::PersistentVolumeClaim => {
            return Err("volumes are never replaced".to_owned());
        }
        _ => {}
    }
    if let (Kind::Deployment, Some(before), false) = (kind, before, change.action == Action::Replace)
        && before["spec"]["replicas"] != after["spec"]["replicas"]
    {
        return Err("the number of replicas has changed".to_owned());
    }
    check_prediction(change, before, after)
}

/// The object is what the plan said that it would be, field by field.
fn check_prediction(change: &Change, before: Option<&Value>, after: &Value) -> Verdict {
    let kind = change.id.kind;
    let (_, is) = mask::masked(kind, before, Some(after));
    if !change.validated {
        let foretold = change.body.clone().unwrap_or_default();
        return match missing(&foretold, after) {
            Some(path) => Err(format!("{path} was foretold, and is not so")),
            None => Ok(()),
        };
    }
    if is != change.after {
        let differences = diff::diff(kind, change.after.as_ref(), is.as_ref());
        if !differences.is_empty() {
            return Err(format!("foretold and done differ: {differences:?}"));
        }
    }
    if change.action == Action::Update {
        let (before, after) = mask::masked(kind, before, Some(after));
        let done = diff::diff(kind, before.as_ref(), after.as_ref());
        if done != change.fields {
            return Err(format!("fields that were foretold: {:?}\nfields that changed: {done:?}", change.fields));
        }
    }
    Ok(())
}

/// What people see of an object: identity and content, without what the server and its controllers keep.
pub(crate) fn essence(kind: Kind, object: Option<&Value>) -> Option<Value> {
    object.map(|object| json!([object["metadata"]["uid"], normal::stripped(kind, object)]))
}

/// Where something that was foretold is not so.
fn missing(foretold: &Value, is: &Value) -> Option<String> {
    match (foretold, is) {
        (Value::Object(one), Value::Object(other)) => one.iter().find_map(|(key, value)| match other.get(key) {
            Some(other) => missing(value, other).map(|path| format!("{key}.{path}")),
            // An empty text and an empty list are not kept.
            None if *value == "" || *value == json!([]) => None,
            None => Some(key.clone()),
        }),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).find_map(|(one, other)| missing(one, other))
        }
        _ => (foretold != is).then(|| format!("{foretold} is {is}")),
    }
}
