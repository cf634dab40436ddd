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

#[cfg(test)]
mod tests {
    use kube::config::Kubeconfig;

    use super::{Chosen, choose};
    use crate::kubernetes::NotConnected;

    /// As `kind create cluster` and `k3d cluster create` write them, beside one of a cloud.
    const FILE: &str = "apiVersion: v1
kind: Config
current-context: kind-t1
clusters:
- name: kind-t1
  cluster: {certificate-authority-data: Y2E=, server: 'https://127.0.0.1:43837'}
- name: k3d-t1
  cluster: {certificate-authority-data: Y2E=, server: 'https://0.0.0.0:35097', proxy-url: ''}
contexts:
- name: kind-t1
  context: {cluster: kind-t1, user: kind-t1}
- name: laptop
  context: {cluster: k3d-t1, user: admin@k3d-t1, namespace: team}
- name: nobody
  context: {cluster: k3d-t1, user: ''}
- name: no-cluster
  context: {cluster: gone, user: kind-t1}
- name: no-user
  context: {cluster: kind-t1, user: gone}
users:
- name: kind-t1
  user: {client-certificate-data: YQ==, client-key-data: YQ==}
- name: admin@k3d-t1
  user: {token: '', username: u, password: p}
";

    fn chosen(asked: Option<&str>, pin: Option<&str>) -> Result<Chosen, NotConnected> {
        choose(Kubeconfig::from_yaml(FILE).unwrap(), vec!["config".into()], asked, pin)
    }

    #[test]
    fn the_flag_beats_the_file_and_the_file_the_current_context() {
        assert_eq!(chosen(None, None).unwrap().context, "kind-t1");
        let renamed = chosen(Some("laptop"), None).unwrap();
        assert_eq!((renamed.context.as_str(), renamed.entry.as_str()), ("laptop", "k3d-t1"));
        assert_eq!((renamed.user.as_str(), renamed.namespace.as_deref()), ("admin@k3d-t1", Some("team")));
        assert_eq!(chosen(None, Some("laptop")).unwrap().context, "laptop");
        assert_eq!(chosen(Some("laptop"), Some("laptop")).unwrap().context, "laptop");
        assert_eq!(chosen(Some("nobody"), None).unwrap().user, "");
    }

    #[test]
    fn what_is_written_as_empty_is_not_set() {
        let laptop = chosen(Some("laptop"), None).unwrap();
        assert!(laptop.credentials.token.is_none() && laptop.credentials.password.is_some());
        assert_eq!(laptop.cluster.proxy_url, None);
    }

    #[test]
    fn another_context_than_the_pinned_one_is_refused() {
        let error = chosen(Some("laptop"), Some("kind-t1")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the configuration is for the context `kind-t1` only, and `laptop` was asked for"
        );
    }

    #[test]
    fn a_context_that_leads_nowhere_is_refused() {
        let said = |asked, pin| chosen(asked, pin).unwrap_err().to_string();
        assert_eq!(
            said(Some("kind-t2"), None),
            "there is no context `kind-t2`; there are `kind-t1`, `laptop`, `no-cluster`, `no-user`, `nobody`"
        );
        assert!(said(None, Some("prod")).contains("`providers.kubernetes.context` asks for"));
        assert_eq!(
            said(Some("no-cluster"), None),
            "the context `no-cluster` names the cluster `gone`, which the kubeconfig does not have"
        );
        assert!(said(Some("no-user"), None).contains("names the user `gone`"));
        let mut kubeconfig = Kubeconfig::from_yaml(FILE).unwrap();
        kubeconfig.current_context = None;
        let error = choose(kubeconfig, Vec::new(), None, None).unwrap_err();
        assert!(matches!(&error, NotConnected::NoCurrentContext { contexts, .. } if contexts.len() == 5), "{error}");
        let error = choose(Kubeconfig::default(), Vec::new(), Some("a"), None).unwrap_err();
        assert!(matches!(error, NotConnected::NoContexts { .. }), "{error}");
    }
}
