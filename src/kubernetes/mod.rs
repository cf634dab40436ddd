//! The only room that talks to a cluster: connect, observe, apply, wait, lock, stream; and the pure diagnosis of what
//! the cluster answers.

mod request;
mod session;
mod unanswered;

pub use request::{Mode, Request, Selecting};
pub use session::{Reply, Session};
pub use unanswered::Unanswered;
