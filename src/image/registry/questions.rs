//! The questions: a manifest, a configuration, a layer, the list of tags.

use std::collections::BTreeSet;
use std::time::Duration;

use http::header::{self, HeaderName};
use serde::Deserialize;

use super::client::{Answer, Ask, Registry};
use super::limits::{ATTACHMENT, CONFIGURATION, MANIFEST, PAGE, PAGES, TAGS};
use super::trouble::{Problem, Trouble};
use crate::config::reference::{Digest, Tag};
use crate::image::manifest::ACCEPT;

const DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// What is behind a tag or a digest, and the digest of it, computed here.
#[derive(Debug)]
pub(in crate::image) struct Document {
    pub(in crate::image) bytes: Vec<u8>,
    pub(in crate::image) digest: Digest,
    pub(in crate::image) content_type: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    tags: Option<Vec<String>>,
}

impl Registry {
    /// What a tag means now.
    pub(in crate::image) async fn tagged(&self, tag: &Tag) -> Result<Document, Trouble> {
        let what = format!("read {}:{tag}", self.repository);
        self.manifest(&what, tag.as_str(), None).await
    }

    /// What a digest means, always.
    pub(in crate::image) async fn digested(&self, digest: &Digest) -> Result<Document, Trouble> {
        let what = format!("read {}@{digest}", self.repository);
        self.manifest(&what, digest.as_str(), Some(digest)).await
    }

    async fn manifest(&self, what: &str, name: &str, expected: Option<&Digest>) -> Result<Document, Trouble> {
        let path = format!("/v2/{}/manifests/{name}", self.repository.path());
        let answer = self.ask(&Ask { what, path, accept: ACCEPT, limit: MANIFEST }).await?;
        let digest = self.checked(what, &answer, expected)?;
        let content_type = answer.header(&header::CONTENT_TYPE).map(str::to_owned);
        Ok(Document { bytes: answer.body, digest, content_type })
    }

    /// The configuration of an image.
    pub(in crate::image) async fn configuration(&self, digest: &Digest) -> Result<Vec<u8>, Trouble> {
        let what = format!("read the configuration of {}@{digest}", self.repository);
        self.blob(&what, digest, CONFIGURATION).await
    }

    /// A layer of something that is kept beside an image.
    pub(in crate::image) async fn attachment(&self, digest: &Digest) -> Result<Vec<u8>, Trouble> {
        let what = format!("read {digest} of {}", self.repository);
        self.blob(&what, digest, ATTACHMENT).await
    }

    /// Something that need not be asked for: the answer could not be taken.
    pub(in crate::image) fn refused(&self, digest: &Digest, problem: Problem) -> Trouble {
        self.trouble(&format!("read {digest} of {}", self.repository), problem, 1, Duration::ZERO)
    }

    async fn blob(&self, what: &str, digest: &Digest, limit: usize) -> Result<Vec<u8>, Trouble> {
        let path = format!("/v2/{}/blobs/{digest}", self.repository.path());
        let answer = self.ask(&Ask { what, path, accept: "*/*", limit }).await?;
        self.checked(what, &answer, Some(digest))?;
        Ok(answer.body)
    }

    /// The digest of an answer. It must be the one that was asked for, and the one that the registry announces.
    fn checked(&self, what: &str, answer: &Answer, expected: Option<&Digest>) -> Result<Digest, Trouble> {
        let found = Digest::of(&answer.body);
        let announced = answer.header(&DIGEST).and_then(|text| Digest::parse(text.trim()).ok());
        for (other, by) in [(expected, "asked for"), (announced.as_ref(), "announced by the registry")] {
            if let Some(other) = other.filter(|other| **other != found) {
                let problem = Problem::Mismatch { expected: other.clone(), found, by };
                return Err(self.trouble(what, problem, 1, Duration::ZERO));
            }
        }
        Ok(found)
    }

    /// All tags. What is no tag is left out.
    pub(in crate::image) async fn tags(&self) -> Result<Vec<Tag>, Trouble> {
        let what = format!("list the tags of {}", self.repository);
        let refused = |problem| self.trouble(&what, problem, 1, Duration::ZERO);
        let first = format!("/v2/{}/tags/list?n=1000", self.repository.path());
        let (mut tags, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut next = Some(first);
        while let Some(path) = next {
            if seen.len() >= PAGES || !seen.insert(path.clone()) {
                return Err(refused(Problem::Unclear("its list of tags has no end".to_owned())));
            }
            let answer = self.ask(&Ask { what: &what, path, accept: "application/json", limit: PAGE }).await?;
            let page: Result<Page, _> = serde_json::from_slice(&answer.body);
            let page = page.map_err(|error| refused(Problem::Unclear(format!("its list of tags is none: {error}"))))?;
            tags.extend(page.tags.into_iter().flatten().filter_map(|tag| Tag::parse(&tag).ok()));
            if tags.len() > TAGS {
                return Err(refused(Problem::Unclear(format!("it has more than {TAGS} tags"))));
            }
            let links = answer.headers.get_all(header::LINK).iter();
            next = links.filter_map(|link| link.to_str().ok()).find_map(next_page);
        }
        Ok(tags.into_iter().collect())
    }
}

/// The path of the next page. Whatever host it names, the registry itself is asked.
pub(super) fn next_page(link: &str) -> Option<String> {
    let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = parameters.split(';').any(|parameter| {
        let (name, value) = parameter.trim().split_once('=').unwrap_or_default();
        name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"') == "next"
    });
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.get(rest.find('/')?..)?,
        None => target,
    };
    (is_next && path.starts_with("/v2/")).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn the_next_page_is_found_and_always_at_the_registry_itself() {
        for (link, page) in [
            ("</v2/a/tags/list?n=2&last=b>; rel=\"next\"", Some("/v2/a/tags/list?n=2&last=b")),
            ("<https://other.example.com/v2/a/tags/list?last=b>;rel=next", Some("/v2/a/tags/list?last=b")),
            ("</v2/a/tags/list?last=b>; rel=\"prev\"", None),
            ("</token>; rel=next", None),
            ("<>; rel=next", None),
            ("v2/a", None),
        ] {
            assert_eq!(next_page(link).as_deref(), page, "{link}");
        }
    }
}
