//! `sindri status`

use clap::{Args, ValueEnum};

use super::environment::EnvironmentArguments;
use super::failure::Failure;
use super::ui::Ui;
use super::{runtime, standing};
use crate::kubernetes::survey;
use crate::report;
use crate::report::status::{self, Detail};

/// Show how the environment is, and why it does not run if it does not.
///
/// The phase comes from what the cluster says of the Deployment, its pod, its volume and its image, and so does the cause when
/// something is wrong, with the command or the key that mends it.
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Exit with 0 only if it is ready as it was deployed: 10 not deployed, 11 on its way, 12 cannot run, 13 stopped,
    /// 14 drifted, 15 being deleted, 16 not to be seen.
    #[arg(long)]
    exit_code: bool,
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

/// How a status is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For a person.
    Text,
    /// For a person who wants to know more.
    Wide,
    /// For a program.
    Json,
    /// For a program.
    Yaml,
    /// Only what it is called.
    Name,
}

impl Status {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            let environment = self.environment.find(ui).await?;
            let session = &environment.reach.session;
            let survey = survey(session, &environment.subject()).await?;
            ui.detail(&format!("{} requests", environment.reach.requests()));
            let status = standing::status(&environment, &survey, session.server_time());
            let header = report::header::header(&environment.reach.place(), ui.data_style().width);
            ui.data(&self.written(&header, &status, ui))?;
            if self.exit_code { Failure::phase(status.phase) } else { Ok(()) }
        })
    }

    fn written(&self, header: &str, status: &status::Status, ui: &Ui) -> String {
        // Serialising cannot fail: every key is text, and nothing is written but memory.
        let value = || serde_json::to_value(status).unwrap_or_default();
        match self.output {
            Output::Text => format!("{header}\n{}", status::for_person(status, Detail::Normal, ui.data_style())),
            Output::Wide => format!("{header}\n{}", status::for_person(status, Detail::Wide, ui.data_style())),
            Output::Json => format!("{:#}\n", value()),
            Output::Yaml => report::yaml::document(&value()),
            Output::Name => format!("deployment/{}\n", status.environment),
        }
    }
}
