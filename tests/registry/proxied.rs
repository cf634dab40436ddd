//! Registries behind proxies of every kind: who is asked for what, and who is left out.

use crate::authority::{Authority, PAST, PRESENT};
use crate::forwarding::{Forwarder, Login, Speaks};
use crate::program::Ended;
use crate::secure::{HERE, before, registry, resolved};
use crate::server::image;
use crate::support::Outcome;

/// What only a proxy knows.
const NAME: &str = "registry.only-the-proxy-knows.invalid";
const KNOWN: Login = Some(("ada", "p@ss:word/1"));
const WRITTEN: &str = "ada:p%40ss%3Aword%2F1@";

#[track_caller]
fn is_resolved(ended: &Ended) {
    assert_eq!((ended.code, ended.said.as_str()), (Some(0), ""), "{}", ended.data);
    assert!(ended.data.contains(image("amd64").digest.as_str()), "{}", ended.data);
}

#[track_caller]
fn says(ended: &Ended, parts: &[&str]) {
    assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""), "{}", ended.said);
    for part in parts {
        assert!(ended.said.contains(part), "{part}\n{}", ended.said);
    }
    assert!(!ended.said.contains("p@ss") && !ended.said.contains("p%40ss"), "a login is shown: {}", ended.said);
}

/// A registry that only a proxy finds, and its authority.
fn far() -> Outcome<(Authority, String)> {
    let authority = Authority::new()?;
    let port = before(&registry(), authority.sign_for("registry", &format!("DNS:{NAME}"), PRESENT)?.acceptor()?)?;
    Ok((authority, format!("127.0.0.1:{port}")))
}

#[test]
fn a_registry_is_reached_through_a_proxy_of_every_kind_and_its_certificate_is_checked_behind_it() -> Outcome {
    let (authority, really) = far()?;
    let shown = authority.sign("proxy", PRESENT)?.acceptor()?;
    for (speaks, scheme) in [(Speaks::Http, "http"), (Speaks::Https(shown), "https"), (Speaks::Socks, "socks5")] {
        for (login, written) in [(None, ""), (KNOWN, WRITTEN)] {
            let forwarder = Forwarder::to(&really, speaks.clone(), login)?;
            let proxy = format!("{scheme}://{written}{}", forwarder.address);
            is_resolved(&resolved(NAME, Some(&authority), &[("HTTPS_PROXY", &proxy)])?);
            assert!(!forwarder.asked().is_empty());
            assert!(forwarder.asked().iter().all(|name| *name == format!("{NAME}:443")), "{:?}", forwarder.asked());
            is_resolved(&resolved(&format!("{NAME}:5000"), Some(&authority), &[("https_proxy", &proxy)])?);
            assert!(forwarder.asked().contains(&format!("{NAME}:5000")), "{:?}", forwarder.asked());
            // A proxy does not make a stranger known.
            let ended = resolved(NAME, None, &[("HTTPS_PROXY", &proxy)])?;
            says(&ended, &["is not from an authority that this machine trusts"]);
        }
    }
    Ok(())
}

#[test]
fn whoever_is_named_in_no_proxy_is_asked_straight() -> Outcome {
    let (authority, server) = (Authority::new()?, registry());
    let port = before(&server, authority.sign_for("registry", "IP:0.0.0.0", PRESENT)?.acceptor()?)?;
    let forwarder = Forwarder::to(&format!("127.0.0.1:{port}"), Speaks::Http, None)?;
    let (name, proxy) = (format!("{HERE}:{port}"), format!("http://{}", forwarder.address));
    for no in [HERE, "example.com, 0.0.0.0", "0.0.0.0/8", "*"] {
        is_resolved(&resolved(&name, Some(&authority), &[("HTTPS_PROXY", &proxy), ("NO_PROXY", no)])?);
        assert_eq!(forwarder.asked(), Vec::<String>::new(), "{no}");
    }
    is_resolved(&resolved(&name, Some(&authority), &[("HTTPS_PROXY", &proxy), ("NO_PROXY", "example.com")])?);
    assert!(forwarder.asked().contains(&name), "{:?}", forwarder.asked());
    Ok(())
}

#[test]
fn a_proxy_that_does_not_lead_on_is_told_without_its_login() -> Outcome {
    let (authority, really) = far()?;
    let wrong = Forwarder::to(&really, Speaks::Http, KNOWN)?;
    let ended = resolved(NAME, Some(&authority), &[("HTTPS_PROXY", &format!("http://ada:p%40ss@{}", wrong.address))])?;
    says(&ended, &[NAME, "the proxy does not let it through", "proxies are in `env | grep -i _proxy`"]);
    assert_eq!(wrong.asked(), Vec::<String>::new());

    let expired = Forwarder::to(&really, Speaks::Https(authority.sign("proxy", PAST)?.acceptor()?), None)?;
    let ended = resolved(NAME, Some(&authority), &[("HTTPS_PROXY", &format!("https://{}", expired.address))])?;
    says(&ended, &["is not valid today"]);

    let ended = resolved(NAME, Some(&authority), &[("HTTPS_PROXY", "ftp://ada:p%40ss@127.0.0.1:1")])?;
    says(&ended, &["`ftp://127.0.0.1:1` is no proxy that is understood", "hint: change HTTPS_PROXY"]);
    Ok(())
}
