//! Objects without what the server owns, one laid over the other, and two that mean the same recognised as the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::place::{Keyed, Place};
use crate::names::{APPLIED_AT, APPLIED_BY, Kind, STOPPED_AT, STOPPED_BY};

/// What only the server writes.
const OWNED_METADATA: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];
/// Annotations that are book-keeping. The last one holds a whole object, secret values included.
const OWNED_ANNOTATIONS: [&str; 6] = [
    APPLIED_AT,
    APPLIED_BY,
    STOPPED_AT,
    STOPPED_BY,
    "deployment.kubernetes.io/revision",
    "kubectl.kubernetes.io/last-applied-configuration",
];

/// An object without what the server owns, and without what is written with every change and is none itself.
#[must_use]
pub fn stripped(kind: Kind, value: &Value) -> Value {
    let Value::Object(object) = value else { return value.clone() };
    let kept = |(key, value): (&String, &Value)| match key.as_str() {
        "status" => None,
        "metadata" => Some((key.clone(), metadata(value))),
        "spec" if kind == Kind::Service => Some((key.clone(), without_addresses(value))),
        _ => Some((key.clone(), value.clone())),
    };
    object.iter().filter_map(kept).collect::<Map<_, _>>().into()
}

/// Whether nothing would be left out of it.
pub(super) fn is_bare(kind: Kind, value: &Value) -> bool {
    let has = |value: &Value, keys: &[&str]| keys.iter().any(|key| value.get(key).is_some());
    let annotations = value.pointer("/metadata/annotations").unwrap_or(&Value::Null);
    let metadata = value.get("metadata").unwrap_or(&Value::Null);
    kind != Kind::Service
        && !has(value, &["status"])
        && !has(metadata, &OWNED_METADATA)
        && !has(annotations, &OWNED_ANNOTATIONS)
}

fn metadata(value: &Value) -> Value {
    let Value::Object(entries) = value else { return value.clone() };
    let kept = |(key, value): (&String, &Value)| {
        if OWNED_METADATA.contains(&key.as_str()) {
            return None;
        }
        let Some(annotations) = value.as_object().filter(|_| key == "annotations") else {
            return Some((key.clone(), value.clone()));
        };
        let ours = annotations.iter().filter(|(name, _)| !OWNED_ANNOTATIONS.contains(&name.as_str()));
        let ours: Map<_, _> = ours.map(|(name, value)| (name.clone(), value.clone())).collect();
        (!ours.is_empty()).then(|| (key.clone(), ours.into()))
    };
    entries.iter().filter_map(kept).collect::<Map<_, _>>().into()
}

/// The addresses of a Service are drawn when it is made: those of a rehearsal are not the ones that it will get.
fn without_addresses(spec: &Value) -> Value {
    let Value::Object(entries) = spec else { return spec.clone() };
    let drawn = entries.get("clusterIP").and_then(Value::as_str) != Some("None");
    let kept = entries.iter().filter(|(key, _)| !(drawn && matches!(key.as_str(), "clusterIP" | "clusterIPs")));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>().into()
}

/// What a live object would look like with a desired one laid over it, as far as that can be told without the server:
/// maps are merged, lists whose items are owned one by one are merged by their keys, other lists are replaced. What
/// means the same keeps its live spelling.
#[must_use]
pub fn over(live: &Value, desired: &Value) -> Value {
    laid_over(&Place::ROOT, live, desired)
}

fn laid_over(place: &Place<'_>, live: &Value, desired: &Value) -> Value {
    match (live, desired) {
        (Value::Object(live), Value::Object(desired)) => {
            let mut merged = live.clone();
            for (key, wanted) in desired {
                let inner = Place::within(place, key);
                let value = match live.get(key) {
                    Some(value) => laid_over(&inner, value, wanted),
                    None => wanted.clone(),
                };
                if !(wanted.is_null() || inner.is_nothing(&value) && !live.contains_key(key)) {
                    merged.insert(key.clone(), value);
                }
            }
            merged.into()
        }
        (Value::Array(live_items), Value::Array(desired_items)) => {
            let listing = place.listing();
            let keyed = listing.keyed(live_items, desired_items).filter(|_| listing.merged);
            match keyed {
                Some(keyed) => items_over(place, &keyed, live_items, desired_items).into(),
                None if same(place, live, desired) => live.clone(),
                None => desired.clone(),
            }
        }
        _ if same(place, live, desired) => live.clone(),
        _ => desired.clone(),
    }
}

fn items_over(place: &Place<'_>, keyed: &Keyed, live: &[Value], desired: &[Value]) -> Vec<Value> {
    let mut wanted: BTreeMap<&String, &Value> = keyed.after.iter().zip(desired).collect();
    let mut merged: Vec<Value> = Vec::with_capacity(live.len());
    for (key, item) in keyed.before.iter().zip(live) {
        merged.push(match wanted.remove(key) {
            Some(wanted) => laid_over(place, &without_alternatives(place, item, wanted), wanted),
            None => item.clone(),
        });
    }
    let added = keyed.after.iter().zip(desired).filter(|(key, _)| wanted.contains_key(key));
    merged.extend(added.map(|(_, item)| item.clone()));
    merged
}

/// A volume has one source and a variable one origin: another one takes its place, it does not come beside it.
fn without_alternatives(place: &Place<'_>, live: &Value, wanted: &Value) -> Value {
    let (Value::Object(live_entries), Value::Object(wanted_entries)) = (live, wanted) else { return live.clone() };
    if !place.is_one_of(&["env", "volumes"]) {
        return live.clone();
    }
    let kept = live_entries.iter().filter(|(key, _)| *key == "name" || wanted_entries.contains_key(*key));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>().into()
}

/// Whether two values mean the same.
pub(super) fn same(place: &Place<'_>, left: &Value, right: &Value) -> bool {
    left == right || text(place, left) == text(place, right)
}

/// One text for all values that mean the same here.
pub(super) fn text(place: &Place<'_>, value: &Value) -> String {
    canonical(place, value).to_string()
}

fn canonical(place: &Place<'_>, value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let inner = |(key, value): (&String, &Value)| {
                let inner = Place::within(place, key);
                let value = canonical(&inner, value);
                (!inner.is_nothing(&value)).then(|| (key.clone(), value))
            };
            entries.iter().filter_map(inner).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => {
            let mut same: Vec<Value> = items.iter().map(|item| canonical(place, item)).collect();
            if !place.listing().order_matters(items) {
                same.sort_by_cached_key(Value::to_string);
            }
            same.into()
        }
        plain => match place.amount(plain) {
            // Serialising an amount cannot fail: it is one text.
            Some(amount) => serde_json::to_value(amount).unwrap_or_default(),
            None => plain.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{over, stripped};
    use crate::names::Kind;

    #[test]
    fn what_the_server_owns_is_left_out() {
        let live = json!({
            "kind": "Service",
            "metadata": {
                "name": "a", "uid": "1", "resourceVersion": "2", "generation": 3, "managedFields": [], "selfLink": "",
                "creationTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a/b"],
                "annotations": {"sindri.dev/applied-at": "now", "deployment.kubernetes.io/revision": "1",
                    "kubectl.kubernetes.io/last-applied-configuration": "{}"},
            },
            "spec": {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "type": "ClusterIP"},
            "status": {},
        });
        let kept = json!({
            "kind": "Service",
            "metadata": {"name": "a", "finalizers": ["a/b"]},
            "spec": {"type": "ClusterIP"},
        });
        assert_eq!(stripped(Kind::Service, &live), kept);
    }

    #[test]
    fn a_desired_object_is_laid_over_a_live_one() {
        let live = json!({"spec": {
            "replicas": 0,
            "containers": [{
                "name": "sindri", "image": "a", "terminationMessagePath": "/dev/log",
                "resources": {"limits": {"cpu": "1", "memory": "2Gi"}},
                "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "b"}}}],
                "command": ["a", "b"],
            }, {"name": "beside"}],
            "volumes": [{"name": "home", "emptyDir": {}}],
        }});
        let desired = json!({"spec": {
            "containers": [{
                "name": "sindri", "image": "b",
                "resources": {"limits": {"cpu": "1000m", "memory": "4Gi"}},
                "env": [{"name": "A", "value": "x"}],
                "command": ["b"],
            }],
            "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "c"}}],
        }});
        let expected = json!({"spec": {
            "replicas": 0,
            "containers": [{
                "name": "sindri", "image": "b", "terminationMessagePath": "/dev/log",
                "resources": {"limits": {"cpu": "1", "memory": "4Gi"}},
                "env": [{"name": "A", "value": "x"}],
                "command": ["b"],
            }, {"name": "beside"}],
            "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "c"}}],
        }});
        assert_eq!(over(&live, &desired), expected);
    }
}
