//! What is seen of a workload while it is waited for: objects by identity, each in its latest version. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::pulse::Young;
use super::scene::{Event, Rehearsal, Scene, holds, items, last_seen, name, seconds, text, uid, version};
use super::wait::Subject;
use super::watch::Change;

/// A container that is younger may have ended without the cluster knowing it: its node looks every second, if it has time.
const YOUNG: i64 = 10;

/// Which objects are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Deployment,
    ReplicaSets,
    Pods,
    Claim,
    Events,
}

impl Place {
    /// Whether nothing can be said without them.
    pub(super) fn is_needed(self) -> bool {
        matches!(self, Self::Deployment | Self::Pods)
    }
}

/// Everything that is known.
pub(super) struct View {
    scene: Scene,
    seen: BTreeMap<Place, Objects>,
    denied: BTreeSet<Place>,
    /// About which objects it is known what is said.
    heard: BTreeSet<String>,
    claim_is_followed: bool,
    told: BTreeSet<(String, String, String)>,
}

/// Objects by identity.
#[derive(Default)]
struct Objects {
    present: BTreeMap<String, Value>,
    /// An identity never comes back.
    gone: BTreeSet<String>,
}

impl Objects {
    fn take(&mut self, change: Change) {
        match change {
            Change::Listed(objects) => {
                self.present = objects.into_iter().map(|object| (uid(&object).to_owned(), object)).collect();
            }
            Change::Seen(object) => {
                let id = uid(&object).to_owned();
                let is_old = self.present.get(&id).is_some_and(|known| version(known) > version(&object));
                if !is_old && !self.gone.contains(&id) {
                    self.present.insert(id, object);
                }
            }
            Change::Removed(object) => {
                self.present.remove(uid(&object));
                self.gone.insert(uid(&object).to_owned());
            }
            Change::Interrupted(_) => {}
        }
    }
}

impl View {
    pub(super) fn new(subject: &Subject) -> Self {
        let scene = Scene {
            context: subject.context.clone(),
            namespace: subject.namespace.clone(),
            replica_sets: Some(Vec::new()),
            ..Scene::default()
        };
        Self {
            scene,
            seen: BTreeMap::new(),
            denied: BTreeSet::new(),
            heard: BTreeSet::new(),
            claim_is_followed: false,
            told: BTreeSet::new(),
        }
    }

    pub(super) fn take(&mut self, place: Place, change: Change) {
        let change = match (place, change) {
            // There are as many lists of events as there are objects.
            (Place::Events, Change::Listed(events)) => {
                for event in events {
                    self.take(place, Change::Seen(event));
                }
                return;
            }
            // They expire, and have been said all the same.
            (Place::Events, Change::Removed(_)) => return,
            (_, change) => change,
        };
        let objects = self.seen.entry(place).or_default();
        objects.take(change);
        let all = || objects.present.values().cloned();
        match place {
            Place::Deployment => self.scene.deployment = all().next(),
            Place::ReplicaSets => self.scene.replica_sets = Some(all().collect()),
            Place::Pods => self.scene.pods = all().collect(),
            Place::Claim => self.scene.claim = all().next(),
            Place::Events => self.scene.events = all().collect(),
        }
    }

    /// These may not be seen.
    pub(super) fn give_up(&mut self, place: Place) {
        self.denied.insert(place);
        if place == Place::ReplicaSets {
            self.scene.replica_sets = None;
        }
    }

    pub(super) fn scene(&self) -> &Scene {
        &self.scene
    }

    /// What the server says of the pod that was refused.
    pub(super) fn rehearsed(&mut self, rehearsal: Option<Rehearsal>) {
        self.scene.rehearsal = rehearsal;
    }

    /// Whether enough is known to say anything.
    pub(super) fn is_complete(&self) -> bool {
        [Place::Deployment, Place::ReplicaSets, Place::Pods]
            .into_iter()
            .all(|place| self.seen.contains_key(&place) || self.denied.contains(&place))
    }

    /// The identities of objects of which it matters what is said and is not known yet; from now on they are known.
    pub(super) fn unheard(&mut self) -> Vec<String> {
        if self.denied.contains(&Place::Events) {
            return Vec::new();
        }
        let scene = &self.scene;
        let sets = scene.current().into_iter();
        let objects = scene.current_pods().into_iter().chain(sets).chain(&scene.claim);
        let objects: Vec<_> = objects.map(|object| uid(object).to_owned()).collect();
        objects.into_iter().filter(|uid| self.heard.insert(uid.clone())).collect()
    }

    /// The claim that a pod without a node may be waiting for; told once.
    pub(super) fn wanted_claim(&mut self) -> Option<String> {
        let pods = self.scene.current_pods();
        let pod = pods.into_iter().find(|pod| !holds(pod, "PodScheduled")).filter(|_| !self.claim_is_followed)?;
        let claims = items(pod, "/spec/volumes").iter().map(|volume| text(volume, "/persistentVolumeClaim/claimName"));
        let claim = claims.filter(|claim| !claim.is_empty()).map(str::to_owned).next()?;
        self.claim_is_followed = true;
        Some(claim)
    }

    /// The containers of ready pods that have started a moment ago.
    pub(super) fn young(&self, now: i64) -> Vec<Young> {
        let pods = self.scene.current_pods().into_iter().filter(|pod| holds(pod, "Ready"));
        let statuses = pods.flat_map(|pod| items(pod, "/status/containerStatuses").iter().map(move |one| (pod, one)));
        let started = |status: &Value| seconds(text(status, "/state/running/startedAt"));
        let young = statuses.filter(|(_, status)| started(status).is_some_and(|started| now - started <= YOUNG));
        let named = young.map(|(pod, status)| Young {
            pod: name(pod).to_owned(),
            container: text(status, "/name").to_owned(),
            id: text(status, "/containerID").to_owned(),
        });
        named.collect()
    }

    /// What was complained about, each once, the latest last.
    pub(super) fn warnings(&self) -> Vec<Event> {
        let mut events: Vec<_> = self.scene.events.iter().filter(|event| text(event, "/type") == "Warning").collect();
        events.sort_by_key(|event| (last_seen(event).to_owned(), version(event)));
        let mut known = BTreeSet::new();
        let mut warnings: Vec<_> =
            events.into_iter().rev().map(Event::of).filter(|event| known.insert(key(event))).collect();
        warnings.reverse();
        warnings
    }

    /// The same, only those that were not told before.
    pub(super) fn new_warnings(&mut self) -> Vec<Event> {
        self.warnings().into_iter().filter(|event| self.told.insert(key(event))).collect()
    }

    /// What was last said.
    pub(super) fn latest(&self) -> Option<Event> {
        self.scene.events.iter().max_by_key(|event| (last_seen(event), version(event))).map(Event::of)
    }
}

/// What makes two events the same to a person: the name of a pod that was never made does not count.
fn key(event: &Event) -> (String, String, String) {
    let message = event.message.split_once(" is forbidden: ").map_or(event.message.as_str(), |(_, why)| why);
    (event.about.clone(), event.reason.clone(), message.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::wait::Subject;
    use super::super::watch::Change;
    use super::{Place, View};

    fn view() -> View {
        View::new(&Subject {
            context: None,
            namespace: "team".to_owned(),
            deployment: "dev".to_owned(),
            selector: "instance=dev".to_owned(),
        })
    }

    fn pod(version: u32) -> Value {
        json!({"metadata": {"name": "a", "uid": "1", "resourceVersion": version.to_string()}})
    }

    fn warning(uid: u32, about: &str, message: &str) -> Value {
        json!({
            "metadata": {"uid": uid.to_string(), "resourceVersion": uid.to_string()},
            "involvedObject": {"kind": "ReplicaSet", "name": about, "uid": about},
            "type": "Warning", "reason": "FailedCreate", "message": message,
        })
    }

    #[test]
    fn an_older_version_never_replaces_a_newer_one() {
        let mut view = view();
        for version in [9, 10, 10, 9] {
            view.take(Place::Pods, Change::Seen(pod(version)));
        }
        assert_eq!(view.scene().pods, [pod(10)]);
    }

    #[test]
    fn what_is_gone_does_not_come_back() {
        let mut view = view();
        view.take(Place::Pods, Change::Seen(pod(5)));
        view.take(Place::Pods, Change::Removed(pod(7)));
        view.take(Place::Pods, Change::Seen(pod(6)));
        assert!(view.scene().pods.is_empty());
    }

    #[test]
    fn a_list_says_what_there_is_and_what_is_not() {
        let mut view = view();
        view.take(Place::Pods, Change::Seen(pod(5)));
        view.take(Place::Pods, Change::Listed(Vec::new()));
        assert!(view.scene().pods.is_empty());
        assert!(!view.is_complete());
        view.take(Place::Deployment, Change::Listed(Vec::new()));
        view.give_up(Place::ReplicaSets);
        assert!(view.is_complete());
    }

    #[test]
    fn a_warning_is_told_once_whatever_pod_it_names() {
        let mut view = view();
        let refused = |pod: &str| format!("Error creating: pods \"{pod}\" is forbidden: exceeded quota");
        view.take(Place::Events, Change::Listed(vec![warning(1, "set", &refused("a"))]));
        assert_eq!(view.new_warnings().len(), 1);
        view.take(Place::Events, Change::Listed(vec![warning(2, "set", &refused("b"))]));
        assert!(view.new_warnings().is_empty());
        view.take(Place::Events, Change::Seen(warning(3, "set", "something else")));
        assert_eq!(view.new_warnings().len(), 1);
        assert_eq!(view.warnings().len(), 2);
    }
}
