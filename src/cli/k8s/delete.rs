//! `sindri k8s delete`

use clap::Args;

use super::super::failure::{Failure, word};
use super::super::interrupt::Interrupt;
use super::super::machine::Machine;
use super::super::ui::Ui;
use super::named::{ProviderChoice, context, mentions};
use super::progress::Working;
use super::rows::{PATIENCE, session};
use super::status::environments_in;
use super::turn;
use crate::kubernetes::is_server_here;
use crate::local::{KubeconfigFiles, LocalCluster, LocalState, Mentions, ProviderName, Registry, Workplace, clusters};

/// Delete clusters on this machine, with everything in them.
///
/// Shows the environments that go with them, and asks. The contexts that led to them go too; nothing else of your kubeconfig is
/// touched. The registry goes with the last cluster that uses it, or with the last of all.
#[derive(Debug, Args)]
pub(super) struct Delete {
    /// The names of the clusters.
    #[arg(value_name = "NAME", required_unless_present = "all", conflicts_with = "all")]
    names: Vec<String>,
    /// Who made them. Needed where kind and k3d have one of this name each.
    #[arg(long, value_enum, value_name = "PROVIDER")]
    provider: Option<ProviderChoice>,
    /// All clusters on this machine; with `--provider`, all of that one.
    #[arg(long)]
    all: bool,
    /// Do not ask.
    #[arg(short, long, visible_alias = "auto-approve")]
    yes: bool,
}

impl Delete {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let interrupt = Interrupt::listen()?;
        let _turn = turn::take(&self.in_words(), &interrupt, ui).await?;
        let machine = Machine::here().await?;
        let files = KubeconfigFiles::of_this_process(None)?;
        let gone = self.only_written(&machine, &files)?;
        let meant = self.meant(&machine, &gone)?;
        let last = is_last(&machine, &meant);
        if meant.is_empty() && gone.is_empty() && !last {
            ui.say("there are no clusters to delete");
            return Ok(());
        }
        let mut page: String = gone.iter().map(Leftover::shown).collect();
        for cluster in &meant {
            page.push_str(&shown(cluster, &files).await);
        }
        if last {
            page.push_str(
                "the registry on this machine, with everything that was pushed to it: no other cluster uses it\n",
            );
        }
        if self.yes {
            ui.show(&page);
        } else {
            ui.raw(&page);
            let asked = interrupt.or(ask(&meant, &gone, ui)).await;
            asked.ok_or_else(|| Failure::interrupted("nothing was deleted"))??;
        }
        for Leftover { provider, name, .. } in &gone {
            files.remove(&provider.context(name), &provider.provider().user(name))?;
            ui.say(&format!("{name} was gone already; what the kubeconfig said of it is gone too"));
        }
        for (count, cluster) in meant.iter().enumerate() {
            // What is under way is finished: a context must not lead to what is half gone.
            let removed = interrupt.after_this(remove(&machine, cluster, &files, ui), || ()).await;
            removed.ok_or_else(|| left(count, &meant))??;
            if interrupt.wanted.get() {
                return Err(left(count + 1, &meant));
            }
        }
        // Somebody may have made one that uses it meanwhile.
        let containers = machine.engine.containers().await?;
        if last && !clusters(&containers).iter().any(LocalCluster::uses_registry) {
            Registry::remove(machine.engine, false).await?;
            ui.say("the registry is gone");
        }
        Ok(())
    }

    fn in_words(&self) -> String {
        if self.all {
            "sindri k8s delete --all".to_owned()
        } else {
            format!("sindri k8s delete {}", self.names.join(" "))
        }
    }

    /// Clusters of these names that are not there and that the kubeconfig still leads to: somebody was killed at deleting
    /// them. An entry that leads to another machine is somebody else's.
    fn only_written(&self, machine: &Machine, files: &KubeconfigFiles) -> Result<Vec<Leftover>, Failure> {
        let mut found: Vec<Leftover> = Vec::new();
        for name in self.names.iter().filter(|name| machine.clusters.iter().all(|one| one.name != **name)) {
            for provider in ProviderName::ALL {
                let is_known = found.iter().any(|one| one.provider == provider && one.name == *name);
                let is_meant = self.provider.is_none_or(|choice| choice.name() == provider);
                let mentions = files.mentions(&provider.context(name))?;
                let is_here = mentions.is_there && mentions.servers.iter().all(|server| is_server_here(server));
                if is_meant && is_here && !is_known {
                    found.push(Leftover { provider, name: name.clone(), mentions });
                }
            }
        }
        Ok(found)
    }

    fn meant<'a>(&self, machine: &'a Machine, gone: &[Leftover]) -> Result<Vec<&'a LocalCluster>, Failure> {
        if self.all {
            let is_meant = |one: &&LocalCluster| self.provider.is_none_or(|provider| provider.name() == one.provider);
            return Ok(machine.clusters.iter().filter(is_meant).collect());
        }
        let mut meant: Vec<&LocalCluster> = Vec::new();
        for name in self.names.iter().filter(|name| gone.iter().all(|gone| gone.name != **name)) {
            let one = machine.named(name, self.provider)?;
            if !meant.contains(&one) {
                meant.push(one);
            }
        }
        Ok(meant)
    }
}

/// What the kubeconfig says of a cluster that is not there.
struct Leftover {
    provider: ProviderName,
    name: String,
    mentions: Mentions,
}

impl Leftover {
    fn shown(&self) -> String {
        let program = self.provider.program();
        let mut text = format!("what the kubeconfig says of {} ({program}), which is not there any more\n", self.name);
        text.extend(self.mentions.servers.iter().map(|server| format!("  server {server}\n")));
        text.extend(self.mentions.contexts.iter().map(|context| format!("  context {context}\n")));
        text
    }
}

async fn ask(meant: &[&LocalCluster], gone: &[Leftover], ui: &mut Ui) -> Result<(), Failure> {
    let (question, word) = match (meant, gone) {
        ([], []) => ("Delete the registry and everything in it?".to_owned(), "delete"),
        ([], [first, ..]) if gone.iter().all(|one| one.name == first.name) => {
            (format!("Remove what the kubeconfig says of {}?", first.name), first.name.as_str())
        }
        ([], _) => ("Remove what the kubeconfig says of these clusters?".to_owned(), "delete"),
        ([only], []) => (format!("Delete {} and everything in it?", only.name), only.name.as_str()),
        (several, []) => (format!("Delete these {} clusters and everything in them?", several.len()), "delete"),
        (_, _) => ("Delete all of this and everything in it?".to_owned(), "delete"),
    };
    ui.confirm_by(&question, word, "--yes").await
}

/// It was interrupted when this many were gone.
fn left(gone: usize, meant: &[&LocalCluster]) -> Failure {
    Failure::interrupted(format!("interrupted: {gone} of {} clusters are gone", meant.len()))
        .hint("see what is there with `sindri k8s list`, and delete the rest with the same command")
}

/// Whether the registry has nobody left when these are gone. One whose clusters went in other ways goes with the last cluster.
fn is_last(machine: &Machine, meant: &[&LocalCluster]) -> bool {
    let mut stay = machine.clusters.iter().filter(|one| !meant.contains(one)).peekable();
    let goes = stay.peek().is_none() || meant.iter().any(|one| one.uses_registry());
    goes && !stay.any(LocalCluster::uses_registry)
        && Registry::standing(&machine.containers).is_ok_and(|standing| standing.is_some())
}

/// What goes with a cluster.
async fn shown(cluster: &LocalCluster, files: &KubeconfigFiles) -> String {
    let nodes = cluster.nodes.len();
    let mut text =
        format!("cluster {} ({}, {nodes} node{})\n", cluster.name, cluster.provider, if nodes == 1 { "" } else { "s" });
    let found = mentions(files, cluster).unwrap_or_default();
    let way = context(&found, cluster).filter(|_| cluster.state() == LocalState::Running);
    let environments = match way {
        Some(context) => match session(context, PATIENCE).await {
            Ok(session) => environments_in(&session).await,
            Err(_) => None,
        },
        None => None,
    };
    match environments {
        None => text.push_str("  what is in it is not known: its server does not answer\n"),
        Some(all) if all.is_empty() => text.push_str("  no environments are in it\n"),
        Some(all) => text.extend(all.iter().map(|one| format!("  environment {one}, and its volume\n"))),
    }
    text.extend(found.contexts.iter().map(|context| format!("  context {context}\n")));
    text
}

async fn remove(
    machine: &Machine,
    cluster: &LocalCluster,
    files: &KubeconfigFiles,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let maker = machine.maker(cluster.provider)?;
    let workplace = Workplace::new()?;
    let cleared = {
        let mut working = Working::new(&format!("deleting {}", cluster.name), ui);
        maker.clear(&cluster.name, &workplace, &mut |line| working.tell(line)).await
    };
    // Whatever else went wrong: a context must not lead to what is not there.
    if cleared.is_err() && maker.look(&cluster.name).await?.is_some() {
        return Ok(cleared?);
    }
    files
        .remove(&cluster.context(), &maker.provider.user(&cluster.name))
        .map_err(|error| Failure::from(error).adding(&format!("the cluster {} is gone", word(&cluster.name))))?;
    cleared?;
    ui.say(&format!("{} is gone", cluster.name));
    Ok(())
}
