//! Tags: the one that is meant, and lists of thousands.

use std::time::Duration;

use crate::server::{Reply, Seen, Server, honest, image, index};
use crate::{asked, chosen, says, within};

/// Lists 10,000 tags in pages of 100, as large registries do, and has an image behind each.
fn pages(seen: &Seen) -> Reply {
    let image = image("amd64");
    let Some(query) = seen.path.strip_prefix("/v2/team/dev/tags/list?") else {
        return match seen.path.strip_prefix("/v2/team/dev/manifests/") {
            Some(_) => Reply::ok(image.manifest),
            None => honest(&seen.path, &[], &[&image]),
        };
    };
    let last = query.split('&').find_map(|part| part.strip_prefix("last=")).and_then(|last| last.parse().ok());
    let first: u32 = last.map_or(0, |last: u32| last + 1);
    let names: Vec<String> =
        (first..first + 100).map(|number| format!("\"1.{}.{}\"", number / 100, number % 100)).collect();
    let page = Reply::ok(format!("{{\"tags\":[{}, \"main-{first}\"]}}", names.join(",")));
    if first + 100 < 10_000 {
        page.with(
            "link",
            format!("<http://elsewhere.example.com/v2/team/dev/tags/list?n=100&last={}>; rel=\"next\"", first + 99),
        )
    } else {
        page
    }
}

#[test]
fn the_highest_of_ten_thousand_tags_is_found() {
    let server = Server::new(pages);
    let resolved = chosen(&server, "version: '^1.0'").unwrap();
    assert_eq!(resolved.tag().unwrap().as_str(), "1.99.99");
    assert_eq!(server.seen().len(), 100 + 2, "a page each, the manifest, the configuration");
    says(chosen(&server, "version: '^2.0'"), true, "the nearest: 1.99.95, 1.99.96, 1.99.97, 1.99.98, 1.99.99");
}

#[test]
fn a_list_without_an_end_is_refused() {
    let server =
        Server::new(|seen| Reply::ok("{\"tags\":[\"1.0.0\"]}").with("link", format!("<{}>; rel=\"next\"", seen.path)));
    says(chosen(&server, "version: '^1.0'"), true, "its list of tags has no end");
    assert_eq!(server.seen().len(), 1, "a page that leads to itself is enough");
    let server = Server::new(|seen| {
        let next = format!("</v2/team/dev/tags/list?last={}>; rel=\"next\"", seen.number);
        Reply::ok("{\"tags\":[]}").with("link", next)
    });
    says(chosen(&server, "version: '^1.0'"), true, "its list of tags has no end");
    let server = Server::new(|_| Reply::Endless(None));
    says(chosen(&server, "version: '^1.0'"), true, "it is larger than 1 MiB");
}

#[test]
fn a_list_that_is_none_is_refused() {
    for (body, text) in [("<html>", "its list of tags is none"), ("{\"tags\":null}", "no tag of"), ("{}", "no tag of")]
    {
        let server = Server::new(move |_| Reply::ok(body));
        says(chosen(&server, "version: '^1.0'"), true, text);
    }
}

#[test]
fn a_tag_that_is_not_there_is_told_with_those_near_it() {
    let server = Server::new(|seen| {
        let image = image("amd64");
        let bytes: &[u8] = &image.manifest;
        honest(&seen.path, &[("1.0.0", bytes), ("1.1.0", bytes), ("latest", bytes), ("main", bytes)], &[&image])
    });
    let error = asked(&server, ":latst", None).unwrap_err();
    assert!(error.to_string().ends_with("near it: latest"), "{error}");
    assert_eq!(error.hint(), format!("did you mean `{}/team/dev:latest`?", server.host()));
    says(asked(&server, ":1.2.0", None), true, "near it: 1.0.0, 1.1.0");
    asked(&server, "", None).unwrap();
}

#[test]
fn a_pre_release_that_would_fit_is_named() {
    let server = Server::new(|seen| {
        let image = image("amd64");
        honest(&seen.path, &[("v2.0.0-rc.1", &image.manifest)], &[&image])
    });
    let error = chosen(&server, "version: '^2.0'").unwrap_err();
    assert_eq!(error.hint(), "`allow_prerelease: true` would take v2.0.0-rc.1");
    let resolved = chosen(&server, "version: '^2.0', allow_prerelease: true").unwrap();
    assert_eq!(resolved.tag().unwrap().as_str(), "v2.0.0-rc.1");
}

#[test]
fn an_index_keeps_its_own_digest() {
    let list = index(&[("amd64", &image("amd64")), ("arm64", &image("arm64"))]);
    let digest = sindri::config::reference::Digest::of(&list);
    let server = Server::new(move |seen| honest(&seen.path, &[("1", &list)], &[]));
    let resolved = asked(&server, ":1", None).unwrap();
    assert_eq!(*resolved.digest(), digest);
    assert_eq!(resolved.platforms().to_string(), "linux/amd64, linux/arm64");
    assert!(resolved.platforms().is_index() && !resolved.platforms().fit("linux", "s390x"));
    assert_eq!(server.seen().len(), 1, "one question is enough");
    asked(&server, &format!("@{digest}"), None).unwrap();
}

#[test]
fn a_registry_that_is_busy_is_asked_again_when_it_says() {
    for (replies, patience) in [(vec![429, 503, 500, 200], 20), (vec![502, 504, 408, 200], 20)] {
        let server = Server::new(move |seen| match replies.get(seen.number).copied() {
            Some(200) | None => honest(&seen.path, &[("1", &image("amd64").manifest)], &[&image("amd64")]),
            Some(status) => Reply::status(status),
        });
        within(&server, ":1", None, Duration::from_secs(patience)).unwrap();
        assert_eq!(server.seen().len(), 5);
    }
    let begun = std::time::Instant::now();
    let server = Server::new(|seen| match seen.number {
        0 => Reply::status(429).with("retry-after", "1"),
        _ => honest(&seen.path, &[("1", &image("amd64").manifest)], &[&image("amd64")]),
    });
    asked(&server, ":1", None).unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_registry_that_asks_for_more_time_than_there_is_is_told_at_once() {
    let begun = std::time::Instant::now();
    let server = Server::new(|_| Reply::status(429).with("retry-after", "3600"));
    let error = asked(&server, ":1", None).unwrap_err();
    assert!(error.to_string().ends_with("answers 429 (“as told”)"), "{error}");
    assert_eq!(error.hint(), "it asks to come back in 3600 s");
    assert!(begun.elapsed() < Duration::from_secs(5) && !error.is_of_the_image());
}

#[test]
fn a_registry_that_stays_busy_is_at_fault() {
    let server = Server::new(|_| Reply::status(503));
    let error = within(&server, ":1", None, Duration::from_secs(2)).unwrap_err();
    assert!(error.to_string().contains("answers 503 (“as told”) (tried "), "{error}");
    assert!(server.seen().len() > 2);
}
