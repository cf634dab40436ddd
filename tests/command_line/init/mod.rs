//! `sindri init`: what it writes, where, and what it asks.

mod flags;
mod place;
mod questions;
