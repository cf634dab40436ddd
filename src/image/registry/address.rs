//! Where a registry is spoken to, and which hosts may be spoken to without TLS. Pure.

use std::collections::BTreeSet;

use http::Uri;
use http::uri::{Authority, Scheme};

use crate::config::Malformed;
use crate::config::reference::Repository;
use crate::web::{self, Detour, is_this_machine};

/// Docker's own registry is called one thing and answers at another.
const DOCKER_HUB: &str = "docker.io";
const DOCKER_HUB_HOST: &str = "registry-1.docker.io";

/// A registry that is spoken to without TLS: a host, with its port if it has one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InsecureHost(String);

impl InsecureHost {
    /// Reads `registry.internal:5000`.
    ///
    /// # Errors
    /// When it is no host of a registry.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        let hint = || Some("write a host as images name it, for example `registry.internal:5000`".to_owned());
        // A name without a dot or a port can be a host here: nothing else could be meant.
        let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
        let is_local_name = port.is_empty() && !host.contains('.') && Repository::parse(&format!("{host}.a/a")).is_ok();
        let is_host = Repository::parse(&format!("{text}/a")).is_ok_and(|repository| repository.registry() == text);
        if text.contains('/') || !(is_host || is_local_name) {
            return Err(Malformed::new(format!("`{text}` is not the host of a registry"), hint()));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// Which hosts may be spoken to without TLS: this machine, and those that are named.
#[derive(Clone, Debug, Default)]
pub struct Insecure(BTreeSet<InsecureHost>);

impl Insecure {
    pub(super) fn covers(&self, authority: &str) -> bool {
        let name = authority.to_ascii_lowercase();
        is_this_machine(&name) || self.0.contains(&InsecureHost(name))
    }

    /// The same, and one more.
    pub(super) fn and(mut self, authority: &str) -> Self {
        self.0.insert(InsecureHost(authority.to_ascii_lowercase()));
        self
    }
}

impl FromIterator<InsecureHost> for Insecure {
    fn from_iter<Hosts: IntoIterator<Item = InsecureHost>>(hosts: Hosts) -> Self {
        Self(hosts.into_iter().collect())
    }
}

/// Where the registry of a repository answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    scheme: Scheme,
    authority: Authority,
}

impl Address {
    pub(super) fn of(repository: &Repository, insecure: &Insecure) -> Option<Self> {
        let name = repository.registry();
        let host = if name.eq_ignore_ascii_case(DOCKER_HUB) { DOCKER_HUB_HOST } else { name };
        // Whoever serves on the port of TLS speaks it, on this machine too.
        let is_plain = insecure.covers(host) && !host.ends_with(":443");
        let scheme = if is_plain { Scheme::HTTP } else { Scheme::HTTPS };
        Some(Self { scheme, authority: host.to_ascii_lowercase().parse().ok()? })
    }

    pub(super) fn is_plain(&self) -> bool {
        self.scheme == Scheme::HTTP
    }

    /// The host, as a person knows it.
    pub(super) fn host(&self) -> &str {
        self.authority.as_str()
    }

    pub(super) fn at(&self, path_and_query: &str) -> Option<Uri> {
        let builder = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        builder.path_and_query(path_and_query).build().ok()
    }

    /// Whether an address is at this registry: a login may go there, and nowhere else.
    pub(super) fn holds(&self, uri: &Uri) -> bool {
        uri.scheme() == Some(&self.scheme)
            && uri
                .authority()
                .is_some_and(|authority| origin(authority, &self.scheme) == origin(&self.authority, &self.scheme))
    }
}

/// A host in lower case, and the port that is meant.
fn origin(authority: &Authority, scheme: &Scheme) -> (String, u16) {
    let usual = if *scheme == Scheme::HTTP { 80 } else { 443 };
    (authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(usual))
}

/// Where a redirect leads, seen from where it was given. It never leads from TLS to something that has none.
pub(super) fn redirected(from: &Uri, location: &str, insecure: &Insecure) -> Result<Uri, Detour> {
    web::redirected(from, location, |authority| insecure.covers(authority))
}

#[cfg(test)]
mod tests {
    use super::{Address, Detour, Insecure, InsecureHost, redirected};
    use crate::config::reference::Repository;

    fn insecure(hosts: &[&str]) -> Insecure {
        hosts.iter().map(|host| InsecureHost::parse(host).unwrap()).collect()
    }

    #[test]
    fn only_this_machine_and_named_hosts_are_spoken_to_without_tls() {
        let insecure = insecure(&["registry.internal:5000", "Build"]);
        for (repository, address) in [
            ("ghcr.io/org/dev", "https://ghcr.io/v2/"),
            ("busybox", "https://registry-1.docker.io/v2/"),
            ("docker.io/org/dev", "https://registry-1.docker.io/v2/"),
            ("localhost:5000/dev", "http://localhost:5000/v2/"),
            ("127.0.0.1:5000/dev", "http://127.0.0.1:5000/v2/"),
            ("127.0.0.1:443/dev", "https://127.0.0.1:443/v2/"),
            ("[::1]:5000/dev", "http://[::1]:5000/v2/"),
            ("Registry.Internal:5000/dev", "http://registry.internal:5000/v2/"),
            ("registry.internal:5001/dev", "https://registry.internal:5001/v2/"),
            ("localhost.example.com/dev", "https://localhost.example.com/v2/"),
            ("10.0.0.1:5000/dev", "https://10.0.0.1:5000/v2/"),
        ] {
            let repository = Repository::parse(repository).unwrap();
            let found = Address::of(&repository, &insecure).unwrap();
            assert_eq!(found.at("/v2/").unwrap().to_string(), address);
        }
    }

    #[test]
    fn a_host_is_read_as_images_name_it() {
        for text in ["a:5000", "registry.internal", "10.0.0.1:5000", "[::1]:5000", "localhost", "build"] {
            assert!(InsecureHost::parse(text).is_ok(), "{text}");
        }
        for text in ["", "http://a:5000", "a:5000/dev", "a:port", "a b", "*"] {
            assert!(InsecureHost::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_redirect_never_leads_away_from_tls() {
        let insecure = insecure(&["plain.internal"]);
        let found = |from: &str, location: &str| {
            redirected(&from.parse().unwrap(), location, &insecure).map(|uri| uri.to_string())
        };
        let ok = |text: &str| Ok(text.to_owned());
        assert_eq!(found("https://a/v2/x", "https://b/y?z=1"), ok("https://b/y?z=1"));
        assert_eq!(found("https://a/v2/x", "/y"), ok("https://a/y"));
        assert_eq!(found("https://a/v2/x", "//b/y"), ok("https://b/y"));
        assert_eq!(found("http://127.0.0.1:1/x", "http://plain.internal/y"), ok("http://plain.internal/y"));
        assert_eq!(found("https://a/x", "http://a/x"), Err(Detour::Plain));
        assert_eq!(found("https://a/x", "http://127.0.0.1/x"), Err(Detour::Plain));
        assert_eq!(found("http://127.0.0.1:1/x", "http://b/x"), Err(Detour::Plain));
        for odd in ["", "y", "ftp://b/x", "https://user:word@b/x", "https:///x", "\u{7f}"] {
            assert_eq!(found("https://a/x", odd), Err(Detour::Unclear), "{odd}");
        }
    }

    #[test]
    fn a_login_belongs_to_one_host_and_port() {
        let repository = Repository::parse("ghcr.io/org/dev").unwrap();
        let address = Address::of(&repository, &Insecure::default()).unwrap();
        let holds = |uri: &str| address.holds(&uri.parse().unwrap());
        assert!(holds("https://ghcr.io/v2/") && holds("https://GHCR.io:443/token"));
        for other in ["http://ghcr.io/", "https://ghcr.io:8443/", "https://a.ghcr.io/", "https://ghcr.io.example.com/"]
        {
            assert!(!holds(other), "{other}");
        }
    }
}
