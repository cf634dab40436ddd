#![expect(clippy::disallowed_methods, reason = "looks again after a while, also where nothing can be watched")]
//! `sindri status`

use std::time::Duration;

use clap::Args;

use super::environment::{Environment, EnvironmentArguments};
use super::failure::Failure;
use super::output::{Listing, ListingArguments};
use super::ui::{Remark, Ui};
use super::{runtime, standing};
use crate::kubernetes::{Changes, Depth, survey};
use crate::report;
use crate::report::progress;
use crate::report::status::{self, Detail};

/// Show how the environment is, and why it does not run if it does not.
///
/// The phase comes from what the cluster says of the Deployment, its pod, its volume and its image, and so does the cause when
/// something is wrong, with the command or the key that mends it.
#[derive(Debug, Args)]
pub(super) struct Status {
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Show it again with every change, until Ctrl-C. Where the output is no terminal, a line for each change; as JSON, a
    /// document on each line.
    #[arg(short, long, conflicts_with = "exit_code")]
    watch: bool,
    /// Exit with 0 only if it is ready as it was deployed: 10 not deployed, 11 on its way, 12 cannot run, 13 stopped,
    /// 14 drifted, 15 being deleted, 16 not to be seen.
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    output: ListingArguments,
}

/// How long nothing is looked at anew while nothing is known to have changed: ages, amounts, and what events say.
const PAUSE: Duration = Duration::from_secs(10);

impl Status {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            let environment = self.environment.find(ui).await?;
            if self.watch {
                return self.watch(&environment, ui).await;
            }
            let status = self.look(&environment).await?;
            ui.detail(&format!("{} requests", environment.reach.requests()));
            ui.data(&self.written(&environment, &status, ui))?;
            if self.exit_code { Failure::phase(status.phase) } else { Ok(()) }
        })
    }

    /// Shows it as long as the person wants to see it.
    async fn watch(&self, environment: &Environment, ui: &mut Ui) -> Result<(), Failure> {
        let (session, subject) = (&environment.reach.session, environment.subject());
        let mut changes = Changes::of(session, &subject);
        let mut shown = Shown::default();
        loop {
            session.begin_anew();
            let status = self.look(environment).await?;
            shown.show(self, environment, &status, ui)?;
            while let Some(why) = changes.next(tokio::time::Instant::now() + PAUSE).await? {
                ui.remark(Remark::Note, &format!("what happens is not known for now: {why}"));
                shown.drawn.clear();
            }
        }
    }

    async fn look(&self, environment: &Environment) -> Result<status::Status, Failure> {
        let session = &environment.reach.session;
        let depth = match self.output.output {
            Listing::Text | Listing::Name => Depth::Usual,
            Listing::Wide | Listing::Json | Listing::Yaml => Depth::Disks,
        };
        let survey = survey(session, &environment.subject(), depth).await?;
        Ok(standing::status(environment, &survey, session.server_time()))
    }

    fn written(&self, environment: &Environment, status: &status::Status, ui: &Ui) -> String {
        // Serialising cannot fail: every key is text, and nothing is written but memory.
        let value = || serde_json::to_value(status).unwrap_or_default();
        let header = || report::header::header(&environment.reach.place(), ui.data_style().width);
        let page = |detail| format!("{}\n{}", header(), status::for_person(status, detail, ui.data_style()));
        match self.output.output {
            Listing::Text => page(Detail::Normal),
            Listing::Wide => page(Detail::Wide),
            Listing::Json if self.watch => format!("{}\n", value()),
            Listing::Json => format!("{:#}\n", value()),
            Listing::Yaml if self.watch => format!("---\n{}", report::yaml::document(&value())),
            Listing::Yaml => report::yaml::document(&value()),
            Listing::Name => format!("deployment/{}\n", status.environment),
        }
    }
}

/// What was shown last.
#[derive(Default)]
struct Shown {
    drawn: Vec<String>,
    told: String,
}

impl Shown {
    /// On a terminal, the page in the place of the one before; elsewhere a line, if it says something else.
    fn show(
        &mut self,
        command: &Status,
        environment: &Environment,
        status: &status::Status,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        let is_page = matches!(command.output.output, Listing::Text | Listing::Wide);
        let written = command.written(environment, status, ui);
        if let Some((width, height)) = Ui::page().filter(|_| is_page) {
            // What does not fit could not be erased.
            let lines: Vec<String> = written.lines().take(height.saturating_sub(1)).map(str::to_owned).collect();
            ui.data(&format!("{}{}\n", progress::erase_page(&self.drawn, width), lines.join("\n")))?;
            self.drawn = lines;
            return Ok(());
        }
        let line = is_page.then(|| status::line(status));
        let timeless = line.clone().unwrap_or_else(|| format!("{:?}", status.timeless()));
        if timeless != self.told {
            let time = environment.reach.session.server_date();
            ui.data(&line.map_or(written, |line| format!("{time} {line}\n")))?;
            self.told = timeless;
        }
        Ok(())
    }
}
