//! From what was written to the image that runs.

mod pin;
mod written;

pub use pin::{Pinned, Unpinned, pin};
pub use written::{AsWritten, Undecided, as_written};
