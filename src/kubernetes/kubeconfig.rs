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
            home: env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from),
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

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;
    use std::path::Path;

    use tempfile::TempDir;

    use super::{Found, Surroundings, find};
    use crate::kubernetes::NotConnected;

    fn kubeconfig(name: &str, server: &str, current: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: \"{current}\"\ncontexts:\n- name: {name}\n  context: {{cluster: {name}, \
             user: {name}}}\nclusters:\n- name: {name}\n  cluster: {{server: \"{server}\", certificate-authority: ca/{name}.crt}}\n\
             users:\n- name: {name}\n  user: {{tokenFile: token, exec: {{command: ./bin/login, apiVersion: v1}}}}\n"
        )
    }

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn list(folder: &TempDir, names: &[&str]) -> Surroundings {
        let paths: Vec<String> = names
            .iter()
            .map(|name| if name.is_empty() { String::new() } else { folder.path().join(name).display().to_string() })
            .collect();
        Surroundings { variable: Some(OsString::from(paths.join(":"))), ..Surroundings::default() }
    }

    #[test]
    fn the_first_file_that_names_a_thing_wins() {
        let (one, two) = (kubeconfig("a", "https://one", ""), kubeconfig("a", "https://two", "b"));
        let three = kubeconfig("c", "https://three", "c");
        let folder = folder(&[("one", &one), ("two/config", &two), ("three", &three)]);
        let Ok(Found::Files(merged, files)) = find(None, &list(&folder, &["absent", "", "one", "two/config", "three"]))
        else {
            panic!("nothing was found");
        };
        assert_eq!(files, ["one", "two/config", "three"].map(|name| folder.path().join(name)));
        // What is written as empty is not set.
        assert_eq!(merged.current_context.as_deref(), Some("b"));
        let servers: Vec<_> = merged
            .clusters
            .iter()
            .map(|named| (named.name.as_str(), named.cluster.as_ref().unwrap().server.as_deref().unwrap()))
            .collect();
        assert_eq!(servers, [("a", "https://one"), ("c", "https://three")]);
    }

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        let folder = folder(&[("deep/config", &kubeconfig("a", "https://one", "a"))]);
        let Ok(Found::Files(read, _)) = find(Some(&folder.path().join("deep/config")), &Surroundings::default()) else {
            panic!("nothing was found");
        };
        let at = |path: &str| Some(folder.path().join("deep").join(path).display().to_string());
        assert_eq!(read.clusters[0].cluster.as_ref().unwrap().certificate_authority, at("ca/a.crt"));
        let user = read.auth_infos[0].auth_info.as_ref().unwrap();
        assert_eq!(user.token_file, at("token"));
        assert_eq!(user.exec.as_ref().unwrap().command, at("./bin/login"));
    }

    #[test]
    fn a_named_file_has_to_be_there_and_listed_ones_have_not() {
        let folder = folder(&[("home/.kube/config", &kubeconfig("a", "https://one", "a"))]);
        let absent = folder.path().join("absent");
        let error = find(Some(&absent), &Surroundings { inside: true, ..Surroundings::default() }).unwrap_err();
        assert!(matches!(&error, NotConnected::Missing { path } if *path == absent), "{error}");
        // The one in the home is for those who have no list.
        let home = Some(folder.path().join("home"));
        let listed = Surroundings { home: home.clone(), ..list(&folder, &["absent"]) };
        let error = find(None, &listed).unwrap_err();
        assert!(matches!(&error, NotConnected::Nowhere { variable: true, .. }), "{error}");
        let found = find(None, &Surroundings { home, ..Surroundings::default() });
        assert!(matches!(found, Ok(Found::Files(..))), "{found:?}");
    }

    #[test]
    fn a_pod_is_told_by_the_absence_of_a_kubeconfig() {
        let inside = Surroundings { inside: true, home: Some("/nonexistent".into()), ..Surroundings::default() };
        assert!(matches!(find(None, &inside), Ok(Found::Inside)));
        let folder = folder(&[("config", &kubeconfig("a", "https://one", "a"))]);
        let both = Surroundings { inside: true, ..list(&folder, &["config"]) };
        assert!(matches!(find(None, &both), Ok(Found::Files(..))));
        let error = find(None, &Surroundings::default()).unwrap_err();
        assert!(matches!(error, NotConnected::Nowhere { variable: false, .. }), "{error}");
    }

    #[test]
    fn a_file_that_is_no_kubeconfig_is_named() {
        let folder = folder(&[
            ("empty", ""),
            ("comment", "# nothing\n"),
            ("broken", "users:\n- name: a\n  user: {token: sesame-open\n"),
            ("mistyped", "contexts: \"sesame-open\"\n"),
            ("deployment", "apiVersion: apps/v1\nkind: Deployment\n"),
        ]);
        let error = |name: &str| {
            let path = folder.path().join(name);
            let error = find(Some(&path), &Surroundings::default()).unwrap_err();
            assert!(error.is_mistake() && error.to_string().contains(&path.display().to_string()), "{error}");
            // What stands in such a file may be secret.
            assert!(!format!("{error} {error:?}").contains("sesame"), "{error:?}");
            error
        };
        assert!(matches!(error("empty"), NotConnected::Empty { .. }));
        assert!(matches!(error("comment"), NotConnected::Empty { .. }));
        assert!(matches!(error("broken"), NotConnected::Malformed { .. }));
        assert!(matches!(error("mistyped"), NotConnected::Malformed { .. }));
        assert!(matches!(error("deployment"), NotConnected::Foreign { kind, .. } if kind == "Deployment"));
        let error = find(Some(Path::new("/")), &Surroundings::default()).unwrap_err();
        assert!(matches!(error, NotConnected::Unreadable { .. }), "{error}");
    }
}
