//! From an environment to the pod that is talked to: at once where it runs, after a wait where it starts.

use super::environment::Environment;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::ready::settled;
use super::ui::Ui;
use crate::kubernetes::{NoStream, Own, ReadyPod, Settled, Unfound, ready_pod};

/// How often a pod is looked for that was ready a moment ago.
const ATTEMPTS: u32 = 3;

/// The pod of an environment. One that starts is waited for; one that is stopped is started if that is wanted.
pub(super) async fn pod(
    environment: &Environment,
    start: bool,
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<ReadyPod, Failure> {
    let (session, subject) = (&environment.reach.session, environment.subject());
    let left = || Failure::interrupted("interrupted: nothing was begun");
    for _ in 0..ATTEMPTS {
        let found = interrupt.or(ready_pod(session, &subject)).await.ok_or_else(left)?;
        if let Some(pod) = found.map_err(|error| unseen(error, environment))? {
            return Ok(pod);
        }
        wake(environment, start, interrupt, ui).await?;
        match settled(session, &subject, None, interrupt, ui).await.ok_or_else(left)?? {
            Settled::Ready(_) => {}
            Settled::Stopped => break,
        }
    }
    Err(Failure::failed(format!("{} does not stay: its pod is gone again", environment.name), None)
        .hint("see what it does: `sindri status`"))
}

/// Starts an environment that is stopped, if the person wants that.
async fn wake(environment: &Environment, start: bool, interrupt: &Interrupt, ui: &mut Ui) -> Result<(), Failure> {
    let (name, session) = (&environment.name, &environment.reach.session);
    let looking = interrupt.or(Own::look(session, &environment.deployment())).await;
    let own = looking.ok_or_else(|| Failure::interrupted("interrupted: nothing was begun"))??;
    if own.is_ending() {
        return Err(Failure::failed(format!("{name} is being deleted"), None)
            .hint("wait until it is gone, and make it anew with `sindri deploy`"));
    }
    if own.pods() > 0 {
        return Ok(());
    }
    if !start {
        let question = format!("{name} is stopped. Start it?");
        let answer = interrupt.or(ui.confirm(&question, "--start")).await;
        answer.ok_or_else(|| Failure::interrupted("interrupted: nothing was changed"))??;
        session.begin_anew();
    }
    own.scale(session, 1).await?;
    ui.say(&format!("{name} is being started"));
    if let Err(error) = own.note_stop(session, None).await {
        ui.detail(&format!("who stopped it stays written down: {error}"));
    }
    session.begin_anew();
    Ok(())
}

/// Pods may not be looked at.
pub(super) fn unseen(error: Unfound, environment: &Environment) -> Failure {
    match error {
        Unfound::Unanswered(error) => error.into(),
        error @ Unfound::Refused { .. } => Failure::told(error).hint(may(environment, "list pods")),
    }
}

/// There is no stream.
pub(super) fn unopened(error: NoStream, environment: &Environment, right: &str) -> Failure {
    match error {
        NoStream::Unanswered(error) => error.into(),
        NoStream::Refused { ref refusal, .. } if refusal.code == 403 => {
            Failure::told(error).hint(may(environment, right))
        }
        NoStream::Refused { ref refusal, .. } if refusal.code == 404 => {
            Failure::told(error).hint("the pod was replaced: try again")
        }
        NoStream::Refused { .. } => Failure::told(error).hint("see how it is: `sindri status`"),
        NoStream::Foreign { .. } => Failure::told(error)
            .hint("a proxy on the way may not let WebSocket through: `env | grep -i _proxy` shows which is used"),
    }
}

/// Whether this person has a right.
pub(super) fn may(environment: &Environment, right: &str) -> String {
    let kubectl = kubectl(environment);
    format!("see whether you may with `{kubectl} auth can-i {right}`; `providers.kubernetes.rbac` gives that right")
}

/// How a command about the environment begins.
fn kubectl(environment: &Environment) -> String {
    let context = environment.reach.target.context.as_deref();
    let context = context.map(|context| format!(" --context {}", super::failure::word(context))).unwrap_or_default();
    format!("kubectl{context} -n {}", environment.namespace())
}
