//! `sindri plan`

use std::path::PathBuf;

use clap::Args;

use super::cluster::ClusterArguments;
use super::engine::Engine;
use super::failure::Failure;
use super::output::DocumentArguments;
use super::registries::RegistryArguments;
use super::source::FileArgument;
use super::ui::{Remark, Ui};
use super::{plan_file, runtime};
use crate::report;
use crate::report::problems::Style;

/// Show what `deploy` would do, and change nothing.
///
/// The API server rehearses every change, so what is shown is what would happen: defaults, quotas, policies and
/// webhooks included. What others have changed since the last deploy is shown apart.
#[derive(Debug, Args)]
pub(super) struct Plan {
    #[command(flatten)]
    file: FileArgument,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    registries: RegistryArguments,
    /// Save the plan, for `deploy --plan FILE`. Nobody else can read the file, and no Secret is in it.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// Exit with 2 if there are changes and with 0 if there are none; what would exit with 2 otherwise exits with 1.
    #[arg(long)]
    detailed_exitcode: bool,
    /// Plan to take fields that belong to other field managers.
    #[arg(long)]
    force_conflicts: bool,
    #[command(flatten)]
    output: DocumentArguments,
}

impl Plan {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let is_detailed = self.detailed_exitcode;
        match runtime::block_on(self.plan(ui)) {
            Ok(has_changes) if is_detailed && has_changes => Err(Failure::pending()),
            Ok(_) => Ok(()),
            Err(failure) if is_detailed => Err(failure.detailed()),
            Err(failure) => Err(failure),
        }
    }

    /// Whether there are changes.
    async fn plan(self, ui: &mut Ui) -> Result<bool, Failure> {
        let engine =
            Engine::new(&self.file, &self.cluster, &self.registries, (self.force_conflicts, false), ui).await?;
        let plan = engine.plan().await?;
        ui.detail(&format!("{} requests to the registry", engine.registry_requests()));
        ui.detail(&format!("{} requests", engine.reach.requests()));
        let style = ui.data_style();
        ui.data(&self.output.answer(|| for_person(&plan, style), || report::plan_data::for_program(&plan)))?;
        if plan.obstacles().next().is_some() {
            return Err(Failure::blocked(&plan, self.out.is_some()));
        }
        if let Some(path) = &self.out {
            plan_file::write(path, &plan)?;
            let path = path.to_string_lossy();
            ui.remark(
                Remark::Next,
                &format!("to do exactly this: `sindri deploy --plan {}`", super::failure::word(&path)),
            );
        }
        Ok(plan.has_changes())
    }
}

/// Where, and then what.
pub(super) fn for_person(plan: &crate::plan::Plan, style: Style) -> String {
    format!("{}\n{}", report::header::header(&plan.cluster, style.width), report::plan::for_person(plan, style))
}
