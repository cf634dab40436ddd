//! What is written as YAML is read back as it was meant, by the rules of YAML 1.1 and of YAML 1.2.

use std::error::Error;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::Value;
use sindri::report::yaml;

use crate::files::runner;
use crate::verdict::json;
use crate::yaml_1_1;

/// Another parser, made after the one in Kubernetes, reads the same value. It follows YAML 1.2 in what is a number;
/// the plain words are therefore held against YAML 1.1 too.
pub(crate) fn is_read_back(value: &Value) -> Result<(), TestCaseError> {
    let text = yaml::document(value);
    let read: Value =
        serde_yaml_ng::from_str(&text).map_err(|error| TestCaseError::fail(format!("{value}\n{text}\n{error}")))?;
    prop_assert_eq!(&read, value, "{}", text);
    for word in words(value) {
        let written = yaml::scalar(word);
        let is_quoted = written.starts_with('"');
        prop_assert!(is_quoted || yaml_1_1::is_text(word), "YAML 1.1 does not read {} as text", written);
    }
    Ok(())
}

/// Every key and every text.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Object(entries) => {
            entries.iter().flat_map(|(key, inner)| std::iter::once(key.as_str()).chain(words(inner))).collect()
        }
        _ => Vec::new(),
    }
}

/// Texts that some parser could take for something else.
fn text() -> BoxedStrategy<String> {
    prop_oneof![
        "[a-z]{0,6}",
        "[-+.0-9_:eExXobnNaifINFAT]{1,8}",
        "(y|n|yes|no|on|off|true|false|null|nan|inf|~|=|<<|Yes|NO|On|OFF|True|FALSE|Null|NULL|NaN|Infinity|Inf)",
        "[0-9]{1,4}(m|k|u|n|Ki|M|Mi|G|Gi|E|Ei|e|e5|E5|GB|_000|:30|:30:15)?",
        "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z| ?[-+][0-9]{1,2}(:[0-9]{2})?)?)?",
        "[-?:,\\[\\]{}#&*!|>'\"%@` a\\\\]{0,6}",
        "[ \t\na:#-]{0,10}",
        "[a\n \r\u{85}\u{2028}\u{feff}\u{0}\u{7f}é🦀]{0,8}",
        any::<String>(),
    ]
    .boxed()
}

fn tree() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => prop::num::f64::NORMAL.prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..5).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
    .boxed()
}

#[test]
fn whatever_is_written_as_yaml_is_read_back() -> Result<(), Box<dyn Error>> {
    Ok(runner(3000).run(&tree(), |value| is_read_back(&value))?)
}

#[test]
fn no_short_word_is_read_as_something_else() {
    let letters: Vec<char> = "018_.:eExobyYnN-+~<=kn".chars().collect();
    let mut words = vec![String::new()];
    let mut longest = words.clone();
    for _ in 0..3 {
        longest = longest.iter().flat_map(|word| letters.iter().map(move |letter| format!("{word}{letter}"))).collect();
        words.extend(longest.iter().cloned());
    }
    let misread: Vec<&String> =
        words.iter().filter(|word| !yaml::scalar(word).starts_with('"') && !yaml_1_1::is_text(word)).collect();
    assert!(misread.is_empty(), "{misread:?}");
}

#[test]
fn yaml_1_1_reads_more_words_as_something_else_than_yaml_1_2() {
    for word in ["y", "No", "ON", "0b1", "017", "1_000", "12:30", "1:30.5", "2026-11-01", "<<", "=", "~", "", ".NaN"] {
        assert!(!yaml_1_1::is_text(word), "{word}");
    }
    for word in ["a", "yes!", "4Gi", "500m", "v1", "12:99x", "2026-11", "0x", "ghcr.io/org/dev:1"] {
        assert!(yaml_1_1::is_text(word), "{word}");
    }
}

/// The same value with its keys in another order and a comment on every line.
pub(crate) fn with_comments_and_another_order(value: &Value, seed: u64) -> String {
    let mut text = format!("# {seed}\n");
    flow(value, seed, &mut text);
    text.push_str(" # the end\n");
    text
}

fn flow(value: &Value, seed: u64, text: &mut String) {
    let (open, close, mut parts): (_, _, Vec<(String, &Value)>) = match value {
        Value::Object(entries) => {
            let keyed = |(key, inner): (&String, _)| (format!("{}: ", json(&Value::from(key.as_str()))), inner);
            ('{', '}', entries.iter().map(keyed).collect())
        }
        Value::Array(items) => ('[', ']', items.iter().map(|item| (String::new(), item)).collect()),
        leaf => return text.push_str(&json(leaf)),
    };
    if value.is_object() && !parts.is_empty() {
        let turns = usize::try_from(seed % 7).unwrap_or_default() % parts.len();
        parts.rotate_left(turns);
        if seed % 2 == 1 {
            parts.reverse();
        }
    }
    text.push(open);
    for (key, inner) in parts {
        text.push_str(" # a comment: with \"signs\" {\n  ");
        text.push_str(&key);
        flow(inner, seed / 3, text);
        text.push(',');
    }
    text.push_str(" # last\n");
    text.push(close);
}
