//! `sindri doctor`

use clap::Args;
use futures_util::future::join3;

use super::cluster::ClusterArguments;
use super::engine::Reach;
use super::examination::{Examination, in_cluster};
use super::failure::Failure;
use super::output::DocumentArguments;
use super::registries::{Found, RegistryArguments};
use super::source::{FileArgument, Source};
use super::ui::Ui;
use super::{health, runtime, tools};
use crate::config::problem::Code;
use crate::config::spec::Spec;
use crate::plan::checkup::{Check, Health};
use crate::plan::{Cluster, Finding, Severity};
use crate::report::doctor::{self, Report};
use crate::report::problems;

/// Check all that an environment depends on, and say what mends it.
///
/// The configuration, the cluster, the rights in it, what limits the namespace, storage, nodes, the image, the Secrets, and the
/// programs of this machine. Nothing is changed. What needs no cluster is checked without one too. The exit code is 0 unless a
/// check has failed.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    file: FileArgument,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    registries: RegistryArguments,
    #[command(flatten)]
    output: DocumentArguments,
}

/// The configuration, as far as it can be read.
type Configuration = Option<(Spec, Source)>;

impl Doctor {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let report = runtime::block_on(self.examine(ui))?;
        let style = ui.data_style();
        ui.data(&self.output.answer(|| doctor::for_person(&report, style), || doctor::for_program(&report)))?;
        match report.count(Health::Failed) {
            0 => Ok(()),
            1 => Err(Failure::failed("1 check has failed", None)),
            count => Err(Failure::failed(format!("{count} checks have failed"), None)),
        }
    }

    /// Looks at everything that does not depend on anything else at the same time, and then at the cluster.
    async fn examine(&self, ui: &mut Ui) -> Result<Report, Failure> {
        let (configuration, configured) = self.configuration(ui)?;
        let spec = configuration.as_ref().map(|(spec, _)| spec);
        let options = self.cluster.options(spec, ui);
        let (reach, (found, image), tools) =
            join3(Reach::new(&options, &self.cluster), Box::pin(self.image(configuration.as_ref())), tools::look())
                .await;
        let (connected, examination) = match reach {
            Ok(reach) => {
                let connected = reached(&reach);
                (connected, in_cluster(reach, spec, found).await)
            }
            Err(failure) => {
                let finding = health::finding(&failure, Severity::Fails, "no-cluster", "kubeconfig");
                let connected = Check::new("kubeconfig", "it is not clear which cluster is meant", vec![finding]);
                (connected, Examination::without_cluster())
            }
        };
        ui.detail(&format!("{} requests", examination.requests));
        let mut checks = vec![configured, connected];
        checks.extend(examination.checks);
        checks.push(examination.environment);
        checks.push(with(image, examination.of_image));
        checks.extend(tools.checks(examination.cluster.as_ref().map(|cluster: &Cluster| &cluster.cluster_type)));
        let environment = spec.map(|spec| spec.name.to_string());
        Ok(Report { cluster: examination.cluster, environment, checks })
    }

    fn configuration(&self, ui: &mut Ui) -> Result<(Configuration, Check), Failure> {
        const NAME: &str = "config";
        let source = match self.file.open(ui)? {
            Ok(source) => source,
            Err((source, problem)) => {
                let is_only_absent = self.file.file.is_none() && problem.code == Code::NotFound;
                let message = if is_only_absent { "there is none" } else { "it cannot be read" };
                let mut findings = problems::findings(&[problem], source.name(), "");
                for finding in findings.iter_mut().filter(|_| is_only_absent) {
                    finding.severity = Severity::Warns;
                }
                return Ok((None, Check::new(NAME, message, findings)));
            }
        };
        match source.load() {
            Ok(spec) => {
                let message = format!("{}: the environment {}", source.name(), spec.name);
                Ok((Some((spec, source)), Check::new(NAME, message, Vec::new())))
            }
            Err(found) => {
                let findings = problems::findings(&found, source.name(), &source.text());
                Ok((None, Check::new(NAME, format!("{} is not valid", source.name()), findings)))
            }
        }
    }

    /// Which image is meant, and whether somebody vouches for it who has to.
    async fn image(&self, configuration: Option<&(Spec, Source)>) -> (Option<Found>, Check) {
        const NAME: &str = "image";
        let Some((spec, source)) = configuration else {
            return (None, Check::skipped(NAME, "there is no configuration"));
        };
        match self.registries.certain(spec, source, self.cluster.timeout).await {
            Ok((found, noticed)) => {
                let mut findings: Vec<Finding> = noticed.into_iter().collect();
                findings.extend(found.remark.as_deref().map(health::of_root));
                findings.extend(found.instead.as_deref().map(health::own_image));
                let check = Check::new(NAME, health::image(&found.image, spec), findings);
                (Some(found), check)
            }
            Err(failure) => {
                let finding = health::finding(&failure, Severity::Fails, "image-refused", "image");
                (None, Check::new(NAME, "it cannot be deployed", vec![finding]))
            }
        }
    }
}

fn reached(reach: &Reach) -> Check {
    let target = &reach.target;
    let message = match &target.context {
        Some(context) => format!("the context {context}, and the user {}", target.user),
        None => "inside the cluster, as the pod's own account".to_owned(),
    };
    Check::new("kubeconfig", message, Vec::new())
}

/// The same check, with what a plan has found of it.
fn with(check: Check, more: Vec<Finding>) -> Check {
    if more.is_empty() || check.health == Health::Skipped {
        return check;
    }
    Check::new(check.name, check.message, check.findings.into_iter().chain(more).collect())
}
