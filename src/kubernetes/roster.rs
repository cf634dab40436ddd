//! All environments of a namespace or of the cluster: one request for each kind of object, however many there are.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use serde_json::Value;

use super::diagnose::{State, diagnose};
use super::observe::Unobserved;
use super::pages::{objects, pages};
use super::request::Request;
use super::scene::{Scene, is_ending, number, text};
use super::session::Session;
use crate::names::{INSTANCE, Kind, MANAGED_BY, SINDRI};
use crate::plan::is_denied;

/// How many objects come with one answer.
const PAGE: u32 = 500;

/// One environment of many.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What belongs to it. Its pods are known only where something does not run, or if they were asked for.
    pub scene: Scene,
    /// What it is doing; none where its Deployment's own status says that it runs, and nobody looked further.
    pub state: Option<State>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Roster {
    /// The environments, by namespace and name.
    pub environments: Vec<Listed>,
    /// What may not be seen, in the server's words.
    pub denied: Vec<String>,
}

/// Looks at all environments of a namespace, or of the cluster; at their pods only where something does not run, or if
/// somebody `wants_pods`.
///
/// # Errors
/// When the server does not answer, or answers something else than a list and "not for you".
pub async fn roster(session: &Session, namespace: Option<&str>, wants_pods: bool) -> Result<Roster, Unobserved> {
    let owners =
        try_join(all(session, Kind::Deployment, namespace), all(session, Kind::PersistentVolumeClaim, namespace));
    let parts = || try_join(all(session, Kind::ReplicaSet, namespace), all(session, Kind::Pod, namespace));
    let (owners, mut found) = if wants_pods {
        let (owners, parts) = try_join(owners, parts()).await?;
        (owners, Some(parts))
    } else {
        (owners.await?, None)
    };
    let mut scenes = Scenes::default();
    scenes.take(owners.0, |scene, deployment| scene.deployment = Some(deployment));
    scenes.take(owners.1, |scene, claim| scene.claim = Some(claim));
    if found.is_none() && scenes.by_name.values().any(|scene| !is_calm(scene)) {
        found = Some(parts().await?);
    }
    let is_known = found.is_some();
    if let Some((sets, pods)) = found {
        if matches!(sets, Answer::All(_)) {
            scenes.by_name.values_mut().for_each(|scene| scene.replica_sets = Some(Vec::new()));
        }
        scenes.take(sets, |scene, set| scene.replica_sets.get_or_insert_default().push(set));
        scenes.take(pods, |scene, pod| scene.pods.push(pod));
    }
    let now = session.server_time();
    let listed = |((_, name), scene): ((String, String), Scene)| {
        let state = (is_known || !runs(&scene)).then(|| diagnose(&scene, now));
        Listed { name, scene, state }
    };
    Ok(Roster { environments: scenes.by_name.into_iter().map(listed).collect(), denied: scenes.denied })
}

/// What belongs to which environment.
#[derive(Default)]
struct Scenes {
    /// By namespace and name.
    by_name: BTreeMap<(String, String), Scene>,
    denied: Vec<String>,
}

impl Scenes {
    /// Puts each object where it belongs. Only a Deployment and a claim make an environment; what is left of one that is
    /// gone makes none.
    fn take(&mut self, answer: Answer, put: impl Fn(&mut Scene, Value)) {
        let objects = match answer {
            Answer::All(objects) => objects,
            Answer::Denied(message) => {
                self.denied.push(message);
                return;
            }
        };
        for object in objects {
            let namespace = text(&object, "/metadata/namespace").to_owned();
            let key = (namespace.clone(), text(&object, &format!("/metadata/labels/{INSTANCE}")).to_owned());
            let makes_one = matches!(text(&object, "/kind"), "Deployment" | "PersistentVolumeClaim");
            if makes_one {
                let scene = self.by_name.entry(key).or_insert_with(|| Scene { namespace, ..Scene::default() });
                put(scene, object);
            } else if let Some(scene) = self.by_name.get_mut(&key) {
                put(scene, object);
            }
        }
    }
}

/// Whether the Deployment's own status says all that has to be known: it has all that it wants, and nothing of before.
fn is_calm(scene: &Scene) -> bool {
    let Some(deployment) = &scene.deployment else { return true };
    let count = |place: &str| number(deployment, place).unwrap_or_default();
    let wanted = number(deployment, "/spec/replicas").unwrap_or(1);
    let counts = ["/status/replicas", "/status/updatedReplicas", "/status/availableReplicas"];
    count("/status/observedGeneration") == count("/metadata/generation")
        && counts.iter().all(|place| count(place) == wanted)
        && !is_ending(deployment)
}

fn runs(scene: &Scene) -> bool {
    let wanted = scene.deployment.as_ref().map(|deployment| number(deployment, "/spec/replicas").unwrap_or(1));
    is_calm(scene) && wanted.is_some_and(|wanted| wanted > 0)
}

/// All objects of a kind, or that they may not be seen.
enum Answer {
    All(Vec<Value>),
    Denied(String),
}

async fn all(session: &Session, kind: Kind, namespace: Option<&str>) -> Result<Answer, Unobserved> {
    let labels = format!("{MANAGED_BY}={SINDRI},{INSTANCE}");
    let request = Request::list(kind, namespace, &labels, PAGE).without_owners();
    match pages(session, &request).await? {
        Ok(pages) => Ok(Answer::All(pages.into_iter().flat_map(|page| objects(page, kind)).collect())),
        Err(refusal) if is_denied(&refusal) => Ok(Answer::Denied(refusal.message)),
        Err(refusal) => Err(Unobserved::Refused { what: request.what, refusal }),
    }
}
