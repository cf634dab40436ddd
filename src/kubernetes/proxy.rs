//! Which proxy leads to a server, as kubectl decides it. Pure.

use std::net::IpAddr;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use super::kubeconfig::Surroundings;
use super::not_connected::NotConnected;

/// A proxy, and how it is spoken to.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    /// As it is written, without a login.
    pub(super) address: Uri,
    /// Where to connect to, with TLS or without.
    pub(super) dial: Uri,
    pub(super) way: Way,
}

/// What a proxy speaks, with the login for it.
#[derive(Clone, Debug)]
pub(super) enum Way {
    /// `CONNECT`.
    Http(Option<HeaderValue>),
    /// SOCKS 5.
    Socks(Option<(String, String)>),
}

/// A text that names no proxy which is understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unusable(String);

impl Unusable {
    fn new(written: &str) -> Self {
        // A login stands before the last `@`, after the scheme.
        let (scheme, rest) = written.split_once("://").unwrap_or(("", written));
        let address = rest.rsplit_once('@').map_or(rest, |(_, address)| address);
        Self(if scheme.is_empty() { address.to_owned() } else { format!("{scheme}://{address}") })
    }

    /// The error for a person; `context` is the one whose own proxy it is.
    pub(super) fn of(self, context: Option<String>) -> NotConnected {
        NotConnected::Proxy { proxy: self.0, context }
    }
}

/// The kubeconfig's own proxy, always; otherwise the one of the environment, unless it leaves the server out.
pub(super) fn proxy(server: &Uri, own: Option<&str>, surroundings: &Surroundings) -> Result<Option<Proxy>, Unusable> {
    let matcher = match own {
        Some(own) => Matcher::builder().all(own).build(),
        None if server.host().is_some_and(is_this_machine) => return Ok(None),
        None => {
            let (http, https) = (&surroundings.http_proxy, &surroundings.https_proxy);
            let named = if server.scheme_str() == Some("https") { https } else { http };
            if named.is_empty() {
                return Ok(None);
            }
            let matcher = Matcher::builder().all(named.as_str()).build();
            if matcher.intercept(server).is_none() {
                return Err(Unusable::new(named));
            }
            Matcher::builder().all(named.as_str()).no(left_out(&surroundings.no_proxy, port(server))).build()
        }
    };
    match matcher.intercept(server) {
        None => own.map_or(Ok(None), |own| Err(Unusable::new(own))),
        Some(found) => {
            let unusable = || Unusable::new(&found.uri().to_string());
            let way = match found.uri().scheme_str() {
                Some("http" | "https") => Way::Http(found.basic_auth().cloned()),
                Some("socks5" | "socks5h") => {
                    Way::Socks(found.raw_auth().map(|(user, password)| (user.to_owned(), password.to_owned())))
                }
                _ => return Err(unusable()),
            };
            let dial = match way {
                Way::Http(_) => found.uri().scheme_str(),
                Way::Socks(_) => Some("http"),
            };
            let to = |scheme: Option<&str>| with_port(found.uri(), scheme.unwrap_or("http")).ok_or_else(unusable);
            Ok(Some(Proxy { address: to(found.uri().scheme_str())?, dial: to(dial)?, way }))
        }
    }
}

/// `*.example.com` means the same as `.example.com`, and `*` every address too. An entry with a port is about servers with that port.
fn left_out(list: &str, port: u16) -> String {
    let entries = list.split(',').map(str::trim).filter_map(|entry| {
        let entry = entry.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(entry);
        match entry.rsplit_once(':') {
            // More than one colon outside of brackets is an IPv6 address.
            Some((host, of)) if host.ends_with(']') || !host.contains(':') => {
                (of.parse() == Ok(port)).then(|| host.trim_start_matches('[').trim_end_matches(']'))
            }
            _ if entry == "*" => Some("*,0.0.0.0/0,::/0"),
            _ => Some(entry),
        }
    });
    entries.collect::<Vec<_>>().join(",")
}

/// Where to knock: what is not written follows from the scheme.
pub(super) fn port(address: &Uri) -> u16 {
    address.port_u16().unwrap_or(match address.scheme_str() {
        Some("https") => 443,
        Some("socks5" | "socks5h") => 1080,
        _ => 80,
    })
}

fn with_port(address: &Uri, scheme: &str) -> Option<Uri> {
    let authority = format!("{}:{}", address.host()?, port(address));
    Uri::builder().scheme(scheme).authority(authority).path_and_query("/").build().ok()
}

/// Whether a host is this machine: `localhost`, or a loopback address.
pub(super) fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::{Way, proxy};
    use crate::kubernetes::kubeconfig::Surroundings;

    fn found(server: &str, own: Option<&str>, surroundings: &Surroundings) -> String {
        let server: Uri = server.parse().unwrap();
        match proxy(&server, own, surroundings) {
            Ok(None) => "none".to_owned(),
            Ok(Some(found)) => {
                let login = match &found.way {
                    Way::Http(login) => login.as_ref().map(|login| login.to_str().unwrap().to_owned()),
                    Way::Socks(login) => login.as_ref().map(|(user, password)| format!("{user} {password}")),
                };
                format!("{} {}", found.address, login.unwrap_or_default()).trim().to_owned()
            }
            Err(error) => error.of(None).to_string(),
        }
    }

    #[test]
    fn the_kubeconfigs_own_proxy_is_always_used() {
        let everything = Surroundings { no_proxy: "*".to_owned(), ..Surroundings::default() };
        assert_eq!(found("https://10.0.0.1", Some("http://proxy:3128"), &everything), "http://proxy:3128/");
        assert_eq!(
            found("https://127.0.0.1", Some("https://u:p%40w@proxy"), &everything),
            "https://proxy:443/ Basic dTpwQHc="
        );
        assert_eq!(found("http://10.0.0.1", Some("socks5://u:w@proxy:1080"), &everything), "socks5://proxy:1080/ u w");
        assert_eq!(found("https://10.0.0.1", Some("socks5h://proxy"), &everything), "socks5h://proxy:1080/");
        assert_eq!(found("https://10.0.0.1", Some("http://[fd00::1]"), &everything), "http://[fd00::1]:80/");
        let refused = found("https://10.0.0.1", Some("ftp://user:secret@proxy"), &everything);
        assert!(refused.starts_with("`ftp://proxy` is no proxy"), "{refused}");
    }

    #[test]
    fn the_environments_proxy_is_used_where_nothing_leaves_the_server_out() {
        let surroundings = |no_proxy: &str| Surroundings {
            https_proxy: "proxy:3128".to_owned(),
            no_proxy: no_proxy.to_owned(),
            ..Surroundings::default()
        };
        let server = "https://api.example.com:6443";
        assert_eq!(found(server, None, &surroundings("")), "http://proxy:3128/");
        assert_eq!(found("http://api.example.com", None, &surroundings("")), "none");
        assert_eq!(found("https://127.0.0.1:6443", None, &surroundings("")), "none");
        assert_eq!(found("https://localhost:6443", None, &surroundings("")), "none");
        for address in ["https://10.0.0.1:6443", "https://[fd00::1]:6443"] {
            assert_eq!(found(address, None, &surroundings("*")), "none");
        }
        let all = ["example.com", ".example.com", "*.example.com, 10.0.0.0/8", "other,,*.example.com,", "*"];
        for left_out in all.into_iter().chain(["api.example.com:6443", "other:80,example.com:6443"]) {
            assert_eq!(found(server, None, &surroundings(left_out)), "none", "{left_out}");
        }
        assert_eq!(found(server, None, &surroundings("example.com:443")), "http://proxy:3128/");
        assert_eq!(found("https://[fd00::1]:6443", None, &surroundings("[fd00::1]:6443")), "none");
        assert_eq!(found("https://[fd00::1]:6443", None, &surroundings("fd00::1")), "none");
        assert_eq!(found("https://10.1.2.3", None, &surroundings("10.0.0.0/8")), "none");
        assert_eq!(found("https://11.1.2.3", None, &surroundings("10.0.0.0/8,other.com")), "http://proxy:3128/");
    }
}
