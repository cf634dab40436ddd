#![expect(clippy::disallowed_methods, reason = "waits until another process has ended")]
//! Who changes the clusters of this machine waits for who does it already: from the look at what is there to the end.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::super::failure::Failure;
use super::super::interrupt::Interrupt;
use super::super::ui::{Remark, Ui};
use crate::local::{Turn, TurnTrouble};

/// How long is waited for another one.
const LIMIT: Duration = Duration::from_mins(10);
const PAUSE: Duration = Duration::from_millis(200);

/// Waits for the turn of this command.
pub(super) async fn take(own_words: &str, interrupt: &Interrupt, ui: &mut Ui) -> Result<Turn, Failure> {
    let begun = Instant::now();
    let mut is_told = false;
    loop {
        let trouble = match Turn::take(own_words) {
            Ok(turn) => return Ok(turn),
            Err(trouble) => trouble,
        };
        let TurnTrouble::Taken { by } = &trouble else {
            return Err(Failure::told(trouble).hint("name another folder with `export XDG_CACHE_HOME=FOLDER`"));
        };
        if begun.elapsed() > LIMIT {
            let failure = Failure::told(trouble).adding("nothing was changed");
            return Err(
                failure.hint("see whether it still runs with `pgrep -a sindri`, and type this again when it has ended")
            );
        }
        if !is_told {
            is_told = true;
            let minutes = LIMIT.as_secs() / 60;
            let message = format!(
                "`{by}` is changing clusters on this machine: `{own_words}` waits for it, {minutes} minutes at most"
            );
            ui.remark(Remark::Note, &message);
        }
        let Some(()) = interrupt.or(sleep(PAUSE)).await else {
            return Err(Failure::interrupted("interrupted while waiting: nothing was changed"));
        };
    }
}
