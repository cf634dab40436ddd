//! Who vouches for an image: what cosign has written, kept in `signed/`, served by registries of every kind.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use sindri::config::reference::Digest;
use tempfile::TempDir;

use crate::program::{Ended, keeps_to, sindri_in};
use crate::server::{Reply, Seen, Server};

/// Who signs in `signed/`, and what is trusted where a test is not about that.
pub(crate) const KEYLESS: &str = "trust: {identity: {issuer: \"https://token.actions.githubusercontent.com\", subject: \
                       \"https://github.com/example/project/.github/workflows/build.yml@refs/heads/main\"}, trusted_root: root.json}";
pub(crate) const BY_KEY: &str = "trust: {key: ours.pub}";

pub(crate) fn signed(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/registry/signed").join(path)
}

/// What a registry without a list of referrers answers that has one of the folders of `signed/`.
pub(crate) fn plain(set: &str, path: &str) -> Reply {
    let rest = path.strip_prefix("/v2/team/dev/").unwrap_or_default();
    if rest.starts_with("referrers/") {
        return Reply::status(404);
    }
    match fs::read(signed(&format!("{set}/{}", rest.replacen("sha256:", "sha256_", 1)))) {
        Ok(bytes) => Reply::ok(bytes),
        Err(_) => Reply::status(404),
    }
}

/// The same registry, with such a list.
pub(crate) fn listing(set: &str, path: &str) -> Reply {
    match path.strip_prefix("/v2/team/dev/referrers/") {
        Some(digest) => match fs::read(signed(&format!("{set}/manifests/{}", digest.replace(':', "-")))) {
            Ok(bytes) => Reply::ok(bytes),
            Err(_) => Reply::ok(r#"{"schemaVersion":2,"manifests":[]}"#),
        },
        None if path.contains("manifests/sha256-") && !path.contains('.') => Reply::status(404),
        None => plain(set, path),
    }
}

/// `image verify` of the tag 1 in a folder that has the key and the root.
fn verify(server: &Server, policy: &str) -> Ended {
    sindri_in(&folder_of(server, policy), &["image", "verify", "-o", "json", "--timeout", "20s"])
}

/// A configuration, with the key and the root beside it.
pub(crate) fn folder_of(server: &Server, policy: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::copy(signed("trusted_root.json"), folder.path().join("root.json")).unwrap();
    fs::copy(signed("ours.pub"), folder.path().join("ours.pub")).unwrap();
    let text = format!(
        "version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n  resources: {{memory: 1GB, cpus: 1}}\n  \
         image_config:\n    registry: \"{}/team/dev\"\n    tag: \"1\"\n    {policy}\n",
        server.host()
    );
    fs::write(folder.path().join("sindri.yaml"), text).unwrap();
    folder
}

pub(crate) fn both(trust: &str) -> String {
    format!("verify_signature: true\n    verify_provenance: true\n    {trust}")
}

pub(crate) fn signature(trust: &str) -> String {
    format!("verify_signature: true\n    {trust}")
}

#[test]
fn what_cosign_signs_and_attests_holds_in_registries_of_both_kinds() {
    for (set, trust, format) in
        [("with_2", KEYLESS, "simple-signing"), ("with_3", KEYLESS, "bundle"), ("with_key", BY_KEY, "bundle")]
    {
        for registry in [plain, listing] {
            let server = Server::new(move |seen: &Seen| registry(set, &seen.path));
            let ended = verify(&server, &both(trust));
            assert_eq!((ended.code, ended.said.as_str()), (Some(0), ""), "{set}");
            let verdict: Value = serde_json::from_str(&ended.data).unwrap();
            keeps_to(include_str!("../../schemas/verdict.schema.json"), &verdict);
            assert_eq!(verdict["signature"]["format"], format, "{verdict:#}");
            assert_eq!(verdict["signature"]["trusted_by"], "trust");
            let said = &verdict["provenance"]["provenance"];
            assert_eq!(said["source_repository"], "https://github.com/example/project", "{verdict:#}");
            assert_eq!(said["commit"], "0123456789abcdef0123456789abcdef01234567");
            let signer = &verdict["signature"]["signer"];
            if set == "with_key" {
                assert!(signer["key"].as_str().is_some_and(|key| key.starts_with("sha256:")), "{signer}");
                assert_eq!(verdict["signature"]["logs"], serde_json::json!([]));
            } else {
                assert_eq!(signer["issuer"], "https://token.actions.githubusercontent.com");
                assert_eq!(verdict["signature"]["source"]["runner"], "github-hosted");
                assert_eq!(verdict["signature"]["logs"].as_array().map(Vec::len), Some(1));
                assert_eq!(verdict["signature"]["times"].as_array().map(Vec::len), Some(1), "{verdict:#}");
            }
        }
    }
}

#[test]
fn everything_that_can_be_asked_at_once_is_and_nothing_more() {
    let server = Server::new(|seen: &Seen| listing("with_3", &seen.path));
    assert_eq!(verify(&server, &both(KEYLESS)).code, Some(0));
    let mut story = server.story();
    story.sort();
    let kind = |part: &str| story.iter().filter(|line| line.contains(part)).count();
    // The tag, its configuration; the list, the three tags that may be there; each bundle's manifest and the bundle.
    assert_eq!((kind("/referrers/"), kind("/manifests/"), kind("/blobs/"), story.len()), (1, 6, 3, 10), "{story:#?}");
}

#[test]
fn what_is_not_trusted_is_refused_and_it_is_said_which_line_refuses_it() {
    let other_key = "trust: {key: |-\n        -----BEGIN PUBLIC KEY-----\n        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQvCeJIHaSG0fSyiSkGrDQOVbK2rM\n        \
                     BX0T5D3aqyIKGRwpFqK1zeNOdQmyU4j31G1mHIZrxjJYgrkKkHIkpIWEUg==\n        -----END PUBLIC KEY-----\n        }"
        .replace("key: |-\n", "key: \"")
        .replace("\n        }", "\\n\"}")
        .replace("\n        ", "\\n")
        .replace("        -----BEGIN", "-----BEGIN");
    for (set, trust, parts) in [
        ("unsigned", KEYLESS.to_owned(), vec!["it has no signature", "hint: sign it: `cosign sign "]),
        ("with_3", BY_KEY.to_owned(), vec!["`trust.key` wants a key", "signed with a certificate"]),
        ("with_key", KEYLESS.to_owned(), vec!["`trust.identity` wants a certificate"]),
        ("with_key", other_key, vec!["was not made by the key sha256:", "`trust.key` wants"]),
        (
            "with_3",
            KEYLESS.replace("refs/heads/main", "refs/heads/release"),
            vec!["is signed by https://github.com/example/project/", "`trust.identity.subject` wants"],
        ),
        (
            "with_2",
            KEYLESS.replace("https://token.actions.githubusercontent.com", "https://accounts.example.com"),
            vec!["`trust.identity.issuer` wants https://accounts.example.com"],
        ),
        (
            "with_2",
            KEYLESS.replace(
                "subject: \"https://github.com/example/project/.github/workflows/build.yml@refs/heads/main\"",
                "subject_regexp: \"example\"",
            ),
            vec!["`trust.identity.subject_regexp` wants example"],
        ),
    ] {
        let server = Server::new(move |seen: &Seen| plain(set, &seen.path));
        let ended = verify(&server, &signature(&trust));
        assert_eq!((ended.code, ended.data.as_str()), (Some(4), ""), "{set} {trust}: {}", ended.said);
        for part in parts {
            assert!(ended.said.contains(part), "{part}\n{}", ended.said);
        }
    }
}

#[test]
fn another_image_is_judged_by_the_same_policy() {
    let server = Server::new(|seen: &Seen| plain("with_3", &seen.path));
    let folder = folder_of(&server, &signature(KEYLESS));
    let other = format!("{}/team/dev@{}", server.host(), Digest::of(&fs::read(signed("with_3/manifests/1")).unwrap()));
    let ended = sindri_in(&folder, &["image", "verify", &other]);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(ended.data.starts_with(&format!("image       {other}\n")), "{}", ended.data);
    assert!(
        ended.data.contains("\nsignature  holds, by `trust`\n  signer    https://github.com/example/project/"),
        "{}",
        ended.data
    );
    let absent = sindri_in(&folder, &["image", "verify", &format!("{}/team/dev:2", server.host())]);
    assert_eq!(absent.code, Some(4), "{}", absent.said);
}

#[test]
fn provenance_has_to_keep_its_limits() {
    for (limit, refused) in [
        ("builder: \"https://github.com/example/project/.github/workflows/build.yml@refs/heads/main\"", None),
        ("source_repository: \"https://github.com/example/project\", ref: refs/heads/main", None),
        ("builder: \"https://ci.example.com\"", Some("`trust.builder` wants https://ci.example.com")),
        ("source_repository: \"https://github.com/example/other\"", Some("`trust.source_repository` wants")),
        ("ref: refs/tags/v1", Some("it says refs/heads/main, and `trust.ref` wants refs/tags/v1")),
    ] {
        for set in ["with_2", "with_3"] {
            let server = Server::new(move |seen: &Seen| plain(set, &seen.path));
            let policy = both(&KEYLESS.replace("trusted_root:", &format!("{limit}, trusted_root:")));
            let ended = verify(&server, &policy);
            assert_eq!(ended.code, Some(if refused.is_some() { 4 } else { 0 }), "{limit}: {}", ended.said);
            assert!(ended.said.contains(refused.unwrap_or_default()), "{}", ended.said);
        }
    }
}

#[test]
fn a_registry_that_does_not_answer_is_not_a_registry_without_signatures() {
    for (status, question) in [(418, "referrers"), (418, "sha256-"), (403, "referrers"), (401, ".sig")] {
        let server = Server::new(move |seen: &Seen| {
            if seen.path.contains(question) { Reply::status(status) } else { plain("unsigned", &seen.path) }
        });
        let ended = verify(&server, &signature(KEYLESS));
        assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""), "{status}: {}", ended.said);
        assert!(ended.said.contains("whether anybody vouches for"), "{}", ended.said);
    }
    // Where somebody who is trusted vouches, it does not matter what else there may be.
    let server =
        Server::new(
            |seen: &Seen| {
                if seen.path.contains("referrers") { Reply::status(403) } else { plain("with_3", &seen.path) }
            },
        );
    assert_eq!(verify(&server, &signature(KEYLESS)).code, Some(0));
}

#[test]
fn too_much_of_anything_is_not_read() {
    let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let many = |count: usize| {
        let entries: Vec<String> = (0..count)
            .map(|number| {
                let digest = Digest::of(number.to_string().as_bytes());
                format!(r#"{{"digest":"{digest}","size":1,"artifactType":"{bundle}"}}"#)
            })
            .collect();
        format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, entries.join(","))
    };
    let list = many(10_000);
    let server = Server::new(move |seen: &Seen| {
        if seen.path.contains("/referrers/") { Reply::ok(list.clone()) } else { plain("unsigned", &seen.path) }
    });
    let ended = verify(&server, &signature(KEYLESS));
    assert_eq!(ended.code, Some(4), "{}", ended.said);
    assert!(ended.said.contains("more things beside the image were not looked at"), "{}", ended.said);
    assert!(server.seen().len() < 100, "{} requests", server.seen().len());

    for endless in [None, Some(1 << 30)] {
        let server = Server::new(move |seen: &Seen| {
            if seen.path.contains(".sig") { Reply::Endless(endless) } else { plain("unsigned", &seen.path) }
        });
        let ended = verify(&server, &signature(KEYLESS));
        assert_eq!(ended.code, Some(4), "{}", ended.said);
        assert!(ended.said.contains("it is larger than 4 MiB"), "{}", ended.said);
    }
}

#[test]
fn a_bundle_that_is_announced_to_be_too_large_is_not_fetched() {
    let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let blob = Digest::of(b"never fetched");
    let manifest =
        format!(r#"{{"schemaVersion":2,"layers":[{{"mediaType":"{bundle}","digest":"{blob}","size":1073741824}}]}}"#);
    let (digest, size) = (Digest::of(manifest.as_bytes()), manifest.len());
    let list = format!(r#"{{"manifests":[{{"digest":"{digest}","size":{size},"artifactType":"{bundle}"}}]}}"#);
    let server = Server::new(move |seen: &Seen| {
        if seen.path.contains("/referrers/") {
            Reply::ok(list.clone())
        } else if seen.path.ends_with(digest.as_str()) {
            Reply::ok(manifest.clone())
        } else {
            plain("unsigned", &seen.path)
        }
    });
    let ended = verify(&server, &signature(KEYLESS));
    assert_eq!(ended.code, Some(4), "{}", ended.said);
    assert!(ended.said.contains("larger than 4 MiB"), "{}", ended.said);
    assert!(!server.story().iter().any(|line| line.contains(blob.as_str())));
}

#[test]
fn keys_and_roots_that_cannot_be_read_are_told_before_anything_is_asked() {
    for (trust, parts) in [
        ("trust: {key: nowhere.pub}", ["the public key nowhere.pub cannot be read", "hint: "]),
        ("trust: {key: root.json}", ["the public key root.json is no public key", "hint: "]),
        (
            "trust: {identity: {issuer: \"https://a.example\", subject: b}, trusted_root: ours.pub}",
            ["ours.pub is no root of trust", "hint: "],
        ),
    ] {
        let server = Server::new(|seen: &Seen| plain("with_3", &seen.path));
        let ended = verify(&server, &signature(trust));
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""), "{}", ended.said);
        for part in parts {
            assert!(ended.said.contains(part), "{part}: {}", ended.said);
        }
        assert_eq!(server.story(), Vec::<String>::new());
    }
}

#[test]
fn without_a_root_of_trust_the_public_one_is_fetched_and_without_an_answer_nothing_is_believed() {
    let mirror = Server::new(|_| Reply::status(503));
    let server = Server::new(|seen: &Seen| plain("with_3", &seen.path));
    let folder = TempDir::new().unwrap();
    let policy = KEYLESS.replace(", trusted_root: root.json", "");
    let text = format!(
        "version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n  resources: {{memory: 1GB, cpus: 1}}\n  \
         image_config:\n    registry: \"{}/team/dev\"\n    tag: \"1\"\n    verify_signature: true\n    {policy}\n",
        server.host()
    );
    fs::write(folder.path().join("sindri.yaml"), text).unwrap();
    let address = format!("http://{}", mirror.host());
    let ended = crate::program::sindri_with(
        &folder,
        &["image", "verify", "--timeout", "5s"],
        &[("SINDRI_SIGSTORE_MIRROR", &address)],
    );
    assert_eq!((ended.code, ended.data.as_str()), (Some(4), ""), "{}", ended.said);
    assert!(ended.said.contains("cannot fetch Sigstore's root of trust"), "{}", ended.said);
    assert!(ended.said.contains("trusted_root: FILE"), "{}", ended.said);
    assert!(!mirror.seen().is_empty());
}
