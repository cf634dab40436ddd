//! Why a text is not YAML, in the words of somebody who has to mend it. What the parser stumbles over often stands
//! lines below the mistake, so the mistake is looked for.

use super::line::{Line, is_missing_a_space};
use super::problem::{Code, Problem};
use super::tree::Span;
use super::yaml::MAXIMUM_DEPTH;

/// What is said of `{{ … }}`.
pub(crate) const TEMPLATE: &str = "a template is left in that nothing has filled in";
pub(crate) const TEMPLATE_HINT: &str = "fill it in, or put the value in quotes if it is meant as written";

const NOT_AN_ENTRY: &str = "this line is not `key: value`";
const ENTRY_HINT: &str = "every line of a mapping is `key: value`, indented like its neighbours";

/// What the parser stumbled over.
pub(crate) enum Cause {
    TooDeep,
    UnexpectedColon,
    UnclosedBracket,
    MissingComma,
    WrongBracket(char, char),
    StrayBracket,
    DashInBrackets,
    UnclosedQuote,
    TextAfterSingleQuote,
    TextAfterDoubleQuote,
    MeaninglessEscape,
    NotAnEntry,
    NotAKey,
    Indentation,
    NotAnItem,
    DashAfterKey,
    SecondValue,
    Directive,
    UnexpectedCharacter(char),
    EmptyMark,
    Comment,
    TextAfterBlockMark,
    Tab,
    /// In the words of the parser.
    Other(String),
}

/// The problems that a stumble at `offset` stands for. `open` is the last bracket that was open.
pub(crate) fn explain(text: &str, cause: &Cause, offset: usize, open: Option<usize>) -> Vec<Problem> {
    let tabs = tab_indents(text, offset);
    if !tabs.is_empty() {
        return tabs;
    }
    let place = Place { text, offset, open };
    if matches!(cause, Cause::TooDeep) {
        let message = format!("values are nested more than {MAXIMUM_DEPTH} levels deep");
        return vec![Problem::new(Code::TooDeep, Some(place.letter()), message)];
    }
    let (span, message, hint) = place.left_in().unwrap_or_else(|| place.fault(cause));
    let problem = Problem::new(Code::Syntax, Some(span), message);
    vec![if hint.is_empty() { problem } else { problem.hint(hint) }]
}

/// Every line up to the one that holds `offset` whose indentation has a tab in it, and every later one that starts
/// with a tab, which is wrong wherever it stands.
fn tab_indents(text: &str, offset: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let first_tab = line.bytes().take(indent).position(|byte| byte == b'\t');
        if let (Some(tab), false) = (first_tab, line.trim().is_empty())
            && (start <= offset || tab == 0)
        {
            let span = Span { start: start + tab, end: start + indent };
            problems.push(
                Problem::new(Code::Tab, Some(span), "this line is indented with a tab").hint("indent with spaces"),
            );
        }
        start += line.len();
    }
    problems
}

type Fault = (Span, String, String);

/// Where the parser gave up.
struct Place<'text> {
    text: &'text str,
    offset: usize,
    open: Option<usize>,
}

impl<'text> Place<'text> {
    fn line(&self) -> Line<'text> {
        Line::at(self.text, self.offset)
    }

    /// The letter that the parser did not expect.
    fn letter(&self) -> Span {
        self.span_of_letter(self.offset)
    }

    fn span_of_letter(&self, start: usize) -> Span {
        let length = self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span { start, end: start + length }
    }

    /// From the letter that the parser did not expect to the end of the line.
    fn rest(&self) -> Span {
        Span { start: self.offset, end: self.line().span().end.max(self.offset) }
    }

    /// What other tools leave in a file.
    fn left_in(&self) -> Option<Fault> {
        let line = self.line();
        let written = line.written();
        if let Some(start) = line.text.find("{{") {
            let length = line.text.get(start..)?.find("}}").map_or(line.text.trim_end().len() - start, |end| end + 2);
            let span = Span { start: line.start + start, end: line.start + start + length };
            return Some((span, TEMPLATE.to_owned(), TEMPLATE_HINT.to_owned()));
        }
        if written.starts_with("```") {
            return Some(fault(line.span(), "a fence of Markdown is left in", "remove the lines that start with it"));
        }
        let conflict = ["<<<<<<< ", "=======", ">>>>>>> "].iter().any(|marker| written.starts_with(marker));
        conflict.then(|| {
            let hint = "keep one side, and remove the lines that start with `<<<<<<<`, `=======` and `>>>>>>>`";
            fault(line.span(), "a merge conflict is left in", hint)
        })
    }

    fn fault(&self, cause: &Cause) -> Fault {
        self.fault_of_brackets(cause)
            .or_else(|| self.fault_of_quotes(cause))
            .or_else(|| self.fault_of_lines(cause))
            .or_else(|| self.fault_of_values(cause))
            .unwrap_or_else(|| {
                let reason = if let Cause::Other(reason) = cause { reason } else { "it cannot be read" };
                (self.letter(), format!("not valid YAML: {reason}"), String::new())
            })
    }

    fn fault_of_brackets(&self, cause: &Cause) -> Option<Fault> {
        let letter = self.letter();
        Some(match cause {
            Cause::UnexpectedColon => {
                let open = self.open.filter(|open| *open < self.line().start)?;
                self.unclosed(open)
            }
            Cause::UnclosedBracket => self.unclosed(self.offset),
            Cause::MissingComma => {
                fault(letter, "a `,` is missing before this", "separate the entries with `,`, or close the bracket")
            }
            Cause::WrongBracket(open, close) => {
                let hint = format!("close it with `{}`", closing(*open));
                (letter, format!("this `{open}` is closed by `{close}`"), hint)
            }
            Cause::StrayBracket => {
                fault(letter, "this bracket closes nothing", "remove it, or put the value in quotes if it is text")
            }
            Cause::DashInBrackets => fault(
                letter,
                "a list with `- ` cannot stand inside brackets",
                "separate the entries with `,`, or close the bracket",
            ),
            _ => return None,
        })
    }

    fn unclosed(&self, open: usize) -> Fault {
        let span = self.span_of_letter(open);
        let bracket = self.text.get(span.start..span.end).and_then(|text| text.chars().next()).unwrap_or('[');
        (span, format!("this `{bracket}` is not closed"), format!("add the `{}` that belongs to it", closing(bracket)))
    }

    fn fault_of_quotes(&self, cause: &Cause) -> Option<Fault> {
        Some(match cause {
            Cause::UnclosedQuote => {
                let (span, quote) = self.unclosed_quote()?;
                (span, "this quote is not closed".to_owned(), format!("close it with `{quote}`"))
            }
            Cause::TextAfterSingleQuote => fault(
                self.rest(),
                "this follows the closing quote",
                "inside single quotes, `''` stands for one of them",
            ),
            Cause::TextAfterDoubleQuote => fault(
                self.rest(),
                "this follows the closing quote",
                "put the whole value in quotes; inside double quotes, `\\\"` stands for one of them",
            ),
            Cause::MeaninglessEscape => {
                let span = self.meaningless_escape().unwrap_or_else(|| self.letter());
                let hint = "use single quotes, where a backslash is a backslash";
                fault(span, "this means nothing in double quotes", hint)
            }
            _ => return None,
        })
    }

    /// The quote that opens a value and that its line does not close; the nearest one above where the parser gave up.
    fn unclosed_quote(&self) -> Option<(Span, char)> {
        let mut line = self.line();
        loop {
            let mut before = ' ';
            for (at, letter) in line.text.char_indices() {
                let opens = matches!(letter, '"' | '\'') && matches!(before, ' ' | '[' | '{' | ',');
                before = letter;
                let rest = line.text.get(at + 1..).unwrap_or_default();
                if opens && line.start + at <= self.offset && !rest.contains(letter) {
                    return Some((Span { start: line.start + at, end: line.span().end }, letter));
                }
            }
            line = line.above(self.text)?;
        }
    }

    /// The first backslash of a text in double quotes that does not start an escape.
    fn meaningless_escape(&self) -> Option<Span> {
        let mut letters = self.text.get(self.offset..)?.char_indices();
        while let Some((at, letter)) = letters.next() {
            if letter != '\\' {
                continue;
            }
            let (next_at, next) = letters.next()?;
            let digits = match next {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ if "0abtnvfre \"/\\N_LP\t\n".contains(next) => 0,
                _ => usize::MAX,
            };
            let rest = self.text.get(self.offset + next_at + next.len_utf8()..)?;
            if rest.chars().take_while(char::is_ascii_hexdigit).count() < digits {
                let start = self.offset + at;
                return Some(Span { start, end: self.offset + next_at + next.len_utf8() });
            }
        }
        None
    }

    fn fault_of_lines(&self, cause: &Cause) -> Option<Fault> {
        let line = self.line();
        Some(match cause {
            Cause::UnexpectedColon => self.unexpected_colon(),
            Cause::NotAnEntry => not_an_entry(line, line.above(self.text)),
            Cause::NotAKey if line.written().starts_with("- ") => fault(
                line.span(),
                "a list cannot start among the keys of a mapping",
                "remove the `- `, or write the key that the list belongs to above it",
            ),
            Cause::NotAKey | Cause::Indentation => {
                fault(line.span(), "this line is indented unlike its neighbours", "indent it like them")
            }
            Cause::NotAnItem => fault(
                line.span(),
                "this line is not an entry of the list above",
                "start it with `- `, or indent it less",
            ),
            Cause::DashAfterKey => fault(
                self.rest(),
                "a list with `- ` cannot start on the line of its key",
                "start it on the next line, or write it as `[a, b]`",
            ),
            Cause::SecondValue => {
                fault(line.span(), "this does not belong to the value above", "write the file as lines of `key: value`")
            }
            Cause::Directive => {
                fault(line.span(), "directives are not allowed", "remove the line that starts with `%`")
            }
            _ => return None,
        })
    }

    /// A colon where none can stand: in a value, after a key that is indented too far, or after a line that is none.
    fn unexpected_colon(&self) -> Fault {
        let line = self.line();
        let before = self.text.get(line.start..self.offset).unwrap_or_default();
        if let Some(colon) = before.find(": ") {
            let start = line.start + colon + 1;
            let value = self.text.get(start..line.span().end).unwrap_or_default();
            let span = Span { start: start + value.len() - value.trim_start().len(), end: line.span().end };
            let value = value.trim();
            let hint = if value.contains(['"', '\'', '\\', '#', '`']) {
                "put the value in quotes".to_owned()
            } else {
                format!("put the value in quotes: `\"{value}\"`")
            };
            return (span, "a value that holds `: ` needs quotes".to_owned(), hint);
        }
        match line.above(self.text) {
            Some(above) if above.indent() >= line.indent() => not_an_entry(above, above.above(self.text)),
            _ => {
                let span = Span { start: line.span().start, end: self.offset };
                let key = before.trim();
                let message = format!("`{key}` is indented deeper than its neighbours");
                (span, message, "indent it like the line above, which has its value already".to_owned())
            }
        }
    }

    fn fault_of_values(&self, cause: &Cause) -> Option<Fault> {
        let quotes = "put the value in quotes";
        let letter = self.letter();
        let written = self.text.get(letter.start..letter.end).unwrap_or_default();
        Some(match cause {
            Cause::UnexpectedCharacter(character) if character.is_control() => (
                letter,
                format!("the control character U+{:04X} is not allowed", u32::from(*character)),
                format!("remove it, or write it as `\\u{:04x}` in double quotes", u32::from(*character)),
            ),
            Cause::UnexpectedCharacter(character) => {
                (letter, format!("a value cannot start with {}", quoted(*character)), quotes.to_owned())
            }
            Cause::EmptyMark => (letter, format!("a value cannot start with `{written}`"), quotes.to_owned()),
            Cause::Comment => {
                fault(letter, "a comment cannot start here", "put a space before the `#`, or the value in quotes")
            }
            Cause::TextAfterBlockMark => fault(
                self.rest(),
                "text cannot follow `|` or `>` on the same line",
                "start the text on the next line, or put the value in quotes",
            ),
            Cause::Tab => {
                let tab = self.text.get(self.offset..).and_then(|rest| rest.find('\t')).unwrap_or_default();
                fault(self.span_of_letter(self.offset + tab), "a tab is not allowed here", "write a space instead")
            }
            _ => return None,
        })
    }
}

fn fault(span: Span, message: &str, hint: &str) -> Fault {
    (span, message.to_owned(), hint.to_owned())
}

/// A line that should be an entry of a mapping.
fn not_an_entry(line: Line<'_>, above: Option<Line<'_>>) -> Fault {
    let hint = if is_missing_a_space(line.written()) {
        "put a space after the `:`"
    } else if above.is_some_and(|above| above.written().ends_with(['|', '>'])) {
        "indent the text deeper than its key"
    } else {
        ENTRY_HINT
    };
    fault(line.span(), NOT_AN_ENTRY, hint)
}

fn closing(open: char) -> char {
    if open == '{' { '}' } else { ']' }
}

/// A backtick cannot be quoted with backticks.
fn quoted(character: char) -> String {
    if character == '`' { "a backtick".to_owned() } else { format!("`{character}`") }
}
