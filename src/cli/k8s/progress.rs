#![expect(clippy::disallowed_methods, reason = "knows how long something takes already")]
//! What a program says while it makes a cluster: on a terminal one view that is drawn again and again, elsewhere its lines.

use std::time::Instant;

use super::super::ui::Ui;
use crate::report::progress;

/// The view of one piece of work.
pub(super) struct Working<'a> {
    ui: &'a mut Ui,
    begun: Instant,
    doing: String,
    latest: Option<String>,
    drawn: Vec<String>,
}

impl<'a> Working<'a> {
    pub(super) fn new(doing: &str, ui: &'a mut Ui) -> Self {
        Self { ui, begun: Instant::now(), doing: doing.to_owned(), latest: None, drawn: Vec::new() }
    }

    /// What is done now is another thing.
    pub(super) fn doing(&mut self, doing: &str) {
        if self.doing != doing {
            doing.clone_into(&mut self.doing);
            self.latest = None;
            if self.ui.screen().is_none() {
                self.ui.say(&progress::line(self.begun.elapsed(), doing));
            }
        }
        self.draw();
    }

    /// A line of a program, or nothing but time.
    pub(super) fn tell(&mut self, line: Option<&str>) {
        if let Some(line) = line.filter(|line| !line.is_empty()) {
            self.latest = Some(line.to_owned());
            if self.ui.screen().is_none() {
                self.ui.say(&progress::line(self.begun.elapsed(), line));
            }
        }
        self.draw();
    }

    fn draw(&mut self) {
        if let Some(width) = self.ui.screen() {
            let lines = progress::screen(self.begun.elapsed(), &self.doing, self.latest.as_deref(), width);
            self.ui.raw(&format!("{}{}", progress::erase(&self.drawn, width), lines.join("\n")));
            self.drawn = lines;
        }
    }
}

impl Drop for Working<'_> {
    /// Takes it off the screen.
    fn drop(&mut self) {
        if let Some(width) = self.ui.screen().filter(|_| !self.drawn.is_empty()) {
            self.ui.raw(&progress::erase(&self.drawn, width));
        }
    }
}
