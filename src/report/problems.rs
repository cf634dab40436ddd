//! The problems of a file: for a person with the lines they are in, for a program as JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use crate::config::Span;
use crate::config::problem::Problem;

/// More than a person reads; JSON holds them all.
const MOST_SHOWN: usize = 50;

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
    let shown = problems.iter().take(MOST_SHOWN).map(|problem| renderer.render(&[group(problem, name, text)]) + "\n\n");
    let mut report: String = shown.collect();
    if problems.len() > MOST_SHOWN {
        report.push_str("… and ");
        report.push_str(&(problems.len() - MOST_SHOWN).to_string());
        report.push_str(" more\n");
    } else {
        report.pop();
    }
    report
}

fn group<'a>(problem: &'a Problem, name: &'a str, text: &'a str) -> Group<'a> {
    let title = Level::ERROR.primary_title(&problem.message).id(problem.code.as_str());
    let group = match problem.span {
        None => Group::with_title(title).element(annotate_snippets::Origin::path(name)),
        Some(span) => title.element(snippet(problem, span, name, text)),
    };
    match &problem.hint {
        Some(hint) => group.element(Level::HELP.with_name("hint").message(hint)),
        None => group,
    }
}

fn snippet<'a>(
    problem: &'a Problem,
    span: Span,
    name: &'a str,
    text: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let snippet = Snippet::source(text).path(name).annotation(AnnotationKind::Primary.span(first_line(text, span)));
    match &problem.related {
        Some((related, label)) => {
            snippet.annotation(AnnotationKind::Context.span(first_line(text, *related)).label(label))
        }
        None => snippet,
    }
}

/// A value of many lines is marked by its first one.
fn first_line(text: &str, span: Span) -> std::ops::Range<usize> {
    let end = span.end.min(text.len()).max(span.start.min(text.len()));
    let start = span.start.min(end);
    let line = text.get(start..end).unwrap_or_default().lines().next().unwrap_or_default();
    start..start + line.len()
}

/// The verdict on a file for a program.
#[must_use]
pub fn for_program(problems: &[Problem], name: &str, text: &str) -> String {
    let problems: Vec<Value> = problems.iter().map(|problem| as_json(problem, text)).collect();
    format!("{:#}\n", json!({"format_version": "1", "valid": problems.is_empty(), "file": name, "problems": problems}))
}

fn as_json(problem: &Problem, text: &str) -> Value {
    let (line, column) = problem.span.map(|span| position(text, span.start)).unzip();
    json!({
        "line": line,
        "column": column,
        "path": problem.path.to_string(),
        "code": problem.code.as_str(),
        "message": problem.message,
        "hint": problem.hint,
    })
}

/// Line and column, from 1, the column in characters.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
