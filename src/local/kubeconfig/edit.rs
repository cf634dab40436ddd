//! The text of a kubeconfig with one thing changed, and everything else as it was: comments, order, unknown keys. Pure.

use serde_json::{Map, Value};

use crate::config::{Content, Node, ScalarKind, parse_yaml};

/// A kubeconfig that has nothing in it.
const NOTHING: &str = "apiVersion: v1\nkind: Config\n";

/// The lists that a kubeconfig is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Clusters,
    Contexts,
    Users,
}

impl Section {
    pub(super) const ALL: [Self; 3] = [Self::Clusters, Self::Contexts, Self::Users];

    /// The key of the list.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Clusters => "clusters",
            Self::Contexts => "contexts",
            Self::Users => "users",
        }
    }

    /// The key of what an item of it is.
    pub(super) fn item(self) -> &'static str {
        match self {
            Self::Clusters => "cluster",
            Self::Contexts => "context",
            Self::Users => "user",
        }
    }
}

/// The text cannot be changed in one place without touching others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// What is in the text; an empty object for one that says nothing.
pub(super) fn value(text: &str) -> Result<Value, Unreadable> {
    Ok(if is_blank(text) { Value::Object(Map::new()) } else { meaning(&tree(text)?) })
}

/// The same text with this item in the place of the one of its name, or at the end.
pub(super) fn put(text: &str, section: Section, name: &str, body: &Value) -> Result<String, Unreadable> {
    let text = &with_something(text);
    let root = tree(text)?;
    let item = item(section, name, body);
    let is_flow = is_flow(text, &root);
    let Some(found) = entry(&root, section.key())? else {
        let key = section.key();
        return Ok(if is_flow {
            first_key(text, &root, &format!("\"{key}\": [{item}]"))
        } else {
            appended(text, &format!("{key}:\n{}", lines(&item, "")))
        });
    };
    match &found.value.content {
        Content::Sequence(items) if !items.is_empty() => Ok(among(text, &found.value, items, name, &item)),
        _ if is_flow => Ok(replaced(text, found.value.span.start, found.value.span.end, &format!("[{item}]"))),
        Content::Sequence(_) | Content::Scalar(_) => {
            let colon = colon(text, found.key_span.end);
            let end = found.value.span.end.clamp(colon, end_of_line(text, colon));
            let emptied = replaced(text, colon, end, "");
            let line_end = end_of_line(&emptied, colon);
            Ok(inserted(&emptied, line_end, &lines(&item, "")))
        }
        Content::Mapping(_) | Content::Refused => Err(Unreadable),
    }
}

fn among(text: &str, list: &Node, items: &[Node], name: &str, new: &Value) -> String {
    let there = items.iter().find(|one| name_of(one) == Some(name));
    if is_flow(text, list) {
        return match there {
            Some(there) => replaced(text, there.span.start, there.span.end, &new.to_string()),
            None => replaced(text, list.span.start + 1, list.span.start + 1, &format!("{new}, ")),
        };
    }
    let indent = items.first().map_or("", |first| indent(text, first.span.start));
    match (there, items.last()) {
        (Some(there), _) => {
            let (start, end) = (start_of_line(text, there.span.start), end_of_item(text, there));
            replaced(text, start, end, &lines(new, indent))
        }
        (None, Some(end)) => inserted(text, end_of_item(text, end), &lines(new, indent)),
        (None, None) => text.to_owned(),
    }
}

/// The same text without the item of this name.
pub(super) fn remove(text: &str, section: Section, name: &str) -> Result<String, Unreadable> {
    if is_blank(text) {
        return Ok(text.to_owned());
    }
    let root = tree(text)?;
    let Some(found) = entry(&root, section.key())? else { return Ok(text.to_owned()) };
    let Content::Sequence(items) = &found.value.content else { return Ok(text.to_owned()) };
    let Some(position) = items.iter().position(|one| name_of(one) == Some(name)) else { return Ok(text.to_owned()) };
    let Some(item) = items.get(position) else { return Ok(text.to_owned()) };
    let list = &found.value;
    if is_flow(text, list) {
        let before = position.checked_sub(1).and_then(|before| items.get(before));
        return Ok(match (items.get(position + 1), before) {
            (Some(next), _) => replaced(text, item.span.start, next.span.start, ""),
            (None, Some(before)) => replaced(text, before.span.end, item.span.end, ""),
            (None, None) => replaced(text, list.span.start, list.span.end, "[]"),
        });
    }
    let shorter = replaced(text, start_of_line(text, item.span.start), end_of_item(text, item), "");
    Ok(if items.len() == 1 { inserted(&shorter, colon(text, found.key_span.end), " []") } else { shorter })
}

/// The same text with another current context; none is written as empty.
pub(super) fn switch(text: &str, context: &str) -> Result<String, Unreadable> {
    const KEY: &str = "current-context";
    let text = &with_something(text);
    let root = tree(text)?;
    let is_flow = is_flow(text, &root);
    let written = if is_flow { quoted(context) } else { scalar(&Value::String(context.to_owned())) };
    Ok(match entry(&root, KEY)? {
        Some(found) => {
            let colon = colon(text, found.key_span.end);
            let end = if found.value.span.is_empty() { colon } else { found.value.span.end.max(colon) };
            replaced(text, colon, end, &format!(" {written}"))
        }
        None if is_flow => first_key(text, &root, &format!("\"{KEY}\": {written}")),
        None => appended(text, &format!("{KEY}: {written}\n")),
    })
}

/// The items of a list by their names, in their order.
pub(super) fn items(value: &Value, section: Section) -> Vec<(&str, &Value)> {
    let list = value.get(section.key()).and_then(Value::as_array);
    let named = |one| Some((Value::as_str(Value::get(one, "name")?)?, one));
    list.into_iter().flatten().filter_map(named).collect()
}

/// One item as it is written.
pub(super) fn item(section: Section, name: &str, body: &Value) -> Value {
    Value::Object(Map::from_iter([
        (section.item().to_owned(), body.clone()),
        ("name".to_owned(), Value::String(name.to_owned())),
    ]))
}

fn is_blank(text: &str) -> bool {
    text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#') || line == "---")
}

fn with_something(text: &str) -> String {
    if is_blank(text) { appended(text, NOTHING) } else { text.to_owned() }
}

fn tree(text: &str) -> Result<Node, Unreadable> {
    match parse_yaml(text) {
        Ok((root, problems)) if problems.is_empty() => Ok(root),
        // What it means is not what it shows: aliases, tags, a key twice, a second document.
        Ok(_) | Err(_) => Err(Unreadable),
    }
}

fn entry<'a>(root: &'a Node, key: &str) -> Result<Option<&'a crate::config::Entry>, Unreadable> {
    match &root.content {
        Content::Mapping(mapping) => Ok(mapping.get(key)),
        _ => Err(Unreadable),
    }
}

fn name_of(item: &Node) -> Option<&str> {
    let Content::Mapping(mapping) = &item.content else { return None };
    match &mapping.get("name")?.value.content {
        Content::Scalar(scalar) => Some(scalar.text.as_str()),
        _ => None,
    }
}

fn meaning(node: &Node) -> Value {
    match &node.content {
        Content::Sequence(items) => Value::Array(items.iter().map(meaning).collect()),
        Content::Mapping(mapping) => {
            Value::Object(mapping.entries().iter().map(|entry| (entry.key.clone(), meaning(&entry.value))).collect())
        }
        Content::Scalar(scalar) => match scalar.kind() {
            ScalarKind::Null => Value::Null,
            ScalarKind::Boolean(is_true) => Value::Bool(is_true),
            ScalarKind::Number => scalar.text.parse::<i64>().map_or_else(|_| scalar.text.clone().into(), Value::from),
            ScalarKind::Text => Value::String(scalar.text.clone()),
        },
        Content::Refused => Value::Null,
    }
}

fn is_flow(text: &str, node: &Node) -> bool {
    text.get(node.span.start..).is_some_and(|rest| rest.starts_with(['{', '[']))
}

fn replaced(text: &str, start: usize, end: usize, by: &str) -> String {
    let (before, after) = (text.get(..start).unwrap_or(text), text.get(end.max(start)..).unwrap_or_default());
    format!("{before}{by}{after}")
}

/// Lines put in where a line begins; the line before may be the last one, and without its end.
fn inserted(text: &str, at: usize, by: &str) -> String {
    let is_open = by.ends_with('\n') && at > 0 && !text.get(..at).is_some_and(|before| before.ends_with('\n'));
    replaced(text, at, at, &if is_open { format!("\n{by}") } else { by.to_owned() })
}

fn appended(text: &str, by: &str) -> String {
    inserted(text, text.len(), by)
}

fn first_key(text: &str, root: &Node, written: &str) -> String {
    let is_empty = matches!(&root.content, Content::Mapping(mapping) if mapping.entries().is_empty());
    let at = root.span.start + 1;
    replaced(text, at, at, &format!("{written}{}", if is_empty { "" } else { ", " }))
}

fn start_of_line(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Where the next line begins.
fn end_of_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

fn colon(text: &str, from: usize) -> usize {
    text.get(from..).and_then(|after| after.find(':')).map_or(from, |colon| from + colon + 1)
}

fn indent(text: &str, at: usize) -> &str {
    let line = text.get(start_of_line(text, at)..at).unwrap_or_default();
    line.split_once('-').map_or("", |(indent, _)| indent)
}

/// Where the line after the last word of an item begins. Comments after it belong to what follows.
fn end_of_item(text: &str, item: &Node) -> usize {
    let end = last_word(text, item);
    if text.get(..end).is_some_and(|before| before.ends_with('\n')) { end } else { end_of_line(text, end) }
}

fn last_word(text: &str, node: &Node) -> usize {
    let last = match &node.content {
        Content::Sequence(items) if !is_flow(text, node) => items.iter().map(|one| last_word(text, one)).max(),
        Content::Mapping(mapping) if !is_flow(text, node) => {
            let ends = mapping.entries().iter().map(|one| last_word(text, &one.value).max(one.key_span.end));
            ends.max()
        }
        // Where nothing is written, the place of nothing is somewhere behind.
        _ => (!node.span.is_empty()).then_some(node.span.end),
    };
    last.unwrap_or_default()
}

/// An item of a list in lines of its own.
fn lines(item: &Value, indent: &str) -> String {
    let text = block(item, &format!("{indent}  "));
    let body = text.strip_prefix(&format!("{indent}  ")).unwrap_or(&text);
    format!("{indent}- {body}")
}

fn block(value: &Value, indent: &str) -> String {
    let deeper = format!("{indent}  ");
    let line = |(key, value): (&String, &Value)| match value {
        Value::Object(map) if !map.is_empty() => format!("{indent}{key}:\n{}", block(value, &deeper)),
        other => format!("{indent}{key}: {}\n", scalar(other)),
    };
    value.as_object().into_iter().flatten().map(line).collect()
}

/// A text without quotes where it is the same without them; everything else as JSON, which YAML contains.
fn scalar(value: &Value) -> String {
    let is_plain = |text: &&str| {
        let text = crate::config::Scalar { text: (*text).to_owned(), plain: true };
        text.kind() == ScalarKind::Text
            && text.text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./:+=@".contains(letter))
            && !text.text.ends_with(':')
            // An older parser reads these as something else.
            && !matches!(text.text.to_ascii_lowercase().as_str(), "yes" | "no" | "on" | "off" | "y" | "n")
            && !text.text.starts_with(|first: char| first.is_ascii_digit())
    };
    match value.as_str().filter(is_plain) {
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
