//! What to write instead, computed from the schema: the hints of wrong types, and lists of keys.

use std::fmt;

use regex::Regex;
use serde_json::Value;

use super::line;
use super::tree::{Content, KeyPath, Mapping, Node, Scalar, ScalarKind};

/// Longer examples are not something to type.
const LONGEST_EXAMPLE: usize = 90;

/// The types that a schema accepts.
pub(crate) struct Expected<'schema> {
    types: Vec<&'schema str>,
    schema: &'schema Value,
}

impl<'schema> Expected<'schema> {
    pub(crate) fn of(schema: &'schema Value) -> Self {
        let types = match schema.get("type") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        Self { types, schema }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.types.contains(&name)
    }

    pub(crate) fn name(&self) -> &'static str {
        match self.types.as_slice() {
            ["object"] => "a mapping of keys",
            ["array"] => "a list",
            ["boolean"] => "`true` or `false`",
            ["integer"] => "a whole number",
            ["object", "array"] => "a mapping or a list of mappings",
            ["string", "number"] => "an amount",
            ["string", ..] => "text",
            _ => "something else",
        }
    }

    /// What to write at `path` instead of a value of the wrong type.
    pub(crate) fn instead_of(&self, node: &Node, path: &KeyPath) -> Option<String> {
        let special = match &node.content {
            Content::Scalar(scalar) => self.instead_of_scalar(scalar),
            Content::Sequence(items) if self.has("object") => self.instead_of_list(items),
            Content::Sequence(items) => alone(items),
            Content::Mapping(mapping) => self.instead_of_mapping(mapping),
            Content::Refused => None,
        };
        special.or_else(|| self.one_of()).or_else(|| self.example(path)).or_else(|| self.keys())
    }

    fn instead_of_scalar(&self, scalar: &Scalar) -> Option<String> {
        let text = scalar.text.as_str();
        if self.has("boolean") {
            return Some(match text.to_ascii_lowercase().as_str() {
                "yes" | "on" | "true" | "y" | "1" => "write `true`".to_owned(),
                "no" | "off" | "false" | "n" | "0" => "write `false`".to_owned(),
                _ => "write `true` or `false`".to_owned(),
            });
        }
        if self.has("integer") {
            return integer(text);
        }
        if self.has("array") && !self.has("object") {
            return Some(as_list(text));
        }
        if self.has("object") {
            let hint = "put a space after the `:`";
            return line::is_missing_a_space(text).then(|| hint.to_owned());
        }
        let quoted = self.has("string")
            && !self.has("number")
            && matches!(scalar.kind(), ScalarKind::Number | ScalarKind::Boolean(_))
            && self.matches_pattern(text);
        (quoted && self.one_of().is_none()).then(|| format!("put it in quotes: `\"{text}\"`"))
    }

    fn matches_pattern(&self, text: &str) -> bool {
        let pattern = self.schema.get("pattern").and_then(Value::as_str);
        pattern.is_none_or(|pattern| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text)))
    }

    fn instead_of_list(&self, items: &[Node]) -> Option<String> {
        if self.schema.get("additionalProperties").is_some_and(Value::is_object) {
            let (key, value) = assignment(items.first()?)?;
            return Some(format!("write `{key}: {value}` without `- `"));
        }
        let mappings = items.iter().all(|item| matches!(item.content, Content::Mapping(_)));
        (mappings && !items.is_empty()).then(|| "remove the `- ` before each key".to_owned())
    }

    fn instead_of_mapping(&self, mapping: &Mapping) -> Option<String> {
        if self.has("array") {
            let of_mappings = self.schema.get("items").is_some_and(|items| Expected::of(items).has("object"));
            return of_mappings.then(|| "start each entry with `- `".to_owned());
        }
        // As Kubernetes and Docker write names and ports.
        let entry = ["name", "containerPort", "port", "target"].iter().find_map(|key| mapping.get(key))?;
        match &entry.value.content {
            Content::Scalar(scalar) if !scalar.text.is_empty() => Some(format!("write `{}` alone", scalar.text)),
            _ => None,
        }
    }

    /// The values that are accepted, when they are few.
    fn one_of(&self) -> Option<String> {
        let words = self.schema.get("enum")?.as_array()?.iter().filter_map(Value::as_str);
        Some(format!("write {}", list(words, "or")?))
    }

    /// The example of the schema, ready to be typed.
    pub(crate) fn example(&self, path: &KeyPath) -> Option<String> {
        Some(format!("write it like `{}`", entry(path.last_key()?, self.schema)?))
    }

    fn keys(&self) -> Option<String> {
        keys(self.schema.get("properties")?.as_object()?.keys().map(String::as_str))
    }
}

/// Words that somebody wrote one after the other.
fn as_list(text: &str) -> String {
    if text.starts_with('-') {
        return "put a space after each `-`".to_owned();
    }
    let words: Vec<&str> = text.split([' ', ',', '\n']).filter(|word| !word.is_empty()).collect();
    let simple = |word: &&str| is_plain(word) || word.bytes().all(|byte| byte.is_ascii_digit());
    if words.iter().all(simple) && text.len() <= LONGEST_EXAMPLE {
        format!("write it as a list: `[{}]`", words.join(", "))
    } else {
        "write it as a list: a line `- …` for each entry".to_owned()
    }
}

/// `size: 10Gi`, from the example of the key's schema.
pub(crate) fn entry(key: &str, schema: &Value) -> Option<String> {
    let entry = format!("{key}: {}", flow(schema.get("examples")?.get(0)?));
    (entry.chars().count() <= LONGEST_EXAMPLE).then_some(entry)
}

/// The keys that stand beside an unknown one.
pub(crate) fn keys<'key>(keys: impl Iterator<Item = &'key str>) -> Option<String> {
    let keys: Vec<_> = keys.collect();
    let names = list(keys.iter().copied(), "and")?;
    Some(if keys.len() == 1 { format!("the only key here is {names}") } else { format!("the keys here are {names}") })
}

/// `a`, `b` and `c`.
pub(crate) fn list<'word>(words: impl Iterator<Item = &'word str>, conjunction: &str) -> Option<String> {
    let words: Vec<_> = words.map(|word| format!("`{word}`")).collect();
    let (last, before) = words.split_last()?;
    Some(if before.is_empty() { last.clone() } else { format!("{} {conjunction} {last}", before.join(", ")) })
}

/// Where a key belongs: `under providers.kubernetes`.
pub(crate) struct Home<'path>(pub(crate) &'path KeyPath);

impl fmt::Display for Home<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self.0 == KeyPath::default() {
            formatter.write_str("at the top of the file")
        } else {
            write!(formatter, "under `{}`", self.0)
        }
    }
}

/// All the places where a key belongs.
pub(crate) fn homes(paths: &[KeyPath]) -> String {
    let places: Vec<_> = paths.iter().map(|path| Home(path).to_string()).collect();
    places.join(", or ")
}

fn integer(text: &str) -> Option<String> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits(text) {
        return Some(format!("write `{text}` without quotes"));
    }
    if let Some((first, last)) = text.split_once('-').filter(|(first, last)| digits(first) && digits(last)) {
        return Some(format!("list each one: `{first}`, …, `{last}`"));
    }
    // As Docker writes ports: outside, then inside.
    let inside = text.rsplit_once(':')?.1;
    digits(inside).then(|| format!("write the port inside the container alone: `{inside}`"))
}

/// The only entry of a list.
fn alone(items: &[Node]) -> Option<String> {
    match items {
        [Node { content: Content::Scalar(scalar), .. }] => Some(format!("write `{}` alone", scalar.text)),
        _ => None,
    }
}

/// `EDITOR=vim`, `name: EDITOR` with `value: vim`, or `EDITOR: vim`, as entries of a list.
fn assignment(item: &Node) -> Option<(&str, &str)> {
    match &item.content {
        Content::Scalar(scalar) => scalar.text.split_once('='),
        Content::Mapping(mapping) => {
            let (key, value) = match (mapping.get("name"), mapping.get("value"), mapping.entries()) {
                (Some(name), Some(value), _) => (scalar_text(&name.value)?, &value.value),
                (_, _, [only]) => (only.key.as_str(), &only.value),
                _ => return None,
            };
            scalar_text(value).map(|value| (key, value))
        }
        _ => None,
    }
}

fn scalar_text(node: &Node) -> Option<&str> {
    match &node.content {
        Content::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}

/// A value on one line, with quotes only where YAML needs them.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entries: Vec<_> = entries.iter().map(|(key, value)| format!("{key}: {}", flow(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// Whether YAML reads the text as it is written, as text.
fn is_plain(text: &str) -> bool {
    let scalar = Scalar { text: text.to_owned(), plain: true };
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphanumeric() || matches!(first, '^' | '/' | '.'));
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "-_./@^:~+".contains(letter);
    scalar.kind() == ScalarKind::Text && starts_well && text.chars().all(safe) && !text.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn examples_are_written_as_a_person_would() {
        for (value, expected) in [
            (json!({"memory": "4GB", "cpus": 2}), "{ cpus: 2, memory: 4GB }"),
            (json!("1.0"), "\"1.0\""),
            (json!("^1.0.0"), "^1.0.0"),
            (json!(">=1.2, <2"), "\">=1.2, <2\""),
            (json!(["sleep", "infinity", "true"]), "[sleep, infinity, \"true\"]"),
            (json!("https://example.com"), "https://example.com"),
            (json!("-x"), "\"-x\""),
        ] {
            assert_eq!(flow(&value), expected);
        }
    }

    #[test]
    fn an_example_that_is_too_long_is_not_shown() {
        assert_eq!(entry("key", &json!({"examples": ["x".repeat(200)]})), None);
        assert_eq!(entry("key", &json!({"examples": ["cosign.pub"]})).as_deref(), Some("key: cosign.pub"));
    }
}
