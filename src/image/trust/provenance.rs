//! Where an image comes from, as SLSA provenance of both versions says it. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::policy::Limits;
use super::reason::Reason;
use super::verdict::Source;

/// How GitHub calls the machines that builds run on; whose they are follows.
const RUNNERS: &str = "https://github.com/actions/runner/";

/// What provenance says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The type of the statement.
    pub predicate_type: String,
    /// Who built it.
    pub builder: Option<String>,
    /// From which repository.
    pub source_repository: Option<String>,
    /// From which branch or tag.
    pub source_ref: Option<String>,
    /// From which commit.
    pub commit: Option<String>,
    /// By which workflow of that repository.
    pub workflow: Option<String>,
}

impl Provenance {
    pub(super) fn read(predicate_type: &str, predicate: &Value) -> Self {
        let text = |pointer: &str| predicate.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let mut read = Self { predicate_type: predicate_type.to_owned(), ..Self::default() };
        let origin;
        if predicate_type.ends_with("/v0.2") {
            read.builder = text("/builder/id");
            origin = text("/invocation/configSource/uri");
            read.commit = text("/invocation/configSource/digest/sha1");
            read.workflow = text("/invocation/configSource/entryPoint");
        } else {
            read.builder = text("/runDetails/builder/id");
            let parameters = "/buildDefinition/externalParameters";
            let named = text(&format!("{parameters}/workflow/repository"));
            read.source_ref = text(&format!("{parameters}/workflow/ref"));
            read.workflow = text(&format!("{parameters}/workflow/path"));
            let given = text(&format!("{parameters}/source/uri")).or_else(|| text(&format!("{parameters}/source")));
            origin = named.or(given);
            let commits = predicate.pointer("/buildDefinition/resolvedDependencies").and_then(Value::as_array);
            let repository = origin.as_deref().map(|origin| place(origin).0);
            read.commit = commits.into_iter().flatten().find_map(|dependency| {
                let uri = dependency.get("uri").and_then(Value::as_str)?;
                let is_source = repository.as_ref().is_none_or(|repository| *repository == place(uri).0);
                let commit = dependency.pointer("/digest/gitCommit").or_else(|| dependency.pointer("/digest/sha1"));
                commit.and_then(Value::as_str).filter(|_| is_source).map(str::to_owned)
            });
        }
        if let Some(origin) = &origin {
            let (repository, reference) = place(origin);
            read.source_repository = Some(repository);
            read.source_ref = read.source_ref.or(reference);
        }
        read
    }

    /// Whether it says what it has to say.
    pub(super) fn keeps(&self, limits: &Limits, entry: &str) -> Result<(), Reason> {
        let repository = limits.source_repository.as_deref().map(|written| place(written).0);
        for (key, wanted, found) in [
            ("builder", &limits.builder, &self.builder),
            ("source_repository", &repository, &self.source_repository),
            ("ref", &limits.source_ref, &self.source_ref),
        ] {
            let Some(wanted) = wanted else { continue };
            if found.as_ref() != Some(wanted) {
                let (key, wanted) = (format!("{entry}.{key}"), wanted.clone());
                return Err(Reason::Limit { key, wanted, found: found.clone() });
            }
        }
        Ok(())
    }

    /// Whether it says what the certificate of its signer says, as far as both speak of the same.
    pub(super) fn agrees(&self, source: &Source) -> Result<(), Reason> {
        let workflow = |uri: &String| uri.contains("/.github/workflows/");
        let builder = self.builder.clone().filter(workflow);
        let repository = source.repository.as_deref().map(|written| place(written).0);
        let runner = self.builder.as_deref().and_then(|builder| builder.strip_prefix(RUNNERS)).map(str::to_owned);
        let config = self.source_repository.as_ref().zip(self.workflow.as_ref()).zip(self.source_ref.as_ref());
        let config = config.map(|((repository, path), reference)| format!("{repository}/{path}@{reference}"));
        for (what, said, certified) in [
            ("source repository", &self.source_repository, &repository),
            ("ref", &self.source_ref, &source.reference),
            ("commit", &self.commit, &source.commit),
            ("builder", &builder, &source.signer),
            ("runner", &runner, &source.runner),
            ("workflow", &config.filter(workflow), &source.workflow.clone().filter(workflow)),
        ] {
            if let (Some(said), Some(certified)) = (said, certified)
                && said != certified
            {
                return Err(Reason::Contradiction { what, said: said.clone(), certified: certified.clone() });
            }
        }
        Ok(())
    }
}

/// The repository of an address as it is written for git, and the branch or tag.
fn place(uri: &str) -> (String, Option<String>) {
    let uri = uri.strip_prefix("git+").unwrap_or(uri);
    let after_host = uri.find("://").map_or(0, |scheme| scheme + 3);
    let at = uri.get(after_host..).and_then(|rest| rest.find('/').map(|slash| after_host + slash));
    let (repository, reference) = match at.and_then(|slash| uri.get(slash..)?.find('@').map(|at| slash + at)) {
        Some(at) => (uri.get(..at).unwrap_or(uri), uri.get(at + 1..).map(str::to_owned)),
        None => (uri, None),
    };
    let repository = repository.trim_end_matches('/');
    (repository.strip_suffix(".git").unwrap_or(repository).to_owned(), reference)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Provenance, RUNNERS, place};
    use crate::image::trust::policy::Limits;
    use crate::image::trust::reason::Reason;
    use crate::image::trust::verdict::Source;

    const V1: &str = "https://slsa.dev/provenance/v1";

    fn of_github() -> Provenance {
        let predicate = json!({
            "buildDefinition": {
                "externalParameters": {"workflow": {
                    "ref": "refs/heads/main", "repository": "https://github.com/org/dev", "path": ".github/workflows/release.yml",
                }},
                "resolvedDependencies": [
                    {"uri": "git+https://github.com/other/thing@refs/heads/main", "digest": {"gitCommit": "bbbb"}},
                    {"uri": "git+https://github.com/org/dev@refs/heads/main", "digest": {"gitCommit": "aaaa"}},
                ],
            },
            "runDetails": {"builder": {"id": "https://github.com/org/dev/.github/workflows/release.yml@refs/heads/main"}},
        });
        Provenance::read(V1, &predicate)
    }

    #[test]
    fn both_versions_say_builder_repository_ref_commit_and_workflow() {
        let one = of_github();
        assert_eq!(one.source_repository.as_deref(), Some("https://github.com/org/dev"));
        assert_eq!(one.source_ref.as_deref(), Some("refs/heads/main"));
        assert_eq!(one.commit.as_deref(), Some("aaaa"), "the commit of another repository is not that of the source");
        assert_eq!(one.workflow.as_deref(), Some(".github/workflows/release.yml"));
        let predicate = json!({
            "builder": {"id": "https://ci.example.com"},
            "invocation": {"configSource": {
                "uri": "git+https://github.com/org/dev.git@refs/tags/v1", "digest": {"sha1": "aaaa"}, "entryPoint": "build.yml",
            }},
        });
        let other = Provenance::read("https://slsa.dev/provenance/v0.2", &predicate);
        assert_eq!(other.builder.as_deref(), Some("https://ci.example.com"));
        assert_eq!(other.source_repository.as_deref(), Some("https://github.com/org/dev"));
        assert_eq!(other.source_ref.as_deref(), Some("refs/tags/v1"));
        assert_eq!((other.commit.as_deref(), other.workflow.as_deref()), (Some("aaaa"), Some("build.yml")));
        let silent = Provenance::read(V1, &json!(7));
        assert_eq!(silent, Provenance { predicate_type: V1.to_owned(), ..Provenance::default() });
    }

    #[test]
    fn a_limit_is_kept_to_the_letter_and_silence_keeps_none() {
        let limits = |builder: Option<&str>, repository: Option<&str>, reference: Option<&str>| Limits {
            builder: builder.map(str::to_owned),
            source_repository: repository.map(str::to_owned),
            source_ref: reference.map(str::to_owned),
        };
        let one = of_github();
        assert!(one.keeps(&limits(None, Some("https://github.com/org/dev"), Some("refs/heads/main")), "trust").is_ok());
        assert!(one.keeps(&limits(None, Some("https://github.com/org/dev.git"), None), "trust").is_ok());
        for (limits, key) in [
            (limits(Some("https://github.com/org/dev"), None, None), "trust.builder"),
            (limits(None, Some("https://github.com/org/dev2"), None), "trust.source_repository"),
            (limits(None, Some("https://github.com/org"), None), "trust.source_repository"),
            (limits(None, None, Some("refs/heads/mai")), "trust.ref"),
        ] {
            let Err(Reason::Limit { key: found, .. }) = one.keeps(&limits, "trust") else { panic!("{limits:?}") };
            assert_eq!(found, key);
        }
        let silent = Provenance::default();
        assert!(silent.keeps(&limits(Some("b"), None, None), "trust").is_err());
    }

    #[test]
    fn what_the_certificate_says_otherwise_is_a_contradiction() {
        let certified = Source {
            repository: Some("https://github.com/org/dev".to_owned()),
            reference: Some("refs/heads/main".to_owned()),
            commit: Some("aaaa".to_owned()),
            signer: Some("https://github.com/org/dev/.github/workflows/release.yml@refs/heads/main".to_owned()),
            workflow: Some("https://github.com/org/dev/.github/workflows/release.yml@refs/heads/main".to_owned()),
            runner: Some("self-hosted".to_owned()),
        };
        let one = of_github();
        let hosted = Provenance { builder: Some(format!("{RUNNERS}github-hosted")), ..Provenance::default() };
        assert!(matches!(hosted.agrees(&certified), Err(Reason::Contradiction { what: "runner", .. })));
        assert!(one.agrees(&certified).is_ok() && one.agrees(&Source::default()).is_ok());
        let text = |text: &str| Some(text.to_owned());
        for (source, what) in [
            (Source { repository: text("https://github.com/evil/dev"), ..certified.clone() }, "source repository"),
            (Source { reference: text("refs/heads/dev"), ..certified.clone() }, "ref"),
            (Source { commit: text("bbbb"), ..certified.clone() }, "commit"),
            (
                Source { signer: text("https://github.com/a/b/.github/workflows/c.yml@d"), ..certified.clone() },
                "builder",
            ),
            (
                Source { workflow: text("https://github.com/org/dev/.github/workflows/x.yml@d"), ..certified },
                "workflow",
            ),
        ] {
            let Err(Reason::Contradiction { what: found, .. }) = one.agrees(&source) else { panic!("{what}") };
            assert_eq!(found, what);
        }
    }

    #[test]
    fn an_address_is_taken_apart_at_its_reference() {
        for (uri, repository, reference) in [
            ("git+https://github.com/a/b@refs/heads/m", "https://github.com/a/b", Some("refs/heads/m")),
            ("https://github.com/a/b.git", "https://github.com/a/b", None),
            ("https://user@host.example/a/b/", "https://user@host.example/a/b", None),
            ("git+https://h/a@v1@v2", "https://h/a", Some("v1@v2")),
            ("", "", None),
            ("@", "@", None),
        ] {
            assert_eq!(place(uri), (repository.to_owned(), reference.map(str::to_owned)), "{uri}");
        }
    }
}
