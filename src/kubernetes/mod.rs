//! The only room that talks to a cluster: connect, observe, apply, wait, lock, stream; and the pure diagnosis of what
//! the cluster answers.

mod acquire;
mod apply;
mod certificate;
mod cluster_type;
mod connect;
mod context;
pub mod diagnose;
mod identity;
mod kubeconfig;
mod lease;
mod lock;
mod not_connected;
mod not_locked;
mod not_ready;
mod observe;
mod obstacle;
mod proxy;
mod pulse;
mod refused;
mod request;
mod scene;
mod session;
mod transport;
mod tunnel;
mod unanswered;
mod view;
mod wait;
pub mod watch;

pub use acquire::{acquire, acquire_at};
pub use apply::{Done, Failed, Moved, Stamp, Work, still_holds};
pub use certificate::{ClientCertificate, Outside};
pub use connect::{Options, Target, connect};
pub use lease::{Held, Holder, id as lock_id};
pub use lock::{Lock, Pace};
pub use not_connected::NotConnected;
pub use not_locked::{Lost, NotLocked};
pub use not_ready::NotReady;
pub use observe::{About, Seen, Unobserved, look, look_about, look_again, look_at};
pub use obstacle::{Distrust, Obstacle, Reason};
pub use request::{Mode, Request, Selecting};
pub use scene::{Event, Rehearsal, Scene};
pub use session::{Reply, Session};
pub use unanswered::{Server, Unanswered};
pub use wait::{Progress, Settled, Since, Subject, wait};
