//! From what was written to the image that runs, and the login for the registry it is in.

mod artifact;
mod credential;
mod docker_config;
mod local;
mod login;
mod manifest;
mod no_login;
mod offers;
mod pin;
mod platform;
pub mod public_root;
pub mod registry;
mod resolve;
pub mod trust;
mod unresolved;
mod version;
mod wanted;
mod written;

pub use credential::{Login, Proof};
pub use docker_config::has_login;
pub use local::{LocalImage, find_content, find_local, unnamed};
pub use login::{Surroundings, login};
pub use manifest::NotAnImage;
pub use no_login::NoLogin;
pub use offers::{Beside, Unverified, gather};
pub use pin::{
    Pinned, Unpinned, may_be_local, pin, pin_local, pin_pushed, pin_recalled, pin_resolved, verification, wanted,
};
pub use platform::{Platform, Platforms};
pub use public_root::{NoPublicRoot, PublicRoot, public_root};
pub use registry::{InsecureHost, Network, Registry, Trouble};
pub use resolve::{Inspected, Resolved, inspect, resolve};
pub use unresolved::Unresolved;
pub use wanted::Wanted;
pub use written::{AsWritten, Named, Undecided, as_written};
