//! What `plan` and `deploy` share: from the file and the cluster to the plan. There is no second way to one.

use std::time::Duration;

use super::cluster::ClusterArguments;
use super::failure::Failure;
use super::source::FileArgument;
use super::ui::Ui;
use crate::config::spec::Spec;
use crate::image::{Pinned, pin};
use crate::kubernetes::{Session, Target, look, look_again};
use crate::names::Kind;
use crate::plan::{self, Cluster, Look, Plan, Question, Wishes};
use crate::workload::{Placement, Rendered, render};

/// A configuration, the cluster it is for, and a way to ask it.
#[derive(Debug)]
pub(super) struct Engine {
    desired: Rendered<Pinned>,
    wishes: Wishes,
    session: Session,
    target: Target,
    concurrency: usize,
}

impl Engine {
    /// Reads the configuration and finds the cluster. Nothing is asked yet.
    pub(super) async fn new(
        file: &FileArgument,
        cluster: &ClusterArguments,
        force: bool,
        ui: &mut Ui,
    ) -> Result<Self, Failure> {
        let source = file.read(ui)?;
        let spec = source.load().map_err(|problems| Failure::problems(source, problems))?;
        let image = pin(&spec)?;
        let (session, target) = cluster.connect(Some(&spec)).await?;
        let namespace = target.namespace.clone();
        let placement = Placement { namespace: Some(namespace), owns_namespace: true };
        let wishes = Wishes { config_hash: spec.fingerprint(), force };
        Ok(Self { desired: render(&spec, image, &placement), wishes, session, target, concurrency: cluster.concurrency })
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Looks at the cluster and computes what has to be done.
    pub(super) async fn plan(&self) -> Result<Plan, Failure> {
        let questions = plan::questions(&self.desired, self.target.namespace.as_str());
        let mut seen = look(&self.session, &self.desired, questions, self.concurrency).await?;
        let follow_up = plan::follow_up(&self.desired, &seen.objects, &seen.facts);
        look_again(&self.session, &self.desired, &mut seen, follow_up, self.concurrency).await?;
        let cluster = self.target.cluster(&seen);
        Ok(plan::compute(self.desired.clone(), seen.in_cluster(cluster), self.wishes.clone()))
    }
}
