//! `sindri rollback`

use clap::Args;

use super::cluster::ClusterArguments;
use super::converge::Converge;
use super::engine::{Engine, Reach};
use super::environment::selector;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::output::{DocumentArguments, WaitArguments};
use super::registries::{Found, RegistryArguments};
use super::source::{FileArgument, Source};
use super::story::Story;
use super::ui::{Remark, Ui};
use super::{own_image, runtime};
use crate::config::name::{EnvironmentName, Namespace};
use crate::config::reference::Reference;
use crate::config::spec::Spec;
use crate::kubernetes::past;
use crate::names::{ContentName, Kind, ObjectId};
use crate::plan::{Revision, previous, revisions};
use crate::workload::as_it_was;

/// Make the environment what it was before: the image and the pod of an earlier revision.
///
/// Shows the plan, asks, does exactly that, and waits until the environment is ready. The volume and everything else stay
/// as they are. An image that somebody has to vouch for is verified again. The configuration does not change: `sindri plan`
/// shows how it differs from what runs then, and the next deploy brings it back.
#[derive(Debug, Args)]
pub(super) struct Rollback {
    #[command(flatten)]
    file: FileArgument,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    registries: RegistryArguments,
    /// The revision to go back to, as `sindri history` numbers them; default: the one before that differs.
    #[arg(long, value_name = "REVISION", value_parser = revision)]
    to: Option<i64>,
    /// Do not ask.
    #[arg(short, long, visible_alias = "auto-approve")]
    yes: bool,
    /// Show the plan and stop.
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

/// The number of a revision.
fn revision(text: &str) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| "write the number of a revision, as `sindri history` shows it".to_owned())
}

impl Rollback {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let mut story = Story::begin();
        let outcome = runtime::block_on(async {
            let interrupt = Interrupt::listen()?;
            Box::pin(self.roll_back(&interrupt, &mut story, ui)).await
        });
        let document = || story.document(outcome.as_ref().err(), self.dry_run);
        if let Some(document) = self.output.for_program(document) {
            ui.data(&document)?;
        }
        outcome
    }

    async fn roll_back(&self, interrupt: &Interrupt, story: &mut Story, ui: &mut Ui) -> Result<(), Failure> {
        let left = Failure::interrupted_early;
        let (spec, source) = self.file.read(ui)?.understood()?;
        let looking = async {
            let reach = Reach::new(&self.cluster.options(Some(&spec), ui), &self.cluster).await?;
            let id = ObjectId::new(Kind::Deployment, &reach.target.namespace, spec.name.as_str());
            let past = past(&reach.session, &id, &selector(&spec.name)).await?;
            Ok::<_, Failure>((reach, revisions(&past.deployment, &past.sets)))
        };
        let (reach, revisions) = interrupt.or(looking).await.ok_or_else(left)??;
        let revision = self.chosen(&revisions, &spec.name)?;
        if revision.is_current {
            ui.say(&format!("{} is at revision {} already", spec.name, revision.number));
            return Ok(());
        }
        let finding = self.found(&spec, &source, revision);
        let Found { image, certainty, remark, .. } = interrupt.or(finding).await.ok_or_else(left)??;
        if let Some(remark) = remark {
            ui.remark(Remark::Note, &remark);
        }
        let namespace = Namespace::parse(&reach.target.namespace)
            .map_err(|error| Failure::context_namespace(&reach.target.namespace, &error))?;
        let desired = as_it_was((&spec.name, &namespace), image, &revision.template, &revision.notes)
            .map_err(|error| Failure::not_deployable(&error.to_string(), revision.number))?;
        let config_hash = revision.config_hash().unwrap_or_default().to_owned();
        let differs = config_hash != spec.fingerprint();
        let engine = Engine::as_it_was(reach, desired, certainty, config_hash, self.force_conflicts);
        let by = revision.by().map(|by| format!(" by {by}")).unwrap_or_default();
        ui.say(&format!("{} goes back to revision {}, of {}{by}", spec.name, revision.number, revision.at));
        let converge = Converge { yes: self.yes, dry_run: self.dry_run, no_wait: self.wait.no_wait };
        let outcome = converge.run(&engine, interrupt, story, ui).await;
        outcome.map_err(|failure| failure.of_rollback(revision.number))?;
        if differs && !self.dry_run {
            ui.remark(
                Remark::Note,
                "the configuration says something else: `sindri plan` shows it, `sindri deploy` applies it",
            );
        }
        Ok(())
    }

    fn chosen<'a>(&self, revisions: &'a [Revision], name: &EnvironmentName) -> Result<&'a Revision, Failure> {
        let found = match self.to {
            Some(number) => revisions.iter().find(|revision| revision.number == number),
            None => previous(revisions),
        };
        let what = self.to.map_or_else(|| "earlier revision".to_owned(), |number| format!("revision {number}"));
        found.ok_or_else(|| {
            Failure::failed(format!("nothing was changed: {name} has no {what}"), None)
                .hint("see which there are: `sindri history`")
        })
    }

    /// The image of a revision, under the rules of the configuration: whoever has to vouch for its image has to vouch for
    /// this one.
    async fn found(&self, spec: &Spec, source: &Source, revision: &Revision) -> Result<Found, Failure> {
        if let Some(name) = ContentName::parse(&revision.image) {
            return own_image::recalled(spec, name);
        }
        let not_pinned = || Failure::not_deployable("its image is not named by its digest", revision.number);
        let reference = Reference::parse(&revision.image).map_err(|_malformed| not_pinned())?;
        let digest = reference.digest.ok_or_else(not_pinned)?;
        let spec = spec.with_digest(reference.repository, digest);
        Box::pin(self.registries.find(&spec, source, self.cluster.timeout)).await
    }
}
