//! Declarative environments for people and agents on Kubernetes.

pub mod config;
