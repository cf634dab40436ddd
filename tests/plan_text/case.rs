//! A plan from what a file says of it: objects as they are and as the server says they will be.

use std::error::Error;

use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};
use sindri::plan::diff::diff;
use sindri::plan::mask::masked;
use sindri::plan::{
    Action, Basis, Change, Cluster, ClusterType, Conflict, Drift, Fate, Finding, Plan, Severity, saved,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The cases whose objects hold secret values.
pub(crate) const BEARS_ON_SECRETS: [&str; 3] = ["secret", "secret-created", "secret-unmasked"];

/// The width that a case asks for.
pub(crate) fn width_of(case: &Value) -> usize {
    case["width"].as_u64().and_then(|width| usize::try_from(width).ok()).unwrap_or(80)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn some_text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn some(value: &Value) -> Option<Value> {
    Some(value.clone()).filter(|value| !value.is_null())
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn id(value: &Value) -> Outcome<ObjectId> {
    let (kind, name) =
        value["object"].as_str().and_then(|text| text.split_once('/')).ok_or("an object without a name")?;
    let kind = Kind::ALL.into_iter().find(|known| known.to_string() == kind).ok_or("an unknown kind")?;
    Ok(ObjectId::new(kind, "team", name))
}

/// The plan of a case.
pub(crate) fn plan_of(case: &Value) -> Outcome<Plan> {
    // Nobody makes a plan but the engine, and whoever reads one that it has saved.
    let empty = json!({
        "kind": "SindriPlan",
        "format_version": "1",
        "made_by": "a test",
        "cluster": Cluster {
            context: Some("test".to_owned()),
            server: "https://cluster.example:6443".to_owned(),
            cluster_type: ClusterType::Remote,
            version: "v1.37.1".to_owned(),
            uid: None,
            namespace: "team".to_owned(),
        },
        "environment": "demo",
        "image": "registry.example/demo@sha256:00",
        "config_hash": "hash",
        "force": case["force"] == true,
        "stopped": case["stopped"] == true,
        "changes": [],
    });
    let mut plan = saved::load(empty.to_string().as_bytes())?;
    plan.changes = items(&case["changes"]).iter().map(change).collect::<Outcome<_>>()?;
    plan.drift = items(&case["drift"]).iter().map(drift).collect::<Outcome<_>>()?;
    plan.findings = items(&case["findings"]).iter().map(finding).collect::<Outcome<_>>()?;
    plan.ready = true;
    Ok(plan)
}

fn change(value: &Value) -> Outcome<Change> {
    let id = id(value)?;
    let (live, rehearsed) = (some(&value["before"]), some(&value["after"]));
    let (before, after) = masked(id.kind, live.as_ref(), rehearsed.as_ref());
    // A plan that somebody made without marks must not give its secrets away either.
    let (before, after) = if value["unmasked"] == true { (live, rehearsed) } else { (before, after) };
    let fields = match some(&value["fields"]) {
        Some(fields) => items(&fields).iter().map(field).collect(),
        None => diff(id.kind, before.as_ref(), after.as_ref()),
    };
    let action = match (&before, &after) {
        _ if value["replace"] == true => Action::Replace,
        (None, Some(_)) => Action::Create,
        (Some(_), None) => Action::Delete,
        _ if fields.is_empty() => Action::Keep,
        _ => Action::Update,
    };
    let conflicts = items(&value["conflicts"]).iter();
    Ok(Change {
        id,
        action,
        basis: Basis::Unknown,
        body: some(&value["body"]),
        before,
        after,
        fields,
        validated: value["validated"] != false,
        conflicts: conflicts
            .map(|conflict| Conflict { field: text(&conflict["field"]), manager: text(&conflict["manager"]) })
            .collect(),
        notes: items(&value["notes"]).iter().map(text).collect(),
    })
}

fn field(value: &Value) -> sindri::plan::Field {
    sindri::plan::Field { path: text(&value["path"]), before: some(&value["before"]), after: some(&value["after"]) }
}

fn drift(value: &Value) -> Outcome<Drift> {
    Ok(Drift {
        id: id(value)?,
        path: text(&value["path"]),
        live: some(&value["live"]),
        wanted: some(&value["wanted"]),
        manager: some_text(&value["manager"]),
        time: some_text(&value["time"]),
        fate: match value["fate"].as_str() {
            Some("restored") => Fate::Restored,
            Some("kept") => Fate::Kept,
            Some("contested") => Fate::Contested,
            other => return Err(format!("an unknown fate: {other:?}").into()),
        },
    })
}

fn finding(value: &Value) -> Outcome<Finding> {
    let severities = [Severity::Blocks, Severity::Fails, Severity::Warns, Severity::Unknown];
    let severity = severities.into_iter().find(|severity| Some(severity.as_str()) == value["severity"].as_str());
    Ok(Finding {
        severity: severity.ok_or("an unknown severity")?,
        code: "test",
        about: text(&value["about"]),
        message: text(&value["message"]),
        fix: text(&value["fix"]),
    })
}
