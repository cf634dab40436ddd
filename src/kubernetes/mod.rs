//! The only room that talks to a cluster: connect, observe, apply, wait, lock, stream; and the pure diagnosis of what
//! the cluster answers.

mod apply;
mod connect;
mod context;
mod identity;
mod kubeconfig;
mod lease;
mod lock;
mod not_connected;
mod not_locked;
mod observe;
mod proxy;
mod request;
mod session;
mod transport;
mod unanswered;

pub use apply::{Done, Failed, Moved, Stamp, Work};
pub use connect::{Options, Target, connect};
pub use lease::{Held, Holder};
pub use lock::{Lock, Pace, acquire, acquire_at};
pub use not_connected::NotConnected;
pub use not_locked::{Lost, NotLocked};
pub use observe::{About, Seen, Unobserved, look, look_about, look_again, look_at};
pub use request::{Mode, Request, Selecting};
pub use session::{Reply, Session};
pub use unanswered::{Distrust, Reason, Server, Unanswered};
