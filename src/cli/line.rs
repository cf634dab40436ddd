#![expect(
    clippy::disallowed_methods,
    reason = "the only reader of arguments and of the variables that stand in for them"
)]
//! The command line as it was typed, and the variables that stand in for what was not.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, Parser, ValueEnum as _};

use super::ui::ColorChoice;

/// What this process was started with.
pub(super) struct Line {
    typed: Vec<OsString>,
}

impl Line {
    pub(super) fn of_this_process() -> Self {
        Self { typed: std::env::args_os().collect() }
    }

    /// When to use colours: help and complaints about the command line want to know before it is parsed.
    pub(super) fn color(&self) -> ColorChoice {
        let mut words = self.typed.iter().skip(1).map(|word| word.to_string_lossy()).take_while(|word| word != "--");
        let mut stated = std::env::var("SINDRI_COLOR").ok();
        while let Some(word) = words.next() {
            if word == "--color" {
                stated = words.next().map(Into::into);
            } else if let Some(value) = word.strip_prefix("--color=") {
                stated = Some(value.to_owned());
            }
        }
        stated.and_then(|choice| ColorChoice::from_str(&choice, false).ok()).unwrap_or(ColorChoice::Auto)
    }

    /// Whether 2 is to mean that there are changes, and nothing else.
    pub(super) fn is_detailed(&self) -> bool {
        self.typed.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--detailed-exitcode")
    }

    /// Reads the line. Variables that do not concern the command are as good as not set.
    pub(super) fn parse<C: Parser>(&self) -> Result<C, clap::Error> {
        let command = || C::command().color(self.color().for_usage());
        let matches = match command().try_get_matches_from(&self.typed) {
            Err(error) if error.use_stderr() => without_unconcerned(command()).try_get_matches_from(&self.typed)?,
            outcome => outcome?,
        };
        C::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
    }

    /// What to do about a wrong value that nobody typed.
    pub(super) fn blame(&self, error: &clap::Error, command: &Command) -> Option<String> {
        let (argument, value) = (text(error, ContextKind::InvalidArg)?, text(error, ContextKind::InvalidValue)?);
        if self.typed.iter().any(|word| word.to_string_lossy().ends_with(value)) {
            return None;
        }
        let flag = argument.split_whitespace().next()?;
        let variable = arguments(command)
            .into_iter()
            .filter(|candidate| candidate.get_long().is_some_and(|long| flag == format!("--{long}")))
            .filter_map(Arg::get_env)
            .find(|name| std::env::var_os(name).is_some_and(|set| set == value))?;
        let variable = variable.to_string_lossy();
        Some(format!("the variable {variable} says so: change it, or give `{flag}`"))
    }
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text),
        _ => None,
    }
}

/// The arguments of a command and of all commands below it.
fn arguments(command: &Command) -> Vec<&Arg> {
    command.get_arguments().chain(command.get_subcommands().flat_map(arguments)).collect()
}

/// A variable is meant for every command. An empty one is not set, and one with a value that only other commands
/// know, as `SINDRI_OUTPUT=yaml` for a command that does not write YAML, is not meant for this one.
fn without_unconcerned(command: Command) -> Command {
    let known: BTreeSet<(OsString, OsString)> = arguments(&command)
        .into_iter()
        .filter_map(|argument| Some((argument.get_env()?.to_owned(), argument.get_possible_values())))
        .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value.get_name().into())))
        .collect();
    let concerned = |argument: Arg| {
        let Some((name, value)) = argument.get_env().and_then(|name| Some((name.to_owned(), std::env::var_os(name)?)))
        else {
            return argument;
        };
        let own = argument.get_possible_values();
        let foreign = !own.is_empty() && own.iter().all(|known| value != known.get_name());
        if value.is_empty() || (foreign && known.contains(&(name, value))) {
            return argument.env(Resettable::Reset);
        }
        argument
    };
    each(command, &concerned)
}

/// The same with each of its arguments changed, and each of those of all commands below it.
fn each(command: Command, change: &impl Fn(Arg) -> Arg) -> Command {
    command.mut_args(change).mut_subcommands(|subcommand| each(subcommand, change))
}
