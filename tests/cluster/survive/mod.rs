//! What a deploy must survive: being killed or interrupted after any of its writes, a network and a server at their
//! worst, and another deploy at the same time. Afterwards the cluster is what the last configuration says.

mod destroyed;
mod faults;
mod phases;
mod points;
mod restart;
mod stage;
mod together;

pub(crate) use stage::{Stage, Wanted};
