//! The terminal as a program on another machine needs it: every key goes there, and nothing is shown that does not come from there.
//!
//! It is set back however this ends: the guard does it on every way out, and a hook before a crash is told.

use std::io;
use std::os::fd::OwnedFd;
use std::panic;
use std::sync::{Mutex, Once, PoisonError};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::pipes::{keyboard, screen};

/// How the terminal was before; none while it is so.
static BEFORE: Mutex<Option<(OwnedFd, Termios)>> = Mutex::new(None);
static HOOK: Once = Once::new();

/// While there is one, the terminal hands on everything.
#[derive(Debug)]
pub(super) struct Raw(());

impl Raw {
    /// From now on every key is handed on.
    pub(super) fn enter() -> io::Result<Self> {
        let terminal = keyboard()?;
        let before = tcgetattr(&terminal)?;
        let mut raw = before.clone();
        raw.make_raw();
        HOOK.call_once(|| {
            let other = panic::take_hook();
            panic::set_hook(Box::new(move |crash| {
                restore();
                other(crash);
            }));
        });
        tcsetattr(&terminal, OptionalActions::Now, &raw)?;
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some((terminal, before));
        Ok(Self(()))
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        restore();
    }
}

fn restore() {
    if let Some((terminal, before)) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        // A terminal that is gone cannot be set back, and nobody sees it.
        tcsetattr(terminal, OptionalActions::Now, &before).unwrap_or_default();
    }
}

/// Columns and rows of the screen, if it knows them.
pub(super) fn size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(screen().ok()?).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}

#[cfg(test)]
mod tests {
    use std::mem::ManuallyDrop;

    use super::Raw;

    #[test]
    #[ignore = "crashes; the next test runs it on a pseudo-terminal"]
    fn a_crash_in_the_middle() {
        let _never_dropped = ManuallyDrop::new(Raw::enter().unwrap());
        panic!("on purpose");
    }

    #[test]
    fn the_terminal_is_set_back_when_it_crashes() {
        let crash = "/proc/$PPID/exe --ignored --exact cli::terminal::tests::a_crash_in_the_middle";
        let mut shell = rexpect::spawn(&format!("sh -c '{crash}; stty -a; echo seen'"), Some(30_000)).unwrap();
        let said = shell.exp_string("seen").unwrap();
        let (crashed, terminal) = said.split_once("speed ").unwrap();
        assert!(crashed.contains("on purpose") && crashed.contains("1 failed"), "{crashed}");
        let modes: Vec<&str> = terminal.split_whitespace().collect();
        assert!(["isig", "icanon", "icrnl", "opost"].iter().all(|mode| modes.contains(mode)), "{terminal}");
    }
}
