#![expect(
    clippy::disallowed_methods,
    reason = "what another program says and is told goes through here, byte by byte, and each side may block"
)]
//! The bytes of another program: what is told to it comes from standard input, what it says goes to standard output and standard
//! error, neither of it looked at.
//!
//! Reading and writing block, and have threads of their own: whoever does not read what is said does not hinder what is told.
//! Between them and the network there is room for a few pieces, so that the slower side sets the pace.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::thread;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;
use crate::kubernetes::Output;

/// How much is read at a time.
const PIECE: usize = 64 << 10;
/// How many pieces wait.
const ROOM: usize = 4;

/// Whether a person is there, with keys and a screen.
pub(super) fn is_person() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Standard input, for whoever asks what it is.
pub(super) fn keyboard() -> io::Result<OwnedFd> {
    io::stdin().as_fd().try_clone_to_owned()
}

/// Standard output, for whoever asks what it is.
pub(super) fn screen() -> io::Result<OwnedFd> {
    io::stdout().as_fd().try_clone_to_owned()
}

/// What is read from standard input, until its end or until nobody wants it. `make` is told of each piece, and of the end.
pub(super) fn read<T: Send + 'static>(to: mpsc::Sender<T>, make: fn(Option<Bytes>) -> T) -> Result<(), Failure> {
    let mut input = File::from(keyboard().map_err(Failure::input)?);
    // A read cannot be left. The thread that is left in it ends with the program.
    thread::spawn(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let bytes = match input.read(&mut piece) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // A terminal that is gone has nothing more to say.
                Ok(0) | Err(_) => None,
                Ok(length) => {
                    piece.truncate(length);
                    Some(Bytes::from(piece))
                }
            };
            let is_end = bytes.is_none();
            if to.blocking_send(make(bytes)).is_err() || is_end {
                return;
            }
        }
    });
    Ok(())
}

/// What is written to standard output and standard error.
pub(super) struct Writing {
    /// Where it is put.
    pub(super) to: mpsc::Sender<Output>,
    done: oneshot::Receiver<io::Result<()>>,
}

/// The end of what is written.
pub(super) struct Rest(oneshot::Receiver<io::Result<()>>);

impl Writing {
    /// From now on, what is put there is written.
    pub(super) fn start() -> Result<Self, Failure> {
        let mut data = File::from(screen().map_err(Failure::output)?);
        let mut errors = File::from(io::stderr().as_fd().try_clone_to_owned().map_err(Failure::output)?);
        let (to, mut pieces) = mpsc::channel(ROOM);
        let (told, done) = oneshot::channel();
        thread::spawn(move || {
            let mut written = Ok(());
            while let (Ok(()), Some(piece)) = (&written, pieces.blocking_recv()) {
                written = match piece {
                    Output::Data(bytes) => data.write_all(&bytes),
                    Output::Error(bytes) => errors.write_all(&bytes),
                };
            }
            // Nobody hears it when the program is left.
            drop(pieces);
            told.send(written).is_ok()
        });
        Ok(Self { to, done })
    }

    /// Where it is put, and what to wait for when nothing more is put there.
    pub(super) fn split(self) -> (mpsc::Sender<Output>, Rest) {
        (self.to, Rest(self.done))
    }
}

impl Rest {
    /// Waits until all of it is written. A reader that has gone away has read enough.
    pub(super) async fn written(self) -> Result<(), Failure> {
        match self.0.await {
            Ok(Err(error)) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::output(error)),
            _ => Ok(()),
        }
    }
}
