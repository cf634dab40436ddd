//! `sindri k8s kubeconfig`

use clap::Args;

use super::super::failure::Failure;
use super::super::machine::Machine;
use super::super::ui::Ui;
use super::named::MaybeNameArguments;
use crate::local::KubeconfigFiles;

/// Print the kubeconfig of a cluster on this machine, or write it into yours.
///
/// It holds a key that may do everything in the cluster.
#[derive(Debug, Args)]
pub(super) struct Kubeconfig {
    #[command(flatten)]
    cluster: MaybeNameArguments,
    /// Write it into your kubeconfig instead, as kubectl would: nothing else in it is touched.
    #[arg(long)]
    write: bool,
    /// Leave the current context as it is.
    #[arg(long, requires = "write")]
    no_switch: bool,
}

impl Kubeconfig {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let machine = Machine::here().await?;
        let files = KubeconfigFiles::of_this_process(None)?;
        let cluster = machine.meant(&self.cluster, &files)?;
        let (entries, text) = machine.maker(cluster.provider)?.kubeconfig(&cluster.name).await?;
        if !self.write {
            return ui.data(&text);
        }
        let path = files.add(&entries, !self.no_switch)?;
        let switched = if self.no_switch { "" } else { "; it is the current one" };
        ui.say(&format!("the context {} is in {}{switched}", entries.context, path.display()));
        Ok(())
    }
}
