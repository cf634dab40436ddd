//! `sindri k8s list`

use clap::Args;

use super::super::failure::Failure;
use super::super::machine::Machine;
use super::super::output::{Listing, ListingArguments};
use super::super::ui::{Remark, Ui};
use super::rows::rows;
use crate::local::KubeconfigFiles;
use crate::report;
use crate::report::clusters::{ClusterRow, list_for_person, list_for_program};

/// Show the clusters on this machine, of kind and of k3d.
///
/// What is shown is what the container engine says of their nodes, and what their servers say themselves.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    output: ListingArguments,
}

impl List {
    pub(super) async fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let machine = Machine::here().await?;
        // Who has no kubeconfig has clusters all the same.
        let files = KubeconfigFiles::of_this_process(None).ok();
        let rows = rows(&machine, files.as_ref()).await;
        ui.data(&self.written(&rows))?;
        if rows.is_empty() && matches!(self.output.output, Listing::Text | Listing::Wide) {
            ui.say("there are no clusters on this machine");
            ui.remark(Remark::Next, "make one with `sindri k8s create`");
        }
        Ok(())
    }

    fn written(&self, rows: &[ClusterRow]) -> String {
        match self.output.output {
            Listing::Text | Listing::Wide => list_for_person(rows),
            Listing::Json => format!("{:#}\n", list_for_program(rows)),
            Listing::Yaml => report::yaml::document(&list_for_program(rows)),
            Listing::Name => rows.iter().flat_map(|row| [row.name.as_str(), "\n"]).collect(),
        }
    }
}
