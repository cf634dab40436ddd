//! From what was written to the image that runs, and the login for the registry it is in.

mod credential;
mod docker_config;
mod login;
mod no_login;
mod pin;
mod written;

pub use credential::{Login, Proof};
pub use docker_config::has_login;
pub use login::{Surroundings, login};
pub use no_login::NoLogin;
pub use pin::{Pinned, Unpinned, pin};
pub use written::{AsWritten, Undecided, as_written};
