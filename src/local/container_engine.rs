//! The program that runs containers on this machine: Docker, or Podman in its place.

use std::time::Duration;

use super::container::{Container, containers};
use super::process::{Call, NotRun, Ran, run};

/// How long a question to the engine may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The variable by which kind is told which one to use. Who has set it for kind means it for us.
pub const ENGINE_VARIABLE: &str = "KIND_EXPERIMENTAL_PROVIDER";

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContainerEngine {
    /// `docker`
    Docker,
    /// `podman`
    Podman,
}

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineTrouble {
    /// There is neither of them.
    #[error(
        "there is neither `docker` nor `podman` in the folders of PATH, and a cluster on this machine is made of containers"
    )]
    Missing,
    /// Another one is meant.
    #[error("`{ENGINE_VARIABLE}` says {name}, and clusters are made with Docker or Podman only")]
    Unknown {
        /// What it is called.
        name: String,
    },
    /// The program is there, what does the work is not.
    #[error("the daemon of {} does not answer: {said}", engine.program())]
    Down {
        /// Which engine.
        engine: ContainerEngine,
        /// Its own words.
        said: String,
    },
    /// The daemon is there, and is not for this account.
    #[error("this account may not use {}: {said}", engine.program())]
    NotAllowed {
        /// Which engine.
        engine: ContainerEngine,
        /// Its own words.
        said: String,
    },
    /// It refused.
    #[error("`{command}` failed ({end}): {said}")]
    Failed {
        /// What was typed.
        command: String,
        /// How it ended.
        end: String,
        /// Its own words.
        said: String,
    },
    /// It said something that is not understood.
    #[error("`{command}` said what is not understood: {said}")]
    Strange {
        /// What was typed.
        command: String,
        /// Its own words.
        said: String,
    },
    /// It could not be run to its end.
    #[error("cannot ask {}", engine.program())]
    NotRun {
        /// Which engine.
        engine: ContainerEngine,
        /// Why.
        source: NotRun,
    },
}

impl ContainerEngine {
    /// The one that is meant: what kind was told, and otherwise none, which means the first that is there.
    ///
    /// # Errors
    /// When kind was told to use one that only kind knows.
    pub fn named(variable: Option<&str>) -> Result<Option<Self>, EngineTrouble> {
        match variable {
            Some("docker") => Ok(Some(Self::Docker)),
            Some("podman") => Ok(Some(Self::Podman)),
            Some(name @ ("nerdctl" | "nerdctl.lima" | "finch")) => {
                Err(EngineTrouble::Unknown { name: name.to_owned() })
            }
            // kind takes no notice of it either.
            _ => Ok(None),
        }
    }

    /// The name of its program.
    #[must_use]
    pub fn program(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }

    /// A command of it, not run yet.
    #[must_use]
    pub fn call(self, arguments: &[&str]) -> Call {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Call { program: self.program().to_owned(), arguments, input: Vec::new(), search: None, limit: PATIENCE }
    }

    /// Runs a command of it that has to end well.
    ///
    /// # Errors
    /// When it cannot be run, or does not end well.
    pub async fn ask(self, call: Call) -> Result<Ran, EngineTrouble> {
        let command = call.in_words();
        let ran = run(call).await.map_err(|source| match source {
            NotRun::Missing { .. } => EngineTrouble::Missing,
            source => EngineTrouble::NotRun { engine: self, source },
        })?;
        if ran.success { Ok(ran) } else { Err(self.refused(command, &ran)) }
    }

    fn refused(self, command: String, ran: &Ran) -> EngineTrouble {
        let said = String::from_utf8_lossy(&ran.complaint).trim().to_owned();
        let first = said.lines().next().unwrap_or_default().to_owned();
        let is_said = |words: &[&str]| words.iter().any(|word| said.contains(word));
        if is_said(&["permission denied while trying to connect", "connect: permission denied"]) {
            EngineTrouble::NotAllowed { engine: self, said: first }
        } else if is_said(&["Cannot connect to the Docker daemon", "Cannot connect to Podman", "error during connect"])
        {
            EngineTrouble::Down { engine: self, said: first }
        } else {
            EngineTrouble::Failed { command, end: ran.end.clone(), said }
        }
    }

    /// Every container on this machine, whatever it is doing, with what kind and k3d have written on it.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub async fn containers(self) -> Result<Vec<Container>, EngineTrouble> {
        let call = self.call(&["ps", "--all", "--no-trunc", "--format", &self.listing()]);
        let command = call.in_words();
        let ran = self.ask(call).await?;
        let text = String::from_utf8_lossy(&ran.output);
        containers(&text).map_err(|line| EngineTrouble::Strange { command, said: line })
    }

    /// One line of fields for each container; the two engines spell labels differently.
    fn listing(self) -> String {
        let label = |key: &str| match self {
            Self::Docker => format!("{{{{.Label \"{key}\"}}}}"),
            Self::Podman => format!("{{{{index .Labels \"{key}\"}}}}"),
        };
        let mut fields: Vec<String> =
            ["ID", "Names", "Image", "State", "Ports"].map(|field| format!("{{{{.{field}}}}}")).to_vec();
        fields.extend(super::container::LABELS.map(label));
        fields.push("{{.Mounts}}".to_owned());
        fields.join("\t")
    }
}

/// The engine that is meant, or the first that is there; Docker first, as kind does.
///
/// # Errors
/// When there is none, or none that answers.
pub async fn find(meant: Option<ContainerEngine>) -> Result<(ContainerEngine, Vec<Container>), EngineTrouble> {
    if let Some(engine) = meant {
        return engine.containers().await.map(|all| (engine, all));
    }
    match ContainerEngine::Docker.containers().await {
        Err(EngineTrouble::Missing) => {
            ContainerEngine::Podman.containers().await.map(|all| (ContainerEngine::Podman, all))
        }
        answer => answer.map(|all| (ContainerEngine::Docker, all)),
    }
}

#[cfg(test)]
mod tests {
    use super::{ContainerEngine, EngineTrouble, Ran};

    fn refused(said: &str) -> EngineTrouble {
        let ran = Ran { success: false, end: "exit status: 1".to_owned(), output: Vec::new(), complaint: said.into() };
        ContainerEngine::Docker.refused("docker ps".to_owned(), &ran)
    }

    #[test]
    fn what_docker_complains_of_is_told_apart() {
        let down =
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n";
        assert!(matches!(refused(down), EngineTrouble::Down { .. }));
        let denied = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: dial unix /var/run/docker.sock: connect: permission denied\n";
        assert!(matches!(refused(denied), EngineTrouble::NotAllowed { .. }));
        assert!(matches!(refused("Error: No such container: x\n"), EngineTrouble::Failed { .. }));
        // The daemon has answered; it is a registry that has not.
        for elsewhere in [
            "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such host\n",
            "Get \"http://localhost:5001/v2/\": dial tcp 127.0.0.1:5001: connect: connection refused\n",
        ] {
            assert!(matches!(refused(elsewhere), EngineTrouble::Failed { .. }), "{elsewhere}");
        }
    }

    #[test]
    fn who_told_kind_which_engine_to_use_has_told_us() {
        let named = |variable| ContainerEngine::named(variable).unwrap();
        assert_eq!(named(Some("podman")), Some(ContainerEngine::Podman));
        assert_eq!((named(Some("")), named(None)), (None, None));
        assert!(matches!(ContainerEngine::named(Some("nerdctl")), Err(EngineTrouble::Unknown { .. })));
    }
}
