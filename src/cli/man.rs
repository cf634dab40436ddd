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
        let wanted = match self.command.as_deref() {
            None | Some("sindri") => "sindri".to_owned(),
            Some(page) if page.starts_with("sindri-") => page.to_owned(),
            Some(command) => format!("sindri-{command}"),
        };
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
    let page = Page::new(command).source(concat!("sindri ", env!("CARGO_PKG_VERSION"))).manual("Sindri");
    // Writing to memory cannot fail.
    page.render(&mut text).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}
