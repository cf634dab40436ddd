//! Clusters of this machine, with the real Docker, the real kind and the real k3d (`tests/docker/docker up`). The k3s in k3d's nodes
//! is a stand-in: what is proved of it is k3d's side.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

mod load;
mod made;
