//! The ways to a cluster, and what is said when there is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use sindri::kubernetes::{Options, Reply, Request, Unanswered, connect};
use tempfile::TempDir;
use tokio::runtime;

use crate::support::{Outcome, kubectl};

const PATIENCE: Duration = Duration::from_secs(20);

/// A kubeconfig of this test, made from the one that the tests run with.
struct Kubeconfig {
    folder: TempDir,
    content: Value,
}

impl Kubeconfig {
    fn new() -> Outcome<Self> {
        let content = kubectl(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], "")?;
        Ok(Self { folder: TempDir::new()?, content: serde_json::from_str(&content)? })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self) -> Outcome<PathBuf> {
        let path = self.path("config");
        fs::write(&path, self.content.to_string())?;
        Ok(path)
    }

    /// Asks the server something that everybody may ask who is known.
    fn ask(&self) -> Outcome<Result<Reply, Unanswered>> {
        ask(&self.file()?, &Request::raw("/api"))
    }
}

fn options(kubeconfig: &Path) -> Options {
    Options { kubeconfig: Some(kubeconfig.to_owned()), ..Options::default() }
}

fn run<T>(work: impl Future<Output = T>) -> Outcome<T> {
    Ok(runtime::Builder::new_current_thread().enable_all().build()?.block_on(work))
}

fn ask(kubeconfig: &Path, request: &Request) -> Outcome<Result<Reply, Unanswered>> {
    run(async {
        let (session, _) = connect(&options(kubeconfig), PATIENCE).await?;
        Ok(session.ask(request).await)
    })?
}

#[test]
fn the_configured_credentials_are_understood() -> Outcome {
    let reply = Kubeconfig::new()?.ask()??;
    assert_eq!((reply.code, &reply.body["kind"]), (200, &"APIVersions".into()), "{reply:?}");
    Ok(())
}
