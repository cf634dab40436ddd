//! What is wrong with the containers of a pod. Pure.

use serde_json::Value;

use super::super::scene::{Event, Scene, name, number, seconds, text, uid};
use super::{Log, STEADY, Trouble, statuses};
use crate::names::{CONTAINER, ContentName};

/// The first trouble of a pod that does not run as it should.
pub(super) fn trouble(scene: &Scene, pod: &Value, now: Option<i64>) -> Option<Trouble> {
    statuses(pod).find_map(|status| waiting(scene, pod, status).or_else(|| ended(scene, pod, status, now)))
}

/// The same of a pod that says that it is ready: a container that failed a moment ago may do so again.
pub(super) fn unsteady(scene: &Scene, pod: &Value, now: Option<i64>) -> Option<Trouble> {
    statuses(pod).find_map(|status| ended(scene, pod, status, now))
}

/// The output of the container that counts.
pub(super) fn first_log(pod: &Value) -> Option<Log> {
    let container = text(pod, "/spec/containers/0/name");
    (!container.is_empty()).then(|| Log { pod: name(pod).to_owned(), container: container.to_owned(), previous: false })
}

fn waiting(scene: &Scene, pod: &Value, status: &Value) -> Option<Trouble> {
    let said = text(status, "/state/waiting/message").trim();
    let image = text(status, "/image");
    let (kubectl, pod_name) = (scene.kubectl(), name(pod));
    let (code, message, advice, heals) = match text(status, "/state/waiting/reason") {
        "InvalidImageName" => {
            let message = format!("`{image}` is not the name of an image");
            ("invalid-image-name", message, "change `deployment.image`".to_owned(), false)
        }
        "ErrImageNeverPull" => {
            let message = format!("the image {image} is not on the node, and `pull_policy: Never` forbids to fetch it");
            let advice = own_image_advice(image).map(|(_, advice)| advice);
            let advice = advice.unwrap_or_else(|| "load it into the node, or change `pull_policy`".to_owned());
            ("image-not-on-node", message, advice, false)
        }
        "ErrImagePull"
        | "ImagePullBackOff"
        | "ImageInspectError"
        | "RegistryUnavailable"
        | "SignatureValidationFailed" => {
            let (code, advice) = own_image_advice(image).unwrap_or_else(|| image_advice(scene, said));
            (code, format!("the image {image} cannot be pulled: {}", root_of_pull(said)), advice, true)
        }
        "CreateContainerConfigError" => config_error(scene, said),
        "CreateContainerError" | "RunContainerError" | "PreCreateHookError" | "PreStartHookError" => {
            start_error(pod, said)
        }
        _ => return None,
    };
    let reasons = ["Failed", "FailedPull", "InspectFailed", "ErrImageNeverPull"];
    let event = scene.latest(uid(pod), &reasons).map(Event::of);
    let about = format!("pod/{pod_name}");
    let advice = if advice.is_empty() { format!("`{kubectl} describe pod {pod_name}`") } else { advice };
    Some(Trouble { code, about, message, advice, heals, event, log: None })
}

/// What the node says again around it: `Back-off pulling image "a": ErrImagePull: failed to …`.
fn root_of_pull(said: &str) -> &str {
    said.rsplit_once("ErrImagePull: ").map_or(said, |(_, cause)| cause)
}

/// An image that was loaded is in no registry: where a node has removed it for want of space, it has to be loaded again.
fn own_image_advice(image: &str) -> Option<(&'static str, String)> {
    ContentName::parse(image)?;
    let advice = "load it again, from the machine that has it: `sindri deploy`";
    Some(("image-not-on-node", advice.to_owned()))
}

fn image_advice(scene: &Scene, said: &str) -> (&'static str, String) {
    let denied = ["unauthorized", "denied", "401", "403", "no basic auth", "authorization failed"];
    let absent = ["not found", "manifest unknown", "NAME_UNKNOWN"];
    if denied.iter().any(|word| said.contains(word)) {
        let advice =
            "the registry wants a login: `docker login` and deploy again, or name a Secret under `imagePullSecrets`";
        ("image-denied", advice.to_owned())
    } else if absent.iter().any(|word| said.contains(word)) {
        ("image-missing", "change `deployment.image`, or push the image".to_owned())
    } else {
        let kubectl = scene.kubectl();
        ("image-unavailable", format!("check `deployment.image` and its registry; `{kubectl} get events`"))
    }
}

fn config_error(scene: &Scene, said: &str) -> (&'static str, String, String, bool) {
    let kubectl = scene.kubectl();
    let quoted = |kind: &str| said.strip_prefix(&format!("{kind} \""))?.strip_suffix("\" not found");
    for (kind, code) in [("secret", "secret-missing"), ("configmap", "config-map-missing")] {
        if let Some(missing) = quoted(kind) {
            let make = if kind == "secret" { "secret generic" } else { kind };
            let advice = format!("`{kubectl} create {make} {missing} --from-literal=KEY=VALUE`");
            return (code, format!("there is no {kind} {missing}"), advice, false);
        }
    }
    // couldn't find key token in Secret team/team-secrets
    if let Some((key, place)) = said.strip_prefix("couldn't find key ").and_then(|rest| rest.split_once(" in ")) {
        let place = place.replace(&format!(" {}/", scene.namespace), " ");
        let (kind, of) = place.split_once(' ').unwrap_or(("Secret", place.as_str()));
        let advice = format!("add it: `{kubectl} edit {} {of}`", kind.to_lowercase());
        return ("key-missing", format!("there is no key {key} in the {kind} {of}"), advice, false);
    }
    if said.contains("runAsNonRoot") || said.contains("non-root policy") {
        let advice = "choose an image whose user is not root, or set `security: baseline`".to_owned();
        let why = said.split(" (pod: ").next().unwrap_or(said);
        return ("runs-as-root", format!("the image may not run: {why}"), advice, false);
    }
    // The node has not heard of all Secrets yet.
    let heals = said.contains("timed out waiting");
    ("container-misconfigured", format!("the container cannot be made: {said}"), String::new(), heals)
}

fn start_error(pod: &Value, said: &str) -> (&'static str, String, String, bool) {
    // The runtime's own words begin after its layers' names.
    let cause = said.rsplit_once("container process: ").map_or(said, |(_, cause)| cause).trim_end_matches(": unknown");
    if cause.contains("no such file or directory") || cause.contains("executable file not found") {
        let advice =
            format!("change `command`, or choose an image that has it ({})", text(pod, "/spec/containers/0/image"));
        return ("command-missing", format!("the container cannot start: {cause}"), advice, false);
    }
    // What is not about the program may pass: a slow node tries again and finds what it had begun, a full one has room.
    let heals = !cause.starts_with("exec:");
    ("container-not-started", format!("the container cannot start: {cause}"), String::new(), heals)
}

/// A container that has ended, and is not sure to run now.
fn ended(scene: &Scene, pod: &Value, status: &Value, now: Option<i64>) -> Option<Trouble> {
    let (end, previous) = match (status.pointer("/state/terminated"), status.pointer("/lastState/terminated")) {
        (Some(end), _) => (end, false),
        (None, Some(end)) => (end, true),
        (None, None) => return None,
    };
    let started = seconds(text(status, "/state/running/startedAt"));
    let is_steady = now.zip(started).is_some_and(|(now, started)| now - started >= STEADY);
    let code = number(end, "/exitCode").unwrap_or_default();
    let is_initial = super::items(pod, "/status/initContainerStatuses").contains(status);
    if is_steady || (is_initial && code == 0) {
        return None;
    }
    let container = text(status, "/name").to_owned();
    // It is counted when it starts again; until then, the end that is seen is one more.
    let runs_again = status.pointer("/state/running").is_some();
    let times = number(status, "/restartCount").unwrap_or_default() + i64::from(!runs_again);
    let often = if times > 1 { format!(", {times} times so far") } else { String::new() };
    let (cause, what, advice, heals) = end_of(scene, pod, &container, end, code);
    Some(Trouble {
        code: cause,
        about: format!("pod/{}", name(pod)),
        message: format!("the container {container} {what}{often}"),
        advice,
        heals,
        event: scene.latest(uid(pod), &["BackOff"]).map(Event::of),
        log: Some(Log { pod: name(pod).to_owned(), container, previous }),
    })
}

fn end_of(scene: &Scene, pod: &Value, container: &str, end: &Value, code: i64) -> (&'static str, String, String, bool) {
    let which = if container == CONTAINER { String::new() } else { format!(" -c {container}") };
    let logs = format!("`{}`", scene.sindri(&format!("logs --previous{which}")));
    if text(end, "/reason") == "OOMKilled" {
        let limit = super::items(pod, "/spec/containers").iter().find(|one| text(one, "/name") == container);
        let limit = limit.map(|one| text(one, "/resources/limits/memory")).unwrap_or_default();
        let advice = "raise `resources.memory`".to_owned();
        return ("out-of-memory", format!("was killed: it used more memory than its limit of {limit}"), advice, true);
    }
    if text(end, "/reason") == "StartError" {
        let (cause, message, advice, heals) = start_error(pod, text(end, "/message"));
        return (cause, message.replacen("the container ", "", 1), advice, heals);
    }
    if code == 0 {
        let advice = "give a `command` that keeps running, for example `[sleep, infinity]`".to_owned();
        return (
            "command-ends",
            "ends by itself (exit code 0): an environment has to keep running".to_owned(),
            advice,
            true,
        );
    }
    let signal =
        number(end, "/signal").or((129..=160).contains(&code).then(|| code - 128)).filter(|signal| *signal > 0);
    let what = match signal {
        Some(signal) => format!("was ended by signal {signal}{} (exit code {code})", signal_name(signal)),
        None => format!("fails with exit code {code}"),
    };
    ("crash-loop", what, logs, true)
}

fn signal_name(signal: i64) -> &'static str {
    match signal {
        2 => ", SIGINT",
        6 => ", SIGABRT",
        9 => ", SIGKILL",
        11 => ", SIGSEGV",
        15 => ", SIGTERM",
        _ => "",
    }
}
