//! `sindri deploy`

use std::path::PathBuf;

use clap::Args;

use super::carry::{Means, Stopped, Why};
use super::cluster::ClusterArguments;
use super::engine::{Engine, reach_for};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::plan::{Output, for_person};
use super::registries::RegistryArguments;
use super::source::FileArgument;
use super::story::Story;
use super::ui::{Remark, Ui};
use super::{plan_file, ready, runtime};
use crate::kubernetes::{Done, Failed};
use crate::plan::Plan;
use crate::report;
use crate::report::outcome::State;

/// How often a plan is made anew because the cluster moved between showing and applying it.
const ATTEMPTS: u32 = 5;

/// Make the environment what the configuration says.
///
/// Shows the plan, asks, does exactly that, and waits until the environment is ready. What cannot become ready is told
/// with its cause. A second deploy changes nothing.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
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
    /// Wait until the environment is ready. This is the default.
    #[arg(long, overrides_with = "no_wait")]
    wait: bool,
    /// Do not wait until the environment is ready.
    #[arg(long, overrides_with = "wait")]
    no_wait: bool,
    /// How to write the outcome.
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
        match self.output {
            Output::Text => {}
            Output::Json => ui.data(&format!("{:#}\n", document()))?,
            Output::Yaml => ui.data(&report::yaml::document(&document()))?,
        }
        outcome
    }

    /// Plans, shows, asks, applies; from the start again when the cluster moved meanwhile.
    async fn file(&self, interrupt: &Interrupt, story: &mut Story, ui: &mut Ui) -> Result<(), Failure> {
        let left = Failure::interrupted_early;
        let connecting = Engine::new(&self.file, &self.cluster, &self.registries, self.force_conflicts, ui);
        let engine = interrupt.or(connecting).await.ok_or_else(left)??;
        let mut approved: Option<Plan> = None;
        for _ in 0..ATTEMPTS {
            let plan = interrupt.or(engine.plan()).await.ok_or_else(left)??;
            story.plan = Some(plan.clone());
            if approved.is_none() {
                ui.detail(&format!("{} requests to the registry", engine.registry_requests()));
            }
            let is_known = approved.as_ref().is_some_and(|approved| approved.has_same_effect(&plan));
            if !is_known {
                ui.raw(&for_person(&plan, ui.style()));
            }
            if plan.obstacles().next().is_some() {
                return Err(Failure::blocked(&plan, false));
            }
            if self.dry_run {
                return Ok(());
            }
            if plan.has_changes() && !is_known && !self.yes {
                let Some(answer) = interrupt.or(ui.confirm("Do this?", "--yes")).await else {
                    ui.raw("\n");
                    return Err(left());
                };
                answer?;
                engine.reach.begin_anew();
            }
            let means = engine.reach.means(interrupt);
            if !plan.has_changes() && engine.is_locked() {
                means.let_others_finish((&plan.cluster.namespace, &plan.environment), ui).await?;
                approved = Some(plan);
                continue;
            }
            match carry_out(&means, &plan, story, ui).await {
                Ok(done) => return self.finish(&means, &plan, &done, story, ui).await,
                Err(Stopped { why: Why::Failed(error @ Failed::Moved(_)), done, open })
                    if done.is_empty() && open.is_empty() =>
                {
                    ui.remark(Remark::Note, &format!("{error}: planning again"));
                    approved = Some(plan);
                }
                Err(stopped) => return Err(stopped.into()),
            }
        }
        Err(Failure::restless())
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
        ui.raw(&for_person(&plan, ui.style()));
        let means = reach.means(interrupt);
        if !plan.has_changes() {
            interrupt.or(means.verify(&plan)).await.ok_or_else(left)??;
        }
        let done = carry_out(&means, &plan, story, ui).await?;
        self.finish(&means, &plan, &done, story, ui).await
    }

    async fn finish(
        &self,
        means: &Means<'_>,
        plan: &Plan,
        done: &[Done],
        story: &mut Story,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        if means.interrupt.wanted.get() {
            return Err(Failure::interrupted_waiting());
        }
        means.session.begin_anew();
        let state = match (plan.stopped, done.is_empty() && plan.ready) {
            (true, _) => State::Stopped,
            (false, true) => State::Ready,
            (false, false) if self.no_wait => State::Unawaited,
            (false, false) => {
                story.waits();
                let (readiness, outcome) = ready::wait_for(means, plan, done, ui).await;
                story.has_waited();
                story.readiness = readiness;
                return outcome;
            }
        };
        story.readiness.state = state;
        Ok(())
    }
}

async fn carry_out(means: &Means<'_>, plan: &Plan, story: &mut Story, ui: &mut Ui) -> Result<Vec<Done>, Stopped> {
    if !plan.has_changes() {
        return Ok(Vec::new());
    }
    story.applies();
    let outcome = means.carry_out(plan.clone(), ui).await;
    story.has_applied(&outcome, means.session.server_date());
    outcome
}
