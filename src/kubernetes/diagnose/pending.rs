//! A pod on its way: a node, a volume, what the node prepares. Pure.

use serde_json::Value;

use super::super::scene::{Event, Scene, condition, holds, is_ending, items, name, text, uid};
use super::{Log, Phase, State, Trouble, container};

/// What the node says when it cannot prepare a pod.
const UNPREPARED: [&str; 5] =
    ["FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox", "NetworkNotReady"];
/// What it says when it can.
const PREPARED: [&str; 4] = ["Pulling", "Pulled", "Created", "Started"];
/// What those say who make nodes when they are needed.
const GROWING: [&str; 3] = ["TriggeredScaleUp", "Nominated", "NominatedNode"];

/// Where it is noted who is to make a volume.
const PROVISIONER: &str = "/metadata/annotations/volume.kubernetes.io~1storage-provisioner";

/// How far a pod is whose containers have no trouble of their own.
pub(super) fn state(scene: &Scene, pod: &Value) -> State {
    if !holds(pod, "PodScheduled") && text(pod, "/spec/nodeName").is_empty() {
        return unscheduled(scene, pod);
    }
    if let Some(trouble) = node_lost(scene, pod) {
        return trouble.into();
    }
    let waiting = super::statuses(pod)
        .any(|status| matches!(text(status, "/state/waiting/reason"), "ContainerCreating" | "PodInitializing"));
    if !waiting && !items(pod, "/status/containerStatuses").is_empty() {
        let probe = scene.latest(uid(pod), &["Unhealthy"]).map(|event| text(event, "/message").trim().to_owned());
        return State::Progressing(Phase::Unready { probe });
    }
    let said: Vec<_> = UNPREPARED.into_iter().chain(PREPARED).collect();
    let latest = scene.latest(uid(pod), &said);
    match latest.map(|event| text(event, "/reason")) {
        Some(reason) if UNPREPARED.contains(&reason) && !holds(pod, "PodReadyToStartContainers") => {
            latest.map_or(State::Progressing(Phase::Starting), |event| unprepared(scene, pod, event).into())
        }
        Some("Pulling") => State::Progressing(Phase::Pulling { image: pulled(latest, pod) }),
        Some(reason) if PREPARED.contains(&reason) => State::Progressing(Phase::Starting),
        _ => State::Progressing(Phase::Mounting { node: text(pod, "/spec/nodeName").to_owned() }),
    }
}

fn pulled(event: Option<&Value>, pod: &Value) -> String {
    let quoted = event.and_then(|event| text(event, "/message").split('"').nth(1));
    quoted.unwrap_or_else(|| text(pod, "/spec/containers/0/image")).to_owned()
}

fn unscheduled(scene: &Scene, pod: &Value) -> State {
    let claim = scene.claim.as_ref().filter(|claim| text(claim, "/status/phase") != "Bound");
    if let Some(trouble) = claim.and_then(|claim| volume(scene, claim)) {
        return trouble.into();
    }
    let said = condition(pod, "PodScheduled").map(|scheduled| text(scheduled, "/message")).unwrap_or_default();
    if said.is_empty() {
        return State::Progressing(match claim {
            Some(claim) => binding(claim),
            None => Phase::Scheduling { growing: false },
        });
    }
    if scene.latest(uid(pod), &GROWING).is_some() {
        return State::Progressing(Phase::Scheduling { growing: true });
    }
    if missed(said).is_some_and(|missed| scene.claim.as_ref().is_some_and(|claim| name(claim) == missed)) {
        // The scheduler has not seen it yet: it looks again by itself.
        return State::Progressing(Phase::Scheduling { growing: false });
    }
    let (code, message, advice) = unschedulable(scene, said);
    Trouble {
        code,
        about: format!("pod/{}", name(pod)),
        message,
        advice,
        heals: true,
        event: scene.latest(uid(pod), &["FailedScheduling"]).map(Event::of),
        log: None,
    }
    .into()
}

fn binding(claim: &Value) -> Phase {
    let by = text(claim, PROVISIONER);
    let provisioner = Some(by.to_owned()).filter(|by| !by.is_empty());
    Phase::Binding { claim: name(claim).to_owned(), provisioner }
}

/// The claim that the scheduler says is not there.
fn missed(said: &str) -> Option<&str> {
    said.split("persistentvolumeclaim \"").nth(1).and_then(|rest| rest.split('"').next())
}

fn unschedulable(scene: &Scene, said: &str) -> (&'static str, String, String) {
    let kubectl = scene.kubectl();
    // What could be tried besides is no reason: ending others, and giving back what they have claimed.
    let asides = [" preemption: ", " no new claims to deallocate"];
    let why = asides.into_iter().fold(said, |why, aside| why.split(aside).next().unwrap_or(why));
    let why = why.trim_end_matches(" not found").trim_end_matches('.');
    let no_node = format!("no node can take the pod: {why}");
    if let Some(claim) = missed(said) {
        let advice = format!("change `existingClaim`; there are: `{kubectl} get persistentvolumeclaims`");
        return ("claim-missing", format!("there is no persistentvolumeclaim {claim}"), advice);
    }
    if said.contains("unbound immediate PersistentVolumeClaims") {
        let claim = scene.claim.as_ref();
        let maker = claim.map(|claim| text(claim, PROVISIONER)).filter(|maker| !maker.is_empty());
        let (message, advice) = match (claim, maker) {
            (Some(claim), Some(maker)) => (
                format!("its volume is not there: {maker} has not made that of persistentvolumeclaim/{}", name(claim)),
                format!("does {maker} run? `kubectl get pods --all-namespaces`; or change `storageClass`"),
            ),
            _ => (
                "its volume is not there: the claim is not bound".to_owned(),
                format!("`{kubectl} describe persistentvolumeclaims`"),
            ),
        };
        return ("volume-unbound", message, advice);
    }
    let advice = if said.contains("Insufficient") {
        "ask for less under `resources`; what nodes have: `kubectl describe nodes`"
    } else if said.contains("node affinity/selector") {
        "change `nodeSelector` or `gpu`; what nodes are called: `kubectl get nodes --show-labels`"
    } else if said.contains("taint") {
        "add `tolerations`; what nodes ask for: `kubectl describe nodes`"
    } else if said.contains("unschedulable") {
        "`kubectl get nodes` shows which nodes take no new pods; `kubectl uncordon NODE` lets one take them again"
    } else if said.contains("volume node affinity") || said.contains("PersistentVolume's node affinity") {
        "its volume is bound to a node that cannot take the pod: `kubectl describe persistentvolumes` says which"
    } else {
        "`kubectl describe nodes`"
    };
    ("unschedulable", no_node, advice.to_owned())
}

/// Why a claim gets no volume. One that waits for its pod is healthy.
fn volume(scene: &Scene, claim: &Value) -> Option<Trouble> {
    let (kubectl, claim_name) = (scene.kubectl(), name(claim));
    let trouble = |code, message, advice, heals, event: Option<&Value>| Trouble {
        code,
        about: format!("persistentvolumeclaim/{claim_name}"),
        message,
        advice,
        heals,
        event: event.map(Event::of),
        log: None,
    };
    if is_ending(claim) {
        let message = format!("the claim {claim_name} is being deleted");
        let advice = format!("`{kubectl} describe persistentvolumeclaim {claim_name}`");
        return Some(trouble("claim-ending", message, advice, false, None));
    }
    if text(claim, "/status/phase") == "Lost" {
        let message = format!("the volume of the claim {claim_name} is gone");
        let advice = format!("`{kubectl} describe persistentvolumeclaim {claim_name}`");
        return Some(trouble("volume-lost", message, advice, false, None));
    }
    let event = scene.latest(uid(claim), &["ProvisioningFailed", "FailedBinding", "ProvisioningSucceeded"])?;
    if text(event, "/reason") == "ProvisioningSucceeded" {
        return None;
    }
    let said = text(event, "/message");
    let class = text(claim, "/spec/storageClassName");
    let message = format!("no volume is made for the claim {claim_name}: {said}");
    let (code, advice) = if said.contains("storageclass") && said.contains("not found") {
        ("storage-class-missing", format!("change `storageClass` ({class}); there are: `kubectl get storageclasses`"))
    } else if class.is_empty() {
        ("storage-class-missing", "set `storageClass`; there are: `kubectl get storageclasses`".to_owned())
    } else {
        ("volume-not-made", format!("`{kubectl} describe persistentvolumeclaim {claim_name}`"))
    };
    Some(trouble(code, message, advice, true, Some(event)))
}

fn unprepared(scene: &Scene, pod: &Value, event: &Value) -> Trouble {
    let (kubectl, pod_name) = (scene.kubectl(), name(pod));
    let said = text(event, "/message").trim();
    let (code, what) = match text(event, "/reason") {
        "FailedCreatePodSandBox" | "NetworkNotReady" => ("sandbox-failed", "the node cannot prepare the pod"),
        _ => ("mount-failed", "a volume cannot be mounted"),
    };
    let advice = if said.contains("Multi-Attach") {
        format!("another pod uses the volume: `{kubectl} get pods -o wide`")
    } else if let Some(missing) = missing(said) {
        format!("there is no {missing}: make it, or leave it out")
    } else {
        format!("`{kubectl} describe pod {pod_name}`")
    };
    Trouble {
        code,
        about: format!("pod/{pod_name}"),
        message: format!("{what}: {said}"),
        advice,
        heals: true,
        event: Some(Event::of(event)),
        log: None,
    }
}

/// `secret "keys" not found`
fn missing(said: &str) -> Option<String> {
    ["secret", "configmap"].into_iter().find_map(|kind| {
        let rest = said.split_once(&format!("{kind} \""))?.1;
        let (name, end) = rest.split_once('"')?;
        end.trim_start().starts_with("not found").then(|| format!("{kind}/{name}"))
    })
}

fn node_lost(scene: &Scene, pod: &Value) -> Option<Trouble> {
    let node = text(pod, "/spec/nodeName");
    let event = scene.latest(uid(pod), &["NodeNotReady"]).filter(|_| !holds(pod, "Ready"))?;
    Some(Trouble {
        code: "node-lost",
        about: format!("pod/{}", name(pod)),
        message: format!("the node {node} does not answer any more"),
        advice: format!("`kubectl describe node {node}`"),
        heals: true,
        event: Some(Event::of(event)),
        log: container::first_log(pod).map(|log| Log { previous: false, ..log }),
    })
}
