//! `sindri deploy`

use std::path::PathBuf;

use clap::Args;

use super::cluster::ClusterArguments;
use super::converge::{Converge, carry_out};
use super::engine::{Engine, reach_for};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output::{DocumentArguments, WaitArguments};
use super::plan::for_person;
use super::registries::RegistryArguments;
use super::source::FileArgument;
use super::story::Story;
use super::ui::Ui;
use super::{own_image, plan_file, runtime};
use crate::plan::Plan;

/// Make the environment what the configuration says.
///
/// Shows the plan, asks, does exactly that, and waits until the environment is ready. What cannot become ready is told
/// with its cause. A second deploy changes nothing.
#[derive(Debug, Args)]
pub(super) struct Deploy {
    #[command(flatten)]
    file: FileArgument,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    registries: RegistryArguments,
    /// Apply this saved plan, and ask nothing. If anything has moved since, nothing is changed and the exit code is 5.
    #[arg(
        long,
        value_name = "FILE",
        value_hint = clap::ValueHint::FilePath,
        conflicts_with_all = ["dry_run", "force_conflicts"]
    )]
    plan: Option<PathBuf>,
    /// Do not ask.
    #[arg(short, long, visible_alias = "auto-approve")]
    yes: bool,
    /// Show the plan and stop, as `sindri plan` does.
    #[arg(long)]
    dry_run: bool,
    /// Take fields that belong to other field managers.
    #[arg(long)]
    force_conflicts: bool,
    #[command(flatten)]
    wait: WaitArguments,
    #[command(flatten)]
    output: DocumentArguments,
}

impl Deploy {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let mut story = Story::begin();
        let outcome = runtime::block_on(async {
            let interrupt = Interrupt::listen()?;
            match &self.plan {
                Some(path) => self.saved(plan_file::read(path)?, &interrupt, &mut story, ui).await,
                None => self.file(&interrupt, &mut story, ui).await,
            }
        });
        // A program is told how it ended, however it ended. A person has seen it.
        let document = || story.document(outcome.as_ref().err(), self.dry_run);
        if let Some(document) = self.output.for_program(document) {
            ui.data(&document)?;
        }
        outcome
    }

    /// Plans, shows, asks, applies.
    async fn file(&self, interrupt: &Interrupt, story: &mut Story, ui: &mut Ui) -> Result<(), Failure> {
        let connecting =
            Engine::new(&self.file, &self.cluster, &self.registries, (self.force_conflicts, !self.dry_run), ui);
        let engine = interrupt.or(connecting).await.ok_or_else(Failure::interrupted_early)??;
        self.converge().run(&engine, interrupt, story, ui).await
    }

    fn converge(&self) -> Converge {
        Converge { yes: self.yes, dry_run: self.dry_run, no_wait: self.wait.no_wait }
    }

    /// Applies what was shown and approved before.
    async fn saved(
        &self,
        mut plan: Plan,
        interrupt: &Interrupt,
        story: &mut Story,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        story.plan = Some(plan.clone());
        let left = Failure::interrupted_early;
        let reach = interrupt.or(reach_for(&mut plan, &self.file, &self.cluster, ui)).await.ok_or_else(left)??;
        interrupt.or(own_image::look_for_saved(&mut plan)).await.ok_or_else(left)??;
        ui.show(&for_person(&plan, ui.style()));
        let means = reach.means(interrupt);
        if !plan.has_changes() {
            interrupt.or(means.verify(&plan)).await.ok_or_else(left)??;
        }
        if own_image::bring(&plan, interrupt, ui).await? {
            story.has_loaded(&plan);
            reach.begin_anew();
        }
        let done = carry_out(&means, &plan, story, ui).await?;
        self.converge().finish(&means, (&plan, &done), story, ui).await
    }
}
