//! Programs for clusters from servers with TLS: the same authorities and proxies as for registries.

use std::fs;

use sindri::config::reference::Digest;
use sindri::local::install::Platform;
use tempfile::TempDir;

use crate::authority::{Authority, PRESENT};
use crate::forwarding::{Forwarder, Speaks};
use crate::program::{Ended, sindri_with};
use crate::secure::{HERE, before};
use crate::server::{Reply, Server};
use crate::support::Outcome;

const PROGRAM: &[u8] = b"#!/bin/sh\necho kind v0.99.0\n";

/// Installs a program from there, on a machine that trusts one authority or none.
fn installed(base: &str, authority: Option<&Authority>, variables: &[(&str, &str)]) -> Outcome<(Ended, bool)> {
    let folder = TempDir::new()?;
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority.map(Authority::pem).transpose()?.unwrap_or_default())?;
    let trusted = ("SSL_CERT_FILE", file.to_str().ok_or("no path")?);
    let digest = Digest::of(PROGRAM);
    let arguments = [
        "k8s",
        "install",
        "kind",
        "--version",
        "0.99.0",
        "--sha256",
        digest.as_str(),
        "--base-url",
        base,
        "--dir",
        "bin",
    ];
    let ended = sindri_with(&folder, &arguments, &[&[trusted], variables].concat());
    let is_there = fs::read(folder.path().join("bin/kind")).is_ok_and(|there| there == PROGRAM);
    Ok((ended, is_there))
}

#[test]
fn a_server_is_believed_if_this_machine_trusts_its_authority() -> Outcome {
    let (authority, stranger) = (Authority::new()?, Authority::new()?);
    let server = Server::new(|_| Reply::ok(PROGRAM));
    let port = before(&server, authority.sign_for("programs", "IP:0.0.0.0", PRESENT)?.acceptor()?)?;
    let base = format!("https://{HERE}:{port}/github");
    for trusted in [None, Some(&stranger)] {
        let (ended, is_there) = installed(&base, trusted, &[])?;
        assert!(ended.code == Some(1) && !is_there, "{}", ended.said);
        assert!(ended.said.contains("is not from an authority that this machine trusts"), "{}", ended.said);
        assert!(ended.said.contains("`SSL_CERT_FILE=ca.pem`"), "{}", ended.said);
    }
    assert!(server.seen().is_empty());
    let (ended, is_there) = installed(&base, Some(&authority), &[])?;
    assert!(ended.code == Some(0) && is_there, "{}", ended.said);
    let path = format!("GET /github/kubernetes-sigs/kind/releases/download/v0.99.0/kind-{}", Platform::here()?);
    assert_eq!(server.story(), [path]);
    Ok(())
}

#[test]
fn a_server_behind_a_proxy_keeps_its_name_and_never_leads_away_from_tls() -> Outcome {
    let authority = Authority::new()?;
    let server = Server::new(|seen| match seen.number {
        0 => Reply::status(302).with("location", "http://127.0.0.1:1/kind"),
        _ => Reply::ok(PROGRAM),
    });
    let name = "programs.only-the-proxy-knows.invalid";
    let port = before(&server, authority.sign_for("programs", &format!("DNS:{name}"), PRESENT)?.acceptor()?)?;
    let forwarder = Forwarder::to(&format!("127.0.0.1:{port}"), Speaks::Http, None)?;
    let proxy = format!("http://{}", forwarder.address);
    let install = || installed(&format!("https://{name}"), Some(&authority), &[("HTTPS_PROXY", &proxy)]);
    let (ended, is_there) = install()?;
    assert!(ended.code == Some(1) && !is_there, "{}", ended.said);
    assert!(ended.said.contains("points to 127.0.0.1:1, and it is not encrypted"), "{}", ended.said);
    let (ended, is_there) = install()?;
    assert!(ended.code == Some(0) && is_there, "{}", ended.said);
    assert!(forwarder.asked().iter().all(|asked| *asked == format!("{name}:443")), "{:?}", forwarder.asked());
    Ok(())
}
