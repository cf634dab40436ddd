//! A cluster is made: by its provider, looked at, reached, waited for; or nothing of it stays.

use std::cell::Cell;
use std::error::Error;
use std::iter::successors;
use std::path::PathBuf;
use std::time::Duration;

use super::super::failure::{Failure, word};
use super::super::interrupt::Interrupt;
use super::super::ui::{Remark, Ui};
use super::progress::Working;
use super::registry;
use super::waiting::await_ready;
use crate::local::{
    Configured, Container, Ensured, Entries, Followed, KubeconfigFiles, LocalCluster, LocalState, Maker, MakerTrouble,
    REGISTRY, Registry, Wanted, Workplace, registries,
};

/// Everything that is needed to make a cluster.
pub(super) struct Making<'a> {
    pub(super) maker: &'a Maker,
    pub(super) wanted: &'a Wanted,
    pub(super) configured: &'a Configured,
    pub(super) workplace: &'a Workplace,
    pub(super) files: &'a KubeconfigFiles,
    pub(super) wait: Duration,
    pub(super) switches: bool,
    /// Whether the kubeconfig said something of a cluster of that name before.
    pub(super) has_entries: bool,
    /// Set where this run has begun to write what the kubeconfig did not say before.
    pub(super) wrote: Cell<bool>,
    /// Set where somebody else made a cluster of that name meanwhile: it is theirs, and stays.
    pub(super) is_theirs: Cell<bool>,
}

/// What came of it.
pub(super) struct Told {
    pub(super) context: String,
    pub(super) path: PathBuf,
}

/// Makes it. There was none of that name: whatever is there when it fails is ours to remove.
pub(super) async fn make(
    making: &Making<'_>,
    containers: &[Container],
    registry: Option<(u16, &str)>,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<Told, Failure> {
    let name = &making.wanted.name;
    let made_registry = match registry {
        None => None,
        Some((port, image)) => {
            match Registry::ensure(making.maker.engine, containers, port, image, interrupt.signal()).await? {
                Ensured::There | Ensured::Started => None,
                Ensured::Made { keeps_volume } => Some(keeps_volume),
                Ensured::Stopped { keeps_volume } => {
                    clear_registry(making, keeps_volume, ui).await;
                    return Err(left(name));
                }
            }
        }
    };
    let outcome = {
        let mut working = Working::new(&format!("making {name} with {}", making.maker.provider.name()), ui);
        steps(making, registry.map(|(port, _)| port), interrupt, &mut working).await
    };
    let Err(failure) = outcome else { return outcome };
    if making.wanted.retain && !making.is_theirs.get() {
        let hint = format!("what is there of it was kept; delete it with `sindri k8s delete {}`", word(name));
        ui.remark(Remark::Note, &hint);
        return Err(failure);
    }
    // What failed first is what is told at the end; whatever cannot be removed keeps nothing else from being removed.
    let mut is_clean = making.is_theirs.get() || clear_cluster(making, ui).await;
    if let Some(keeps_volume) = made_registry {
        is_clean &= clear_registry(making, keeps_volume, ui).await;
    }
    if making.wrote.get() {
        is_clean &= clear_entries(making, ui);
    }
    if making.is_theirs.get() || !is_clean {
        Err(failure)
    } else {
        Err(failure.adding("nothing of it was left behind"))
    }
}

async fn clear_cluster(making: &Making<'_>, ui: &mut Ui) -> bool {
    let name = &making.wanted.name;
    let cleared = {
        let mut working = Working::new(&format!("removing what is there of {name}"), ui);
        making.maker.clear(name, making.workplace, &mut |line| working.tell(line)).await
    };
    let command = format!("sindri k8s delete {}", word(name));
    is_cleared(cleared, &format!("not everything of {name} could be removed"), &command, ui)
}

async fn clear_registry(making: &Making<'_>, keeps_volume: bool, ui: &mut Ui) -> bool {
    let engine = making.maker.engine;
    let command = format!("{} rm --force --volumes {REGISTRY}", engine.program());
    is_cleared(Registry::take_back(engine, keeps_volume).await, "the registry could not be removed", &command, ui)
}

fn clear_entries(making: &Making<'_>, ui: &mut Ui) -> bool {
    let name = &making.wanted.name;
    let context = making.maker.provider.name().context(name);
    let removed = making.files.remove(&context, &making.maker.provider.user(name));
    let command = format!("kubectl config delete-context {}", word(&context));
    is_cleared(removed, "what was written into the kubeconfig could not be removed", &command, ui)
}

/// Whether it was removed. What was not is told with what removes it.
fn is_cleared<T, E: Error>(outcome: Result<T, E>, problem: &str, command: &str, ui: &mut Ui) -> bool {
    let Err(error) = outcome else { return true };
    let causes = successors(error.source(), |cause| (*cause).source());
    let told = causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"));
    ui.remark(Remark::Error, &format!("{problem}: {told}; remove it with `{command}`"));
    false
}

fn left(name: &str) -> Failure {
    Failure::interrupted(format!("interrupted: {name} was not made"))
}

/// One after the other; whatever fails, or is interrupted, is the end.
async fn steps(
    making: &Making<'_>,
    registry: Option<u16>,
    interrupt: &Interrupt,
    working: &mut Working<'_>,
) -> Result<Told, Failure> {
    let name = &making.wanted.name;
    let cluster = provide(making, registry, interrupt, working).await?;
    let rest = async {
        let (entries, text) = making.maker.kubeconfig(name).await?;
        making.workplace.write("kubeconfig", &text)?;
        if let Some(port) = registry {
            working.doing("connecting the registry");
            let context = (making.workplace, entries.context.as_str());
            registry::connect(making.maker, &cluster, context, port, making.wait).await?;
        }
        await_ready(making.workplace, &entries.context, cluster.nodes.len(), making.wait, working).await?;
        Ok::<Entries, Failure>(entries)
    };
    let entries = interrupt.or(rest).await.ok_or_else(|| left(name))??;
    making.wrote.set(!making.has_entries);
    let path = making.files.add(&entries, making.switches)?;
    Ok(Told { context: entries.context, path })
}

/// Lets the provider make it, and looks at what it has made.
async fn provide(
    making: &Making<'_>,
    registry: Option<u16>,
    interrupt: &Interrupt,
    working: &mut Working<'_>,
) -> Result<LocalCluster, Failure> {
    let Making { maker, wanted, configured, workplace, .. } = making;
    if let Some(text) = &configured.text {
        workplace.write("config.yaml", text)?;
    }
    if let Some(port) = registry {
        workplace.write("registries.yaml", &registries(port, &Registry::inside()))?;
    }
    let order = maker.provider.create(wanted, configured, &workplace.files);
    let command = order.call.in_words();
    working.tell(None);
    let performed = maker.perform(order, &mut |line| working.tell(line), interrupt.signal()).await?;
    let said = performed.said;
    let (success, end) = match performed.how {
        Followed::Stopped => return Err(left(&wanted.name)),
        Followed::Ended { success, end } => (success, end),
    };
    let found = maker.look(&wanted.name).await?;
    let is_whole = |found: &LocalCluster| {
        found.nodes.len() == usize::from(configured.nodes) && found.state() == LocalState::Running
    };
    match (success, found) {
        (true, Some(found)) if is_whole(&found) => Ok(found),
        (false, _) => {
            making.is_theirs.set(is_taken(&said));
            Err(MakerTrouble::Failed { command, end, said }.into())
        }
        (true, found) => {
            let there = found.map_or(0, |found| found.nodes.iter().filter(|node| node.container.is_running()).count());
            let message = format!("`{command}` says that it succeeded, and {there} of {} nodes run", configured.nodes);
            Err(Failure::failed(message, None).hearing(said))
        }
    }
}

/// Whether the provider did not begin, because there is one already.
fn is_taken(said: &[String]) -> bool {
    said.iter()
        .any(|line| line.contains("already exist") && (line.contains("with that name") || line.contains("node(s)")))
}
