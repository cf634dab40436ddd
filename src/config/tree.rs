//! The file as a tree: every key and value with the place it was written at.

use std::collections::BTreeMap;
use std::fmt;

/// A range of bytes in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    pub(crate) fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// One value of the file.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Mapping),
    /// Something that was already reported and must not be reported twice.
    Refused,
}

/// The entries of a mapping in the order of the file; no key is in it twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapping {
    entries: Vec<Entry>,
    positions: BTreeMap<String, usize>,
}

impl Mapping {
    pub(crate) fn push(&mut self, entry: Entry) {
        self.positions.insert(entry.key.clone(), self.entries.len());
        self.entries.push(entry);
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        self.positions.get(key).and_then(|position| self.entries.get(*position))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

/// A scalar as it was written; what it means depends on what the key expects.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// Written without quotes and not as a block, so YAML may read it as a number, a boolean or nothing.
    pub(crate) plain: bool,
}

/// What YAML 1.2 says a scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScalarKind {
    Null,
    Boolean(bool),
    Number,
    Text,
}

impl Scalar {
    pub(crate) fn kind(&self) -> ScalarKind {
        if !self.plain {
            return ScalarKind::Text;
        }
        match self.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => ScalarKind::Null,
            "true" | "True" | "TRUE" => ScalarKind::Boolean(true),
            "false" | "False" | "FALSE" => ScalarKind::Boolean(false),
            text if is_number(text) => ScalarKind::Number,
            _ => ScalarKind::Text,
        }
    }
}

/// Numbers of YAML's core schema: decimal, octal, hexadecimal, floating point, infinities and not-a-number.
fn is_number(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix("0o") {
        return !digits.is_empty() && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_is_number = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    (!whole.is_empty() || !fraction.is_empty()) && digits(whole) && digits(fraction) && exponent_is_number
}

/// The way to a key: `deployment.resources.memory`, `ports[0]`, `nodeSelector["example.com/pool"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Key(String),
    Index(usize),
}

impl KeyPath {
    /// The path of keys written with dots, as in `deployment.resources`; keys that hold dots need [`KeyPath::key`].
    pub(crate) fn of(dotted: &str) -> Self {
        Self(dotted.split('.').map(|key| Segment::Key(key.to_owned())).collect())
    }

    pub(crate) fn key(&self, key: &str) -> Self {
        self.with(Segment::Key(key.to_owned()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// Whether this path leads to `other` or to something inside it.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The last key, unless the path leads into a list.
    pub(crate) fn last_key(&self) -> Option<&str> {
        match self.0.last() {
            Some(Segment::Key(key)) => Some(key),
            _ => None,
        }
    }

    fn with(&self, segment: Segment) -> Self {
        let mut segments = self.0.clone();
        segments.push(segment);
        Self(segments)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(formatter, "[{index}]")?,
                Segment::Key(key) if !is_simple(key) => write!(formatter, "[{key:?}]")?,
                Segment::Key(key) if position == 0 => formatter.write_str(key)?,
                Segment::Key(key) => write!(formatter, ".{key}")?,
            }
        }
        Ok(())
    }
}

fn is_simple(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// Where a path leads: the key (if it has one) and the value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) key: Option<Span>,
    pub(crate) value: Span,
}

impl Node {
    /// The place of `path`, or of the nearest thing above it that is in the file.
    pub(crate) fn locate(&self, path: &KeyPath) -> Place {
        let mut place = Place { key: None, value: self.span };
        let mut node = self;
        for segment in &path.0 {
            let next = match (&node.content, segment) {
                (Content::Mapping(mapping), Segment::Key(key)) => {
                    mapping.get(key).map(|entry| (Some(entry.key_span), &entry.value))
                }
                (Content::Sequence(items), Segment::Index(index)) => items.get(*index).map(|item| (None, item)),
                _ => None,
            };
            let Some((key, value)) = next else { break };
            place = Place { key, value: value.span };
            node = value;
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> ScalarKind {
        Scalar { text: text.to_owned(), plain: true }.kind()
    }

    #[test]
    fn plain_scalars_mean_what_yaml_1_2_says() {
        for text in ["0", "12", "-3", "+4", "0.5", ".5", "5.", "1e3", "1.5E-3", "0o17", "0xFF", ".inf", "-.Inf", ".nan"]
        {
            assert_eq!(kind(text), ScalarKind::Number, "{text}");
        }
        for text in ["4GB", "1.2.3", ".", "e3", "1e", "0x", "0o8", "yes", "no", "on", "1_000", "-", "+.", "-.nan", "a"]
        {
            assert_eq!(kind(text), ScalarKind::Text, "{text}");
        }
        for text in ["", "~", "null", "NULL"] {
            assert_eq!(kind(text), ScalarKind::Null, "{text}");
        }
        assert_eq!(kind("True"), ScalarKind::Boolean(true));
        assert_eq!(kind("tRue"), ScalarKind::Text);
    }

    #[test]
    fn a_quoted_scalar_is_always_text() {
        for text in ["", "null", "true", "1.0"] {
            assert_eq!(Scalar { text: text.to_owned(), plain: false }.kind(), ScalarKind::Text);
        }
    }

    #[test]
    fn a_path_reads_as_a_person_would_write_it() {
        let path = KeyPath::of("providers.kubernetes").key("nodeSelector").key("example.com/pool").index(2);
        assert_eq!(path.to_string(), "providers.kubernetes.nodeSelector[\"example.com/pool\"][2]");
    }
}
