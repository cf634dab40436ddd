//! Clusters on this machine: one provider trait, kind and k3d, installing them, a registry, and the only place that
//! starts processes. Uses `web`, `config` and `names`.

mod archive;
mod cluster;
mod container;
mod container_engine;
mod engine_image;
mod held_file;
pub mod hosting;
pub mod install;
mod k3d;
mod kind;
mod kubeconfig;
mod maker;
mod meaning;
mod pour;
mod process;
mod provider;
mod registry;

pub use cluster::{LocalCluster, LocalNode, LocalState, clusters};
pub use container::{Container, Part, Role};
pub use container_engine::{ContainerEngine, ENGINE_VARIABLE, EngineTrouble, find};
pub use held_file::{Turn, TurnTrouble};
pub use k3d::registries;
pub use kubeconfig::{Entries, KubeconfigFiles, KubeconfigTrouble, Mentions, given};
pub use maker::{Maker, MakerTrouble, Performed, Workplace};
pub use meaning::{Meaning, meaning, plain};
pub use pour::{Gauge, Held, Poured, Spring, pour};
pub use process::{Call, Followed, NotRun, Ran, become_program, follow, run};
pub use provider::{Configured, Files, Order, Provider, ProviderName, Unmergeable, Wanted};
pub use registry::{Ensured, REGISTRY, Registry, RegistryTrouble};
