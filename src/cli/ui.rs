#![expect(
    clippy::disallowed_methods,
    reason = "the only writer to standard output and standard error, and the only reader of answers"
)]
//! Everything that is said to a person, and everything that a program reads.
//!
//! Data goes to standard output. What a person should know goes to standard error. Nothing is asked and nothing is
//! coloured unless a person is there.

use std::io::{self, BufRead as _, IsTerminal as _, Stderr, Stdout, Write as _};
use std::ops::RangeInclusive;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

use super::Global;
use super::failure::Failure;
use crate::report::problems;

/// Where there is no terminal to measure.
const DEFAULT_WIDTH: usize = 140;
/// Where a terminal does not know its own.
const DEFAULT_HEIGHT: usize = 24;
/// What is taken for a width: less or more is a terminal that does not know its own.
const WIDTHS: RangeInclusive<usize> = 20..=1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR`, `TERM=dumb` or `CI` say otherwise.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// The same choice for help and complaints about the command line, which the parser prints.
    pub(super) fn for_usage(self) -> clap::ColorChoice {
        match self {
            Self::Always => clap::ColorChoice::Always,
            Self::Auto if !colour_is_unwanted() => clap::ColorChoice::Auto,
            Self::Auto | Self::Never => clap::ColorChoice::Never,
        }
    }
}

/// What kind of remark it is.
#[derive(Clone, Copy)]
pub(super) enum Remark {
    Note,
    /// What to do next when all is well.
    Next,
    /// What to do when it is not.
    Hint,
    Error,
}

#[derive(Debug)]
pub(super) struct Ui {
    output: Stdout,
    errors: Stderr,
    loudness: Loudness,
    colour: bool,
    coloured_data: bool,
    asks: bool,
    width: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Loudness {
    Quiet,
    Normal,
    Verbose,
}

impl Ui {
    pub(super) fn new(global: &Global) -> Self {
        let coloured = |is_terminal: bool| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_terminal && !colour_is_unwanted(),
        };
        let (colour, coloured_data) = (coloured(io::stderr().is_terminal()), coloured(io::stdout().is_terminal()));
        let asks = !global.no_input && !is_automated() && io::stdin().is_terminal() && io::stderr().is_terminal();
        let loudness = match (global.quiet, global.verbose) {
            (true, _) => Loudness::Quiet,
            (false, 0) => Loudness::Normal,
            (false, _) => Loudness::Verbose,
        };
        Self { output: io::stdout(), errors: io::stderr(), loudness, colour, coloured_data, asks, width: width() }
    }

    /// How problems are laid out.
    pub(super) fn style(&self) -> problems::Style {
        problems::Style { colour: self.colour, width: self.width }
    }

    /// How an answer on standard output is laid out.
    pub(super) fn data_style(&self) -> problems::Style {
        problems::Style { colour: self.coloured_data, width: self.width }
    }

    /// Whether somebody is there to be asked.
    pub(super) fn asks(&self) -> bool {
        self.asks
    }

    /// Writes what was asked for to standard output. A reader that has gone away has read enough.
    pub(super) fn data(&mut self, text: &str) -> Result<(), Failure> {
        let mut output = self.output.lock();
        match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::output(error)),
            _ => Ok(()),
        }
    }

    /// Writes bytes that are what they are to standard output. Whether anybody still reads it.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        let mut output = self.output.lock();
        match output.write_all(bytes).and_then(|()| output.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::output(error)),
            Ok(()) => Ok(true),
        }
    }

    /// Help goes to standard output, complaints about the command line to standard error.
    pub(super) fn usage(&mut self, error: &clap::Error) -> Result<(), Failure> {
        match error.print().and_then(|()| self.output.flush()) {
            Err(cause) if !error.use_stderr() && cause.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::output(cause))
            }
            _ => Ok(()),
        }
    }

    /// Says something that a person wants to know, and a quiet one does not.
    pub(super) fn say(&mut self, text: &str) {
        if self.loudness > Loudness::Quiet {
            self.line(text);
        }
    }

    /// Shows text that is laid out already, and that a quiet person does not want.
    pub(super) fn show(&mut self, text: &str) {
        if self.loudness > Loudness::Quiet {
            self.raw(text);
        }
    }

    /// Shows what somebody is asked about, or nobody can miss; where neither is so, a quiet person does not want it.
    pub(super) fn lay_before(&mut self, text: &str, is_needed: bool) {
        if is_needed {
            self.raw(text);
        } else {
            self.show(text);
        }
    }

    /// How wide the screen is now, if there is one that may be drawn on.
    pub(super) fn screen(&self) -> Option<usize> {
        let is_wanted = self.loudness > Loudness::Quiet && !is_automated();
        let is_able = std::env::var_os("TERM").is_some_and(|term| term != "dumb");
        (is_wanted && is_able && io::stderr().is_terminal()).then(width)
    }

    /// How wide and how high the page is now that data may be drawn on; none where standard output is no terminal.
    pub(super) fn page() -> Option<(usize, usize)> {
        let is_able = std::env::var_os("TERM").is_some_and(|term| term != "dumb");
        if !is_able || is_automated() || !io::stdout().is_terminal() {
            return None;
        }
        let height = terminal_size::terminal_size_of(io::stdout()).map(|(_, height)| usize::from(height.0));
        Some((width(), height.filter(|height| *height > 0).unwrap_or(DEFAULT_HEIGHT)))
    }

    /// Says something that only a curious person wants to know.
    pub(super) fn detail(&mut self, text: &str) {
        if self.loudness == Loudness::Verbose {
            self.line(text);
        }
    }

    /// Says something that must not be missed.
    pub(super) fn remark(&mut self, kind: Remark, text: &str) {
        let (word, colour) = match kind {
            Remark::Note | Remark::Next if self.loudness == Loudness::Quiet => return,
            Remark::Note => ("note", AnsiColor::Cyan),
            Remark::Next | Remark::Hint => ("hint", AnsiColor::Green),
            Remark::Error => ("error", AnsiColor::Red),
        };
        let style = if self.colour { Style::new().bold().fg_color(Some(colour.into())) } else { Style::new() };
        self.raw(&format!("{style}{word}{style:#}: "));
        self.line(text);
    }

    /// One line. Names from outside may hold anything: what would steer the terminal is shown as a replacement character.
    fn line(&mut self, text: &str) {
        self.raw(&(text.replace(char::is_control, "\u{fffd}") + "\n"));
    }

    /// Text that is laid out already.
    pub(super) fn raw(&mut self, text: &str) {
        // Nobody is left to be told that standard error cannot be written to.
        let mut stream = self.errors.lock();
        stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).unwrap_or_default();
    }

    /// Asks whether to go on. Only "yes" means yes; where nobody can be asked, the flag is named that would answer. The
    /// wait for the answer can be left at any time.
    pub(super) async fn confirm(&mut self, question: &str, flag: &str) -> Result<(), Failure> {
        if !self.asks {
            return Err(Failure::unasked(question, flag));
        }
        match self.answer(&format!("{question} Type `yes` to go on")).await?.as_str() {
            "yes" | "y" | "Yes" | "YES" => Ok(()),
            _ => Err(Failure::declined("nothing was changed")),
        }
    }

    /// The answer to a question that nothing is done without; without one it is no.
    async fn answer(&mut self, question: &str) -> Result<String, Failure> {
        self.question(question, "no");
        let (told, answer) = tokio::sync::oneshot::channel();
        // A read cannot be left. The thread that is left in it ends with the program, and so nobody hears it.
        std::thread::spawn(move || told.send(answer_of_the_person()).unwrap_or_default());
        let answer = answer.await.unwrap_or(Ok(None)).map_err(Failure::input)?;
        self.answered(answer, "no", "nothing was changed")
    }

    /// Asks whether to go on with what cannot be taken back. Only this word means yes.
    pub(super) async fn confirm_by(&mut self, question: &str, word: &str, flag: &str) -> Result<(), Failure> {
        if !self.asks {
            return Err(Failure::unasked(question, flag));
        }
        let answer = self.answer(&format!("{question} Type `{word}` to go on")).await?;
        if answer == word { Ok(()) } else { Err(Failure::declined("nothing was changed")) }
    }

    /// Asks for one line. An empty answer takes the default; the end of input says no.
    pub(super) fn ask(&mut self, question: &str, default: &str, undone: &str) -> Result<String, Failure> {
        self.question(question, default);
        let answer = answer_of_the_person().map_err(Failure::input)?;
        self.answered(answer, default, undone)
    }

    fn question(&mut self, question: &str, default: &str) {
        self.raw(&if default.is_empty() { format!("{question}: ") } else { format!("{question} [{default}]: ") });
    }

    fn answered(&mut self, answer: Option<String>, default: &str, undone: &str) -> Result<String, Failure> {
        let Some(answer) = answer else {
            self.raw("\n");
            return Err(Failure::declined(undone));
        };
        Ok(if answer.is_empty() { default.to_owned() } else { answer })
    }
}

/// One line of standard input; nothing at its end. What is not text is no valid answer either, and is told like any
/// other mistake.
fn answer_of_the_person() -> io::Result<Option<String>> {
    let mut answer = Vec::new();
    let length = io::stdin().lock().read_until(b'\n', &mut answer)?;
    Ok((length > 0).then(|| String::from_utf8_lossy(&answer).trim().to_owned()))
}

/// Whether no person watches. `CI` may be set to nothing, `0` or `false` by those who want to say that one does.
fn is_automated() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "0" && value != "false")
}

/// Whether the environment says that even a terminal should get no colours. One without `TERM` knows none.
fn colour_is_unwanted() -> bool {
    let dumb = std::env::var_os("TERM").map_or(cfg!(unix), |term| term == "dumb");
    dumb || is_automated() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn width() -> usize {
    let sensible = |width: &usize| WIDTHS.contains(width);
    let stated = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(sensible);
    let measured = || terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
    stated.or_else(|| measured().filter(sensible)).unwrap_or(DEFAULT_WIDTH)
}
