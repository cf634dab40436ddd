//! From what was seen of an environment to what is told of it.

use serde_json::Value;

use super::environment::Environment;
use crate::config::quantity::Quantity;
use crate::kubernetes::diagnose::{Phase as Doing, State, Trouble};
use crate::kubernetes::{Listed, Scene, Survey};
use crate::names::fields::{items, number, text};
use crate::names::{self, Kind, ObjectId};
use crate::plan;
use crate::report::status::{
    Address, Applied, Drifted, Image, Phase, Pod, Port, Reason, Remark, Row, Status, Stopped, Usage, Volume, since,
};

/// How the environment is. `now` is the server's time.
pub(super) fn status(environment: &Environment, survey: &Survey, now: Option<i64>) -> Status {
    let Survey { scene, state, .. } = survey;
    let deployment = scene.deployment.as_ref();
    let drift = drift(environment, survey);
    let (phase, mut reason) = if survey.is_blind { unseen() } else { standing(scene, state, !drift.is_empty()) };
    if let Some(reason) = &mut reason {
        reason.log.clone_from(&survey.log);
    }
    let created_at = deployment.map(|deployment| text(deployment, "/metadata/creationTimestamp").to_owned());
    Status {
        format_version: "1",
        context: environment.reach.target.context.clone(),
        namespace: environment.namespace().to_owned(),
        environment: environment.name.to_string(),
        phase,
        reason,
        image: deployment.map(image),
        applied: deployment.map(|deployment| applied(environment, deployment, now)),
        stopped: deployment
            .filter(|_| matches!(phase, Phase::Stopped | Phase::Stopping))
            .map(|deployment| stopped(deployment, now)),
        pod: scene.pod().map(|pod| self::pod(survey, pod, now)),
        volume: scene.claim.as_ref().map(|claim| volume(survey, claim, now)),
        address: survey.service.as_ref().map(address),
        drift,
        age_seconds: created_at.as_deref().and_then(|time| since(time, now)),
        created_at,
        unseen: survey.denied.clone(),
    }
}

/// One environment of a list.
pub(super) fn row(listed: &Listed, now: Option<i64>) -> Row {
    let scene = &listed.scene;
    let deployment = scene.deployment.as_ref();
    let (phase, reason) = match &listed.state {
        None => (Phase::Ready, None),
        Some(state) => standing(scene, state, false),
    };
    let image = deployment.map(image);
    let made = deployment.or(scene.claim.as_ref());
    let created_at = made.map(|object| text(object, "/metadata/creationTimestamp").to_owned());
    Row {
        namespace: scene.namespace.clone(),
        environment: listed.name.clone(),
        phase,
        reason: reason.map(|reason| reason.message),
        image: image.map(|image| image.tag.unwrap_or(image.reference)),
        node: scene.pod().and_then(|pod| filled(text(pod, "/spec/nodeName"))),
        volume: scene.claim.as_ref().map(size),
        applied_by: deployment.and_then(|deployment| annotation(deployment, names::APPLIED_BY)),
        age_seconds: created_at.as_deref().and_then(|time| since(time, now)),
        created_at,
    }
}

/// What it is doing, in one word and in a sentence.
fn standing(scene: &Scene, state: &State, has_drifted: bool) -> (Phase, Option<Reason>) {
    match state {
        State::Absent if scene.deployment.is_some() => (Phase::Deleting, None),
        State::Absent => (Phase::NotDeployed, scene.claim.is_some().then(|| plain(KEPT.to_owned()))),
        State::Stopped => (Phase::Stopped, None),
        State::Ready(_) if has_drifted => (Phase::Drifted, None),
        State::Ready(_) => (Phase::Ready, None),
        State::Progressing(doing) => (phase(doing), Some(progress(doing))),
        State::Stuck(trouble) => (stuck(scene, trouble), Some(because(trouble))),
    }
}

/// It cannot be said what it is doing.
fn unseen() -> (Phase, Option<Reason>) {
    let message = "this account may not see how it is".to_owned();
    let advice = Some("ask for the right to get deployments and to list pods in the namespace".to_owned());
    (Phase::Unknown, Some(Reason { code: Some("no-rights".to_owned()), advice, ..plain(message) }))
}

const KEPT: &str = "its volume is kept: `sindri deploy` uses it again";

/// How far it is, in one word.
pub(super) fn phase(doing: &Doing) -> Phase {
    match doing {
        Doing::Accepting | Doing::Replacing { .. } => Phase::Creating,
        Doing::Retrying { .. } | Doing::Scheduling { .. } | Doing::Binding { .. } | Doing::Mounting { .. } => {
            Phase::Pending
        }
        Doing::Pulling { .. } => Phase::Pulling,
        Doing::Starting | Doing::Unready { .. } => Phase::Starting,
        Doing::Stopping { .. } => Phase::Stopping,
    }
}

fn progress(doing: &Doing) -> Reason {
    match doing {
        Doing::Retrying { .. } => Reason {
            advice: Some("at once with `sindri restart`".to_owned()),
            ..plain(
                "waiting for the cluster to try again: its pod was refused, and would be let in now; that takes up to 16 min"
                    .to_owned(),
            )
        },
        Doing::Unready { probe: Some(_) } => {
            Reason { advice: Some("`sindri logs` shows what its program does".to_owned()), ..plain(doing.to_string()) }
        }
        other => plain(other.to_string()),
    }
}

/// What does not get further: a program that ends, a pod that is nowhere, or one that is somewhere and does not run.
fn stuck(scene: &Scene, trouble: &Trouble) -> Phase {
    match trouble.code {
        "crash-loop" | "command-ends" | "out-of-memory" => Phase::CrashLooping,
        "pod-does-not-end" if scene.deployment.as_ref().is_some_and(is_to_be_stopped) => Phase::Stopping,
        _ if scene.pod().is_none_or(|pod| text(pod, "/spec/nodeName").is_empty()) => Phase::Pending,
        _ => Phase::Degraded,
    }
}

fn is_to_be_stopped(deployment: &Value) -> bool {
    deployment.pointer("/spec/replicas").and_then(Value::as_i64) == Some(0)
}

fn because(trouble: &Trouble) -> Reason {
    Reason {
        code: Some(trouble.code.to_owned()),
        about: Some(trouble.about.clone()),
        message: trouble.message.clone(),
        advice: Some(trouble.advice.clone()).filter(|advice| !advice.is_empty()),
        event: trouble.event.as_ref().map(|event| Remark {
            about: event.about.clone(),
            reason: event.reason.clone(),
            message: event.message.clone(),
            count: event.count,
        }),
        log: Vec::new(),
    }
}

fn plain(message: String) -> Reason {
    Reason { code: None, about: None, message, advice: None, event: None, log: Vec::new() }
}

/// What others have changed. Only what the server keeps of it is known here: `plan` knows what the file wants besides.
fn drift(environment: &Environment, survey: &Survey) -> Vec<Drifted> {
    let objects = [(Kind::Deployment, &survey.scene.deployment), (Kind::Service, &survey.service)];
    let seen = objects.into_iter().filter_map(|(kind, object)| Some((kind, object.as_ref()?)));
    let drifted = seen.flat_map(|(kind, object)| {
        let id = ObjectId::new(kind, environment.namespace(), environment.name.as_str());
        plan::touched(&id, object)
    });
    let told = drifted.map(|drift| Drifted {
        object: drift.id.short(),
        field: drift.path,
        manager: drift.manager,
        at: drift.time,
    });
    told.collect()
}

fn image(deployment: &Value) -> Image {
    let running = text(deployment, "/spec/template/spec/containers/0/image").to_owned();
    let noted = |key| annotation(deployment, key);
    // Whoever changes the image by other means does not change what is noted beside it.
    let is_noted = noted(names::IMAGE).is_some_and(|image| image == running);
    let noted = |key| noted(key).filter(|_| is_noted);
    Image {
        tag: noted(names::IMAGE_TAG),
        signer: noted(names::IMAGE_SIGNER),
        source: noted(names::IMAGE_SOURCE),
        reference: running,
    }
}

fn applied(environment: &Environment, deployment: &Value, now: Option<i64>) -> Applied {
    let (at, config_hash) = (annotation(deployment, names::APPLIED_AT), annotation(deployment, names::CONFIG_HASH));
    Applied {
        by: annotation(deployment, names::APPLIED_BY),
        age_seconds: at.as_deref().and_then(|at| since(at, now)),
        at,
        matches_file: environment.spec.as_ref().and_then(|spec| Some(spec.fingerprint() == config_hash.as_deref()?)),
        config_hash,
    }
}

fn stopped(deployment: &Value, now: Option<i64>) -> Stopped {
    let at = annotation(deployment, names::STOPPED_AT);
    Stopped {
        by: annotation(deployment, names::STOPPED_BY),
        age_seconds: at.as_deref().and_then(|at| since(at, now)),
        at,
    }
}

fn pod(survey: &Survey, pod: &Value, now: Option<i64>) -> Pod {
    let status = items(pod, "/status/containerStatuses").first().unwrap_or(&Value::Null);
    let started_at = filled(text(status, "/state/running/startedAt"));
    Pod {
        name: text(pod, "/metadata/name").to_owned(),
        node: filled(text(pod, "/spec/nodeName")),
        ip: filled(text(pod, "/status/podIP")),
        restarts: number(status, "/restartCount").unwrap_or_default(),
        running_seconds: started_at.as_deref().and_then(|at| since(at, now)),
        started_at,
        usage: survey.usage.as_ref().and_then(|usage| self::usage(usage, pod)),
    }
}

fn usage(metrics: &Value, pod: &Value) -> Option<Usage> {
    let name = text(pod, "/metadata/name");
    let measured = items(metrics, "/items").iter().find(|one| text(one, "/metadata/name") == name)?;
    let sum = |resource: &str| {
        let containers = items(measured, "/containers").iter();
        let amounts = containers.map(|container| text(container, &format!("/usage/{resource}")));
        amounts
            .map(|amount| Quantity::parse(amount).ok())
            .try_fold(Quantity::default(), |sum, next| Some(sum.plus(next?)))
    };
    let limit = |resource: &str| filled(text(pod, &format!("/spec/containers/0/resources/limits/{resource}")));
    Some(Usage {
        cpu_millis: sum("cpu")?.in_thousandths(),
        cpu_limit: limit("cpu"),
        memory_bytes: sum("memory")?.in_units(),
        memory_limit: limit("memory"),
    })
}

fn volume(survey: &Survey, claim: &Value, now: Option<i64>) -> Volume {
    let name = text(claim, "/metadata/name");
    let measured = survey.node.as_ref().and_then(|node| disk(node, &survey.scene.namespace, name));
    let bytes = |key| measured.and_then(|disk| number(disk, key));
    Volume {
        claim: name.to_owned(),
        size: size(claim),
        class: filled(text(claim, "/spec/storageClassName")),
        state: text(claim, "/status/phase").to_owned(),
        volume: filled(text(claim, "/spec/volumeName")),
        used_bytes: bytes("/usedBytes"),
        capacity_bytes: bytes("/capacityBytes"),
        age_seconds: since(text(claim, "/metadata/creationTimestamp"), now),
    }
}

/// How large it is, or is to be.
fn size(claim: &Value) -> String {
    let capacity = filled(text(claim, "/status/capacity/storage"));
    capacity.unwrap_or_else(|| text(claim, "/spec/resources/requests/storage").to_owned())
}

/// What the node has measured of the volume of a claim.
fn disk<'node>(node: &'node Value, namespace: &str, claim: &str) -> Option<&'node Value> {
    let volumes = items(node, "/pods").iter().flat_map(|pod| items(pod, "/volume"));
    volumes
        .filter(|volume| text(volume, "/pvcRef/namespace") == namespace)
        .find(|volume| text(volume, "/pvcRef/name") == claim)
}

fn address(service: &Value) -> Address {
    let ports = items(service, "/spec/ports")
        .iter()
        .map(|port| Port { name: filled(text(port, "/name")), port: number(port, "/port").unwrap_or_default() });
    Address {
        host: format!("{}.{}.svc", text(service, "/metadata/name"), text(service, "/metadata/namespace")),
        ip: filled(text(service, "/spec/clusterIP")),
        ports: ports.collect(),
    }
}

fn annotation(object: &Value, key: &str) -> Option<String> {
    let value = object.pointer("/metadata/annotations")?.get(key)?.as_str()?;
    filled(value)
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
