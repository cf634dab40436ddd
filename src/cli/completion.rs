//! `sindri completion`

use clap::{Args, ValueEnum};
use clap_complete::Shell as Generator;

use super::failure::Failure;
use super::ui::Ui;

/// Print a completion script for your shell.
///
/// bash: `source <(sindri completion bash)` in ~/.bashrc. zsh: `source <(sindri completion zsh)` in ~/.zshrc.
/// fish: `sindri completion fish > ~/.config/fish/completions/sindri.fish`.
/// PowerShell: `sindri completion powershell | Out-String | Invoke-Expression` in $PROFILE.
#[derive(Debug, Args)]
pub(super) struct Completion {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Shell {
    /// Bash.
    Bash,
    /// Z shell.
    Zsh,
    /// fish.
    Fish,
    /// PowerShell.
    Powershell,
}

impl Completion {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        ui.data(&script(self.shell))
    }
}

pub(super) fn script(shell: Shell) -> String {
    let generator = match shell {
        Shell::Bash => Generator::Bash,
        Shell::Zsh => Generator::Zsh,
        Shell::Fish => Generator::Fish,
        Shell::Powershell => Generator::PowerShell,
    };
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut super::command(), "sindri", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
