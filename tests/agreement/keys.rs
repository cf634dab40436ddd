//! What the schema says about each key is there, and is true.

use std::collections::BTreeSet;
use std::error::Error;

use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::{Map, Value, json};
use sindri::config::{self, schema};

use crate::files::runner;
use crate::generate;
use crate::mutate;
use crate::settle::settle;
use crate::verdict;

/// A key of the schema: the names that lead to it, with `-` for the items of a list.
#[derive(Clone)]
pub(crate) struct Key<'schema> {
    pub(crate) path: Vec<&'schema str>,
    pub(crate) schema: &'schema Value,
}

pub(crate) fn keys() -> Vec<Key<'static>> {
    let mut found = Vec::new();
    walk(schema::value(), &[], &mut found);
    found
}

fn walk<'schema>(schema: &'schema Value, path: &[&'schema str], found: &mut Vec<Key<'schema>>) {
    for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = [path, &[name.as_str()]].concat();
        found.push(Key { path: path.clone(), schema: inner });
        walk(inner, &path, found);
    }
    if let Some(items) = schema.get("items") {
        walk(items, &[path, &["-"]].concat(), found);
    }
}

/// The smallest file that holds a value at a key; without a value, the smallest that holds what is around it.
pub(crate) fn smallest(path: &[&str], value: Option<&Value>) -> Value {
    settle(around(schema::value(), path, value))
}

fn around(schema: &Value, path: &[&str], value: Option<&Value>) -> Value {
    let Some((first, rest)) = path.split_first() else { return value.cloned().unwrap_or_default() };
    if *first == "-" {
        return json!([around(schema.get("items").unwrap_or(&Value::Null), rest, value)]);
    }
    let mut object = Map::new();
    for key in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        let example = schema.pointer(&format!("/properties/{key}/examples/0")).cloned();
        object.insert(key.to_owned(), example.unwrap_or_default());
    }
    if !(rest.is_empty() && value.is_none()) {
        let inner = schema.pointer(&format!("/properties/{first}")).unwrap_or(&Value::Null);
        object.insert((*first).to_owned(), around(inner, rest, value));
    }
    Value::Object(object)
}

pub(crate) fn pointer(path: &[&str]) -> String {
    path.iter().fold(String::new(), |text, part| text + "/" + if *part == "-" { "0" } else { part })
}

/// Small files, each around one key, whose value is nearly right.
fn around_one_key() -> Result<BoxedStrategy<Value>, Box<dyn Error>> {
    let mut ways = Vec::new();
    for Key { path, schema } in keys() {
        ways.push(generate::value(schema, 0.4)?.prop_map(move |value| (path.clone(), value)).boxed());
    }
    let mistakes = prop_oneof![1 => Just(Vec::new()), 3 => mutate::mutations(schema::value())];
    Ok((Union::new(ways), mistakes, any::<bool>())
        .prop_map(|((path, value), mistakes, settled)| {
            let file = around(schema::value(), &path, Some(&mutate::apply(value, &mistakes)));
            if settled { settle(file) } else { file }
        })
        .boxed())
}

#[test]
fn the_schema_and_the_loader_agree_on_every_key() -> Result<(), Box<dyn Error>> {
    Ok(runner(1500).run(&around_one_key()?, |file| verdict::agree(&file).map(drop))?)
}

#[test]
fn every_key_has_a_title_a_description_and_examples() {
    let mut missing = Vec::new();
    for key in keys() {
        let text = |keyword: &str| key.schema.get(keyword).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        let examples = key.schema.get("examples").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if !(text("title") && text("description") && examples) {
            missing.push(key.path.join("."));
        }
    }
    assert!(missing.is_empty(), "without title, description or examples: {missing:?}");
    assert!(keys().len() >= 60, "the walk finds {} keys", keys().len());
}

#[test]
fn every_object_of_the_schema_is_closed() {
    let mut open = Vec::new();
    let all = keys().into_iter().map(|key| (key.path.join("."), key.schema));
    for (path, schema) in all.chain([(String::new(), schema::value())]) {
        let is_object = schema.get("properties").is_some() || schema.get("type") == Some(&json!("object"));
        if is_object && schema.get("additionalProperties").is_none() {
            open.push(path);
        }
    }
    assert!(open.is_empty(), "any key is allowed under {open:?}");
}

#[test]
fn every_example_is_accepted() {
    let mut refused = Vec::new();
    let mut tried = 0;
    for key in keys() {
        for example in key.schema.get("examples").and_then(Value::as_array).into_iter().flatten() {
            let file = smallest(&key.path, Some(example));
            assert_eq!(file.pointer(&pointer(&key.path)), Some(example), "{:?} is completed away", key.path);
            let verdict = verdict::agree(&file).unwrap();
            tried += 1;
            if let Err(problems) = verdict.loader {
                refused.push(format!("{file}: {:?}", problems[0].message));
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(tried >= keys().len());
}

#[test]
fn every_default_is_what_happens_without_the_key() {
    let mut stated = BTreeSet::new();
    for key in keys() {
        let Some(default) = key.schema.get("default") else { continue };
        let with = smallest(&key.path, Some(default));
        assert_eq!(with.pointer(&pointer(&key.path)), Some(default), "{:?} is completed away", key.path);
        let mut without = with.clone();
        let (parent, name) = key.path.split_last().map(|(name, parent)| (pointer(parent), *name)).unwrap();
        without.pointer_mut(&parent).and_then(Value::as_object_mut).unwrap().remove(name).unwrap();
        let fingerprint = |file: &Value| {
            config::load(file.to_string().as_bytes()).map(|spec| spec.fingerprint()).map_err(|problems| {
                format!("{file}: {}", problems.iter().map(|problem| problem.message.as_str()).collect::<String>())
            })
        };
        assert_eq!(fingerprint(&with).unwrap(), fingerprint(&without).unwrap(), "{with}\n{without}");
        stated.insert(key.path.join("."));
    }
    assert!(stated.len() >= 20, "defaults are stated for {stated:?}");
}

#[test]
fn a_value_that_is_not_the_default_changes_the_fingerprint() {
    let mut unchanged = Vec::new();
    for key in keys() {
        let Some(default) = key.schema.get("default") else { continue };
        let other = match (default, key.schema.get("enum").and_then(Value::as_array)) {
            (_, Some(words)) => words.iter().find(|word| *word != default).cloned(),
            (Value::Bool(value), _) => Some(json!(!value)),
            _ => key
                .schema
                .get("examples")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .find(|one| *one != default)
                .cloned(),
        };
        let Some(other) = other else { continue };
        let fingerprint = |value: &Value| {
            let file = smallest(&key.path, Some(value));
            config::load(file.to_string().as_bytes()).map(|spec| spec.fingerprint()).unwrap()
        };
        if fingerprint(default) == fingerprint(&other) {
            unchanged.push(format!("{}: {default} and {other}", key.path.join(".")));
        }
    }
    assert!(unchanged.is_empty(), "{unchanged:#?}");
}
