#![expect(clippy::disallowed_methods, reason = "measures how long it takes, and ends in time")]
//! Waits until a workload runs, tells what it does meanwhile, and stops with the cause when it cannot run.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{LocalBoxStream, SelectAll, once};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::diagnose::{Phase, Running, State, Trouble, diagnose, refused_pod};
use super::not_ready::NotReady;
use super::pulse::{Pulses, Young, has_ended};
use super::refused::rehearse;
use super::request::{Request, Selecting};
use super::scene::{Event, number, uid};
use super::session::Session;
use super::survey::lines;
use super::view::{Place, View};
use super::watch::{Change, Followed, IDLE, Lost, follow};
use crate::names::{Kind, ObjectId};

/// How often the clock is looked at, and the least time before details are asked for.
const TICK: Duration = Duration::from_secs(1);
/// What is kept of the session's time for the last questions.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How much is shown of what a program has written.
pub(super) const LOG_LINES: u32 = 20;
pub(super) const LOG_BYTES: u32 = 64 << 10;

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The context that a person has to name in a command; none if there is none.
    pub context: Option<String>,
    /// The namespace.
    pub namespace: String,
    /// The name of the Deployment.
    pub deployment: String,
    /// The labels of its `ReplicaSets` and pods: `instance=dev,app.kubernetes.io/managed-by=sindri`.
    pub selector: String,
}

/// Which Deployment, and in which state of it: what apply was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Its identity.
    pub uid: String,
    /// Its generation.
    pub generation: i64,
}

/// How it ended well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It runs.
    Ready(Running),
    /// It is to be stopped, and is.
    Stopped,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How long it has taken.
    pub elapsed: Duration,
    /// What it does.
    pub doing: String,
    /// How long this may go on; none as long as all is well.
    pub patience: Option<Duration>,
    /// A warning that was not told before.
    pub warning: Option<Event>,
    /// What the cluster last said about it.
    pub latest: Option<Event>,
}

/// Waits until the workload runs, or is stopped if it is to be. `grace` is how long a cause lasts that may pass by itself.
///
/// # Errors
/// When it cannot run, or not in the session's time; when it is deleted; when it cannot be watched.
pub async fn wait(
    session: &Session,
    subject: &Subject,
    since: Option<&Since>,
    grace: Duration,
    tell: &mut dyn FnMut(&Progress),
) -> Result<Settled, NotReady> {
    let started = Instant::now();
    let span = session.deadline().saturating_duration_since(started);
    let mut waiting = Waiting {
        session,
        subject,
        since,
        started,
        end: session.deadline() - LAST_WORDS.min(span / 10),
        view: View::new(subject),
        streams: SelectAll::new(),
        stuck: None,
        told: String::new(),
        interrupted: None,
        distance: None,
        pulses: Pulses::default(),
    };
    waiting.begin();
    waiting.run(grace, tell).await
}

/// What happened.
enum News {
    Change(Place, Result<Change, Lost>),
    /// Whether a container has ended.
    Pulse(Young, bool),
}

struct Waiting<'session> {
    session: &'session Session,
    subject: &'session Subject,
    since: Option<&'session Since>,
    started: Instant,
    end: Instant,
    view: View,
    streams: SelectAll<LocalBoxStream<'session, News>>,
    /// Since when it has been stuck, and with what.
    stuck: Option<(&'static str, Instant)>,
    told: String,
    interrupted: Option<String>,
    /// How long the server takes to answer.
    distance: Option<Duration>,
    pulses: Pulses,
}

impl Waiting<'_> {
    fn begin(&mut self) {
        let deployment = ObjectId::new(Kind::Deployment, &self.subject.namespace, &self.subject.deployment);
        let labels = Selecting::Labels(self.subject.selector.clone());
        self.follow(Place::Deployment, Followed::One(deployment));
        self.follow(Place::ReplicaSets, Followed::All(Kind::ReplicaSet, labels.clone()));
        self.follow(Place::Pods, Followed::All(Kind::Pod, labels));
    }

    fn follow(&mut self, place: Place, followed: Followed) {
        let changes = follow(self.session, &self.subject.namespace, followed, IDLE);
        self.streams.push(changes.map(move |change| News::Change(place, change)).boxed_local());
    }

    async fn run(mut self, grace: Duration, tell: &mut dyn FnMut(&Progress)) -> Result<Settled, NotReady> {
        let mut tick = self.started + TICK;
        loop {
            let next = timeout_at(tick.min(self.end), self.streams.next()).await;
            let now = Instant::now();
            match next {
                Ok(Some(News::Change(place, change))) => self.take(place, change)?,
                Ok(Some(News::Pulse(young, has_ended))) => self.pulses.felt(&young, has_ended),
                Ok(None) => sleep_until(tick.min(self.end)).await,
                Err(_) => {}
            }
            let is_tick = now >= tick;
            if is_tick {
                tick = now + TICK;
                self.look_closer();
            }
            if now >= self.end {
                return Err(self.timed_out().await);
            }
            if !self.view.is_complete() {
                continue;
            }
            self.distance.get_or_insert_with(|| now - self.started);
            if let Some(outcome) = self.judge(grace, is_tick, tell).await {
                return outcome;
            }
        }
    }

    fn take(&mut self, place: Place, change: Result<Change, Lost>) -> Result<(), NotReady> {
        match change {
            Ok(Change::Interrupted(why)) => self.interrupted = Some(why),
            Ok(change) => {
                self.interrupted = None;
                self.view.take(place, change);
            }
            Err(Lost::Unanswered(problem)) => return Err(NotReady::Unanswered(problem)),
            Err(Lost::Refused(refusal)) if place.is_needed() => {
                return Err(NotReady::Denied { deployment: self.name(), message: refusal.message });
            }
            Err(Lost::Refused(_)) => self.view.give_up(place),
        }
        Ok(())
    }

    async fn judge(
        &mut self,
        grace: Duration,
        is_tick: bool,
        tell: &mut dyn FnMut(&Progress),
    ) -> Option<Result<Settled, NotReady>> {
        let state = self.state();
        let is_believed = self.feel();
        if !is_believed && matches!(state, State::Ready(_)) {
            return None;
        }
        let doing = match &state {
            State::Absent => return Some(Err(NotReady::Gone { deployment: self.name() })),
            State::Stopped => return Some(Ok(Settled::Stopped)),
            State::Ready(running) => return Some(Ok(Settled::Ready(running.clone()))),
            State::Progressing(phase) => phase.to_string(),
            State::Stuck(trouble) => trouble.message.clone(),
        };
        let patience = self.patience(&state, grace);
        if !patience.is_some_and(|left| left.is_zero()) {
            self.say(doing, patience, is_tick, tell);
        } else if let Some(error) = self.stuck().await {
            return Some(Err(error));
        }
        None
    }

    /// Asks the nodes about containers that have just started. Whether what the cluster says can be believed.
    fn feel(&mut self) -> bool {
        let young = self.session.server_time().map(|now| self.view.young(now)).unwrap_or_default();
        let distance = self.distance.unwrap_or_default();
        for young in &young {
            if self.pulses.is_to_be_felt(young) {
                let (session, namespace, young) = (self.session, self.subject.namespace.as_str(), young.clone());
                let asked = async move {
                    let has_ended = has_ended(session, namespace, &young, distance).await;
                    News::Pulse(young, has_ended)
                };
                self.streams.push(once(asked).boxed_local());
            }
        }
        young.iter().all(|young| self.pulses.beats(young))
    }

    /// How long it may stay stuck; none if it is not.
    fn patience(&mut self, state: &State, grace: Duration) -> Option<Duration> {
        let State::Stuck(trouble) = state else {
            self.stuck = None;
            return None;
        };
        let since = match self.stuck {
            Some((code, since)) if code == trouble.code => since,
            _ => Instant::now(),
        };
        self.stuck = Some((trouble.code, since));
        let grace = if trouble.heals { grace } else { Duration::ZERO };
        Some(grace.saturating_sub(since.elapsed()))
    }

    fn say(&mut self, doing: String, patience: Option<Duration>, is_tick: bool, tell: &mut dyn FnMut(&Progress)) {
        let doing = self.interrupted.clone().unwrap_or(doing);
        let mut progress =
            Progress { elapsed: self.started.elapsed(), doing, patience, warning: None, latest: self.view.latest() };
        for warning in self.view.new_warnings() {
            tell(&Progress { warning: Some(warning), ..progress.clone() });
        }
        if is_tick || progress.doing != self.told {
            tell(&progress);
            self.told = std::mem::take(&mut progress.doing);
        }
    }

    fn state(&self) -> State {
        let scene = &self.view.scene();
        let state = diagnose(scene, self.session.server_time());
        let (Some(since), Some(deployment)) = (self.since, &scene.deployment) else { return state };
        if uid(deployment) != since.uid {
            return State::Absent;
        }
        let generation = number(deployment, "/metadata/generation").unwrap_or_default();
        if generation < since.generation { State::Progressing(Phase::Accepting) } else { state }
    }

    /// What takes longer than a moment is worth more questions: what is said about the objects, and the claim.
    fn look_closer(&mut self) {
        if !self.view.is_complete() {
            return;
        }
        for uid in self.view.unheard() {
            let selecting = Selecting::Fields(format!("involvedObject.uid={uid}"));
            self.follow(Place::Events, Followed::All(Kind::Event, selecting));
        }
        if let Some(claim) = self.view.wanted_claim() {
            let claim = ObjectId::new(Kind::PersistentVolumeClaim, &self.subject.namespace, claim);
            self.follow(Place::Claim, Followed::One(claim));
        }
    }

    /// Everything that is not known yet about why it is stuck.
    async fn ask_around(&mut self) {
        for uid in self.view.unheard() {
            let selecting = Selecting::Fields(format!("involvedObject.uid={uid}"));
            let request = Request::select(Kind::Event, &self.subject.namespace, &selecting, 100);
            // The cause is known without them.
            if let Ok(reply) = self.session.ask(&request).await
                && let Some(serde_json::Value::Array(events)) = reply.body.get("items")
            {
                for event in events {
                    self.view.take(Place::Events, Change::Seen(event.clone()));
                }
            }
            self.follow(Place::Events, Followed::All(Kind::Event, selecting));
        }
        if let Some(refused) = refused_pod(self.view.scene()) {
            let limit = self.session.deadline().min(Instant::now() + LAST_WORDS);
            self.view.rehearsed(rehearse(self.session, &self.subject.namespace, refused, limit).await);
        }
    }

    /// Why it cannot run. None if that is true no more: a pod that was refused once would be let in.
    async fn stuck(&mut self) -> Option<NotReady> {
        let before = self.state();
        self.ask_around().await;
        // What was asked meanwhile says more about the same trouble.
        let trouble = match (self.state(), before) {
            (State::Progressing(Phase::Retrying { .. }), _) => return None,
            (State::Stuck(trouble), _) | (_, State::Stuck(trouble)) => trouble,
            _ => return Some(NotReady::Gone { deployment: self.name() }),
        };
        let log = self.log(&trouble).await;
        let events = self.view.warnings();
        Some(NotReady::Stuck { deployment: self.name(), trouble, waited: self.started.elapsed(), events, log })
    }

    async fn timed_out(&mut self) -> NotReady {
        let waited = self.started.elapsed();
        let doing = match (&self.interrupted, self.state()) {
            (Some(why), _) => why.clone(),
            _ if !self.view.is_complete() => "waiting for an answer of the API server".to_owned(),
            (None, State::Stuck(trouble)) => {
                let log = self.log(&trouble).await;
                let events = self.view.warnings();
                return NotReady::Stuck { deployment: self.name(), trouble, waited, events, log };
            }
            (None, State::Progressing(phase)) => phase.to_string(),
            (None, _) => "not settled".to_owned(),
        };
        NotReady::TimedOut {
            deployment: self.name(),
            waited,
            doing,
            advice: match self.state() {
                State::Progressing(Phase::Retrying { advice }) => advice,
                _ => format!("`{} describe pods -l {}`", self.view.scene().kubectl(), self.subject.selector),
            },
            events: self.view.warnings(),
            latest: self.view.latest(),
        }
    }

    /// The last words of the program that is in trouble.
    async fn log(&self, trouble: &Trouble) -> Vec<String> {
        match &trouble.log {
            Some(log) => lines(self.session, &self.subject.namespace, log).await,
            None => Vec::new(),
        }
    }

    fn name(&self) -> String {
        format!("deployment/{}", self.subject.deployment)
    }
}

impl Progress {
    /// One line for it, without the time: what it does, and how long that may go on.
    #[must_use]
    pub fn line(&self) -> String {
        match self.patience {
            Some(left) => format!("{} (giving up in {} s)", self.doing, left.as_secs().max(1)),
            None => self.doing.clone(),
        }
    }
}
