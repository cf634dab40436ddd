//! A kubeconfig of one test, and what comes of asking with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use sindri::kubernetes::{Options, Reply, Request, Unanswered, connect};
use tempfile::TempDir;
use tokio::runtime;

use crate::support::{Outcome, kubectl};

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A kubeconfig of this test, made from the one that the tests run with.
pub(crate) struct Kubeconfig {
    pub(crate) folder: TempDir,
    pub(crate) content: Value,
}

impl Kubeconfig {
    pub(crate) fn new() -> Outcome<Self> {
        let content = kubectl(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], "")?;
        Ok(Self { folder: TempDir::new()?, content: serde_json::from_str(&content)? })
    }

    /// The same, with another server that nobody has vouched for.
    pub(crate) fn at(server: &str) -> Outcome<Self> {
        Ok(Self::new()?.with_cluster("server", server))
    }

    pub(crate) fn with_cluster(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.content["clusters"][0]["cluster"][key] = value.into();
        self
    }

    pub(crate) fn with_user(mut self, user: Value) -> Self {
        self.content["users"][0]["user"] = user;
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self) -> Outcome<PathBuf> {
        let path = self.path("config");
        fs::write(&path, self.content.to_string())?;
        Ok(path)
    }

    /// Asks what everybody may ask who is known.
    pub(crate) fn ask(&self) -> Outcome<Result<Reply, Unanswered>> {
        ask(&self.file()?, &Request::raw("/api"), PATIENCE)
    }

    pub(crate) fn reaches_the_server(&self) -> Outcome {
        let reply = self.ask()??;
        assert_eq!((reply.code, &reply.body["kind"]), (200, &json!("APIVersions")), "{reply:?}");
        Ok(())
    }

    /// Why it does not.
    pub(crate) fn fails(&self, patience: Duration) -> Outcome<Unanswered> {
        match ask(&self.file()?, &Request::raw("/api"), patience)? {
            Ok(reply) => Err(format!("there was an answer: {reply:?}").into()),
            Err(error) => Ok(error),
        }
    }
}

pub(crate) fn ask(kubeconfig: &Path, request: &Request, patience: Duration) -> Outcome<Result<Reply, Unanswered>> {
    run(async {
        let options = Options { kubeconfig: Some(kubeconfig.to_owned()), ..Options::default() };
        let (session, _) = connect(&options, patience).await?;
        Ok(session.ask(request).await)
    })
}

pub(crate) fn run<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
