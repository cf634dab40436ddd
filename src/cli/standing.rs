//! From what was seen of an environment to what is told of it.

use serde_json::Value;

use super::environment::Environment;
use crate::config::spec::Spec;
use crate::kubernetes::diagnose::{Phase as Doing, State, Trouble};
use crate::kubernetes::{Listed, Scene, Survey};
use crate::names::fields::text;
use crate::names::{Kind, ObjectId};
use crate::plan;
use crate::report::status::{
    Address, Applied, Drifted, Image, Phase, Pod, Reason, Remark, Row, Status, Stopped, Volume, since,
};

/// How the environment is. `now` is the server's time.
pub(super) fn status(environment: &Environment, survey: &Survey, now: Option<i64>) -> Status {
    let Survey { scene, state, .. } = survey;
    let deployment = scene.deployment.as_ref();
    let drift = drift(environment, survey);
    let fingerprint = environment.spec.as_ref().map(Spec::fingerprint);
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
        image: deployment.map(Image::of),
        applied: deployment.map(|deployment| Applied::of(deployment, fingerprint.as_deref(), now)),
        stopped: deployment
            .filter(|_| matches!(phase, Phase::Stopped | Phase::Stopping))
            .map(|deployment| Stopped::of(deployment, now)),
        pod: scene.pod().map(|pod| Pod::of(pod, survey.usage.as_ref(), now)),
        volume: scene.claim.as_ref().map(|claim| Volume::of(claim, survey.node.as_ref(), now)),
        address: survey.service.as_ref().map(Address::of),
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
    let image = deployment.map(Image::of);
    let made = deployment.or(scene.claim.as_ref());
    let created_at = made.map(|object| text(object, "/metadata/creationTimestamp").to_owned());
    Row {
        namespace: scene.namespace.clone(),
        environment: listed.name.clone(),
        phase,
        reason: reason.map(|reason| reason.message),
        image_reference: image.as_ref().map(|image| image.reference.clone()),
        image: image.map(|image| image.tag.unwrap_or(image.reference)),
        node: scene.pod().and_then(Pod::node_of),
        volume: scene.claim.as_ref().map(Volume::size_of),
        applied_by: deployment.and_then(Applied::by),
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
