//! Promises about a cluster, kept on a real one: `make test` brings one up, `SINDRI_TEST_CONTEXT` names one of yours.
//!
//! Each test takes namespaces of its own, so all run side by side, and removes them.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::panic,
    clippy::too_many_arguments,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

mod access;
mod attacks;
mod authority;
mod certificates;
mod clock;
mod connect;
mod deploy;
mod destroy;
mod diff;
mod doctor;
mod drift;
mod examples;
mod forwarding;
mod forwards;
mod hardware;
mod images;
mod inside;
mod kubeconfig;
mod lifecycle;
mod lock;
mod logs;
mod model;
mod network;
mod outcome;
mod own_images;
mod pinned;
mod plan;
mod predict;
mod proxies;
mod proxy;
mod quota;
mod registry_login;
mod relay;
mod rendering;
mod requests;
mod rollback;
mod saved;
mod sessions;
mod ssh;
mod status;
mod stopping;
mod support;
mod survive;
mod troubles;
mod verified;
mod wait;
