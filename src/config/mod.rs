//! `sindri.yaml`: from what is written to what it means. Pure.

mod advice;
mod check;
mod file;
mod line;
mod load;
mod malformed;
pub mod name;
mod pattern;
pub mod problem;
pub mod quantity;
pub mod reference;
pub mod schema;
mod shape;
pub mod spec;
pub(crate) mod suggest;
mod syntax;
mod tree;
mod yaml;

pub use check::{RESERVED_VARIABLES, SSH_PORT};
pub use load::{LARGEST_FILE, load};
pub use malformed::Malformed;
pub(crate) use tree::{Content, Entry, Node, Scalar, ScalarKind};
pub use tree::{KeyPath, Span};
pub(crate) use yaml::parse as parse_yaml;
