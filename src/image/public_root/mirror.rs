//! Where the signed files are served, and how they are asked for. Who serves them is not trusted. Pure but for its
//! [`Downloads`].

use std::fmt;
use std::time::Duration;

use http::Uri;
use sigstore_tuf::Error;
use sigstore_tuf::transport::{FetchFuture, Repository};

use super::no_public_root::NoPublicRoot;
use crate::image::registry::{Downloads, Network, Problem, Undelivered};

/// A place with Sigstore's signed files: the metadata in it, the targets in its folder `targets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror(Uri);

impl Mirror {
    /// Sigstore's own.
    pub const SIGSTORE: &str = "https://tuf-repo-cdn.sigstore.dev";

    /// Reads `https://mirror.internal/sigstore`; without TLS too: what comes is verified.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn parse(text: &str) -> Result<Self, NoPublicRoot> {
        let unusable = || NoPublicRoot::NoMirror(text.rsplit_once('@').map_or(text, |(_, place)| place).to_owned());
        let uri: Uri = text.trim().trim_end_matches('/').parse().ok().ok_or_else(unusable)?;
        let is_of_the_web = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_login = uri.authority().is_none_or(|authority| authority.as_str().contains('@'));
        if !is_of_the_web || has_login || uri.query().is_some() { Err(unusable()) } else { Ok(Self(uri)) }
    }
}

impl fmt::Display for Mirror {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.to_string().trim_end_matches('/'))
    }
}

/// A mirror that is asked.
pub(super) struct Served {
    mirror: Mirror,
    downloads: Downloads,
}

impl Served {
    pub(super) fn new(mirror: &Mirror, network: &Network, patience: Duration) -> Result<Self, Problem> {
        Ok(Self { mirror: mirror.clone(), downloads: Downloads::new(network, &mirror.0, patience)? })
    }

    async fn file(&self, path: &str, limit: u64) -> Result<Vec<u8>, Undelivered> {
        let address = format!("{}/{path}", self.mirror);
        let Ok(uri) = address.parse::<Uri>() else {
            let problem = Problem::Unclear("it is no address of the web".to_owned());
            return Err(Undelivered::once(address, problem));
        };
        self.downloads.file(&uri, usize::try_from(limit).unwrap_or(usize::MAX)).await
    }
}

impl Repository for Served {
    fn fetch_metadata<'a>(&'a self, name: &'a str, limit: u64) -> FetchFuture<'a> {
        Box::pin(async move {
            match self.file(name, limit).await {
                Err(error) if is_a_root(name) && ends_the_chain(&error.problem) => Ok(None),
                outcome => outcome.map(Some).map_err(undelivered),
            }
        })
    }

    fn fetch_target<'a>(&'a self, path: &'a str, limit: u64) -> FetchFuture<'a> {
        Box::pin(async move {
            let path = format!("targets/{path}");
            self.file(&path, limit).await.map(Some).map_err(undelivered)
        })
    }
}

fn undelivered(error: Undelivered) -> Error {
    Error::transport_with_source(error.address.clone(), error)
}

/// Whether it is `17.root.json`.
pub(super) fn is_a_root(name: &str) -> bool {
    name.strip_suffix(".root.json").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether there is no next root. Stores of objects call forbidden what they do not have, and a mirror that lies here
/// could as well say that it is absent: it gains nothing before the root that is known expires.
fn ends_the_chain(problem: &Problem) -> bool {
    matches!(problem, Problem::Absent { .. } | Problem::Forbidden { .. })
}

#[cfg(test)]
mod tests {
    use super::{Mirror, is_a_root};

    #[test]
    fn a_mirror_is_an_address_of_the_web() {
        for (text, address) in [
            (Mirror::SIGSTORE, Mirror::SIGSTORE),
            ("https://mirror.internal/sigstore/", "https://mirror.internal/sigstore"),
            (" http://10.0.0.1:8080 ", "http://10.0.0.1:8080"),
        ] {
            assert_eq!(Mirror::parse(text).unwrap().to_string(), address);
        }
        for text in ["", "mirror.internal", "/srv/mirror", "file:///srv", "ftp://a", "https://a/?b", "https://x:y@a"] {
            let error = Mirror::parse(text).unwrap_err();
            assert!(!error.to_string().contains("x:y"), "{error}");
        }
    }

    #[test]
    fn a_root_is_known_by_its_number() {
        assert!(is_a_root("17.root.json"));
        for name in ["root.json", "x.root.json", "17.snapshot.json", "root_history/17.root.json"] {
            assert!(!is_a_root(name), "{name}");
        }
    }
}
