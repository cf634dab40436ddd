//! The command line as a stranger meets it: the real program, in folders, pipes and terminals of its own.

#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::needless_raw_string_hashes,
    clippy::print_stderr,
    reason = "a test touches what it tests, and fails where it is wrong; the snapshots are written by a program; a check that is left out says so"
)]

mod clusters;
mod completion;
mod connect;
mod contract;
mod deploy;
mod destroy;
mod doctor;
mod init;
mod install;
mod invalid;
mod load;
mod man;
mod render;
mod run;
mod schema;
mod sessions;
mod terminal;
mod validate;
