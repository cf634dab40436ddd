//! A proxy in front of the API server. It writes down every request, and does to them what networks and busy servers do.
//!
//! It speaks plain HTTP/1.1, or TLS with HTTP/2, and is itself the person of the test's kubeconfig.

mod answer;
mod chance;
mod fault;
mod identity;
mod program;
mod proof;
mod record;
mod serve;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio_rustls::TlsAcceptor;

pub(crate) use chance::{Chance, faults};
pub(crate) use fault::{End, Fault, Round};
pub(crate) use program::{Ended, Program, Signal, sindri};
pub(crate) use record::{Record, Seen, trace};
pub(crate) use serve::Script;

use crate::support::{Outcome, kubectl};
use serve::{State, serve};

/// How the proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    /// HTTP/1.1 without encryption: a connection carries one request at a time.
    Plain,
    /// HTTP/2 in TLS: a connection carries all of them, and takes all of them with it.
    Secure,
}

/// A proxy, and the kubeconfig that leads to it. It ends with the value.
pub(crate) struct Proxy {
    state: Arc<State>,
    folder: TempDir,
    /// Closed when the proxy is to end.
    end: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// The context in the proxy's kubeconfig.
pub(crate) const CONTEXT: &str = "proxied";

impl Proxy {
    /// A proxy that only writes down what it sees.
    pub(crate) fn start(speech: Speech) -> Outcome<Self> {
        let kubeconfig = kubectl(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], "")?;
        let kubeconfig: Kubeconfig = serde_json::from_str(&kubeconfig)?;
        let context = env::var("SINDRI_TEST_CONTEXT")?;
        let state = Arc::new(State {
            log: Mutex::default(),
            changed: Condvar::new(),
            script: Mutex::new(Box::new(|_| Fault::None)),
            breaks: watch::Sender::new(0),
        });
        let identity = if speech == Speech::Secure { Some(identity::identity()?) } else { None };
        let acceptor = identity.as_ref().map(|identity| TlsAcceptor::from(identity.server.clone()));
        let (end, ended) = oneshot::channel();
        let (started, address) = std::sync::mpsc::channel();
        let shared = state.clone();
        let thread = thread::spawn(move || {
            let run = async {
                let options = KubeConfigOptions { context: Some(context), ..KubeConfigOptions::default() };
                let mut config = Config::from_custom_kubeconfig(kubeconfig, &options).await?;
                // What the server says is passed on, whatever it is.
                config.default_retry = false;
                let client = Client::try_from(config)?;
                let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
                Ok((client, listener.local_addr()?.port(), listener))
            };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(error) => return started.send(Err(error.to_string())).unwrap_or_default(),
            };
            let begun: Result<_, Box<dyn std::error::Error>> = runtime.block_on(run);
            match begun {
                Err(error) => started.send(Err(error.to_string())).unwrap_or_default(),
                Ok((client, port, listener)) => {
                    started.send(Ok(port)).unwrap_or_default();
                    runtime.block_on(async {
                        tokio::select! {
                            () = serve(listener, acceptor, client, shared) => {}
                            _ = ended => {}
                        }
                    });
                }
            }
        });
        let port = address.recv()??;
        let folder = tempfile::tempdir()?;
        let cluster = match &identity {
            None => format!("server: http://127.0.0.1:{port}"),
            Some(identity) => {
                format!("server: https://127.0.0.1:{port}, certificate-authority-data: {}", identity.authority)
            }
        };
        let written = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {CONTEXT}\n\
             clusters: [{{name: proxy, cluster: {{{cluster}}}}}]\nusers: [{{name: nobody, user: {{}}}}]\n\
             contexts: [{{name: {CONTEXT}, context: {{cluster: proxy, user: nobody}}}}]\n",
        );
        fs::write(folder.path().join("config"), written)?;
        Ok(Self { state, folder, end: Some(end), thread: Some(thread) })
    }

    /// The kubeconfig that leads here.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// A folder for files of the test.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// From now on, this is done to requests; what was written down before is forgotten.
    pub(crate) fn play(&self, script: Script) {
        let mut log = self.state.log();
        *self.state.script.lock().unwrap_or_else(PoisonError::into_inner) = script;
        log.act += 1;
        log.records.clear();
    }

    /// From now on, nothing is done to requests; what was written down before is forgotten.
    pub(crate) fn calm(&self) {
        self.play(Box::new(|_| Fault::None));
    }

    /// What was seen until now.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.state.log().records.clone()
    }

    /// Breaks every connection that there is.
    pub(crate) fn break_connections(&self) {
        self.state.breaks.send_modify(|breaks| *breaks += 1);
    }

    /// Waits until the records are as they should be; says whether they are.
    pub(crate) fn wait(&self, limit: Duration, mut condition: impl FnMut(&[Record]) -> bool) -> bool {
        let end = Instant::now() + limit;
        let mut log = self.state.log();
        loop {
            if condition(&log.records) {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.state.changed.wait_timeout(log, left).unwrap_or_else(PoisonError::into_inner);
            log = waited.0;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing more to say.
            thread.join().unwrap_or_default();
        }
    }
}
