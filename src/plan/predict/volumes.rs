//! Whether the environment gets its volume, and whether the volume that is there can become what is wanted.

use serde_json::Value;

use super::situation::{Situation, Sought, list, own_claim, seen, storage_class, text};
use crate::config::quantity::Quantity;
use crate::image::Pinned;
use crate::names::{Kind, ObjectId};
use crate::plan::{Finding, Look, Observed, Path, Severity, Step, Verdict, ownership, questions};
use crate::workload::Rendered;

pub(super) fn findings(situation: &Situation<'_>) -> Vec<Finding> {
    let live =
        own_claim(situation.desired).and_then(|(id, body)| Some((id, body, questions::live(situation.observed, id)?)));
    let Some((id, body, live)) = live else {
        return situation.desired.needs.existing_claim.iter().flat_map(|name| existing(situation, name)).collect();
    };
    let Some(present) = seen(live) else { return class(situation, id, None) };
    let mut findings = state(id, present);
    findings.extend(change(situation, id, body, present));
    if text(present, "/status/phase") == Some("Pending") {
        findings.extend(class(situation, id, storage_class(live)));
    }
    findings
}

/// Whether a class makes the volume: the one that the claim has got, the one that is configured, the default.
fn class(situation: &Situation<'_>, claim: &ObjectId, given: Option<&str>) -> Vec<Finding> {
    let change = "see what there is with `kubectl get storageclasses`, and change `providers.kubernetes.storageClass`";
    let fix = if given.is_some() { format!("{change}; {}", delete_empty(claim)) } else { change.to_owned() };
    if let Some(name) = given.or(situation.desired.needs.storage_class.as_deref()) {
        return match situation.class(name) {
            Sought::Absent => vec![fails(
                "storage-class-missing",
                format!("{}/{name}", Kind::StorageClass),
                format!(
                    "storageclass/{name} does not exist in this cluster: nothing makes the volume of {}",
                    claim.short()
                ),
                fix,
            )],
            Sought::Found(class) => by_hand(class, claim).into_iter().collect(),
            Sought::Unknown => Vec::new(),
        };
    }
    let Some(Look::Seen(answer)) = situation.look(&questions::all(Kind::StorageClass, None, "")) else {
        return Vec::new();
    };
    let mut defaults: Vec<&Value> = list(answer, "/items").iter().filter(|class| is_default(class)).collect();
    // The server takes the newest, and of those made in the same second the first by name.
    defaults.sort_by_key(|class| (std::cmp::Reverse(text(class, "/metadata/creationTimestamp")), name(class)));
    match defaults.as_slice() {
        [] => {
            let known: Vec<&str> = list(answer, "/items").iter().map(name).collect();
            let known = if known.is_empty() {
                "the cluster has no classes".to_owned()
            } else {
                format!("there are {}", known.join(", "))
            };
            vec![fails(
                "storage-class-default-missing",
                claim.short(),
                format!("the cluster has no default storage class: nothing makes the volume of {}", claim.short()),
                format!("set `providers.kubernetes.storageClass: NAME`; {known}"),
            )]
        }
        [only] => by_hand(only, claim).into_iter().collect(),
        [first, others @ ..] => {
            let others: Vec<&str> = others.iter().map(|class| name(class)).collect();
            let warning = Finding {
                severity: Severity::Warns,
                ..fails(
                    "storage-class-defaults",
                    claim.short(),
                    format!(
                        "several storage classes are the default; the newest is taken: {} (and not {})",
                        name(first),
                        others.join(", ")
                    ),
                    format!("set `providers.kubernetes.storageClass: {}` to be sure", name(first)),
                )
            };
            [warning].into_iter().chain(by_hand(first, claim)).collect()
        }
    }
}

/// A claim that never had a volume holds nothing.
fn delete_empty(claim: &ObjectId) -> String {
    let namespace = claim.namespace.as_deref().unwrap_or_default();
    format!("nothing is in the claim yet, so `kubectl delete {} --namespace {namespace}` loses nothing", claim.short())
}

/// A class that only stands for volumes that somebody makes by hand.
fn by_hand(class: &Value, claim: &ObjectId) -> Option<Finding> {
    let name = name(class);
    (text(class, "/provisioner") == Some("kubernetes.io/no-provisioner")).then(|| Finding {
        severity: Severity::Warns,
        ..fails(
            "storage-class-by-hand",
            format!("{}/{name}", Kind::StorageClass),
            format!("storageclass/{name} makes no volumes: {} waits until somebody has made one", claim.short()),
            "see what is free with `kubectl get persistentvolumes`, or change `providers.kubernetes.storageClass`"
                .to_owned(),
        )
    })
}

pub(in crate::plan) fn is_default(class: &Value) -> bool {
    let annotations = class.get("metadata").and_then(|metadata| metadata.get("annotations"));
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
        .iter()
        .any(|key| annotations.and_then(|annotations| annotations.get(key)).is_some_and(|value| value == "true"))
}

fn name(object: &Value) -> &str {
    text(object, "/metadata/name").unwrap_or_default()
}

/// What is wrong with a claim as it is. One that waits for its first pod is healthy.
fn state(id: &ObjectId, live: &Value) -> Vec<Finding> {
    let namespace = id.namespace.as_deref().unwrap_or_default();
    let mut findings = Vec::new();
    if text(live, "/status/phase") == Some("Lost") {
        let message = format!("{} has lost its volume: a pod that uses it does not start", id.short());
        let fix = format!("`kubectl describe {} --namespace {namespace}` names the volume that is gone", id.short());
        findings.push(fails("claim-lost", id.short(), message, fix));
    }
    if text(live, "/spec/volumeMode") == Some("Block") {
        let message = format!("{} is a block device and no file system: it cannot be a home", id.short());
        findings.push(fails("claim-is-block", id.short(), message, "use another claim".to_owned()));
    }
    findings
}

/// The class of the volume that is to grow: it says whether that can be.
pub(in crate::plan) fn growing_class<'a>(desired: &Rendered<Pinned>, observed: &'a Observed) -> Option<&'a str> {
    let (id, body) = own_claim(desired)?;
    let live = questions::live(observed, id)?;
    (size(body)? > size(seen(live)?)?).then(|| storage_class(live)).flatten()
}

fn size(claim: &Value) -> Option<Quantity> {
    Quantity::parse(text(claim, "/spec/resources/requests/storage")?).ok()
}

/// What the change of a claim takes. Everything but its size is fixed once it is made, and the size can only grow.
fn change(situation: &Situation<'_>, id: &ObjectId, body: &Value, live: &Value) -> Vec<Finding> {
    let (Some(wanted), Some(present)) = (size(body), size(live)) else { return Vec::new() };
    let mut findings: Vec<Finding> = fixed_class(situation, id, body, live).into_iter().collect();
    // A growth that has not come about can be taken back, as far as the volume's own size.
    let capacity = text(live, "/status/capacity/storage").and_then(|size| Quantity::parse(size).ok());
    if wanted < present && capacity.is_some_and(|capacity| wanted > capacity) {
        return findings;
    }
    if wanted < present {
        findings.push(blocks(
            "volume-shrinks",
            id,
            format!("{} has {present}, and cannot become {wanted}: a volume never shrinks", id.short()),
            format!("set `deployment.volumes.workspace.size: {present}`; for a smaller volume, deploy under another `name` and copy the files"),
        ));
    } else if wanted > present {
        findings.extend(growth(situation, id, live, (present, wanted)));
    }
    findings
}

/// The class of a volume, which is for ever.
fn fixed_class(situation: &Situation<'_>, id: &ObjectId, body: &Value, live: &Value) -> Option<Finding> {
    let present = text(live, "/spec/storageClassName")?;
    let (message, other) = match text(body, "/spec/storageClassName") {
        Some(class) if class == present => return None,
        Some(class) => (format!("cannot become {class}: a volume stays what it is"), format!("a volume of {class}")),
        None if gives_up_class(live, body) && !is_accepted(situation, id) => (
            "stays of it, also when sindri.yaml does not name it any more".to_owned(),
            "a volume of the cluster's default class".to_owned(),
        ),
        None => return None,
    };
    let otherwise = if text(live, "/status/phase") == Some("Pending") {
        delete_empty(id)
    } else {
        format!("for {other}, deploy under another `name` and copy the files")
    };
    Some(blocks(
        "volume-class-fixed",
        id,
        format!("{} is of the storage class {present}, and {message}", id.short()),
        format!("set `providers.kubernetes.storageClass: {present}`; {otherwise}"),
    ))
}

/// Whether an apply would take away the class of a claim: the file named it once, and does not any more.
pub(in crate::plan) fn gives_up_class(live: &Value, body: &Value) -> bool {
    let class = "/spec/storageClassName";
    let path: Path = ["spec", "storageClassName"].map(|key| Step::Key(key.to_owned())).into_iter().collect();
    live.pointer(class).is_some() && body.pointer(class).is_none() && ownership::is_given_up(live, &path)
}

fn is_accepted(situation: &Situation<'_>, id: &ObjectId) -> bool {
    let verdict = situation.observed.objects.get(id).and_then(|sighting| sighting.verdict.as_ref());
    matches!(verdict, Some(Verdict::Accepted(_)))
}

fn growth(
    situation: &Situation<'_>,
    id: &ObjectId,
    live: &Value,
    (present, wanted): (Quantity, Quantity),
) -> Option<Finding> {
    let keep = format!("set `deployment.volumes.workspace.size: {present}`");
    if text(live, "/status/phase") != Some("Bound") {
        return Some(blocks(
            "volume-not-bound",
            id,
            format!("{} has no volume yet, and cannot grow from {present} to {wanted} before it has one", id.short()),
            format!("{keep} until it has one; {}", delete_empty(id)),
        ));
    }
    let class = questions::live(situation.observed, id).and_then(storage_class);
    let refused = matches!(
        situation.observed.objects.get(id).and_then(|sighting| sighting.verdict.as_ref()),
        Some(Verdict::Refused(_))
    );
    match class.map(|class| (class, situation.class(class))) {
        Some((name, Sought::Found(class))) => {
            let can = class.get("allowVolumeExpansion").is_some_and(|can| *can == true);
            (!can).then(|| {
                blocks(
                    "volume-cannot-grow",
                    id,
                    format!(
                        "{} cannot grow from {present} to {wanted}: its storage class {name} does not let volumes grow",
                        id.short()
                    ),
                    format!("{keep}; for a larger volume, deploy under another `name` and copy the files"),
                )
            })
        }
        None if refused => Some(blocks(
            "volume-cannot-grow",
            id,
            format!("{} cannot grow from {present} to {wanted}: it has no storage class", id.short()),
            format!("{keep}; for a larger volume, deploy under another `name` and copy the files"),
        )),
        _ => None,
    }
}

/// A claim that somebody else has made.
fn existing(situation: &Situation<'_>, name: &str) -> Vec<Finding> {
    let id = ObjectId::new(Kind::PersistentVolumeClaim, situation.namespace, name);
    let change = "or change `deployment.volumes.workspace.existingClaim`";
    let claim = match situation.object(Kind::PersistentVolumeClaim, name) {
        Some(Look::Seen(claim)) => claim,
        Some(Look::Absent) => {
            let message =
                format!("{} does not exist in the namespace {}: the pod waits for it", id.short(), situation.namespace);
            let fix = format!(
                "see what there is with `kubectl get persistentvolumeclaims --namespace {}`, {change}",
                situation.namespace
            );
            return vec![fails("claim-missing", id.short(), message, fix)];
        }
        _ => return Vec::new(),
    };
    let mut findings = state(&id, claim);
    if text(claim, "/metadata/deletionTimestamp").is_some() {
        let message = format!("{} is being deleted: no new pod may use it", id.short());
        findings.push(fails("claim-being-deleted", id.short(), message, format!("save its files, {change}")));
    }
    findings.extend(in_use(situation, &id, claim));
    findings
}

/// Others that use the claim.
fn in_use(situation: &Situation<'_>, id: &ObjectId, claim: &Value) -> Option<Finding> {
    let Some(Look::Seen(answer)) = situation.look(&questions::all(Kind::Pod, Some(situation.namespace), "")) else {
        return None;
    };
    let modes: Vec<&str> = list(claim, "/spec/accessModes").iter().filter_map(Value::as_str).collect();
    let others: Vec<String> = list(answer, "/items")
        .iter()
        .filter(|pod| !matches!(text(pod, "/status/phase"), Some("Succeeded" | "Failed")))
        .filter(|pod| !situation.is_own_pod(pod))
        .filter(|pod| {
            list(pod, "/spec/volumes")
                .iter()
                .any(|volume| text(volume, "/persistentVolumeClaim/claimName") == Some(&id.name))
        })
        .map(|pod| {
            let node = text(pod, "/spec/nodeName").map(|node| format!(" on the node {node}")).unwrap_or_default();
            format!("pod/{}{node}", name(pod))
        })
        .collect();
    if others.is_empty() {
        return None;
    }
    let message = format!("{} is in use by {}", id.short(), others.join(", "));
    let fix = "end the other pod first, or change `deployment.volumes.workspace.existingClaim`".to_owned();
    if modes == ["ReadWriteOncePod"] {
        let message = format!("{message}, and no second pod may use it: the new pod waits");
        return Some(fails("claim-in-use", id.short(), message, fix));
    }
    modes.contains(&"ReadWriteOnce").then(|| Finding {
        severity: Severity::Warns,
        ..fails(
            "claim-in-use",
            id.short(),
            format!("{message}: a pod on another node waits for it, and one on the same node writes beside it"),
            fix,
        )
    })
}

fn fails(code: &'static str, about: String, message: String, fix: String) -> Finding {
    Finding { severity: Severity::Fails, code, about, message, fix }
}

fn blocks(code: &'static str, id: &ObjectId, message: String, fix: String) -> Finding {
    Finding { severity: Severity::Blocks, ..fails(code, id.short(), message, fix) }
}
