//! Holds the tree against the schema: unknown, misplaced and missing keys, and wrong types, each with its place.
//!
//! What passes is returned as a plain value that the typed file is read from; what does not is left out of it, so that
//! one mistake never hides another. What is left out is remembered: that it is missing is no mistake of its own.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::advice::{self, Expected};
use super::problem::{Code, Problem, Problems};
use super::suggest::{self, Homes, Siblings, Word};
use super::tree::{Content, Entry, KeyPath, Mapping, Node, Scalar, ScalarKind};

/// Sections that later versions will know.
const RESERVED: [&str; 3] = ["sessions", "fleet", "agents"];

pub(crate) fn check(root: &Node, schema: &Value, problems: &mut Problems<'_>) -> Value {
    let mut walk = Walk { homes: Homes::of(schema), problems };
    walk.node(root, schema, &KeyPath::default()).unwrap_or_else(|| Value::Object(Map::new()))
}

/// A file that was written for another program. What else is wrong with it is of no use to anybody.
pub(crate) fn foreign(root: &Node) -> Option<Problem> {
    let Content::Mapping(mapping) = &root.content else { return None };
    let of_kubernetes = mapping.get("kind").is_some() && mapping.get("deployment").is_none();
    let entry = mapping.get("apiVersion").filter(|_| of_kubernetes)?;
    let message = "this is an object of Kubernetes, not a configuration of Sindri";
    let problem = Problem::new(Code::UnknownKey, Some(entry.key_span), message);
    Some(problem.at(KeyPath::of("apiVersion")).hint("run `sindri init` to write a configuration"))
}

struct Walk<'walk, 'tree> {
    homes: Homes<'walk>,
    problems: &'walk mut Problems<'tree>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node, schema: &Value, path: &KeyPath) -> Option<Value> {
        let expected = Expected::of(schema);
        match &node.content {
            Content::Refused => None,
            Content::Mapping(mapping) if expected.has("object") => Some(self.mapping(mapping, schema, path)),
            Content::Sequence(items) if expected.has("array") => self.sequence(items, schema, path),
            Content::Scalar(scalar) => self.scalar(scalar, node, schema, path),
            Content::Mapping(_) => self.wrong_type(node, "a mapping", &expected, path),
            Content::Sequence(_) => self.wrong_type(node, "a list", &expected, path),
        }
    }

    fn mapping(&mut self, mapping: &Mapping, schema: &Value, path: &KeyPath) -> Value {
        let known = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        let schema_of = |key: &str| known.and_then(|known| known.get(key)).or(others);
        // What an unknown key stands for must be known before anything is said to be missing.
        let mut unknown = mapping.entries().iter().filter(|entry| schema_of(&entry.key).is_none()).peekable();
        if unknown.peek().is_some() {
            let siblings = Siblings::of(schema);
            unknown.for_each(|entry| self.unknown(entry, &siblings, path));
        }
        let mut object = Map::new();
        for entry in mapping.entries() {
            let Some(inner) = schema_of(&entry.key) else { continue };
            let inner_path = path.key(&entry.key);
            let value = if is_null(&entry.value) {
                self.null(inner, is_required(schema, &entry.key), &inner_path);
                None
            } else {
                self.node(&entry.value, inner, &inner_path)
            };
            match value {
                Some(value) => {
                    object.insert(entry.key.clone(), value);
                }
                None => self.problems.attempt(inner_path),
            }
        }
        self.absent(mapping, schema, path);
        Value::Object(object)
    }

    /// Required keys that are not there, and mappings that hold nothing.
    fn absent(&mut self, mapping: &Mapping, schema: &Value, path: &KeyPath) {
        if self.problems.is_obscured(path) {
            return;
        }
        let property = |key: &str| schema.get("properties").and_then(|known| known.get(key));
        for key in required(schema).filter(|key| mapping.get(key).is_none()) {
            let inner = path.key(key);
            if !self.is_meant(&inner, property(key)) {
                let message = format!("`{inner}` is missing");
                let example = property(key).and_then(|schema| advice::entry(key, schema));
                let hint = format!("add `{}`", example.unwrap_or_else(|| format!("{key}:")));
                self.problems.push(self.problems.key(path, Code::MissingKey, message).at(inner).hint(hint));
            }
        }
        if mapping.entries().is_empty() && schema.get("minProperties").is_some() {
            let problem = self.problems.value(path, Code::MissingValue, format!("`{path}` is empty"));
            self.problems.push(problem.hint("remove the key, or write what belongs there"));
        }
    }

    /// Whether a key was written under another name or in another place, with all that it needs.
    fn is_meant(&self, path: &KeyPath, schema: Option<&Value>) -> bool {
        let mut needed = schema.into_iter().flat_map(required).peekable();
        self.problems.is_attempted(path)
            || (needed.peek().is_some() && needed.all(|key| self.problems.is_attempted(&path.key(key))))
    }

    fn unknown(&mut self, entry: &Entry, siblings: &Siblings<'_>, path: &KeyPath) {
        let key = entry.key.as_str();
        let inner = path.key(key);
        let report = |code, message: String| Problem::new(code, Some(entry.key_span), message).at(inner.clone());
        if *path == KeyPath::default() && RESERVED.contains(&key) {
            let problem = report(Code::UnsupportedKey, format!("this version of Sindri does not know `{key}`"));
            self.problems.push(problem.hint("remove the section, or install a version that has it"));
            // It stands in the place of the section that this version knows.
            self.problems.attempt(path.key("deployment"));
            return;
        }
        if let Some(nested) = self.homes.nested(path, key) {
            let message = format!("`{key}` is not a key {}", place(path));
            let problem = report(Code::UnknownKey, message);
            let keys: Vec<_> = key.split('.').map(|key| format!("`{key}:`")).collect();
            self.problems.push(problem.hint(format!("write each key under the one before it: {}", keys.join(", "))));
            self.problems.attempt(nested);
            return;
        }
        let word = Word::new(key);
        if let Some((name, homes)) = self.homes.find(&word, siblings) {
            let home = advice::homes(&homes);
            let spelled = if name == key { String::new() } else { format!(", written `{name}`") };
            let message = format!("`{key}` does not belong {}", advice::Home(path));
            self.problems.push(report(Code::MisplacedKey, message).hint(format!("it belongs {home}{spelled}")));
            for home in homes {
                self.problems.attempt(home.key(name));
            }
            return;
        }
        let problem = report(Code::UnknownKey, format!("`{key}` is not a key {}", place(path)));
        let hint = if let Some(near) = siblings.meant(&word) {
            self.problems.attempt(path.key(near));
            Some(format!("did you mean `{near}`?"))
        } else {
            siblings.listed.clone()
        };
        self.problems.push(match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        });
    }

    fn sequence(&mut self, items: &[Node], schema: &Value, path: &KeyPath) -> Option<Value> {
        if items.is_empty() && schema.get("minItems").is_some() {
            let problem = self.problems.value(path, Code::MissingValue, format!("`{path}` is empty"));
            self.problems.push(problem.hint("remove the key, or write what belongs there"));
            return None;
        }
        let inner = schema.get("items")?;
        let unique = schema.get("uniqueItems").is_some();
        let mut seen = BTreeSet::new();
        let mut values: Vec<Value> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(value) = self.node(item, inner, &path.index(index)) else {
                self.problems.attempt(path.index(index));
                continue;
            };
            if unique && !seen.insert(value.to_string()) {
                let message = format!("`{}` is in the list already", plain(&value));
                self.problems
                    .push(self.problems.value(&path.index(index), Code::DuplicateValue, message).hint("remove it"));
            } else {
                values.push(value);
            }
        }
        Some(Value::Array(values))
    }

    fn null(&mut self, schema: &Value, required: bool, path: &KeyPath) {
        if self.is_meant(path, Some(schema)) {
            return;
        }
        let expected = Expected::of(schema);
        let problem = self.problems.value(path, Code::MissingValue, format!("`{path}` has no value"));
        let removed = match path.last_key() {
            Some(_) => format!("write {}, or remove the key", expected.name()),
            None => format!("write {}, or remove the `-`", expected.name()),
        };
        let example = expected.example(path).filter(|_| required);
        self.problems.push(problem.hint(example.unwrap_or(removed)));
    }

    fn scalar(&mut self, scalar: &Scalar, node: &Node, schema: &Value, path: &KeyPath) -> Option<Value> {
        let expected = Expected::of(schema);
        match scalar.kind() {
            ScalarKind::Null => {
                self.null(schema, false, path);
                None
            }
            // What YAML reads as a number or a boolean is taken as it is written where text is welcome too.
            ScalarKind::Number if expected.has("string") && expected.has("number") => self.text(scalar, schema, path),
            ScalarKind::Boolean(_) if expected.has("string") && expected.has("boolean") => {
                self.text(scalar, schema, path)
            }
            ScalarKind::Boolean(value) if expected.has("boolean") => Some(Value::Bool(value)),
            ScalarKind::Number if expected.has("integer") => self.integer(scalar, schema, path),
            ScalarKind::Text if expected.has("string") => self.text(scalar, schema, path),
            ScalarKind::Boolean(_) => self.wrong_type(node, "a boolean", &expected, path),
            ScalarKind::Number => self.wrong_type(node, "a number", &expected, path),
            ScalarKind::Text => self.wrong_type(node, "text", &expected, path),
        }
    }

    fn text(&mut self, scalar: &Scalar, schema: &Value, path: &KeyPath) -> Option<Value> {
        let text = scalar.text.as_str();
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
            let words = || allowed.iter().filter_map(Value::as_str);
            if !words().any(|word| word == text) {
                let (code, what) = match path.to_string().as_str() {
                    "deployment.provider" => (Code::UnsupportedProvider, "a provider of Sindri".to_owned()),
                    _ => (Code::InvalidValue, format!("a value of `{path}`")),
                };
                let problem = self.problems.value(path, code, format!("`{text}` is not {what}"));
                self.problems.push(match suggest::nearest(text, words()) {
                    Some(near) => problem.hint(format!("did you mean `{near}`?")),
                    None => problem.hint(format!("write {}", advice::list(words(), "or").unwrap_or_default())),
                });
                return None;
            }
        }
        if text.is_empty() && schema.get("minLength").is_some() {
            let message = format!("`{path}` is empty");
            self.problems
                .push(self.problems.value(path, Code::MissingValue, message).hint("write a value, or remove it"));
            return None;
        }
        Some(Value::String(text.to_owned()))
    }

    fn integer(&mut self, scalar: &Scalar, schema: &Value, path: &KeyPath) -> Option<Value> {
        let bound = |keyword: &str, default: i64| schema.get(keyword).and_then(Value::as_i64).unwrap_or(default);
        let (minimum, maximum) = (bound("minimum", i64::MIN), bound("maximum", i64::MAX));
        match whole_number(&scalar.text) {
            Some(number) if number >= minimum && number <= maximum => Some(Value::Number(Number::from(number))),
            None if scalar.text.contains('.') => {
                let message = format!("`{}` is not a whole number", scalar.text);
                self.problems.push(self.problems.value(path, Code::WrongType, message));
                None
            }
            _ => {
                let message = format!("`{}` is not between {minimum} and {maximum}", scalar.text);
                self.problems.push(self.problems.value(path, Code::OutOfRange, message));
                None
            }
        }
    }

    fn wrong_type(&mut self, node: &Node, got: &str, expected: &Expected<'_>, path: &KeyPath) -> Option<Value> {
        let subject = if *path == KeyPath::default() { "the file".to_owned() } else { format!("`{path}`") };
        let message = format!("{subject} is {got}, but {} is expected", expected.name());
        let problem = self.problems.value(path, Code::WrongType, message);
        self.problems.push(match expected.instead_of(node, path) {
            Some(hint) => problem.hint(hint),
            None => problem,
        });
        None
    }
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn is_required(schema: &Value, key: &str) -> bool {
    required(schema).any(|name| name == key)
}

fn is_null(node: &Node) -> bool {
    matches!(&node.content, Content::Scalar(scalar) if scalar.kind() == ScalarKind::Null)
}

fn whole_number(text: &str) -> Option<i64> {
    let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53 fits")]
        exact.then_some(number as i64)
    })
}

fn place(path: &KeyPath) -> String {
    if *path == KeyPath::default() { "at the top of the file".to_owned() } else { format!("of `{path}`") }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
