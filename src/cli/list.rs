//! `sindri list`

use clap::Args;

use super::cluster::ClusterArguments;
use super::engine::Reach;
use super::failure::Failure;
use super::output::{Listing, ListingArguments};
use super::source::FileArgument;
use super::ui::{Remark, Ui};
use super::{runtime, standing};
use crate::kubernetes::{Roster, roster};
use crate::report;
use crate::report::status::{Columns, Row, list_for_person, list_for_program};

/// Show every environment in the namespace that this account can see.
///
/// No configuration is needed. Where there is one, its context and namespace are meant, as everywhere.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    file: FileArgument,
    #[command(flatten)]
    cluster: ClusterArguments,
    /// In all namespaces.
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    all_namespaces: bool,
    #[command(flatten)]
    output: ListingArguments,
}

impl List {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            // What is wrong with a file that was not named is no reason to show nothing.
            let named = self.file.file.is_some();
            let spec = match self.file.read_if_there(ui)? {
                Some(source) if named => Some(source.understood()?.0),
                Some(source) => source.load().ok(),
                None => None,
            };
            let reach = Reach::new(&self.cluster.options(spec.as_ref(), ui), &self.cluster).await?;
            let namespace = (!self.all_namespaces).then_some(reach.target.namespace.as_str());
            let seen = roster(&reach.session, namespace, self.output.output == Listing::Wide).await?;
            ui.detail(&format!("{} requests", reach.requests()));
            let now = reach.session.server_time();
            let rows: Vec<Row> = seen.environments.iter().map(|listed| standing::row(listed, now)).collect();
            ui.data(&self.written(&rows, &seen))?;
            self.remark(&rows, &seen, &reach, ui)
        })
    }

    fn written(&self, rows: &[Row], seen: &Roster) -> String {
        let wide = self.output.output == Listing::Wide;
        let value = || list_for_program(rows, &seen.denied);
        let place = |row: &Row| if self.all_namespaces { format!("{}/", row.namespace) } else { String::new() };
        let name = |row: &Row| format!("{}{}\n", place(row), row.environment);
        match self.output.output {
            Listing::Text | Listing::Wide => list_for_person(rows, Columns { namespace: self.all_namespaces, wide }),
            Listing::Json => format!("{:#}\n", value()),
            Listing::Yaml => report::yaml::document(&value()),
            Listing::Name => rows.iter().map(name).collect(),
        }
    }

    /// What is not there is told apart from what may not be seen.
    fn remark(&self, rows: &[Row], seen: &Roster, reach: &Reach, ui: &mut Ui) -> Result<(), Failure> {
        if let (true, Some(message)) = (rows.is_empty(), seen.denied.first()) {
            return Err(Failure::failed(format!("cannot list environments: {message}"), None)
                .hint("name a namespace that you may see with `--namespace`"));
        }
        for message in &seen.denied {
            ui.remark(Remark::Note, &format!("not everything can be seen: {message}"));
        }
        if rows.is_empty() && matches!(self.output.output, Listing::Text | Listing::Wide) {
            let place = if self.all_namespaces {
                "in any namespace".to_owned()
            } else {
                format!("in the namespace {}; everywhere: `sindri list -A`", reach.target.namespace)
            };
            ui.say(&format!("there are no environments {place}"));
        }
        Ok(())
    }
}
