//! `sindri k8s`

mod install;
mod installed;
mod load;

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::runtime;
use super::ui::Ui;

/// Clusters on this machine, made by kind or k3d.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct K8s {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Install(install::Install),
    Load(load::Load),
}

impl K8s {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        match self.command {
            Command::Install(command) => runtime::block_on(command.run(ui)),
            Command::Load(command) => runtime::block_on(Box::pin(command.run(ui))),
        }
    }
}
