//! Lines that fit the width, in colours if they are wanted, and without anything that steers the terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style as Paint};

use super::problems::Style;

/// No terminal is narrower, and below it nothing can be read.
const LEAST_WIDTH: usize = 30;
/// What is left over of a line goes on this much further in.
const HANG: usize = 4;

/// How a piece of a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Faint,
    Strong,
    Added,
    Changed,
    Removed,
    Wrong,
}

impl Look {
    fn paint(self) -> Paint {
        match self {
            Self::Plain => Paint::new(),
            Self::Faint => Paint::new().dimmed(),
            Self::Strong => Paint::new().bold(),
            Self::Added => Paint::new().fg_color(Some(AnsiColor::Green.into())),
            Self::Changed => Paint::new().fg_color(Some(AnsiColor::Yellow.into())),
            Self::Removed => Paint::new().fg_color(Some(AnsiColor::Red.into())),
            Self::Wrong => Paint::new().bold().fg_color(Some(AnsiColor::Red.into())),
        }
    }
}

/// Text that grows line by line.
pub(super) struct Page {
    text: String,
    colour: bool,
    width: usize,
}

impl Page {
    pub(super) fn new(style: Style) -> Self {
        Self { text: String::new(), colour: style.colour, width: style.width.max(LEAST_WIDTH) }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// How many characters fit behind an indentation.
    pub(super) fn room(&self, indent: usize) -> usize {
        self.width.saturating_sub(indent)
    }

    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// One line of pieces. What does not fit goes on in the next one: parted at a space, or wherever it must.
    pub(super) fn line(&mut self, indent: usize, pieces: &[(Look, &str)]) {
        let mut row = Row { indent, column: indent, pieces: Vec::new() };
        let hang = indent + HANG;
        for (look, text) in pieces {
            let shown = harmless(text);
            for word in shown.split_inclusive(' ') {
                let length = word.trim_end().chars().count();
                if length > self.room(hang) {
                    // A long path is parted behind one of its dots.
                    for part in word.split_inclusive('.') {
                        self.word(&mut row, hang, *look, part);
                    }
                } else {
                    self.word(&mut row, hang, *look, word);
                }
            }
        }
        self.end(&row);
    }

    fn word(&mut self, row: &mut Row, hang: usize, look: Look, word: &str) {
        let length = word.trim_end().chars().count();
        if row.column + length > self.width && row.column > hang && length <= self.room(hang) {
            self.turn(row, hang);
        }
        for letter in word.chars() {
            if row.column >= self.width && letter != ' ' {
                self.turn(row, hang);
            }
            row.push(look, letter);
        }
    }

    /// Goes on in the next line.
    fn turn(&mut self, row: &mut Row, indent: usize) {
        self.end(row);
        *row = Row { indent, column: indent, pieces: Vec::new() };
    }

    /// Writes a line, without spaces at its end.
    fn end(&mut self, row: &Row) {
        let seen = row.pieces.iter().rposition(|(_, text)| !text.trim_end().is_empty()).map_or(0, |last| last + 1);
        if seen > 0 {
            self.text.extend(std::iter::repeat_n(' ', row.indent));
        }
        for (index, (look, text)) in row.pieces.iter().take(seen).enumerate() {
            let text = if index + 1 == seen { text.trim_end() } else { text };
            let paint = if self.colour { look.paint() } else { Paint::new() };
            // Writing to a String cannot fail.
            write!(self.text, "{paint}{text}{paint:#}").unwrap_or_default();
        }
        self.text.push('\n');
    }
}

/// A line that is being filled.
struct Row {
    indent: usize,
    column: usize,
    pieces: Vec<(Look, String)>,
}

impl Row {
    fn push(&mut self, look: Look, letter: char) {
        self.column += 1;
        match self.pieces.last_mut() {
            Some((last, text)) if *last == look => text.push(letter),
            _ => self.pieces.push((look, letter.to_string())),
        }
    }
}

/// Names from outside may hold anything: what would steer the terminal, or hides, is shown as a replacement character.
fn harmless(text: &str) -> String {
    text.replace(steers, "\u{fffd}")
}

fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{Look, Page};
    use crate::report::problems::Style;

    fn page(width: usize, text: &str) -> String {
        let mut page = Page::new(Style { colour: false, width });
        page.line(2, &[(Look::Plain, "~ "), (Look::Changed, text)]);
        page.into_text()
    }

    #[test]
    fn long_lines_go_on_further_in() {
        let text = page(30, "a few words that do not fit in one line");
        assert_eq!(text, "  ~ a few words that do not\n      fit in one line\n");
        let text = page(30, "0123456789012345678901234567890123456789");
        assert_eq!(text, "  ~ 01234567890123456789012345\n      67890123456789\n");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(page(80, "a\u{1b}[31mb\rc\u{202e}d"), "  ~ a\u{fffd}[31mb\u{fffd}c\u{fffd}d\n");
    }

    #[test]
    fn colours_end_where_their_line_ends() {
        let mut page = Page::new(Style { colour: true, width: 30 });
        page.line(0, &[(Look::Removed, &"x".repeat(40))]);
        for line in page.into_text().lines() {
            assert!(line.contains("\u{1b}[31m") && line.ends_with("\u{1b}[0m"), "{line:?}");
        }
    }
}
