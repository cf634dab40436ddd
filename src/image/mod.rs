//! From what was written to the image that runs.

mod written;

pub use written::{AsWritten, Undecided, as_written};
