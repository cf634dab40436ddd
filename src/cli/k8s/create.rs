//! `sindri k8s create`

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::super::cluster::duration;
use super::super::failure::{Failure, word};
use super::super::interrupt::Interrupt;
use super::super::machine::Machine;
use super::super::ui::{Remark, Ui};
use super::making::{Making, make};
use super::named::{ProviderChoice, context, mentions};
use super::own_file;
use super::registry::bring_back;
use super::trouble::unmergeable;
use super::turn;
use crate::local::{
    KubeconfigFiles, LocalCluster, LocalState, Maker, MakerTrouble, ProviderName, Registry, Wanted, Workplace,
};

/// The name of a cluster to which nobody gave one.
const NAME: &str = "sindri-local";

/// Less room than this is little: an image of a node takes one of them.
const LITTLE: u64 = 3 << 30;

/// Make a cluster on this machine with kind or k3d, and the context that leads to it.
///
/// A cluster that is there already and has this shape is left as it is. What is interrupted or fails leaves nothing behind,
/// unless `--retain` keeps it to be looked at.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// Who makes it; default: the one that is installed, kind first.
    #[arg(long, value_enum, value_name = "PROVIDER", env = "SINDRI_PROVIDER", hide_env_values = true)]
    provider: Option<ProviderChoice>,
    /// The name of the cluster; default: the file's own, then `sindri-local`.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// How many nodes: one runs the control plane, all others are workers; default: 1.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=50))]
    nodes: Option<u16>,
    /// The version of Kubernetes, for example 1.34.0; default: the provider's own.
    #[arg(long, value_name = "VERSION", conflicts_with = "image", value_parser = version)]
    k8s_version: Option<semver::Version>,
    /// What the nodes are made from; default: `SINDRI_KIND_IMAGE` or `SINDRI_K3D_IMAGE`, then the provider's own.
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// The default of `--image` with kind.
    #[arg(long, hide = true, value_name = "IMAGE", env = "SINDRI_KIND_IMAGE", hide_env_values = true)]
    kind_image: Option<String>,
    /// The default of `--image` with k3d.
    #[arg(long, hide = true, value_name = "IMAGE", env = "SINDRI_K3D_IMAGE", hide_env_values = true)]
    k3d_image: Option<String>,
    /// A registry at this port of 127.0.0.1, which all clusters that ask for it share; default: 5001.
    #[arg(long, value_name = "PORT", num_args = 0..=1, require_equals = true, default_missing_value = "5001", value_parser = clap::value_parser!(u16).range(1..))]
    registry: Option<u16>,
    /// What the registry is made from.
    #[arg(
        long,
        value_name = "IMAGE",
        env = "SINDRI_REGISTRY_IMAGE",
        hide_env_values = true,
        default_value = "registry:2"
    )]
    registry_image: String,
    /// How long to wait until the nodes are ready: 90s, 5m, 1h30m.
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    wait: Duration,
    /// A configuration of the provider's own: a `Cluster` of kind, a `Simple` of k3d.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// Keep what fails, to look at it.
    #[arg(long)]
    retain: bool,
    /// Leave the current context as it is.
    #[arg(long)]
    no_switch: bool,
}

impl Create {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let interrupt = Interrupt::listen()?;
        let written = self.config.as_deref().map(own_file::read).transpose()?;
        let named = self.name.as_ref().map(|name| format!(" --name {name}")).unwrap_or_default();
        let _turn = turn::take(&format!("sindri k8s create{named}"), &interrupt, ui).await?;
        let machine = Machine::here().await?;
        let maker = self.maker(&machine).await?;
        let wanted = self.wanted(&maker, written.as_deref())?;
        let configured = maker.provider.configure(&wanted, written.as_deref());
        let configured = configured.map_err(|error| unmergeable(&error, self.config.as_deref()))?;
        let files = KubeconfigFiles::of_this_process(None)?;
        let is_named = |one: &&LocalCluster| one.name == wanted.name;
        let is_own = |one: &&LocalCluster| one.provider == maker.provider.name() && is_named(one);
        let own = machine.clusters.iter().find(is_own);
        if let Some(there) = own.or_else(|| machine.clusters.iter().find(is_named)) {
            let port = Registry::standing(&machine.containers)?.map(|registry| registry.port);
            self.settle(there, (&wanted, configured.nodes, port), &maker, &files, ui).await?;
            if let Some(port) = self.registry.filter(|_| there.state() == LocalState::Running) {
                let registry = (port, self.registry_image.as_str(), self.wait);
                bring_back(&maker, there, &machine.containers, registry, &interrupt, ui).await?;
            }
            return Ok(());
        }
        let context = maker.provider.name().context(&wanted.name);
        files.check(&context, &maker.provider.user(&wanted.name), !self.no_switch)?;
        let mentions = files.mentions(&context)?;
        if self.registry.is_some() {
            Registry::standing(&machine.containers)?;
        }
        self.note(&maker, ui).await;
        let workplace = Workplace::new()?;
        let making = Making {
            maker: &maker,
            wanted: &wanted,
            configured: &configured,
            workplace: &workplace,
            files: &files,
            wait: self.wait,
            switches: !self.no_switch,
            has_entries: mentions.is_there || !mentions.contexts.is_empty(),
            wrote: Cell::new(false),
            is_theirs: Cell::new(false),
        };
        let registry = self.registry.map(|port| (port, self.registry_image.as_str()));
        let told = Box::pin(make(&making, &machine.containers, registry, &interrupt, ui)).await?;
        ui.say(&format!(
            "{} is ready: {}, {}",
            wanted.name,
            maker.provider.name(),
            of_nodes(usize::from(configured.nodes))
        ));
        ui.say(&format!("the context {} is in {}", told.context, told.path.display()));
        if let Some(port) = self.registry {
            ui.say(&format!("its registry: push to localhost:{port}/NAME and use that name as the image"));
        }
        ui.remark(Remark::Next, "deploy an environment into it with `sindri deploy`");
        Ok(())
    }

    /// The provider that is asked for, the one that has made a cluster of this name, or the first that is here.
    async fn maker(&self, machine: &Machine) -> Result<Maker, Failure> {
        let name = self.name.as_deref().or(self.config.is_none().then_some(NAME));
        let there = machine.clusters.iter().find(|one| Some(one.name.as_str()) == name);
        let asked = self.provider.map(ProviderChoice::name).or(there.map(|one| one.provider));
        for provider in asked.map_or(ProviderName::ALL.to_vec(), |asked| vec![asked]) {
            let maker = machine.maker(provider)?;
            match maker.version().await {
                Err(MakerTrouble::Missing { .. }) if asked.is_none() => {}
                Err(error) => return Err(error.into()),
                Ok(_) => return Ok(maker),
            }
        }
        Err(MakerTrouble::NoMaker.into())
    }

    fn wanted(&self, maker: &Maker, written: Option<&str>) -> Result<Wanted, Failure> {
        let own = written.and_then(|text| maker.provider.written_name(text));
        let name = self.name.clone().or(own).unwrap_or_else(|| NAME.to_owned());
        check(&name, maker.provider.longest_name())?;
        let of_version = |version: &semver::Version| maker.provider.image(&version.to_string());
        Ok(Wanted {
            name,
            nodes: self.nodes.or(if written.is_none() { Some(1) } else { None }),
            image: self.image.clone().or(self.k8s_version.as_ref().map(of_version)).or_else(|| {
                let usual = match maker.provider.name() {
                    ProviderName::Kind => &self.kind_image,
                    ProviderName::K3d => &self.k3d_image,
                };
                // The provider's own file names its images itself.
                usual.clone().filter(|image| written.is_none() && !image.is_empty())
            }),
            registry: self.registry,
            retain: self.retain,
            limit: self.wait,
        })
    }

    /// A cluster of that name is there: it is what was asked for, or it is told what is not.
    async fn settle(
        &self,
        there: &LocalCluster,
        (wanted, nodes, port): (&Wanted, u16, Option<u16>),
        maker: &Maker,
        files: &KubeconfigFiles,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        let name = word(&there.name);
        if there.provider != maker.provider.name() {
            return Err(Failure::failed(
                format!("there is a cluster {} already, made by {}", there.name, there.provider),
                None,
            )
            .hint(format!("use it with `--provider {}`, or choose another name with `--name`", there.provider)));
        }
        let is_asked = self.nodes.is_some() || self.config.is_some();
        let image = wanted.image.as_deref();
        let mut other = there.differences(is_asked.then_some(nodes), image, wanted.registry.is_some());
        if let (Some(asked), true) = (wanted.registry, there.uses_registry())
            && let Some(port) = port.filter(|port| *port != asked)
        {
            other.push(format!("registry: at the port {port} there, at {asked} asked for"));
        }
        if !other.is_empty() {
            return Err(Failure::failed(format!("there is a cluster {} already, of another shape", there.name), None)
                .hearing(other)
                .hint(format!("use another name with `--name`, or make it anew: `sindri k8s delete {name}`")));
        }
        match there.state() {
            LocalState::Running => {}
            LocalState::Stopped => {
                ui.say(&format!("{} is there already, and is stopped", there.name));
                ui.remark(Remark::Next, &format!("start it with `sindri k8s start {name}`"));
                return Ok(());
            }
            LocalState::Broken => {
                return Err(Failure::failed(
                    format!("there is a cluster {} already, and it is broken", there.name),
                    None,
                )
                .hint(format!(
                    "see it with `sindri k8s status {name}`, or delete it with `sindri k8s delete {name}`"
                )));
            }
        }
        ui.say(&format!("{} is there already: {}, {}", there.name, there.provider, of_nodes(there.nodes.len())));
        let found = mentions(files, there)?;
        if let Some(context) = context(&found, there).filter(|_| found.is_there) {
            ui.say(&format!("the context {context} leads to it"));
            return Ok(());
        }
        let (entries, _) = maker.kubeconfig(&there.name).await?;
        let path = files.add(&entries, !self.no_switch)?;
        ui.say(&format!("the context {} was missing, and is in {} now", entries.context, path.display()));
        Ok(())
    }

    /// What a person should know before it begins.
    async fn note(&self, maker: &Maker, ui: &mut Ui) {
        if let Some(room) = maker.room().await.filter(|room| *room < LITTLE) {
            let left = room / (1 << 20);
            let message = format!(
                "only {left} MiB are left where the engine keeps its data: `docker system df` says what takes them, `docker system prune` frees some"
            );
            ui.remark(Remark::Note, &message);
        }
        let image = self.k8s_version.as_ref().map(|version| maker.provider.image(&version.to_string()));
        if let Some(image) = image.filter(|image| maker.provider.name() == ProviderName::Kind && !image.contains('@')) {
            let message = format!(
                "{image} is used by its tag: the release notes of your kind name the digest that it was tested with"
            );
            ui.remark(Remark::Note, &message);
        }
    }
}

fn of_nodes(count: usize) -> String {
    if count == 1 { "1 node".to_owned() } else { format!("{count} nodes") }
}

/// A version as it is written with `v` or without.
fn version(text: &str) -> Result<semver::Version, String> {
    semver::Version::parse(text.trim_start_matches('v'))
        .map_err(|error| format!("{error}; write all three numbers, for example 1.34.0"))
}

/// Whether containers, networks and contexts can be named after it.
fn check(name: &str, longest: usize) -> Result<(), Failure> {
    let is_good = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    let has_good_ends = !name.starts_with('-') && !name.ends_with('-');
    let problem = if name.is_empty() || !name.chars().all(is_good) || !has_good_ends {
        format!("`{name}` is no name of a cluster: lower-case letters, digits and `-`, neither first nor last a `-`")
    } else if name.len() > longest {
        format!("`{name}` is too long: {longest} characters at most")
    } else {
        return Ok(());
    };
    Err(Failure::configuration(problem).hint("choose another one with `--name`"))
}

#[cfg(test)]
mod tests {
    use super::{check, version};

    #[test]
    fn names_are_what_containers_can_be_called() {
        for name in ["a", "dev-1", "sindri-local", "1"] {
            assert!(check(name, 32).is_ok(), "{name}");
        }
        for name in ["", "Dev", "a_b", "-a", "a-", "a.b", &"a".repeat(33)] {
            assert!(check(name, 32).is_err(), "{name}");
        }
    }

    #[test]
    fn a_version_has_three_numbers() {
        assert_eq!(version("v1.34.0"), version("1.34.0"));
        assert!(version("1.34").is_err() && version("").is_err());
    }
}
