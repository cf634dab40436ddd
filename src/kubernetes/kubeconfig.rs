#![expect(clippy::disallowed_methods, reason = "reads kubeconfig files and the variables that name them")]
//! The kubeconfig: where it is looked for, and how several files become one, as kubectl does it.

use std::env;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use kube::config::{Kubeconfig, KubeconfigError};

use super::not_connected::NotConnected;

/// What a pod finds its API server by.
const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/// What the environment says about clusters.
#[derive(Clone, Debug, Default)]
pub(super) struct Surroundings {
    /// `KUBECONFIG`.
    pub(super) variable: Option<OsString>,
    /// The home of the person.
    pub(super) home: Option<PathBuf>,
    /// Whether this is a pod that may talk to its own API server.
    pub(super) inside: bool,
    /// `POD_NAMESPACE`.
    pub(super) pod_namespace: Option<String>,
    pub(super) http_proxy: String,
    pub(super) https_proxy: String,
    pub(super) no_proxy: String,
}

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    /// A kubeconfig, and the files it was read from.
    Files(Box<Kubeconfig>, Vec<PathBuf>),
    /// This is a pod.
    Inside,
}

impl Surroundings {
    /// Those of this process.
    pub(super) fn of_this_process() -> Self {
        let text = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let either = |upper: &str, lower: &str| text(upper).or_else(|| text(lower)).unwrap_or_default();
        let has_server = text("KUBERNETES_SERVICE_HOST").is_some() && text("KUBERNETES_SERVICE_PORT").is_some();
        Self {
            variable: env::var_os("KUBECONFIG").filter(|value| !value.is_empty()),
            home: env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            inside: has_server && Path::new(TOKEN).is_file(),
            pod_namespace: text("POD_NAMESPACE"),
            http_proxy: either("HTTP_PROXY", "http_proxy"),
            https_proxy: either("HTTPS_PROXY", "https_proxy"),
            no_proxy: either("NO_PROXY", "no_proxy"),
        }
    }
}

/// Finds and reads the kubeconfig. A file that was named by the flag has to be there, one of the list has not.
pub(super) fn find(flag: Option<&Path>, surroundings: &Surroundings) -> Result<Found, NotConnected> {
    if let Some(path) = flag {
        let Some(kubeconfig) = read(path)? else {
            return Err(NotConnected::Missing { path: path.to_owned() });
        };
        return Ok(Found::Files(Box::new(kubeconfig), vec![path.to_owned()]));
    }
    let paths: Vec<PathBuf> = match (&surroundings.variable, &surroundings.home) {
        (Some(list), _) => env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect(),
        (None, Some(home)) => vec![home.join(".kube/config")],
        (None, None) => Vec::new(),
    };
    let mut merged = Kubeconfig::default();
    let mut files = Vec::new();
    for path in &paths {
        if let Some(next) = read(path)? {
            merged = merged.merge(next).map_err(|error| NotConnected::malformed(path, error))?;
            files.push(path.clone());
        }
    }
    let says_nothing = merged.contexts.is_empty() && merged.current_context.is_none();
    match (says_nothing, surroundings.inside) {
        (true, true) => Ok(Found::Inside),
        (true, false) if files.is_empty() => {
            Err(NotConnected::Nowhere { paths, variable: surroundings.variable.is_some() })
        }
        (_, _) => Ok(Found::Files(Box::new(merged), files)),
    }
}

/// One file; none if it does not exist.
fn read(path: &Path) -> Result<Option<Kubeconfig>, NotConnected> {
    let mut kubeconfig = match Kubeconfig::read_from(path) {
        Ok(kubeconfig) => kubeconfig,
        Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(KubeconfigError::ReadConfig(source, _)) => {
            return Err(NotConnected::Unreadable { path: path.to_owned(), source });
        }
        Err(error) => return Err(NotConnected::malformed(path, error)),
    };
    let is_kubeconfig = kubeconfig.kind.as_deref().is_none_or(|kind| kind == "Config" || kind.is_empty());
    if !is_kubeconfig {
        let kind = kubeconfig.kind.unwrap_or_default();
        return Err(NotConnected::Foreign { path: path.to_owned(), kind });
    }
    if is_empty(&kubeconfig) {
        return Err(NotConnected::Empty { path: path.to_owned() });
    }
    // What is written as empty is not set. How a file calls its own format is no reason against another file.
    kubeconfig.current_context = kubeconfig.current_context.filter(|name| !name.is_empty());
    kubeconfig.kind = None;
    kubeconfig.api_version = None;
    Ok(Some(kubeconfig))
}

/// Whether nothing at all was written: tools that remove the last cluster leave the keys.
fn is_empty(kubeconfig: &Kubeconfig) -> bool {
    let Kubeconfig { clusters, auth_infos, contexts, current_context, kind, api_version, other, .. } = kubeconfig;
    clusters.is_empty()
        && auth_infos.is_empty()
        && contexts.is_empty()
        && other.is_empty()
        && [current_context, kind, api_version].into_iter().all(Option::is_none)
}
