//! What goes and what stays when an environment is destroyed, and why: computed once, shown, and consumed by the removal.

use std::collections::BTreeSet;

use super::Cluster;
use super::change::Seal;
use super::inventory::{Contents, Denial, Inventory};
use super::leaving::{namespace_may_go, removal};
use crate::names::{Kind, ObjectId};

/// What `destroy` will do, completely. The removal consumes it; nothing else can be removed.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// Where.
    pub cluster: Cluster,
    /// The name of the environment.
    pub environment: String,
    /// What goes, in the order in which it goes.
    pub goes: Vec<Going>,
    /// What stays.
    pub stays: Vec<Staying>,
    /// What would have to be allowed, and is not.
    pub denied: Vec<Denial>,
    /// The kinds of which nobody knows whether there is something, and the server's word for it.
    pub unseen: Vec<(Kind, String)>,
    /// Whether there is a lock: somebody is at it, or was killed at it.
    pub is_locked: bool,
    /// The namespace, if it is going already with everything in it, whoever wanted that.
    pub ending_namespace: Option<Going>,
    /// Whether the volume was asked to go.
    pub volumes: bool,
    /// Made in this room only: what is removed was computed, and shown.
    pub(super) seal: Seal,
}

/// An object that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Going {
    /// Which.
    pub id: ObjectId,
    /// Exactly this one.
    pub uid: String,
    /// In this version.
    pub version: String,
    /// When it was made, as the server wrote it.
    pub created: String,
    /// The volume that is lost with it.
    pub volume: Option<Volume>,
    /// Pods of others that use it, and keep it from going.
    pub users: Vec<String>,
    /// Whether it is on its way out already.
    pub is_ending: bool,
}

/// An object that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staying {
    /// Which.
    pub id: ObjectId,
    /// Why.
    pub why: Why,
    /// When it was made, as the server wrote it; empty if it was not looked at.
    pub created: String,
    /// The volume that is kept with it.
    pub volume: Option<Volume>,
}

/// What is known of a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// How large it is.
    pub size: String,
    /// Its class; none if it has none.
    pub class: Option<String>,
}

/// Why something stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It holds somebody's work, and nobody asked for it to go.
    Data,
    /// Somebody else made it.
    Foreign,
    /// Others need it: environments, or pods.
    Shared(Vec<String>),
    /// Something is in it that stays.
    Holds(Vec<String>),
    /// This account may not delete it.
    NotAllowed,
    /// What would have to be known before is not, and why.
    Unsure(String),
}

impl Removal {
    /// Whether a volume goes, with everything that is on it.
    #[must_use]
    pub fn loses_data(&self) -> bool {
        self.goes.iter().any(|going| going.id.kind == Kind::PersistentVolumeClaim)
    }

    /// Whether something stands in the way that has to be known before anything is deleted.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        !self.denied.is_empty() || self.blind().next().is_some()
    }

    /// The kinds without which it is not known what goes.
    pub fn blind(&self) -> impl Iterator<Item = &(Kind, String)> {
        self.unseen.iter().filter(|(kind, _)| matches!(kind, Kind::Deployment | Kind::PersistentVolumeClaim))
    }

    /// Whether another one removes the same.
    #[must_use]
    pub fn has_same_effect(&self, other: &Self) -> bool {
        let goes = |removal: &Self| -> BTreeSet<(ObjectId, String)> {
            removal.goes.iter().map(|going| (going.id.clone(), going.uid.clone())).collect()
        };
        goes(self) == goes(other)
    }

    /// Whether the same would go now. What is in the namespace is looked at again before that goes.
    #[must_use]
    pub fn still_holds(&self, now: Inventory) -> bool {
        let stays_alone = self.goes.iter().all(|going| going.id.kind != Kind::Namespace);
        if !stays_alone && !namespace_may_go(&now, self.volumes) {
            return false;
        }
        let is_withheld =
            |id: &ObjectId| self.stays.iter().any(|staying| staying.id == *id && staying.why == Why::NotAllowed);
        let now = removal(now, &Contents::Unasked, &[], self.volumes);
        let objects = |removal: &Self| -> BTreeSet<(ObjectId, String)> {
            let goes = removal.goes.iter().filter(|going| going.id.kind != Kind::Namespace && !is_withheld(&going.id));
            goes.map(|going| (going.id.clone(), going.uid.clone())).collect()
        };
        objects(self) == objects(&now)
    }

    /// What goes, in steps: one after the other, all of one step at the same time. What uses something goes before it.
    #[must_use]
    pub fn into_steps(self) -> Vec<Vec<Going>> {
        let mut steps: Vec<Vec<Going>> = (0..STEPS).map(|_| Vec::new()).collect();
        for going in self.goes {
            if let Some(step) = steps.get_mut(rank(going.id.kind)) {
                step.push(going);
            }
        }
        steps.retain(|step| !step.is_empty());
        steps
    }
}

const STEPS: usize = 4;

pub(super) fn rank(kind: Kind) -> usize {
    match kind {
        // Nothing else goes before what runs is gone: it needs its volume, its rules and its address to its end.
        Kind::Deployment | Kind::ReplicaSet | Kind::Pod => 0,
        Kind::Service | Kind::NetworkPolicy | Kind::RoleBinding => 1,
        Kind::Namespace => 3,
        _ => 2,
    }
}
