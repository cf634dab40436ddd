//! Clusters on this machine: one provider trait, kind and k3d, installing them, a registry, and the only place that
//! starts processes. Uses `web`, `config` and `names`.

mod archive;
mod cluster;
mod container;
mod container_engine;
mod engine_image;
pub mod hosting;
pub mod install;
mod pour;
mod process;
mod provider;

pub use cluster::{LocalCluster, LocalNode, LocalState, clusters};
pub use container::{Container, Part, Role};
pub use container_engine::{ContainerEngine, ENGINE_VARIABLE, EngineTrouble, find};
pub use pour::{Gauge, Held, Poured, Spring, pour};
pub use process::{Call, NotRun, Ran, become_program, run};
pub use provider::ProviderName;
