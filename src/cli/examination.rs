#![expect(clippy::disallowed_methods, reason = "compares the clock of this machine with the server's")]
//! Looks at a cluster for `doctor`: what it says of itself and of the place in it, and what a plan foresees there.

use futures_util::future::join4;
use jiff::Timestamp;
use serde_json::Value;

use super::engine::{Engine, Reach};
use super::environment::subject;
use super::failure::Failure;
use super::health;
use super::registries::{Certainty, Found};
use crate::config::reference::{Digest, Reference, Repository};
use crate::config::spec::{Image, Spec};
use crate::image::{pin, wanted};
use crate::kubernetes::{About, Depth, Session, Unobserved, abandoned, look_about, look_for, survey};
use crate::names::{Kind, ObjectId};
use crate::plan::checkup::{self, Admission, Check, Examined, Wanted, ask, foreseen};
use crate::plan::{Cluster, Facts, Finding, Look, Plan, Question, Severity};
use crate::workload::Needs;

/// What came of it.
#[derive(Debug)]
pub(super) struct Examination {
    pub(super) cluster: Option<Cluster>,
    /// The checks of the cluster.
    pub(super) checks: Vec<Check>,
    /// How the environment is that is deployed.
    pub(super) environment: Check,
    /// What was foreseen of the image.
    pub(super) of_image: Vec<Finding>,
    pub(super) requests: u32,
}

/// What answers: with an environment that is to be, or without one.
enum Answering {
    Engine(Box<Engine>),
    Reach(Box<Reach>),
}

impl Answering {
    fn reach(&self) -> &Reach {
        match self {
            Self::Engine(engine) => &engine.reach,
            Self::Reach(reach) => reach,
        }
    }

    async fn plan(&self) -> Option<Result<Plan, Failure>> {
        match self {
            Self::Engine(engine) => Some(engine.plan().await),
            Self::Reach(_) => None,
        }
    }

    /// What others have to have made, and what the server said of the pod.
    fn wanted(&self) -> Option<(&Needs, Admission)> {
        match self {
            Self::Engine(engine) => Some((engine.needs(), engine.admission())),
            Self::Reach(_) => None,
        }
    }
}

impl Examination {
    /// There is none.
    pub(super) fn without_cluster() -> Self {
        let skipped = |name: &&'static str| Check::skipped(name, "no cluster answers");
        let checks = checkup::OF_CLUSTER.iter().map(skipped).collect();
        let environment = Check::skipped("environment", "no cluster answers");
        Self { cluster: None, checks, environment, of_image: Vec::new(), requests: 0 }
    }

    /// There is one, and it does not answer.
    fn failed(failure: &Failure, about: &str, requests: u32) -> Self {
        let mut examination = Self::without_cluster();
        if let Some(first) = examination.checks.first_mut() {
            let finding = health::finding(failure, Severity::Fails, "no-answer", about);
            *first = Check::new(first.name, "it cannot be asked", vec![finding]);
        }
        Self { requests, ..examination }
    }
}

/// Looks at everything in a cluster at the same time.
pub(super) async fn in_cluster(reach: Reach, spec: Option<&Spec>, found: Option<Found>) -> Examination {
    let server = reach.target.server.clone();
    let answering = match spec {
        None => Answering::Reach(Box::new(reach)),
        Some(spec) => {
            match found.map_or_else(|| stand_in(spec), Ok).and_then(|found| Engine::with(reach, spec, found, false)) {
                Ok(engine) => Answering::Engine(Box::new(engine)),
                Err(failure) => return Examination::failed(&failure, "namespace", 0),
            }
        }
    };
    let Reach { session, target, .. } = answering.reach();
    let questions = ask(&target.namespace, spec.is_some());
    let asking = look_for(session, questions, answering.reach().concurrency());
    let looking = async {
        let Some(spec) = spec else { return Check::skipped("environment", "there is no configuration") };
        health::environment(survey(session, &subject(target, &spec.name), Depth::Usual).await)
    };
    let (plan, about, facts, deployed) =
        join4(Box::pin(answering.plan()), look_about(session), asking, Box::pin(looking)).await;
    let (about, facts) = match answered(about, facts) {
        Ok(answers) => answers,
        Err(error) => return Examination::failed(&error.into(), &server, session.requests()),
    };
    let cluster = answering.reach().cluster(&about, target.cluster_type(&facts));
    let (plan, failure) = match plan {
        Some(Ok(plan)) => (Some(plan), None),
        Some(Err(failure)) => (None, Some(failure)),
        None => (None, None),
    };
    let environment = spec.zip(answering.wanted()).map(|(spec, (needs, admission))| Wanted {
        name: spec.name.as_str(),
        needs,
        plan: plan.as_ref(),
        admission,
    });
    let mut checks = checkup::checks(&Examined {
        cluster: &cluster,
        facts: &facts,
        environment,
        server_time: session.server_time(),
        own_time: Timestamp::now().as_second(),
        abandoned: &locks(&facts, session, &target.namespace),
    });
    if let Some(failure) = failure {
        unplanned(&mut checks, &failure);
    }
    let of_image = foreseen(plan.as_ref(), "image");
    Examination { checks, environment: deployed, of_image, requests: session.requests(), cluster: Some(cluster) }
}

fn answered(about: Result<About, Unobserved>, facts: Result<Facts, Unobserved>) -> Result<(About, Facts), Unobserved> {
    Ok((about?, facts?))
}

/// There is no plan, and the reason for it is told where the objects are.
fn unplanned(checks: &mut [Check], failure: &Failure) {
    for check in checks.iter_mut().filter(|check| check.name == "admission") {
        let finding = health::finding(failure, Severity::Fails, "no-plan", "plan");
        *check = Check::new(check.name, "what deploy would do cannot be computed", vec![finding]);
    }
}

/// Locks whose holders are dead.
fn locks(facts: &Facts, session: &Session, namespace: &str) -> Vec<(ObjectId, String)> {
    let now = session.server_time();
    let leases = facts.iter().filter_map(|(question, look)| match (question, look) {
        (Question::All { kind: Kind::Lease, .. }, Look::Seen(list)) => list.get("items").and_then(Value::as_array),
        _ => None,
    });
    leases
        .flatten()
        .filter_map(|lease| {
            let name = lease.pointer("/metadata/name").and_then(Value::as_str)?;
            Some((ObjectId::new(Kind::Lease, namespace, name), abandoned(lease, now)?))
        })
        .collect()
}

/// An image that is never deployed, in the place of one that cannot be had: whatever else there is to say of the environment does
/// not depend on which image of a repository it is.
fn stand_in(spec: &Spec) -> Result<Found, Failure> {
    let repository = match wanted(spec) {
        Ok(wanted) => wanted.repository().clone(),
        Err(_) => {
            Repository::parse("docker.io/library/sindri").map_err(|error| Failure::failed(error.to_string(), None))?
        }
    };
    let reference = Reference { repository, tag: None, digest: Some(Digest::of(b"")) };
    let spec = Spec { image: Image::Reference(reference), ..spec.clone() };
    Ok(Found { image: pin(&spec)?, login: Ok(None), certainty: Certainty::Asked(0), remark: None, instead: None })
}
