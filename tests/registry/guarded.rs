//! Whom a login is shown while an image is verified: the same as while it is resolved, for everything beside it too.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sindri::config::reference::Digest;

use crate::SECRET;
use crate::program::{Ended, sindri_with};
use crate::server::{Reply, Seen, Server};
use crate::verified::{BY_KEY, KEYLESS, both, folder_of, listing, plain, signature};

const SETS: [(&str, &str); 3] = [("with_2", KEYLESS), ("with_3", KEYLESS), ("with_key", BY_KEY)];

fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("robot:{SECRET}")))
}

/// `image verify` on a machine that has a login for the server.
fn verified(server: &Server, policy: &str) -> Ended {
    let folder = folder_of(server, policy);
    let login = STANDARD.encode(format!("robot:{SECRET}"));
    let config = json!({"auths": {server.host(): {"auth": login}}});
    fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let place = folder.path().to_str().unwrap();
    let arguments = ["image", "verify", "-o", "json", "--timeout", "20s"];
    let ended = sindri_with(&folder, &arguments, &[("DOCKER_CONFIG", place)]);
    assert!(!ended.said.contains(SECRET) && !ended.said.contains(&login), "{}", ended.said);
    ended
}

/// Wants a token, which is given out at a realm.
fn guarded(seen: &Seen, realm: &str, open: impl Fn() -> Reply) -> Reply {
    match (seen.path.split('?').next(), seen.authorization.as_deref()) {
        (Some("/token"), _) => token(seen),
        (_, Some("Bearer t0ken")) => open(),
        _ => Reply::status(401).with("www-authenticate", format!("Bearer realm=\"{realm}\",service=\"here\"")),
    }
}

fn token(seen: &Seen) -> Reply {
    let is_known = seen.authorization.as_ref().is_none_or(|pass| *pass == basic());
    if is_known { Reply::ok("{\"token\":\"t0ken\"}") } else { Reply::status(401) }
}

/// What is kept beside the image, and not the image itself.
fn is_beside(set: &str, path: &str) -> bool {
    let image = Digest::of(&fs::read(crate::verified::signed(&format!("{set}/manifests/1"))).unwrap());
    let is_image = path.ends_with("/manifests/1") || path.ends_with(image.as_str()) && path.contains("/manifests/");
    let configuration = "sha256:2b72a4efa6576a13eda948d80ac3c852f4cc42293a0a57a57963d3c65bc8f0f8";
    !is_image && !path.ends_with(configuration)
}

#[test]
fn signatures_lists_and_bundles_are_fetched_with_the_login_of_the_image() {
    for (set, trust) in SETS {
        for kind in [plain, listing] {
            let server = Server::new(move |seen| {
                guarded(seen, &format!("http://{}/token", seen.host), || kind(set, &seen.path))
            });
            let ended = verified(&server, &both(trust));
            assert_eq!((ended.code, ended.said.as_str()), (Some(0), ""), "{set}");
            let seen = server.seen();
            let told = |pass: &str| seen.iter().filter(|seen| seen.authorization.as_deref() == Some(pass)).count();
            let tokens = seen.iter().filter(|seen| seen.path.starts_with("/token")).count();
            assert!(tokens >= 1 && told(&basic()) == tokens, "the password goes to whoever gives out tokens: {seen:?}");
            let asked = seen.iter().filter(|seen| is_beside(set, &seen.path) && !seen.path.starts_with("/token"));
            let (with, without): (Vec<_>, Vec<_>) = asked.partition(|seen| seen.authorization.is_some());
            assert!(with.len() >= 5, "{seen:?}");
            assert!(without.iter().all(|asked| with.iter().any(|again| again.path == asked.path)), "{seen:?}");
        }
    }
}

#[test]
fn a_token_for_what_is_beside_an_image_may_come_from_another_host() {
    for (set, trust) in SETS {
        let other = Server::new(token);
        let realm = format!("http://{}/token", other.host());
        let server = Server::new(move |seen| guarded(seen, &realm, || plain(set, &seen.path)));
        let ended = verified(&server, &both(trust));
        assert_eq!(ended.code, Some(0), "{set}: {}", ended.said);
        assert!(other.story()[0].ends_with(&basic()), "as Docker does: {:?}", other.story());
        assert!(
            !server.story().concat().contains("Basic"),
            "the registry is not shown the password: {:?}",
            server.story()
        );
    }
}

#[test]
fn a_login_is_not_sent_to_a_realm_where_others_could_read_it() {
    // The image is open to everybody, and what is beside it wants a token from elsewhere.
    for realm in ["http://registry.example.com/token", "http://a@127.0.0.1/token"] {
        for (set, trust) in SETS {
            let server = Server::new(move |seen| {
                if is_beside(set, &seen.path) {
                    guarded(seen, realm, || plain(set, &seen.path))
                } else {
                    plain(set, &seen.path)
                }
            });
            let ended = verified(&server, &signature(trust));
            assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""), "{set}: {}", ended.said);
            assert!(
                ended.said.contains("whether anybody vouches for") && ended.said.contains("points to"),
                "{}",
                ended.said
            );
            assert!(!server.story().concat().contains("Basic"), "{:?}", server.story());
        }
    }
}

#[test]
fn a_login_never_follows_what_is_beside_an_image_to_another_host() {
    for (set, trust) in SETS {
        let other = Server::new(move |seen| plain(set, &seen.path));
        let place = other.host();
        let server = Server::new(move |seen| match &seen.authorization {
            None => Reply::status(401).with("www-authenticate", "Basic"),
            Some(pass) if *pass != basic() => Reply::status(401),
            Some(_) if is_beside(set, &seen.path) && !seen.path.contains("/referrers/") => {
                Reply::status(307).with("location", format!("http://{place}{}", seen.path))
            }
            Some(_) => plain(set, &seen.path),
        });
        let ended = verified(&server, &both(trust));
        // What came from there is judged like anything else.
        assert_eq!(ended.code, Some(0), "{set}: {}", ended.said);
        let story = other.story();
        assert!(story.len() >= 4, "{story:?}");
        assert!(!story.concat().contains("Basic") && !story.concat().contains("Bearer"), "{story:?}");
    }
}

#[test]
fn whoever_a_redirect_leads_to_gets_no_login_for_asking() {
    for question in ["/blobs/", "/referrers/", ".sig"] {
        let other = Server::new(|_| Reply::status(401).with("www-authenticate", "Basic realm=\"give it to me\""));
        let place = other.host();
        let (set, trust) = if question == "/blobs/" { ("with_3", KEYLESS) } else { ("unsigned", KEYLESS) };
        let server = Server::new(move |seen| match &seen.authorization {
            None => Reply::status(401).with("www-authenticate", "Basic"),
            Some(_) if is_beside(set, &seen.path) && seen.path.contains(question) => {
                Reply::status(302).with("location", format!("http://{place}{}", seen.path))
            }
            Some(_) => plain(set, &seen.path),
        });
        let ended = verified(&server, &signature(trust));
        assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""), "{question}: {}", ended.said);
        assert!(ended.said.contains("a login goes to its own registry only"), "{question}: {}", ended.said);
        assert!(!other.story().is_empty() && !other.story().concat().contains("Basic "), "{:?}", other.story());
    }
}

#[test]
fn what_is_announced_with_another_digest_vouches_for_nothing() {
    for (set, trust) in SETS {
        let announced = Digest::of(b"something else").to_string();
        let server = Server::new(move |seen| {
            let reply = plain(set, &seen.path);
            let is_found = matches!(reply, Reply::Full(200, ..));
            if is_found && is_beside(set, &seen.path) && seen.path.contains("/manifests/") {
                return reply.with("docker-content-digest", announced.clone());
            }
            reply
        });
        let ended = verified(&server, &signature(trust));
        assert_eq!((ended.code, ended.data.as_str()), (Some(4), ""), "{set}: {}", ended.said);
        assert!(ended.said.contains("was announced by the registry"), "{set}: {}", ended.said);
    }
}

#[test]
fn what_comes_under_a_digest_and_is_something_else_vouches_for_nothing() {
    for (set, trust) in SETS {
        let server = Server::new(move |seen| match plain(set, &seen.path) {
            Reply::Full(200, headers, mut body) if is_beside(set, &seen.path) && seen.path.contains("/blobs/") => {
                body.push(b' ');
                Reply::Full(200, headers, body)
            }
            other => other,
        });
        let ended = verified(&server, &signature(trust));
        assert_eq!((ended.code, ended.data.as_str()), (Some(4), ""), "{set}: {}", ended.said);
        assert!(ended.said.contains("its digest is"), "{set}: {}", ended.said);
    }
}

#[test]
fn a_registry_that_wants_a_login_for_one_thing_and_then_has_it_not_is_believed_about_that_thing_only() {
    // The question is answered with “log in”, and then with “not there”: that is what “not there” looks like to a login.
    for (set, trust) in SETS {
        let server = Server::new(move |seen| match &seen.authorization {
            None => Reply::status(401).with("www-authenticate", "Basic"),
            Some(_) if is_beside(set, &seen.path) => Reply::status(404),
            Some(_) => plain(set, &seen.path),
        });
        let ended = verified(&server, &signature(trust));
        assert_eq!((ended.code, ended.data.as_str()), (Some(4), ""), "{set}: {}", ended.said);
        assert!(ended.said.contains("it has no signature"), "{set}: {}", ended.said);
        // Whoever stays at “log in” has not said that there is nothing.
        let server = Server::new(move |seen| match &seen.authorization {
            Some(_) if !is_beside(set, &seen.path) => plain(set, &seen.path),
            _ => Reply::status(401).with("www-authenticate", "Basic"),
        });
        let ended = verified(&server, &signature(trust));
        assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""), "{set}: {}", ended.said);
        assert!(ended.said.contains("whether anybody vouches for"), "{set}: {}", ended.said);
    }
}

#[test]
fn the_version_that_is_chosen_from_a_huge_list_is_the_one_that_is_verified() {
    let names: Vec<String> =
        (0..10_000).map(|number| format!("\"0.{number}.0\"")).chain(["\"1.0.0\"".to_owned()]).collect();
    let list = format!("{{\"name\":\"team/dev\",\"tags\":[{}]}}", names.join(","));
    for (set, trust) in SETS {
        let list = list.clone();
        let server = Server::new(move |seen| {
            if seen.path.contains("/tags/list") {
                return Reply::ok(list.clone());
            }
            plain(set, &seen.path.replace("/manifests/1.0.0", "/manifests/1"))
        });
        let folder = folder_of(&server, &both(trust));
        let file = folder.path().join("sindri.yaml");
        fs::write(&file, fs::read_to_string(&file).unwrap().replace("tag: \"1\"", "version: \">=0.1\"")).unwrap();
        let ended = sindri_with(&folder, &["image", "verify", "-o", "json", "--timeout", "20s"], &[]);
        assert_eq!(ended.code, Some(0), "{set}: {}", ended.said);
        let verdict: serde_json::Value = serde_json::from_str(&ended.data).unwrap();
        assert_eq!(verdict["tag"], "1.0.0");
        assert!(server.seen().len() < 20, "{:#?}", server.story());
    }
}
