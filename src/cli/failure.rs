//! What went wrong, what to type next, and the exit code. The only place that chooses one.

use std::borrow::Cow;
use std::error::Error;
use std::io;
use std::process::ExitCode;

use super::source::Source;
use super::ui::{Remark, Ui};
use crate::config::problem::Problem;
use crate::image::Undecided;
use crate::report::problems;

/// Why a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It could not be done.
    Failed,
    /// The configuration or the command line is wrong.
    Configuration,
    /// The person said no.
    Declined,
}

impl Kind {
    fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Configuration => 2,
            Self::Declined => 3,
        }
    }
}

/// The end of a command that was not done.
#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    what: What,
    hint: Option<String>,
}

#[derive(Debug)]
enum What {
    /// A message, and what caused it.
    Message(String, Option<Box<dyn Error>>),
    /// The problems of a configuration, to be shown with the lines they are in.
    Problems(Source, Vec<Problem>),
    /// The problems have been written as data already.
    Reported,
}

impl Failure {
    fn new(kind: Kind, message: impl Into<String>, cause: Option<Box<dyn Error>>) -> Self {
        Self { kind, what: What::Message(message.into(), cause), hint: None }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Standard output cannot be written to.
    pub(super) fn output(error: io::Error) -> Self {
        Self::new(Kind::Failed, "cannot write to standard output", Some(Box::new(error)))
    }

    /// Standard input cannot be read.
    pub(super) fn input(error: io::Error) -> Self {
        Self::new(Kind::Failed, "cannot read standard input", Some(Box::new(error)))
    }

    /// The person said no.
    pub(super) fn declined(what_was_not_done: &str) -> Self {
        Self::new(Kind::Declined, what_was_not_done, None)
    }

    /// The configuration is wrong.
    pub(super) fn problems(source: Source, problems: Vec<Problem>) -> Self {
        Self { kind: Kind::Configuration, what: What::Problems(source, problems), hint: None }
    }

    /// The configuration is wrong, and that was the answer.
    pub(super) fn reported() -> Self {
        Self { kind: Kind::Configuration, what: What::Reported, hint: None }
    }

    /// A file would be overwritten.
    pub(super) fn exists(path: &str) -> Self {
        Self::new(Kind::Failed, format!("{path} exists already; nothing was written"), None).hint(format!(
            "check it with `sindri validate --file {}`, or choose another file with `--file`",
            word(path)
        ))
    }

    /// A folder stands where a file would be written.
    pub(super) fn is_folder(path: &str, file_in_it: &str) -> Self {
        Self::new(Kind::Failed, format!("{path} is a directory; nothing was written"), None)
            .hint(format!("name the file in it: `--file {}`", word(file_in_it)))
    }

    /// The folder that a file would be written to does not exist.
    pub(super) fn no_folder(path: &str, folder: &str) -> Self {
        Self::new(Kind::Failed, format!("cannot write {path}: there is no folder {folder}"), None)
            .hint(format!("make it first: `mkdir -p {}`", word(folder)))
    }

    /// A file cannot be written.
    pub(super) fn write(path: &str, error: io::Error) -> Self {
        Self::new(Kind::Failed, format!("cannot write {path}"), Some(Box::new(error)))
    }

    /// The current folder is gone or may not be read.
    pub(super) fn folder(error: io::Error) -> Self {
        Self::new(Kind::Failed, "cannot find the current folder", Some(Box::new(error)))
    }

    /// A man page that does not exist.
    pub(super) fn no_page(name: &str, pages: &str) -> Self {
        Self::new(Kind::Configuration, format!("there is no command `{name}`"), None)
            .hint(format!("the commands are {pages}"))
    }

    /// Tells the person, and the exit code for the caller.
    pub(super) fn report(self, ui: &mut Ui) -> ExitCode {
        match &self.what {
            What::Reported => {}
            What::Message(message, _) if self.kind == Kind::Declined => ui.raw(&format!("{message}\n")),
            What::Message(message, cause) => {
                ui.remark(Remark::Error, message);
                let mut next = cause.as_deref();
                while let Some(error) = next {
                    ui.raw(&format!("  because: {error}\n"));
                    next = error.source();
                }
            }
            What::Problems(source, problems) => {
                ui.raw(&problems::for_person(problems, source.name(), &source.text(), ui.style()));
                // A file that could not be read at all has no problems to count.
                if problems.iter().any(|problem| problem.span.is_some()) {
                    let count = match problems.len() {
                        1 => "1 problem".to_owned(),
                        count => format!("{count} problems"),
                    };
                    ui.raw("\n");
                    ui.remark(Remark::Error, &format!("{} has {count}", source.name()));
                }
            }
        }
        if let Some(hint) = &self.hint {
            ui.remark(Remark::Hint, hint);
        }
        ExitCode::from(self.kind.exit_code())
    }
}

/// Prints help, the version, or a complaint about the command line, and the exit code for the caller.
pub(super) fn usage(error: &clap::Error, hint: Option<String>, ui: &mut Ui) -> ExitCode {
    if let Err(failure) = ui.usage(error) {
        return failure.report(ui);
    }
    if let Some(hint) = hint {
        ui.remark(Remark::Hint, &hint);
    }
    if error.use_stderr() { ExitCode::from(Kind::Configuration.exit_code()) } else { ExitCode::SUCCESS }
}

/// The text as one word, as a shell reads it: what a hint tells a person to type must work when it is typed.
pub(super) fn word(text: &str) -> Cow<'_, str> {
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | '+' | ':' | '@');
    if !text.is_empty() && text.chars().all(plain) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("'{}'", text.replace('\'', "'\\''")))
    }
}

impl From<Undecided> for Failure {
    fn from(error: Undecided) -> Self {
        Self::new(Kind::Configuration, error.to_string(), None)
            .hint("to render without asking the registry, give `image_config.tag` or `image_config.digest` instead of `version`")
    }
}
