//! `sindri connect`

use clap::Args;

use super::environment::{Environment, EnvironmentArguments};
use super::failure::{Failure, word};
use super::forward::{self, Ports};
use super::interrupt::Interrupt;
use super::pod::pod;
use super::ssh::Way;
use super::ui::Ui;
use super::{remote, runtime, ssh};
use crate::kubernetes::{ReadyPod, Speech};
use crate::workload::HOME;

/// Open a shell in the environment, or run a command there.
///
/// Without a command, the best shell that is there. On a terminal, every key goes to the program, Ctrl-C too; elsewhere standard input,
/// output and error are passed on byte by byte. The exit code is the program's own.
///
/// An environment that starts is waited for. One that is stopped is started only if that is wanted.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag, and the parser sees that only one is given")]
pub(super) struct Connect {
    /// Start the environment if it is stopped.
    #[arg(long)]
    start: bool,
    /// Lead a port of this machine to one of the environment, until Ctrl-C: `8080:80`; `8080` alone means both, `0:80` takes
    /// a free port here. Can be given more than once. Only programs on this machine can connect to it.
    #[arg(long, value_name = "LOCAL:REMOTE", value_parser = Ports::parse, conflicts_with_all = ["command", "modes"])]
    forward: Vec<Ports>,
    /// Run `ssh` to the environment's SSH server, with the command after `--` if there is one.
    #[arg(long, group = "modes")]
    ssh: bool,
    /// Carry standard input and output to and from the environment's SSH server: what `ProxyCommand` of `ssh` needs.
    #[arg(long, group = "modes", conflicts_with = "command")]
    stdio: bool,
    /// Print what to add to `~/.ssh/config`, so that `ssh`, `scp`, `rsync` and editors reach the environment.
    #[arg(long, group = "modes", conflicts_with = "command")]
    ssh_config: bool,
    /// Print the command that opens the environment in VS Code.
    #[arg(long, group = "modes", conflicts_with = "command")]
    code: bool,
    /// What to run instead of a shell, after `--`.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
    #[command(flatten)]
    environment: EnvironmentArguments,
}

impl Connect {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            let interrupt = Interrupt::listen()?;
            let environment = self.environment.find_to_speak(Speech::Streams, ui).await?;
            let way = Way { environment: &environment, arguments: &self.environment, start: self.start };
            if self.ssh_config {
                return ui.data(&way.block()?);
            }
            let pod = pod(&environment, self.start, &interrupt, ui).await?;
            if self.ssh {
                return way.run(&self.command, ui);
            }
            if self.stdio {
                return ssh::carry(&environment, &pod, &interrupt).await;
            }
            if self.code {
                return ui.data(&code(&environment, &pod));
            }
            if !self.forward.is_empty() {
                return forward::forward(&environment, pod, &self.forward, &interrupt, ui).await;
            }
            let command = if self.command.is_empty() { remote::shell() } else { self.command };
            remote::run(&environment, &pod, &command, &interrupt, ui).await
        })
    }
}

/// What VS Code is started with, so that it attaches to the container.
fn code(environment: &Environment, pod: &ReadyPod) -> String {
    let context = environment.reach.target.context.as_deref();
    let context = context.map(|context| format!("+context={context}")).unwrap_or_default();
    let namespace = environment.namespace();
    let ReadyPod { name: pod, container, image, .. } = pod;
    let place = format!("k8s-container{context}+podname={pod}+namespace={namespace}+name={container}+image={image}");
    format!("code --folder-uri {}\n", word(&format!("vscode-remote://{place}{HOME}")))
}
