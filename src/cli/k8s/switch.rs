//! `sindri k8s start` and `sindri k8s stop`

use std::time::Duration;

use clap::Args;

use super::super::cluster::duration;
use super::super::failure::{Failure, word};
use super::super::interrupt::Interrupt;
use super::super::machine::Machine;
use super::super::ui::Ui;
use super::named::NameArguments;
use super::progress::Working;
use super::waiting::await_ready;
use crate::local::{KubeconfigFiles, LocalCluster, LocalState, Workplace};

/// Start a cluster on this machine that is stopped, and wait until its nodes are ready.
#[derive(Debug, Args)]
pub(super) struct Start {
    #[command(flatten)]
    cluster: NameArguments,
    /// How long to wait until its nodes are ready: 90s, 5m, 1h30m.
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration)]
    wait: Duration,
}

/// Stop a cluster on this machine. Everything in it is kept.
#[derive(Debug, Args)]
pub(super) struct Stop {
    #[command(flatten)]
    cluster: NameArguments,
}

impl Start {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let interrupt = Interrupt::listen()?;
        let machine = Machine::here().await?;
        let cluster = machine.named(&self.cluster.name, self.cluster.provider)?;
        let started = interrupt.or(Box::pin(self.start(&machine, cluster, ui))).await;
        started.unwrap_or_else(|| Err(unfinished(&cluster.name, "start")))
    }

    async fn start(&self, machine: &Machine, cluster: &LocalCluster, ui: &mut Ui) -> Result<(), Failure> {
        let maker = machine.maker(cluster.provider)?;
        let workplace = Workplace::new()?;
        let is_running = cluster.state() == LocalState::Running;
        {
            let mut working = Working::new(&format!("starting {}", cluster.name), ui);
            if !is_running {
                maker.switch(cluster, true, &mut |line| working.tell(line)).await?;
            }
            let now = maker.look(&cluster.name).await?;
            let now = now.filter(|now| now.state() == LocalState::Running);
            if now.is_none() {
                return Err(not_so(&cluster.name, "it was started, and not all of its nodes run"));
            }
            // A server may have another port after a start.
            let (entries, text) = maker.kubeconfig(&cluster.name).await?;
            workplace.write("kubeconfig", &text)?;
            if let Ok(files) = KubeconfigFiles::of_this_process(None)
                && files.mentions(&entries.cluster).is_ok_and(|mentions| mentions.is_there)
            {
                files.add(&entries, false)?;
            }
            await_ready(&workplace, &entries.context, cluster.nodes.len(), self.wait, &mut working).await?;
        }
        ui.say(&format!("{} {}", cluster.name, if is_running { "runs already" } else { "runs" }));
        Ok(())
    }
}

impl Stop {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let interrupt = Interrupt::listen()?;
        let machine = Machine::here().await?;
        let cluster = machine.named(&self.cluster.name, self.cluster.provider)?;
        if cluster.state() == LocalState::Stopped {
            ui.say(&format!("{} is stopped already", cluster.name));
            return Ok(());
        }
        let stopped = interrupt.or(stop(&machine, cluster, ui)).await;
        stopped.unwrap_or_else(|| Err(unfinished(&cluster.name, "stop")))
    }
}

async fn stop(machine: &Machine, cluster: &LocalCluster, ui: &mut Ui) -> Result<(), Failure> {
    let maker = machine.maker(cluster.provider)?;
    {
        let mut working = Working::new(&format!("stopping {}", cluster.name), ui);
        maker.switch(cluster, false, &mut |line| working.tell(line)).await?;
    }
    match maker.look(&cluster.name).await? {
        Some(now) if now.state() == LocalState::Stopped => {
            ui.say(&format!("{} is stopped; start it with `sindri k8s start {0}`", word(&cluster.name)));
            Ok(())
        }
        _ => Err(not_so(&cluster.name, "it was stopped, and some of its nodes still run")),
    }
}

/// It was left in the middle.
fn unfinished(name: &str, doing: &str) -> Failure {
    let name_word = word(name);
    Failure::interrupted(format!(
        "interrupted: what was begun with {name} may go on, and some of its nodes may run while others do not"
    ))
    .hint(format!("see them with `sindri k8s status {name_word}`, and go on with `sindri k8s {doing} {name_word}`"))
}

fn not_so(name: &str, message: &str) -> Failure {
    Failure::failed(format!("{name}: {message}"), None)
        .hint(format!("see which with `sindri k8s status {}`", word(name)))
}
