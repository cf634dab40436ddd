//! What would change and why: computed once, shown, and consumed by apply. Pure.

mod basis;
mod change;
pub mod checkup;
mod cluster;
mod compute;
pub mod diff;
mod drift;
mod facts;
mod finding;
mod leftover;
pub mod mask;
pub mod normal;
mod observed;
mod obstacle;
mod order;
mod ownership;
mod path;
mod place;
mod predict;
mod questions;
mod rights;
pub mod saved;

pub use basis::Basis;
pub use change::{Action, Change, Drift, Fate, Field, Plan};
pub use cluster::{Cluster, ClusterType};
pub use compute::{Wishes, compute};
pub use drift::{drift, touched};
pub use facts::{Facts, Look, Question};
pub use finding::{Finding, Severity};
pub use observed::{Conflict, Live, Observed, Refusal, Sighting, Verdict};
pub use order::steps;
pub use path::{Path, Step};
pub use predict::predict;
pub use questions::{follow_up, is_denied, questions};
