//! `deployment.image_config.trust`: who may sign.

use regex::{Regex, RegexBuilder};

use super::Check;
use crate::config::file::{self, ImageConfig, OneOrMany};
use crate::config::problem::Code;
use crate::config::reference::Repository;
use crate::config::spec::{Signer, Subject, Trust, Verification};
use crate::config::tree::KeyPath;

/// The issuer of GitHub's workflows.
const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";

/// Deeper than any expression that a person can read.
const DEEPEST_PATTERN: u32 = 32;

pub(super) fn check(
    config: &ImageConfig,
    repository: Option<&Repository>,
    section: &KeyPath,
    check: &mut Check<'_, '_>,
) -> Option<Verification> {
    let signature = config.verify_signature.unwrap_or_default();
    let provenance = config.verify_provenance.unwrap_or_default();
    let path = section.key("trust");
    let Some(written) = &config.trust else {
        if check.is_attempted(section, &["trust"]) {
            return None;
        }
        let trust =
            if signature || provenance { vec![default(repository?, section, signature, check)?] } else { Vec::new() };
        return Some(Verification { signature, provenance, trust });
    };
    let verifies_nothing =
        !signature && !provenance && !check.is_attempted(section, &["verify_signature", "verify_provenance"]);
    if verifies_nothing {
        let message = "`trust` names who may sign, but nothing is verified";
        let problem = check.problems.key(&path, Code::ConflictingKeys, message);
        check.problems.push(problem.hint("add `verify_signature: true` or `verify_provenance: true`, or remove it"));
    }
    let entries: Vec<(&file::Trust, KeyPath)> = match written {
        OneOrMany::One(one) => vec![(one, path)],
        OneOrMany::Many(many) => many.iter().enumerate().map(|(index, one)| (one, path.index(index))).collect(),
    };
    if !provenance && !verifies_nothing && !check.is_attempted(section, &["verify_provenance"]) {
        let verb = if config.verify_provenance.is_some() { "write" } else { "add" };
        for (one, path) in &entries {
            no_limits(one, path, verb, check);
        }
    }
    let trust = entries.iter().map(|(one, path)| entry(one, path, check)).collect::<Vec<_>>();
    let trust = trust.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Verification { signature, provenance, trust })
}

/// Without `trust`, an image of GitHub's registry must come from a workflow of the same organisation.
fn default(repository: &Repository, section: &KeyPath, signature: bool, check: &mut Check<'_, '_>) -> Option<Trust> {
    let organisation = repository.path().split('/').next().filter(|_| repository.registry() == "ghcr.io");
    let Some(organisation) = organisation else {
        let key = if signature { "verify_signature" } else { "verify_provenance" };
        let message = format!("`{key}` is on, but nobody is named who may sign images of {}", repository.registry());
        let problem = check.problems.key(&section.key(key), Code::NobodyToTrust, message);
        check.problems.push(
            problem.hint("add `trust: { key: cosign.pub }`, or `trust: { identity: { issuer: …, subject: … } }`"),
        );
        return None;
    };
    let subject = format!("(?i:https://github\\.com/{}/).+", regex::escape(organisation));
    let signer = Signer::Identity { issuer: GITHUB_ISSUER.to_owned(), subject: Subject::Pattern(subject) };
    let by_default = Some(format!("https://github.com/{organisation}/"));
    Some(Trust { signer, trusted_root: None, builder: None, source_repository: None, source_ref: None, by_default })
}

fn entry(written: &file::Trust, path: &KeyPath, check: &mut Check<'_, '_>) -> Option<Trust> {
    let signer = match (&written.key, &written.identity) {
        (Some(_), Some(identity)) => {
            check.exclude(path, "key", "identity", "make a list of two entries if either may sign");
            self::identity(identity, &path.key("identity"), check);
            None
        }
        (Some(key), None) => self::key(key, &path.key("key"), check),
        (None, Some(identity)) => self::identity(identity, &path.key("identity"), check),
        (None, None) => {
            check.incomplete(
                path,
                &["key", "identity"],
                &format!("`{path}` does not say who may sign"),
                "add `key: cosign.pub`, or `identity: { issuer: …, subject: … }`",
            );
            None
        }
    };
    Some(Trust {
        signer: signer?,
        trusted_root: written.trusted_root.clone(),
        builder: written.builder.clone(),
        source_repository: written.source_repository.clone(),
        source_ref: written.source_ref.clone(),
        by_default: None,
    })
}

/// What limits provenance would limit nothing where provenance is not verified.
fn no_limits(written: &file::Trust, path: &KeyPath, verb: &str, check: &mut Check<'_, '_>) {
    let limits = [
        ("builder", &written.builder),
        ("source_repository", &written.source_repository),
        ("ref", &written.source_ref),
    ];
    for (key, _) in limits.into_iter().filter(|(_, limit)| limit.is_some()) {
        let message = format!("`{key}` limits provenance, and provenance is not verified");
        let problem = check.problems.key(&path.key(key), Code::ConflictingKeys, message);
        check.problems.push(problem.hint(format!("{verb} `verify_provenance: true`, or remove it")));
    }
}

fn key(text: &str, path: &KeyPath, check: &mut Check<'_, '_>) -> Option<Signer> {
    if !text.contains("-----BEGIN") {
        if text.contains('\0') || text.contains('\n') {
            let problem =
                check.problems.value(path, Code::InvalidTrust, "the key is neither a file's name nor PEM text");
            check.problems.push(problem.hint("PEM text starts with `-----BEGIN PUBLIC KEY-----`"));
            return None;
        }
        return Some(Signer::KeyFile(text.to_owned()));
    }
    if text.contains("PRIVATE KEY") {
        let problem = check.problems.key(path, Code::InvalidTrust, "this is a private key");
        check.problems.push(problem.hint("write the public one here, and make a new pair: this one has been shown"));
        return None;
    }
    if text.contains("-----BEGIN PUBLIC KEY-----") && text.contains("-----END PUBLIC KEY-----") {
        return Some(Signer::KeyText(text.to_owned()));
    }
    let problem = check.problems.value(path, Code::InvalidTrust, "the PEM text does not hold a public key");
    check
        .problems
        .push(problem.hint("it starts with `-----BEGIN PUBLIC KEY-----` and ends with `-----END PUBLIC KEY-----`"));
    None
}

fn identity(written: &file::Identity, path: &KeyPath, check: &mut Check<'_, '_>) -> Option<Signer> {
    let issuer = written.issuer.clone().filter(|issuer| issuer_is_address(issuer, &path.key("issuer"), check));
    let subject = match (&written.subject, &written.subject_regexp) {
        (Some(_), Some(_)) => {
            check.exclude(path, "subject", "subject_regexp", "keep the one that is meant");
            None
        }
        (Some(exact), None) => Some(Subject::Exact(exact.clone())),
        (None, Some(pattern)) => subject_pattern(pattern, &path.key("subject_regexp"), check),
        (None, None) => {
            check.incomplete(
                path,
                &["subject", "subject_regexp"],
                &format!("`{path}` does not say whom the issuer vouches for"),
                "add `subject: …` or `subject_regexp: …`",
            );
            None
        }
    };
    Some(Signer::Identity { issuer: issuer?, subject: subject? })
}

fn issuer_is_address(issuer: &str, path: &KeyPath, check: &mut Check<'_, '_>) -> bool {
    let host = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://"));
    let valid = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
        && issuer.bytes().all(|byte| byte.is_ascii_graphic());
    if !valid {
        let problem =
            check.problems.value(path, Code::InvalidTrust, format!("`{issuer}` is not the address of an issuer"));
        check.problems.push(problem.hint("write it like `https://token.actions.githubusercontent.com`"));
    }
    valid
}

/// Reading an expression recurses: without a limit far below the default, one of two hundred `+` overflows the stack.
fn expression(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).nest_limit(DEEPEST_PATTERN).build()
}

fn subject_pattern(pattern: &str, path: &KeyPath, check: &mut Check<'_, '_>) -> Option<Subject> {
    // By itself first: in `a)|(b` the brackets would close and open those of the anchors, and let anybody in.
    match expression(pattern).and_then(|_| expression(&format!("^(?:{pattern})$"))) {
        Ok(_) => Some(Subject::Pattern(pattern.to_owned())),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().next_back().unwrap_or_default().trim_start_matches("error: ");
            let problem = check.problems.value(path, Code::InvalidTrust, format!("not a regular expression: {reason}"));
            check.problems.push(problem.hint("`.*` matches any text, and `\\.` a dot"));
            None
        }
    }
}
