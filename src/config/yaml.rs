//! From text to a tree. The only file that knows the YAML parser.
//!
//! Everything that makes a YAML file mean something other than what it shows is refused here: anchors, aliases, merge
//! keys, tags, directives and further documents. Nothing is ever expanded, so no file can grow in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span as ParserSpan};

use super::problem::{Code, Problem};
use super::tree::{Content, Entry, KeyPath, Node, Scalar, Span};

/// Deeper than any valid file: the deepest key stands six levels down.
const MAXIMUM_DEPTH: usize = 24;

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
            Err(error) => return Err(syntax_problems(text, &error)),
        }
    }
    builder.finish()
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
    Mapping { start: usize, entries: Vec<Entry>, seen: BTreeMap<String, Span>, key: Option<Key>, refused: bool },
}

enum Key {
    Usable(String, Span),
    /// Reported already: the value that follows is dropped.
    Refused,
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
                let (entries, seen) = (Vec::new(), BTreeMap::new());
                self.frames.push(Frame::Mapping { start: span.start, entries, seen, key: None, refused });
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

    fn refuse_tag(&mut self, span: Span) -> bool {
        self.problems.push(
            Problem::new(Code::Tag, Some(span), "tags are not used in this file")
                .hint("remove the tag, keep the value"),
        );
        true
    }

    fn anchor(&mut self, name: &str, span: Span) {
        self.problems.push(
            Problem::new(Code::Anchor, Some(span), format!("the anchor `&{name}` is not allowed"))
                .hint("write the value where it is used"),
        );
    }

    fn alias(&mut self, span: Span) {
        let name = self.text.get(span.start..span.end).unwrap_or("*");
        let message = format!("the alias `{name}` is not allowed");
        self.problems.push(Problem::new(Code::Alias, Some(span), message).hint("write the value here"));
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
        if style == ScalarStyle::Plain && text == "<<" {
            self.problems.push(
                Problem::new(Code::MergeKey, Some(span), "merge keys are not allowed").hint("write the keys out here"),
            );
            return Key::Refused;
        }
        if style == ScalarStyle::Plain && text.is_empty() {
            self.problems.push(Problem::new(Code::InvalidKey, Some(span), "a key is missing before this `:`"));
            return Key::Refused;
        }
        let Some(Frame::Mapping { seen, .. }) = self.frames.last_mut() else { return Key::Refused };
        if let Some(first) = seen.get(&text) {
            let problem = Problem::new(Code::DuplicateKey, Some(span), format!("the key `{text}` is written twice"))
                .related(*first, "first written here")
                .hint("keep one of the two");
            self.problems.push(problem);
            return Key::Refused;
        }
        seen.insert(text.clone(), span);
        Key::Usable(text, span)
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
            Some(Frame::Mapping { start, entries, refused, .. }) => {
                let content = if refused { Content::Refused } else { Content::Mapping(entries) };
                Node { span: self.trimmed(Span { start, end: end.end }), content }
            }
            None => return,
        };
        if self.expects_key() {
            let message = "a key must be plain text, not a list or a mapping";
            self.problems.push(Problem::new(Code::InvalidKey, Some(node.span), message));
            self.set_key(Key::Refused);
        } else {
            self.place(node);
        }
    }

    fn place(&mut self, node: Node) {
        match self.frames.last_mut() {
            None => self.root = Some(node),
            Some(Frame::Sequence { items, .. }) => items.push(node),
            Some(Frame::Mapping { entries, key, .. }) => {
                if let Some(Key::Usable(key, key_span)) = key.take() {
                    entries.push(Entry { key, key_span, value: node });
                }
            }
        }
    }

    fn finish(mut self) -> Result<(Node, Vec<Problem>), Vec<Problem>> {
        let scalar_root =
            |root: &Node| matches!(&root.content, Content::Scalar(scalar) if scalar.plain && scalar.text.is_empty());
        match self.root.take() {
            Some(root) if !scalar_root(&root) => {
                give_paths(&root, &mut self.problems);
                Ok((root, self.problems))
            }
            _ => {
                let start = Span { start: 0, end: 0 };
                self.problems.push(
                    Problem::new(Code::Empty, Some(start), "the file holds no configuration")
                        .hint("run `sindri init` to write one"),
                );
                Err(self.problems)
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
        Content::Mapping(entries) => {
            for entry in entries {
                let whole = Span { start: entry.key_span.start, end: entry.value.span.end.max(entry.key_span.end) };
                if holds(whole) {
                    return innermost(&entry.value, span, path.key(&entry.key));
                }
            }
        }
        Content::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                if holds(item.span) {
                    return innermost(item, span, path.index(index));
                }
            }
        }
        Content::Scalar(_) | Content::Refused => {}
    }
    path
}

fn syntax_problems(text: &str, error: &ScanError) -> Vec<Problem> {
    let offset = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let tabs = tab_indents(text, offset);
    if !tabs.is_empty() {
        return tabs;
    }
    let end = text.get(offset..).and_then(|rest| rest.chars().next()).map_or(offset, |next| offset + next.len_utf8());
    let span = Some(Span { start: offset, end });
    let (code, hint) = match error.kind() {
        ErrorKind::RecursionLimitExceeded => (Code::TooDeep, None),
        kind => (Code::Syntax, syntax_hint(kind)),
    };
    let message = match code {
        Code::TooDeep => format!("values are nested more than {MAXIMUM_DEPTH} levels deep"),
        _ => format!("not valid YAML: {}", error.kind()),
    };
    let problem = Problem::new(code, span, message);
    vec![match hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    }]
}

/// Every line up to the one that holds `offset` whose indentation has a tab in it.
fn tab_indents(text: &str, offset: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if start > offset {
            break;
        }
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let first_tab = line.bytes().take(indent).position(|byte| byte == b'\t');
        if let (Some(tab), false) = (first_tab, line.trim().is_empty()) {
            let span = Span { start: start + tab, end: start + indent };
            problems.push(
                Problem::new(Code::Tab, Some(span), "this line is indented with a tab").hint("indent with spaces"),
            );
        }
        start += line.len();
    }
    problems
}

fn syntax_hint(kind: &ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            Some("put the value in quotes if it holds `: `")
        }
        ErrorKind::UnclosedQuotedScalar => Some("close the quote that was opened here"),
        ErrorKind::UnexpectedCharacter { character: '@' | '`' } => {
            Some("put the value in quotes: YAML reserves this character")
        }
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => Some("put the value in quotes"),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey | ErrorKind::ExpectedBlockMappingKey => {
            Some("every line of a mapping is `key: value`, indented like its neighbours")
        }
        ErrorKind::InvalidIndentation => Some("indent this line like its neighbours"),
        ErrorKind::UnclosedFlowCollection { .. } => Some("close the bracket that was opened here"),
        ErrorKind::DirectiveDisallowed => Some("remove the line that starts with `%`"),
        ErrorKind::UnknownQuotedScalarEscape => Some("use single quotes where a backslash is meant as written"),
        _ => None,
    }
}
