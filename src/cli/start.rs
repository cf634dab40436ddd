//! `sindri start`

use clap::Args;

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::runtime;
use super::scaling::{Progress, ScalingArguments};
use super::ui::Ui;

/// Start a stopped environment, and wait until it is ready.
///
/// It is what it was when it was stopped: the configuration is not read again for that. `sindri deploy` changes it.
#[derive(Debug, Args)]
pub(super) struct Start {
    #[command(flatten)]
    scaling: ScalingArguments,
}

impl Start {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            let interrupt = Interrupt::listen()?;
            let (environment, own) = self.scaling.look(&interrupt, ui).await?;
            let session = &environment.reach.session;
            let mut progress = Progress::NothingToDo;
            if own.pods() == 0 {
                own.scale(session, 1).await?;
                progress = Progress::Done("it was asked to start");
                if let Err(error) = own.note_stop(session, None).await {
                    ui.detail(&format!("who stopped it stays written down: {error}"));
                }
            }
            self.scaling.settle(&environment, progress, &interrupt, ui).await
        })
    }
}
