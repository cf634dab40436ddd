//! Holds the tree against the schema: unknown, misplaced and missing keys, and wrong types, each with its place.
//!
//! What passes is returned as a plain value that the typed file is read from; what does not is left out of it, so that
//! one mistake never hides another.

use serde_json::{Map, Number, Value};

use super::problem::{Code, Problem, Problems};
use super::suggest;
use super::tree::{Content, Entry, KeyPath, Node, Scalar, ScalarKind};

/// Sections that later versions will know.
const RESERVED: [&str; 3] = ["sessions", "fleet", "agents"];

pub(crate) fn check(root: &Node, schema: &Value, problems: &mut Problems<'_>) -> Value {
    Walk { schema, problems }.node(root, schema, &KeyPath::default()).unwrap_or_else(|| Value::Object(Map::new()))
}

struct Walk<'walk, 'tree> {
    schema: &'walk Value,
    problems: &'walk mut Problems<'tree>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node, schema: &Value, path: &KeyPath) -> Option<Value> {
        let expected = Expected::of(schema);
        match &node.content {
            Content::Refused => None,
            Content::Mapping(entries) if expected.has("object") => Some(self.mapping(entries, schema, path)),
            Content::Sequence(items) if expected.has("array") => self.sequence(items, schema, path),
            Content::Scalar(scalar) => self.scalar(scalar, schema, &expected, path),
            Content::Mapping(_) => self.wrong_type(path, "a mapping", &expected, None),
            Content::Sequence(items) => {
                let hint = (items.len() == 1).then(|| "remove the `- ` before it".to_owned());
                self.wrong_type(path, "a list", &expected, hint)
            }
        }
    }

    fn mapping(&mut self, entries: &[Entry], schema: &Value, path: &KeyPath) -> Value {
        let known = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties").filter(|others| others.is_object());
        let mut object = Map::new();
        for entry in entries {
            let inner_path = path.key(&entry.key);
            match known.and_then(|known| known.get(&entry.key)).or(others) {
                Some(inner) => {
                    if let Some(value) = self.node(&entry.value, inner, &inner_path) {
                        object.insert(entry.key.clone(), value);
                    }
                }
                None => self.unknown(entry, known, path),
            }
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for key in required.filter(|key| !entries.iter().any(|entry| entry.key == *key)) {
            self.missing(key, known.and_then(|known| known.get(key)), path);
        }
        if entries.is_empty() && schema.get("minProperties").is_some() {
            let problem = self.problems.value(path, Code::MissingValue, format!("`{path}` is empty"));
            self.problems.push(problem.hint("remove the key, or write what belongs there"));
        }
        Value::Object(object)
    }

    fn missing(&mut self, key: &str, schema: Option<&Value>, path: &KeyPath) {
        let inner = path.key(key);
        let problem = self.problems.key(path, Code::MissingKey, format!("`{inner}` is missing")).at(inner);
        let example = schema.and_then(|schema| schema.get("examples")?.get(0)).filter(|example| !example.is_object());
        self.problems.push(match example {
            Some(example) => problem.hint(format!("add `{key}: {example}`")),
            None => problem.hint(format!("add `{key}:`")),
        });
    }

    fn unknown(&mut self, entry: &Entry, known: Option<&Map<String, Value>>, path: &KeyPath) {
        let key = entry.key.as_str();
        let inner = path.key(key);
        if *path == KeyPath::default() && RESERVED.contains(&key) {
            let message = format!("this version of Sindri does not know `{key}`");
            let problem = Problem::new(Code::UnsupportedKey, Some(entry.key_span), message).at(inner);
            self.problems.push(problem.hint("remove the section, or install a version that has it"));
            return;
        }
        let mut elsewhere = Vec::new();
        find_key(self.schema, key, &KeyPath::default(), &mut elsewhere);
        let siblings = || known.into_iter().flat_map(Map::keys).map(String::as_str);
        let respelled = siblings().find(|sibling| suggest::fold(sibling) == suggest::fold(key));
        let problem = if let (None, [home, others @ ..]) = (respelled, elsewhere.as_slice()) {
            let others = others.iter().fold(String::new(), |text, other| format!("{text}, or {}", Home(other)));
            Problem::new(Code::MisplacedKey, Some(entry.key_span), format!("`{key}` does not belong {}", Home(path)))
                .hint(format!("it belongs {}{others}", Home(home)))
        } else {
            let message = format!("`{key}` is not a key {}", place(path));
            let problem = Problem::new(Code::UnknownKey, Some(entry.key_span), message);
            match (respelled.or_else(|| suggest::nearest(key, siblings())), list(siblings(), "and")) {
                (Some(near), _) => problem.hint(format!("did you mean `{near}`?")),
                (None, Some(keys)) => problem.hint(format!("the keys here are {keys}")),
                (None, None) => problem,
            }
        };
        self.problems.push(problem.at(inner));
    }

    fn sequence(&mut self, items: &[Node], schema: &Value, path: &KeyPath) -> Option<Value> {
        if items.is_empty() && schema.get("minItems").is_some() {
            let problem = self.problems.value(path, Code::MissingValue, format!("`{path}` is empty"));
            self.problems.push(problem.hint("remove the key, or write what belongs there"));
            return None;
        }
        let inner = schema.get("items")?;
        let mut values: Vec<Value> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(value) = self.node(item, inner, &path.index(index)) else { continue };
            if schema.get("uniqueItems").is_some() && values.contains(&value) {
                let message = format!("`{}` is in the list already", plain(&value));
                self.problems
                    .push(self.problems.value(&path.index(index), Code::DuplicateValue, message).hint("remove it"));
            } else {
                values.push(value);
            }
        }
        Some(Value::Array(values))
    }

    fn scalar(&mut self, scalar: &Scalar, schema: &Value, expected: &Expected<'_>, path: &KeyPath) -> Option<Value> {
        match scalar.kind() {
            ScalarKind::Null => {
                let message = format!("`{path}` has no value");
                let problem = self.problems.value(path, Code::MissingValue, message);
                self.problems.push(problem.hint(format!("write {}, or remove the key", expected.name())));
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
            kind => {
                let hint = retyped(scalar, kind, expected);
                self.wrong_type(path, described(kind), expected, hint)
            }
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
                    None => problem.hint(format!("write {}", list(words(), "or").unwrap_or_default())),
                });
                return None;
            }
        }
        if text.is_empty() && schema.get("minLength").is_some() {
            let message = format!("`{path}` is empty");
            self.problems
                .push(self.problems.value(path, Code::MissingValue, message).hint("write a value, or remove the key"));
            return None;
        }
        Some(Value::String(text.to_owned()))
    }

    fn integer(&mut self, scalar: &Scalar, schema: &Value, path: &KeyPath) -> Option<Value> {
        let bound = |keyword: &str, default: i64| schema.get(keyword).and_then(Value::as_i64).unwrap_or(default);
        let (minimum, maximum) = (bound("minimum", i64::MIN), bound("maximum", i64::MAX));
        let Some(number) = whole_number(&scalar.text) else {
            let message = format!("`{}` is not a whole number", scalar.text);
            self.problems.push(self.problems.value(path, Code::WrongType, message));
            return None;
        };
        if number < minimum || number > maximum {
            let message = format!("`{}` is not between {minimum} and {maximum}", scalar.text);
            self.problems.push(self.problems.value(path, Code::OutOfRange, message));
            return None;
        }
        Some(Value::Number(Number::from(number)))
    }

    fn wrong_type(
        &mut self,
        path: &KeyPath,
        got: &str,
        expected: &Expected<'_>,
        hint: Option<String>,
    ) -> Option<Value> {
        let subject = if *path == KeyPath::default() { "the file".to_owned() } else { format!("`{path}`") };
        let message = format!("{subject} is {got}, but {} is expected", expected.name());
        let problem = self.problems.value(path, Code::WrongType, message);
        self.problems.push(match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        });
        None
    }
}

/// The types that a schema accepts.
struct Expected<'schema>(Vec<&'schema str>);

impl<'schema> Expected<'schema> {
    fn of(schema: &'schema Value) -> Self {
        Self(match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        })
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains(&name)
    }

    fn name(&self) -> &'static str {
        match self.0.as_slice() {
            ["object"] => "a mapping of keys",
            ["array"] => "a list",
            ["boolean"] => "`true` or `false`",
            ["integer"] => "a whole number",
            ["object", "array"] => "a mapping, or a list of mappings",
            ["string", "number"] => "an amount",
            ["string", ..] => "text",
            _ => "something else",
        }
    }
}

fn described(kind: ScalarKind) -> &'static str {
    match kind {
        ScalarKind::Null => "nothing",
        ScalarKind::Boolean(_) => "a boolean",
        ScalarKind::Number => "a number",
        ScalarKind::Text => "text",
    }
}

/// How the same thing is written so that YAML reads it as the type that is expected.
fn retyped(scalar: &Scalar, kind: ScalarKind, expected: &Expected<'_>) -> Option<String> {
    let text = scalar.text.as_str();
    match kind {
        ScalarKind::Number | ScalarKind::Boolean(_) if expected.has("string") => {
            Some(format!("put it in quotes: `\"{text}\"`"))
        }
        ScalarKind::Text if expected.has("boolean") => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" | "y" | "1" => Some("write `true`".to_owned()),
            "no" | "off" | "false" | "n" | "0" => Some("write `false`".to_owned()),
            _ => None,
        },
        ScalarKind::Text if expected.has("integer") && whole_number(text).is_some() => {
            Some(format!("write `{text}` without quotes"))
        }
        ScalarKind::Text | ScalarKind::Number if expected.0 == ["array"] => {
            Some(format!("write it as a list: `[{text}]`"))
        }
        _ => None,
    }
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

/// Every place of the schema that has a key of this name.
fn find_key(schema: &Value, key: &str, path: &KeyPath, found: &mut Vec<KeyPath>) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, inner) in properties {
        if name == key {
            found.push(path.clone());
        }
        find_key(inner, key, &path.key(name), found);
    }
}

fn place(path: &KeyPath) -> String {
    if *path == KeyPath::default() { "at the top of the file".to_owned() } else { format!("of `{path}`") }
}

struct Home<'path>(&'path KeyPath);

impl std::fmt::Display for Home<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if *self.0 == KeyPath::default() {
            formatter.write_str("at the top of the file")
        } else {
            write!(formatter, "under `{}`", self.0)
        }
    }
}

/// `a`, `b` and `c`.
fn list<'word>(words: impl Iterator<Item = &'word str>, conjunction: &str) -> Option<String> {
    let words: Vec<_> = words.map(|word| format!("`{word}`")).collect();
    let (last, before) = words.split_last()?;
    Some(if before.is_empty() { last.clone() } else { format!("{} {conjunction} {last}", before.join(", ")) })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
