//! Registries with TLS: whose certificate is believed, and what is said of the others.

use std::net::TcpListener as StdListener;
use std::{fs, io, thread};

use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, FUTURE, PAST, PRESENT};
use crate::program::{Ended, sindri_with};
use crate::server::{Server, honest, image};
use crate::support::Outcome;

/// This machine, under an address that does not say so: others are spoken to with TLS.
pub(crate) const HERE: &str = "0.0.0.0";

/// A registry with one image.
pub(crate) fn registry() -> Server {
    Server::new(|seen| honest(&seen.path, &[("1", &image("amd64").manifest)], &[&image("amd64")]))
}

/// Speaks TLS in front of a registry, at the port that is answered with.
pub(crate) fn before(server: &Server, acceptor: TlsAcceptor) -> Outcome<u16> {
    let listener = StdListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let (port, behind) = (listener.local_addr()?.port(), server.host());
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                let (acceptor, behind) = (acceptor.clone(), behind.clone());
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await?;
                    copy_bidirectional(&mut stream, &mut TcpStream::connect(behind).await?).await
                });
            }
            #[expect(unreachable_code, reason = "says what the block answers with")]
            io::Result::Ok(())
        })
    });
    Ok(port)
}

/// Resolves the tag 1 of a registry, on a machine that trusts one authority or none.
pub(crate) fn resolved(registry: &str, authority: Option<&Authority>, variables: &[(&str, &str)]) -> Outcome<Ended> {
    let folder = TempDir::new()?;
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority.map(Authority::pem).transpose()?.unwrap_or_default())?;
    let trusted = ("SSL_CERT_FILE", file.to_str().ok_or("no path")?);
    let image = format!("{registry}/team/dev:1");
    Ok(sindri_with(&folder, &["image", "resolve", &image, "--timeout", "20s"], &[&[trusted], variables].concat()))
}

#[track_caller]
fn is_resolved(ended: &Ended) {
    assert_eq!((ended.code, ended.said.as_str()), (Some(0), ""), "{}", ended.data);
    assert!(ended.data.contains(image("amd64").digest.as_str()), "{}", ended.data);
}

#[test]
fn an_authority_that_this_machine_trusts_is_believed() -> Outcome {
    let (authority, server) = (Authority::new()?, registry());
    let port = before(&server, authority.sign_for("registry", "IP:0.0.0.0", PRESENT)?.acceptor()?)?;
    is_resolved(&resolved(&format!("{HERE}:{port}"), Some(&authority), &[])?);
    assert_eq!(server.story()[0], "GET /v2/team/dev/manifests/1");
    Ok(())
}

#[test]
fn a_certificate_that_is_not_believed_is_told_with_what_is_wrong_and_nothing_is_asked() -> Outcome {
    let (authority, stranger) = (Authority::new()?, Authority::new()?);
    for (place, span, trusted, told, hint) in [
        (
            "IP:0.0.0.0",
            PRESENT,
            Some(&stranger),
            "is not from an authority that this machine trusts",
            "hint: name the file with the authority's certificate, `SSL_CERT_FILE=ca.pem`",
        ),
        ("IP:0.0.0.0", PRESENT, None, "is not from an authority that this machine trusts", "`SSL_CERT_FILE=ca.pem`"),
        (
            "IP:0.0.0.0",
            PAST,
            Some(&authority),
            "is not valid today",
            "hint: see its certificate: `openssl s_client -connect",
        ),
        (
            "IP:0.0.0.0",
            FUTURE,
            Some(&authority),
            "is not valid today",
            "hint: see its certificate: `openssl s_client -connect",
        ),
        (
            "DNS:registry.example.com",
            PRESENT,
            Some(&authority),
            "is for another name",
            "hint: see its certificate: `openssl s_client -connect",
        ),
    ] {
        let server = registry();
        let port = before(&server, authority.sign_for("registry", place, span)?.acceptor()?)?;
        let ended = resolved(&format!("{HERE}:{port}"), trusted, &[])?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""), "{told}: {}", ended.said);
        let told = format!("the certificate of {HERE}:{port} {told}");
        assert!(ended.said.contains(&told) && ended.said.contains(hint), "{told}\n{hint}\n{}", ended.said);
        assert_eq!(server.story(), Vec::<String>::new(), "nothing is asked of a stranger");
    }
    Ok(())
}

#[test]
fn a_registry_that_speaks_tls_at_this_machine_is_told_from_one_that_does_not() -> Outcome {
    // This machine's own registries are spoken to without TLS; one that wants it answers nothing that is understood.
    let authority = Authority::new()?;
    let port = before(&registry(), authority.sign("registry", PRESENT)?.acceptor()?)?;
    let ended = resolved(&format!("127.0.0.1:{port}"), Some(&authority), &[])?;
    assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""), "{}", ended.said);
    assert!(ended.said.contains(&format!("127.0.0.1:{port}")) && ended.said.contains("hint: "), "{}", ended.said);
    Ok(())
}
