//! Which entry of a kubeconfig is meant. Pure.

use std::path::PathBuf;

use kube::config::{AuthInfo, Cluster, Kubeconfig};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::not_connected::NotConnected;

/// The entries that belong together.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) context: String,
    pub(super) entry: String,
    pub(super) cluster: Cluster,
    pub(super) user: String,
    pub(super) credentials: AuthInfo,
    pub(super) namespace: Option<String>,
}

/// The context of the command line, of the configuration, or the current one; never another than the pinned one.
pub(super) fn choose(
    kubeconfig: Kubeconfig,
    files: Vec<PathBuf>,
    asked: Option<&str>,
    pin: Option<&str>,
) -> Result<Chosen, NotConnected> {
    agree(asked, pin)?;
    let mut contexts: Vec<String> = kubeconfig.contexts.iter().map(|named| named.name.clone()).collect();
    contexts.sort();
    if contexts.is_empty() {
        return Err(NotConnected::NoContexts { files });
    }
    let Some(name) = asked.or(pin).or(kubeconfig.current_context.as_deref()).map(str::to_owned) else {
        return Err(NotConnected::NoCurrentContext { files, contexts });
    };
    let is_pin = asked.is_none() && pin.is_some();
    let Some(context) = kubeconfig.contexts.into_iter().find(|named| named.name == name) else {
        return Err(NotConnected::UnknownContext { name, files, contexts, is_pin });
    };
    let context = context.context.unwrap_or_default();
    let dangling = |what, entry: &str| NotConnected::Dangling { context: name.clone(), what, entry: entry.to_owned() };
    let cluster = kubeconfig.clusters.into_iter().find(|named| named.name == context.cluster);
    let Some(cluster) = cluster else {
        return Err(dangling("cluster", &context.cluster));
    };
    let user = context.user.unwrap_or_default();
    let credentials = match kubeconfig.auth_infos.into_iter().find(|named| named.name == user) {
        Some(named) => named.auth_info.unwrap_or_default(),
        None if user.is_empty() => AuthInfo::default(),
        None => return Err(dangling("user", &user)),
    };
    Ok(Chosen {
        context: name,
        entry: context.cluster,
        cluster: without_empty(cluster.cluster.unwrap_or_default()),
        user,
        credentials: without_empty(credentials),
        namespace: context.namespace.filter(|namespace| !namespace.is_empty()),
    })
}

/// A context that was asked for is the pinned one.
pub(super) fn agree(asked: Option<&str>, pin: Option<&str>) -> Result<(), NotConnected> {
    match (asked, pin) {
        (Some(asked), Some(pin)) if asked != pin => {
            Err(NotConnected::Pinned { pin: pin.to_owned(), asked: asked.to_owned() })
        }
        _ => Ok(()),
    }
}

/// The same without the keys that are written with nothing in them: an empty token is no token.
fn without_empty<T: Serialize + DeserializeOwned + Clone>(entry: T) -> T {
    let Ok(Value::Object(mut keys)) = serde_json::to_value(&entry) else {
        return entry;
    };
    keys.retain(|_, value| value.as_str() != Some(""));
    serde_json::from_value(Value::Object(keys)).unwrap_or(entry)
}
