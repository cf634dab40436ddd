//! Registries: what they keep of a repository, asked over HTTP. Small, because what it must refuse is most of it.

mod address;
mod body;
mod challenge;
mod client;
mod download;
mod limits;
mod network;
mod questions;
mod referrers;
mod said;
mod token;
mod trouble;

pub use crate::web::{Detour, Distrust, Proxies, Unreached};
pub use address::{Insecure, InsecureHost};
pub use client::Registry;
pub(in crate::image) use download::Downloads;
pub use download::Undelivered;
pub(in crate::image) use limits::ATTACHMENT;
pub use network::Network;
pub(in crate::image) use questions::Document;
pub(in crate::image) use referrers::Referred;
pub use said::Said;
pub use trouble::{Problem, Trouble};
