//! Which proxy leads to a server. Pure.

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use super::redirect::is_this_machine;

/// What the environment says about proxies.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// `HTTPS_PROXY`
    pub https: String,
    /// `HTTP_PROXY`
    pub http: String,
    /// `NO_PROXY`
    pub no: String,
}

/// A proxy, and how it is spoken to.
#[derive(Clone, Debug)]
pub(super) struct Proxy {
    pub(super) address: Uri,
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

/// A text that names no proxy which is understood. What stands before `@` may be secret and is not repeated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no proxy that is understood: http, https, socks5 and socks5h are")]
pub(super) struct Unusable(String);

impl Unusable {
    fn new(written: &str) -> Self {
        let (scheme, rest) = written.split_once("://").unwrap_or(("", written));
        let address = rest.rsplit_once('@').map_or(rest, |(_, address)| address);
        Self(if scheme.is_empty() { address.to_owned() } else { format!("{scheme}://{address}") })
    }
}

impl Proxies {
    /// The proxy for an address, unless something leaves it out. This machine is never asked for through one.
    pub(super) fn to(&self, server: &Uri) -> Result<Option<Proxy>, Unusable> {
        let named = if server.scheme_str() == Some("https") { &self.https } else { &self.http };
        let is_near = server.authority().is_some_and(|authority| is_this_machine(authority.as_str()));
        if named.is_empty() || is_near {
            return Ok(None);
        }
        let Some(found) = Matcher::builder().all(named.as_str()).build().intercept(server) else {
            return Err(Unusable::new(named));
        };
        if Matcher::builder().all(named.as_str()).no(left_out(&self.no, server)).build().intercept(server).is_none() {
            return Ok(None);
        }
        let way = match found.uri().scheme_str() {
            Some("http" | "https") => Way::Http(found.basic_auth().cloned()),
            Some("socks5" | "socks5h") => {
                Way::Socks(found.raw_auth().map(|(user, password)| (user.to_owned(), password.to_owned())))
            }
            _ => return Err(Unusable::new(named)),
        };
        Ok(Some(Proxy { address: found.uri().clone(), way }))
    }
}

/// `*.example.com` means the same as `.example.com`, and `*` every address too. An entry with a port is about servers with that
/// port.
fn left_out(list: &str, server: &Uri) -> String {
    let port = server.port_u16().unwrap_or(if server.scheme_str() == Some("https") { 443 } else { 80 });
    let entries = list.split(',').map(str::trim).filter_map(|entry| match entry.rsplit_once(':') {
        // More than one colon outside of brackets is an IPv6 address.
        Some((host, of)) if host.ends_with(']') || !host.contains(':') => {
            (of.parse() == Ok(port)).then(|| host.trim_start_matches('[').trim_end_matches(']'))
        }
        _ if entry == "*" => Some("*,0.0.0.0/0,::/0"),
        _ => Some(entry.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(entry)),
    });
    entries.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::Proxies;

    #[test]
    fn a_proxy_is_used_where_nothing_leaves_the_registry_out() {
        let proxies = |no: &str| Proxies {
            https: "http://user:hunter2@proxy:3128".to_owned(),
            http: String::new(),
            no: no.to_owned(),
        };
        let found = |server: &str, no: &str| {
            let proxy = proxies(no).to(&server.parse().unwrap()).unwrap();
            proxy.map(|proxy| proxy.address.authority().unwrap().to_string())
        };
        assert_eq!(found("https://ghcr.io/v2/", "").as_deref(), Some("proxy:3128"));
        assert_eq!(found("https://ghcr.io/v2/", "ghcr.io:5000, other").as_deref(), Some("proxy:3128"));
        for (server, no) in [
            ("https://ghcr.io/v2/", "ghcr.io"),
            ("https://a.example.com/", "*.example.com"),
            ("https://10.1.2.3/", "10.0.0.0/8"),
            ("https://ghcr.io/", "*"),
            ("https://10.1.2.3/", "example.com, *"),
            ("https://[fd00::1]/", "*"),
            ("https://ghcr.io/", "ghcr.io:443"),
            ("https://[fd00::1]:5000/", "[fd00::1]:5000"),
            ("http://ghcr.io/", ""),
            ("https://localhost:5000/", ""),
            ("https://127.0.0.1/", ""),
        ] {
            assert_eq!(found(server, no), None, "{server} {no}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_told_without_its_login() {
        let proxies = Proxies { https: "ftp://user:hunter2@proxy".to_owned(), ..Proxies::default() };
        let error = proxies.to(&"https://ghcr.io".parse().unwrap()).unwrap_err().to_string();
        assert!(error.starts_with("`ftp://proxy` is no proxy"), "{error}");
    }
}
