//! Who the proxy is when it is spoken to through TLS: a leaf under an authority of its own, made anew for each run.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::support::{Outcome, run};

/// What the clients trust, and what the server shows.
#[derive(Clone)]
pub(super) struct Identity {
    /// The authority's certificate, as a kubeconfig holds it.
    pub(super) authority: String,
    pub(super) server: Arc<ServerConfig>,
}

/// The same for all proxies of this process.
pub(super) fn identity() -> Outcome<Identity> {
    static MADE: Mutex<Option<Identity>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(identity) = &*made {
        return Ok(identity.clone());
    }
    let identity = make()?;
    *made = Some(identity.clone());
    Ok(identity)
}

fn make() -> Outcome<Identity> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("configuration"), "[req]\ndistinguished_name=name\n[name]\n")?;
    certificate(folder.path(), "authority", &["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"])?;
    certificate(folder.path(), "server", &["basicConstraints=critical,CA:FALSE", "subjectAltName=IP:127.0.0.1"])?;
    let chain = vec![CertificateDer::from_pem_file(folder.path().join("server.crt"))?];
    let key = PrivateKeyDer::from_pem_file(folder.path().join("server.key"))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let mut encode = Command::new("base64");
    encode.arg("-w0").arg(folder.path().join("authority.crt"));
    Ok(Identity { authority: run(encode, "")?, server: Arc::new(server) })
}

fn certificate(folder: &Path, name: &str, extensions: &[&str]) -> Outcome {
    let mut openssl = Command::new("openssl");
    openssl.current_dir(folder).args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ]);
    openssl.args(["-days", "2", "-config", "configuration", "-subj", &format!("/CN=sindri-test-{name}")]);
    openssl.args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.crt")]);
    if name != "authority" {
        openssl.args(["-CA", "authority.crt", "-CAkey", "authority.key"]);
    }
    for extension in extensions {
        openssl.args(["-addext", extension]);
    }
    run(openssl, "")?;
    Ok(())
}
