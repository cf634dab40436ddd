//! Values of a plan: on one line if they fit, folded around what differs, or as a text diff.

use serde_json::Value;
use similar::{DiffOp, DiffTag, TextDiff};

use super::page::{Look, Page};
use super::yaml;
use crate::plan::Field;
use crate::plan::mask::is_mark;

/// Lines of one value that are shown; `-o json` has them all.
const MOST_LINES: usize = 40;
/// Lines of something that is wholly new or wholly gone.
const MOST_LINES_OF_A_WHOLE: usize = 12;
/// A longer line of a text is folded.
const LONGEST_LINE: usize = 200;
/// Lines around a changed one.
const CONTEXT: usize = 2;
/// More lines than this are not compared one by one.
const MOST_COMPARED: usize = 2_000;
/// Where the containers of nearly every workload are: everybody knows it.
const OF_EVERY_POD: &str = "spec.template.spec.";
/// How much further in a value stands that does not fit behind its path.
const DEEPER: usize = 4;
const ARROW: &str = " → ";

/// One field that differs.
pub(super) fn field(page: &mut Page, indent: usize, field: &Field) {
    let path = short(&field.path);
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => changed(page, indent, path, before, after),
        (None, Some(after)) => whole(page, indent, ("+ ", Look::Added), path, after),
        (Some(before), None) => whole(page, indent, ("- ", Look::Removed), path, before),
        (None, None) => {}
    }
}

/// A path without what goes without saying.
pub(super) fn short(path: &str) -> &str {
    path.strip_prefix(OF_EVERY_POD).unwrap_or(path)
}

fn changed(page: &mut Page, indent: usize, path: &str, before: &Value, after: &Value) {
    let (symbol, name) = ((Look::Changed, "~ "), (Look::Plain, path));
    let lines = one_line(before).zip(one_line(after));
    if let Some((before, after)) = &lines {
        let length: usize = [path, before, after].iter().map(|text| text.chars().count()).sum();
        if length + "~ : ".len() + ARROW.chars().count() <= page.room(indent) {
            let values = [(Look::Plain, ": "), (Look::Plain, before), (Look::Faint, ARROW), (Look::Plain, after)];
            page.line(indent, &[[symbol, name].as_slice(), values.as_slice()].concat());
            return;
        }
    }
    page.line(indent, &[symbol, name, (Look::Plain, ":")]);
    let room = page.room(indent + DEEPER + "- ".len());
    match lines {
        Some((old, new)) if !before.is_array() || !after.is_array() || longest(&old, &new) <= room => {
            let (old, new) = folded_around_the_difference(&old, &new, room);
            page.line(indent + DEEPER, &[(Look::Removed, "- "), (Look::Removed, &old)]);
            page.line(indent + DEEPER, &[(Look::Added, "+ "), (Look::Added, &new)]);
        }
        // A list is read item by item, a text line by line.
        _ => {
            let (old, new) = both_as_lines(before, after);
            text_diff(page, indent + DEEPER, &old, &new);
        }
    }
}

fn longest(left: &str, right: &str) -> usize {
    left.chars().count().max(right.chars().count())
}

fn whole(page: &mut Page, indent: usize, (symbol, look): (&str, Look), path: &str, value: &Value) {
    if let Some(text) = one_line(value) {
        let room = page.room(indent + DEEPER);
        let fits = path.chars().count() + text.chars().count() + 2 <= room;
        let text = folded(&text, if fits { usize::MAX } else { room });
        if fits {
            page.line(indent, &[(look, symbol), (Look::Plain, path), (Look::Plain, ": "), (Look::Plain, &text)]);
        } else {
            page.line(indent, &[(look, symbol), (Look::Plain, path), (Look::Plain, ":")]);
            page.line(indent + DEEPER, &[(look, &text)]);
        }
        return;
    }
    page.line(indent, &[(look, symbol), (Look::Plain, path), (Look::Plain, ":")]);
    let lines = as_lines(value);
    for line in lines.iter().take(MOST_LINES_OF_A_WHOLE) {
        line_of_text(page, indent + DEEPER, look, "", line, line);
    }
    more(page, indent + DEEPER, lines.len().saturating_sub(MOST_LINES_OF_A_WHOLE));
}

/// Every line of something new.
pub(super) fn document(page: &mut Page, indent: usize, value: &Value) {
    for line in yaml::document(value).lines() {
        line_of_text(page, indent, Look::Plain, "", line, line);
    }
}

/// A value as a person writes it on one line; nothing for text of several lines and for what is deeper than a list.
pub(super) fn one_line(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if is_mark(value) => Some(text.clone()),
        Value::String(text) if text.trim_end_matches('\n').contains('\n') => None,
        Value::String(text) => Some(yaml::scalar(text)),
        Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(|item| one_line(item).filter(|_| !item.is_object())).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Value::Object(entries) if entries.len() <= 2 => {
            let entry = |(key, value): (&String, &Value)| {
                let value = one_line(value).filter(|_| !value.is_object() && !value.is_array() || is_empty(value));
                value.map(|value| format!("{}: {value}", yaml::scalar(key)))
            };
            let entries: Option<Vec<_>> = entries.iter().map(entry).collect();
            Some(format!("{{{}}}", entries?.join(", ")))
        }
        Value::Object(_) => None,
        plain => Some(plain.to_string()),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

/// The beginning of a text that does not fit, and how long it is.
pub(super) fn folded(text: &str, room: usize) -> String {
    window(text, 0, room)
}

/// Two texts that do not fit, each from a little before the place where they begin to differ.
fn folded_around_the_difference(before: &str, after: &str, room: usize) -> (String, String) {
    let common = before.chars().zip(after.chars()).take_while(|(left, right)| left == right).count();
    // Without skipping anything, half of the room is in sight for sure.
    let skipped = if common < room / 2 { 0 } else { common.saturating_sub(room / 6) };
    (window(before, skipped, room), window(after, skipped, room))
}

fn window(text: &str, skipped: usize, room: usize) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.to_owned();
    }
    let note = format!(" ({} characters)", with_commas(length));
    let kept = room.saturating_sub(note.chars().count() + 2).max(8);
    let skipped = skipped.min(length.saturating_sub(kept));
    let shown: String = text.chars().skip(skipped).take(kept).collect();
    let lead = if skipped > 0 { "…" } else { "" };
    let trail = if skipped + kept < length { "…" } else { "" };
    format!("{lead}{shown}{trail}{note}")
}

fn with_commas(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn as_lines(value: &Value) -> Vec<String> {
    let text = value.as_str().map_or_else(|| yaml::document(value), str::to_owned);
    text.lines().map(str::to_owned).collect()
}

/// Both as lines. A line break at the end that only one of them has is a difference like any other.
fn both_as_lines(before: &Value, after: &Value) -> (Vec<String>, Vec<String>) {
    let (mut old, mut new) = (as_lines(before), as_lines(after));
    let ends = |value: &Value| value.as_str().is_none_or(|text| text.ends_with('\n'));
    for (value, other, lines) in [(before, after, &mut old), (after, before, &mut new)] {
        if !ends(value) && ends(other) {
            lines.push("(no line break at the end)".to_owned());
        }
    }
    (old, new)
}

fn more(page: &mut Page, indent: usize, count: usize) {
    if count > 0 {
        let text = format!("… {} more lines; `-o yaml` has them all", with_commas(count));
        page.line(indent, &[(Look::Faint, &text)]);
    }
}

/// One line of a text. Where something in it cannot be seen, it is shown in quotes.
fn line_of_text(page: &mut Page, indent: usize, look: Look, symbol: &str, line: &str, other: &str) {
    let (line, _) = folded_around_the_difference(&visible(line), &visible(other), LONGEST_LINE);
    if symbol.is_empty() {
        // What does not fit goes on under its own beginning.
        let text = line.trim_start_matches(' ');
        page.line(indent + line.len() - text.len(), &[(look, text)]);
    } else {
        page.line(indent, &[(look, symbol), (look, &line)]);
    }
}

fn visible(line: &str) -> String {
    let hidden = line.ends_with(' ') || line.chars().any(char::is_control);
    if hidden { yaml::quoted(line) } else { line.to_owned() }
}

/// What was taken away and what was put in, with a few lines around it.
fn text_diff(page: &mut Page, indent: usize, before: &[String], after: &[String]) {
    if before.len().max(after.len()) > MOST_COMPARED {
        let same = before.iter().zip(after).take_while(|(left, right)| left == right).count();
        let [old, new, first] = [before.len(), after.len(), same + 1].map(with_commas);
        let text = format!("{old} lines{ARROW}{new} lines; the first that differs is line {first}");
        page.line(indent, &[(Look::Plain, &text)]);
        return;
    }
    let old: Vec<&str> = before.iter().map(String::as_str).collect();
    let new: Vec<&str> = after.iter().map(String::as_str).collect();
    let groups = TextDiff::from_slices(&old, &new).grouped_ops(CONTEXT);
    let mut shown = 0;
    let mut all = 0;
    for (index, group) in groups.iter().enumerate() {
        if index > 0 && shown < MOST_LINES {
            page.line(indent, &[(Look::Faint, "…")]);
        }
        for (symbol, look, line, other) in group.iter().flat_map(|part| lines_of(part, &old, &new)) {
            all += 1;
            if shown < MOST_LINES {
                shown += 1;
                line_of_text(page, indent, look, symbol, line, other);
            }
        }
    }
    more(page, indent, all - shown);
}

/// The lines of one part of a diff, each with the line that it takes the place of.
fn lines_of<'a>(part: &DiffOp, old: &[&'a str], new: &[&'a str]) -> Vec<(&'static str, Look, &'a str, &'a str)> {
    let (tag, before, after) = part.as_tag_tuple();
    let (removed, added) = (old.get(before).unwrap_or_default(), new.get(after).unwrap_or_default());
    let beside = |lines: &[&'a str], index: usize, line: &'a str| lines.get(index).copied().unwrap_or(line);
    if tag == DiffTag::Equal {
        return removed.iter().map(|line| ("  ", Look::Plain, *line, *line)).collect();
    }
    let removals = removed.iter().enumerate();
    let removals = removals.map(|(index, line)| ("- ", Look::Removed, *line, beside(added, index, line)));
    let additions = added.iter().enumerate();
    removals.chain(additions.map(|(index, line)| ("+ ", Look::Added, *line, beside(removed, index, line)))).collect()
}
