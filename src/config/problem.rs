//! What can be wrong with a file: stable codes, places, and what to do about it.

use std::collections::BTreeSet;

use super::tree::{KeyPath, Node, Span};

macro_rules! codes {
    ($($(#[doc = $text:literal])+ $variant:ident = $name:literal,)+) => {
        /// The kind of a problem. The written form is stable: scripts may rely on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $text])+ $variant,)+
        }

        impl Code {
            /// Every code there is, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable written form.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What the code means, for the documentation.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($text,)+),)+ }
            }
        }
    };
}

codes! {
    /// The file does not exist.
    NotFound = "not-found",
    /// The path is a directory.
    IsADirectory = "is-a-directory",
    /// The file cannot be read: permission denied.
    PermissionDenied = "permission-denied",
    /// The file cannot be read for another reason.
    Unreadable = "unreadable",
    /// The file is larger than 1 MiB.
    TooLarge = "too-large",
    /// The file is not UTF-8 text.
    NotUtf8 = "not-utf8",
    /// The file holds nothing, or comments only.
    Empty = "empty",
    /// The file is not valid YAML.
    Syntax = "syntax",
    /// A line is indented with a tab.
    Tab = "tab",
    /// Values are nested deeper than any valid file needs.
    TooDeep = "too-deep",
    /// The file holds more than one YAML document.
    MultipleDocuments = "multiple-documents",
    /// An anchor (`&name`) is used.
    Anchor = "anchor",
    /// An alias (`*name`) is used.
    Alias = "alias",
    /// A merge key (`<<`) is used.
    MergeKey = "merge-key",
    /// A tag (`!name`) is used.
    Tag = "tag",
    /// A key is not plain text.
    InvalidKey = "invalid-key",
    /// A key is written twice in the same mapping.
    DuplicateKey = "duplicate-key",
    /// A key is not known here, nor anywhere else.
    UnknownKey = "unknown-key",
    /// A key is known, but belongs somewhere else.
    MisplacedKey = "misplaced-key",
    /// A key is reserved for a shape of workload that this version does not have.
    UnsupportedKey = "unsupported-key",
    /// A required key is missing.
    MissingKey = "missing-key",
    /// A key has no value.
    MissingValue = "missing-value",
    /// A value has the wrong type.
    WrongType = "wrong-type",
    /// A value is not one of those that the key accepts.
    InvalidValue = "invalid-value",
    /// A number is outside the range that the key accepts.
    OutOfRange = "out-of-range",
    /// A list holds the same thing twice.
    DuplicateValue = "duplicate-value",
    /// Two keys exclude each other.
    ConflictingKeys = "conflicting-keys",
    /// The configuration's version is not one that this program reads.
    UnsupportedVersion = "unsupported-version",
    /// The provider is not one that this program has.
    UnsupportedProvider = "unsupported-provider",
    /// A name is not one that Kubernetes accepts.
    InvalidName = "invalid-name",
    /// A label's key or value is not one that Kubernetes accepts.
    InvalidLabel = "invalid-label",
    /// An amount of memory, storage or processor time is not one that Kubernetes accepts.
    InvalidQuantity = "invalid-quantity",
    /// More is requested than the limit allows.
    RequestAboveLimit = "request-above-limit",
    /// An image reference is malformed.
    InvalidImage = "invalid-image",
    /// A digest is not `sha256:` and 64 hexadecimal digits.
    InvalidDigest = "invalid-digest",
    /// A version range is malformed.
    InvalidVersionRange = "invalid-version-range",
    /// The name of an environment variable is malformed.
    InvalidVariable = "invalid-variable",
    /// An environment variable is one that Sindri sets itself.
    ReservedVariable = "reserved-variable",
    /// A toleration's parts contradict each other.
    InvalidToleration = "invalid-toleration",
    /// Verification is asked for, but nobody is named who may sign.
    NobodyToTrust = "nobody-to-trust",
    /// An entry of `trust` cannot be used.
    InvalidTrust = "invalid-trust",
}

/// One thing that is wrong with a file.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The kind of the problem.
    pub code: Code,
    /// The key it is about; empty for the file as a whole.
    pub path: KeyPath,
    /// Where it is written, if it is about something that is written.
    pub span: Option<Span>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// A second place that belongs to the problem.
    pub related: Option<(Span, String)>,
}

impl Problem {
    pub(crate) fn new(code: Code, span: Option<Span>, message: impl Into<String>) -> Self {
        Self { code, path: KeyPath::default(), span, message: readable(&message.into()), hint: None, related: None }
    }

    /// The file itself cannot be read.
    pub(crate) fn unreadable(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(code, None, message).hint(hint)
    }

    pub(crate) fn at(mut self, path: KeyPath) -> Self {
        self.path = path;
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(readable(&hint.into()));
        self
    }

    pub(crate) fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related = Some((span, label.into()));
        self
    }
}

/// What a file holds is quoted in messages: on one line, and not at any length.
fn readable(text: &str) -> String {
    const LONGEST_QUOTE: usize = 100;
    // Most messages are readable already, and a file can have very many.
    if text.len() <= LONGEST_QUOTE && text.bytes().all(|byte| (b' '..0x7F).contains(&byte)) {
        return text.to_owned();
    }
    let quoted = |(index, part): (usize, &str)| {
        let length = part.chars().count();
        if index % 2 == 0 || length <= LONGEST_QUOTE {
            return part.to_owned();
        }
        let start: String = part.chars().take(LONGEST_QUOTE / 2).collect();
        let end: String = part.chars().skip(length - LONGEST_QUOTE / 4).collect();
        format!("{start}…{end}")
    };
    let shortened: Vec<String> = text.split('`').enumerate().map(quoted).collect();
    let mut line = String::new();
    for letter in shortened.join("`").chars() {
        if letter.is_control() { line.extend(letter.escape_default()) } else { line.push(letter) }
    }
    line
}

/// Collects the problems of one file and finds the place of each.
pub(crate) struct Problems<'tree> {
    root: &'tree Node,
    found: Vec<Problem>,
    /// Keys that are not in the value read from the file though somebody tried to write them: refused, misspelled or
    /// misplaced. That they are missing is no mistake of its own.
    attempted: BTreeSet<KeyPath>,
    /// Mappings with a key that could not be read: it may be any.
    obscured: BTreeSet<KeyPath>,
}

impl<'tree> Problems<'tree> {
    pub(crate) fn new(root: &'tree Node, found: Vec<Problem>) -> Self {
        let hides_a_key =
            |problem: &&Problem| matches!(problem.code, Code::MergeKey | Code::Tag | Code::Alias | Code::InvalidKey);
        let obscured = found.iter().filter(hides_a_key).map(|problem| problem.path.clone()).collect();
        Self { root, found, attempted: BTreeSet::new(), obscured }
    }

    /// Remembers that somebody tried to write this key.
    pub(crate) fn attempt(&mut self, path: KeyPath) {
        self.attempted.insert(path);
    }

    /// Whether somebody tried to write exactly this key.
    pub(crate) fn is_attempted(&self, path: &KeyPath) -> bool {
        self.attempted.contains(path)
    }

    /// Whether somebody tried to write this key, or one inside it.
    pub(crate) fn is_attempted_within(&self, path: &KeyPath) -> bool {
        self.attempted.range(path..).next().is_some_and(|next| next.is_within(path))
    }

    /// Whether the mapping at `path` may hold keys that could not be read.
    pub(crate) fn is_obscured(&self, path: &KeyPath) -> bool {
        self.obscured.contains(path)
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// A problem with the value at `path`; not reported until it is pushed.
    pub(crate) fn value(&self, path: &KeyPath, code: Code, message: impl Into<String>) -> Problem {
        let place = self.root.locate(path);
        let span = if place.value.is_empty() { place.key.unwrap_or(place.value) } else { place.value };
        Problem::new(code, Some(span), message).at(path.clone())
    }

    /// A problem with the key at `path`, or with the nearest key above it; not reported until it is pushed.
    pub(crate) fn key(&self, path: &KeyPath, code: Code, message: impl Into<String>) -> Problem {
        let place = self.root.locate(path);
        let start_of_value = Span { start: place.value.start, end: place.value.start };
        Problem::new(code, Some(place.key.unwrap_or(start_of_value)), message).at(path.clone())
    }

    /// The place of the value at `path`, for [`Problem::related`].
    pub(crate) fn span_of(&self, path: &KeyPath) -> Span {
        let place = self.root.locate(path);
        place.key.unwrap_or(place.value)
    }

    /// All problems in the order of the file.
    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| (problem.span, problem.code));
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn messages_have_one_line_and_quote_no_more_than_a_person_reads() {
        assert_eq!(readable("`a\nb\u{1b}` is wrong"), "`a\\nb\\u{1b}` is wrong");
        let long = "x".repeat(1000);
        let message = readable(&format!("`{long}` is not `{long}`"));
        assert_eq!(message.matches('…').count(), 2);
        assert!(message.chars().count() < 200, "{message}");
    }

    #[test]
    fn codes_are_distinct_kebab_case_words() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(
            names.iter().all(|name| name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'))
        );
    }
}
