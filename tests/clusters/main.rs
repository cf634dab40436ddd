//! Clusters on this machine, made by the real kind and the real k3d on a real Docker.
//!
//! Needs the environment that `tests/docker/docker up` prints. The k3s in the image for k3d is a stand-in: what is proved of k3d is its
//! own side. One test at a time: a machine of two processors makes one cluster at a time.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

mod failing;
mod life;
mod load;
mod quick_start;
mod support;
