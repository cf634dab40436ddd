//! From text to a tree. The only file that knows the YAML parser.
//!
//! Everything that makes a YAML file mean something other than what it shows is refused here: anchors, aliases, merge
//! keys, tags, directives and further documents. Nothing is ever expanded, so no file can grow in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as ParserSpan};

use super::line;
use super::problem::{Code, Problem};
use super::syntax::{self, Cause, TEMPLATE, TEMPLATE_HINT};
use super::tree::{Content, Entry, KeyPath, Mapping, Node, Scalar, ScalarKind, Span};

/// Deeper than any valid file: the deepest key stands six levels down.
pub(crate) const MAXIMUM_DEPTH: usize = 24;

/// Reads one document; problems that do not hide the rest of the file are returned beside the tree.
pub(crate) fn parse(text: &str) -> Result<(Node, Vec<Problem>), Vec<Problem>> {
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        flow_nesting_limit: MAXIMUM_DEPTH,
        block_nesting_limit: MAXIMUM_DEPTH,
    };
    let mut builder = Builder::new(text);
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((event, span)) => {
                let span = byte_span(text, &span);
                if builder.accept(event, span) == Flow::Stop {
                    break;
                }
            }
            Err(error) => {
                let offset = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                return Err(syntax::explain(text, &cause(&error), offset, builder.open_bracket()));
            }
        }
    }
    builder.finish()
}

fn cause(error: &ScanError) -> Cause {
    use ErrorKind as Kind;
    match error.kind() {
        Kind::RecursionLimitExceeded => Cause::TooDeep,
        Kind::MappingValueNotAllowed | Kind::InvalidColonPlacement => Cause::UnexpectedColon,
        Kind::UnclosedFlowCollection { .. } => Cause::UnclosedBracket,
        Kind::ExpectedFlowMappingSeparator | Kind::ExpectedFlowSequenceSeparator => Cause::MissingComma,
        Kind::MismatchedFlowCollectionEnd { open, close } => Cause::WrongBracket(*open, *close),
        Kind::MisplacedFlowCollectionEnd => Cause::StrayBracket,
        Kind::BlockEntryInFlowCollection => Cause::DashInBrackets,
        Kind::UnclosedQuotedScalar | Kind::InvalidQuotedScalarIndent | Kind::DocumentIndicatorInQuotedScalar => {
            Cause::UnclosedQuote
        }
        Kind::InvalidTrailingSingleQuotedScalar => Cause::TextAfterSingleQuote,
        Kind::InvalidTrailingDoubleQuotedScalar => Cause::TextAfterDoubleQuote,
        Kind::UnknownQuotedScalarEscape | Kind::InvalidQuotedScalarHexEscape | Kind::InvalidUnicodeEscape => {
            Cause::MeaninglessEscape
        }
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => Cause::NotAnEntry,
        Kind::ExpectedBlockMappingKey => Cause::NotAKey,
        Kind::InvalidIndentation | Kind::InvalidFlowScalarIndent | Kind::InvalidBlockScalarIndent => Cause::Indentation,
        Kind::ExpectedBlockSequenceEntry => Cause::NotAnItem,
        Kind::BlockSequenceEntryNotAllowed => Cause::DashAfterKey,
        Kind::ExpectedDocumentStart => Cause::SecondValue,
        Kind::DirectiveDisallowed => Cause::Directive,
        Kind::UnexpectedCharacter { character } => Cause::UnexpectedCharacter(*character),
        Kind::MissingAnchorOrAliasName | Kind::PlainScalarStartsWithDashFlowIndicator => Cause::EmptyMark,
        Kind::CommentNotSeparated | Kind::CommentInterceptedScalar => Cause::Comment,
        Kind::InvalidBlockScalarHeader => Cause::TextAfterBlockMark,
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabAtBlockScalarStart
        | Kind::TabInPlainScalar => Cause::Tab,
        other => Cause::Other(other.to_string()),
    }
}

fn byte_span(text: &str, span: &ParserSpan) -> Span {
    let end = text.len();
    let range = span.byte_range().unwrap_or(end..end);
    Span { start: range.start.min(end), end: range.end.min(end) }
}

#[derive(PartialEq, Eq)]
enum Flow {
    Continue,
    Stop,
}

/// A collection that has been opened and not closed.
enum Frame {
    Sequence { start: usize, items: Vec<Node>, refused: bool },
    Mapping { start: usize, mapping: Mapping, seen: BTreeMap<String, Span>, key: Option<Key>, refused: bool },
}

enum Key {
    Usable(String, Span),
    /// Reported already: the value that follows is dropped.
    Refused,
    /// A merge key: that its value is an alias needs no second report.
    Merge,
}

struct Builder<'text> {
    text: &'text str,
    frames: Vec<Frame>,
    root: Option<Node>,
    documents: usize,
    problems: Vec<Problem>,
}

impl<'text> Builder<'text> {
    fn new(text: &'text str) -> Self {
        Self { text, frames: Vec::new(), root: None, documents: 0, problems: Vec::new() }
    }

    fn accept(&mut self, event: Event<'_>, span: Span) -> Flow {
        match event {
            Event::DocumentStart(..) => return self.document(span),
            Event::Scalar(text, style, _, tag) => {
                let refused = tag.is_some() && self.refuse_tag(span);
                self.scalar(text, style, span, refused);
            }
            Event::SequenceStart(_, _, tag) => {
                let refused = tag.is_some() && self.refuse_tag(span);
                self.frames.push(Frame::Sequence { start: span.start, items: Vec::new(), refused });
            }
            Event::MappingStart(_, _, tag) => {
                let refused = tag.is_some() && self.refuse_tag(span);
                let (mapping, seen) = (Mapping::default(), BTreeMap::new());
                self.frames.push(Frame::Mapping { start: span.start, mapping, seen, key: None, refused });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Anchor(_, name) => self.anchor(&name, span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.alias(span),
            _ => {}
        }
        Flow::Continue
    }

    fn document(&mut self, span: Span) -> Flow {
        self.documents += 1;
        if self.documents < 2 {
            return Flow::Continue;
        }
        self.problems.push(
            Problem::new(Code::MultipleDocuments, Some(span), "a second document starts here")
                .hint("keep one environment in a file; choose a file with `--file`"),
        );
        Flow::Stop
    }

    /// The bracket that was opened last and is not closed yet.
    fn open_bracket(&self) -> Option<usize> {
        let start = match self.frames.last()? {
            Frame::Sequence { start, .. } | Frame::Mapping { start, .. } => *start,
        };
        self.text.get(start..)?.starts_with(['[', '{']).then_some(start)
    }

    fn refuse_tag(&mut self, value: Span) -> bool {
        let span = self.tag_before(value.start).unwrap_or(value);
        let tag = self.text.get(span.start..span.end).filter(|tag| tag.starts_with('!'));
        let message = tag.map_or("tags are not allowed".to_owned(), |tag| format!("the tag `{tag}` is not allowed"));
        self.problems.push(
            Problem::new(Code::Tag, Some(span), message).hint("remove it, or put the value in quotes if it is text"),
        );
        true
    }

    /// A tag stands before its value, perhaps on a line of its own, perhaps with an anchor between them.
    fn tag_before(&self, value: usize) -> Option<Span> {
        let mut before = self.text.get(..value)?;
        for _ in 0..2 {
            before = before.trim_end();
            let start = before.rfind(char::is_whitespace).map_or(0, |space| space + 1);
            let start = start + before.get(start..)?.find(['!', '&'])?;
            if before.get(start..)?.starts_with('!') {
                return Some(Span { start, end: before.len() });
            }
            before = before.get(..start)?;
        }
        None
    }

    fn anchor(&mut self, name: &str, span: Span) {
        self.problems.push(
            Problem::new(Code::Anchor, Some(span), format!("the anchor `&{name}` is not allowed"))
                .hint("remove it, and write the value again where it is used"),
        );
    }

    fn alias(&mut self, span: Span) {
        if !matches!(self.frames.last(), Some(Frame::Mapping { key: Some(Key::Merge), .. })) {
            let name = self.text.get(span.start..span.end).unwrap_or("*");
            let message = format!("the alias `{name}` is not allowed");
            self.problems.push(
                Problem::new(Code::Alias, Some(span), message)
                    .hint("write the value itself here, in quotes if it starts with `*`"),
            );
        }
        if self.expects_key() {
            self.set_key(Key::Refused);
        } else {
            self.place(Node { span, content: Content::Refused });
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, span: Span, refused: bool) {
        if self.expects_key() {
            let key = if refused { Key::Refused } else { self.key(text.into_owned(), style, span) };
            self.set_key(key);
            return;
        }
        let scalar = Scalar { text: text.into_owned(), plain: style == ScalarStyle::Plain };
        let content = if refused { Content::Refused } else { Content::Scalar(scalar) };
        self.place(Node { span: self.trimmed(span), content });
    }

    /// Block scalars and multi-line values end after their last line break, which a marker must not cover.
    fn trimmed(&self, span: Span) -> Span {
        let written = self.text.get(span.start..span.end).unwrap_or_default();
        Span { start: span.start, end: span.start + written.trim_end().len() }
    }

    fn key(&mut self, text: String, style: ScalarStyle, span: Span) -> Key {
        let plain = style == ScalarStyle::Plain;
        if plain && text == "<<" {
            self.problems.push(
                Problem::new(Code::MergeKey, Some(span), "merge keys are not allowed")
                    .hint("write the keys that it stands for here"),
            );
            return Key::Merge;
        }
        if let Some(problem) = self.unusable(&text, plain, span) {
            self.problems.push(problem);
            return Key::Refused;
        }
        let Some(Frame::Mapping { seen, .. }) = self.frames.last_mut() else { return Key::Refused };
        if let Some(first) = seen.get(&text) {
            let problem = Problem::new(Code::DuplicateKey, Some(span), format!("the key `{text}` is written twice"))
                .related(*first, "first written here")
                .hint("keep one of them");
            self.problems.push(problem);
            return Key::Refused;
        }
        seen.insert(text.clone(), span);
        Key::Usable(text, span)
    }

    /// Keys that YAML accepts and that nobody means.
    fn unusable(&self, text: &str, plain: bool, span: Span) -> Option<Problem> {
        if plain && span.is_empty() {
            let colon = self.text.get(span.start..).is_some_and(|rest| rest.starts_with(':'));
            let (end, message) = if colon {
                (span.start + 1, "a key is missing before this `:`")
            } else {
                (span.start, "a key is missing after the `?`")
            };
            return Some(Problem::new(Code::InvalidKey, Some(Span { start: span.start, end }), message));
        }
        if plain && text.starts_with("//") {
            let slashes = Span { start: span.start, end: span.start + 2 };
            return Some(
                Problem::new(Code::InvalidKey, Some(slashes), "a comment does not start with `//`")
                    .hint("start it with `#`"),
            );
        }
        let written = self.text.get(span.start..span.end)?;
        let (at, letter) = written.char_indices().find(|(_, letter)| line::is_deceptive(*letter))?;
        let (start, code) = (span.start + at, u32::from(letter));
        let kind = if letter.is_whitespace() { "a special space" } else { "an invisible character" };
        let hint = if letter.is_whitespace() { "write an ordinary space instead" } else { "remove it" };
        let place = Span { start, end: start + letter.len_utf8() };
        Some(Problem::new(Code::InvalidKey, Some(place), format!("{kind} (U+{code:04X}) stands here")).hint(hint))
    }

    fn expects_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Mapping { key: None, .. }))
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Frame::Mapping { key, .. }) = self.frames.last_mut() {
            *key = Some(new);
        }
    }

    fn close(&mut self, end: Span) {
        let node = match self.frames.pop() {
            Some(Frame::Sequence { start, items, refused }) => {
                let content = if refused { Content::Refused } else { Content::Sequence(items) };
                Node { span: self.trimmed(Span { start, end: end.end }), content }
            }
            Some(Frame::Mapping { start, mapping, refused, .. }) => {
                let content = if refused { Content::Refused } else { Content::Mapping(mapping) };
                Node { span: self.trimmed(Span { start, end: end.end }), content }
            }
            None => return,
        };
        if self.expects_key() {
            self.refuse_key_of_many(node.span);
        } else {
            self.place(node);
        }
    }

    fn refuse_key_of_many(&mut self, span: Span) {
        let outer = span.start.checked_sub(1).and_then(|before| self.text.get(before..));
        let problem = if outer.is_some_and(|outer| outer.starts_with("{{")) {
            // The outer brackets are those of a template too, not of a mapping.
            if let Some(Frame::Mapping { refused, .. }) = self.frames.last_mut() {
                *refused = true;
            }
            Problem::new(Code::Syntax, Some(Span { start: span.start - 1, end: span.end + 1 }), TEMPLATE)
                .hint(TEMPLATE_HINT)
        } else {
            Problem::new(Code::InvalidKey, Some(span), "a key must be plain text, not a list or a mapping")
                .hint("put it in quotes if it is text")
        };
        self.problems.push(problem);
        self.set_key(Key::Refused);
    }

    fn place(&mut self, node: Node) {
        match self.frames.last_mut() {
            None => self.root = Some(node),
            Some(Frame::Sequence { items, .. }) => items.push(node),
            Some(Frame::Mapping { mapping, key, .. }) => {
                if let Some(Key::Usable(key, key_span)) = key.take() {
                    mapping.push(Entry { key, key_span, value: node });
                }
            }
        }
    }

    fn finish(mut self) -> Result<(Node, Vec<Problem>), Vec<Problem>> {
        let is_null =
            |root: &Node| matches!(&root.content, Content::Scalar(scalar) if scalar.kind() == ScalarKind::Null);
        match self.root.take() {
            Some(root) if !is_null(&root) => {
                give_paths(&root, &mut self.problems);
                Ok((root, self.problems))
            }
            // A first document that is empty is no mistake of its own.
            _ if !self.problems.is_empty() => Err(self.problems),
            _ => {
                let start = Span { start: 0, end: 0 };
                Err(vec![
                    Problem::new(Code::Empty, Some(start), "the file holds no configuration")
                        .hint("run `sindri init` to write one"),
                ])
            }
        }
    }
}

/// Gives each problem the path of the innermost value that it stands in.
fn give_paths(root: &Node, problems: &mut [Problem]) {
    for problem in problems {
        if let Some(span) = problem.span {
            problem.path = innermost(root, span, KeyPath::default());
        }
    }
}

fn innermost(node: &Node, span: Span, path: KeyPath) -> KeyPath {
    let holds = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    match &node.content {
        Content::Mapping(mapping) => {
            let after = mapping.entries().partition_point(|entry| entry.key_span.start <= span.start);
            let Some(entry) = after.checked_sub(1).and_then(|last| mapping.entries().get(last)) else { return path };
            let whole = Span { start: entry.key_span.start, end: entry.value.span.end.max(entry.key_span.end) };
            if holds(whole) { innermost(&entry.value, span, path.key(&entry.key)) } else { path }
        }
        Content::Sequence(items) => {
            let after = items.partition_point(|item| item.span.start <= span.start);
            match after.checked_sub(1).and_then(|last| Some((last, items.get(last)?))) {
                Some((index, item)) if holds(item.span) => innermost(item, span, path.index(index)),
                _ => path,
            }
        }
        Content::Scalar(_) | Content::Refused => path,
    }
}
