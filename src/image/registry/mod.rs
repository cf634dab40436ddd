//! Registries: what they keep of a repository, asked over HTTP. Small, because what it must refuse is most of it.

mod address;
mod body;
mod challenge;
mod client;
mod download;
mod limits;
mod network;
mod proxy;
mod questions;
mod referrers;
mod retry;
mod said;
mod token;
mod transport;
mod trouble;
mod unreached;

pub use address::{Detour, Insecure, InsecureHost};
pub use client::Registry;
pub(in crate::image) use download::Downloads;
pub use download::Undelivered;
pub(in crate::image) use limits::ATTACHMENT;
pub use network::Network;
pub use proxy::Proxies;
pub(in crate::image) use questions::Document;
pub(in crate::image) use referrers::Referred;
pub use said::Said;
pub use trouble::{Problem, Trouble};
pub use unreached::{Distrust, Unreached};
