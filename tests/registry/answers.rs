//! Answers that are too large, too short, or not what they say they are.

use std::time::{Duration, Instant};

use sindri::config::reference::Digest;

use crate::server::{Reply, Server, honest, image, index};
use crate::{asked, says, within};

#[test]
fn a_digest_is_believed_only_when_it_is_computed() {
    let (wanted, other) = (image("amd64"), image("arm64"));
    let digest = wanted.digest.clone();
    let server = Server::new(move |_| Reply::ok(other.manifest.clone()));
    says(asked(&server, &format!("@{digest}"), None), true, &format!("and {digest} was asked for"));

    let announced = Digest::of(b"something else").to_string();
    let told = announced.clone();
    let server = Server::new(move |_| Reply::ok(image("amd64").manifest).with("docker-content-digest", told.clone()));
    says(asked(&server, ":1", None), true, &format!("and {announced} was announced by the registry"));
    assert_eq!(server.seen().len(), 1, "the same lie is not asked for again");

    let server = Server::new(move |seen| {
        if seen.path.contains("/blobs/") {
            return Reply::ok(image("arm64").configuration);
        }
        honest(&seen.path, &[("1", &image("amd64").manifest)], &[])
    });
    says(asked(&server, ":1", None), true, "its digest is");
}

#[test]
fn what_is_too_large_is_not_read() {
    let begun = Instant::now();
    for reply in [Some(1 << 30), None] {
        let server = Server::new(move |_| Reply::Endless(reply));
        says(asked(&server, ":1", None), true, "it is larger than 4 MiB");
        assert_eq!(server.seen().len(), 1);
    }
    let server = Server::new(|seen| {
        if seen.path.contains("/blobs/") {
            return Reply::Endless(None);
        }
        honest(&seen.path, &[("1", &image("amd64").manifest)], &[])
    });
    says(asked(&server, ":1", None), true, "it is larger than 4 MiB");
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_answer_that_breaks_off_is_asked_for_again() {
    let server = Server::new(|seen| match seen.number {
        0 => Reply::Nothing,
        1 => Reply::Cut(image("amd64").manifest),
        _ => honest(&seen.path, &[("1", &image("amd64").manifest)], &[&image("amd64")]),
    });
    asked(&server, ":1", None).unwrap();
    let server = Server::new(|_| Reply::Cut(image("amd64").manifest));
    says(asked(&server, ":1", None), false, "breaks off (tried 5 times");
}

#[test]
fn a_registry_that_never_answers_is_left() {
    let server = Server::new(|_| Reply::Silence);
    let begun = Instant::now();
    says(within(&server, ":1", None, Duration::from_secs(1)), false, "did not answer within 1 s");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn redirects_come_to_an_end() {
    let server = Server::new(|seen| Reply::status(302).with("location", seen.path.clone()));
    says(asked(&server, ":1", None), false, "it is one redirect after another");
    assert_eq!(server.seen().len(), 6);
    for (location, text) in [("", "no address of the web"), ("http://registry.example.com/", "it is not encrypted")] {
        let server = Server::new(move |_| Reply::status(301).with("location", location));
        says(asked(&server, ":1", None), false, text);
        assert_eq!(server.seen().len(), 1);
    }
}

#[test]
fn a_redirect_to_another_host_is_followed_and_what_comes_is_checked() {
    let other = Server::new(|seen| honest(&seen.path, &[("1", &image("amd64").manifest)], &[&image("amd64")]));
    let place = other.host();
    let server = Server::new(move |seen| Reply::status(307).with("location", format!("http://{place}{}", seen.path)));
    assert_eq!(*asked(&server, ":1", None).unwrap().digest(), image("amd64").digest);
    let forged = image("arm64").digest;
    let other = Server::new(|_| Reply::ok(image("amd64").manifest));
    let place = other.host();
    let server = Server::new(move |seen| Reply::status(307).with("location", format!("http://{place}{}", seen.path)));
    says(asked(&server, &format!("@{forged}"), None), true, "its digest is");
}

#[test]
fn what_is_no_image_is_refused_with_what_it_is() {
    let both = String::from_utf8(image("amd64").manifest).unwrap().replacen('{', "{\"manifests\":[],", 1);
    let chart = String::from_utf8(image("amd64").manifest).unwrap().replace("oci.image.config", "cncf.helm.config");
    for (body, text) in [
        ("<html>please log in</html>".to_owned(), "it is no manifest"),
        ("{\"schemaVersion\":1,\"fsLayers\":[]}".to_owned(), "of version 1"),
        (both, "it has both `manifests` and layers"),
        (chart, "it is no image, but `application/vnd.cncf.helm.config.v1+json`"),
        (String::from_utf8(index(&[])).unwrap(), "it is an index of no images"),
        ("[".repeat(100_000), "it is no manifest"),
    ] {
        let server = Server::new(move |_| Reply::ok(body.clone()));
        says(asked(&server, ":1", None), true, text);
    }
    let server = Server::new(|_| {
        Reply::ok(image("amd64").manifest).with("content-type", "application/vnd.oci.image.index.v1+json")
    });
    says(asked(&server, ":1", None), true, "the registry calls it something else");
}
