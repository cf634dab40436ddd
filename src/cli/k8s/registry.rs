//! The registry of a cluster: known to its nodes, and brought back where it has gone.

use std::time::Duration;

use super::super::failure::Failure;
use super::super::interrupt::Interrupt;
use super::super::ui::Ui;
use super::waiting::way;
use crate::kubernetes::announce;
use crate::local::hosting::{KEY, NAME, NAMESPACE, announcement};
use crate::local::{Container, Ensured, LocalCluster, Maker, REGISTRY, Registry, Workplace};

/// Makes it known to a cluster: to its network, its nodes, and those who ask it.
pub(super) async fn connect(
    maker: &Maker,
    cluster: &LocalCluster,
    (workplace, context): (&Workplace, &str),
    port: u16,
    wait: Duration,
) -> Result<(), Failure> {
    let registry = Registry { port, is_running: true };
    registry.connect(maker.engine, cluster).await?;
    let session = way(workplace, context, wait).await?;
    let said = announcement(port, &Registry::inside());
    Ok(announce(&session, (NAMESPACE, NAME), KEY, &said).await?)
}

/// Brings back the registry of a cluster that is there: it may have been stopped, or removed.
pub(super) async fn bring_back(
    maker: &Maker,
    cluster: &LocalCluster,
    containers: &[Container],
    (port, image, wait): (u16, &str, Duration),
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let (keeps_volume, failure) =
        match Registry::ensure(maker.engine, containers, port, image, interrupt.signal()).await? {
            Ensured::There => return Ok(()),
            Ensured::Started => {
                ui.say("its registry was stopped, and runs now");
                return Ok(());
            }
            Ensured::Made { keeps_volume } => {
                let connected = interrupt.or(connect_anew(maker, cluster, port, wait)).await;
                match connected {
                    Some(Ok(())) => {
                        ui.say("its registry was gone, and is made anew");
                        return Ok(());
                    }
                    failed => (keeps_volume, failed.and_then(Result::err)),
                }
            }
            Ensured::Stopped { keeps_volume } => (keeps_volume, None),
        };
    let failure = failure.unwrap_or_else(|| {
        Failure::interrupted(format!("interrupted: the registry of {} was not brought back", cluster.name))
    });
    // The next run would believe that it is connected.
    match Registry::remove(maker.engine, keeps_volume).await {
        Ok(()) => Err(failure),
        Err(error) => {
            let command = format!("{} rm --force {}", maker.engine.program(), REGISTRY);
            Err(failure.adding(&format!("and the new registry could not be removed ({error}): `{command}`")))
        }
    }
}

async fn connect_anew(maker: &Maker, cluster: &LocalCluster, port: u16, wait: Duration) -> Result<(), Failure> {
    let workplace = Workplace::new()?;
    let (entries, text) = maker.kubeconfig(&cluster.name).await?;
    workplace.write("kubeconfig", &text)?;
    connect(maker, cluster, (&workplace, &entries.context), port, wait).await
}
