//! The problems of a file: for a person with the lines they are in, for a program as JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use schemars::JsonSchema;
use serde::Serialize;

use crate::config::Span;
use crate::config::problem::Problem;
use crate::plan::{Finding, Severity};

/// More than a person reads; JSON holds them all.
const MOST_SHOWN: usize = 50;
/// A line that is longer is not shown.
const LONGEST_LINE: usize = 4096;
/// A mark that some editors put before the text, and that nobody sees or counts.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// How the text will be read.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colours are wanted.
    pub colour: bool,
    /// How wide a line may be.
    pub width: usize,
}

/// All problems with the lines they are in, ending in a line break.
#[must_use]
pub fn for_person(problems: &[Problem], name: &str, text: &str, style: Style) -> String {
    // A name may hold anything: what would steer the terminal is shown as a replacement character, as in the text.
    let name = &name.replace(char::is_control, "\u{fffd}");
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() }.term_width(style.width);
    let mut cursor = Cursor::new(text);
    let mut report = String::new();
    for problem in problems.iter().take(MOST_SHOWN) {
        report.push_str(&renderer.render(&[group(problem, name, &mut cursor)]));
        report.push_str("\n\n");
    }
    if problems.len() > MOST_SHOWN {
        report.push_str("… and ");
        report.push_str(&(problems.len() - MOST_SHOWN).to_string());
        report.push_str(" more\n");
    } else {
        report.pop();
    }
    report
}

/// The text as a person sees it, and how many bytes before it are not seen.
fn visible(text: &str) -> (&str, usize) {
    let visible = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    (visible, text.len() - visible.len())
}

fn group<'a>(problem: &'a Problem, name: &'a str, cursor: &mut Cursor<'a>) -> Group<'a> {
    let title = Level::ERROR.primary_title(&problem.message).id(problem.code.as_str());
    let group = match problem.span {
        None => Group::with_title(title).element(Origin::path(name)),
        Some(span) => {
            let (line, column) = cursor.position(span.start);
            match snippet(problem, span, cursor.text, line) {
                Some(snippet) => title.element(snippet.path(name)),
                None => Group::with_title(title).element(Origin::path(name).line(line).char_column(column)),
            }
        }
    };
    match &problem.hint {
        Some(hint) => group.element(Level::HELP.with_name("hint").message(hint)),
        None => group,
    }
}

/// The lines of a problem, unless there is more of them than anybody can read.
fn snippet<'a>(
    problem: &'a Problem,
    span: Span,
    text: &'a str,
    line: usize,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let hidden = visible(text).1;
    let place = first_line(text, span);
    let related = problem.related.as_ref().map(|(related, label)| (first_line(text, *related), label));
    let first = related.as_ref().map_or(place.start, |(related, _)| related.start.min(place.start));
    let last = related.as_ref().map_or(place.end, |(related, _)| related.end.max(place.end));
    let start = text.get(hidden..first).and_then(|before| before.rfind('\n')).map_or(hidden, |end| hidden + end + 1);
    let end = text.get(last..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| last + end);
    let lines = text.get(start..end)?.trim_end_matches('\r');
    if lines.lines().any(|line| line.len() > LONGEST_LINE) {
        return None;
    }
    let before = text.get(start..place.start.max(start))?.matches('\n').count();
    // A place behind the carriage returns is shown at the end of the line.
    let shift = |offset: usize| offset.saturating_sub(start).min(lines.len());
    let shifted = |range: std::ops::Range<usize>| shift(range.start)..shift(range.end);
    let snippet = Snippet::source(lines)
        .line_start(line.saturating_sub(before))
        .annotation(AnnotationKind::Primary.span(shifted(place)));
    Some(match related {
        Some((related, label)) => snippet.annotation(AnnotationKind::Context.span(shifted(related)).label(label)),
        None => snippet,
    })
}

/// A value of many lines is marked by its first one.
fn first_line(text: &str, span: Span) -> std::ops::Range<usize> {
    let end = span.end.min(text.len()).max(span.start.min(text.len()));
    let start = span.start.min(end);
    let line = text.get(start..end).unwrap_or_default().lines().next().unwrap_or_default();
    start..start + line.len()
}

/// The verdict on a file, in the order in which it is written.
#[derive(Serialize)]
struct Verdict<'a> {
    file: &'a str,
    format_version: &'static str,
    problems: Vec<Entry<'a>>,
    valid: bool,
}

/// One problem for a program.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename = "problem")]
pub struct Entry<'a> {
    /// Its code, which stays the same.
    code: &'static str,
    /// The column, in characters from 1; null if it has no place.
    column: Option<usize>,
    /// What to write instead.
    hint: Option<&'a str>,
    /// The line, from 1; null if it has no place.
    line: Option<usize>,
    /// What is wrong.
    message: &'a str,
    /// The key.
    path: String,
}

/// The verdict on a file for a program.
#[must_use]
pub fn for_program(problems: &[Problem], name: &str, text: &str) -> String {
    let problems = entries(problems, text);
    let verdict = Verdict { file: name, format_version: "1", valid: problems.is_empty(), problems };
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    let mut json = serde_json::to_string_pretty(&verdict).unwrap_or_default();
    json.push('\n');
    json
}

/// The problems of a file for a program.
#[must_use]
pub fn entries<'a>(problems: &'a [Problem], text: &str) -> Vec<Entry<'a>> {
    let mut cursor = Cursor::new(text);
    problems.iter().map(|problem| entry(problem, &mut cursor)).collect()
}

/// The problems of a file as things that were found, each with its place.
#[must_use]
pub fn findings(problems: &[Problem], name: &str, text: &str) -> Vec<Finding> {
    let place = |entry: &Entry<'_>| match (entry.line, entry.column) {
        (Some(line), Some(column)) => format!("{name}:{line}:{column}"),
        _ => name.to_owned(),
    };
    let finding = |entry: Entry<'_>| Finding {
        severity: Severity::Fails,
        code: entry.code,
        about: place(&entry),
        message: entry.message.to_owned(),
        fix: entry.hint.unwrap_or("see the line: `sindri validate`").to_owned(),
    };
    entries(problems, text).into_iter().take(MOST_SHOWN).map(finding).collect()
}

fn entry<'a>(problem: &'a Problem, cursor: &mut Cursor<'_>) -> Entry<'a> {
    let (line, column) = problem.span.map(|span| cursor.position(span.start)).unzip();
    Entry {
        code: problem.code.as_str(),
        column,
        hint: problem.hint.as_deref(),
        line,
        message: &problem.message,
        path: problem.path.to_string(),
    }
}

/// Goes through the text once, as problems come in the order of the file.
struct Cursor<'text> {
    text: &'text str,
    offset: usize,
    line: usize,
    column: usize,
}

impl<'text> Cursor<'text> {
    fn new(text: &'text str) -> Self {
        Self { text, offset: visible(text).1, line: 1, column: 1 }
    }

    /// Line and column, from 1, the column in characters.
    fn position(&mut self, offset: usize) -> (usize, usize) {
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        for letter in self.text.get(self.offset..offset).unwrap_or_default().chars() {
            (self.line, self.column) = if letter == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.offset = self.offset.max(offset);
        (self.line, self.column)
    }
}
