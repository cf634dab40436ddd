//! Files made from the schema itself: a key that is added to it is tried without anybody writing a test.

use std::collections::BTreeSet;
use std::error::Error;

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use proptest::string::string_regex;
use serde_json::{Map, Value, json};

type Made = Result<BoxedStrategy<Value>, Box<dyn Error>>;

/// How likely a key is written that need not be: few keys make valid files, many make keys meet.
const DENSITIES: [f64; 3] = [0.12, 0.35, 0.8];

/// Files that the schema accepts, apart from the rules that it cannot say.
pub(crate) fn file(schema: &Value) -> Made {
    let [few, some, many] = DENSITIES;
    Ok(prop_oneof![3 => value(schema, few)?, 3 => value(schema, some)?, 1 => value(schema, many)?].boxed())
}

/// Values of one place of the schema.
pub(crate) fn value(schema: &Value, density: f64) -> Made {
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
        return Ok(select(allowed.clone()).boxed());
    }
    let mut ways = Vec::new();
    for name in types(schema) {
        ways.push(match name {
            "object" => object(schema, density)?,
            "array" => array(schema, density)?,
            "string" => string(schema)?,
            "boolean" => any::<bool>().prop_map(Value::from).boxed(),
            "integer" | "number" => number(schema, name == "integer"),
            other => return Err(format!("the schema has a type that is not generated: {other}").into()),
        });
    }
    if ways.is_empty() {
        return Err(format!("the schema has a value without a type: {schema}").into());
    }
    Ok(Union::new(ways).boxed())
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn object(schema: &Value, density: f64) -> Made {
    let required: BTreeSet<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut whole = Just(Map::new()).boxed();
    for (key, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let inner = value(inner, density)?;
        let optional = if required.contains(key.as_str()) {
            inner.prop_map(Some).boxed()
        } else {
            weighted(density, inner).boxed()
        };
        let key = key.clone();
        whole = (whole, optional)
            .prop_map(move |(mut object, value)| {
                object.extend(value.map(|value| (key.clone(), value)));
                object
            })
            .boxed();
    }
    if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
        let key = match schema.pointer("/propertyNames/pattern").and_then(Value::as_str) {
            Some(pattern) => matching(pattern)?,
            None => any::<String>().boxed(),
        };
        let least = usize::from(schema.get("minProperties").is_some());
        let entries = proptest::collection::btree_map(key, value(others, density)?, least..4);
        whole = entries.prop_map(|entries| entries.into_iter().collect()).boxed();
    }
    Ok(whole.prop_map(Value::Object).boxed())
}

fn array(schema: &Value, density: f64) -> Made {
    let items = schema.get("items").ok_or("the schema has a list without a type for its items")?;
    let least = usize::from(schema.get("minItems").is_some());
    let items = proptest::collection::vec(value(items, density)?, least..4);
    Ok(items.prop_map(Value::Array).boxed())
}

/// From the pattern where there is one, from the examples otherwise, and now and then anything.
fn string(schema: &Value) -> Made {
    let examples: Vec<Value> = schema
        .get("examples")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|example| example.is_string())
        .cloned()
        .collect();
    let free = match schema.get("pattern").and_then(Value::as_str) {
        Some(pattern) => matching(pattern)?,
        None if schema.get("minLength").is_some() => prop_oneof!["[a-z]{1,9}", "\\PC{1,9}", ".{1,40}"].boxed(),
        None => prop_oneof!["[a-z]{0,9}", "\\PC{0,9}", ".{0,40}", Just("a\nb\n".to_owned())].boxed(),
    };
    let free = free.prop_map(Value::from);
    Ok(match (examples.is_empty(), schema.get("pattern").is_some()) {
        (true, _) => free.boxed(),
        (false, true) => prop_oneof![1 => select(examples), 3 => free].boxed(),
        (false, false) => prop_oneof![4 => select(examples), 1 => free].boxed(),
    })
}

/// Texts that match a pattern of the schema. The generator knows no anchors; every pattern has one at each end.
fn matching(pattern: &str) -> Result<BoxedStrategy<String>, Box<dyn Error>> {
    let bare = pattern
        .strip_prefix('^')
        .and_then(|rest| rest.strip_suffix('$'))
        .ok_or_else(|| format!("a pattern of the schema is not anchored: {pattern}"))?;
    Ok(string_regex(bare).map_err(|error| format!("{pattern}: {error}"))?.boxed())
}

fn number(schema: &Value, whole: bool) -> BoxedStrategy<Value> {
    let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let least = bound("minimum").unwrap_or(-1e6);
    let most = bound("maximum").unwrap_or(1e13);
    #[expect(clippy::cast_possible_truncation, reason = "every bound of the schema is far below 2^53")]
    let (low, high) = (least.ceil() as i64, most as i64);
    // Most people write small numbers.
    let integers = prop_oneof![3 => low..=high.min(low.saturating_add(10_000)), 1 => low..=high];
    let integers = integers.prop_map(Value::from).boxed();
    if whole {
        return integers;
    }
    let thousandths = (0_i64..100_000_000).prop_map(move |number| {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let number = number as f64 / 1000.0;
        json!(number.max(least))
    });
    let any_float = (least.max(0.0)..most).prop_map(|number| json!(number));
    prop_oneof![4 => integers, 3 => thousandths, 1 => any_float].boxed()
}
