//! Merging, comparing and pruning values by their types, as server-side apply does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fields::{Below, Fields};
use super::schema::Type;

/// Which fields differ between two values.
#[derive(Default, Debug)]
pub(crate) struct Differences {
    pub(crate) added: Fields,
    pub(crate) modified: Fields,
    pub(crate) removed: Fields,
}

/// A field that the type does not have, or that occurs twice.
pub(crate) fn mistake(kind: &Type, value: &Value, path: &str) -> Option<String> {
    match (kind, value) {
        (Type::Struct(_) | Type::Map(_), Value::Object(map)) => map.iter().find_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match kind.field(key) {
                Some(kind) => mistake(kind, value, &path),
                None => Some(format!("{path}: field not declared in schema")),
            }
        }),
        (Type::List(keys, below), Value::Array(items)) => {
            let mut seen = BTreeSet::new();
            items.iter().find_map(|item| {
                let step = item_step(keys, item);
                if !seen.insert(step.clone()) {
                    return Some(format!("{path}: duplicate entries for key {step}"));
                }
                mistake(below, item, path)
            })
        }
        _ => None,
    }
}

/// The fields that a value has.
pub(crate) fn fields(kind: &Type, value: &Value) -> Below {
    let mut below = Below::default();
    match (kind, value) {
        (Type::Struct(_) | Type::Map(_), Value::Object(map)) => {
            for (key, value) in map {
                let step = format!("f:{key}");
                let mut child = fields(kind.below(&step), value);
                let empty = value.is_null() || value.as_object().is_some_and(Map::is_empty);
                child.itself |= empty || matches!(kind, Type::Map(_));
                below.fields.add(&step, child);
            }
        }
        (Type::List(..) | Type::Set, Value::Array(items)) => {
            for item in items {
                let step = step(kind, item);
                let mut child = fields(kind.below(&step), item);
                child.itself = true;
                below.fields.add(&step, child);
            }
        }
        (Type::Scalar | Type::Quantity | Type::Atomic, _) => below.itself = true,
        _ => {}
    }
    below
}

/// How an item of a list is told from the others.
fn step(kind: &Type, item: &Value) -> String {
    match kind {
        Type::List(keys, _) => item_step(keys, item),
        _ => format!("v:{item}"),
    }
}

fn item_step(keys: &[&str], item: &Value) -> String {
    let keys: BTreeMap<&str, Value> = keys
        .iter()
        .filter_map(|key| match item.get(key) {
            Some(value) => Some((*key, value.clone())),
            // The only key that has a default.
            None if *key == "protocol" => Some((*key, Value::from("TCP"))),
            None => None,
        })
        .collect();
    format!("k:{}", serde_json::to_string(&keys).unwrap_or_default())
}

#[derive(Default)]
struct Compared {
    added: Below,
    modified: Below,
    removed: Below,
}

/// Which fields differ.
pub(crate) fn differences(kind: &Type, left: &Value, right: &Value) -> Differences {
    let compared = compare(kind, Some(left), Some(right));
    Differences { added: compared.added.fields, modified: compared.modified.fields, removed: compared.removed.fields }
}

fn compare(kind: &Type, left: Option<&Value>, right: Option<&Value>) -> Compared {
    let mut compared = Compared::default();
    if left == right {
        return compared;
    }
    let is_leaf = match kind {
        Type::Scalar | Type::Quantity | Type::Atomic => true,
        Type::Struct(_) | Type::Map(_) | Type::List(..) | Type::Set => is_empty(left) && is_empty(right),
    };
    if !is_leaf {
        compare_below(kind, left, right, &mut compared);
    }
    match (left, right) {
        (None, _) => compared.added.itself = true,
        (_, None) => compared.removed.itself = true,
        _ if is_leaf => compared.modified.itself = true,
        _ => {}
    }
    compared
}

fn compare_below(kind: &Type, left: Option<&Value>, right: Option<&Value>, compared: &mut Compared) {
    let (left, right) = (children(kind, left), children(kind, right));
    let steps: BTreeSet<&String> = left.iter().chain(&right).map(|(step, _)| step).collect();
    for step in steps {
        let find = |list: &[(String, &'_ Value)]| list.iter().position(|(other, _)| other == step);
        let (one, other) = (find(&left).map(|at| left[at].1), find(&right).map(|at| right[at].1));
        let child = compare(kind.below(step), one, other);
        compared.added.fields.add(step, child.added);
        compared.modified.fields.add(step, child.modified);
        compared.removed.fields.add(step, child.removed);
    }
}

fn children<'value>(kind: &Type, value: Option<&'value Value>) -> Vec<(String, &'value Value)> {
    match value {
        Some(Value::Object(map)) => map.iter().map(|(key, value)| (format!("f:{key}"), value)).collect(),
        Some(Value::Array(items)) => items.iter().map(|item| (step(kind, item), item)).collect(),
        _ => Vec::new(),
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Object(map)) => map.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    }
}

/// The value `right` laid over the value `left`.
pub(crate) fn merged(kind: &Type, left: Option<&Value>, right: Option<&Value>) -> Option<Value> {
    let (Some(one), Some(other)) = (left, right) else { return right.or(left).cloned() };
    if is_empty(left) && is_empty(right) {
        return Some(other.clone());
    }
    match kind {
        Type::Scalar | Type::Quantity | Type::Atomic => Some(other.clone()),
        Type::Struct(_) | Type::Map(_) => {
            let mut map = one.as_object().cloned().unwrap_or_default();
            for (key, value) in other.as_object().into_iter().flatten() {
                let below = kind.below(&format!("f:{key}"));
                if let Some(value) = merged(below, map.get(key), Some(value)) {
                    map.insert(key.clone(), value);
                }
            }
            Some(Value::Object(map))
        }
        Type::List(..) | Type::Set => Some(merged_list(kind, one, other)),
    }
}

/// The items of `right` in their order; those that only `left` has stay where they are among them.
fn merged_list(kind: &Type, left: &Value, right: &Value) -> Value {
    let (left, right) = (children(kind, Some(left)), children(kind, Some(right)));
    let in_left = |step: &str| left.iter().find(|(other, _)| other == step).map(|(_, value)| *value);
    let in_right = |step: &str| right.iter().any(|(other, _)| other == step);
    let mut shared: std::collections::VecDeque<&str> =
        right.iter().map(|(step, _)| step.as_str()).filter(|step| in_left(step).is_some()).collect();
    let mut next = shared.pop_front();
    let mut done = BTreeSet::new();
    let mut out = Vec::new();
    let (mut from_left, mut from_right) = (0, 0);
    while from_left < left.len() || from_right < right.len() {
        if let (Some((one, _)), Some((other, value))) = (left.get(from_left), right.get(from_right)) {
            if one == other {
                done.insert(one.as_str());
                out.extend(merged(kind.below(one), in_left(one), Some(value)));
                (from_left, from_right) = (from_left + 1, from_right + 1);
                next = shared.pop_front();
                continue;
            }
            if in_right(one) && next.is_some_and(|next| next != one) {
                from_left += 1;
                continue;
            }
        }
        if let Some((one, value)) = left.get(from_left) {
            if !in_right(one) {
                out.push((*value).clone());
                from_left += 1;
                continue;
            }
            if done.contains(one.as_str()) {
                from_left += 1;
            }
        }
        if let Some((other, value)) = right.get(from_right) {
            done.insert(other.as_str());
            out.extend(merged(kind.below(other), in_left(other), Some(value)));
            from_right += 1;
            if next == Some(other.as_str()) {
                next = shared.pop_front();
            }
        }
    }
    Value::Array(out)
}

/// The value without these fields; what becomes empty by it is nothing.
pub(crate) fn removed(kind: &Type, value: &Value, gone: &Fields) -> Value {
    match (kind, value) {
        (Type::Struct(_) | Type::Map(_), Value::Object(map)) => {
            let mut out = Map::new();
            for (key, value) in map {
                let step = format!("f:{key}");
                if gone.members.contains(&step) {
                    continue;
                }
                let value = match gone.children.get(&step) {
                    Some(below) if !below.is_empty() => removed(kind.below(&step), value, below),
                    _ => value.clone(),
                };
                out.insert(key.clone(), value);
            }
            if out.is_empty() { Value::Null } else { Value::Object(out) }
        }
        (Type::List(..) | Type::Set, Value::Array(items)) => {
            let kept: Vec<Value> = items
                .iter()
                .filter_map(|item| {
                    let step = step(kind, item);
                    match gone.children.get(&step) {
                        _ if gone.members.contains(&step) => None,
                        Some(below) if !below.is_empty() => Some(removed(kind.below(&step), item, below)),
                        _ => Some(item.clone()),
                    }
                })
                .collect();
            if kept.is_empty() { Value::Null } else { Value::Array(kept) }
        }
        (Type::Scalar | Type::Quantity, value) => value.clone(),
        _ => Value::Null,
    }
}
