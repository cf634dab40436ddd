//! What in a namespace keeps it from going with its last environment: everything that neither Sindri nor the cluster put
//! there.

use std::collections::BTreeSet;

use super::inventory::Thing;
use crate::names::SINDRI;

/// What is in the namespace and would be lost with it. `goes` holds the identities of what goes anyway: what belongs to
/// that goes with it.
#[must_use]
pub fn strangers(things: &[Thing], goes: &BTreeSet<String>, environment: &str) -> Vec<String> {
    let mut known = goes.clone();
    // What belongs to something belongs to its owner too: a pod to its ReplicaSet, and that to its Deployment.
    loop {
        let is_new =
            |thing: &&Thing| !known.contains(&thing.uid) && thing.owners.iter().any(|owner| known.contains(owner));
        let belongs: Vec<String> = things.iter().filter(is_new).map(|thing| thing.uid.clone()).collect();
        if belongs.is_empty() {
            break;
        }
        known.extend(belongs);
    }
    let services: BTreeSet<&str> = things
        .iter()
        .filter(|thing| (thing.group.as_str(), thing.kind.as_str()) == ("", "Service") && known.contains(&thing.uid))
        .map(|thing| thing.name.as_str())
        .collect();
    let is_strange = |thing: &&Thing| {
        let is_ours = match (thing.group.as_str(), thing.kind.as_str()) {
            // The server makes these itself, or writes them about what is there.
            ("", "ConfigMap") => thing.name == "kube-root-ca.crt",
            ("", "ServiceAccount") => thing.name == "default",
            ("" | "events.k8s.io", "Event") => true,
            // They belong to a Service without saying so.
            ("", "Endpoints") => services.contains(thing.name.as_str()),
            // The lock of whoever destroys it.
            ("coordination.k8s.io", "Lease") => thing.name == format!("{SINDRI}-{environment}"),
            _ => false,
        };
        !is_ours && !known.contains(&thing.uid)
    };
    let strange: BTreeSet<String> = things.iter().filter(is_strange).map(Thing::short).collect();
    strange.into_iter().collect()
}
