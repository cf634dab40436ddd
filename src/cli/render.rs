//! `sindri render`

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::registries::{Certainty, Confirmed, PatienceArguments, RegistryArguments};
use super::runtime;
use super::source::{FileArgument, Source};
use super::ui::{Remark, Ui};
use super::value;
use crate::config::name::Namespace;
use crate::config::spec::Spec;
use crate::image::{AsWritten, Pinned, as_written};
use crate::report::objects;
use crate::workload::{Placement, render};

/// Print the Kubernetes objects of the environment.
///
/// The same file gives the same bytes, without a cluster and without the network. Pipe them into `kubectl apply -f -`,
/// or keep them in git. The login for the image's registry is not among them: `imagePullSecrets` names Secrets that are.
#[derive(Debug, Args)]
pub(super) struct Render {
    #[command(flatten)]
    file: FileArgument,
    /// The namespace, instead of the file's.
    #[arg(short, long, value_name = "NAMESPACE", env = "SINDRI_NAMESPACE", hide_env_values = true, value_parser = value::read(Namespace::parse))]
    namespace: Option<Namespace>,
    /// Ask the registry which image is meant, and write its digest, as `deploy` does.
    #[arg(long)]
    pin: bool,
    #[command(flatten)]
    registries: RegistryArguments,
    #[command(flatten)]
    patience: PatienceArguments,
    /// Leave out the namespace itself and its quota: somebody else owns them.
    #[arg(long)]
    without_namespace: bool,
    /// How to write the objects.
    #[arg(
        short,
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "yaml",
        env = "SINDRI_OUTPUT",
        hide_env_values = true
    )]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// A stream of documents.
    Yaml,
    /// One list.
    Json,
}

impl Render {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let (spec, source) = self.file.read(ui)?.understood()?;
        let placement = Placement {
            namespace: self.namespace.clone().or_else(|| spec.kubernetes.namespace.clone()),
            owns_namespace: !self.without_namespace,
        };
        let (rendered, mut remarks) = if self.pin {
            let (image, noticed) = runtime::block_on(pinned(&self, &spec, &source))?;
            (render(&spec, image, &placement).objects, noticed)
        } else {
            let image = as_written(&spec)?;
            let remarks = uncertain(&image);
            (render(&spec, image, &placement).objects, remarks)
        };
        remarks.extend(notes(&spec, &placement));
        for remark in remarks {
            ui.remark(Remark::Note, &remark);
        }
        ui.data(&match self.output {
            Output::Yaml => objects::as_yaml(&rendered),
            Output::Json => objects::as_json(&rendered),
        })
    }
}

/// The image that `deploy` would apply now, and what could not be looked at.
async fn pinned(command: &Render, spec: &Spec, source: &Source) -> Result<(Pinned, Vec<String>), Failure> {
    let found = command.registries.find(spec, source, command.patience.timeout).await?;
    match found.certainty {
        Certainty::Asked(_) => {
            let own = found.image.content().map(|name| {
                format!(
                    "the image {name} is this machine's own: nodes have to have it, `sindri k8s load` gives it to them"
                )
            });
            let mut remarks: Vec<String> = found.remark.into_iter().chain(found.instead).collect();
            remarks.extend(own);
            Ok((found.image, remarks))
        }
        Certainty::Open(open) => open.confirm().await.map(|confirmed| {
            let Confirmed { image, noticed } = confirmed;
            (image, noticed.into_iter().map(|finding| finding.message).collect())
        }),
    }
}

/// What an image that nobody was asked about can turn out to be.
fn uncertain(image: &AsWritten) -> Vec<String> {
    let mut notes = Vec::new();
    if !image.is_digest() {
        notes.push(format!("the image {image} is rendered as written: what it means can change until it is a digest"));
    }
    if image.is_unverified() {
        notes.push(format!("the image {image} has not been verified: `render` asks no registry"));
    }
    notes
}

/// What the objects do not show.
fn notes(spec: &Spec, placement: &Placement) -> Vec<String> {
    let mut notes = Vec::new();
    if placement.namespace.is_none() {
        notes.push("no namespace is named: the objects go where they are applied".to_owned());
    }
    let quota_has_no_home = placement.owns_namespace && placement.made_namespace().is_none();
    if !spec.kubernetes.quota.is_empty() && quota_has_no_home {
        notes.push("the quota is left out: only a namespace that is made with the environment gets one".to_owned());
    }
    if !spec.kubernetes.access.is_empty() {
        notes.push(
            "Kubernetes grants rights to pods by namespace: whoever `rbac` names can reach every pod in it".to_owned(),
        );
    }
    notes
}
