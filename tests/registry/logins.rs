//! Who is shown a login, and who is not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sindri::image::{Login, Proof};

use crate::server::{Image, Reply, Seen, Server, honest, image};
use crate::{SECRET, asked, password, says};

fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("robot:{SECRET}")))
}

/// Wants a token, which is given out at `realm`.
fn guarded(seen: &Seen, realm: &str, image: &Image) -> Reply {
    match (seen.path.split('?').next(), seen.authorization.as_deref()) {
        (Some("/token"), _) => token(seen),
        (_, Some("Bearer t0ken")) => honest(&seen.path, &[("1", &image.manifest)], &[image]),
        _ => Reply::status(401).with(
            "www-authenticate",
            format!("Bearer realm=\"{realm}\",service=\"here & there\",scope=\"registry:catalog:*\""),
        ),
    }
}

fn token(seen: &Seen) -> Reply {
    let is_known = match &seen.authorization {
        Some(pass) => *pass == basic(),
        None => true,
    };
    if is_known { Reply::ok("{\"access_token\":\"t0ken\"}") } else { Reply::status(401) }
}

const MANIFEST: &str = "GET /v2/team/dev/manifests/1";

fn at_its_own_realm() -> Server {
    let image = image("amd64");
    Server::new(move |seen| {
        let realm = format!("http://{}/token", seen.host);
        guarded(seen, &realm, &image)
    })
}

#[test]
fn a_token_is_fetched_once_and_only_for_reading_this_repository() {
    let server = at_its_own_realm();
    let resolved = asked(&server, ":1", Some(password())).unwrap();
    assert_eq!(*resolved.digest(), image("amd64").digest);
    let configuration = format!("GET /v2/team/dev/blobs/{} Bearer t0ken", image("amd64").configuration_digest);
    assert_eq!(
        server.story(),
        [
            MANIFEST.to_owned(),
            format!("GET /token?service=here%20%26%20there&scope=repository%3Ateam%2Fdev%3Apull {}", basic()),
            format!("{MANIFEST} Bearer t0ken"),
            configuration,
        ]
    );
}

#[test]
fn without_a_login_a_token_for_everybody_is_fetched() {
    let server = at_its_own_realm();
    asked(&server, ":1", None).unwrap();
    assert!(!server.story().concat().contains("Basic"));
}

#[test]
fn an_identity_token_is_exchanged_in_a_form() {
    let server = at_its_own_realm();
    let login = Login::new("here", "", Proof::IdentityToken(format!("{SECRET}&")));
    asked(&server, ":1", Some(login)).unwrap();
    let seen = server.seen();
    let exchange = &seen[1];
    assert_eq!((exchange.method.as_str(), exchange.path.as_str()), ("POST", "/token"));
    assert_eq!(
        exchange.body,
        format!(
            "grant_type=refresh_token&service=here%20%26%20there&client_id=sindri&\
             scope=repository%3Ateam%2Fdev%3Apull&refresh_token={SECRET}%26"
        )
    );
    assert!(!server.story().concat().contains(SECRET), "a token is in no address and no header");
}

#[test]
fn a_registry_may_want_a_name_and_a_password() {
    let image = image("amd64");
    let server = Server::new(move |seen| match &seen.authorization {
        Some(pass) if *pass == basic() => honest(&seen.path, &[("1", &image.manifest)], &[&image]),
        _ => Reply::status(401).with("www-authenticate", "Negotiate").with("www-authenticate", "Basic realm=\"r\""),
    });
    asked(&server, ":1", Some(password())).unwrap();
    assert_eq!(server.story()[0], MANIFEST, "nothing is shown before it is asked for");
    says(asked(&server, ":1", None), false, "wants a login (“as told”); this machine has no login for it");
}

#[test]
fn a_login_that_is_refused_is_told_and_not_shown() {
    let server = Server::new(|seen| match seen.path.as_str() {
        path if path.starts_with("/token") => {
            let body = format!("{{\"details\":\"no such login: robot:{SECRET}\"}}");
            Reply::Full(401, Vec::new(), body.into_bytes())
        }
        _ => Reply::status(401).with("www-authenticate", format!("Bearer realm=\"http://{}/token\"", seen.host)),
    });
    let error = asked(&server, ":1", Some(password())).unwrap_err();
    let host = server.host();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot read {host}/team/dev:1: {host} wants a login; the login of this machine for the registry was shown"
        )
    );
    assert_eq!(error.hint(), format!("log in again: `docker login {host}`"));
    assert_eq!(server.seen().len(), 2, "a refusal is not tried again");
}

#[test]
fn a_token_that_is_not_taken_is_not_fetched_for_ever() {
    let server = Server::new(|seen| match seen.path.as_str() {
        path if path.starts_with("/token") => Reply::ok("{\"token\":\"another\"}"),
        _ => Reply::status(401).with("www-authenticate", format!("Bearer realm=\"http://{}/token\"", seen.host)),
    });
    says(asked(&server, ":1", Some(password())), false, "wants a login");
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_login_never_goes_along_a_redirect() {
    let image = image("amd64");
    let other = Server::new(honest_without_a_login);
    let place = other.host();
    let server = Server::new(move |seen| match &seen.authorization {
        Some(_) if seen.path.contains("/blobs/") => {
            Reply::status(307).with("location", format!("http://{place}{}", seen.path))
        }
        Some(_) => honest(&seen.path, &[("1", &image.manifest)], &[]),
        None => Reply::status(401).with("www-authenticate", "Basic"),
    });
    asked(&server, ":1", Some(password())).unwrap();
    let story = other.story();
    assert_eq!(story.len(), 1);
    assert!(!story[0].contains("Basic"), "{story:?}");
}

fn honest_without_a_login(seen: &Seen) -> Reply {
    let image = image("amd64");
    honest(&seen.path, &[("1", &image.manifest)], &[&image])
}

#[test]
fn whoever_a_redirect_leads_to_gets_no_login_by_asking_for_it() {
    let other = Server::new(|_| Reply::status(401).with("www-authenticate", "Basic"));
    let place = other.host();
    let server = Server::new(move |seen| Reply::status(302).with("location", format!("http://{place}{}", seen.path)));
    says(asked(&server, ":1", Some(password())), false, "a login goes to its own registry only");
    assert_eq!(other.story(), [MANIFEST]);
}

#[test]
fn tokens_may_be_given_out_by_another_host_that_is_as_safe_to_reach() {
    let image = image("amd64");
    let other = Server::new(token);
    let realm = format!("http://{}/token", other.host());
    let server = Server::new(move |seen| guarded(seen, &realm, &image));
    asked(&server, ":1", Some(password())).unwrap();
    assert!(other.story()[0].ends_with(&basic()), "as Docker does");
    assert!(!server.story().concat().contains("Basic"));
}

#[test]
fn a_login_is_not_sent_where_others_could_read_it() {
    for realm in ["http://registry.example.com/token", "ftp://127.0.0.1/token", "/token", "http://a@127.0.0.1/token"] {
        let image = image("amd64");
        let server = Server::new(move |seen| guarded(seen, realm, &image));
        says(asked(&server, ":1", Some(password())), false, "points to");
        assert_eq!(server.story(), [MANIFEST], "{realm}");
    }
}

#[test]
fn whoever_gives_out_tokens_may_not_send_the_login_on() {
    let other = Server::new(token);
    let place = other.host();
    let server = Server::new(move |seen| match seen.path.as_str() {
        path if path.starts_with("/token") => Reply::status(307).with("location", format!("http://{place}/token")),
        _ => Reply::status(401).with("www-authenticate", format!("Bearer realm=\"http://{}/token\"", seen.host)),
    });
    says(asked(&server, ":1", Some(password())), false, "a login goes to its own registry only");
    assert_eq!(other.story(), Vec::<String>::new());
}

#[test]
fn an_answer_that_is_no_token_is_refused() {
    for answer in ["", "{}", "{\"token\":\"\"}", "{\"token\":\"a\\nb\"}", "[1]"] {
        let server = Server::new(move |seen| match seen.path.as_str() {
            path if path.starts_with("/token") => Reply::ok(answer),
            _ => Reply::status(401).with("www-authenticate", format!("Bearer realm=\"http://{}/token\"", seen.host)),
        });
        says(asked(&server, ":1", Some(password())), false, "is no token");
    }
    let server = Server::new(|seen| match seen.path.as_str() {
        path if path.starts_with("/token") => Reply::Endless(None),
        _ => Reply::status(401).with("www-authenticate", format!("Bearer realm=\"http://{}/token\"", seen.host)),
    });
    says(asked(&server, ":1", Some(password())), true, "larger than 64 KiB");
}

#[test]
fn what_a_login_finds_to_be_absent_is_absent() {
    let server = Server::new(|seen| match &seen.authorization {
        None => Reply::status(401).with("www-authenticate", "Basic"),
        Some(_) => Reply::status(404),
    });
    says(asked(&server, ":1", Some(password())), true, "there is no repository");
}

#[test]
fn what_a_login_may_not_see_is_forbidden() {
    let server = Server::new(|seen| match &seen.authorization {
        None => Reply::status(401).with("www-authenticate", "Basic"),
        Some(_) => Reply::status(403),
    });
    says(
        asked(&server, ":1", Some(password())),
        false,
        "forbids it (“as told”); the login of this machine for the registry",
    );
}
