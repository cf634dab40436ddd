//! How a wait is told while it lasts: a line for each change, or a few lines that are drawn again and again. Pure.

use std::time::Duration;

/// What moves, so that a person sees that the program lives.
const WHEEL: [char; 10] = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/// One line of a record: `[ 3 s] pulling registry/dev:1`.
#[must_use]
pub fn line(elapsed: Duration, text: &str) -> String {
    format!("[{:>3} s] {text}", elapsed.as_secs())
}

/// What is on the screen now: what is done, and below it what was last said. Each fits the screen.
#[must_use]
pub fn screen(elapsed: Duration, doing: &str, latest: Option<&str>, width: usize) -> Vec<String> {
    let wheel = WHEEL.get(usize::try_from(elapsed.as_secs()).unwrap_or_default() % WHEEL.len()).unwrap_or(&' ');
    let first = fitting(&format!("{wheel} {:>3} s  {doing}", elapsed.as_secs()), width);
    let second = latest.map(|latest| fitting(&format!("         {latest}"), width));
    std::iter::once(first).chain(second).collect()
}

/// What takes those lines off a screen that is now so wide, and leaves the cursor where they began. A line that was drawn on a
/// wider screen takes more than one row of a narrow one.
#[must_use]
pub fn erase(drawn: &[String], width: usize) -> String {
    let rows: usize = drawn.iter().map(|line| columns(line).div_ceil(width.max(1)).max(1)).sum();
    match rows {
        0 => String::new(),
        1 => "\r\u{1b}[J".to_owned(),
        rows => format!("\r\u{1b}[{}A\u{1b}[J", rows - 1),
    }
}

/// The same for a page that ended with a line break. Colours take no columns.
#[must_use]
pub fn erase_page(drawn: &[String], width: usize) -> String {
    let rows: usize = drawn.iter().map(|line| columns(&plain(line)).div_ceil(width.max(1)).max(1)).sum();
    if rows == 0 { String::new() } else { format!("\r\u{1b}[{rows}A\u{1b}[J") }
}

/// The text without what colours it.
fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest))
}

/// The text on one row, the last column left free: the cursor stays on the row.
fn fitting(text: &str, width: usize) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let room = width.saturating_sub(1);
    if columns(&text) <= room {
        return text;
    }
    let mut taken = 0;
    let mut short: String = text
        .chars()
        .take_while(|letter| {
            taken += column(*letter);
            taken < room
        })
        .collect();
    short.push('…');
    short
}

fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

/// How wide a letter may be, at most.
fn column(letter: char) -> usize {
    if u32::from(letter) < 0x1100 || ('\u{2010}'..='\u{28ff}').contains(&letter) { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{columns, erase, erase_page, line, screen};

    #[test]
    fn a_record_says_when_and_what() {
        assert_eq!(line(Duration::from_secs(3), "pulling a"), "[  3 s] pulling a");
        assert_eq!(line(Duration::from_secs(123), "pulling a"), "[123 s] pulling a");
    }

    #[test]
    fn a_page_is_erased_with_the_line_below_it() {
        let coloured = format!("\u{1b}[1m{}\u{1b}[0m", "a".repeat(80));
        assert_eq!(erase_page(&[coloured.clone(), String::new()], 80), "\r\u{1b}[2A\u{1b}[J");
        assert_eq!(erase_page(&[coloured], 79), "\r\u{1b}[2A\u{1b}[J");
        assert_eq!(erase_page(&[], 80), "");
    }

    #[test]
    fn every_line_fits_the_screen() {
        let long = "日本 pulling registry.example/".repeat(9);
        for width in [1, 2, 20, 79, 80] {
            for line in screen(Duration::from_secs(7), &long, Some("said\r\u{1b}[2Jby the cluster"), width) {
                assert!(columns(&line) < width.max(2), "{width}: {line}");
                assert!(!line.contains(char::is_control), "{line:?}");
            }
        }
    }

    #[test]
    fn what_was_drawn_is_erased_whatever_the_width_is_now() {
        let drawn = vec!["a".repeat(79), "b".repeat(10)];
        assert_eq!(erase(&drawn, 80), "\r\u{1b}[1A\u{1b}[J");
        // The terminal has become narrow: the first line takes two rows.
        assert_eq!(erase(&drawn, 40), "\r\u{1b}[2A\u{1b}[J");
        assert_eq!(erase(&[], 80), "");
    }
}
