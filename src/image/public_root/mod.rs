//! Sigstore's public root of trust: whose certificates and logs count where a policy names no root of its own.
//!
//! It is fetched with The Update Framework, verified from a root that Sindri comes with, and kept for the next time.

mod files;
mod kept;
mod mirror;
mod no_public_root;
mod pinned;
mod place;
mod root;

pub use mirror::Mirror;
pub use no_public_root::{Kept, NoPublicRoot};
pub use place::Place;
pub use root::{Origin, PublicRoot, public_root};
