//! `sindri history`

use clap::{Args, ValueEnum};

use super::environment::{EnvironmentArguments, selector};
use super::failure::Failure;
use super::runtime;
use super::ui::Ui;
use crate::kubernetes::past;
use crate::plan::revisions;
use crate::report;

/// Show the revisions of the environment: which image, signed by whom, deployed by whom.
///
/// The cluster keeps the last ten. `sindri rollback` goes back to one of them.
#[derive(Debug, Args)]
pub(super) struct History {
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// How to write it.
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

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For a person.
    Text,
    /// For a person who wants to know more.
    Wide,
    /// For a program.
    Json,
    /// For a program.
    Yaml,
}

impl History {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            let environment = self.environment.find(ui).await?;
            let session = &environment.reach.session;
            let past = past(session, &environment.deployment(), &selector(&environment.name)).await?;
            let (revisions, now) = (revisions(&past.deployment, &past.sets), session.server_time());
            let place = (environment.name.as_str(), environment.namespace());
            let value = || report::history::for_program(place, &revisions, now);
            let person = |wide| {
                let header = report::header::header(&environment.reach.place(), ui.data_style().width);
                format!("{header}\n{}", report::history::for_person(&revisions, wide, now))
            };
            let text = match self.output {
                Output::Text => person(false),
                Output::Wide => person(true),
                Output::Json => format!("{:#}\n", value()),
                Output::Yaml => report::yaml::document(&value()),
            };
            ui.data(&text)
        })
    }
}
