//! What will happen to the objects once they are applied, as far as it can be foreseen.

mod references;
mod situation;

use super::{Change, Finding, Observed};
use crate::image::Pinned;
use crate::workload::Rendered;
use situation::Situation;

pub(super) use situation::{own_claim, storage_class};

/// Everything that is foreseen, the worst first.
#[must_use]
pub fn predict(desired: &Rendered<Pinned>, observed: &Observed, changes: &[Change]) -> Vec<Finding> {
    let situation = Situation::of(desired, observed, changes);
    let mut findings = references::findings(&situation);
    findings = findings.into_iter().map(|finding| situation.in_time(finding)).collect();
    findings.sort();
    findings.dedup();
    findings
}
