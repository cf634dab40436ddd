//! Values that are nearly right, one by one: every bound, every letter, every length, every key that is required.

use std::collections::BTreeSet;
use std::error::Error;

use proptest::strategy::{Strategy as _, ValueTree as _};
use serde_json::{Map, Value, json};

use crate::files::runner;
use crate::generate;
use crate::keys::{Key, keys, pointer, smallest};
use crate::mutate::{LETTERS, bounds};
use crate::verdict;

/// A text of the schema: where it stands, what it must look like, and what is put around it there.
struct Text {
    key: Key<'static>,
    schema: Value,
    within: fn(&str) -> Value,
}

fn texts() -> Vec<Text> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    // What may be one or a list of many is the same text twice.
    let mut is_new =
        |key: &Key<'static>| seen.insert(key.path.iter().copied().filter(|part| *part != "-").collect::<Vec<_>>());
    for key in keys().into_iter().filter(|key| is_new(key)) {
        let schema = key.schema;
        let mut add = |schema: Option<&Value>, within| {
            if let Some(schema) = schema.filter(|schema| is_text(schema)) {
                found.push(Text { key: key.clone(), schema: schema.clone(), within });
            }
        };
        add(Some(schema), |text| json!(text));
        add(schema.get("items"), |text| json!([text]));
        add(schema.get("additionalProperties"), |text| json!({"a": text}));
        let names =
            schema.pointer("/propertyNames/pattern").map(|pattern| json!({"type": "string", "pattern": pattern}));
        add(names.as_ref(), |text| Value::Object(Map::from_iter([(text.to_owned(), json!("1"))])));
    }
    found
}

fn is_text(schema: &Value) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "string",
        Some(Value::Array(names)) => names.contains(&json!("string")),
        _ => false,
    }
}

/// One text that is right, from the examples, and one that is made from the pattern.
fn right(schema: &Value) -> Result<Vec<String>, Box<dyn Error>> {
    let mut only_text = schema.clone();
    only_text.as_object_mut().map(|keywords| keywords.insert("type".to_owned(), json!("string")));
    let example = schema.pointer("/examples/0").and_then(Value::as_str).map(str::to_owned);
    let made = generate::value(&only_text, 1.0)?;
    let made = made.new_tree(&mut runner(1)).map_err(|reason| reason.to_string())?.current();
    Ok(example.into_iter().chain(made.as_str().map(str::to_owned)).collect())
}

/// Every letter put in and put in the place of another, every edge without its letter, every length near a bound.
fn nearly(text: &str, schema: &Value) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let count = letters.len();
    let with = |change: &dyn Fn(&mut Vec<char>)| -> String {
        let mut changed = letters.clone();
        change(&mut changed);
        changed.into_iter().collect()
    };
    let mut found = vec![text.to_owned(), String::new(), text.to_uppercase(), text.to_lowercase()];
    for (turn, letter) in LETTERS.into_iter().enumerate() {
        found.push(with(&|letters| letters.insert((turn * 5) % (count + 1), letter)));
        if count > 0 {
            let at = (turn * 7) % count;
            found.push(with(&|letters| letters.splice(at..=at, [letter]).for_each(drop)));
        }
        if letter.is_ascii_graphic() {
            found.push(with(&|letters| letters.insert(0, letter)));
            found.push(with(&|letters| letters.push(letter)));
            found.push(with(&|letters| letters.splice(count.saturating_sub(1).., [letter]).for_each(drop)));
        }
    }
    for at in [0, count / 2, count.saturating_sub(1)] {
        found.push(with(&|letters| letters.splice(at.min(count)..(at + 1).min(count), []).for_each(drop)));
    }
    let mut lengths = Vec::new();
    bounds(schema, &mut lengths);
    for length in lengths {
        let missing = length.saturating_sub(count);
        found.push(with(&|letters| {
            letters.splice(count / 2..count / 2, std::iter::repeat_n('0', missing)).for_each(drop);
        }));
    }
    found
}

/// The smallest valid file with the key, with the values put in as they are.
fn files(key: &Key<'_>, values: impl IntoIterator<Item = Value>) -> Vec<Option<Value>> {
    let (valid, pointer) = (smallest(&key.path, key.schema.pointer("/examples/0")), pointer(&key.path));
    let with = |value| {
        let mut file = valid.clone();
        *file.pointer_mut(&pointer)? = value;
        Some(file)
    };
    values.into_iter().map(with).collect()
}

fn differences(files: Vec<Option<Value>>) -> Vec<String> {
    files
        .into_iter()
        .filter_map(|file| match file {
            None => Some("a key has no place in its file".to_owned()),
            Some(file) => verdict::compare(&file).err().map(|error| error.to_string()),
        })
        .collect()
}

#[test]
fn the_schema_and_the_loader_agree_on_texts_that_are_nearly_right() -> Result<(), Box<dyn Error>> {
    let mut all = Vec::new();
    for text in texts() {
        for right in right(&text.schema)? {
            let nearly = nearly(&right, &text.schema);
            all.extend(files(&text.key, nearly.iter().map(|written| (text.within)(written))));
        }
    }
    assert!(all.len() > 5000, "only {} files are tried", all.len());
    let differences = differences(all);
    assert!(
        differences.is_empty(),
        "{} differences: {:#?}",
        differences.len(),
        differences.iter().take(9).collect::<Vec<_>>()
    );
    Ok(())
}

/// Names of images at the edges of the grammar: host or folder, port or tag, one separator or two.
const REFERENCES: [&str; 44] = [
    "a:0/b",
    "a:00/b",
    "a:05/b",
    "a:1/b",
    "a:65535/b",
    "a:65536/b",
    "a:99999/b",
    "a:100000/b",
    "a:/b",
    "a:b/c",
    "a:-1/b",
    "localhost",
    "localhost/a",
    "localhost:1",
    "localhost:1/a",
    "LOCALHOST/a",
    "a.B/c",
    "A.b:1/c",
    "a.b",
    "a.b/c",
    "a.b./c",
    ".a/b",
    "-a.b/c",
    "a-.b/c",
    "a..b/c",
    "a_b.c/d",
    "a_b/c",
    "a__b/c",
    "a___b/c",
    "a--b/c",
    "a._b/c",
    "a.-b/c",
    "a-/b",
    "a/b/",
    "a//b",
    "/a",
    "[::1]/a",
    "[::1]:1/a",
    "[::1]:0/a",
    "[::1/a",
    "[]/a",
    "[::1]",
    "[1.2.3.4]/a",
    "[::g]/a",
];

#[test]
fn the_schema_and_the_loader_agree_on_names_of_images() {
    let mut all = Vec::new();
    for key in
        keys().into_iter().filter(|key| matches!(key.path.as_slice(), ["deployment", "image"] | [.., "registry"]))
    {
        for suffix in ["", ":a", ":-a", ":", "@", "@sha256:a", "/a"] {
            all.extend(files(&key, REFERENCES.iter().map(|reference| json!(format!("{reference}{suffix}")))));
        }
    }
    assert_eq!(all.len(), 2 * 7 * REFERENCES.len());
    let differences = differences(all);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn the_schema_and_the_loader_agree_on_the_bounds_of_every_number() {
    let mut all = Vec::new();
    for key in keys() {
        for (bounded, within) in [
            (Some(key.schema), (|number| number) as fn(Value) -> Value),
            (key.schema.get("items"), |number| json!([number])),
            (key.schema.get("additionalProperties"), |number| json!({"a": number})),
        ] {
            let bound = |keyword: &str| bounded.and_then(|schema| schema.get(keyword));
            for bound in ["minimum", "maximum"].into_iter().filter_map(bound) {
                let around: Vec<Value> = match (bound.as_i64(), bound.as_f64()) {
                    (Some(bound), _) => (-1..=1).map(|step| json!(bound + step)).collect(),
                    (None, Some(bound)) => [0.0, 0.5, 1.0, 2.0].map(|factor| json!(bound * factor)).to_vec(),
                    (None, None) => Vec::new(),
                };
                all.extend(files(&key, around.into_iter().map(within)));
            }
        }
    }
    assert!(all.len() >= 30, "only {} files are tried", all.len());
    let differences = differences(all);
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn the_schema_and_the_loader_agree_on_what_is_required_and_of_which_type() {
    let mut all = vec![Some(json!({})), Some(json!([])), Some(json!(null)), Some(json!("a"))];
    for key in keys() {
        let mut without = smallest(&key.path, key.schema.pointer("/examples/0"));
        if let Some((name, parent)) = key.path.split_last() {
            let parent = without.pointer_mut(&pointer(parent)).and_then(Value::as_object_mut);
            all.push(parent.and_then(|parent| parent.remove(*name)).map(|_| without));
        }
        let values = json!([null, {}, [], "", [{}], [null], true, 1, 0.5, "a"]);
        all.extend(files(&key, values.as_array().into_iter().flatten().cloned()));
    }
    let differences = differences(all);
    assert!(differences.is_empty(), "{differences:#?}");
}
