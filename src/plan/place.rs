//! What stands where in an object: lists with keys, lists without an order, amounts, and what is there although empty.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::config::quantity::Quantity;

/// Maps whose values are amounts.
const AMOUNTS: [&str; 11] = [
    "allocatable",
    "capacity",
    "default",
    "defaultRequest",
    "hard",
    "limits",
    "max",
    "min",
    "overhead",
    "requests",
    "used",
];
/// Single amounts.
const AMOUNT: [(&str, &str); 2] = [("emptyDir", "sizeLimit"), ("resourceFieldRef", "divisor")];
/// What means something although it is empty: a selector of everything, a folder in memory.
const MEANT: [&str; 5] = ["emptyDir", "labelSelector", "namespaceSelector", "podSelector", "selector"];
/// Lists of plain values without an order.
const SETS: [&str; 18] = [
    "accessModes",
    "add",
    "apiGroups",
    "drop",
    "except",
    "externalIPs",
    "finalizers",
    "loadBalancerSourceRanges",
    "namespaces",
    "nonResourceURLs",
    "policyTypes",
    "resourceNames",
    "resources",
    "scopes",
    "supplementalGroups",
    "values",
    "verbs",
    "zones",
];

/// The names on the way to a value, the nearest first.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    name: &'a str,
}

/// What is known of a list.
pub(super) struct Listing {
    /// What tells its items apart: the first of these that does is taken. A dot leads into a map.
    pub(super) keys: &'static [&'static [&'static str]],
    /// Whether appliers own its items one by one. If not, they own it as a whole.
    pub(super) merged: bool,
    /// Whether it is another list when its items change places.
    pub(super) order: Order,
}

/// Whether the order of a list means something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Free,
    Matters,
    /// Only where an item refers to others: `$(NAME)` sees what stands before it.
    MattersToReferences,
}

impl Place<'static> {
    pub(super) const ROOT: Self = Place { above: None, name: "" };
}

impl<'a> Place<'a> {
    pub(super) fn within(above: &'a Place<'a>, name: &'a str) -> Self {
        Self { above: Some(above), name }
    }

    fn above(&self) -> &str {
        self.above.map_or("", |place| place.name)
    }

    /// Whether this is one of these lists.
    pub(super) fn is_one_of(&self, names: &[&str]) -> bool {
        names.contains(&self.name)
    }

    /// Whether an amount stands here, which can be written in many ways.
    fn holds_an_amount(&self) -> bool {
        AMOUNTS.contains(&self.above()) || AMOUNT.contains(&(self.above(), self.name))
    }

    /// Whether an empty map is more than nothing here.
    pub(super) fn means_something_empty(&self) -> bool {
        MEANT.contains(&self.name)
    }

    /// Whether a value is as good as none.
    pub(super) fn is_nothing(&self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Object(entries) => entries.is_empty() && !self.means_something_empty(),
            Value::Array(items) => items.is_empty(),
            // The server leaves it out.
            Value::String(text) => text.is_empty() && self.name == "value" && self.above() == "env",
            _ => false,
        }
    }

    /// The amount that stands here, as everybody would write it.
    pub(super) fn amount(&self, value: &Value) -> Option<Quantity> {
        if !self.holds_an_amount() {
            return None;
        }
        match value {
            Value::String(text) => Quantity::parse(text).ok(),
            Value::Number(number) => Quantity::parse(&number.to_string()).ok(),
            _ => None,
        }
    }

    /// What is known of the list that stands here.
    pub(super) fn listing(&self) -> Listing {
        let network_policy = matches!(self.above(), "ingress" | "egress");
        let (keys, merged, order): (&[&[&str]], bool, Order) = match self.name {
            "containers" | "ephemeralContainers" | "volumes" | "imagePullSecrets" | "secrets" => {
                (&[&["name"]], true, Order::Free)
            }
            "initContainers" => (&[&["name"]], true, Order::Matters),
            "env" => (&[&["name"]], true, Order::MattersToReferences),
            "envFrom" => (
                &[&["secretRef.name", "configMapRef.name"], &["secretRef.name", "configMapRef.name", "prefix"]],
                false,
                Order::Matters,
            ),
            "ports" => (&[&["containerPort", "protocol"], &["port", "protocol"]], !network_policy, Order::Free),
            "volumeMounts" => (&[&["mountPath"]], true, Order::Free),
            "volumeDevices" => (&[&["devicePath"]], true, Order::Free),
            "hostAliases" => (&[&["ip"]], true, Order::Free),
            "ownerReferences" => (&[&["uid"]], true, Order::Free),
            "conditions" => (&[&["type"]], true, Order::Free),
            "topologySpreadConstraints" => (&[&["topologyKey", "whenUnsatisfiable"]], true, Order::Free),
            "tolerations" => (&[&["key"], &["key", "effect"], &["key", "value", "effect"]], false, Order::Free),
            "subjects" => (&[&["kind", "name"], &["kind", "name", "namespace"]], false, Order::Free),
            "rules" => (
                &[&["resources"], &["resources", "resourceNames"], &["apiGroups", "resources", "resourceNames"]],
                false,
                Order::Free,
            ),
            "matchExpressions" => (&[&["key"], &["key", "operator"]], false, Order::Free),
            "from" | "to" | "ingress" | "egress" | "nodeSelectorTerms" => (&[], false, Order::Free),
            name if SETS.contains(&name) => (&[], false, Order::Free),
            _ => (&[], false, Order::Matters),
        };
        Listing { keys, merged, order }
    }
}

impl Listing {
    /// What tells the items of both lists apart.
    pub(super) fn keyed(&self, before: &[Value], after: &[Value]) -> Option<Keyed> {
        self.keys.iter().copied().find_map(|keys| {
            Some(Keyed { keys, before: texts_of_keys(keys, before)?, after: texts_of_keys(keys, after)? })
        })
    }

    /// Whether the order of these items means something.
    pub(super) fn order_matters(&self, items: &[Value]) -> bool {
        let refers = |item: &Value| item.get("value").and_then(Value::as_str).is_some_and(|text| text.contains("$("));
        match self.order {
            Order::Free => false,
            Order::Matters => true,
            Order::MattersToReferences => items.iter().any(refers),
        }
    }
}

/// Two lists whose items are told apart by the same keys: the text of each item's key, no two of a list the same.
pub(super) struct Keyed {
    pub(super) keys: &'static [&'static str],
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
}

fn texts_of_keys(keys: &[&str], items: &[Value]) -> Option<Vec<String>> {
    let texts: Vec<String> = items.iter().map(|item| text_of_key(keys, item)).collect::<Option<_>>()?;
    let distinct: BTreeSet<&String> = texts.iter().collect();
    (distinct.len() == texts.len()).then_some(texts)
}

/// The key to compare by: a protocol that nobody wrote is TCP, and sets have no order. Nothing if the item has no key:
/// the first part has to be there, or one of several references.
fn text_of_key(keys: &[&str], item: &Value) -> Option<String> {
    let mut text = String::new();
    let mut found = false;
    for (index, key) in keys.iter().enumerate() {
        match part(key, item) {
            Some(value) => {
                found = true;
                push_part(&mut text, value);
            }
            None if index == 0 && !key.contains('.') => return None,
            None if *key == "protocol" => text.push_str("\"TCP"),
            None => {}
        }
        text.push('\0');
    }
    found.then_some(text)
}

fn push_part(text: &mut String, value: &Value) {
    match value {
        Value::String(value) => {
            text.push('"');
            text.push_str(value);
        }
        Value::Array(items) => {
            let mut items: Vec<String> = items.iter().map(Value::to_string).collect();
            items.sort();
            text.push_str(&items.join(","));
        }
        other => text.push_str(&other.to_string()),
    }
}

fn part<'a>(key: &str, item: &'a Value) -> Option<&'a Value> {
    let value = match key.split_once('.') {
        Some((outer, inner)) => item.get(outer)?.get(inner),
        None => item.get(key),
    };
    value.filter(|value| !value.is_null())
}

/// What tells an item from the others, as the item says it.
pub(super) fn key_of(keys: &[&str], item: &Value) -> Map<String, Value> {
    let found = |key: &&str| {
        let value = part(key, item)?.clone();
        Some(match key.split_once('.') {
            Some((outer, inner)) => (outer.to_owned(), [(inner.to_owned(), value)].into_iter().collect()),
            None => ((*key).to_owned(), value),
        })
    };
    keys.iter().filter_map(found).collect()
}
