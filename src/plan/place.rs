//! What stands where in an object: lists with keys, lists without an order, amounts, and what is there although empty.

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
const AMOUNT: [&str; 2] = ["divisor", "sizeLimit"];
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
        AMOUNTS.contains(&self.above()) || AMOUNT.contains(&self.name)
    }

    /// Whether a value is as good as none.
    pub(super) fn is_nothing(&self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Object(entries) => entries.is_empty() && !MEANT.contains(&self.name),
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
    /// The keys that tell the items of both lists apart.
    pub(super) fn keys_for(&self, lists: [&[Value]; 2]) -> Option<&'static [&'static str]> {
        self.keys.iter().copied().find(|keys| lists.iter().all(|items| tells_apart(keys, items)))
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

fn tells_apart(keys: &[&str], items: &[Value]) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    items.iter().all(|item| !key_of(keys, item).is_empty() && seen.insert(text_of_key(keys, item)))
}

/// What tells an item from the others, as far as it says it. Nothing if it does not even say the first part.
pub(super) fn key_of(keys: &[&str], item: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    for key in keys {
        let (outer, inner) = key.split_once('.').unwrap_or((key, ""));
        let value = match item.get(outer) {
            Some(value) if inner.is_empty() => Some(value.clone()),
            Some(value) => value.get(inner).map(|value| serde_json::json!({ inner: value })),
            None => None,
        };
        match value {
            Some(value) if !value.is_null() => {
                found.insert(outer.to_owned(), value);
            }
            // A protocol alone tells nothing apart, but one of several references is enough.
            _ if found.is_empty() && inner.is_empty() => return found,
            _ => {}
        }
    }
    found
}

/// The key to compare by: a protocol that nobody wrote is TCP, and sets have no order.
pub(super) fn text_of_key(keys: &[&str], item: &Value) -> String {
    let mut key = key_of(keys, item);
    if keys.contains(&"protocol") {
        key.entry("protocol").or_insert_with(|| Value::from("TCP"));
    }
    for value in key.values_mut() {
        if let Value::Array(items) = value {
            items.sort_by_key(Value::to_string);
        }
    }
    Value::Object(key).to_string()
}
