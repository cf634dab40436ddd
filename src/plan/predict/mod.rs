//! What will happen to the objects once they are applied, as far as it can be foreseen.

mod admission;
mod amounts;
mod nodes;
mod quota;
mod references;
mod situation;
mod unseen;
mod volumes;

use super::{Change, Finding, Observed, rights};
use crate::image::Pinned;
use crate::workload::Rendered;
use situation::{Outlook, Situation};

pub(super) use volumes::{gives_up_class, growing_class, is_default as is_default_class};

/// Everything that is foreseen, the worst first.
#[must_use]
pub fn predict(desired: &Rendered<Pinned>, observed: &Observed, changes: &[Change]) -> Vec<Finding> {
    let situation = Situation::of(desired, observed, changes);
    let mut findings = references::findings(&situation);
    findings.extend(admission::findings(&situation));
    findings.extend(nodes::findings(&situation));
    findings.extend(volumes::findings(&situation));
    findings.extend(unseen::findings(&situation));
    findings.extend(rights::findings(desired, observed, changes, situation.outlook != Outlook::Later));
    findings = findings.into_iter().map(|finding| situation.in_time(finding)).collect();
    findings.sort();
    findings.dedup();
    findings
}
