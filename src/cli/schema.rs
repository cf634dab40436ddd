//! `sindri schema`

use clap::Args;

use super::failure::Failure;
use super::ui::Ui;
use crate::config::schema;

/// Print the JSON Schema of the configuration file, for editors and other programs.
#[derive(Debug, Args)]
pub(super) struct Schema {}

impl Schema {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        ui.data(&schema::text())
    }
}
