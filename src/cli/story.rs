#![expect(clippy::disallowed_methods, reason = "measures how long a deploy takes")]
//! What is gathered while a deploy goes on, so that a program can be told at its end, however it ends.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::carry::Stopped;
use super::failure::Failure;
use crate::kubernetes::{Done, Event, NotReady};
use crate::names::ObjectId;
use crate::plan::{Action, Plan};
use crate::report::outcome::{self, Ending, Outcome, Readiness, Said, State, Trouble};

/// One deploy so far.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) plan: Option<Plan>,
    pub(super) readiness: Readiness,
    loaded: Vec<String>,
    applied: Vec<(ObjectId, Action)>,
    unknown: Vec<ObjectId>,
    applied_at: String,
    began: Instant,
    applying: Span,
    waiting: Span,
}

/// When something began, and how long it took.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    began: Option<Instant>,
    took: Option<Duration>,
}

impl Span {
    fn begin(&mut self) {
        *self = Self { began: Some(Instant::now()), took: None };
    }

    fn end(&mut self) {
        self.took = self.began.map(|began| began.elapsed());
    }

    /// How long it took, or has taken so far.
    fn length(&self) -> Option<Duration> {
        self.took.or_else(|| self.began.map(|began| began.elapsed()))
    }
}

impl Story {
    pub(super) fn begin() -> Self {
        Self {
            plan: None,
            readiness: Readiness::default(),
            loaded: Vec::new(),
            applied: Vec::new(),
            unknown: Vec::new(),
            applied_at: String::new(),
            began: Instant::now(),
            applying: Span::default(),
            waiting: Span::default(),
        }
    }

    /// The image was brought to the nodes that lacked it.
    pub(super) fn has_loaded(&mut self, plan: &Plan) {
        self.loaded = plan.loading.as_ref().map(|loading| loading.lacking.clone()).unwrap_or_default();
    }

    pub(super) fn applies(&mut self) {
        self.applying.begin();
    }

    /// It was applied, or as much of it as could be.
    pub(super) fn has_applied(&mut self, outcome: &Result<Vec<Done>, Stopped>, at: String) {
        self.applying.end();
        let (done, open) = match outcome {
            Ok(done) => (done, [].as_slice()),
            Err(stopped) => (&stopped.done, stopped.open.as_slice()),
        };
        self.applied = done.iter().map(|done| (done.id.clone(), done.action)).collect();
        self.unknown = open.to_vec();
        self.applied_at = if done.is_empty() { String::new() } else { at };
    }

    pub(super) fn waits(&mut self) {
        self.waiting.begin();
    }

    pub(super) fn has_waited(&mut self) {
        self.waiting.end();
    }

    /// The whole of it for a program.
    pub(super) fn document(&self, failure: Option<&Failure>, is_rehearsal: bool) -> Value {
        let result = match failure {
            Some(failure) => failure.ending(),
            None if is_rehearsal => Ending::Planned,
            None if self.applied.is_empty() => Ending::Unchanged,
            None => Ending::Done,
        };
        outcome::for_program(&Outcome {
            result,
            exit_code: failure.map_or(0, Failure::exit_code),
            plan: self.plan.as_ref(),
            loaded: &self.loaded,
            applied: &self.applied,
            unknown: &self.unknown,
            applied_at: &self.applied_at,
            readiness: &self.readiness,
            error: failure.map(Failure::for_program),
            took: (self.began.elapsed(), self.applying.length(), self.waiting.length()),
        })
    }
}

/// Why it does not run, for a program.
pub(super) fn unready(error: &NotReady) -> Readiness {
    let said = |events: &[Event]| {
        let said = |event: &Event| Said {
            about: event.about.clone(),
            reason: event.reason.clone(),
            message: event.message.clone(),
            count: event.count,
        };
        events.iter().map(said).collect()
    };
    let (code, about, events, log) = match error {
        NotReady::Stuck { trouble, events, log, .. } => {
            (trouble.code, trouble.about.clone(), said(events), log.clone())
        }
        NotReady::TimedOut { deployment, events, .. } => ("timed-out", deployment.clone(), said(events), Vec::new()),
        NotReady::Gone { deployment } => ("deleted", deployment.clone(), Vec::new(), Vec::new()),
        // Whether it runs is not known.
        NotReady::Denied { .. } | NotReady::Unanswered(_) => return Readiness::default(),
    };
    let message = match error {
        NotReady::Stuck { trouble, .. } => trouble.message.clone(),
        other => other.to_string(),
    };
    let advice = error.advice().unwrap_or_default().to_owned();
    let trouble = Trouble { code: code.to_owned(), about, message, advice, events, log };
    Readiness { state: State::Unready, trouble: Some(trouble), ..Readiness::default() }
}
