//! Certificates that are too old or too new: which one it is, what its dates are, and what to type.

use std::net::TcpListener as StdListener;
use std::{io, thread};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio_rustls::TlsAcceptor;

use crate::authority::{Authority, FUTURE, PAST, PRESENT, Signed};
use crate::kubeconfig::Kubeconfig;
use crate::support::{Desk, Ended, Outcome, configuration};

const EXPIRED: &str = "expired on 2020-02-01T00:00:00Z, and now it is 2";
const NOT_YET: &str = "is valid only from 2119-01-01T00:00:00Z on, and now it is 2";

fn plan(kubeconfig: &Kubeconfig) -> Outcome<Ended> {
    let desk = Desk::new(&configuration("dev", "", ""))?;
    desk.write("kubeconfig", &kubeconfig.content.to_string())?;
    desk.sindri(&["plan", "--timeout", "20s"])
}

/// A certificate as the user's entry of a kubeconfig holds it.
fn user(signed: &Signed) -> serde_json::Value {
    let encoded = |bytes: &[u8]| STANDARD.encode(bytes);
    serde_json::json!({
        "client-certificate-data": encoded(&signed.certificate), "client-key-data": encoded(&signed.key),
    })
}

/// A server that shows its certificate, and says nothing else.
fn shows(acceptor: TlsAcceptor) -> Outcome<String> {
    let listener = StdListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            loop {
                let (stream, _) = listener.accept().await?;
                // The other side is expected to hang up.
                let Err(_) = acceptor.accept(stream).await else { continue };
            }
            #[expect(unreachable_code, reason = "says what the block answers with")]
            io::Result::Ok(())
        })
    });
    Ok(address)
}

#[test]
fn a_client_certificate_that_is_not_valid_today_is_told_with_its_dates() -> Outcome {
    let authority = Authority::new()?;
    for (span, told, hint) in [
        (PAST, EXPIRED, "get a new kubeconfig from whoever gave you this one"),
        (FUTURE, NOT_YET, "is the clock of the server right? compare it with `date -u`"),
    ] {
        let kubeconfig = Kubeconfig::new()?.with_user(user(&authority.sign("ada", span)?));
        let failed = plan(&kubeconfig)?;
        failed.ends(1).says("does not accept the credentials").says(&format!("the client certificate of `ada` {told}"));
        failed.says(hint);
    }
    // One that is valid is not the server's reason.
    let kubeconfig = Kubeconfig::new()?.with_user(user(&authority.sign("ada", PRESENT)?));
    plan(&kubeconfig)?.ends(1).says("does not accept the credentials").hides("the client certificate of");
    Ok(())
}

#[test]
fn a_certificate_of_the_server_that_is_not_valid_today_is_told_with_its_dates() -> Outcome {
    let authority = Authority::new()?;
    for (span, told, hint) in [
        (PAST, EXPIRED, "whoever runs the cluster has to renew it; see it with `openssl s_client -connect 127.0.0.1:"),
        (FUTURE, NOT_YET, "is the clock of this machine right? see `date -u`"),
    ] {
        let address = shows(authority.sign("server", span)?.acceptor()?)?;
        let kubeconfig = Kubeconfig::at(&format!("https://{address}"))?
            .with_cluster("certificate-authority-data", STANDARD.encode(authority.pem()?));
        let failed = plan(&kubeconfig)?;
        failed.ends(1).says(&format!("the certificate of the server https://{address} {told}")).says(hint);
    }
    Ok(())
}
