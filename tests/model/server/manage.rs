//! Who owns which field: what server-side apply and every other write make of an object and of its owners.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fields::Fields;
use super::merge;
use super::schema::Type;

/// Whoever writes: a name, how it writes, and through which part of the object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Manager {
    pub(crate) operation: Operation,
    pub(crate) name: String,
    pub(crate) subresource: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Apply,
    Update,
}

/// The fields of each manager, and when it last took one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Owners(BTreeMap<Manager, Owned>);

#[derive(Clone, Debug, PartialEq)]
struct Owned {
    fields: Fields,
    time: String,
}

/// A field that belongs to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Conflict {
    pub(crate) manager: String,
    pub(crate) field: String,
}

/// What the server alone writes.
const NOBODYS: [&[&str]; 12] = [
    &["f:apiVersion"],
    &["f:kind"],
    &["f:metadata"],
    &["f:metadata", "f:name"],
    &["f:metadata", "f:namespace"],
    &["f:metadata", "f:creationTimestamp"],
    &["f:metadata", "f:selfLink"],
    &["f:metadata", "f:uid"],
    &["f:metadata", "f:clusterName"],
    &["f:metadata", "f:generation"],
    &["f:metadata", "f:managedFields"],
    &["f:metadata", "f:resourceVersion"],
];

impl Manager {
    pub(crate) fn new(operation: Operation, name: &str, subresource: &'static str) -> Self {
        Self { operation, name: name.to_owned(), subresource }
    }

    fn shown(&self, version: &str) -> String {
        let subresource = match self.subresource {
            "" => String::new(),
            subresource => format!(" with subresource \"{subresource}\""),
        };
        let using = match self.operation {
            Operation::Apply => String::new(),
            Operation::Update => format!(" using {version}"),
        };
        format!("\"{}\"{subresource}{using}", self.name)
    }
}

impl Owners {
    /// As `managedFields` shows them.
    pub(crate) fn to_value(&self, version: &str) -> Value {
        let mut entries: Vec<_> = self.0.iter().collect();
        entries.sort_by_key(|(manager, owned)| (manager.operation, owned.time.clone(), manager.name.clone()));
        let entries = entries.into_iter().map(|(manager, owned)| {
            let mut entry = json!({
                "manager": manager.name,
                "operation": match manager.operation { Operation::Apply => "Apply", Operation::Update => "Update" },
                "apiVersion": version,
                "time": owned.time,
                "fieldsType": "FieldsV1",
                "fieldsV1": owned.fields.to_value(),
            });
            if !manager.subresource.is_empty() {
                entry["subresource"] = json!(manager.subresource);
            }
            entry
        });
        Value::Array(entries.collect())
    }

    /// Whether everybody owns the same; when each last took something does not matter.
    pub(crate) fn same_fields(&self, other: &Self) -> bool {
        let fields = |owners: &Self| {
            owners.0.iter().map(|(manager, owned)| (manager.clone(), owned.fields.clone())).collect::<Vec<_>>()
        };
        fields(self) == fields(other)
    }

    /// Server-side apply: what becomes of the object, before defaults.
    pub(crate) fn apply(
        &mut self,
        kind: &Type,
        version: &str,
        live: &Value,
        wanted: &Value,
        manager: &Manager,
        force: bool,
        time: &str,
    ) -> Result<Value, Vec<Conflict>> {
        let mut object = merge::merged(kind, Some(live), Some(wanted)).unwrap_or_default();
        let mut fields = merge::fields(kind, wanted).fields;
        ignore_status(&mut fields);
        let last = self.0.get(manager).map(|owned| owned.fields.clone()).unwrap_or_default();
        let before = self.0.get(manager).map_or_else(|| time.to_owned(), |owned| owned.time.clone());
        self.0.insert(manager.clone(), Owned { fields: fields.clone(), time: before });
        if !last.is_subset(&fields) {
            object = self.pruned(kind, &object, &last);
        }
        self.changed(kind, version, live, &object, Some(manager), force)?;
        if let Some(owned) = self.0.get_mut(manager) {
            for path in NOBODYS {
                owned.fields.without(path);
            }
            if object != *live {
                time.clone_into(&mut owned.time);
            }
        }
        self.0.retain(|_, owned| !owned.fields.is_empty());
        Ok(object)
    }

    /// Any other write: whatever changed belongs to who changed it.
    pub(crate) fn update(
        &mut self,
        kind: &Type,
        version: &str,
        live: &Value,
        object: &Value,
        manager: &Manager,
        time: &str,
    ) {
        let mut taken = self.changed(kind, version, live, object, None, true).unwrap_or_default();
        if manager.subresource.is_empty() {
            ignore_status(&mut taken);
        }
        for path in NOBODYS {
            taken.without(path);
        }
        if !taken.is_empty() {
            let owned = self
                .0
                .entry(manager.clone())
                .or_insert_with(|| Owned { fields: Fields::default(), time: String::new() });
            owned.fields.extend(&taken);
            time.clone_into(&mut owned.time);
        }
        self.0.retain(|_, owned| !owned.fields.is_empty());
    }

    /// The number of replicas through its own door: it has an owner afterwards only if it had one before, and only if
    /// the number is not zero.
    pub(crate) fn scale(&mut self, from: &Value, to: &Value, manager: &Manager, time: &str) {
        let mut replicas = Fields::default();
        replicas.children.entry("f:spec".to_owned()).or_default().members.insert("f:replicas".to_owned());
        let has_owner = self.0.values().any(|owned| !owned.fields.intersection(&replicas).is_empty());
        if !has_owner {
            return;
        }
        if from == to {
            // The server writes two entries for who updated this and more, and reads only the one with the rest again.
            let holds_more = |owned: &Owned| !owned.fields.is_subset(&replicas);
            let updated = |manager: &Manager| manager.operation == Operation::Update && manager.subresource.is_empty();
            for (_, owned) in self.0.iter_mut().filter(|(manager, owned)| updated(manager) && holds_more(owned)) {
                owned.fields = owned.fields.difference(&replicas);
            }
            return;
        }
        for owned in self.0.values_mut() {
            owned.fields = owned.fields.difference(&replicas);
        }
        self.0.retain(|_, owned| !owned.fields.is_empty());
        if *to != 0 {
            self.0.insert(manager.clone(), Owned { fields: replicas, time: time.to_owned() });
        }
    }

    /// Takes what changed from everybody but `writer`. The answer is what was added or modified.
    fn changed(
        &mut self,
        kind: &Type,
        version: &str,
        live: &Value,
        object: &Value,
        writer: Option<&Manager>,
        force: bool,
    ) -> Result<Fields, Vec<Conflict>> {
        let differences = merge::differences(kind, live, object);
        let mut changed = differences.modified.union(&differences.added);
        if writer.is_none_or(|writer| writer.subresource.is_empty()) {
            ignore_status(&mut changed);
        }
        let others = || self.0.iter().filter(|(manager, _)| Some(*manager) != writer);
        let mut conflicts = Vec::new();
        for (manager, owned) in others() {
            for field in owned.fields.intersection(&changed).paths() {
                conflicts.push(Conflict { manager: manager.shown(version), field });
            }
        }
        if !force && !conflicts.is_empty() {
            return Err(conflicts);
        }
        for (manager, owned) in &mut self.0 {
            if Some(manager) != writer {
                owned.fields = owned.fields.difference(&changed).difference(&differences.removed);
            }
        }
        Ok(changed)
    }

    /// Without what the manager applied last time, did not apply now, and nobody else owns.
    fn pruned(&self, kind: &Type, merged: &Value, last: &Fields) -> Value {
        let named = |fields: &Fields| fields.with_named_fields(kind);
        let all = named(&merge::fields(kind, merged).fields);
        let last = named(last);
        let owned = self.0.values().fold(Fields::default(), |all, owned| all.union(&owned.fields));
        let first = merge::removed(kind, merged, &last);
        let kept = named(&merge::fields(kind, &first).fields).union(&named(&owned));
        let second = merge::removed(kind, merged, &all.difference(&kept));
        let gone = all.difference(&named(&merge::fields(kind, &second).fields)).intersection(&last);
        merge::removed(kind, merged, &gone)
    }
}

fn ignore_status(fields: &mut Fields) {
    fields.members.remove("f:status");
    fields.children.remove("f:status");
}
