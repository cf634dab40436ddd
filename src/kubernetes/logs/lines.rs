//! The lines of a container: put together from what arrives, and each told once, however often it arrives. Pure.
//!
//! An answer that was cut is asked for again from the second in which its last line was written. What was told already is known by
//! its time: lines of the same time are counted. Two outputs of one program may be written down a little out of order, so a second
//! more than that is asked for and remembered.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// A line that is longer is told in parts.
const LONGEST: usize = 1 << 20;
/// How far out of order lines may be.
const DISORDER: i64 = 1;

/// The lines of one pod.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The beginning of a line that has not ended.
    begun: Vec<u8>,
    /// Whether the beginning of the present line was told already.
    is_inside: bool,
    /// How many lines were told of each time, of those that may come again.
    told: BTreeMap<Timestamp, u32>,
    /// The same, of those that will come again.
    again: BTreeMap<Timestamp, u32>,
    /// Whether each line is told with its time.
    with_times: bool,
}

impl Lines {
    pub(super) fn new(with_times: bool) -> Self {
        Self { with_times, ..Self::default() }
    }

    /// From when on lines have to be asked for again; none if there were none.
    pub(super) fn since(&self) -> Option<Timestamp> {
        let (latest, _) = self.told.last_key_value()?;
        Timestamp::from_second(latest.as_second() - DISORDER).ok()
    }

    /// The answer begins anew: what was told will come again.
    pub(super) fn begin_again(&mut self) {
        self.begun.clear();
        self.is_inside = false;
        self.again.clone_from(&self.told);
    }

    /// What is new in what has arrived, up to the last end of a line.
    pub(super) fn take(&mut self, arrived: &[u8]) -> Vec<u8> {
        let mut new = Vec::with_capacity(arrived.len());
        for part in arrived.split_inclusive(|byte| *byte == b'\n') {
            if part.ends_with(b"\n") && self.begun.is_empty() {
                self.line(part, &mut new);
                continue;
            }
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") || self.begun.len() > LONGEST {
                let line = std::mem::take(&mut self.begun);
                self.line(&line, &mut new);
            }
        }
        new
    }

    /// The answer has ended and was whole: so is the last line.
    pub(super) fn end(&mut self) -> Vec<u8> {
        let mut new = Vec::new();
        let line = std::mem::take(&mut self.begun);
        if !line.is_empty() {
            self.line(&line, &mut new);
        }
        self.is_inside = false;
        new
    }

    fn line(&mut self, line: &[u8], new: &mut Vec<u8>) {
        let goes_on = std::mem::replace(&mut self.is_inside, !line.ends_with(b"\n"));
        let Some((time, text)) = timed(line).filter(|_| !goes_on) else {
            new.extend_from_slice(line);
            return;
        };
        if let Some(left) = self.again.get_mut(&time).filter(|left| **left > 0) {
            *left -= 1;
            return;
        }
        self.remember(time);
        new.extend_from_slice(if self.with_times { line } else { text });
    }

    fn remember(&mut self, time: Timestamp) {
        let latest = self.told.last_key_value().map(|(latest, _)| latest.as_second());
        *self.told.entry(time).or_default() += 1;
        if latest.is_some_and(|latest| latest < time.as_second())
            && let Some(since) = self.since()
        {
            self.told = self.told.split_off(&since);
            self.again = self.again.split_off(&since);
        }
    }
}

/// A line as the server sends it: its time, and what was written.
fn timed(line: &[u8]) -> Option<(Timestamp, &[u8])> {
    let space = line.iter().position(|byte| *byte == b' ')?;
    let (time, text) = line.split_at_checked(space)?;
    let time = std::str::from_utf8(time).ok()?.parse().ok()?;
    Some((time, text.get(1..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Lines;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn times_are_taken_away_unless_they_are_wanted() {
        let line = b"2026-11-29T10:00:00.5Z hello world\n";
        assert_eq!(text(Lines::new(false).take(line)), "hello world\n");
        assert_eq!(Lines::new(true).take(line), line);
    }

    #[test]
    fn a_line_is_told_when_it_is_whole() {
        let mut lines = Lines::new(false);
        assert_eq!(text(lines.take(b"2026-11-29T10:00:00Z hel")), "");
        assert_eq!(text(lines.take(b"lo\n2026-11-29T10:00:01Z a")), "hello\n");
        assert_eq!(text(lines.end()), "a");
    }

    #[test]
    fn a_line_that_was_cut_comes_again() {
        let mut lines = Lines::new(false);
        lines.take(b"2026-11-29T10:00:00Z one\n2026-11-29T10:00:01Z tw");
        assert_eq!(lines.since().unwrap().to_string(), "2026-11-29T09:59:59Z");
        lines.begin_again();
        let again = b"2026-11-29T10:00:00Z one\n2026-11-29T10:00:01Z two\n";
        assert_eq!(text(lines.take(again)), "two\n");
    }

    #[test]
    fn what_has_no_time_is_told_as_it_is() {
        assert_eq!(text(Lines::new(false).take(b"unable to retrieve\n\n")), "unable to retrieve\n\n");
    }

    #[test]
    fn a_line_without_an_end_is_told_in_parts() {
        let mut lines = Lines::new(false);
        let mut told = lines.take(b"2026-11-29T10:00:00Z ");
        let part = "x".repeat(64 << 10);
        for _ in 0..40 {
            told.extend(lines.take(part.as_bytes()));
        }
        assert!(told.len() > 2 << 20, "{}", told.len());
        told.extend(lines.take(b"2026-11-29T10:00:00Z\n2026-11-29T10:00:01Z next\n"));
        assert!(told.ends_with(b"x2026-11-29T10:00:00Z\nnext\n"));
    }

    proptest! {
        /// Wherever an answer is cut, and however often: each line once, none missing.
        #[test]
        fn every_line_is_told_once(
            gaps in prop::collection::vec(0_u64..900, 1..60),
            cuts in prop::collection::vec((0.0_f64..1.0, 0.0_f64..1.0), 0..6),
            size in 1_usize..80,
        ) {
            let mut time = 1_800_000_000_000_u64;
            let written: Vec<_> = gaps.iter().enumerate().map(|(number, gap)| {
                time += gap / 3 * 3;
                let stamp = jiff::Timestamp::from_millisecond(i64::try_from(time).unwrap()).unwrap();
                (stamp, format!("{stamp} line {number}\n"))
            }).collect();
            let mut lines = Lines::new(false);
            let mut told = Vec::new();
            let mut known = 1;
            for (more, cut) in cuts.into_iter().chain([(1.0, 1.0)]) {
                // The program has written so much by now, and the answer is cut there.
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small numbers")]
                let grown = known + (more * (written.len() - known) as f64) as usize;
                known = if cut >= 1.0 { written.len() } else { grown };
                let since = lines.since();
                lines.begin_again();
                let there = &written[..known];
                let answer: String = there.iter().filter(|(stamp, _)| since.is_none_or(|since| *stamp >= since))
                    .map(|(_, line)| line.as_str()).collect();
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small numbers")]
                let end = if cut >= 1.0 { answer.len() } else { (cut * answer.len() as f64) as usize };
                for part in answer.as_bytes()[..end].chunks(size) {
                    told.extend(lines.take(part));
                }
            }
            told.extend(lines.end());
            let expected: String = (0..written.len()).map(|number| format!("line {number}\n")).collect::<Vec<_>>().concat();
            prop_assert_eq!(text(told), expected);
        }
    }
}
