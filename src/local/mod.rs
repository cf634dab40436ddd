//! Clusters on this machine: one provider trait, kind and k3d, installing them, a registry, and the only place that
//! starts processes. Uses `web`, `config` and `names`.

pub mod install;
mod process;

pub use process::{Call, NotRun, Ran, become_program, run};
