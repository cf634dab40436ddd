//! What a person sees while something is waited for: on a terminal a line or two that are drawn again and again,
//! elsewhere a line for each change.
//!
//! It is drawn here and not by a crate: everything that is written goes through [`Ui`], and it is two escape sequences.

use super::ui::Ui;
use crate::kubernetes::{Event, Progress};
use crate::report::progress;

/// The view of one wait.
#[derive(Debug, Default)]
pub(super) struct Live {
    drawn: Vec<String>,
    told: String,
}

impl Live {
    /// Shows how far it is.
    pub(super) fn tell(&mut self, now: &Progress, ui: &mut Ui) {
        if let Some(warning) = &now.warning {
            self.clear(ui);
            ui.say(&progress::line(now.elapsed, &format!("warning: {}", said(warning))));
        }
        if let Some(width) = ui.screen() {
            let latest = now.latest.as_ref().map(said);
            let lines = progress::screen(now.elapsed, &now.line(), latest.as_deref(), width);
            ui.raw(&format!("{}{}", progress::erase(&self.drawn, width), lines.join("\n")));
            self.drawn = lines;
        } else if now.warning.is_none() && self.told != now.doing {
            ui.say(&progress::line(now.elapsed, &now.line()));
            now.doing.clone_into(&mut self.told);
        }
    }

    /// Takes it off the screen.
    pub(super) fn clear(&mut self, ui: &mut Ui) {
        if let Some(width) = ui.screen().filter(|_| !self.drawn.is_empty()) {
            ui.raw(&progress::erase(&self.drawn, width));
        }
        self.drawn.clear();
    }
}

fn said(event: &Event) -> String {
    let count = if event.count > 1 { format!(" ({} times)", event.count) } else { String::new() };
    format!("{} {}: {}{count}", event.about, event.reason, event.message)
}
