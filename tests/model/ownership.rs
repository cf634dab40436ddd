//! Who owns what, read from the object itself: what plan says about conflicts is checked against this.

use serde_json::Value;
use sindri::plan::{Path, Step};

/// The fields that others own and that the configuration wants to be different.
pub(crate) fn contested(live: &Value, wanted: &Value) -> Vec<String> {
    let owners = live["metadata"]["managedFields"].as_array();
    let others = owners.into_iter().flatten().filter(|entry| {
        !(entry["manager"] == "sindri" && entry["operation"] == "Apply") && entry["subresource"] != "status"
    });
    let mut contested: Vec<String> = others
        .flat_map(|entry| {
            let mut fields = Vec::new();
            leaves(&entry["fieldsV1"], &Path::default(), &mut fields);
            fields
        })
        .filter(|field| field.find(wanted).is_some_and(|value| field.find(live) != Some(value)))
        .map(|field| field.to_string())
        .collect();
    contested.sort();
    contested.dedup();
    contested
}

fn leaves(fields: &Value, at: &Path, found: &mut Vec<Path>) {
    let Some(fields) = fields.as_object() else { return };
    if fields.is_empty() {
        found.push(at.clone());
    }
    for (key, below) in fields {
        if let Some(step) = Step::of_managed_field(key) {
            leaves(below, &at.then(step), found);
        }
    }
}
