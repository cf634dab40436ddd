//! Lines as they are written, and letters that deceive.

use super::tree::Span;

/// A line without its line break, and where it starts.
#[derive(Clone, Copy)]
pub(crate) struct Line<'text> {
    pub(crate) start: usize,
    pub(crate) text: &'text str,
}

impl<'text> Line<'text> {
    pub(crate) fn at(text: &'text str, offset: usize) -> Self {
        let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let rest = text.get(start..).unwrap_or_default();
        Self { start, text: rest.split('\n').next().unwrap_or_default().trim_end_matches('\r') }
    }

    /// The nearest line above that is neither empty nor a comment.
    pub(crate) fn above(self, text: &'text str) -> Option<Self> {
        let mut line = self;
        loop {
            line = Self::at(text, line.start.checked_sub(1)?);
            if !line.written().is_empty() && !line.written().starts_with('#') {
                return Some(line);
            }
        }
    }

    pub(crate) fn written(self) -> &'text str {
        self.text.trim()
    }

    pub(crate) fn indent(self) -> usize {
        self.text.len() - self.text.trim_start().len()
    }

    /// What is written on it, without the indentation.
    pub(crate) fn span(self) -> Span {
        let start = self.start + self.indent();
        Span { start, end: start + self.written().len() }
    }
}

/// `memory:4GB`: YAML sees one word.
pub(crate) fn is_missing_a_space(written: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    written.split_once(':').is_some_and(|(key, value)| {
        !key.is_empty() && key.chars().all(letter) && !value.is_empty() && !value.starts_with([' ', '/', ':'])
    })
}

/// Letters that look like a space or like nothing.
pub(crate) fn is_deceptive(letter: char) -> bool {
    (letter.is_whitespace() && !letter.is_ascii())
        || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}
