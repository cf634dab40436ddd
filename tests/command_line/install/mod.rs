//! `sindri k8s install`: from a real server of the test's own, into a home of the test's own.

mod downloads;
mod places;
mod server;
mod site;
mod standing;
mod usage;
