//! `sindri k8s`

mod create;
mod delete;
mod install;
mod installed;
mod kubeconfig;
mod list;
mod load;
mod making;
mod named;
mod own_file;
mod progress;
mod registry;
mod rows;
mod status;
mod switch;
mod trouble;
mod turn;
mod waiting;

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
    Create(create::Create),
    #[command(visible_alias = "ls")]
    List(list::List),
    Status(status::Status),
    Delete(delete::Delete),
    Start(switch::Start),
    Stop(switch::Stop),
    Kubeconfig(kubeconfig::Kubeconfig),
    Load(load::Load),
}

impl K8s {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        match self.command {
            Command::Install(command) => runtime::block_on(command.run(ui)),
            Command::Create(command) => runtime::block_on(command.run(ui)),
            Command::List(command) => runtime::block_on(command.run(ui)),
            Command::Status(command) => runtime::block_on(command.run(ui)),
            Command::Delete(command) => runtime::block_on(command.run(ui)),
            Command::Start(command) => runtime::block_on(command.run(ui)),
            Command::Stop(command) => runtime::block_on(command.run(ui)),
            Command::Kubeconfig(command) => runtime::block_on(command.run(ui)),
            Command::Load(command) => runtime::block_on(Box::pin(command.run(ui))),
        }
    }
}
