//! `deployment.image` and `deployment.image_config`.

use semver::VersionReq;

use super::{Check, trust};
use crate::config::file::ImageConfig;
use crate::config::malformed::Malformed;
use crate::config::problem::Code;
use crate::config::reference::{Digest, Reference, Repository, Tag};
use crate::config::spec::{Choice, Image, PullPolicy};
use crate::config::tree::KeyPath;

pub(super) fn check(
    image: Option<&str>,
    config: Option<ImageConfig>,
    check: &mut Check<'_, '_>,
) -> Option<(Image, PullPolicy)> {
    let deployment = KeyPath::of("deployment");
    match (image, config) {
        (None, None) => Some((Image::Local, PullPolicy::IfNotPresent)),
        (Some(text), None) => {
            let reference = check.parse(&deployment.key("image"), Code::InvalidImage, Some(text), Reference::parse)?;
            Some((Image::Reference(reference), PullPolicy::IfNotPresent))
        }
        (text, Some(config)) => {
            if let Some(text) = text {
                check.parse(&deployment.key("image"), Code::InvalidImage, Some(text), Reference::parse);
                check.exclude(&deployment, "image", "image_config", "keep `image_config`: it can verify signatures");
            }
            configured(&config, check)
        }
    }
}

fn configured(config: &ImageConfig, check: &mut Check<'_, '_>) -> Option<(Image, PullPolicy)> {
    let section = KeyPath::of("deployment.image_config");
    let repository =
        check.parse(&section.key("registry"), Code::InvalidImage, config.registry.as_deref(), repository_only);
    let choice = choice(config, &section, check);
    let verification = trust::check(config, repository.as_ref(), &section, check);
    let pull_policy = match config.pull_policy.as_deref() {
        Some("Always") => PullPolicy::Always,
        Some("Never") => PullPolicy::Never,
        _ => PullPolicy::IfNotPresent,
    };
    Some((Image::Chosen { repository: repository?, choice: choice?, verification: verification? }, pull_policy))
}

fn choice(config: &ImageConfig, section: &KeyPath, check: &mut Check<'_, '_>) -> Option<Choice> {
    let given: Vec<&str> = [("version", &config.version), ("tag", &config.tag), ("digest", &config.digest)]
        .into_iter()
        .filter_map(|(key, value)| value.as_ref().map(|_| key))
        .collect();
    if let [first, others @ ..] = given.as_slice() {
        for other in others {
            check.exclude(section, first, other, "give exactly one of `version`, `tag` and `digest`");
        }
    } else {
        let message = "`deployment.image_config` does not say which image of the repository";
        let keys = ["version", "tag", "digest"];
        check.incomplete(section, &keys, message, "add `version: \"^1.0.0\"`, `tag: \"1.0.0\"` or `digest: sha256:…`");
    }
    if config.allow_prerelease.is_some() && config.version.is_none() && !given.is_empty() {
        let message = "`allow_prerelease` says something about `version` only";
        check.problems.push(
            check.problems.key(&section.key("allow_prerelease"), Code::ConflictingKeys, message).hint("remove it"),
        );
    }
    let range = check.parse(&section.key("version"), Code::InvalidVersionRange, config.version.as_deref(), range);
    let tag = check.parse(&section.key("tag"), Code::InvalidImage, config.tag.as_deref(), Tag::parse);
    let digest = check.parse(&section.key("digest"), Code::InvalidDigest, config.digest.as_deref(), Digest::parse);
    let allow_prerelease = config.allow_prerelease.unwrap_or_default();
    range
        .map(|range| Choice::Version { range, allow_prerelease })
        .or_else(|| tag.map(Choice::Tag))
        .or_else(|| digest.map(Choice::Digest))
}

fn repository_only(text: &str) -> Result<Repository, Malformed> {
    match Repository::parse(text) {
        Ok(repository) => Ok(repository),
        Err(error) => Err(match Reference::parse(text) {
            Ok(reference) => Malformed::new(
                format!("`{text}` is more than a repository"),
                format!("write `registry: {}`, and the tag or digest under a key of its own", reference.repository),
            ),
            Err(_) => error,
        }),
    }
}

fn range(text: &str) -> Result<VersionReq, Malformed> {
    VersionReq::parse(text).map_err(|error| {
        let hint = if text.contains("||") {
            "one range is allowed; write it like `^1.0.0`, `~1.4` or `>=1.2, <2`".to_owned()
        } else if text.contains(['v', 'V']) && VersionReq::parse(&text.replace(['v', 'V'], "")).is_ok() {
            format!("write it without the `v`: `{}`", text.replace(['v', 'V'], ""))
        } else if Tag::parse(text).is_ok() && !text.starts_with(|first: char| first.is_ascii_digit()) {
            format!("write a tag as `tag: {text}`, and a range like `^1.0.0`, `~1.4` or `>=1.2, <2`")
        } else {
            let separated = text.split_whitespace().collect::<Vec<_>>().join(", ");
            match VersionReq::parse(&separated) {
                Ok(_) => format!("separate the conditions with `,`: `{separated}`"),
                Err(_) => "write it like `^1.0.0`, `~1.4` or `>=1.2, <2`".to_owned(),
            }
        };
        Malformed::new(format!("`{text}` is not a range of versions: {error}"), hint)
    })
}
