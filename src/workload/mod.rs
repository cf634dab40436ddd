//! From meaning to Kubernetes objects. One file for each shape of workload, one shared pod template. Pure.

mod access;
mod environment;
mod labels;
mod needs;
mod object;
mod pod;
mod registry_secret;
mod revision;

pub use environment::{Placement, possible_objects, render};
pub use needs::Needs;
pub use object::{Object, Rendered};
pub use pod::HOME;
pub use registry_secret::{is_foreign, registry_secret};
pub use revision::{NotOurs, as_it_was};
