//! What would change and why: computed once, shown, and consumed by apply. Pure.

mod change;
mod cluster;
pub mod diff;
mod facts;
mod finding;
pub mod mask;
pub mod normal;
mod observed;
mod path;
mod place;
mod predict;
mod questions;
mod rights;

pub use change::{Action, Basis, Change, Drift, Fate, Field, Plan};
pub use cluster::{Cluster, ClusterType};
pub use facts::{Facts, Look, Question};
pub use finding::{Finding, Severity};
pub use observed::{Conflict, Live, Observed, Refusal, Sighting, Verdict};
pub use path::{Path, Step};
pub use predict::predict;
pub use questions::{follow_up, is_denied, questions};
