//! HTTP as everybody here speaks it: proxies, TLS, redirects, pauses before another attempt. Who asks for what is the
//! business of the rooms below. Uses nothing.

mod here;
mod proxy;
mod redirect;
pub(crate) mod retry;
pub(crate) mod transport;
mod unreached;

pub(crate) use here::chance;
pub use proxy::Proxies;
pub use redirect::Detour;
pub(crate) use redirect::{is_this_machine, redirected};
pub(crate) use unreached::unconnected;
pub use unreached::{Distrust, Unconnected, Unreached};
