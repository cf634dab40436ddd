//! What `deploy` and `rollback` share: shows a plan, asks, applies exactly that, and waits.

use super::carry::{Means, Stopped, Why};
use super::engine::Engine;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::plan::for_person;
use super::story::Story;
use super::ui::{Remark, Ui};
use super::{own_image, ready};
use crate::kubernetes::{Done, Failed};
use crate::plan::Plan;
use crate::report::outcome::State;

/// How often a plan is made anew because the cluster moved between showing and applying it.
const ATTEMPTS: u32 = 5;

/// How far it goes by itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Converge {
    /// Nobody is asked.
    pub(super) yes: bool,
    /// Nothing is applied.
    pub(super) dry_run: bool,
    /// Nothing is waited for.
    pub(super) no_wait: bool,
}

impl Converge {
    /// Plans, shows, asks, applies; from the start again when the cluster moved meanwhile.
    pub(super) async fn run(
        &self,
        engine: &Engine,
        interrupt: &Interrupt,
        story: &mut Story,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        let left = Failure::interrupted_early;
        let mut approved: Option<Plan> = None;
        for _ in 0..ATTEMPTS {
            let plan = interrupt.or(engine.plan()).await.ok_or_else(left)??;
            story.plan = Some(plan.clone());
            if approved.is_none() {
                ui.detail(&format!("{} requests to the registry", engine.registry_requests()));
            }
            let is_known = approved.as_ref().is_some_and(|approved| approved.has_same_effect(&plan));
            let is_refused = plan.obstacles().next().is_some();
            if !is_known {
                ui.lay_before(&for_person(&plan, ui.style()), !self.yes || self.dry_run || is_refused);
            }
            if is_refused {
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
            if own_image::bring(&plan, interrupt, ui).await? {
                story.has_loaded(&plan);
                engine.reach.begin_anew();
            }
            match carry_out(&means, &plan, story, ui).await {
                Ok(done) => return self.finish(&means, (&plan, &done), story, ui).await,
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

    /// Waits until what was applied runs.
    pub(super) async fn finish(
        &self,
        means: &Means<'_>,
        (plan, done): (&Plan, &[Done]),
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

pub(super) async fn carry_out(
    means: &Means<'_>,
    plan: &Plan,
    story: &mut Story,
    ui: &mut Ui,
) -> Result<Vec<Done>, Stopped> {
    if !plan.has_changes() {
        return Ok(Vec::new());
    }
    story.applies();
    let outcome = means.carry_out(plan.clone(), ui).await;
    story.has_applied(&outcome, means.session.server_date());
    outcome
}
