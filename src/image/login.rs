#![expect(clippy::disallowed_methods, reason = "reads the docker configuration, and where it is")]
//! The login that this machine has for a registry: from the docker configuration, or from the program that keeps it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::credential::{Login, Proof};
use super::docker_config::{DockerConfig, Helper};
use super::no_login::NoLogin;
use crate::config::reference::Repository;
use crate::local::{Call, NotRun, Ran, run};

/// What a helper answers for a token that stands for a person.
const TOKEN: &str = "<token>";

/// Where logins are looked for: what the environment of a process says about it.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Podman's file, if one is named: `REGISTRY_AUTH_FILE`.
    pub auth_file: Option<PathBuf>,
    /// Docker's folder, if one is named: `DOCKER_CONFIG`.
    pub docker_folder: Option<PathBuf>,
    /// The folder of this session: `XDG_RUNTIME_DIR`.
    pub session_folder: Option<PathBuf>,
    /// The person's own folder.
    pub home: Option<PathBuf>,
    /// The folders with programs, instead of this process' own.
    pub search: Option<OsString>,
}

impl Surroundings {
    /// Those of this process.
    #[must_use]
    pub fn here() -> Self {
        let folder = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            auth_file: folder("REGISTRY_AUTH_FILE"),
            docker_folder: folder("DOCKER_CONFIG"),
            session_folder: folder("XDG_RUNTIME_DIR"),
            home: env::home_dir(),
            search: None,
        }
    }

    /// The files that can hold a login, in the order in which they are asked.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let at_home = |path| self.home.as_ref().map(|home| home.join(path));
        let docker = self.docker_folder.clone().or_else(|| at_home(".docker")).map(|folder| folder.join("config.json"));
        let session = self.session_folder.as_ref().map(|folder| folder.join("containers/auth.json"));
        [self.auth_file.clone(), docker, session, at_home(".config/containers/auth.json")].into_iter().flatten()
    }
}

/// The login for the registry that a repository is in, if this machine has one.
///
/// # Errors
/// When a configuration is there and cannot be read, or when the program that keeps the login does not give it.
pub async fn login(
    repository: &Repository,
    surroundings: &Surroundings,
    patience: Duration,
) -> Result<Option<Login>, NoLogin> {
    for path in surroundings.files() {
        let Some(config) = read(&path)? else { continue };
        if let Some(helper) = config.helper(repository)
            && let Some(login) = ask(&helper, &path, surroundings, patience).await?
        {
            return Ok(Some(login));
        }
        let written = config.written(repository);
        if let Some(login) = written.map_err(|damaged| NoLogin::Damaged { place: damaged.place, path: path.clone() })? {
            return Ok(Some(login));
        }
    }
    Ok(None)
}

fn read(path: &Path) -> Result<Option<DockerConfig>, NoLogin> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(source) => return Err(NoLogin::Unreadable { path: path.to_owned(), source }),
    };
    let config = DockerConfig::parse(&bytes);
    config.map(Some).map_err(|at| NoLogin::Broken { path: path.to_owned(), line: at.line, column: at.column })
}

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Username")]
    username: String,
    #[serde(rename = "Secret")]
    secret: String,
}

async fn ask(
    helper: &Helper,
    path: &Path,
    surroundings: &Surroundings,
    limit: Duration,
) -> Result<Option<Login>, NoLogin> {
    let program = format!("docker-credential-{}", helper.name);
    let place = || helper.place.clone();
    let call = Call {
        program: program.clone(),
        arguments: vec!["get".to_owned()],
        input: place().into_bytes(),
        search: surroundings.search.clone(),
        limit,
    };
    let ran = match run(call).await {
        Ok(ran) => ran,
        Err(NotRun::Missing { .. }) => {
            return Err(NoLogin::HelperMissing { program, place: place(), path: path.to_owned() });
        }
        Err(NotRun::TooSlow { limit, .. }) => return Err(NoLogin::HelperSilent { program, place: place(), limit }),
        Err(source) => return Err(NoLogin::HelperNotRun { place: place(), program, source }),
    };
    if !ran.success {
        let said = said(&ran);
        let is_unknown = said.to_ascii_lowercase().contains("credentials not found");
        let failed = NoLogin::HelperFailed { program, place: place(), end: ran.end, said };
        return if is_unknown { Ok(None) } else { Err(failed) };
    }
    let Ok(answer) = serde_json::from_slice::<Answer>(&ran.output) else {
        return Err(NoLogin::HelperUnclear { program, place: place() });
    };
    if answer.secret.is_empty() {
        return Ok(None);
    }
    Ok(Some(match answer.username.as_str() {
        TOKEN => Login::new(place(), "", Proof::IdentityToken(answer.secret)),
        _ => Login::new(place(), answer.username, Proof::Password(answer.secret)),
    }))
}

/// The complaint of a helper on one line. The protocol has it on standard output, where a login would be too: what looks
/// like one is not repeated.
fn said(ran: &Ran) -> String {
    let texts = [&ran.output, &ran.complaint].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let text = texts.iter().map(|text| text.trim()).find(|text| !text.is_empty()).unwrap_or("it says nothing");
    let text = if text.contains('{') { "what it says may hold a login" } else { text };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|letter| !letter.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::{Duration, Instant};

    use tempfile::TempDir;

    use super::{Surroundings, login};
    use crate::config::reference::Repository;
    use crate::image::{Login, NoLogin};

    /// `robot:hunter2-plain`
    const PLAIN: &str = "cm9ib3Q6aHVudGVyMi1wbGFpbg==";
    /// Nothing that holds this is ever shown.
    const SECRET: &str = "hunter2";

    /// A machine with a folder for a person, and the programs of `tests/logins`.
    struct Machine(TempDir);

    impl Machine {
        fn new(docker: &str) -> Self {
            let machine = Self(TempDir::new().unwrap());
            machine.write("home/.docker/config.json", docker);
            machine
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.0.path().join(name)
        }

        fn write(&self, name: &str, text: &str) {
            fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
            fs::write(self.path(name), text).unwrap();
        }

        fn read(&self, name: &str) -> String {
            fs::read_to_string(self.path(name)).unwrap()
        }

        fn surroundings(&self) -> Surroundings {
            let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logins");
            let search = [self.0.path(), &programs, Path::new("/usr/bin"), Path::new("/bin")];
            Surroundings {
                home: Some(self.path("home")),
                search: Some(std::env::join_paths(search).unwrap()),
                ..Surroundings::default()
            }
        }

        async fn login(&self, repository: &str) -> Result<Option<Login>, NoLogin> {
            ask(repository, &self.surroundings(), Duration::from_mins(1)).await
        }

        /// Who logs in where, and with what.
        async fn answer(&self, repository: &str) -> Option<String> {
            let login = self.login(repository).await.unwrap()?;
            Some(format!("{}:{} at {}", login.username(), login.secret(), login.place()))
        }

        async fn refusal(&self, repository: &str) -> NoLogin {
            self.login(repository).await.unwrap_err()
        }
    }

    async fn ask(repository: &str, surroundings: &Surroundings, patience: Duration) -> Result<Option<Login>, NoLogin> {
        let outcome = login(&Repository::parse(repository).unwrap(), surroundings, patience).await;
        assert!(!format!("{outcome:?}").contains(SECRET), "{outcome:?}");
        if let Err(error) = &outcome {
            let mut shown = format!("{error} {}", error.hint());
            let mut next: Option<&dyn std::error::Error> = std::error::Error::source(error);
            while let Some(cause) = next {
                shown.push_str(&cause.to_string());
                next = cause.source();
            }
            assert!(!shown.contains(SECRET), "{shown}");
        }
        outcome
    }

    fn found(place: &str, login: &str) -> String {
        format!("{login} at {place}")
    }

    #[tokio::test]
    async fn a_machine_without_a_configuration_has_no_login() {
        let machine = Machine(TempDir::new().unwrap());
        assert_eq!(machine.answer("ghcr.io/team/dev").await, None);
        let nowhere = Surroundings::default();
        assert_eq!(ask("ghcr.io/team/dev", &nowhere, Duration::ZERO).await.unwrap(), None);
        let nowhere = Surroundings { docker_folder: Some("/nowhere/at/all".into()), ..Surroundings::default() };
        assert_eq!(ask("ghcr.io/team/dev", &nowhere, Duration::ZERO).await.unwrap(), None);
        assert_eq!(Machine::new("").answer("ghcr.io/team/dev").await, None);
        assert_eq!(Machine::new("{}").answer("ghcr.io/team/dev").await, None);
    }

    #[tokio::test]
    async fn a_helper_is_asked_on_its_standard_input_and_told_nothing_else() {
        let machine =
            Machine::new(r#"{"credHelpers": {"registry.example.com:5000": "keeper"}, "credsStore": "failing"}"#);
        let expected = Some(found("registry.example.com:5000", "robot:hunter2-kept"));
        assert_eq!(machine.answer("registry.example.com:5000/team/dev").await, expected);
        assert_eq!(machine.read("arguments"), "1\nget\n");
        assert_eq!(machine.read("input"), "registry.example.com:5000");
        assert!(!machine.read("environment").contains(SECRET));
    }

    #[tokio::test]
    async fn docker_hub_has_its_own_name_everywhere() {
        let place = "https://index.docker.io/v1/";
        let machine = Machine::new(r#"{"credsStore": "keeper"}"#);
        for repository in ["team/dev", "busybox", "docker.io/team/dev", "index.docker.io/team/dev"] {
            assert_eq!(machine.answer(repository).await, Some(found(place, "robot:hunter2-kept")));
            assert_eq!(machine.read("input"), place);
        }
        for key in [place, "docker.io", "index.docker.io", "https://registry-1.docker.io/v2/"] {
            let machine = Machine::new(&format!(r#"{{"credHelpers": {{"{key}": "keeper"}}}}"#));
            assert_eq!(machine.answer("team/dev").await, Some(found(place, "robot:hunter2-kept")), "{key}");
            assert_eq!(machine.answer("ghcr.io/team/dev").await, None);
        }
    }

    #[tokio::test]
    async fn what_a_helper_does_not_keep_may_be_written_down() {
        for helper in ["empty", "blank"] {
            let machine = Machine::new(&format!(r#"{{"credsStore": "{helper}"}}"#));
            assert_eq!(machine.answer("ghcr.io/team/dev").await, None, "{helper}");
            let auths = format!(r#"{{"credsStore": "{helper}", "auths": {{"ghcr.io": {{"auth": "{PLAIN}"}}}}}}"#);
            let expected = Some(found("ghcr.io", "robot:hunter2-plain"));
            assert_eq!(Machine::new(&auths).answer("ghcr.io/team/dev").await, expected, "{helper}");
        }
    }

    #[tokio::test]
    async fn a_helper_comes_before_what_is_written_down() {
        let auths = format!(r#"{{"credsStore": "keeper", "auths": {{"ghcr.io": {{"auth": "{PLAIN}"}}}}}}"#);
        let machine = Machine::new(&auths);
        assert_eq!(machine.answer("ghcr.io/team/dev").await, Some(found("ghcr.io", "robot:hunter2-kept")));
        // An empty name for one registry switches the helper off there.
        let auths = auths.replace("\"auths\"", r#""credHelpers": {"ghcr.io": ""}, "auths""#);
        let machine = Machine::new(&auths);
        assert_eq!(machine.answer("ghcr.io/team/dev").await, Some(found("ghcr.io", "robot:hunter2-plain")));
    }

    #[tokio::test]
    async fn a_token_of_a_helper_stands_for_a_person() {
        let machine = Machine::new(r#"{"credsStore": "token"}"#);
        let login = machine.login("team.azurecr.io/dev").await.unwrap().unwrap();
        assert_eq!(login.identity_token(), Some("hunter2-token"));
        assert_eq!(login.username(), "00000000-0000-0000-0000-000000000000");
    }

    #[tokio::test]
    async fn a_helper_that_does_not_listen_and_says_a_lot_is_heard() {
        let machine = Machine::new(r#"{"credsStore": "deaf"}"#);
        assert_eq!(machine.answer("ghcr.io/team/dev").await, Some(found("ghcr.io", "robot:hunter2-deaf")));
    }

    #[tokio::test]
    async fn a_helper_that_gives_nothing_is_named() {
        for (helper, message) in [
            ("absent", "CONFIG names the credential helper `docker-credential-absent`, which is not on the PATH"),
            (
                "failing",
                "the credential helper `docker-credential-failing` failed (exit status: 3): \
                 the keyring is locked: [31mno one is there",
            ),
            (
                "leaking",
                "the credential helper `docker-credential-leaking` failed (exit status: 1): \
                 what it says may hold a login",
            ),
            (
                "unclear",
                "the answer of the credential helper `docker-credential-unclear` is not one that the protocol knows",
            ),
        ] {
            let machine = Machine::new(&format!(r#"{{"credHelpers": {{"ghcr.io": "{helper}"}}}}"#));
            let error = machine.refusal("ghcr.io/team/dev").await;
            let config = machine.path("home/.docker/config.json");
            let message = message.replace("CONFIG", &config.display().to_string());
            assert_eq!(error.to_string(), format!("cannot get the login for ghcr.io: {message}"));
            assert!(error.hint().contains(&format!("docker-credential-{helper}")), "{}", error.hint());
        }
    }

    #[tokio::test]
    async fn a_helper_that_never_ends_is_killed() {
        let machine = Machine::new(r#"{"credsStore": "silent"}"#);
        let (begun, patience) = (Instant::now(), Duration::from_millis(500));
        let error = ask("ghcr.io/team/dev", &machine.surroundings(), patience).await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert!(error.to_string().ends_with("did not answer within 0.5 s"), "{error}");
        let process = format!("/proc/{}/cmdline", machine.read("process").trim());
        let is_running = || fs::read(&process).is_ok_and(|line| line.starts_with(b"sleep"));
        while is_running() {
            assert!(begun.elapsed() < Duration::from_secs(30), "it still runs");
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn a_broken_configuration_is_an_error_that_shows_nothing_of_it() {
        let machine = Machine::new("{\"auths\": {\n  \"ghcr.io\": \"hunter2\"}}");
        let error = machine.refusal("ghcr.io/team/dev").await;
        let config = machine.path("home/.docker/config.json").display().to_string();
        assert_eq!(
            error.to_string(),
            format!("cannot read the registry logins in {config}: line 2, column 22 is not what belongs there")
        );
        assert_eq!(error.hint(), format!("see what is wrong: `jq empty {config}`"));
        let machine = Machine::new(r#"{"auths": {"ghcr.io": {"auth": "hunter2"}}}"#);
        assert_eq!(machine.answer("quay.io/team/dev").await, None);
        let error = machine.refusal("ghcr.io/team/dev").await.to_string();
        assert!(error.starts_with("cannot read the login for ghcr.io in "), "{error}");
        let machine = Machine(TempDir::new().unwrap());
        machine.write("home/.docker/config.json/file", "");
        let error = machine.refusal("ghcr.io/team/dev").await;
        assert!(matches!(error, NoLogin::Unreadable { .. }), "{error}");
    }

    #[tokio::test]
    async fn files_are_asked_in_their_order() {
        let machine = Machine(TempDir::new().unwrap());
        let surroundings = Surroundings {
            auth_file: Some(machine.path("first.json")),
            docker_folder: Some(machine.path("docker")),
            session_folder: Some(machine.path("session")),
            ..machine.surroundings()
        };
        let one = |name: &str| {
            format!(r#"{{"auths": {{"ghcr.io": {{"username": "{name}", "password": "hunter2-{name}"}}}}}}"#)
        };
        for (file, name) in [
            ("home/.config/containers/auth.json", "last"),
            ("session/containers/auth.json", "session"),
            ("docker/config.json", "docker"),
            ("first.json", "first"),
        ] {
            machine.write(file, &one(name));
            let login = ask("ghcr.io/team/dev", &surroundings, Duration::ZERO).await.unwrap();
            assert_eq!(login.unwrap().username(), name);
        }
        // Docker's own folder stands aside for the one that is named.
        machine.write("home/.docker/config.json", &one("home"));
        fs::remove_file(machine.path("first.json")).unwrap();
        let login = ask("ghcr.io/team/dev", &surroundings, Duration::ZERO).await.unwrap();
        assert_eq!(login.unwrap().username(), "docker");
    }
}
