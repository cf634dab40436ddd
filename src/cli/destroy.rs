//! `sindri destroy`

use clap::Args;

use super::environment::{Environment, EnvironmentArguments};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output::{DocumentArguments, WaitArguments};
use super::removing::{Undone, await_namespace, remove};
use super::runtime;
use super::ui::{Remark, Ui};
use crate::kubernetes::{Removed, contents, denials, take_inventory};
use crate::names::{Kind, ObjectId};
use crate::plan::{Contents, Denial, Removal, Why, namespace_may_go, removal};
use crate::report::outcome::Ending;
use crate::report::removal_data::Ended;
use crate::report::{self, header};

/// How often it is looked anew because the cluster moved between showing and doing.
const ATTEMPTS: u32 = 5;

/// Delete the environment. Its volume is kept, unless `--volumes` deletes it too.
///
/// Shows what goes and what stays, asks, ends what runs, and deletes exactly that. What sindri did not make for this
/// environment is never touched. When it is interrupted, it can be run again.
#[derive(Debug, Args)]
pub(super) struct Destroy {
    #[command(flatten)]
    environment: EnvironmentArguments,
    /// Delete the volume too, with everything that is on it.
    #[arg(long)]
    volumes: bool,
    /// Do not ask.
    #[arg(short, long, visible_alias = "auto-approve")]
    yes: bool,
    /// Show what would go and what would stay, and stop.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    wait: WaitArguments,
    #[command(flatten)]
    output: DocumentArguments,
}

/// What is gathered while it goes on, so that a program can be told at its end, however it ends.
#[derive(Debug, Default)]
struct Story {
    removal: Option<Removal>,
    removed: Removed,
    now: Option<i64>,
}

impl Destroy {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let mut story = Story::default();
        let outcome = runtime::block_on(async {
            let interrupt = Interrupt::listen()?;
            self.destroy(&interrupt, &mut story, ui).await
        });
        // A program is told how it ended, however it ended. A person has seen it.
        let document = || self.document(&story, outcome.as_ref().err());
        if let Some(document) = self.output.for_program(document) {
            ui.data(&document)?;
        }
        outcome
    }

    fn document(&self, story: &Story, failure: Option<&Failure>) -> serde_json::Value {
        report::removal_data::for_program(&Ended {
            result: match failure {
                Some(failure) => failure.ending(),
                None if self.dry_run => Ending::Planned,
                None if story.removed.deleted.is_empty() => Ending::Unchanged,
                None => Ending::Done,
            },
            exit_code: failure.map_or(0, Failure::exit_code),
            removal: story.removal.as_ref(),
            deleted: &story.removed.deleted,
            unknown: &story.removed.open,
            error: failure.map(Failure::for_program),
            now: story.now,
        })
    }

    /// Looks, shows, asks, removes; from the start again when the cluster moved meanwhile.
    async fn destroy(&self, interrupt: &Interrupt, story: &mut Story, ui: &mut Ui) -> Result<(), Failure> {
        let left = Failure::interrupted_early;
        let environment = interrupt.or(self.environment.find(ui)).await.ok_or_else(left)??;
        let mut approved: Option<Removal> = None;
        for _ in 0..ATTEMPTS {
            let removal = interrupt.or(self.look(&environment)).await.ok_or_else(left)??;
            story.now = environment.reach.session.server_time();
            story.removal = Some(removal.clone());
            let is_known = approved.as_ref().is_some_and(|approved| approved.has_same_effect(&removal));
            if !is_known {
                self.show(&environment, &removal, ui);
            }
            if removal.is_blocked() {
                return Err(Failure::not_removable(&removal));
            }
            if self.dry_run || is_settled(&removal) {
                return self.finish(&environment, (&removal, &story.removed), interrupt, ui).await;
            }
            if !is_known && !removal.goes.is_empty() {
                self.ask(&removal, interrupt, ui).await?;
                environment.reach.begin_anew();
            }
            let means = environment.reach.means(interrupt);
            if removal.goes.is_empty() {
                // Somebody is at it, or was killed when nothing was left to do.
                let place = (environment.namespace(), environment.name.as_str());
                means
                    .let_others_finish(place, ui)
                    .await
                    .map_err(|stopped| self.stopped(stopped.why.into(), &Removed::default()))?;
                approved = Some(removal);
                continue;
            }
            let (removed, outcome) = remove(&environment, &means, &removal, !self.wait.no_wait, ui).await;
            story.removed = removed;
            match outcome {
                Ok(()) => return self.finish(&environment, (&removal, &story.removed), interrupt, ui).await,
                Err(Undone::Moved) => {
                    ui.remark(Remark::Note, "the cluster has moved since it was shown: looking again");
                    approved = Some(removal);
                }
                Err(undone) => return Err(self.stopped(undone, &story.removed)),
            }
        }
        Err(Failure::restless())
    }

    /// What is there, and what of it goes.
    async fn look(&self, environment: &Environment) -> Result<Removal, Failure> {
        let (session, concurrency) = (&environment.reach.session, environment.reach.concurrency());
        let place = environment.reach.place();
        let inventory = take_inventory(session, place, environment.name.as_str(), concurrency).await?;
        let found = if namespace_may_go(&inventory, self.volumes) {
            contents(session, environment.namespace(), concurrency).await
        } else {
            Contents::Unasked
        };
        let wanted = removal(inventory.clone(), &found, &[], self.volumes);
        let denied = denials(session, needed(&wanted), concurrency).await?;
        Ok(removal(inventory, &found, &denied, self.volumes))
    }

    fn show(&self, environment: &Environment, removal: &Removal, ui: &mut Ui) {
        let now = environment.reach.session.server_time();
        let header = header::header(&removal.cluster, ui.style().width);
        let page = format!("{header}\n{}", report::removal::for_person(removal, now, ui.style()));
        // Who is asked has to see what is asked about.
        ui.lay_before(&page, !self.yes);
        ui.detail(&format!("{} requests", environment.reach.requests()));
    }

    async fn ask(&self, removal: &Removal, interrupt: &Interrupt, ui: &mut Ui) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        let name = removal.environment.as_str();
        let asked = async {
            if removal.loses_data() {
                let question = format!("Delete {name} and everything that is on its volume?");
                ui.confirm_by(&question, name, "--yes").await
            } else {
                ui.confirm(&format!("Delete {name}?"), "--yes").await
            }
        };
        if let Some(answer) = interrupt.or(asked).await {
            return answer;
        }
        ui.raw("\n");
        Err(Failure::interrupted_early())
    }

    /// Says what is left, and waits for what goes by itself.
    async fn finish(
        &self,
        environment: &Environment,
        (removal, removed): (&Removal, &Removed),
        interrupt: &Interrupt,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        if self.dry_run {
            return Ok(());
        }
        let is_namespace_going = removed.deleted.iter().any(|id| id.kind == Kind::Namespace);
        if (removal.ending_namespace.is_some() || is_namespace_going) && !self.wait.no_wait {
            let awaited = await_namespace(environment, removal, interrupt, ui).await;
            awaited.map_err(|undone| self.stopped(undone, removed))?;
        }
        if !removal.goes.is_empty() {
            ui.say(&format!(
                "{} {}",
                removal.environment,
                if self.wait.no_wait { "is being deleted" } else { "is gone" }
            ));
        }
        let volumes = removal.stays.iter().filter(|staying| staying.why == Why::Data);
        let kept: Vec<String> = volumes.map(|staying| staying.id.short()).collect();
        if !kept.is_empty() {
            let told = format!("{} is kept; to delete it too: `{} --volumes`", kept.join(", "), self.command());
            ui.remark(Remark::Next, &told);
        }
        Ok(())
    }

    fn stopped(&self, undone: Undone, removed: &Removed) -> Failure {
        let volumes = if self.volumes { " --volumes" } else { "" };
        Failure::undone(undone, removed, &format!("{}{volumes}", self.command()))
    }

    /// What to type for the same environment.
    fn command(&self) -> String {
        let name = self.environment.name.as_ref().map(|name| format!(" --name {name}"));
        let namespace = self.environment.cluster.namespace.as_ref().map(|name| format!(" --namespace {name}"));
        let file = self.environment.file.file.as_ref().map(|file| {
            let file = file.to_string_lossy().into_owned();
            format!(" --file {}", super::failure::word(&file))
        });
        let [name, namespace, file] = [name, namespace, file].map(Option::unwrap_or_default);
        format!("sindri destroy{file}{name}{namespace}")
    }
}

/// Whether nothing is to be done.
fn is_settled(removal: &Removal) -> bool {
    removal.ending_namespace.is_some() || (removal.goes.is_empty() && !removal.is_locked)
}

/// Everything that has to be allowed.
fn needed(removal: &Removal) -> Vec<Denial> {
    let need = |verb, id: &ObjectId, subresource| Denial { verb, id: id.clone(), subresource };
    let deletions = removal.goes.iter().map(|going| need("delete", &going.id, ""));
    let stops = removal.goes.iter().filter(|going| going.id.kind == Kind::Deployment);
    deletions.chain(stops.map(|going| need("patch", &going.id, "scale"))).collect()
}
