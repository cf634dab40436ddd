//! `sindri image`

use clap::{Args, Subcommand};
use serde_json::Value;

use super::failure::Failure;
use super::output::DocumentArguments;
use super::registries::{Asked, PatienceArguments, RegistryArguments, Vouched};
use super::source::FileArgument;
use super::ui::{Remark, Ui};
use super::{runtime, value};
use crate::config::reference::Reference;
use crate::image::{Registry, Wanted, inspect, resolve, verification};
use crate::report::{image, verdict};

/// Ask registries about images.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Image {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Resolve(Resolve),
    Verify(Verify),
}

/// Show which image a reference or a configuration means now.
///
/// A tag or a range of versions becomes a digest, with the platforms, the size and the age of the image. Nothing is
/// verified, and no cluster is asked.
#[derive(Debug, Args)]
struct Resolve {
    /// The image: `registry/repository:tag` or `registry/repository@digest`. Default: that of the configuration.
    #[arg(value_name = "REFERENCE", conflicts_with = "file", value_parser = value::read(Reference::parse))]
    reference: Option<Reference>,
    #[command(flatten)]
    question: Question,
}

/// Show who vouches for the image of a configuration.
///
/// The image is looked up, and every signature and attestation that the registry keeps beside it is held against
/// `deployment.image_config.trust`, as `deploy` does it. What holds is shown with its evidence: who signed, when, in which
/// log, built from what. Otherwise the exit code is 4, and for each thing that was found it is said why it does not do.
/// No cluster is asked.
#[derive(Debug, Args)]
struct Verify {
    /// Another image, to be judged by the same `trust`: is the next version signed? Default: that of the configuration.
    #[arg(value_name = "REFERENCE", value_parser = value::read(Reference::parse))]
    reference: Option<Reference>,
    #[command(flatten)]
    question: Question,
}

/// What every question about an image can be told.
#[derive(Debug, Args)]
struct Question {
    #[command(flatten)]
    file: FileArgument,
    #[command(flatten)]
    registries: RegistryArguments,
    #[command(flatten)]
    patience: PatienceArguments,
    #[command(flatten)]
    output: DocumentArguments,
}

impl Image {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        match self.command {
            Command::Resolve(command) => runtime::block_on(command.resolve(ui)),
            Command::Verify(command) => runtime::block_on(command.verify(ui)),
        }
    }
}

impl Question {
    /// The registry of an image; it is said if it is asked without the login that it may want.
    async fn reach(&self, wanted: &Wanted, ui: &mut Ui) -> Result<Registry, Failure> {
        let reached = self.registries.reach(wanted.repository(), self.patience.timeout).await?;
        if let Err(error) = &reached.login {
            ui.remark(Remark::Note, &format!("the registry is asked without a login: {error}"));
        }
        Ok(reached.registry)
    }

    fn answer(&self, text: impl FnOnce() -> String, data: impl FnOnce() -> Value, ui: &mut Ui) -> Result<(), Failure> {
        ui.data(&self.output.answer(text, data))
    }
}

impl Resolve {
    fn wanted(&self, ui: &mut Ui) -> Result<Wanted, Failure> {
        if let Some(reference) = &self.reference {
            return Ok(Wanted::of_reference(reference));
        }
        let (spec, _) = self.question.file.read(ui)?.understood()?;
        Ok(Wanted::of(&spec.image)?)
    }

    async fn resolve(self, ui: &mut Ui) -> Result<(), Failure> {
        let wanted = self.wanted(ui)?;
        let registry = self.question.reach(&wanted, ui).await?;
        let resolved = resolve(&registry, &wanted).await?;
        let images = inspect(&registry, &resolved).await?;
        ui.detail(&format!("{} requests", registry.requests()));
        let text = || image::for_person(&wanted, &resolved, &images);
        self.question.answer(text, || image::for_program(&wanted, &resolved, &images), ui)
    }
}

impl Verify {
    async fn verify(self, ui: &mut Ui) -> Result<(), Failure> {
        let (spec, source) = self.question.file.read(ui)?.understood()?;
        let wanted = match &self.reference {
            Some(reference) => Wanted::of_reference(reference),
            None => Wanted::of(&spec.image)?,
        };
        let Some(verification) = verification(&spec) else {
            return Err(Failure::configuration(format!(
                "{} does not say who has to vouch for {wanted}",
                source.name()
            ))
            .hint("add `verify_signature: true` and `trust` to `deployment.image_config`"));
        };
        let registry = &self.question.reach(&wanted, ui).await?;
        let (wanted, source, patience) = (&wanted, &source, self.question.patience.timeout);
        let network = &self.question.registries.network();
        let asked = Asked { registry, wanted, verification, source, network, patience };
        let Vouched { resolved, verdict, remark } = asked.vouched().await?;
        if let Some(remark) = remark {
            ui.remark(Remark::Note, &remark);
        }
        ui.detail(&format!("{} requests", registry.requests()));
        let text = || verdict::for_person(wanted, &resolved, verdict.signed());
        self.question.answer(text, || verdict::for_program(wanted, &resolved, verdict.signed()), ui)
    }
}
