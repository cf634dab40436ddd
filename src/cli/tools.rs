//! The programs of this machine that make clusters: whether they are here, and which versions they are.

use std::time::Duration;

use futures_util::future::join3;

use crate::local::{Call, NotRun, Ran, run};
use crate::plan::checkup::Check;
use crate::plan::{ClusterType, Finding, Severity};

/// How long a program may take to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the programs said.
pub(super) struct Tools {
    docker: Result<Ran, NotRun>,
    kind: Result<Ran, NotRun>,
    k3d: Result<Ran, NotRun>,
}

/// Asks all of them at the same time.
pub(super) async fn look() -> Tools {
    let (docker, kind, k3d) = join3(
        asked("docker", &["version", "--format", "{{.Server.Version}}"]),
        asked("kind", &["version"]),
        asked("k3d", &["version"]),
    )
    .await;
    Tools { docker, kind, k3d }
}

async fn asked(program: &str, arguments: &[&str]) -> Result<Ran, NotRun> {
    let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    run(Call { program: program.to_owned(), arguments, input: Vec::new(), search: None, limit: PATIENCE }).await
}

impl Tools {
    /// What it means for somebody who has this cluster, or none.
    pub(super) fn checks(&self, cluster: Option<&ClusterType>) -> Vec<Check> {
        let is_needed = !matches!(cluster, Some(ClusterType::Remote));
        let has_maker = [&self.kind, &self.k3d].into_iter().any(|said| said.as_ref().is_ok_and(|ran| ran.success));
        let lacks_maker = cluster.is_none() && !has_maker;
        vec![docker(&self.docker, is_needed), maker("kind", &self.kind, lacks_maker), maker("k3d", &self.k3d, false)]
    }
}

fn docker(said: &Result<Ran, NotRun>, is_needed: bool) -> Check {
    const NAME: &str = "docker";
    let (code, problem, fix) = match said {
        Ok(ran) if ran.success => return Check::new(NAME, format!("version {}", first_line(&ran.output)), Vec::new()),
        Ok(ran) => (
            "docker-silent",
            format!("it is installed, and its daemon does not answer: {}", first_line(&ran.complaint)),
            "start it with `sudo systemctl start docker`; whether you may use it: `docker info`",
        ),
        Err(NotRun::Missing { .. }) => (
            "docker-missing",
            "it is not installed".to_owned(),
            "install it: `sudo apt install docker.io`, or see https://docs.docker.com/engine/install",
        ),
        Err(error) => ("docker-silent", error.to_string(), "`docker info`"),
    };
    if !is_needed {
        return Check::skipped(NAME, format!("{problem}; only clusters on this machine need it"));
    }
    let message = format!("{problem}; clusters on this machine need it");
    Check::new(NAME, "it is not there to be used", vec![warns(NAME, code, message, fix)])
}

fn maker(name: &'static str, said: &Result<Ran, NotRun>, is_needed: bool) -> Check {
    let (problem, is_missing) = match said {
        Ok(ran) if ran.success => {
            let version = version(&ran.output).unwrap_or_else(|| first_line(&ran.output));
            return Check::new(name, format!("version {version}"), Vec::new());
        }
        Ok(ran) => (format!("it does not say its version ({}): {}", ran.end, first_line(&ran.complaint)), false),
        Err(NotRun::Missing { .. }) => ("it is not installed".to_owned(), true),
        Err(error) => (error.to_string(), false),
    };
    if is_missing && !is_needed {
        return Check::skipped(name, format!("{problem}; it makes clusters on this machine"));
    }
    if is_missing {
        let message =
            "neither kind nor k3d is installed, and there is no cluster: one of them makes one on this machine";
        let fix = "`sindri k8s install kind`, or `sindri k8s install k3d`";
        return Check::new(name, problem, vec![warns(name, "no-cluster-maker", message.to_owned(), fix)]);
    }
    Check::new(
        name,
        "it is not there to be used",
        vec![warns(name, "tool-broken", problem, &format!("`{name} version`"))],
    )
}

fn warns(about: &str, code: &'static str, message: String, fix: &str) -> Finding {
    Finding { severity: Severity::Warns, code, about: about.to_owned(), message, fix: fix.to_owned() }
}

fn first_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

/// The first word that is a version: of `kind v0.32.0 go1.26.3 linux/amd64`, and of `k3d version v5.9.0`.
fn version(bytes: &[u8]) -> Option<String> {
    let is_version = |word: &&str| {
        word.strip_prefix('v').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    };
    first_line(bytes).split_whitespace().find(is_version).map(|word| word.trim_start_matches('v').to_owned())
}

#[cfg(test)]
mod tests {
    use super::{NotRun, Ran, Tools, version};
    use crate::plan::ClusterType;
    use crate::plan::checkup::Health;

    #[expect(clippy::unnecessary_wraps, reason = "as a program is run: with what it said, or not at all")]
    fn ran(success: bool, output: &str, complaint: &str) -> Result<Ran, NotRun> {
        let (output, complaint) = (output.as_bytes().to_vec(), complaint.as_bytes().to_vec());
        Ok(Ran { success, end: "exit status: 1".to_owned(), output, complaint })
    }

    fn missing(program: &str) -> Result<Ran, NotRun> {
        Err(NotRun::Missing { program: program.to_owned() })
    }

    fn told(tools: &Tools, cluster: Option<&ClusterType>) -> Vec<(Health, String)> {
        tools.checks(cluster).into_iter().map(|check| (check.health, check.message)).collect()
    }

    #[test]
    fn versions_are_found_in_what_the_programs_say() {
        for (said, expected) in [
            ("kind v0.32.0 go1.26.3 linux/amd64\n", Some("0.32.0")),
            ("k3d version v5.9.0\nk3s version v1.33.4-k3s1 (default)\n", Some("5.9.0")),
            ("k3d version dev\n", None),
            ("", None),
        ] {
            assert_eq!(version(said.as_bytes()).as_deref(), expected, "{said}");
        }
    }

    #[test]
    fn what_is_missing_matters_to_those_who_need_it() {
        let none = Tools { docker: missing("docker"), kind: missing("kind"), k3d: missing("k3d") };
        let health = |cluster| told(&none, cluster).into_iter().map(|(health, _)| health).collect::<Vec<_>>();
        assert_eq!(health(Some(&ClusterType::Remote)), [Health::Skipped, Health::Skipped, Health::Skipped]);
        assert_eq!(health(None), [Health::Warning, Health::Warning, Health::Skipped]);
        assert_eq!(health(Some(&ClusterType::Kind(None))), [Health::Warning, Health::Skipped, Health::Skipped]);
    }

    #[test]
    fn what_is_there_is_told_with_its_version() {
        let all = Tools {
            docker: ran(true, "28.5.1\n", ""),
            kind: ran(true, "kind v0.32.0 go1.26.3 linux/amd64\n", ""),
            k3d: ran(false, "", "it is broken\n"),
        };
        let told = told(&all, None);
        assert_eq!(told[0], (Health::Good, "version 28.5.1".to_owned()));
        assert_eq!(told[1], (Health::Good, "version 0.32.0".to_owned()));
        assert_eq!(told[2].0, Health::Warning);
        let silent = Tools { docker: ran(false, "", "Cannot connect to the Docker daemon\n"), ..all };
        let docker = &silent.checks(None)[0];
        assert!(docker.findings[0].message.contains("does not answer: Cannot connect to the Docker daemon"));
    }
}
