//! A docker configuration, and which of its logins is for a repository. Pure.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::credential::{Login, Proof};
use crate::config::reference::Repository;

/// How Docker and Kubernetes name Docker's own registry in a configuration.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// What a docker configuration says about logins. Podman's has the same form.
#[derive(Default, Deserialize)]
pub(super) struct DockerConfig {
    #[serde(default)]
    auths: Option<BTreeMap<String, Option<Entry>>>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
    #[serde(default, rename = "credHelpers")]
    helpers: Option<BTreeMap<String, Option<String>>>,
}

/// What is written down for one place.
#[derive(Default, Deserialize)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    #[serde(rename = "identitytoken")]
    identity_token: Option<String>,
}

/// Where a file stops to be JSON. What stands there may be secret and is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A program that is asked for a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Helper {
    /// What follows `docker-credential-` in its name.
    pub(super) name: String,
    /// What it is asked about.
    pub(super) place: String,
}

/// A login is written down for this place, and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Damaged {
    pub(super) place: String,
}

impl DockerConfig {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Broken> {
        // Docker takes an empty file for an empty configuration.
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        // Without this a list would be read as the fields of the configuration in their order.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(Broken { line: 1, column: 1 });
        }
        serde_json::from_slice(bytes).map_err(|error| Broken { line: error.line(), column: error.column() })
    }

    /// The program that knows the login: the one for this registry, otherwise the one for all.
    pub(super) fn helper(&self, repository: &Repository) -> Option<Helper> {
        let own = matching(self.helpers.iter().flatten(), repository).into_iter().next();
        let (key, name) = match own {
            Some((key, name)) => (key.as_str(), name.as_ref()?),
            None => (repository.registry(), self.store.as_ref()?),
        };
        // An empty name switches the program for all off.
        (!name.is_empty()).then(|| Helper { name: name.clone(), place: place(key, repository) })
    }

    /// The login that is written down in the file itself.
    pub(super) fn written(&self, repository: &Repository) -> Result<Option<Login>, Damaged> {
        for (key, entry) in matching(self.auths.iter().flatten(), repository) {
            let place = place(key, repository);
            // Docker leaves an empty entry where a program keeps the login.
            if let Some(login) = entry.as_ref().map(|entry| entry.login(&place)).transpose()?.flatten() {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }
}

impl Entry {
    fn login(&self, place: &str) -> Result<Option<Login>, Damaged> {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let coded = filled(&self.auth)
            .map(|auth| decoded(&auth).ok_or_else(|| Damaged { place: place.to_owned() }))
            .transpose()?;
        let (username, password) = match coded {
            Some((username, password)) => (Some(username), Some(password)),
            None => (filled(&self.username), filled(&self.password)),
        };
        if let Some(token) = filled(&self.identity_token) {
            return Ok(Some(Login::new(place, username.unwrap_or_default(), Proof::IdentityToken(token))));
        }
        let password = password.filter(|password| !password.is_empty());
        Ok(username.zip(password).map(|(username, password)| Login::new(place, username, Proof::Password(password))))
    }
}

/// Whether a docker configuration holds a login for a repository.
#[must_use]
pub fn has_login(config: &[u8], repository: &Repository) -> bool {
    DockerConfig::parse(config).is_ok_and(|config| matches!(config.written(repository), Ok(Some(_))))
}

/// `user:password`, as it is written down in base64 with or without padding.
fn decoded(auth: &str) -> Option<(String, String)> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&STANDARD, lenient).decode(auth.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (username, password) = text.split_once(':')?;
    // Some old versions of Docker wrote null characters behind the password.
    Some((username.to_owned(), password.trim_end_matches('\0').to_owned()))
}

/// The entries that are for a repository, the most specific first.
fn matching<'a, T: 'a>(
    entries: impl Iterator<Item = (&'a String, &'a T)>,
    repository: &Repository,
) -> Vec<(&'a String, &'a T)> {
    let (registry, path) = (host(repository.registry()), repository.path());
    let is_above = |scope: &str| {
        scope.is_empty() || path.strip_prefix(scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut matching: Vec<_> = entries
        .filter(|(key, _)| {
            let (name, scope) = parts(key);
            host(name) == registry && is_above(scope)
        })
        .collect();
    let is_verbatim = |key: &str| key == repository.registry() || key == DOCKER_HUB;
    matching.sort_by_key(|(key, _)| (usize::MAX - parts(key).1.len(), !is_verbatim(key)));
    matching
}

/// The host of a key, and the part of the registry that it is limited to. An address has no such part: what follows its
/// host is the version of the protocol.
fn parts(key: &str) -> (&str, &str) {
    let bare = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    let (name, rest) = bare.unwrap_or(key).split_once('/').unwrap_or((bare.unwrap_or(key), ""));
    let rest = rest.trim_end_matches('/');
    if bare.is_some() || matches!(rest, "v1" | "v2") { (name, "") } else { (name, rest) }
}

/// One name for each registry. Docker's own has several.
fn host(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    if matches!(name.as_str(), "docker.io" | "index.docker.io" | "registry-1.docker.io") {
        "docker.io".to_owned()
    } else {
        name
    }
}

/// How the place that a key stands for is called to a helper and to a node: as the image names it.
fn place(key: &str, repository: &Repository) -> String {
    match (host(repository.registry()).as_str(), parts(key).1) {
        ("docker.io", "") => DOCKER_HUB.to_owned(),
        (_, "") => repository.registry().to_owned(),
        (_, scope) => format!("{}/{scope}", repository.registry()),
    }
}

impl fmt::Debug for DockerConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<_> = self.auths.iter().flatten().map(|(place, _)| place).collect();
        formatter
            .debug_struct("DockerConfig")
            .field("auths", &places)
            .field("store", &self.store)
            .field("helpers", &self.helpers)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    use proptest::prelude::*;

    use super::{Broken, DockerConfig, has_login};
    use crate::config::reference::Repository;

    /// Who logs in where, for each repository.
    fn logins<'a>(config: &str, repositories: &[&'a str]) -> Vec<(&'a str, Option<String>)> {
        let read = DockerConfig::parse(config.as_bytes()).unwrap();
        let login = |name: &&'a str| {
            let repository = Repository::parse(name).unwrap();
            let login = read.written(&repository).unwrap();
            assert_eq!(has_login(config.as_bytes(), &repository), login.is_some());
            (*name, login.map(|login| format!("{} at {}", login.username(), login.place())))
        };
        repositories.iter().map(login).collect()
    }

    fn config(places: &[&str]) -> String {
        let entry = |(number, place): (usize, &&str)| {
            format!(r#""{place}": {{"auth": "{}"}}"#, STANDARD.encode(format!("user{number}:secret")))
        };
        format!(r#"{{"auths": {{{}}}}}"#, places.iter().enumerate().map(entry).collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn only_the_login_of_the_registry_itself_is_taken() {
        let config =
            config(&["ghcr.io", "localhost:5000", "https://index.docker.io/v1/", "[::1]:5000", "https://quay.io/v2/"]);
        let repositories = [
            "ghcr.io/team/dev",
            "GHCR.io/team/dev",
            "ghcr.io:443/team/dev",
            "localhost:5000/dev",
            "localhost/dev",
            "busybox",
            "docker.io/team/dev",
            "[::1]:5000/dev",
            "quay.io/team/dev",
            "not-ghcr.io/team/dev",
        ];
        let expected = [
            Some("user0 at ghcr.io"),
            Some("user0 at GHCR.io"),
            None,
            Some("user1 at localhost:5000"),
            None,
            Some("user2 at https://index.docker.io/v1/"),
            Some("user2 at https://index.docker.io/v1/"),
            Some("user3 at [::1]:5000"),
            Some("user4 at quay.io"),
            None,
        ];
        for ((name, login), expected) in logins(&config, &repositories).into_iter().zip(expected) {
            assert_eq!(login.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_login_for_a_part_of_a_registry_comes_before_that_for_all_of_it() {
        let config = config(&["quay.io", "quay.io/team", "quay.io/team/dev", "docker.io/team", "example.com/other"]);
        let repositories =
            ["quay.io/teams/dev", "quay.io/team/tools", "quay.io/team/dev", "team/dev", "other/dev", "example.com/dev"];
        let expected = [
            Some("user0 at quay.io"),
            Some("user1 at quay.io/team"),
            Some("user2 at quay.io/team/dev"),
            Some("user3 at docker.io/team"),
            None,
            None,
        ];
        for ((name, login), expected) in logins(&config, &repositories).into_iter().zip(expected) {
            assert_eq!(login.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_name_that_is_written_the_same_way_comes_first() {
        let config = config(&["https://ghcr.io", "http://ghcr.io/v1/", "ghcr.io"]);
        assert_eq!(logins(&config, &["ghcr.io/team/dev"])[0].1.as_deref(), Some("user2 at ghcr.io"));
    }

    #[test]
    fn an_empty_entry_is_no_login() {
        for entry in [
            "{}",
            "null",
            r#"{"auth": ""}"#,
            r#"{"username": "a"}"#,
            r#"{"password": "a"}"#,
            r#"{"auth": "YTo="}"#,
            r#"{"email": "a@example.com"}"#,
        ] {
            let config = format!(r#"{{"auths": {{"ghcr.io": {entry}}}, "HttpHeaders": {{}}, "credHelpers": null}}"#);
            assert_eq!(logins(&config, &["ghcr.io/team/dev"])[0].1, None, "{entry}");
        }
    }

    #[test]
    fn an_identity_token_counts_more_than_the_name_beside_it() {
        let config = r#"{"auths": {"a.azurecr.io": {"auth": "cm9ib3Q6", "identitytoken": "t"}}}"#;
        let config = DockerConfig::parse(config.as_bytes()).unwrap();
        let login = config.written(&Repository::parse("a.azurecr.io/dev").unwrap()).unwrap().unwrap();
        assert_eq!((login.username(), login.secret(), login.identity_token()), ("robot", "t", Some("t")));
    }

    #[test]
    fn what_is_no_configuration_is_told_by_its_place_alone() {
        for (text, line, column) in [("{", 1, 1), ("[]", 1, 1), ("{\"auths\":\n7}", 2, 1), ("x", 1, 1)] {
            let broken = DockerConfig::parse(text.as_bytes()).map(|_| ()).unwrap_err();
            assert_eq!(broken, Broken { line, column }, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_password_comes_back_and_none_is_shown(user in "[a-z]{1,9}", password in "[^\0]{8,20}", padded: bool) {
            let text = format!("{user}:{password}");
            let auth = if padded { STANDARD.encode(&text) } else { STANDARD_NO_PAD.encode(&text) };
            let config = format!(r#"{{"auths": {{"ghcr.io": {{"auth": "{auth}"}}}}}}"#);
            let read = DockerConfig::parse(config.as_bytes()).unwrap();
            let login = read.written(&Repository::parse("ghcr.io/team/dev").unwrap()).unwrap().unwrap();
            prop_assert_eq!((login.username(), login.secret()), (user.as_str(), password.as_str()));
            let shown = format!("{login:?}{read:?}");
            prop_assert!(!shown.contains(&password) && !shown.contains(&auth));
        }
    }
}
