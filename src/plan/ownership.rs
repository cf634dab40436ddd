//! Who owns which field of an object, as the server keeps it in `metadata.managedFields`.

use serde_json::Value;

use super::{Path, Step};
use crate::names::FIELD_MANAGER;

/// One manager's entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'object> {
    pub(super) manager: &'object str,
    pub(super) time: Option<&'object str>,
    operation: &'object str,
    subresource: &'object str,
    fields: &'object Value,
}

/// Every entry, in the order of the server.
pub(super) fn entries(object: &Value) -> impl Iterator<Item = Entry<'_>> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    entries.into_iter().flatten().map(|entry| {
        let text = |key| entry.get(key).and_then(Value::as_str);
        Entry {
            manager: text("manager").unwrap_or_default(),
            time: text("time"),
            operation: text("operation").unwrap_or_default(),
            subresource: text("subresource").unwrap_or_default(),
            fields: entry.get("fieldsV1").unwrap_or(&Value::Null),
        }
    })
}

/// What Sindri has applied to an object.
pub(super) fn applied(object: &Value) -> Option<Entry<'_>> {
    entries(object).find(|entry| entry.is_ours() && entry.operation == "Apply" && entry.subresource.is_empty())
}

/// Whether an apply that leaves a field out takes it away: Sindri has applied it, and nobody else keeps it.
pub(super) fn is_given_up(object: &Value, path: &Path) -> bool {
    applied(object).is_some_and(|ours| ours.owns(path))
        && entries(object).filter(|entry| entry.owns(path)).all(Entry::is_ours)
}

impl<'object> Entry<'object> {
    /// Whether Sindri wrote it: by applying, or by stopping and starting.
    pub(super) fn is_ours(self) -> bool {
        self.manager == FIELD_MANAGER
    }

    /// Whether it is about the state that controllers report.
    pub(super) fn is_status(self) -> bool {
        self.subresource == "status"
    }

    /// Where its fields begin.
    pub(super) fn root(self) -> Node<'object> {
        Node { path: Path::default(), fields: self.fields }
    }

    /// Whether it owns a field or something in it.
    pub(super) fn owns(self, path: &Path) -> bool {
        let mut node = Some(self.root());
        for step in path.steps() {
            node = node.and_then(|node| node.children().find(|child| child.path.steps().last() == Some(step)));
        }
        node.is_some()
    }
}

/// A field in an entry, and what it owns below it.
#[derive(Clone, Debug)]
pub(super) struct Node<'object> {
    pub(super) path: Path,
    fields: &'object Value,
}

impl<'object> Node<'object> {
    pub(super) fn children(&self) -> impl Iterator<Item = Node<'object>> {
        let path = self.path.clone();
        self.fields.as_object().into_iter().flatten().filter_map(move |(key, fields)| {
            Step::of_managed_field(key).map(|step| Node { path: path.then(step), fields })
        })
    }

    /// Whether the field is owned as a whole.
    pub(super) fn is_leaf(&self) -> bool {
        self.children().next().is_none()
    }

    /// Whether it is an item of a list, which is told as a whole when it comes and goes.
    pub(super) fn is_item(&self) -> bool {
        matches!(self.path.steps().last(), Some(Step::Item(_) | Step::Member(_) | Step::Index(_)))
    }
}

/// A path as the server writes it in a conflict: `.spec.template.spec.containers[name="sindri"].image`.
pub(super) fn as_the_server_writes(path: &Path) -> String {
    let steps = path.steps().iter().map(|step| match step {
        Step::Key(key) => format!(".{key}"),
        Step::Item(keys) => {
            let pairs: Vec<_> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("[{}]", pairs.join(","))
        }
        Step::Member(value) => format!("[={value}]"),
        Step::Index(place) => format!("[{place}]"),
    });
    steps.collect()
}
