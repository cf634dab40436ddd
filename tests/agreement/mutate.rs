//! Mistakes: what happens to a file between the documentation and the disk.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

/// One change to one place of a file.
#[derive(Clone, Debug)]
pub(crate) enum Mutation {
    /// Another value, often of another type.
    Replace(Index, Value),
    /// A key that is not known there.
    Add(Index, String, Value),
    /// A key less.
    Remove(Index),
    /// A key in another mapping.
    Move(Index, Index),
    /// A value in another place.
    Copy(Index, Index),
    /// A slip of the finger in a text.
    Slip(Index, Index, Slip),
    /// The same in a key.
    SlipInKey(Index, Index, Slip),
}

/// A slip of the finger.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slip {
    Insert(char),
    Replace(char),
    Remove,
    UpperCase,
    /// As long as this: longer by the letter that stands there, or cut off.
    Stretch(usize),
}

/// Letters that stand at the edge of some pattern, or that YAML has a meaning for.
pub(crate) const LETTERS: [char; 34] = [
    '-', '.', '_', '/', ':', '@', ' ', '\n', '\t', '\r', '\0', 'A', 'z', '0', '9', '+', '#', '\'', '"', '\\', '{', '[',
    '*', '&', '!', '%', ',', '|', 'ä', '٣', '\u{85}', '\u{2028}', '\u{feff}', '🦀',
];

/// One to three mistakes.
pub(crate) fn mutations(schema: &Value) -> BoxedStrategy<Vec<Mutation>> {
    let mut keys = Vec::new();
    let mut values = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(""),
        json!(" "),
        json!("null"),
        json!("yes"),
        json!("1"),
        json!([]),
        json!({}),
        json!([null]),
        json!(["a", "a"]),
        json!([1, 1.0]),
        json!({"a": "b"}),
        json!(2222),
        json!(-1),
        json!(-0.0),
        json!(0),
        json!(0.0015),
        json!(1.5),
        json!(1e21),
        json!(1e300),
        json!(u64::MAX),
        json!("1048575"),
        json!("1048575.5"),
        json!("9223372036854775807"),
        json!("9223372036854775808"),
        json!("1e9999"),
        json!("8Ei"),
        json!("1n"),
    ];
    collect(schema, &mut keys, &mut values);
    let unknown = prop_oneof![
        3 => select(keys),
        1 => select(vec!["sessions", "memroy", "storage_class", "", "a b", "<<", "null", "1", "\u{feff}", "é", "a\nb"])
            .prop_map(str::to_owned),
    ];
    let values = select(values);
    let mut lengths = vec![0, 1, 255, 256, 400];
    bounds(schema, &mut lengths);
    let slip = prop_oneof![
        4 => select(LETTERS.to_vec()).prop_map(Slip::Insert),
        2 => select(LETTERS.to_vec()).prop_map(Slip::Replace),
        3 => Just(Slip::Remove),
        2 => Just(Slip::UpperCase),
        2 => select(lengths).prop_map(Slip::Stretch),
    ];
    let index = any::<Index>;
    let mutation = prop_oneof![
        4 => (index(), values.clone()).prop_map(|(at, value)| Mutation::Replace(at, value)),
        1 => (index(), unknown, values).prop_map(|(at, key, value)| Mutation::Add(at, key, value)),
        1 => index().prop_map(Mutation::Remove),
        1 => (index(), index()).prop_map(|(from, to)| Mutation::Move(from, to)),
        1 => (index(), index()).prop_map(|(from, to)| Mutation::Copy(from, to)),
        6 => (index(), index(), slip.clone()).prop_map(|(at, letter, slip)| Mutation::Slip(at, letter, slip)),
        1 => (index(), index(), slip).prop_map(|(at, letter, slip)| Mutation::SlipInKey(at, letter, slip)),
    ];
    proptest::collection::vec(mutation, 1..3).boxed()
}

/// Every key of the schema; every bound with its neighbours, every default and example.
fn collect(schema: &Value, keys: &mut Vec<String>, values: &mut Vec<Value>) {
    match schema {
        Value::Object(keywords) => {
            for (keyword, inner) in keywords {
                match (keyword.as_str(), inner) {
                    ("properties", Value::Object(properties)) => keys.extend(properties.keys().cloned()),
                    ("examples" | "enum", Value::Array(several)) => values.extend(several.iter().cloned()),
                    ("default", one) => values.push(one.clone()),
                    ("minimum" | "maximum", bound) => {
                        if let Some(whole) = bound.as_i64() {
                            values.extend([whole - 1, whole, whole + 1].map(Value::from));
                        } else if let Some(number) = bound.as_f64() {
                            values.extend([number * 0.5, number, number * 1.5].map(Value::from));
                        }
                    }
                    _ => {}
                }
                if !matches!(keyword.as_str(), "examples" | "enum" | "default") {
                    collect(inner, keys, values);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, keys, values)),
        _ => {}
    }
}

/// The lengths around every bound of the schema; a pattern like `a[b]{0,61}c` allows two more than it says.
pub(crate) fn bounds(schema: &Value, lengths: &mut Vec<usize>) {
    let mut add = |bound: usize| lengths.extend(bound..bound + 4);
    match schema {
        Value::Object(keywords) => {
            if let Some(bound) = keywords.get("maxLength").and_then(Value::as_u64) {
                add(usize::try_from(bound).unwrap_or_default());
            }
            let pattern = keywords.get("pattern").and_then(Value::as_str).unwrap_or_default();
            pattern.split(['{', ',', '}']).filter_map(|part| part.parse().ok()).for_each(add);
            keywords.values().for_each(|inner| bounds(inner, lengths));
        }
        Value::Array(items) => items.iter().for_each(|item| bounds(item, lengths)),
        _ => {}
    }
}

/// Makes the mistakes, one after the other.
pub(crate) fn apply(mut file: Value, mutations: &[Mutation]) -> Value {
    for mutation in mutations {
        one(&mut file, mutation);
    }
    file
}

fn one(file: &mut Value, mutation: &Mutation) {
    match mutation {
        Mutation::Replace(at, value) => place(file, *at, value.clone()),
        Mutation::Copy(from, to) => {
            let pointers = pointers(file, |_| true);
            let value = pick(&pointers, *from).and_then(|pointer| file.pointer(pointer)).cloned();
            place(file, *to, value.unwrap_or_default());
        }
        Mutation::Add(at, key, value) => {
            if let Some(object) = object_at(file, *at) {
                object.insert(key.clone(), value.clone());
            }
        }
        Mutation::Remove(at) => {
            take(file, *at);
        }
        Mutation::Move(from, to) => {
            if let Some((key, value)) = take(file, *from)
                && let Some(object) = object_at(file, *to)
            {
                object.insert(key, value);
            }
        }
        Mutation::Slip(at, letter, slip) => {
            let texts = pointers(file, Value::is_string);
            if let Some(Value::String(text)) = pick(&texts, *at).and_then(|pointer| file.pointer_mut(pointer)) {
                *text = slipped(text, *letter, *slip);
            }
        }
        Mutation::SlipInKey(at, letter, slip) => {
            let pointers = pointers(file, |_| true);
            let Some((parent, key)) = pick(&pointers, *at).and_then(|pointer| pointer.rsplit_once('/')) else { return };
            let key = key.replace("~1", "/").replace("~0", "~");
            if let Some(Value::Object(object)) = file.pointer_mut(parent)
                && let Some(value) = object.remove(&key)
            {
                object.insert(slipped(&key, *letter, *slip), value);
            }
        }
    }
}

fn place(file: &mut Value, at: Index, value: Value) {
    let pointers = pointers(file, |_| true);
    if let Some(target) = pick(&pointers, at).and_then(|pointer| file.pointer_mut(pointer)) {
        *target = value;
    }
}

fn object_at(file: &mut Value, at: Index) -> Option<&mut Map<String, Value>> {
    let objects = pointers(file, Value::is_object);
    file.pointer_mut(pick(&objects, at)?)?.as_object_mut()
}

fn take(file: &mut Value, at: Index) -> Option<(String, Value)> {
    let object = object_at(file, at)?;
    let keys: Vec<String> = object.keys().cloned().collect();
    let key = pick(&keys, at)?;
    Some((key.clone(), object.remove(key)?))
}

fn pick<T>(all: &[T], at: Index) -> Option<&T> {
    (!all.is_empty()).then(|| at.get(all))
}

/// The pointers of all values that are wanted, the file itself among them.
pub(crate) fn pointers(file: &Value, wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), file)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(entries) => {
                for (key, inner) in entries {
                    open.push((format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), inner));
                }
            }
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(index, item)| (format!("{pointer}/{index}"), item)));
            }
            _ => {}
        }
        if wanted(value) {
            found.push(pointer);
        }
    }
    found
}

fn slipped(text: &str, at: Index, slip: Slip) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let position = at.index(letters.len() + 1);
    match slip {
        Slip::Insert(letter) => letters.insert(position, letter),
        Slip::Replace(letter) => {
            if let Some(old) = letters.get_mut(position) {
                *old = letter;
            }
        }
        Slip::Remove => {
            if position < letters.len() {
                letters.remove(position);
            }
        }
        Slip::UpperCase => {
            if let Some(old) = letters.get_mut(position) {
                *old = old.to_ascii_uppercase();
            }
        }
        Slip::Stretch(length) => {
            let missing = length.saturating_sub(letters.len());
            let letter = letters.get(position).copied().unwrap_or('a');
            letters.splice(position..position, std::iter::repeat_n(letter, missing));
            letters.truncate(length);
        }
    }
    letters.into_iter().collect()
}
