//! The fields that differ between an object as it is and as it will be.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::mask::masked;
use super::normal::{is_bare, same, text};
use super::place::{Keyed, Order, Place, key_of};
use super::{Field, Path, Step};
use crate::names::Kind;

/// What is added or removed with more values than this is one field.
const MOST_LEAVES: usize = 12;
/// What the name of the object says already.
const IDENTITY: [&[&str]; 4] = [&["apiVersion"], &["kind"], &["metadata", "name"], &["metadata", "namespace"]];

/// The fields that differ, in the order of their names. Of Secrets, no value comes out.
#[must_use]
pub fn diff(kind: Kind, before: Option<&Value>, after: Option<&Value>) -> Vec<Field> {
    // Objects can be large: they are copied only if something has to be left out.
    let differences = if kind != Kind::Secret && [before, after].into_iter().flatten().all(|side| is_bare(kind, side)) {
        differences(before, after)
    } else {
        let (before, after) = masked(kind, before, after);
        differences(before.as_ref(), after.as_ref())
    };
    let fields = differences.into_iter().filter(|difference| !is_identity(&difference.path));
    fields.map(Difference::into_field).collect()
}

fn is_identity(path: &Path) -> bool {
    IDENTITY.iter().any(|keys| {
        let mut steps = path.steps().iter();
        keys.iter().all(|key| matches!(steps.next(), Some(Step::Key(step)) if step == key)) && steps.next().is_none()
    })
}

/// One difference, with the way to it.
#[derive(Debug)]
struct Difference {
    path: Path,
    /// Whether it is the order of a list; before and after are the keys of its items then.
    order: bool,
    before: Option<Value>,
    after: Option<Value>,
}

impl Difference {
    fn into_field(self) -> Field {
        let path = if self.order { format!("{} (order)", self.path) } else { self.path.to_string() };
        Field { path, before: self.before, after: self.after }
    }
}

fn differences(before: Option<&Value>, after: Option<&Value>) -> Vec<Difference> {
    let mut walk = Walk::default();
    walk.value(&Place::ROOT, before, after);
    walk.found
}

/// Goes through both objects side by side.
#[derive(Default)]
struct Walk {
    steps: Vec<Step>,
    found: Vec<Difference>,
}

impl Walk {
    fn inside(&mut self, step: Step, look: impl FnOnce(&mut Self)) {
        self.steps.push(step);
        look(self);
        self.steps.pop();
    }

    fn tell(&mut self, before: Option<&Value>, after: Option<&Value>) {
        let path = self.steps.iter().cloned().collect();
        self.found.push(Difference { path, order: false, before: before.cloned(), after: after.cloned() });
    }

    fn value(&mut self, place: &Place<'_>, before: Option<&Value>, after: Option<&Value>) {
        let before = before.filter(|value| !place.is_nothing(value));
        let after = after.filter(|value| !place.is_nothing(value));
        match (before, after) {
            (None, None) => {}
            (Some(before), Some(after)) if before == after => {}
            (Some(Value::Object(before)), Some(Value::Object(after))) => self.maps(place, before, after),
            (Some(Value::Array(before)), Some(Value::Array(after))) => self.lists(place, before, after),
            (Some(before), Some(after)) if same(place, before, after) => {}
            (Some(_), Some(_)) => self.tell(before, after),
            (Some(whole), None) | (None, Some(whole)) => self.whole(place, whole, before.is_some()),
        }
    }

    fn maps(&mut self, place: &Place<'_>, before: &Map<String, Value>, after: &Map<String, Value>) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let inner = Place::within(place, key);
            self.inside(Step::Key(key.clone()), |walk| walk.value(&inner, before.get(key), after.get(key)));
        }
    }

    /// Something that only one side has: value by value if that is short, and if the values are all there is to it. An
    /// item of a list is more than its values.
    fn whole(&mut self, place: &Place<'_>, whole: &Value, removed: bool) {
        let sides = |value| if removed { (Some(value), None) } else { (None, Some(value)) };
        let is_short = self.steps.is_empty() || leaves(whole) <= MOST_LEAVES;
        match whole {
            Value::Object(entries) if is_short && !place.means_something_empty() => {
                for (key, value) in entries {
                    let (before, after) = sides(value);
                    let inner = Place::within(place, key);
                    self.inside(Step::Key(key.clone()), |walk| walk.value(&inner, before, after));
                }
            }
            Value::Array(items) if is_short && let Some(keyed) = place.listing().keyed(items, &[]) => {
                for item in items {
                    self.whole_item(keyed.keys, item, removed);
                }
            }
            _ => {
                let (before, after) = sides(whole);
                self.tell(before, after);
            }
        }
    }

    fn whole_item(&mut self, keys: &[&str], item: &Value, removed: bool) {
        self.inside(Step::Item(key_of(keys, item)), |walk| {
            if removed { walk.tell(Some(item), None) } else { walk.tell(None, Some(item)) }
        });
    }

    fn lists(&mut self, place: &Place<'_>, before: &[Value], after: &[Value]) {
        let listing = place.listing();
        if let Some(keyed) = listing.keyed(before, after) {
            self.items_with_keys(place, &keyed, before, after);
            let is_reference = listing.order == Order::MattersToReferences;
            if listing.order_matters(before) || is_reference && listing.order_matters(after) {
                self.order(&keyed, before, after);
            }
            return;
        }
        let pairs = if listing.order == Order::Free {
            match pairs_in_a_set(place, before, after) {
                Pairs::Alike(pairs) => pairs,
                Pairs::Unlike(after) => return self.tell_lists(before, &after),
            }
        } else if before.len() == after.len() {
            before.iter().zip(after).enumerate().collect()
        } else {
            return self.tell_lists(before, after);
        };
        let differ = || pairs.iter().filter(|(_, (before, after))| !same(place, before, after));
        let readable = |item: &Value| item.is_object() || item.as_str().is_some_and(|text| text.contains('\n'));
        if differ().all(|(_, (before, after))| readable(before) || readable(after)) {
            for (index, (before, after)) in differ() {
                self.inside(Step::Index(*index), |walk| walk.value(place, Some(before), Some(after)));
            }
        } else {
            self.tell_lists(before, after);
        }
    }

    fn tell_lists(&mut self, before: &[Value], after: &[Value]) {
        let path = self.steps.iter().cloned().collect();
        self.found.push(Difference { path, order: false, before: Some(before.into()), after: Some(after.into()) });
    }

    fn items_with_keys(&mut self, place: &Place<'_>, keyed: &Keyed, before: &[Value], after: &[Value]) {
        let keys = keyed.keys;
        let mut wanted: BTreeMap<&String, &Value> = keyed.after.iter().zip(after).collect();
        for (key, item) in keyed.before.iter().zip(before) {
            match wanted.remove(key) {
                Some(wanted) if wanted == item => {}
                Some(wanted) => {
                    self.inside(Step::Item(key_of(keys, item)), |walk| walk.item(place, keys, item, wanted));
                }
                None => self.whole_item(keys, item, true),
            }
        }
        for (_, item) in keyed.after.iter().zip(after).filter(|(key, _)| wanted.contains_key(key)) {
            self.whole_item(keys, item, false);
        }
    }

    /// Two items with the same key: a protocol that only one of them writes is the same.
    fn item(&mut self, place: &Place<'_>, keys: &[&str], before: &Value, after: &Value) {
        let (Value::Object(before), Value::Object(after)) = (before, after) else { return };
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names.into_iter().filter(|name| !keys.contains(&name.as_str())) {
            let inner = Place::within(place, name);
            self.inside(Step::Key(name.clone()), |walk| walk.value(&inner, before.get(name), after.get(name)));
        }
    }

    fn order(&mut self, keyed: &Keyed, before: &[Value], after: &[Value]) {
        let names = |items: &[Value], texts: &[String], others: &[String]| {
            let others: BTreeSet<&String> = others.iter().collect();
            let common = texts.iter().zip(items).filter(|(text, _)| others.contains(text));
            let name = |item| Path::default().then(Step::Item(key_of(keyed.keys, item))).to_string();
            common.map(|(_, item)| name(item)).collect::<Vec<_>>()
        };
        let (before, after) = (names(before, &keyed.before, &keyed.after), names(after, &keyed.after, &keyed.before));
        if before != after {
            let bare = |name: &String| name.trim_start_matches('[').trim_end_matches(']').to_owned();
            let list = |names: Vec<String>| Some(names.iter().map(bare).collect());
            let path = self.steps.iter().cloned().collect();
            self.found.push(Difference { path, order: true, before: list(before), after: list(after) });
        }
    }
}

/// Items of two lists without an order, side by side.
enum Pairs<'a> {
    /// There are as many on both sides: each with its place in the list as it is.
    Alike(Vec<(usize, (&'a Value, &'a Value))>),
    /// There are not. The other list, with what stays where it was.
    Unlike(Vec<Value>),
}

/// What stays belongs together; of the rest, the first to the first.
fn pairs_in_a_set<'a>(place: &Place<'_>, before: &'a [Value], after: &'a [Value]) -> Pairs<'a> {
    let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, item) in after.iter().enumerate().rev() {
        wanted.entry(text(place, item)).or_default().push(index);
    }
    let mut partners: Vec<Option<usize>> =
        before.iter().map(|item| wanted.get_mut(&text(place, item)).and_then(Vec::pop)).collect();
    let taken: BTreeSet<usize> = partners.iter().flatten().copied().collect();
    let mut rest = (0..after.len()).filter(|index| !taken.contains(index));
    for partner in partners.iter_mut().filter(|partner| partner.is_none()) {
        *partner = rest.next();
    }
    if before.len() == after.len() {
        let both = before.iter().zip(partners.iter().filter_map(|partner| after.get((*partner)?)));
        return Pairs::Alike(both.enumerate().collect());
    }
    partners.extend(rest.map(Some));
    Pairs::Unlike(partners.into_iter().filter_map(|partner| after.get(partner?)).cloned().collect())
}

/// How many values there are in it.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(entries) if !entries.is_empty() => entries.values().map(leaves).sum(),
        Value::Array(items) if items.iter().any(Value::is_object) => items.iter().map(leaves).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{diff, differences};
    use crate::names::Kind;
    use crate::plan::Step;
    use crate::plan::normal::text;
    use crate::plan::place::Place;

    /// The differences between two pod specs, as lines.
    fn lines(before: &Value, after: &Value) -> Vec<String> {
        let pod = |spec: &Value| json!({"spec": spec});
        let side = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let fields = diff(Kind::Pod, Some(&pod(before)), Some(&pod(after))).into_iter();
        fields.map(|field| format!("{}: {} → {}", field.path, side(field.before), side(field.after))).collect()
    }

    fn container(fields: &Value) -> Value {
        let mut container = json!({"name": "sindri"});
        for (key, value) in fields.as_object().unwrap() {
            container[key] = value.clone();
        }
        json!({"containers": [container]})
    }

    /// Does to an object what a difference says.
    fn apply(object: &mut Value, steps: &[Step], after: Option<&Value>) {
        let (Some((step, rest)), removes) = (steps.split_first(), after.is_none()) else {
            *object = after.cloned().unwrap_or_default();
            return;
        };
        match step {
            Step::Key(key) => {
                if object.is_null() {
                    *object = json!({});
                }
                let entries = object.as_object_mut().unwrap();
                if rest.is_empty() && removes {
                    entries.remove(key);
                } else {
                    apply(entries.entry(key.clone()).or_insert(Value::Null), rest, after);
                }
            }
            Step::Item(keys) => {
                if object.is_null() {
                    *object = json!([]);
                }
                let items = object.as_array_mut().unwrap();
                let is_it = |item: &Value| keys.iter().all(|(key, value)| item.get(key) == Some(value));
                let index = items.iter().position(is_it).unwrap_or_else(|| {
                    items.push(keys.clone().into());
                    items.len() - 1
                });
                if rest.is_empty() && removes {
                    items.remove(index);
                } else {
                    apply(&mut items[index], rest, after);
                }
            }
            Step::Index(index) => apply(&mut object[*index], rest, after),
            Step::Member(_) => panic!("no difference is told of a member"),
        }
    }

    fn named<Item: Strategy<Value = Value> + 'static>(
        key: &'static str,
        names: [&'static str; 3],
        item: Item,
    ) -> impl Strategy<Value = Value> {
        let item = (item, any::<bool>()).prop_map(|(item, there)| Some(item).filter(|_| there));
        (prop::collection::vec(item, 3), any::<bool>()).prop_map(move |(items, turned)| {
            let present = names.iter().zip(items).filter_map(|(name, item)| {
                let mut item = item?;
                item[key] = json!(name);
                Some(item)
            });
            let mut items: Vec<Value> = present.collect();
            if turned {
                items.reverse();
            }
            items.into()
        })
    }

    fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::sample::select(texts).prop_map(str::to_owned)
    }

    /// An object with lists of every sort.
    fn object() -> impl Strategy<Value = Value> {
        let amount = one_of(&["1", "1000m", "2Gi", "2048Mi", "3"]);
        let variable = one_of(&["a", "b", "c\nd"]).prop_map(|value| json!({"value": value}));
        let port = one_of(&["x", "y"]).prop_map(|name| json!({"protocol": "TCP", "name": name}));
        let words = || prop::collection::vec(one_of(&["a", "b", "c\nd\n"]), 0..4);
        let container = (
            named("name", ["A", "B", "C"], variable),
            named("containerPort", ["1", "2", "3"], port),
            amount,
            words(),
            words(),
        )
            .prop_map(|(env, ports, cpu, command, drop)| {
                json!({"image": "i", "env": env, "ports": ports, "resources": {"limits": {"cpu": cpu}},
                    "command": command, "securityContext": {"capabilities": {"drop": drop}}})
            });
        let source = prop_oneof![
            Just(json!({"emptyDir": {}})),
            Just(json!({"emptyDir": {"medium": "Memory"}})),
            Just(json!({"persistentVolumeClaim": {"claimName": "a", "readOnly": true}})),
        ];
        let peer = prop_oneof![
            Just(json!({"podSelector": {}})),
            Just(json!({"namespaceSelector": {}})),
            Just(json!({"ipBlock": {"cidr": "a", "except": ["b", "c"]}})),
            Just(json!({"ipBlock": {"cidr": "a", "except": ["c", "b"]}})),
        ];
        let rule = prop::collection::vec(peer, 0..4).prop_map(|from| json!({"from": from}));
        let toleration = one_of(&["a", "b"]).prop_map(|effect| json!({"key": "k", "effect": effect}));
        (
            named("name", ["a", "b", "c"], container),
            named("name", ["x", "y", "z"], source),
            prop::collection::vec(rule, 0..4),
            prop::collection::vec(toleration, 0..3),
        )
            .prop_map(|(containers, volumes, ingress, tolerations)| {
                json!({"spec": {"containers": containers, "volumes": volumes, "ingress": ingress,
                    "tolerations": tolerations}})
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_told_of_the_one_makes_it_the_other(before in object(), after in object()) {
            let mut made = before.clone();
            let told = differences(Some(&before), Some(&after));
            for difference in &told {
                prop_assert!(!difference.order, "{}", difference.path);
                let was = difference.path.find(&before).filter(|value| **value != json!([]));
                prop_assert_eq!(was, difference.before.as_ref(), "{}", difference.path);
                apply(&mut made, difference.path.steps(), difference.after.as_ref());
            }
            prop_assert_eq!(text(&Place::ROOT, &made), text(&Place::ROOT, &after), "{:?}", told);
            prop_assert_eq!(told.is_empty(), text(&Place::ROOT, &before) == text(&Place::ROOT, &after));
        }
    }

    #[test]
    fn items_are_told_apart_by_their_keys() {
        let before = json!({"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y"}]});
        let after = json!({"containers": [{"name": "b", "image": "z"}, {"name": "a", "image": "x"}]});
        assert_eq!(lines(&before, &after), [r#"spec.containers[b].image: "y" → "z""#]);
    }

    #[test]
    fn a_port_without_a_protocol_is_one_of_tcp() {
        let before = container(&json!({"ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}]}));
        let after = container(&json!({"ports": [
            {"containerPort": 53, "protocol": "UDP", "name": "dns"}, {"containerPort": 80, "protocol": "TCP"}]}));
        assert_eq!(lines(&before, &after), [r#"spec.containers[sindri].ports[53/UDP].name: - → "dns""#]);
    }

    #[test]
    fn equal_amounts_are_equal_where_amounts_stand() {
        let resources = |cpu: &str, memory: &str| {
            container(
                &json!({"resources": {"limits": {"cpu": cpu, "memory": memory}}, "env": [{"name": "A", "value": cpu}]}),
            )
        };
        let value = r#"spec.containers[sindri].env[A].value: "1000m" → "1""#;
        assert_eq!(lines(&resources("1000m", "2Gi"), &resources("1", "2048Mi")), [value]);
        let memory = r#"spec.containers[sindri].resources.limits.memory: "2Gi" → "2G""#;
        assert_eq!(lines(&resources("0.5", "2Gi"), &resources("0.5", "2G")), [memory]);
    }

    #[test]
    fn the_order_of_variables_matters_to_references() {
        let variables = |names: [&str; 2], value: &str| {
            let variable = |name| json!({"name": name, "value": value});
            container(&json!({"env": names.map(variable)}))
        };
        assert!(lines(&variables(["A", "B"], "x"), &variables(["B", "A"], "x")).is_empty());
        let order = r#"spec.containers[sindri].env (order): ["A","B"] → ["B","A"]"#;
        assert_eq!(lines(&variables(["A", "B"], "$(A)"), &variables(["B", "A"], "$(A)")), [order]);
    }

    #[test]
    fn a_selector_of_everything_is_not_nothing() {
        let policy = |from: &Value| json!({"spec": {"ingress": [{"from": [from]}]}});
        let before = policy(&json!({"podSelector": {}}));
        let after = policy(&json!({"namespaceSelector": {}}));
        let fields = diff(Kind::NetworkPolicy, Some(&before), Some(&after));
        let paths: Vec<_> = fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(paths, ["spec.ingress[0].from[0].namespaceSelector", "spec.ingress[0].from[0].podSelector"]);
        assert!(lines(&container(&json!({"securityContext": {}})), &container(&json!({}))).is_empty());
    }
}
