//! `sindri k8s load`

use std::path::PathBuf;

use clap::Args;
use futures_util::future::try_join_all;

use super::named::ProviderChoice;
use crate::cli::archive;
use crate::cli::bring::{Bring, listed};
use crate::cli::cluster::ClusterArguments;
use crate::cli::failure::{Failure, word};
use crate::cli::interrupt::Interrupt;
use crate::cli::machine::{Machine, running};
use crate::cli::ui::Ui;
use crate::cli::value;
use crate::config::reference::Reference;
use crate::image::{LocalImage, find_local};
use crate::kubernetes::{Options, connect};
use crate::local::{LocalCluster, ProviderName};
use crate::plan::{ClusterType, Facts};

/// Load images of this machine into all nodes of a local cluster.
///
/// The images are those of Docker or Podman, or those in an archive. `deploy` does it by itself for the image of an environment. A
/// node that has an image already is not given it again. Whether it has arrived is seen on the node.
#[derive(Debug, Args)]
pub(super) struct Load {
    /// The images, as the engine calls them.
    #[arg(value_name = "IMAGE", required_unless_present = "archive", value_parser = value::read(Reference::parse))]
    images: Vec<Reference>,
    /// A file that `docker save`, `podman save` or another builder wrote, instead of images of the engine; `-` reads standard input.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, conflicts_with = "images")]
    archive: Option<PathBuf>,
    /// The name of the cluster. Default: that of the current context, or the only one there is.
    #[arg(long, value_name = "CLUSTER")]
    name: Option<String>,
    /// Who made the cluster, where kind and k3d each have one of this name.
    #[arg(long, value_enum, value_name = "PROVIDER")]
    provider: Option<ProviderChoice>,
    #[command(flatten)]
    cluster: ClusterArguments,
}

impl Load {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let interrupt = Interrupt::listen()?;
        let machine = Machine::here().await?;
        let cluster = self.chosen(&machine, ui).await?;
        let nodes = running(&cluster)?;
        if let Some(path) = &self.archive {
            return archive::load(machine.engine, path, &nodes, &interrupt, ui).await;
        }
        let mut found = Vec::new();
        for reference in &self.images {
            let image = find_local(machine.engine, reference).await?;
            found.push(image.ok_or_else(|| missing(&machine, reference))?);
        }
        for image in &found {
            bring(&machine, image, &nodes, &interrupt, ui).await?;
        }
        Ok(())
    }

    /// The cluster that is meant.
    async fn chosen(&self, machine: &Machine, ui: &Ui) -> Result<LocalCluster, Failure> {
        let provider = self.provider.map(ProviderChoice::name);
        let clusters = machine.clusters.clone();
        let mut fitting: Vec<LocalCluster> = clusters
            .iter()
            .filter(|one| provider.is_none_or(|provider| one.provider == provider))
            .filter(|one| self.name.as_ref().is_none_or(|name| one.name == *name))
            .cloned()
            .collect();
        if self.name.is_none() && (fitting.len() > 1 || self.cluster.context.is_some()) {
            let current = self.current(ui).await;
            fitting.retain(|one| current.as_ref() == Some(&(one.provider, one.name.clone())));
        }
        match <[LocalCluster; 1]>::try_from(fitting) {
            Ok([cluster]) => Ok(cluster),
            Err(several) => Err(self.unclear(&clusters, &several, machine.engine.program())),
        }
    }

    /// The cluster of the context, as far as it is known without asking it.
    async fn current(&self, ui: &Ui) -> Option<(ProviderName, String)> {
        let options = Options { asks: false, ..self.cluster.options(None, ui) };
        let (_, target) = connect(&options, self.cluster.timeout).await.ok()?;
        match target.cluster_type(&Facts::new()) {
            ClusterType::Kind(name) => Some((ProviderName::Kind, name?)),
            ClusterType::K3d(name) => Some((ProviderName::K3d, name?)),
            ClusterType::Remote => None,
        }
    }

    fn unclear(&self, all: &[LocalCluster], several: &[LocalCluster], program: &str) -> Failure {
        let names: Vec<String> = all.iter().map(|one| format!("{} ({})", one.name, one.provider)).collect();
        let there = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        match (&self.name, several.len()) {
            (Some(name), 0) => Failure::configuration(format!("{program} has no cluster {name}; it has {there}"))
                .hint("see which there are: `sindri k8s list`"),
            (Some(name), _) => Failure::configuration(format!("kind and k3d each have a cluster {name}"))
                .hint("say whose is meant: `--provider kind` or `--provider k3d`"),
            (None, _) if all.is_empty() => Failure::configuration(format!("{program} has no cluster of kind or k3d"))
                .hint("make one: `sindri k8s create`"),
            (None, _) => Failure::configuration(format!("which cluster is meant is not clear: {program} has {there}"))
                .hint("name one with `--name`"),
        }
    }
}

fn missing(machine: &Machine, reference: &Reference) -> Failure {
    let program = machine.engine.program();
    if reference.digest.is_some() {
        return Failure::configuration(format!("{reference} is named by its digest, which a registry gives"))
            .hint("name it by its tag; nodes fetch what is named by a digest from its registry");
    }
    Failure::failed(format!("{program} does not have the image {reference}"), None).hint(format!(
        "see which it has: `{program} image ls`; fetch it: `{program} pull {0}`; build it: `{program} build -t {0} .`",
        word(&reference.to_string())
    ))
}

/// Brings one image to the nodes that do not have exactly this one under its own name and that of its content.
async fn bring(
    machine: &Machine,
    image: &LocalImage,
    nodes: &[String],
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let names: Vec<String> = [Some(image.name().to_string()), image.full_name()].into_iter().flatten().collect();
    let asking = nodes.iter().map(|node| machine.engine.on_node(node, &names));
    let answers = try_join_all(asking).await?;
    let is_whole = |found: &std::collections::BTreeMap<String, String>| {
        let mut digests = found.values();
        let first = digests.next();
        found.len() == names.len() && digests.all(|digest| Some(digest) == first)
    };
    let lacking = nodes.iter().zip(answers).filter(|(_, found)| !is_whole(found));
    let lacking: Vec<String> = lacking.map(|(node, _)| node.clone()).collect();
    let shown = image.to_string();
    if lacking.is_empty() {
        ui.say(&format!("{shown} is on {} already", listed(nodes)));
        return Ok(());
    }
    let (engine, name, size) = (machine.engine, image.name(), image.size());
    Bring { engine, name, also: image.found_by().zip(image.full_name()), nodes: &lacking, shown, size }
        .run(interrupt, ui)
        .await
}
