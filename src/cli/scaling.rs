//! What `stop`, `start` and `restart` share: which environment, in which state it should be, and how it gets there.

use clap::Args;

use super::environment::{Environment, EnvironmentArguments};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output::WaitArguments;
use super::ready::settled;
use super::ui::Ui;
use crate::kubernetes::{NotReady, Own, Settled, Unscaled};
use crate::plan::is_denied;
use crate::report::header::header;

#[derive(Debug, Args)]
pub(super) struct ScalingArguments {
    #[command(flatten)]
    pub(super) environment: EnvironmentArguments,
    #[command(flatten)]
    wait: WaitArguments,
}

/// What was done before the wait.
pub(super) enum Progress {
    /// This.
    Done(&'static str),
    /// It was to be so already.
    NothingToDo,
}

impl ScalingArguments {
    /// Finds the environment, and looks at it.
    pub(super) async fn look(&self, interrupt: &Interrupt, ui: &mut Ui) -> Result<(Environment, Own), Failure> {
        let looking = async {
            let environment = self.environment.find(ui).await?;
            let own = Own::look(&environment.reach.session, &environment.deployment()).await?;
            Ok::<_, Failure>((environment, own))
        };
        let (environment, own) = interrupt.or(looking).await.ok_or_else(Failure::interrupted_early)??;
        ui.show(&header(&environment.reach.place(), ui.style().width));
        if own.is_ending() {
            let name = &environment.name;
            return Err(Failure::failed(format!("nothing was changed: {name} is being deleted"), None)
                .hint("wait until it is gone, and make it anew with `sindri deploy`"));
        }
        Ok((environment, own))
    }

    /// Waits until the environment runs, or is stopped if it is to be, unless nobody wants to wait.
    pub(super) async fn settle(
        &self,
        environment: &Environment,
        progress: Progress,
        interrupt: &Interrupt,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        let name = &environment.name;
        let (is, done) = match progress {
            Progress::Done(done) => ("is", done),
            Progress::NothingToDo => ("is already", "nothing was changed"),
        };
        if self.wait.no_wait {
            ui.say(&format!("{name}: {done}"));
            return Ok(());
        }
        let session = &environment.reach.session;
        session.begin_anew();
        match settled(session, &environment.subject(), None, interrupt, ui).await {
            None => Err(Failure::interrupted(format!("interrupted: {done}; {name} may not be there yet"))
                .hint("to see how it is: `sindri status`")),
            Some(Ok(Settled::Stopped)) => {
                ui.say(&format!("{name} {is} stopped; its volume is kept"));
                Ok(())
            }
            Some(Ok(Settled::Ready(running))) => {
                let node = running.node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
                ui.say(&format!("{name} {is} ready: pod/{}{node}", running.pod));
                Ok(())
            }
            Some(Err(NotReady::TimedOut { waited, doing, advice, .. })) => {
                let told = format!("{name} is not there yet after {} s: it is {doing}", waited.as_secs());
                Err(Failure::failed(told, None).hint(advice))
            }
            Some(Err(error)) => Err(error.into()),
        }
    }
}

impl From<Unscaled> for Failure {
    fn from(error: Unscaled) -> Self {
        match error {
            Unscaled::Unanswered(error) => error.into(),
            error @ Unscaled::Absent { .. } => Self::told(error)
                .hint("make it with `sindri deploy`; is it in another namespace? `sindri list --all-namespaces`"),
            error @ Unscaled::Foreign { .. } => {
                Self::told(error).hint("choose another name, or change it with what made it")
            }
            Unscaled::Refused { ref refusal, .. } if is_denied(refusal) => Self::told(error).hint(
                "ask for the right to get and watch the Deployment, to list its pods, and to patch its scale: \
                 `providers.kubernetes.rbac` gives it",
            ),
            error @ Unscaled::Refused { .. } => Self::told(error),
        }
    }
}
