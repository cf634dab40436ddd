//! `sindri validate`

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::source::FileArgument;
use super::ui::Ui;
use crate::report::problems;

/// Check the configuration file, and nothing else.
///
/// Every problem is reported in one run, with its place and what to do about it. No cluster and no registry is asked.
#[derive(Debug, Args)]
pub(super) struct Validate {
    #[command(flatten)]
    file: FileArgument,
    /// How to answer.
    #[arg(
        short,
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        env = "SINDRI_OUTPUT",
        hide_env_values = true
    )]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For a person, on standard error.
    Text,
    /// For a program, on standard output.
    Json,
}

impl Validate {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let (source, outcome) = match self.file.open(ui)? {
            Ok(source) => {
                let outcome = source.load();
                (source, outcome)
            }
            Err((source, problem)) => (source, Err(vec![problem])),
        };
        match (self.output, outcome) {
            (Output::Text, Ok(spec)) => {
                ui.say(&format!("{} is valid: environment {}", source.name(), spec.name));
                Ok(())
            }
            (Output::Text, Err(problems)) => Err(Failure::problems(source, problems)),
            (Output::Json, Ok(_)) => ui.data(&problems::for_program(&[], source.name(), "")),
            (Output::Json, Err(problems)) => {
                ui.data(&problems::for_program(&problems, source.name(), &source.text()))?;
                Err(Failure::reported())
            }
        }
    }
}
