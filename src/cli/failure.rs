//! What went wrong, what to type next, and the exit code. The only place that chooses one.

use std::borrow::Cow;
use std::error::Error;
use std::io;
use std::process::ExitCode;

use super::reach;
use super::source::Source;
use super::ui::{Remark, Ui};
use crate::config::problem::Problem;
use crate::image::Undecided;
use crate::kubernetes::{NotConnected, Unanswered};
use crate::report::outcome::{Ending, Mishap};
use crate::report::problems;
use crate::report::status::Phase;

/// Why a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It could not be done.
    Failed,
    /// The configuration or the command line is wrong.
    Configuration,
    /// There are changes, and the person asked to be told by the exit code.
    Pending,
    /// The person said no.
    Declined,
    /// The image is not deployed.
    Image,
    /// The cluster is not as it was when the plan was saved.
    Moved,
    /// The person pressed Ctrl-C while something was changed.
    Interrupted,
    /// The environment is in this phase, and the person asked to be told by the exit code.
    In(Phase),
    /// A program in the environment has ended with this code.
    Remote(u8),
}

impl Kind {
    fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Configuration | Self::Pending => 2,
            Self::Declined => 3,
            Self::Image => 4,
            Self::Moved => 5,
            Self::Interrupted => 130,
            Self::In(phase) => of_phase(phase),
            Self::Remote(code) => code,
        }
    }
}

/// 0 only for what runs as it was deployed.
fn of_phase(phase: Phase) -> u8 {
    match phase {
        Phase::Ready => 0,
        Phase::NotDeployed => 10,
        Phase::Creating | Phase::Pending | Phase::Pulling | Phase::Starting => 11,
        Phase::Degraded | Phase::CrashLooping => 12,
        Phase::Stopped | Phase::Stopping => 13,
        Phase::Drifted => 14,
        Phase::Deleting => 15,
        Phase::Unknown => 16,
    }
}

/// The end of a command that was not done.
#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    what: What,
    /// What was heard about it, line by line.
    heard: Vec<String>,
    hint: Option<String>,
}

#[derive(Debug)]
enum What {
    /// A message, and what caused it.
    Message(String, Option<Box<dyn Error>>),
    /// An error that says itself what was attempted, what follows from it, and what caused it.
    Told(Box<dyn Error>, String),
    /// The problems of a configuration, to be shown with the lines they are in.
    Problems(Source, Vec<Problem>),
    /// The problems have been written as data already.
    Reported,
}

impl Failure {
    fn new(kind: Kind, message: impl Into<String>, cause: Option<Box<dyn Error>>) -> Self {
        Self { kind, what: What::Message(message.into(), cause), heard: Vec::new(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with its hint in other words.
    pub(super) fn rephrased(self, words: impl FnOnce(&str) -> String) -> Self {
        Self { hint: self.hint.as_deref().map(words), ..self }
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

    /// It could not be done, and the error says so.
    pub(super) fn told(error: impl Error + 'static) -> Self {
        Self { kind: Kind::Failed, what: What::Told(Box::new(error), String::new()), heard: Vec::new(), hint: None }
    }

    /// The image is not deployed, and the error says why.
    pub(super) fn of_image(error: impl Error + 'static) -> Self {
        Self { kind: Kind::Image, ..Self::told(error) }
    }

    /// The same, with what follows from it.
    pub(super) fn adding(mut self, consequence: &str) -> Self {
        match &mut self.what {
            What::Message(text, _) | What::Told(_, text) => {
                text.push_str("; ");
                text.push_str(consequence);
            }
            What::Problems(..) | What::Reported => {}
        }
        self
    }

    /// The same with what was heard about it: events, and a program's last words.
    pub(super) fn hearing(self, heard: Vec<String>) -> Self {
        Self { heard, ..self }
    }

    /// The same with a hint, if there is one.
    pub(super) fn maybe_hint(self, hint: Option<String>) -> Self {
        Self { hint: hint.or(self.hint), ..self }
    }

    /// It could not be done.
    pub(super) fn failed(message: impl Into<String>, cause: Option<Box<dyn Error>>) -> Self {
        Self::new(Kind::Failed, message, cause)
    }

    /// The command line is wrong.
    pub(super) fn configuration(message: impl Into<String>) -> Self {
        Self::new(Kind::Configuration, message, None)
    }

    /// The image is not deployed.
    pub(super) fn image(message: impl Into<String>) -> Self {
        Self::new(Kind::Image, message, None)
    }

    /// The cluster, or the configuration, is not as it was when the plan was saved.
    pub(super) fn moved(message: impl Into<String>) -> Self {
        Self::new(Kind::Moved, message, None)
    }

    /// The same about a plan that was saved, where the reason is the image: it has gone since.
    pub(super) fn since_it_was_saved(self) -> Self {
        let kind = if self.kind == Kind::Image { Kind::Moved } else { self.kind };
        Self { kind, ..self }
    }

    /// The person pressed Ctrl-C.
    pub(super) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(Kind::Interrupted, message, None)
    }

    /// The person pressed Ctrl-C, which is how this is meant to end.
    pub(super) fn left() -> Self {
        Self { kind: Kind::Interrupted, what: What::Reported, heard: Vec::new(), hint: None }
    }

    /// There are changes, and the person asked to be told by the exit code.
    pub(super) fn pending() -> Self {
        Self { kind: Kind::Pending, what: What::Reported, heard: Vec::new(), hint: None }
    }

    /// The environment is in a phase, and the person asked to be told by the exit code. None where that is 0.
    pub(super) fn phase(phase: Phase) -> Result<(), Self> {
        match of_phase(phase) {
            0 => Ok(()),
            _ => Err(Self { kind: Kind::In(phase), what: What::Reported, heard: Vec::new(), hint: None }),
        }
    }

    /// A program in the environment has ended with this code, and has said itself what there is to say.
    pub(super) fn remote(code: u8) -> Result<(), Self> {
        match code {
            0 => Ok(()),
            code => Err(Self { kind: Kind::Remote(code), what: What::Reported, heard: Vec::new(), hint: None }),
        }
    }

    /// A program in the environment was not run; a shell would end with this code.
    pub(super) fn not_run(code: u8, message: impl Into<String>) -> Self {
        Self::new(Kind::Remote(code), message, None)
    }

    /// The same where 2 means that there are changes, and nothing else.
    pub(super) fn detailed(self) -> Self {
        let kind = if self.kind == Kind::Configuration { Kind::Failed } else { self.kind };
        Self { kind, ..self }
    }

    /// What waits for others, or for signals, cannot be started.
    pub(super) fn runtime(error: io::Error) -> Self {
        Self::new(Kind::Failed, "cannot start", Some(Box::new(error)))
    }

    /// A file that should hold a plan does not.
    pub(super) fn plan_file(path: &str, cause: Box<dyn Error>) -> Self {
        Self::new(Kind::Configuration, format!("cannot read the plan {path}"), Some(cause))
            .hint(format!("make one with `sindri plan --out {}`", word(path)))
    }

    /// A question cannot be asked.
    pub(super) fn unasked(question: &str, flag: &str) -> Self {
        Self::new(Kind::Failed, format!("nothing was changed: nobody is there to answer \"{question}\""), None)
            .hint(format!("answer with `{flag}`"))
    }

    /// The configuration is wrong.
    pub(super) fn problems(source: Source, problems: Vec<Problem>) -> Self {
        Self { kind: Kind::Configuration, what: What::Problems(source, problems), heard: Vec::new(), hint: None }
    }

    /// The configuration is wrong, and that was the answer.
    pub(super) fn reported() -> Self {
        Self { kind: Kind::Configuration, what: What::Reported, heard: Vec::new(), hint: None }
    }

    /// A man page that does not exist.
    pub(super) fn no_page(name: &str, pages: &str) -> Self {
        Self::new(Kind::Configuration, format!("there is no command `{name}`"), None)
            .hint(format!("the commands are {pages}"))
    }

    /// What the program exits with.
    pub(super) fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }

    /// How it ended, in one word.
    pub(super) fn ending(&self) -> Ending {
        match self.kind {
            Kind::Failed | Kind::Pending | Kind::In(_) | Kind::Remote(_) => Ending::Failed,
            Kind::Configuration => Ending::Invalid,
            Kind::Declined => Ending::Declined,
            Kind::Image => Ending::Refused,
            Kind::Moved => Ending::Moved,
            Kind::Interrupted => Ending::Interrupted,
        }
    }

    /// The same as a person is told, for a program.
    pub(super) fn for_program(&self) -> Mishap<'_> {
        let (message, causes, problems) = match &self.what {
            What::Message(message, cause) => (message.clone(), causes(cause.as_deref()), Vec::new()),
            What::Told(error, consequence) => (format!("{error}{consequence}"), causes(error.source()), Vec::new()),
            What::Problems(source, problems) => {
                let entries = problems::entries(problems, &source.text());
                (format!("{} is not valid", source.name()), Vec::new(), entries)
            }
            What::Reported => (String::new(), Vec::new(), Vec::new()),
        };
        Mishap { message, causes, hint: self.hint.as_deref(), problems }
    }

    /// Tells the person, and the exit code for the caller.
    pub(super) fn report(self, ui: &mut Ui) -> ExitCode {
        match &self.what {
            What::Reported => {}
            What::Message(message, _) if self.kind == Kind::Declined => ui.raw(&format!("{message}\n")),
            What::Message(message, cause) => {
                ui.remark(Remark::Error, message);
                because(cause.as_deref(), ui);
            }
            What::Told(error, consequence) => {
                ui.remark(Remark::Error, &format!("{error}{consequence}"));
                because(error.source(), ui);
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
        for line in &self.heard {
            ui.raw(&format!("  {}\n", line.replace('\t', "  ").replace(char::is_control, "\u{fffd}")));
        }
        if let Some(hint) = &self.hint {
            ui.remark(Remark::Hint, hint);
        }
        ExitCode::from(self.exit_code())
    }
}

/// The causes, each once: many repeat in their own text what caused them.
fn causes(cause: Option<&(dyn Error + 'static)>) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut said = String::new();
    let mut next = cause;
    while let Some(error) = next {
        let text = error.to_string();
        if !said.contains(&text) {
            causes.push(text.replace(char::is_control, " "));
        }
        said = text;
        next = error.source();
    }
    causes
}

fn because(cause: Option<&(dyn Error + 'static)>, ui: &mut Ui) {
    for text in causes(cause) {
        ui.raw(&format!("  because: {text}\n"));
    }
}

/// Prints help, the version, or a complaint about the command line, and the exit code for the caller.
///
/// `is_detailed`: 2 is to mean that there are changes, and nothing else.
pub(super) fn usage(error: &clap::Error, hint: Option<String>, is_detailed: bool, ui: &mut Ui) -> ExitCode {
    if let Err(failure) = ui.usage(error) {
        return failure.report(ui);
    }
    if let Some(hint) = hint {
        ui.remark(Remark::Hint, &hint);
    }
    match error.use_stderr() {
        true if is_detailed => ExitCode::from(Kind::Failed.exit_code()),
        true => ExitCode::from(Kind::Configuration.exit_code()),
        false => ExitCode::SUCCESS,
    }
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
            .hint("ask it with `sindri render --pin`, or give `image_config.tag` or `image_config.digest` instead of `version`")
    }
}

impl From<NotConnected> for Failure {
    fn from(error: NotConnected) -> Self {
        let kind = if error.is_mistake() { Kind::Configuration } else { Kind::Failed };
        let hint = reach::unconnected(&error);
        Self { kind, what: What::Told(error.into(), String::new()), heard: Vec::new(), hint: Some(hint) }
    }
}

impl From<Unanswered> for Failure {
    fn from(error: Unanswered) -> Self {
        let hint = reach::unanswered(&error);
        Self { kind: Kind::Failed, what: What::Told(error.into(), String::new()), heard: Vec::new(), hint: Some(hint) }
    }
}
