//! Everything that is generated from the command line: the reference, man pages, completions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::ValueEnum as _;

use super::completion::{Shell, script};
use super::man::pages;
use crate::config::schema;
use crate::report::{doctor, history, image, installed, outcome, plan_data, reference, removal_data, status, verdict};

/// Every generated file by its path in the repository. `make generate` writes them; a test fails when one is stale.
#[must_use]
pub fn generated_files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::from([
        ("schemas/sindri.schema.json".to_owned(), schema::text()),
        ("schemas/environments.schema.json".to_owned(), status::list_schema()),
        ("schemas/plan.schema.json".to_owned(), plan_data::schema()),
        ("schemas/history.schema.json".to_owned(), history::schema()),
        ("schemas/outcome.schema.json".to_owned(), outcome::schema()),
        ("schemas/removal.schema.json".to_owned(), removal_data::schema()),
        ("schemas/status.schema.json".to_owned(), status::schema()),
        ("schemas/doctor.schema.json".to_owned(), doctor::schema()),
        ("schemas/image.schema.json".to_owned(), image::schema()),
        ("schemas/installed.schema.json".to_owned(), installed::schema()),
        ("schemas/verdict.schema.json".to_owned(), verdict::schema()),
        ("docs/cli.md".to_owned(), command_line()),
        ("docs/configuration.md".to_owned(), reference::configuration()),
        ("docs/problems.md".to_owned(), reference::problem_codes()),
    ]);
    files.extend(pages().into_iter().map(|(name, page)| (format!("docs/man/{name}.1"), page)));
    for shell in Shell::value_variants() {
        let name = match shell {
            Shell::Bash => "sindri.bash",
            Shell::Zsh => "_sindri",
            Shell::Fish => "sindri.fish",
            Shell::Powershell => "sindri.ps1",
        };
        files.insert(format!("docs/completions/{name}"), script(*shell));
    }
    files
}

fn command_line() -> String {
    let mut text =
        String::from("# Command line reference\n\n<!-- Generated from the program by `make generate`. -->\n");
    let mut root = super::command().term_width(100);
    root.build();
    let subcommands: Vec<_> = root.get_subcommands().cloned().collect();
    for mut command in std::iter::once(root).chain(subcommands) {
        let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
        let help = command.render_long_help().to_string();
        let help: Vec<_> = help.lines().map(str::trim_end).collect();
        // Writing to a String cannot fail.
        write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", help.join("\n").trim_end()).unwrap_or_default();
    }
    text
}
