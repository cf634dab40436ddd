//! YAML as kubectl writes it, byte for byte the same each time, and read the same by YAML 1.1 and 1.2.
//!
//! Any text that some parser might take for a number, a boolean, a date or nothing is put in quotes.

use std::fmt::Write as _;

use serde_json::Value;

/// Words that YAML 1.1 reads as something other than text.
const RESERVED: [&str; 10] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan"];
/// What may follow digits without making a number.
const UNITS: [&str; 14] = ["m", "k", "Ki", "M", "Mi", "G", "Gi", "T", "Ti", "P", "Pi", "E", "Ei", "u"];

/// One document, ending in a line break.
#[must_use]
pub fn document(value: &Value) -> String {
    let mut text = String::new();
    block(&mut text, value, 0, Position::OwnLine);
    text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// At the start of a line.
    OwnLine,
    /// After `key:`.
    AfterKey,
    /// After `- `: the first key of a mapping goes on the same line.
    AfterDash,
}

fn block(text: &mut String, value: &Value, indent: usize, position: Position) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let mut first = position == Position::AfterDash;
            if position == Position::AfterKey {
                text.push('\n');
            }
            for (key, inner) in entries {
                if !std::mem::take(&mut first) {
                    spaces(text, indent);
                }
                text.push_str(&scalar(key));
                text.push(':');
                // Lists stand under their key without further indentation, as kubectl writes them.
                let deeper = if inner.is_array() { indent } else { indent + 2 };
                block(text, inner, deeper, Position::AfterKey);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let mut first = position == Position::AfterDash;
            if position == Position::AfterKey {
                text.push('\n');
            }
            for item in items {
                if !std::mem::take(&mut first) {
                    spaces(text, indent);
                }
                text.push_str("- ");
                block(text, item, indent + 2, Position::AfterDash);
            }
        }
        leaf => {
            if position == Position::AfterKey {
                text.push(' ');
            }
            write_leaf(text, leaf, indent);
        }
    }
}

fn write_leaf(text: &mut String, leaf: &Value, indent: usize) {
    match leaf {
        Value::String(content) if is_literal(content) => literal(text, content, indent),
        Value::String(content) => {
            text.push_str(&scalar(content));
            text.push('\n');
        }
        Value::Object(_) => text.push_str("{}\n"),
        Value::Array(_) => text.push_str("[]\n"),
        // Numbers, booleans and null are written as JSON writes them. Writing to a String cannot fail.
        other => writeln!(text, "{other}").unwrap_or_default(),
    }
}

fn spaces(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n(' ', count));
}

/// Text on one line, in quotes where it could be read as something else.
#[must_use]
pub fn scalar(content: &str) -> String {
    if is_plain(content) { content.to_owned() } else { quoted(content) }
}

fn is_plain(content: &str) -> bool {
    let unit = content.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if unit.len() < content.len() {
        return UNITS.contains(&unit);
    }
    let starts_well = content.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'/' | b'@' | b':' | b'-');
    starts_well
        && content.bytes().all(harmless)
        && !content.ends_with(':')
        && !RESERVED.contains(&content.to_ascii_lowercase().as_str())
}

/// Text of several lines that can be shown as it is.
fn is_literal(content: &str) -> bool {
    let printable =
        |letter: char| matches!(letter, '\n' | ' '..='~') || (letter > '\u{a0}' && !must_be_escaped(letter));
    let tidy = |line: &str| !line.ends_with(' ') && !line.starts_with('\t');
    content.trim_end_matches('\n').contains('\n')
        && !content.ends_with("\n\n")
        && !content.starts_with([' ', '\n'])
        && content.chars().all(printable)
        && content.lines().all(tidy)
}

fn literal(text: &mut String, content: &str, indent: usize) {
    text.push_str(if content.ends_with('\n') { "|\n" } else { "|-\n" });
    // Without any indentation, `#` would start a comment and `---` a document.
    let indent = indent.max(2);
    for line in content.lines() {
        if !line.is_empty() {
            spaces(text, indent);
            text.push_str(line);
        }
        text.push('\n');
    }
}

/// Text in quotes, whatever is in it.
pub(super) fn quoted(content: &str) -> String {
    let mut text = String::from("\"");
    for letter in content.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            // Writing to a String cannot fail.
            letter if must_be_escaped(letter) => write!(text, "\\u{:04x}", u32::from(letter)).unwrap_or_default(),
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}

/// What YAML calls not printable, or a line break.
fn must_be_escaped(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_look_as_kubectl_writes_them() {
        let value =
            json!({"a": {"b": ["x", {"c": 1, "d": []}], "e": {}}, "f": null, "g": [["h", "i"], "j"], "k": true});
        let expected = "a:\n  b:\n  - x\n  - c: 1\n    d: []\n  e: {}\nf: null\ng:\n- - h\n  - i\n- j\nk: true\n";
        assert_eq!(document(&value), expected);
    }

    #[test]
    fn what_could_be_read_as_something_else_is_quoted() {
        for text in [
            "",
            " ",
            "1",
            "1.0",
            "0x1F",
            "1e3",
            "-1",
            "+1",
            ".5",
            ".inf",
            "~",
            "null",
            "Null",
            "yes",
            "NO",
            "on",
            "y",
            "true",
            "2026-01-01",
            "12:30",
            "=",
            "<<",
            "-",
            "- a",
            "a: b",
            "a:",
            "#a",
            "a #b",
            "*a",
            "&a",
            "!a",
            "@a",
            "`a",
            "%a",
            "{a",
            "[a",
            "4e",
            "1_000",
            "é",
        ] {
            assert!(scalar(text).starts_with('"'), "{text}: {}", scalar(text));
        }
        for text in [
            "a",
            "ghcr.io/org/dev:1.4.0",
            "/alt/home/developer",
            "4Gi",
            "500m",
            "ReadWriteOnce",
            "app.kubernetes.io/name",
            "a@b",
            "v1",
        ] {
            assert_eq!(scalar(text), text);
        }
    }

    #[test]
    fn text_of_several_lines_is_shown_as_it_is() {
        assert_eq!(document(&json!({"a": "b\n\n  c\n"})), "a: |\n  b\n\n    c\n");
        assert_eq!(document(&json!({"a": ["b\nc"]})), "a:\n- |-\n  b\n  c\n");
        assert_eq!(document(&json!("#a\nb")), "|-\n  #a\n  b\n");
        assert_eq!(document(&json!({"a": " b\nc"})), "a: \" b\\nc\"\n");
        assert_eq!(document(&json!({"a": "b\u{7}\u{85}\u{2028}"})), "a: \"b\\u0007\\u0085\\u2028\"\n");
    }
}
