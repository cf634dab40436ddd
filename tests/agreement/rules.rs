//! What the schema cannot say, each rule written down a second time, without the loader.
//!
//! A file that the schema accepts is refused by the loader exactly when one of these rules refuses it. The list stands
//! in `docs/schema.md` too, and a test holds the two lists together.

use regex::RegexBuilder;
use semver::VersionReq;
use serde_json::{Map, Value};
use sindri::config::problem::Code;
use sindri::config::{RESERVED_VARIABLES, SSH_PORT};

use crate::amount::{Amount, Side};

/// One rule.
pub(crate) struct Rule {
    /// The code of the problem that the loader reports.
    pub(crate) code: Code,
    /// What is refused, as `docs/schema.md` says it.
    pub(crate) name: &'static str,
    /// Whether a file breaks the rule.
    pub(crate) refuses: fn(&Value) -> bool,
    /// What makes the smallest file break it, under `deployment` or under `providers.kubernetes`.
    pub(crate) witness: &'static str,
}

macro_rules! rules {
    ($($code:ident, $name:literal, $witness:literal, $refuses:expr;)+) => {
        /// Every rule, in the order of `docs/schema.md`.
        pub(crate) const ALL: &[Rule] =
            &[$(Rule { code: Code::$code, name: $name, witness: $witness, refuses: $refuses },)+];
    };
}

rules! {
    ConflictingKeys, "both `image` and `image_config`",
        r#"{"image": "dev", "image_config": {"registry": "dev", "tag": "1"}}"#,
        |file| file.pointer("/deployment/image").is_some() && image(file).is_some();
    ConflictingKeys, "more than one of `version`, `tag` and `digest`",
        r#"{"image_config": {"registry": "dev", "version": "1", "tag": "1"}}"#,
        |file| image(file).is_some_and(|image| choices(image) > 1);
    MissingKey, "none of `version`, `tag` and `digest`",
        r#"{"image_config": {"registry": "dev"}}"#,
        |file| image(file).is_some_and(|image| choices(image) == 0);
    ConflictingKeys, "`allow_prerelease` without `version`",
        r#"{"image_config": {"registry": "dev", "tag": "1", "allow_prerelease": false}}"#,
        |file| image(file).is_some_and(|image| image.contains_key("allow_prerelease") && !image.contains_key("version") && choices(image) > 0);
    ConflictingKeys, "`trust` where nothing is verified",
        r#"{"image_config": {"registry": "dev", "tag": "1", "trust": {"key": "a.pub"}}}"#,
        |file| image(file).is_some_and(|image| image.contains_key("trust") && !verifies(image));
    NobodyToTrust, "verification without `trust`, of an image that is not on ghcr.io",
        r#"{"image_config": {"registry": "dev", "tag": "1", "verify_signature": true}}"#,
        |file| image(file).is_some_and(|image| verifies(image) && !image.contains_key("trust") && !word(image, "registry").starts_with("ghcr.io/"));
    ConflictingKeys, "an entry of `trust` with both `key` and `identity`",
        r#"{"image_config": {"registry": "dev", "tag": "1", "verify_signature": true, "trust": {"key": "a.pub", "identity": {"issuer": "https://a", "subject": "b"}}}}"#,
        |file| trusts(file).any(|one| one.contains_key("key") && one.contains_key("identity"));
    MissingKey, "an entry of `trust` with neither `key` nor `identity`",
        r#"{"image_config": {"registry": "dev", "tag": "1", "verify_signature": true, "trust": {"trusted_root": "r"}}}"#,
        |file| trusts(file).any(|one| !one.contains_key("key") && !one.contains_key("identity"));
    ConflictingKeys, "`builder`, `source_repository` or `ref` where provenance is not verified, but the signature is",
        r#"{"image_config": {"registry": "dev", "tag": "1", "verify_signature": true, "trust": {"key": "a.pub", "ref": "refs/heads/main"}}}"#,
        |file| image(file).is_some_and(|image| verifies(image) && !is_on(image, "verify_provenance")) && trusts(file).any(limits);
    ConflictingKeys, "both `subject` and `subject_regexp`",
        r#"{"image_config": {"registry": "dev", "tag": "1", "verify_signature": true, "trust": {"identity": {"issuer": "https://a", "subject": "b", "subject_regexp": "b"}}}}"#,
        |file| identities(file).any(|one| one.contains_key("subject") && one.contains_key("subject_regexp"));
    MissingKey, "neither `subject` nor `subject_regexp`",
        r#"{"image_config": {"registry": "dev", "tag": "1", "verify_signature": true, "trust": {"identity": {"issuer": "https://a"}}}}"#,
        |file| identities(file).any(|one| !one.contains_key("subject") && !one.contains_key("subject_regexp"));
    InvalidTrust, "a `subject_regexp` that is not a regular expression, or nested more than 32 levels deep",
        r#"{"image_config": {"registry": "dev", "tag": "1", "verify_signature": true, "trust": {"identity": {"issuer": "https://a", "subject_regexp": "a)|(b"}}}}"#,
        |file| identities(file).filter_map(|one| one.get("subject_regexp")?.as_str()).any(|text| !is_pattern(text));
    InvalidTrust, "a `key` that is neither a file's name nor the PEM text of a public key",
        r#"{"image_config": {"registry": "dev", "tag": "1", "verify_signature": true, "trust": {"key": "-----BEGIN PRIVATE KEY-----"}}}"#,
        |file| trusts(file).filter_map(|one| one.get("key")?.as_str()).any(|text| !is_key(text));
    InvalidVersionRange, "a `version` of the image that is not a range of versions",
        r#"{"image_config": {"registry": "dev", "version": "latest"}}"#,
        |file| image(file).is_some_and(|image| image.contains_key("version") && VersionReq::parse(word(image, "version")).is_err());
    InvalidImage, "a repository of more than 255 characters",
        r#"{"image_config": {"registry": "REPOSITORY", "tag": "1"}}"#,
        |file| repositories(file).any(|text| text.len() > 255);
    InvalidImage, "a registry whose port is above 65535",
        r#"{"image": "localhost:65536/dev"}"#,
        |file| repositories(file).any(|text| port(text).is_some_and(|port| port.parse::<u16>().is_err()));
    InvalidImage, "a registry in brackets that is not an IPv6 address",
        r#"{"image": "[1.2.3.4]/dev"}"#,
        |file| repositories(file).any(|text| bracketed(text).is_some_and(|text| text.parse::<std::net::Ipv6Addr>().is_err()));
    InvalidQuantity, "memory or a volume of less than one mebibyte, written as text",
        r#"{"resources": {"memory": "1Ki"}}"#,
        |file| sizes(file).any(|size| size.is_some_and(|size| size.side(1_048_575, 0) != Side::Above));
    InvalidQuantity, "processors that are not a whole number of thousandths, or none",
        r#"{"resources": {"cpus": 0.0015}}"#,
        |file| processors(file).flatten().any(|cpus| cpus.side(0, 0) == Side::Equal || !cpus.is_multiple(3));
    InvalidQuantity, "an amount of more than 2^63 - 1",
        r#"{"resources": {"memory": "8Ei"}}"#,
        |file| amounts(file).flatten().any(|amount| amount.side(MOST, 0) == Side::Above);
    InvalidQuantity, "an amount written as a number, but not in plain digits: `-0`, `+1`, `0x10`, `.inf`",
        r#"{"quota": {"cpu": -0.0}}"#,
        |file| amounts(file).any(|amount| amount.is_none());
    InvalidLabel, "a label's value written as a number that is not a label as it is written: `-0`, `+1`, `.5`, `1e+21`",
        r#"{"nodeSelector": {"a": -0.0}}"#,
        |file| label_values(file).filter(|value| value.is_number()).any(|value| value.to_string().starts_with('-') || value.to_string().contains('+'));
    RequestAboveLimit, "requests above their limit",
        r#"{"resources": {"requests": {"memory": "5GB"}}}"#,
        |file| above(file, "memory", "4GB") || above(file, "cpus", "2");
    ConflictingKeys, "both `size` and `existingClaim`",
        r#"{"volumes": {"workspace": {"size": "1Gi", "existingClaim": "a"}}}"#,
        |file| file.pointer("/deployment/volumes/workspace").and_then(Value::as_object).is_some_and(|volume| volume.contains_key("size") && volume.contains_key("existingClaim"));
    ReservedVariable, "a variable that Sindri sets itself",
        r#"{"env": {"HOME": "/"}}"#,
        |file| entries(file, "/deployment/env").any(|(key, _)| RESERVED_VARIABLES.contains(&key.as_str()));
    InvalidValue, "a variable or a part of the command that holds a character which Kubernetes does not take",
        r#"{"env": {"A": "a\u0000b"}}"#,
        |file| entries(file, "/deployment/env").map(|(_, value)| value).chain(items(file, "/deployment/command"))
            .filter_map(Value::as_str).any(|text| text.contains(NOT_TAKEN));
    DuplicateValue, "the port 2222, which is always offered",
        r#"{"ports": [2222]}"#,
        |file| items(file, "/deployment/ports").any(|port| port.as_f64() == Some(f64::from(SSH_PORT)));
    InvalidToleration, "a toleration with `operator: Exists` and a `value`",
        r#"{"tolerations": [{"key": "a", "operator": "Exists", "value": "b"}]}"#,
        |file| tolerations(file).any(|one| exists(one) && one.get("value").is_some_and(|value| value.as_str() != Some("")));
    InvalidToleration, "a toleration without `key` and without `operator: Exists`",
        r#"{"tolerations": [{"effect": "NoSchedule"}]}"#,
        |file| tolerations(file).any(|one| !one.contains_key("key") && !exists(one));
    InvalidToleration, "`tolerationSeconds` without `effect: NoExecute`",
        r#"{"tolerations": [{"key": "a", "tolerationSeconds": 1}]}"#,
        |file| tolerations(file).any(|one| one.contains_key("tolerationSeconds") && word(one, "effect") != "NoExecute");
    InvalidLabel, "a key with a prefix of more than 253 characters",
        r#"{"nodeSelector": {"PREFIX/a": "b"}}"#,
        |file| label_keys(file).any(|key| key.split_once('/').is_some_and(|(prefix, _)| prefix.len() > 253));
    MissingKey, "`rbac` that names nobody",
        r#"{"rbac": {"users": []}}"#,
        |file| file.pointer("/providers/kubernetes/rbac").and_then(Value::as_object).is_some_and(|rbac| {
            ["users", "groups"].iter().all(|key| rbac.get(*key).and_then(Value::as_array).is_none_or(Vec::is_empty))
        });
}

/// The largest number that Kubernetes counts to.
const MOST: u128 = (1 << 63) - 1;

/// The null character cannot be given to a process; the others are not part of YAML, as which the API server reads.
const NOT_TAKEN: fn(char) -> bool =
    |letter| matches!(letter, '\0' | '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');

fn image(file: &Value) -> Option<&Map<String, Value>> {
    file.pointer("/deployment/image_config")?.as_object()
}

fn choices(image: &Map<String, Value>) -> usize {
    ["version", "tag", "digest"].iter().filter(|key| image.contains_key(**key)).count()
}

fn verifies(image: &Map<String, Value>) -> bool {
    is_on(image, "verify_signature") || is_on(image, "verify_provenance")
}

fn is_on(image: &Map<String, Value>, key: &str) -> bool {
    image.get(key) == Some(&Value::Bool(true))
}

fn word<'file>(object: &'file Map<String, Value>, key: &str) -> &'file str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn trusts(file: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    let (one, many) = match image(file).and_then(|image| image.get("trust")) {
        Some(Value::Object(one)) => (Some(one), None),
        Some(Value::Array(many)) => (None, Some(many)),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Value::as_object))
}

/// Whether an entry of `trust` says what provenance has to say.
pub(crate) fn limits(trust: &Map<String, Value>) -> bool {
    ["builder", "source_repository", "ref"].iter().any(|key| trust.contains_key(*key))
}

fn identities(file: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    trusts(file).filter_map(|one| one.get("identity")?.as_object())
}

/// Anchoring must not change what the expression means, so it must be one by itself too.
pub(crate) fn is_pattern(text: &str) -> bool {
    let reads = |text: &str| RegexBuilder::new(text).nest_limit(32).build().is_ok();
    reads(text) && reads(&format!("^(?:{text})$"))
}

fn is_key(text: &str) -> bool {
    let holds = |part: &str| text.contains(part);
    if holds("-----BEGIN") {
        !holds("PRIVATE KEY") && holds("-----BEGIN PUBLIC KEY-----") && holds("-----END PUBLIC KEY-----")
    } else {
        !text.contains(['\0', '\n'])
    }
}

fn repositories(file: &Value) -> impl Iterator<Item = &str> {
    let whole = file.pointer("/deployment/image").and_then(Value::as_str).map(|text| {
        let name = text.split_once('@').map_or(text, |(name, _)| name);
        name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(name, |(repository, _)| repository)
    });
    whole.into_iter().chain(image(file).map(|image| word(image, "registry")))
}

fn port(repository: &str) -> Option<&str> {
    let (registry, _) = repository.split_once('/')?;
    registry.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'))
}

fn bracketed(repository: &str) -> Option<&str> {
    repository.strip_prefix('[')?.split_once(']').map(|(inside, _)| inside)
}

/// An amount as the file writes it; nothing for what is written otherwise.
fn amount(value: &Value) -> Option<Amount> {
    match value {
        Value::String(text) => Amount::read(text),
        other => Amount::read(&other.to_string()),
    }
}

type Written = Option<Amount>;

fn sizes(file: &Value) -> impl Iterator<Item = Written> {
    let places = ["/resources/memory", "/resources/requests/memory", "/volumes/workspace/size"];
    places.into_iter().filter_map(|place| file.pointer(&format!("/deployment{place}"))).map(amount)
}

fn processors(file: &Value) -> impl Iterator<Item = Written> {
    let places = ["/resources/cpus", "/resources/requests/cpus"];
    places.into_iter().filter_map(|place| file.pointer(&format!("/deployment{place}"))).map(amount)
}

fn amounts(file: &Value) -> impl Iterator<Item = Written> {
    let quota = entries(file, "/providers/kubernetes/quota").map(|(_, value)| amount(value));
    sizes(file).chain(processors(file)).chain(quota)
}

fn above(file: &Value, key: &str, default: &str) -> bool {
    let read = |place: &str| file.pointer(&format!("/deployment/resources/{place}{key}")).map(amount);
    let Some(Some(request)) = read("requests/") else { return false };
    let Some(limit) = read("").unwrap_or_else(|| Amount::read(default)) else { return false };
    let counted = |amount: Amount| if key == "memory" { amount.in_whole_bytes() } else { amount };
    counted(request).against(counted(limit)) == Side::Above
}

fn entries<'file>(file: &'file Value, pointer: &'static str) -> impl Iterator<Item = (&'file String, &'file Value)> {
    file.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

fn items<'file>(file: &'file Value, pointer: &'static str) -> impl Iterator<Item = &'file Value> {
    file.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn tolerations(file: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    items(file, "/providers/kubernetes/tolerations").filter_map(Value::as_object)
}

fn exists(toleration: &Map<String, Value>) -> bool {
    word(toleration, "operator") == "Exists"
}

fn label_keys(file: &Value) -> impl Iterator<Item = &str> {
    let labels = entries(file, "/providers/kubernetes/nodeSelector");
    let keys = labels.chain(entries(file, "/providers/kubernetes/quota")).map(|(key, _)| key.as_str());
    keys.chain(tolerations(file).map(|one| word(one, "key")))
}

fn label_values(file: &Value) -> impl Iterator<Item = &Value> {
    let labels = entries(file, "/providers/kubernetes/nodeSelector").map(|(_, value)| value);
    labels.chain(tolerations(file).filter_map(|one| one.get("value")))
}
