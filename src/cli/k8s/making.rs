//! A cluster is made: by its provider, looked at, reached, waited for; or nothing of it stays.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use super::super::failure::{Failure, word};
use super::super::interrupt::Interrupt;
use super::super::ui::{Remark, Ui};
use super::progress::Working;
use super::waiting::{await_ready, way};
use crate::kubernetes::announce_registry;
use crate::local::{
    Configured, Container, Entries, Followed, KubeconfigFiles, LocalCluster, LocalState, Maker, MakerTrouble, Registry,
    Wanted, Workplace, registries,
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
        None => false,
        Some((port, image)) => {
            let ensured = Registry::ensure(making.maker.engine, containers, port, image);
            match interrupt.or(ensured).await {
                Some(ensured) => ensured?,
                None if Registry::standing(containers)?.is_some() => return Err(left(name)),
                None => {
                    Registry::remove(making.maker.engine).await?;
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
    if making.is_theirs.get() {
        return Err(failure);
    }
    if making.wanted.retain {
        let hint = format!("what is there of it was kept; delete it with `sindri k8s delete {}`", word(name));
        ui.remark(Remark::Note, &hint);
        return Err(failure);
    }
    let cleared = {
        let mut working = Working::new(&format!("removing what is there of {name}"), ui);
        making.maker.clear(name, making.workplace, &mut |line| working.tell(line)).await
    };
    if made_registry {
        Registry::remove(making.maker.engine).await?;
    }
    let context = making.maker.provider.name().context(name);
    making.files.remove(&context, &making.maker.provider.user(name))?;
    match cleared {
        Ok(()) => Err(failure.adding("nothing of it was left behind")),
        Err(error) => {
            ui.remark(Remark::Error, &format!("not everything of {name} could be removed: {error}"));
            Err(failure.hint(format!("remove it with `sindri k8s delete {}`", word(name))))
        }
    }
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
            connect_registry(making, &cluster, &entries, port).await?;
        }
        await_ready(making.workplace, &entries.context, cluster.nodes.len(), making.wait, working).await?;
        Ok::<Entries, Failure>(entries)
    };
    let entries = interrupt.or(rest).await.ok_or_else(|| left(name))??;
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

async fn connect_registry(
    making: &Making<'_>,
    cluster: &LocalCluster,
    entries: &Entries,
    port: u16,
) -> Result<(), Failure> {
    let registry = Registry { port, is_running: true };
    registry.connect(making.maker.engine, cluster).await?;
    let session = way(making.workplace, &entries.context, making.wait).await?;
    Ok(announce_registry(&session, port, &Registry::inside()).await?)
}
