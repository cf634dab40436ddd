//! A cluster that lives as long as a test, and what is run beside it.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Maker {
    Kind,
    K3d,
}

/// A cluster of three nodes, with a home and a kubeconfig of its own.
pub(crate) struct Made {
    maker: Maker,
    name: String,
    home: TempDir,
}

impl Made {
    pub(crate) fn three_nodes(maker: Maker, name: &str) -> Result<Self, Box<dyn Error>> {
        if env::var("SINDRI_TEST_DOCKER").is_err() {
            return Err("start a Docker for tests first: `. \"$(tests/docker/docker up)\"`".into());
        }
        let made = Self { maker, name: name.to_owned(), home: tempfile::Builder::new().prefix("sindri-").tempdir()? };
        match maker {
            Maker::Kind => {
                let text = "{kind: Cluster, apiVersion: kind.x-k8s.io/v1alpha4, nodes: [{role: control-plane}, {role: worker}, {role: worker}]}\n";
                made.write("kind.yaml", text)?;
                let image = env::var("SINDRI_TEST_KIND_IMAGE")?;
                made.run(
                    "kind",
                    &[
                        "create",
                        "cluster",
                        "--name",
                        name,
                        "--image",
                        &image,
                        "--config",
                        "kind.yaml",
                        "--wait",
                        "120s",
                    ],
                )?;
            }
            Maker::K3d => {
                let image = env::var("SINDRI_TEST_K3D_IMAGE")?;
                made.run("k3d", &["cluster", "create", name, "--agents", "2", "--no-lb", "--image", &image])?;
                // It has no storage class: a volume that is there already does as well.
                let volume = "{apiVersion: v1, kind: PersistentVolume, metadata: {name: one}, spec: {capacity: {storage: 10Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /tmp/one, type: DirectoryOrCreate}}}\n";
                made.write("volume.yaml", volume)?;
                made.run("kubectl", &["apply", "-f", "volume.yaml"])?;
            }
        }
        made.run("kubectl", &["wait", "--for=condition=Ready", "node", "--all", "--timeout=60s"])?;
        Ok(made)
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Outcome {
        Ok(fs::write(self.path().join(name), text)?)
    }

    pub(crate) fn nodes(&self) -> [String; 3] {
        let name = &self.name;
        match self.maker {
            Maker::Kind => ["control-plane", "worker", "worker2"].map(|node| format!("{name}-{node}")),
            Maker::K3d => ["server-0", "agent-0", "agent-1"].map(|node| format!("k3d-{name}-{node}")),
        }
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Result<Output, Box<dyn Error>> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.path())
            .env("HOME", self.path())
            .env("KUBECONFIG", self.path().join("kubeconfig"));
        Ok(command.output()?)
    }

    /// What a program that ends well writes.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
        let output = self.output(program, arguments)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{program} {}: {}\n{said}", arguments.join(" "), output.status).into());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    pub(crate) fn sindri(&self, arguments: &[&str]) -> Result<Output, Box<dyn Error>> {
        self.output(env!("CARGO_BIN_EXE_sindri"), arguments)
    }

    /// The document of a deploy that succeeds.
    pub(crate) fn deploy(&self) -> Result<Value, Box<dyn Error>> {
        let output = self.sindri(&["deploy", "--yes", "--timeout", "2m", "-o", "json"])?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let ended = match self.maker {
            Maker::Kind => self.run("kind", &["delete", "cluster", "--name", &self.name]),
            Maker::K3d => self.run("k3d", &["cluster", "delete", &self.name]),
        };
        // The next test would find it.
        assert!(ended.is_ok() || std::thread::panicking(), "{ended:?}");
    }
}
