//! `sindri man`

use clap::Args;
use clap_mangen::Man as Page;

use super::failure::Failure;
use super::ui::Ui;

/// Print a man page: `sindri man | man -l -`.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The command; without one, the page of sindri itself.
    command: Option<String>,
}

impl Man {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let wanted = self.command.as_ref().map_or_else(|| "sindri".to_owned(), |command| format!("sindri-{command}"));
        let pages = pages();
        let Some((_, page)) = pages.iter().find(|(name, _)| *name == wanted) else {
            let commands: Vec<_> = pages.iter().filter_map(|(name, _)| name.strip_prefix("sindri-")).collect();
            return Err(Failure::no_page(&self.command.unwrap_or_default(), &commands.join(", ")));
        };
        ui.data(page)
    }
}

/// Every page by its name.
pub(super) fn pages() -> Vec<(String, String)> {
    let mut root = super::command();
    root.build();
    let subcommands: Vec<_> = root.get_subcommands().cloned().collect();
    let mut pages = vec![("sindri".to_owned(), page(root))];
    for command in subcommands {
        let name = format!("sindri-{}", command.get_name());
        pages.push((name, page(command)));
    }
    pages
}

fn page(command: clap::Command) -> String {
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    Page::new(command).render(&mut text).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}
