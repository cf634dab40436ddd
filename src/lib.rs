//! Declarative environments for people and agents on Kubernetes.
//!
//! Data flows one way through the rooms; `tests/architecture.rs` holds them to it:
//!
//! ```text
//! bytes --config::load--> Spec --image--> image --workload::render--> objects --report--> text
//! ```

pub mod cli;
pub mod config;
pub mod image;
pub mod kubernetes;
pub mod local;
pub mod names;
pub mod plan;
pub mod report;
pub mod web;
pub mod workload;
