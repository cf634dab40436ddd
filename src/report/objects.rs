//! Rendered objects as YAML or JSON: what `kubectl apply -f -` reads.

use serde_json::{Value, json};

use super::yaml;
use crate::workload::Object;

/// A stream of YAML documents, in the order of the objects.
#[must_use]
pub fn as_yaml(objects: &[Object]) -> String {
    let documents: Vec<_> = objects.iter().map(|object| yaml::document(&object.body)).collect();
    documents.join("---\n")
}

/// One list, in the order of the objects.
#[must_use]
pub fn as_json(objects: &[Object]) -> String {
    let items: Vec<&Value> = objects.iter().map(|object| &object.body).collect();
    format!("{:#}\n", json!({"apiVersion": "v1", "items": items, "kind": "List"}))
}
