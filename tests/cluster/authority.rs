//! An authority of one test, which signs certificates for any span of time.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

use crate::support::{Outcome, run};

const SETTINGS: &str = "[ca]
default_ca = this
[this]
dir = .
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
";

const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/// From when until when; in the form that openssl reads.
pub(crate) type Span = (&'static str, &'static str);
pub(crate) const PAST: Span = ("20200101000000Z", "20200201000000Z");
pub(crate) const PRESENT: Span = ("20200101000000Z", "21200101000000Z");
pub(crate) const FUTURE: Span = ("21190101000000Z", "21200101000000Z");

pub(crate) struct Authority(TempDir);

/// A certificate and its key, in the PEM format.
pub(crate) struct Signed {
    pub(crate) certificate: Vec<u8>,
    pub(crate) key: Vec<u8>,
}

impl Authority {
    pub(crate) fn new() -> Outcome<Self> {
        let authority = Self(TempDir::new()?);
        fs::write(authority.path("settings"), SETTINGS)?;
        fs::write(authority.path("index.txt"), "")?;
        let subject = ["-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=authority of a test"];
        authority.openssl(["req", "-x509"].iter().chain(&KEY).chain(&subject))?;
        Ok(authority)
    }

    /// Its own certificate.
    pub(crate) fn pem(&self) -> Outcome<String> {
        Ok(fs::read_to_string(self.path("ca.crt"))?)
    }

    /// Signs a certificate for a name, which is a server's at this machine if it is anybody's.
    pub(crate) fn sign(&self, name: &str, span: Span) -> Outcome<Signed> {
        self.sign_for(name, "IP:127.0.0.1", span)
    }

    /// Signs a certificate for a name, and for a server at this place.
    pub(crate) fn sign_for(&self, name: &str, place: &str, (from, until): Span) -> Outcome<Signed> {
        let (subject, place) = (format!("/CN={name}"), format!("subjectAltName={place}"));
        let place = ["-keyout", "key", "-out", "request", "-subj", &subject, "-addext", &place];
        self.openssl(["req", "-new"].iter().chain(&KEY).chain(&place))?;
        let signed = ["-in", "request", "-out", "certificate", "-notext", "-startdate", from, "-enddate", until];
        let with = ["ca", "-batch", "-config", "settings", "-cert", "ca.crt", "-keyfile", "ca.key"];
        self.openssl(with.iter().chain(&signed))?;
        Ok(Signed { certificate: fs::read(self.path("certificate"))?, key: fs::read(self.path("key"))? })
    }

    fn openssl(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Outcome {
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(self.0.path());
        run(command, "")?;
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

impl Signed {
    /// What a server shows itself by.
    pub(crate) fn acceptor(&self) -> Outcome<TlsAcceptor> {
        let chain = vec![CertificateDer::from_pem_slice(&self.certificate)?];
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_slice(&self.key)?)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
