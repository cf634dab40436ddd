//! `sindri restart`

use clap::Args;

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::runtime;
use super::scaling::{Progress, ScalingArguments};
use super::ui::Ui;

/// Replace the pod of the environment by a new one: what runs in it ends, the volume stays.
///
/// The same as `kubectl rollout restart`. A pod that the cluster has refused to make is tried again at once.
#[derive(Debug, Args)]
pub(super) struct Restart {
    #[command(flatten)]
    scaling: ScalingArguments,
}

impl Restart {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            let interrupt = Interrupt::listen()?;
            let (environment, own) = self.scaling.look(&interrupt, ui).await?;
            if own.pods() == 0 {
                let told = format!("nothing was changed: {} is stopped", environment.name);
                return Err(Failure::failed(told, None).hint("start it with `sindri start`"));
            }
            own.restart(&environment.reach.session).await?;
            let progress = Progress::Done("it was asked to restart");
            self.scaling.settle(&environment, progress, &interrupt, ui).await
        })
    }
}
