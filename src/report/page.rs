//! Lines that fit the width, in colours if they are wanted, and without anything that steers the terminal.

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
        self.spaces(indent);
        let mut column = indent;
        for (look, text) in pieces {
            let shown = harmless(text);
            let mut open = false;
            for word in shown.split_inclusive(' ') {
                let length = word.trim_end().chars().count();
                let hang = indent + HANG;
                if column + length > self.width && column > hang && length <= self.room(hang) {
                    self.close(*look, &mut open);
                    column = self.turn(hang);
                }
                for letter in word.chars() {
                    if column >= self.width {
                        if letter == ' ' {
                            continue;
                        }
                        self.close(*look, &mut open);
                        column = self.turn(hang);
                    }
                    self.open(*look, &mut open);
                    self.text.push(letter);
                    column += 1;
                }
            }
            self.close(*look, &mut open);
        }
        self.end();
    }

    /// Goes to the next line.
    fn turn(&mut self, indent: usize) -> usize {
        self.end();
        self.spaces(indent);
        indent
    }

    fn end(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
        self.text.push('\n');
    }

    fn spaces(&mut self, count: usize) {
        self.text.extend(std::iter::repeat_n(' ', count));
    }

    fn open(&mut self, look: Look, open: &mut bool) {
        if self.colour && !*open && look != Look::Plain {
            self.text.push_str(&look.paint().render().to_string());
            *open = true;
        }
    }

    fn close(&mut self, look: Look, open: &mut bool) {
        if std::mem::take(open) {
            self.text.push_str(&look.paint().render_reset().to_string());
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
