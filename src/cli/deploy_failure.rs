//! How plan and deploy fail: what was attempted, what was and was not done, and what to type.

use super::carry::{Stopped, Why};
use super::failure::{Failure, word};
use crate::config::Malformed;
use crate::config::reference::Repository;
use crate::image::Unpinned;
use crate::kubernetes::{Done, Event, Failed, NotReady, Unobserved};
use crate::names::ObjectId;
use crate::plan::{Action, Plan};

impl From<Unpinned> for Failure {
    fn from(error: Unpinned) -> Self {
        let hint = match &error {
            Unpinned::Local { .. } => "name one: `deployment.image: registry/repository:tag`".to_owned(),
            Unpinned::NotADigest { written } => {
                format!("see which digest it is: `sindri image resolve {}`", word(written))
            }
            Unpinned::Unvouched { .. } => {
                "push it to a registry and sign it there: `cosign sign REPOSITORY@DIGEST`".to_owned()
            }
            Unpinned::AlwaysPulled { .. } => {
                "leave `pull_policy` out: an image of this machine is called by what is in it".to_owned()
            }
            Unpinned::Unverified { .. } => "see who vouches for it: `sindri image verify`".to_owned(),
        };
        Self::image(error.to_string()).hint(hint)
    }
}

impl From<Unobserved> for Failure {
    fn from(error: Unobserved) -> Self {
        match error {
            Unobserved::Unanswered(error) => error.into(),
            refused @ Unobserved::Refused { .. } => Self::failed(refused.to_string(), None),
        }
    }
}

impl Failure {
    /// The namespace that the kubeconfig names is none.
    pub(super) fn context_namespace(name: &str, error: &Malformed) -> Self {
        Self::failed(format!("the namespace of the context, `{name}`, is not valid: {error}"), None)
            .hint("name another one with `--namespace`")
    }

    /// A saved plan is for one place, and the command line names another.
    pub(super) fn usage_of_plan(what: &str, asked: &str, planned: &str) -> Self {
        Self::configuration(format!("the plan is for the {what} {planned}, and not for {asked}"))
            .hint(format!("leave `--{what}` out: the plan knows it"))
    }

    /// The plan deploys a login, which no file holds, and this machine has none any more.
    pub(super) fn login_gone(repository: &Repository) -> Self {
        Self::failed(
            format!("nothing was changed: the plan deploys a login for {repository}, and there is none now"),
            None,
        )
        .hint(format!("log in again: `docker login {}`", repository.registry()))
    }

    /// The plan cannot be carried out.
    pub(super) fn blocked(plan: &Plan, was_to_be_saved: bool) -> Self {
        let count = match plan.obstacles().count() {
            1 => "1 finding stands".to_owned(),
            count => format!("{count} findings stand"),
        };
        let saved = if was_to_be_saved { " and nothing was saved" } else { "" };
        Self::failed(format!("nothing was changed{saved}: {count} in the way of deploying {}", plan.environment), None)
    }

    /// A revision cannot be deployed again.
    pub(super) fn not_deployable(why: &str, revision: i64) -> Self {
        Self::image(format!("nothing was changed: revision {revision} is not deployed again: {why}"))
            .hint("choose another one: `sindri history`")
    }

    /// The same when it is about a rollback: deploying would go on with something else.
    pub(super) fn of_rollback(self, revision: i64) -> Self {
        self.rephrased(|hint| {
            let again = format!("`sindri rollback --to {revision}`");
            match hint {
                "to wait again: `sindri deploy`" => "to see how it is: `sindri status`".to_owned(),
                hint if hint.starts_with("to go on: ") || hint.starts_with("when that is mended: ") => {
                    hint.replace("`sindri deploy`", &again)
                }
                hint => hint.to_owned(),
            }
        })
    }

    /// Somebody changes the cluster faster than plans are made.
    pub(super) fn restless() -> Self {
        Self::failed("nothing was changed: the cluster moves each time a plan is made", None)
            .hint("find out who changes it: `kubectl get events --watch`")
    }

    /// The person left before anything was changed.
    pub(super) fn interrupted_early() -> Self {
        Self::interrupted("interrupted: nothing was changed")
    }

    /// The person left, or the time was up, while the environment was being waited for.
    pub(super) fn interrupted_waiting() -> Self {
        Self::interrupted("interrupted: everything was applied; the environment may not be ready yet")
            .hint("to wait again: `sindri deploy`")
    }
}

impl From<Stopped> for Failure {
    fn from(Stopped { why, done, open }: Stopped) -> Self {
        let so_far = so_far(&done, &open);
        match why {
            Why::Interrupted => Self::interrupted(format!("interrupted: {so_far}")).hint("to go on: `sindri deploy`"),
            Why::NotLocked(error) => {
                let hint = error.hint();
                Self::told(error).adding(&so_far).maybe_hint(hint)
            }
            Why::Lost(error) => {
                let hint = error.hint();
                Self::told(error).adding(&so_far).hint(hint)
            }
            Why::Failed(error @ Failed::Moved(_)) => {
                Self::moved(error.to_string()).adding(&so_far).hint("look at it again: `sindri plan`")
            }
            Why::Failed(Failed::Unanswered(error) | Failed::Unobserved(Unobserved::Unanswered(error))) => {
                Self::from(error).adding(&so_far)
            }
            Why::Failed(error) => Self::told(error).adding(&so_far).hint("when that is mended: `sindri deploy`"),
        }
    }
}

/// What has been done of a plan, and what nobody knows of.
fn so_far(done: &[Done], open: &[ObjectId]) -> String {
    let open: Vec<String> = open.iter().map(ObjectId::short).collect();
    let rest = |nothing: &str| {
        if open.is_empty() {
            return nothing.to_owned();
        }
        format!("whether {} {} changed is not known: `sindri plan` looks", open.join(", "), was_or_were(&open))
    };
    if done.is_empty() {
        return rest("nothing was changed");
    }
    let each: Vec<String> = done
        .iter()
        .map(|done| {
            let word = match done.action {
                Action::Keep => "kept",
                Action::Create => "created",
                Action::Update => "changed",
                Action::Replace => "replaced",
                Action::Delete => "deleted",
            };
            format!("{} was {word}", done.id.short())
        })
        .collect();
    format!("before that, {}; {}", each.join(", "), rest("nothing else was changed"))
}

fn was_or_were(objects: &[String]) -> &'static str {
    if objects.len() == 1 { "was" } else { "were" }
}

impl From<NotReady> for Failure {
    fn from(error: NotReady) -> Self {
        match error {
            NotReady::Unanswered(error) => Self::from(error).adding("everything was applied"),
            error => {
                let (advice, heard) = (error.advice().map(str::to_owned), heard(&error));
                Self::told(error).hearing(heard).maybe_hint(advice)
            }
        }
    }
}

/// What the cluster last complained about, and the last words of the program.
fn heard(error: &NotReady) -> Vec<String> {
    let (events, log): (&[Event], &[String]) = match error {
        NotReady::Stuck { events, log, .. } => (events, log),
        NotReady::TimedOut { events, .. } => (events, &[]),
        NotReady::Gone { .. } | NotReady::Denied { .. } | NotReady::Unanswered(_) => (&[], &[]),
    };
    let latest = events.iter().skip(events.len().saturating_sub(MOST_EVENTS));
    let often = |event: &Event| if event.count > 1 { format!(" ({} times)", event.count) } else { String::new() };
    let event = |event: &Event| format!("{} {}: {}{}", event.about, event.reason, event.message, often(event));
    let mut heard: Vec<String> = latest.map(event).collect();
    if !log.is_empty() {
        heard.push("the last lines that its program wrote:".to_owned());
        heard.extend(log.iter().map(|line| format!("  {line}")));
    }
    heard
}

/// The latest say what is wrong; those before them often the same.
const MOST_EVENTS: usize = 5;
