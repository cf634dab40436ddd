//! What a workload is doing, and why it does not run: objects and events in, one answer out. Pure.

mod container;
mod pending;
mod refused;
mod state;

use serde_json::Value;

pub use refused::RefusedPod;
pub use state::{Log, Phase, Running, State, Trouble};

use super::scene::{Event, Scene, condition, holds, is_ending, is_over, items, name, number, seconds, text, uid};

/// How long a container that has failed before must run until it is believed.
const STEADY: i64 = 10;
/// How long after its time a pod may still be there.
const OVERDUE: i64 = 30;

/// What the workload is doing. `now` is the server's time in seconds since 1970, if it is known.
#[must_use]
pub fn diagnose(scene: &Scene, now: Option<i64>) -> State {
    let Some(deployment) = scene.deployment.as_ref().filter(|deployment| !is_ending(deployment)) else {
        return State::Absent;
    };
    let wanted = number(deployment, "/spec/replicas").unwrap_or(1);
    if wanted == 0 {
        return match scene.living_pods().next() {
            Some(pod) => ending(scene, pod, now, |pod| Phase::Stopping { pod }),
            None => State::Stopped,
        };
    }
    if number(deployment, "/status/observedGeneration") < number(deployment, "/metadata/generation") {
        return State::Progressing(Phase::Accepting);
    }
    if let Some(pod) = available(scene, deployment, wanted) {
        return match container::unsteady(scene, pod, now) {
            Some(trouble) => trouble.into(),
            None => State::Ready(running(pod)),
        };
    }
    if deployment.pointer("/spec/paused").and_then(Value::as_bool) == Some(true) {
        return paused(scene, deployment).into();
    }
    let state = match scene.current_pods().into_iter().find(|pod| !is_over(pod)) {
        Some(pod) => container::trouble(scene, pod, now).map_or_else(|| pending::state(scene, pod), State::from),
        None => without_pod(scene, now),
    };
    match state {
        // The Deployment's own deadline is as old as the refusal.
        State::Progressing(Phase::Retrying { .. }) => state,
        State::Progressing(phase) => {
            late(scene, deployment, &phase).or_else(|| failed_pod(scene)).map_or(State::Progressing(phase), State::from)
        }
        state => state,
    }
}

/// A pod that shows that the Deployment has all that it wants, and nothing of before.
fn available<'scene>(scene: &'scene Scene, deployment: &Value, wanted: i64) -> Option<&'scene Value> {
    let count = |name: &str| number(deployment, &format!("/status/{name}")).unwrap_or_default();
    let updated = count("updatedReplicas");
    if updated < wanted || count("availableReplicas") < wanted || count("replicas") != updated {
        return None;
    }
    scene.current_pods().into_iter().find(|pod| !is_over(pod) && holds(pod, "Ready"))
}

fn running(pod: &Value) -> Running {
    let node = text(pod, "/spec/nodeName");
    Running { pod: name(pod).to_owned(), node: Some(node.to_owned()).filter(|node| !node.is_empty()) }
}

/// There is no pod that is to stay: one of before is in the way, or the next one is refused, or it is only a moment.
fn without_pod(scene: &Scene, now: Option<i64>) -> State {
    let before = scene.living_pods().next();
    if let Some(state) = scene.current().and_then(|set| refused::state(scene, set)) {
        return state;
    }
    match before {
        Some(pod) => ending(scene, pod, now, |pod| Phase::Replacing { pod }),
        None if scene.replica_sets.is_none() => scene
            .deployment
            .as_ref()
            .and_then(|set| refused::state(scene, set))
            .unwrap_or(State::Progressing(Phase::Accepting)),
        None => State::Progressing(Phase::Accepting),
    }
}

/// The pod that is refused, if that is why there is none.
#[must_use]
pub fn refused_pod(scene: &Scene) -> Option<RefusedPod> {
    if scene.current_pods().into_iter().any(|pod| !is_over(pod)) {
        return None;
    }
    match &scene.replica_sets {
        Some(_) => refused::pod(scene, scene.current()?),
        None => refused::pod(scene, scene.deployment.as_ref()?),
    }
}

/// A pod that has to go before anything else happens.
fn ending(scene: &Scene, pod: &Value, now: Option<i64>, phase: impl Fn(String) -> Phase) -> State {
    let pod_name = name(pod);
    let limit = seconds(text(pod, "/metadata/deletionTimestamp")).map(|time| time + OVERDUE);
    if now.zip(limit).is_none_or(|(now, limit)| now <= limit) {
        return State::Progressing(phase(pod_name.to_owned()));
    }
    let node = text(pod, "/spec/nodeName");
    Trouble {
        code: "pod-does-not-end",
        about: format!("pod/{pod_name}"),
        message: format!("the pod {pod_name} should have ended long ago; its node {node} may be gone"),
        advice: format!(
            "`kubectl get node {node}`; if it is gone: `{} delete pod {pod_name} --force`",
            scene.kubectl()
        ),
        heals: true,
        event: scene.events_about(uid(pod)).last().map(|event| Event::of(event)),
        log: None,
    }
    .into()
}

fn paused(scene: &Scene, deployment: &Value) -> Trouble {
    let deployment = name(deployment);
    Trouble {
        code: "paused",
        about: format!("deployment/{deployment}"),
        message: "its rollout is paused: no pod is made".to_owned(),
        advice: format!("`{} rollout resume deployment/{deployment}`", scene.kubectl()),
        heals: false,
        event: None,
        log: None,
    }
}

/// The Deployment itself says that it takes too long, and means the pods of now.
fn late(scene: &Scene, deployment: &Value, phase: &Phase) -> Option<Trouble> {
    let progressing = condition(deployment, "Progressing")?;
    let set = scene.current().map(name)?;
    let is_late = text(progressing, "/reason") == "ProgressDeadlineExceeded"
        && text(progressing, "/message").contains(&format!("\"{set}\""));
    let seconds = number(deployment, "/spec/progressDeadlineSeconds").unwrap_or(600);
    let pod = scene.current_pods().into_iter().next();
    let event = pod.and_then(|pod| scene.events_about(uid(pod)).into_iter().rev().find(|event| is_warning(event)));
    is_late.then(|| Trouble {
        code: "deadline-exceeded",
        about: format!("deployment/{}", name(deployment)),
        message: format!("it did not become ready within its deadline of {seconds} s; it was last {phase}"),
        advice: format!("`{} describe pod -l {}`", scene.kubectl(), selector(deployment)),
        heals: false,
        event: event.map(Event::of),
        log: pod.and_then(container::first_log),
    })
}

/// A pod of now was ended by the cluster; the next one is on its way.
fn failed_pod(scene: &Scene) -> Option<Trouble> {
    let pod = scene.current_pods().into_iter().find(|pod| is_over(pod))?;
    let (reason, said) = (text(pod, "/status/reason"), text(pod, "/status/message").trim());
    let evicted = reason == "Evicted";
    let pod_name = name(pod);
    let why = [reason, said].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
    Some(Trouble {
        code: if evicted { "evicted" } else { "pod-failed" },
        about: format!("pod/{pod_name}"),
        message: if evicted {
            format!("the node ended the pod {pod_name}: {said}")
        } else {
            format!("the pod {pod_name} has failed: {why}")
        },
        advice: format!("`{} describe pod {pod_name}`", scene.kubectl()),
        heals: true,
        event: scene.events_about(uid(pod)).into_iter().rev().find(|event| is_warning(event)).map(Event::of),
        log: None,
    })
}

fn is_warning(event: &Value) -> bool {
    text(event, "/type") == "Warning"
}

fn selector(deployment: &Value) -> String {
    let labels = deployment.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let pairs =
        labels.into_iter().flatten().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    pairs.collect::<Vec<_>>().join(",")
}

/// The statuses of all containers, those first that run first.
fn statuses(pod: &Value) -> impl Iterator<Item = &Value> {
    items(pod, "/status/initContainerStatuses").iter().chain(items(pod, "/status/containerStatuses"))
}
