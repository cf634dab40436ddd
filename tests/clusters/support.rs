//! The program on a machine that has Docker, kind and k3d, as a person whose home is empty.

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, fs};

use rexpect::session::{PtySession, spawn_command};
use serde_json::Value;
use tempfile::TempDir;

/// How a test ends.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A person on this machine.
pub(crate) struct Person {
    pub(crate) home: TempDir,
    names: Vec<&'static str>,
    _turn: MutexGuard<'static, ()>,
}

/// Which provider, and what its nodes are made from here.
#[derive(Clone, Copy)]
pub(crate) struct Provider {
    pub(crate) name: &'static str,
    image: &'static str,
}

pub(crate) const KIND: Provider = Provider { name: "kind", image: "SINDRI_TEST_KIND_IMAGE" };
pub(crate) const K3D: Provider = Provider { name: "k3d", image: "SINDRI_TEST_K3D_IMAGE" };

impl Provider {
    pub(crate) fn image(self) -> Result<String, Box<dyn Error>> {
        variable(self.image)
    }
}

pub(crate) fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|error| format!("{name}: {error}; run `. \"$(tests/docker/docker up)\"` first").into())
}

/// What a program said and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) data: String,
    pub(crate) said: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), data: text(&output.stdout), said: text(&output.stderr) }
    }

    #[track_caller]
    pub(crate) fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        assert!(self.said.contains(part), "{part}\n{self:#?}");
        self
    }
}

impl Person {
    /// Nobody else makes clusters meanwhile. These are gone at the end, whatever happens.
    pub(crate) fn new(names: &[&'static str]) -> Result<Self, Box<dyn Error>> {
        // Without the second, it would be the Docker of whoever runs this.
        variable("SINDRI_TEST_DOCKER").and(variable("DOCKER_HOST"))?;
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Self { home: TempDir::new()?, names: names.to_vec(), _turn: turn })
    }

    pub(crate) fn command(&self, program: &str, arguments: &str) -> Command {
        let mut command = Command::new(program);
        command.args(arguments.split_whitespace()).env("HOME", self.home.path()).env_remove("KUBECONFIG");
        command.stdin(Stdio::null()).current_dir(self.home.path());
        // What Docker Hub would be asked for.
        for (meant, here) in [
            ("SINDRI_KIND_IMAGE", KIND.image),
            ("SINDRI_K3D_IMAGE", K3D.image),
            ("SINDRI_REGISTRY_IMAGE", "SINDRI_TEST_REGISTRY_IMAGE"),
        ] {
            command.env(meant, env::var_os(here).unwrap_or_default());
        }
        command.env_remove("CI");
        command
    }

    /// `sindri …`
    pub(crate) fn sindri(&self, arguments: &str) -> Result<Ended, Box<dyn Error>> {
        Ok(Ended::of(&self.command(env!("CARGO_BIN_EXE_sindri"), arguments).output()?))
    }

    /// The same on a terminal, with somebody who presses keys.
    pub(crate) fn terminal(&self, arguments: &str) -> Result<PtySession, Box<dyn Error>> {
        let mut command = self.command(env!("CARGO_BIN_EXE_sindri"), arguments);
        command.stdin(Stdio::inherit()).env("TERM", "xterm-256color").env("NO_COLOR", "1");
        Ok(spawn_command(command, Some(120_000))?)
    }

    /// `sindri k8s …`
    pub(crate) fn k8s(&self, arguments: &str) -> Result<Ended, Box<dyn Error>> {
        let mut command = self.command(env!("CARGO_BIN_EXE_sindri"), "k8s");
        Ok(Ended::of(&command.args(arguments.split_whitespace()).output()?))
    }

    /// Another program.
    pub(crate) fn run(&self, line: &str) -> Result<Ended, Box<dyn Error>> {
        let (program, arguments) = line.split_once(' ').ok_or("a command without arguments")?;
        Ok(Ended::of(&self.command(program, arguments).output()?))
    }

    /// What `sindri k8s list` says of one of them.
    pub(crate) fn row(&self, name: &str) -> Result<Value, Box<dyn Error>> {
        let list: Value = serde_json::from_str(&self.k8s("list -o json")?.well().data)?;
        let all = list["clusters"].as_array().ok_or("no list")?.clone();
        Ok(all.into_iter().find(|row| row["name"] == name).unwrap_or_default())
    }

    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.home.path().join(".kube/config")
    }

    pub(crate) fn written(&self) -> String {
        fs::read_to_string(self.kubeconfig()).unwrap_or_default()
    }

    /// No container, network or volume of it is left.
    #[track_caller]
    pub(crate) fn is_gone(&self, name: &str) -> Outcome {
        for question in
            ["ps --all --format {{.Names}}", "network ls --format {{.Name}}", "volume ls --format {{.Name}}"]
        {
            let all = self.run(&format!("docker {question}"))?.well().data;
            assert!(!all.lines().any(|line| line.contains(name)), "{name} is still in: docker {question}\n{all}");
        }
        Ok(())
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // What a test that failed leaves is not for the next one.
            for line in ["docker rm --force sindri-registry", "docker volume rm sindri-registry"] {
                self.run(line).map(drop).unwrap_or_default();
            }
        }
        for name in &self.names {
            for program in [format!("kind delete cluster --name {name}"), format!("k3d cluster delete {name}")] {
                if let Err(error) = self.run(&program) {
                    assert!(std::thread::panicking(), "{error}");
                }
            }
        }
    }
}
