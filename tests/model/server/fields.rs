//! Sets of fields, as the API server keeps them for each manager.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::schema::Type;

/// A set of fields. A step is written as in `fieldsV1`: `f:spec`, `k:{"name":"a"}`, `v:"a"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) members: BTreeSet<String>,
    pub(crate) children: BTreeMap<String, Fields>,
}

/// What is said of one value: whether it is meant itself, and which fields below it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Below {
    pub(crate) itself: bool,
    pub(crate) fields: Fields,
}

impl Fields {
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty() && self.children.values().all(Self::is_empty)
    }

    pub(crate) fn add(&mut self, step: &str, below: Below) {
        if below.itself {
            self.members.insert(step.to_owned());
        }
        if !below.fields.is_empty() {
            self.children.insert(step.to_owned(), below.fields);
        }
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut union = self.clone();
        union.extend(other);
        union
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        self.members.extend(other.members.iter().cloned());
        for (step, fields) in &other.children {
            self.children.entry(step.clone()).or_default().extend(fields);
        }
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let children = self.children.iter().filter_map(|(step, fields)| {
            let both = fields.intersection(other.children.get(step)?);
            (!both.is_empty()).then(|| (step.clone(), both))
        });
        Self { members: self.members.intersection(&other.members).cloned().collect(), children: children.collect() }
    }

    /// A child goes with its parent, not the other way round.
    pub(crate) fn difference(&self, other: &Self) -> Self {
        let children = self.children.iter().filter_map(|(step, fields)| {
            let rest = match other.children.get(step) {
                Some(others) => fields.difference(others),
                None => fields.clone(),
            };
            (!rest.is_empty()).then(|| (step.clone(), rest))
        });
        Self { members: self.members.difference(&other.members).cloned().collect(), children: children.collect() }
    }

    pub(crate) fn is_subset(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }

    /// The same, with the named fields on the way to each.
    pub(crate) fn with_named_fields(&self, kind: &Type) -> Self {
        let mut members = self.members.clone();
        let mut children = BTreeMap::new();
        for (step, fields) in &self.children {
            if matches!(kind, Type::Struct(_)) && step.starts_with("f:") {
                members.insert(step.clone());
            }
            children.insert(step.clone(), fields.with_named_fields(kind.below(step)));
        }
        Self { members, children }
    }

    pub(crate) fn without(&mut self, path: &[&str]) {
        match path {
            [] => {}
            [last] => {
                self.members.remove(*last);
            }
            [first, rest @ ..] => {
                if let Some(child) = self.children.get_mut(*first) {
                    child.without(rest);
                }
            }
        }
    }

    /// Every field, as the server writes it in a conflict: `.spec.containers[name="a"].image`.
    pub(crate) fn paths(&self) -> Vec<String> {
        let own = self.members.iter().map(|step| shown(step));
        let below = self.children.iter().flat_map(|(step, fields)| {
            let parent = shown(step);
            fields.paths().into_iter().map(move |path| format!("{parent}{path}"))
        });
        own.chain(below).collect()
    }

    /// As `managedFields` holds it.
    pub(crate) fn to_value(&self) -> Value {
        let mut map: Map<String, Value> =
            self.members.iter().map(|step| (step.clone(), Value::Object(Map::new()))).collect();
        for (step, fields) in &self.children {
            if fields.is_empty() {
                continue;
            }
            let mut below = fields.to_value();
            if let (true, Some(below)) = (self.members.contains(step), below.as_object_mut()) {
                below.insert(".".to_owned(), Value::Object(Map::new()));
            }
            map.insert(step.clone(), below);
        }
        Value::Object(map)
    }
}

fn shown(step: &str) -> String {
    match step.split_once(':') {
        Some(("f", name)) => format!(".{name}"),
        Some(("v", value)) => format!("[={value}]"),
        Some(("k", keys)) => {
            let keys: Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
            let keys: Vec<_> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("[{}]", keys.join(","))
        }
        _ => step.to_owned(),
    }
}
