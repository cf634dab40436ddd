//! Runs what waits for others: one thread, and nothing of it before a command needs it.

use std::future::Future;

use super::failure::Failure;

/// Runs a command that talks to others to its end.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::runtime)?;
    let outcome = runtime.block_on(work);
    // Whoever is still looking up a name or reading a terminal is not waited for.
    runtime.shutdown_background();
    outcome
}
