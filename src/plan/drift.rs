//! What others have changed since the last deploy, told apart from what the configuration changes.
//!
//! The server keeps who owns each field. Whoever changes a field takes it from its owner, and what somebody removes is
//! owned by nobody. So a field that Sindri still owns was changed by nobody else, whatever it is compared with.

use serde_json::Value;

use super::ownership::{Entry, Node, applied, as_the_server_writes, entries};
use super::{Conflict, Drift, Fate, Path, Step, mask};
use crate::names::{APPLIED_AT, APPLIED_BY, Kind, ObjectId, STOPPED_AT, STOPPED_BY};

/// Those who write into objects because Kubernetes works that way.
const CONTROLLERS: &[&str] = &[
    "cluster-autoscaler",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubelet",
    "kubernetes-controller-manager",
];

/// Annotations that are the bookkeeping of somebody, or that repeat the object with all that is secret in it.
const BOOKKEEPING: &[&str] = &[
    APPLIED_AT,
    APPLIED_BY,
    STOPPED_AT,
    STOPPED_BY,
    "deployment.kubernetes.io/",
    "kubectl.kubernetes.io/last-applied-configuration",
    "pv.kubernetes.io/",
    "volume.beta.kubernetes.io/",
    "volume.kubernetes.io/",
];

/// What others have changed in an object.
///
/// `desired` is what is sent, `rehearsed` what the object would be after it, with the fields of others taken if need be.
/// With the `same_configuration` as at the last deploy, what is gone was removed by somebody; with another one, it may
/// never have been there.
#[must_use]
pub fn drift(
    id: &ObjectId,
    live: &Value,
    desired: &Value,
    rehearsed: Option<&Value>,
    conflicts: &[Conflict],
    same_configuration: bool,
) -> Vec<Drift> {
    let look = Look { id, live, desired: Some(desired), rehearsed, conflicts };
    let mut found = look.contested();
    if let Some(ours) = rehearsed.filter(|_| same_configuration).and_then(applied) {
        look.restored(&ours.root(), &mut found);
    }
    for entry in others(live) {
        look.kept(entry, &entry.root(), &mut found);
    }
    look.scaled(&mut found);
    in_order(found)
}

/// What others have set in an object, as far as it shows without the configuration: what they took from Sindri, and what
/// Sindri never set. What they removed is nobody's, and does not show.
#[must_use]
pub fn touched(id: &ObjectId, live: &Value) -> Vec<Drift> {
    let look = Look { id, live, desired: None, rehearsed: None, conflicts: &[] };
    let mut found = Vec::new();
    for entry in others(live) {
        look.kept(entry, &entry.root(), &mut found);
    }
    look.scaled(&mut found);
    in_order(found)
}

fn in_order(mut found: Vec<Drift>) -> Vec<Drift> {
    found.sort_by(|left, right| (&left.path, left.fate, &left.manager).cmp(&(&right.path, right.fate, &right.manager)));
    found.dedup_by(|later, first| (&later.path, &later.manager) == (&first.path, &first.manager));
    found
}

/// The entries of all but Sindri and Kubernetes itself.
fn others(live: &Value) -> impl Iterator<Item = Entry<'_>> {
    entries(live).filter(|entry| !entry.is_ours() && !entry.is_status() && !CONTROLLERS.contains(&entry.manager))
}

struct Look<'object> {
    id: &'object ObjectId,
    live: &'object Value,
    /// What is sent, where it is known.
    desired: Option<&'object Value>,
    rehearsed: Option<&'object Value>,
    conflicts: &'object [Conflict],
}

impl Look<'_> {
    /// Fields that are wanted and that others have set to something else: the server's conflicts, or what managed fields
    /// say where nothing could be rehearsed.
    fn contested(&self) -> Vec<Drift> {
        if self.conflicts.is_empty() {
            let mut found = Vec::new();
            if self.rehearsed.is_none() {
                others(self.live).for_each(|entry| self.taken(entry, &entry.root(), &mut found));
            }
            return found;
        }
        let told = self.conflicts.iter().map(|conflict| {
            let owner = entries(self.live)
                .filter(|entry| entry.manager == conflict.manager)
                .find_map(|entry| Some((entry, find(&entry.root(), &conflict.field)?)));
            match owner {
                Some((entry, path)) => self.drift(&path, Some(entry), Fate::Contested),
                // The name of the field is all that is known.
                None => Drift {
                    id: self.id.clone(),
                    path: conflict.field.trim_start_matches('.').to_owned(),
                    live: None,
                    wanted: None,
                    manager: Some(conflict.manager.clone()),
                    time: None,
                    fate: Fate::Contested,
                },
            }
        });
        told.collect()
    }

    fn taken(&self, entry: Entry<'_>, node: &Node<'_>, found: &mut Vec<Drift>) {
        for child in node.children().filter(|child| !is_ignored(&child.path)) {
            let Some(wanted) = self.wanted(&child.path) else { continue };
            if !child.is_leaf() {
                self.taken(entry, &child, found);
            } else if child.path.find(self.live) != Some(wanted) {
                found.push(self.drift(&child.path, Some(entry), Fate::Contested));
            }
        }
    }

    /// Fields that are wanted, differ, and belong to nobody: somebody has removed them, and they are gone or have the
    /// value that the server gives to what is not said.
    fn restored(&self, node: &Node<'_>, found: &mut Vec<Drift>) {
        for child in node.children().filter(|child| !is_ignored(&child.path)) {
            let live = child.path.find(self.live);
            let is_whole = child.is_leaf() || (live.is_none() && child.is_item());
            if !is_whole {
                self.restored(&child, found);
            } else if live != self.wanted(&child.path) && !entries(self.live).any(|entry| entry.owns(&child.path)) {
                found.push(self.drift(&child.path, None, Fate::Restored));
            }
        }
    }

    /// Fields that others have set and of which the configuration says nothing.
    fn kept(&self, entry: Entry<'_>, node: &Node<'_>, found: &mut Vec<Drift>) {
        for child in node.children().filter(|child| !is_ignored(&child.path)) {
            let is_wanted = self.speaks_of(&child.path);
            match child.path.find(self.live) {
                None => {}
                Some(_) if is_wanted => self.kept(entry, &child, found),
                Some(live) if child.is_leaf() || child.is_item() => {
                    let is_also_ours = applied(self.live).is_some_and(|ours| ours.owns(&child.path));
                    // One pod is what an environment has when nobody says otherwise.
                    let is_usual = child.path.to_string() == "spec.replicas" && live == 1;
                    if !is_also_ours && !is_usual {
                        found.push(self.drift(&child.path, Some(entry), Fate::Kept));
                    }
                }
                Some(_) => self.kept(entry, &child, found),
            }
        }
    }

    /// The server does not keep who scaled. Nothing and one pod are what stop and start make of an environment.
    fn scaled(&self, found: &mut Vec<Drift>) {
        let path =
            ["spec", "replicas"].iter().fold(Path::default(), |path, key| path.then(Step::Key((*key).to_owned())));
        let is_told = found.iter().any(|drift| drift.path == path.to_string());
        let pods = path.find(self.live).and_then(Value::as_u64);
        if pods.is_some_and(|pods| pods > 1) && !self.speaks_of(&path) && !is_told {
            found.push(self.drift(&path, None, Fate::Kept));
        }
    }

    /// Whether the configuration says anything of a field: as it is sent, or as it was applied.
    fn speaks_of(&self, path: &Path) -> bool {
        match self.desired {
            Some(desired) => path.find(desired).is_some(),
            None => applied(self.live).is_some_and(|ours| ours.owns(path)),
        }
    }

    /// What the object would have there: in the server's spelling if it was rehearsed.
    fn wanted(&self, path: &Path) -> Option<&Value> {
        path.find(self.desired?).and_then(|desired| match self.rehearsed {
            Some(rehearsed) => path.find(rehearsed),
            None => Some(desired),
        })
    }

    fn drift(&self, path: &Path, entry: Option<Entry<'_>>, fate: Fate) -> Drift {
        let shown = |value: Option<&Value>, mark: &str| match value {
            Some(_) if is_hidden(self.id, path) => Some(Value::from(mark)),
            value => value.cloned(),
        };
        Drift {
            id: self.id.clone(),
            path: path.to_string(),
            live: shown(path.find(self.live), mask::OLD),
            wanted: shown(self.wanted(path), mask::NEW),
            manager: entry.map(|entry| entry.manager.to_owned()),
            time: entry.and_then(|entry| entry.time).map(str::to_owned),
            fate,
        }
    }
}

/// The way in an entry that the server writes like this.
fn find(node: &Node<'_>, field: &str) -> Option<Path> {
    if as_the_server_writes(&node.path) == field {
        return Some(node.path.clone());
    }
    node.children().find_map(|child| find(&child, field))
}

fn is_hidden(id: &ObjectId, path: &Path) -> bool {
    let first = path.steps().first();
    id.kind == Kind::Secret && first.is_some_and(|first| first != &Step::Key("metadata".to_owned()))
}

/// What is no change to anybody.
fn is_ignored(path: &Path) -> bool {
    match path.steps() {
        [Step::Key(first)] => first == "status",
        [Step::Key(first), Step::Key(second), Step::Key(name)] if first == "metadata" && second == "annotations" => {
            BOOKKEEPING.iter().any(|known| name == known || (known.ends_with('/') && name.starts_with(known)))
        }
        _ => false,
    }
}
