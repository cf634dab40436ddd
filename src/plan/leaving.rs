//! From what there is to what goes and what stays. What Sindri did not make for the environment never goes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Live;
use super::change::Seal;
use super::inventory::{Contents, Denial, Inventory, Item, is_made_by_sindri, is_made_for, label};
use super::removal::{Going, Removal, Staying, Volume, Why, rank};
use super::strangers::strangers;
use crate::names::fields::text;
use crate::names::{Kind, ObjectId, REGISTRY_CREDENTIALS};

/// Where a Deployment names the volumes of its pods.
const TEMPLATE: &str = "/spec/template/spec/volumes";

/// Whether the namespace could go: then everything that is in it has to be known.
#[must_use]
pub fn namespace_may_go(inventory: &Inventory, volumes: bool) -> bool {
    let Live::Present(namespace) = &inventory.namespace else { return false };
    let (goes, stays) = objects(inventory, &[], volumes);
    is_made_by_sindri(namespace)
        && !is_ending(namespace)
        && inventory.unseen.is_empty()
        && staying(inventory, &goes, &stays).is_empty()
}

/// What goes and what stays. `volumes`: whether the volume goes too.
#[must_use]
pub fn removal(inventory: Inventory, contents: &Contents, denied: &[Denial], volumes: bool) -> Removal {
    let ending_namespace = ending_namespace(&inventory);
    // A namespace that goes takes everything with it, whatever anybody wants.
    let (mut goes, mut stays) = objects(&inventory, denied, volumes || ending_namespace.is_some());
    namespace(&inventory, contents, denied, &mut goes, &mut stays);
    stays.retain(|_| ending_namespace.is_none());
    goes.sort_by(|left, right| (rank(left.id.kind), &left.id).cmp(&(rank(right.id.kind), &right.id)));
    stays.sort_by(|left, right| left.id.cmp(&right.id));
    let is_wanted = |denial: &Denial| goes.iter().any(|going| going.id == denial.id);
    let denied = denied.iter().filter(|denial| is_wanted(denial)).cloned().collect();
    let own = |item: &Item| item.environment() == Some(inventory.environment.as_str());
    Removal {
        denied,
        is_locked: inventory.made.iter().any(|item| item.id.kind == Kind::Lease && own(item)),
        ending_namespace,
        volumes,
        goes,
        stays,
        cluster: inventory.cluster,
        environment: inventory.environment,
        unseen: inventory.unseen,
        seal: Seal(()),
    }
}

/// What was made for the environment, and what it shares with others.
fn objects(inventory: &Inventory, denied: &[Denial], volumes: bool) -> (Vec<Going>, Vec<Staying>) {
    let (mut goes, mut stays) = (Vec::new(), Vec::new());
    let own = |object: &Value| is_made_for(object, &inventory.environment);
    for item in inventory.made.iter().filter(|item| own(&item.object)) {
        match item.id.kind {
            // The lock goes at the end, by being given back.
            Kind::Lease => {}
            Kind::ReplicaSet if !is_orphan(&item.object) => {}
            Kind::PersistentVolumeClaim if !volumes => stays.push(kept(item, Why::Data)),
            Kind::PersistentVolumeClaim if !borrowers(inventory, &item.id.name).is_empty() => {
                stays.push(kept(item, Why::Shared(borrowers(inventory, &item.id.name))));
            }
            _ => goes.push(going(item, inventory)),
        }
    }
    let orphans = inventory.pods.iter().flatten().filter(|pod| own(pod) && is_orphan(pod));
    goes.extend(orphans.map(|pod| {
        let name = text(pod, "/metadata/name");
        let id = ObjectId::new(Kind::Pod, &inventory.cluster.namespace, name);
        going(&Item { id, object: pod.clone() }, inventory)
    }));
    stays.extend(foreign_claims(inventory));
    secret(inventory, denied, &mut goes, &mut stays);
    (goes, stays)
}

/// Other environments that keep their home in a claim of this one, whether they run or not.
fn borrowers(inventory: &Inventory, claim: &str) -> Vec<String> {
    let own = inventory.environment.as_str();
    let others = inventory.made.iter().filter(|item| item.id.kind == Kind::Deployment);
    let others = others.filter(|item| claims(&item.object, TEMPLATE).any(|name| name == claim));
    let names = others.filter_map(Item::environment).filter(|name| *name != own);
    names.map(|name| format!("environment {name}")).collect()
}

/// Whether what made it has gone without it. Only what a Deployment has made bears such a label.
fn is_orphan(object: &Value) -> bool {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    label(object, "pod-template-hash").is_some() && owners.is_none_or(Vec::is_empty)
}

/// Claims that the environment uses, and that somebody else made.
fn foreign_claims(inventory: &Inventory) -> Vec<Staying> {
    let deployments = inventory
        .made
        .iter()
        .filter(|item| item.id.kind == Kind::Deployment && item.environment() == Some(inventory.environment.as_str()));
    let claims = deployments.flat_map(|item| claims(&item.object, TEMPLATE));
    let is_own = |claim: &str| {
        let own = |item: &Item| item.id.kind == Kind::PersistentVolumeClaim && item.id.name == claim;
        inventory.made.iter().any(|item| own(item) && is_made_for(&item.object, &inventory.environment))
    };
    let claims: BTreeSet<&str> = claims.filter(|claim| !is_own(claim)).collect();
    let staying = |claim: &str| {
        let id = ObjectId::new(Kind::PersistentVolumeClaim, &inventory.cluster.namespace, claim);
        Staying { id, why: Why::Foreign, created: String::new(), volume: None }
    };
    claims.into_iter().map(staying).collect()
}

/// The login that all environments of the namespace share goes with the last of them.
fn secret(inventory: &Inventory, denied: &[Denial], goes: &mut Vec<Going>, stays: &mut Vec<Staying>) {
    let id = ObjectId::new(Kind::Secret, &inventory.cluster.namespace, REGISTRY_CREDENTIALS);
    let secret = match &inventory.secret {
        Live::Absent => return,
        Live::Denied(message) => return stays.push(unseen(id, message)),
        Live::Present(secret) => secret,
    };
    let item = Item { id: id.clone(), object: secret.clone() };
    let users = secret_users(inventory);
    if !is_made_by_sindri(secret) {
        stays.push(kept(&item, Why::Foreign));
    } else if !users.is_empty() {
        stays.push(kept(&item, Why::Shared(users)));
    } else if denied.iter().any(|denial| denial.id == id) {
        stays.push(kept(&item, Why::NotAllowed));
    } else {
        goes.push(going(&item, inventory));
    }
}

/// Something of which nobody knows whether it is there.
fn unseen(id: ObjectId, message: &str) -> Staying {
    Staying { id, why: Why::Unsure(message.to_owned()), created: String::new(), volume: None }
}

/// Who needs the login besides this environment: others, those that are being made, and pods of anybody.
fn secret_users(inventory: &Inventory) -> Vec<String> {
    let own = inventory.environment.as_str();
    let living = inventory.made.iter().filter(|item| matches!(item.id.kind, Kind::Deployment | Kind::Lease));
    let others =
        living.filter_map(Item::environment).filter(|name| *name != own).map(|name| format!("environment {name}"));
    let names_it = |pod: &&Value| {
        let secrets = pod.pointer("/spec/imagePullSecrets").and_then(Value::as_array).into_iter().flatten();
        secrets.filter_map(|secret| secret.get("name")).any(|name| name == REGISTRY_CREDENTIALS)
    };
    let pods = inventory.pods.iter().flatten().filter(names_it).filter(|pod| !is_made_by_sindri(pod));
    let pods = pods.map(|pod| format!("pod/{}", text(pod, "/metadata/name")));
    others.chain(pods).collect::<BTreeSet<_>>().into_iter().collect()
}

fn namespace(
    inventory: &Inventory,
    contents: &Contents,
    denied: &[Denial],
    goes: &mut Vec<Going>,
    stays: &mut Vec<Staying>,
) {
    let id = ObjectId::new(Kind::Namespace, "", inventory.cluster.namespace.clone());
    let object = match &inventory.namespace {
        Live::Absent => return,
        Live::Denied(message) => return stays.push(unseen(id, message)),
        Live::Present(object) => object,
    };
    let item = Item { id: id.clone(), object: object.clone() };
    if is_ending(object) {
        return;
    }
    let holds = staying(inventory, goes, stays);
    let why = if !is_made_by_sindri(object) {
        Some(Why::Foreign)
    } else if !holds.is_empty() {
        Some(Why::Holds(holds))
    } else if let Some((kind, message)) = inventory.unseen.first() {
        Some(Why::Unsure(format!("{} cannot be seen: {message}", kind.plural())))
    } else if denied.iter().any(|denial| denial.id == id) {
        Some(Why::NotAllowed)
    } else {
        match contents {
            Contents::Unasked => Some(Why::Unsure("nobody looked at what is in it".to_owned())),
            Contents::Unknown(why) => Some(Why::Unsure(why.clone())),
            Contents::Seen(things) => {
                let found = strangers(things, &uids(goes), &inventory.environment);
                (!found.is_empty()).then_some(Why::Holds(found))
            }
        }
    };
    match why {
        Some(why) => stays.push(kept(&item, why)),
        None => goes.push(going(&item, inventory)),
    }
}

fn uids(goes: &[Going]) -> BTreeSet<String> {
    goes.iter().map(|going| going.uid.clone()).collect()
}

/// What Sindri made that stays in the namespace.
fn staying(inventory: &Inventory, goes: &[Going], stays: &[Staying]) -> Vec<String> {
    let own = inventory.environment.as_str();
    let others = inventory.made.iter().filter(|item| item.environment() != Some(own));
    let others = others.filter(|item| item.id.kind != Kind::ReplicaSet).map(|item| item.id.short());
    let kept = stays.iter().filter(|staying| staying.id.kind != Kind::Namespace).map(|staying| staying.id.short());
    let goes = |name: &String| goes.iter().any(|going| going.id.short() == *name);
    others.chain(kept).filter(|name| !goes(name)).collect::<BTreeSet<_>>().into_iter().collect()
}

fn going(item: &Item, inventory: &Inventory) -> Going {
    let is_claim = item.id.kind == Kind::PersistentVolumeClaim;
    let mounts = |pod: &&Value| claims(pod, "/spec/volumes").any(|claim| claim == item.id.name);
    let users = inventory.pods.iter().flatten().filter(|_| is_claim).filter(mounts);
    let users = users.filter(|pod| !is_made_for(pod, &inventory.environment) && !is_over(pod));
    Going {
        id: item.id.clone(),
        uid: text(&item.object, "/metadata/uid").to_owned(),
        version: text(&item.object, "/metadata/resourceVersion").to_owned(),
        created: text(&item.object, "/metadata/creationTimestamp").to_owned(),
        volume: volume(item),
        users: users.map(|pod| format!("pod/{}", text(pod, "/metadata/name"))).collect(),
        is_ending: is_ending(&item.object),
    }
}

fn kept(item: &Item, why: Why) -> Staying {
    let created = text(&item.object, "/metadata/creationTimestamp").to_owned();
    Staying { id: item.id.clone(), why, created, volume: volume(item) }
}

fn volume(item: &Item) -> Option<Volume> {
    if item.id.kind != Kind::PersistentVolumeClaim {
        return None;
    }
    let filled = |place: &str| Some(text(&item.object, place)).filter(|text| !text.is_empty()).map(str::to_owned);
    let size = filled("/status/capacity/storage").or_else(|| filled("/spec/resources/requests/storage"));
    Some(Volume { size: size.unwrap_or_default(), class: filled("/spec/storageClassName") })
}

/// The claims that are named in a list of volumes.
fn claims<'a>(object: &'a Value, place: &str) -> impl Iterator<Item = &'a str> {
    let volumes = object.pointer(place).and_then(Value::as_array);
    volumes.into_iter().flatten().filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName")?.as_str())
}

fn ending_namespace(inventory: &Inventory) -> Option<Going> {
    let Live::Present(object) = &inventory.namespace else { return None };
    let id = ObjectId::new(Kind::Namespace, "", inventory.cluster.namespace.clone());
    is_ending(object).then(|| going(&Item { id, object: object.clone() }, inventory))
}

fn is_over(pod: &Value) -> bool {
    matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
}

fn is_ending(object: &Value) -> bool {
    !text(object, "/metadata/deletionTimestamp").is_empty()
}
