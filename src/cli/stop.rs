//! `sindri stop`

use clap::Args;

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::runtime;
use super::scaling::{Progress, ScalingArguments};
use super::ui::Ui;

/// Stop the environment: its pod ends, its volume stays.
///
/// `sindri start` wakes it again with everything that is on the volume. A deploy leaves it stopped.
#[derive(Debug, Args)]
pub(super) struct Stop {
    #[command(flatten)]
    scaling: ScalingArguments,
}

impl Stop {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            let interrupt = Interrupt::listen()?;
            let (environment, own) = self.scaling.look(&interrupt, ui).await?;
            let session = &environment.reach.session;
            let mut progress = Progress::NothingToDo;
            if own.pods() > 0 {
                own.scale(session, 0).await?;
                progress = Progress::Done("it was asked to stop");
                // Who stopped it is worth knowing, and no reason to fail: many may stop, and change nothing else.
                if let Err(error) = own.note_stop(session, Some(&environment.reach.account())).await {
                    ui.detail(&format!("who stopped it is not written down: {error}"));
                }
            }
            self.scaling.settle(&environment, progress, &interrupt, ui).await
        })
    }
}
