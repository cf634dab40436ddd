//! The question what refers to an image.

use std::collections::BTreeSet;
use std::time::Duration;

use http::header;

use super::client::{Ask, Registry};
use super::limits::{REFERRED, REFERRERS};
use super::questions::next_page;
use super::trouble::{Problem, Trouble};
use crate::config::reference::Digest;
use crate::image::artifact::Referrer;

/// What refers to an image.
#[derive(Debug, Default)]
pub(in crate::image) struct Referred {
    pub(in crate::image) referrers: Vec<Referrer>,
    /// Whether there are more than are read.
    pub(in crate::image) is_cut: bool,
}

impl Registry {
    /// What refers to an image; nothing if the registry does not keep such a list.
    pub(in crate::image) async fn referrers(&self, digest: &Digest) -> Result<Option<Referred>, Trouble> {
        let what = format!("list what refers to {}@{digest}", self.repository);
        let unclear = |problem: String| self.trouble(&what, Problem::Unclear(problem), 1, Duration::ZERO);
        let (mut referred, mut seen) = (Referred::default(), BTreeSet::new());
        let mut next = Some(format!("/v2/{}/referrers/{digest}", self.repository.path()));
        while let Some(path) = next {
            if !seen.insert(path.clone()) {
                return Err(unclear("its list of what refers to the image has no end".to_owned()));
            }
            let accept = "application/vnd.oci.image.index.v1+json";
            let answer = match self.ask(&Ask { what: &what, path, accept, limit: REFERRERS }).await {
                Err(trouble) if seen.len() == 1 && is_unknown(&trouble.problem) => return Ok(None),
                answer => answer?,
            };
            let page = Referrer::parse_list(&answer.body);
            referred.referrers.extend(page.map_err(|error| unclear(format!("what refers to the image: {error}")))?);
            let links = answer.headers.get_all(header::LINK).iter();
            next = links.filter_map(|link| link.to_str().ok()).find_map(next_page);
            if referred.referrers.len() > REFERRED || seen.len() > REFERRED {
                referred.is_cut = true;
                break;
            }
        }
        Ok(Some(referred))
    }
}

/// Registries from before there was this question answer it as any address that they do not know.
fn is_unknown(problem: &Problem) -> bool {
    matches!(problem, Problem::Absent { .. } | Problem::Refused { status: 400 | 405 | 406 | 415 | 501, .. })
}
