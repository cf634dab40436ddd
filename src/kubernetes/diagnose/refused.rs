//! Why no pod is made: what the API server answers to a `ReplicaSet`. Pure.

use serde_json::{Value, json};

use super::super::scene::{Event, Rehearsal, Scene, condition, is_ending, name, text, uid, version};
use super::{Phase, State, Trouble};

/// A pod that was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedPod {
    /// The pod, as its controller asks for it.
    pub pod: Value,
    /// The identity of what makes it.
    pub maker: String,
    /// Which was the last refusal.
    pub after: String,
}

/// The pod that this `ReplicaSet`, or the Deployment where `ReplicaSets` may not be seen, does not get.
pub(super) fn pod(scene: &Scene, set: &Value) -> Option<RefusedPod> {
    let (_, event) = said(scene, set)?;
    let template = set.pointer("/spec/template")?;
    let mut metadata = template.get("metadata").cloned().unwrap_or_else(|| json!({}));
    metadata.as_object_mut()?.extend([
        ("generateName".to_owned(), json!(format!("{}-", name(set)))),
        ("namespace".to_owned(), json!(scene.namespace)),
    ]);
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template.get("spec")?});
    Some(RefusedPod { pod, maker: uid(set).to_owned(), after: mark(event) })
}

/// What it comes to that no pod is made, if that is because one was refused.
pub(super) fn state(scene: &Scene, set: &Value) -> Option<State> {
    let (said, event) = said(scene, set)?;
    let is_of_now = |rehearsal: &&Rehearsal| rehearsal.maker == uid(set) && rehearsal.after == mark(event);
    match scene.rehearsal.as_ref().filter(is_of_now).map(|rehearsal| rehearsal.refusal.as_deref()) {
        None => Some(trouble(scene, set, said, event).into()),
        Some(Some(said)) => Some(trouble(scene, set, said, event).into()),
        Some(None) => {
            let advice = format!("at once with `{}`", scene.sindri("restart"));
            Some(State::Progressing(Phase::Retrying { advice }))
        }
    }
}

/// The last refusal: a count makes a new version of an event.
fn mark(event: Option<&Value>) -> String {
    event.map(|event| format!("{}/{}", uid(event), version(event))).unwrap_or_default()
}

/// What the controller said, and the event in which it last said so.
fn said<'scene>(scene: &'scene Scene, set: &'scene Value) -> Option<(&'scene str, Option<&'scene Value>)> {
    let failure = condition(set, "ReplicaFailure").filter(|failure| text(failure, "/status") == "True");
    let event = scene.latest(uid(set), &["FailedCreate"]);
    let said = match (failure, event) {
        (Some(failure), _) => text(failure, "/message"),
        (None, Some(event)) => text(event, "/message"),
        (None, None) => return None,
    };
    Some((said, event))
}

fn trouble(scene: &Scene, set: &Value, said: &str, event: Option<&Value>) -> Trouble {
    let said = said.strip_prefix("(combined from similar events): ").unwrap_or(said);
    let said = said.strip_prefix("Error creating: ").unwrap_or(said);
    let Cause { code, heals, advice } = cause(scene, said);
    Trouble {
        code,
        about: format!("{}/{}", text(set, "/kind").to_lowercase(), name(set)),
        message: format!("no pod is made: {}", without_preamble(said)),
        advice,
        heals,
        event: event.map(Event::of),
        log: None,
    }
}

/// `pods "dev-5d7c-" is forbidden: ` says nothing that a person has to know.
fn without_preamble(said: &str) -> &str {
    said.split_once(" is forbidden: ").map_or(said, |(_, why)| why)
}

struct Cause {
    code: &'static str,
    heals: bool,
    advice: String,
}

fn cause(scene: &Scene, said: &str) -> Cause {
    let kubectl = scene.kubectl();
    let final_cause = |code, advice| Cause { code, heals: false, advice };
    let passing = |code, advice| Cause { code, heals: true, advice };
    let has = |text: &str| said.contains(text);
    if has("exceeded quota") {
        let advice =
            format!("ask for less under `resources`, or for a larger quota; see `{kubectl} describe resourcequota`");
        return Cause { code: "quota-exceeded", heals: may_free_quota(scene), advice };
    }
    if has("status unknown for quota") {
        return passing("quota-unknown", format!("`{kubectl} describe resourcequota`"));
    }
    if has("failed calling webhook") || has("Internal error occurred") {
        return passing("webhook-unavailable", format!("`{kubectl} get events --field-selector reason=FailedCreate`"));
    }
    if let Some(account) = between(said, "serviceaccount \"", "\" not found") {
        let advice = format!("`{kubectl} create serviceaccount {account}`, or change `serviceAccount`");
        return passing("service-account-missing", advice);
    }
    if has("is being terminated") {
        return final_cause("namespace-terminating", "wait until the namespace is gone, and deploy again".to_owned());
    }
    if has("violates PodSecurity") {
        let advice = "set `security: restricted` under `providers.kubernetes`, or choose a namespace that allows more";
        return final_cause("pod-security", advice.to_owned());
    }
    if let Some(class) = between(said, "no PriorityClass with name ", " was found") {
        let advice = format!("change `priorityClassName` ({class}); there are: `kubectl get priorityclasses`");
        return final_cause("priority-class-missing", advice);
    }
    if let Some(class) = between(said, "RuntimeClass \"", "\" not found") {
        let advice = format!("change `runtimeClassName` ({class}); there are: `kubectl get runtimeclasses`");
        return final_cause("runtime-class-missing", advice);
    }
    if has(" usage per ") {
        let advice = format!("change `resources` to fit `{kubectl} describe limitrange`");
        return final_cause("limit-range", advice);
    }
    if has(" is forbidden: ") || has(" is invalid: ") || has("denied the request") {
        let advice = format!("`{kubectl} get events --field-selector reason=FailedCreate`");
        return final_cause("pod-refused", advice);
    }
    passing("pod-not-made", format!("`{kubectl} get events --field-selector reason=FailedCreate`"))
}

/// A pod that ends, or that ended just before this one was asked for, is taken off the quota a moment later.
fn may_free_quota(scene: &Scene) -> bool {
    scene.pods.iter().any(is_ending) || scene.replica_sets.as_ref().is_none_or(|sets| sets.len() > 1)
}

fn between<'text>(text: &'text str, start: &str, end: &str) -> Option<&'text str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(found, _)| found)
}
