//! What holds for any object: equal ones have no difference, and no secret comes through.

use proptest::prelude::*;
use serde_json::{Value, json};
use sindri::names::Kind;
use sindri::plan::diff::diff;
use sindri::plan::mask::masked;
use sindri::plan::normal::{over, stripped};
use sindri::plan::{Action, Field};
use sindri::report::problems::Style;
use sindri::report::{plan, plan_data};

use super::case::plan_of;

/// One of the spellings of an amount of thousandths.
fn spelled(thousandths: u32, spelling: u8) -> Value {
    match spelling % 4 {
        0 if thousandths.is_multiple_of(1000) => json!(thousandths / 1000),
        1 => json!(format!("{}e-3", thousandths)),
        2 => json!(format!("{}.{:03}", thousandths / 1000, thousandths % 1000)),
        _ => json!(format!("{thousandths}m")),
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let name = prop_oneof!["name", "ports", "env", "value", "rules", "from", "data", "[a-z.]{0,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z$(){}\\PC\n]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..5).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

fn pod(cpu: &Value, names: &[String], image: &str) -> Value {
    let variables: Vec<_> = names.iter().map(|name| json!({"name": name, "value": name})).collect();
    json!({"spec": {"containers": [{
        "name": "sindri", "image": image, "env": variables, "resources": {"limits": {"cpu": cpu}},
    }]}})
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_object_does_not_differ_from_itself(object in anything()) {
        prop_assert_eq!(diff(Kind::ConfigMap, Some(&object), Some(&object)), Vec::<Field>::new());
        prop_assert_eq!(over(&object, &object), object);
    }

    #[test]
    fn any_two_objects_can_be_shown(before in anything(), after in anything(), width in 0_usize..120) {
        let (before, after) = (json!({"spec": before}), json!({"spec": after}));
        let case = json!({"changes": [{"object": "configmap/a", "before": before, "after": after}]});
        let plan = plan_of(&case).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let text = plan::for_person(&plan, Style { colour: false, width });
        for line in text.lines() {
            prop_assert!(line.chars().count() <= width.max(30), "{}", line);
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
        }
        let is_kept = plan.changes.iter().all(|change| change.action == Action::Keep);
        prop_assert_eq!(text.starts_with("Unchanged"), is_kept);
    }

    #[test]
    fn spellings_and_order_make_no_difference(
        thousandths in 1_u32..10_000, ours in any::<u8>(), theirs in any::<u8>(),
        names in prop::collection::btree_set("[A-Z]{1,4}", 0..8),
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let turned: Vec<String> = names.iter().rev().cloned().collect();
        let (left, right) = (spelled(thousandths, ours), spelled(thousandths, theirs));
        let (before, after) = (pod(&left, &names, "a"), pod(&right, &turned, "a"));
        prop_assert_eq!(diff(Kind::Pod, Some(&before), Some(&after)), Vec::<Field>::new());
        let other = pod(&right, &turned, "b");
        let paths: Vec<_> = diff(Kind::Pod, Some(&before), Some(&other)).into_iter().map(|field| field.path).collect();
        prop_assert_eq!(paths, ["spec.containers[sindri].image"]);
        prop_assert_eq!(over(&before, &after), before);
        prop_assert_eq!(stripped(Kind::Pod, &other), other);
    }

    #[test]
    fn no_secret_value_comes_through(
        before in prop::collection::btree_map("[a-z.]{1,8}", "SECRET[0-9]{4}", 0..5),
        after in prop::collection::btree_map("[a-z.]{1,8}", "SECRET[0-9]{4}", 0..5),
        field in prop_oneof!["data", "stringData"],
        unmasked in any::<bool>(),
    ) {
        let annotations = json!({"kubectl.kubernetes.io/last-applied-configuration": "SECRET"});
        let secret = |values: &std::collections::BTreeMap<String, String>| {
            json!({"metadata": {"annotations": annotations}, field.clone(): values, "type": "Opaque"})
        };
        let (before, after) = (secret(&before), secret(&after));
        let body = after.clone();
        for (before, after) in [(before.clone(), after.clone()), (Value::Null, after), (before, Value::Null)] {
            let values = |value: &Value| value[&field].as_object().map(|values| json!(values)).unwrap_or_default();
            let drift = json!([{"object": "secret/a", "path": field, "live": values(&before), "wanted": values(&after),
                "fate": "restored"}]);
            let fields = json!([{"path": format!("{field}.a"), "before": "SECRET", "after": "SECRET"}]);
            let mut change = json!({"object": "secret/a", "before": before, "after": after, "body": body,
                "unmasked": unmasked});
            if unmasked {
                change["fields"] = fields;
            }
            let plan = plan_of(&json!({"changes": [change], "drift": drift}));
            let plan = plan.map_err(|error| TestCaseError::fail(error.to_string()))?;
            let text = plan::for_person(&plan, Style { colour: false, width: 200 });
            prop_assert!(!text.contains("SECRET"), "{}", text);
            let data = plan_data::for_program(&plan).to_string();
            prop_assert!(!data.contains("SECRET"), "{}", data);
            let some = |value: &Value| Some(value.clone()).filter(|value| !value.is_null());
            let marked = masked(Kind::Secret, some(&before).as_ref(), some(&after).as_ref());
            let marked = json!([marked.0, marked.1]).to_string();
            prop_assert!(!marked.contains("SECRET"), "{}", marked);
        }
    }
}
