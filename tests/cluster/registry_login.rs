//! The login for a private registry: from this machine to the node, and nowhere else.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Namespace, Outcome, Refusal, configuration, run, shell_image, wait};

const SECRET: &str = "secret/sindri-registry-creds";

/// A registry that wants a login, and the login.
struct Private {
    registry: String,
    user: String,
    password: String,
}

impl Private {
    fn new() -> Outcome<Self> {
        let variable =
            |name| env::var(name).map_err(|error| format!("{name}: {error}; the bed needs the part `login`"));
        Ok(Self {
            registry: variable("SINDRI_TEST_REGISTRY_LOGIN")?,
            user: variable("SINDRI_TEST_REGISTRY_LOGIN_USER")?,
            password: variable("SINDRI_TEST_REGISTRY_LOGIN_PASSWORD")?,
        })
    }

    /// An environment whose image is in this registry. The node asks for it each time.
    fn configuration(&self, name: &str) -> Outcome<String> {
        let image = shell_image();
        let path = image.split_once('/').map(|(_, path)| path);
        let (path, digest) =
            path.and_then(|path| path.split_once('@')).ok_or("the image has no registry or no digest")?;
        let registry = &self.registry;
        Ok(configuration(name, "", "").replace(
            &format!("image: {image}"),
            &format!(
                "image_config: {{registry: \"{registry}/{path}\", digest: \"{digest}\", pull_policy: Always, \
                 verify_signature: false, verify_provenance: false}}"
            ),
        ))
    }

    fn entry(&self) -> Value {
        json!({"username": self.user, "password": self.password})
    }
}

/// A person's folder, with a docker configuration and programs in it.
struct Person(TempDir);

impl Person {
    fn new() -> Outcome<Self> {
        let person = Self(TempDir::new()?);
        fs::create_dir(person.path(".docker"))?;
        Ok(person)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn has(&self, config: &Value) -> Outcome {
        Ok(fs::write(self.path(".docker/config.json"), config.to_string())?)
    }

    /// What sindri says, on both streams.
    fn sindri(&self, arguments: &[&str], namespace: &Namespace, file: &str) -> Result<String, Refusal> {
        let context = env::var("SINDRI_TEST_CONTEXT").unwrap_or_default();
        let search = env::var_os("PATH").unwrap_or_default();
        let search = [self.0.path().to_owned()].into_iter().chain(env::split_paths(&search));
        let search = env::join_paths(search).map_err(|error| Refusal::of(&error.to_string()))?;
        // Both streams in one.
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 2>&1", env!("CARGO_BIN_EXE_sindri")]).args(arguments);
        command.args(["--file", "-", "--context", &context, "--namespace", &namespace.name, "--timeout", "120s"]);
        command.env("HOME", self.0.path()).env("PATH", search);
        for variable in ["DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"] {
            command.env_remove(variable);
        }
        run(command, file)
    }
}

/// The docker configuration that the node gets.
fn given(namespace: &Namespace) -> Outcome<Value> {
    let go = "go-template={{index .data \".dockerconfigjson\" | base64decode}}";
    Ok(serde_json::from_str(&namespace.kubectl(&["get", SECRET, "-o", go], "")?)?)
}

fn pod_waits_for_the_image(namespace: &Namespace) -> Result<(), Refusal> {
    let reasons = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}";
    let reasons = namespace.kubectl(&["get", "pods", "-o", reasons], "")?;
    if reasons.contains("ErrImagePull") || reasons.contains("ImagePullBackOff") {
        Ok(())
    } else {
        Err(Refusal::of(&format!("the pod waits for: {reasons}")))
    }
}

fn holds_nothing_of(texts: &[&str], secrets: &[&str]) {
    for text in texts {
        for secret in secrets {
            assert!(!text.contains(secret), "a secret is shown:\n{text}");
        }
    }
}

#[test]
fn a_private_image_runs_with_the_login_of_this_machine_and_not_without() -> Outcome {
    let (private, person, namespace) = (Private::new()?, Person::new()?, Namespace::new("restricted")?);
    let file = private.configuration("dev")?;

    person.sindri(&["deploy", "--yes", "--no-wait"], &namespace, &file)?;
    wait("the node to be refused", || pod_waits_for_the_image(&namespace))?;
    let secrets = namespace.kubectl(&["get", "secrets", "-o", "name"], "")?;
    assert_eq!(secrets, "", "without a login there is no Secret");

    let others = json!({"username": "robot", "password": "of-another-registry"});
    person.has(&json!({"auths": {private.registry.as_str(): private.entry(), "ghcr.io": others}}))?;
    let planned = person.sindri(&["plan"], &namespace, &file)?;
    let as_data = person.sindri(&["plan", "-o", "json"], &namespace, &file)?;
    let deployed = person.sindri(&["deploy", "--yes"], &namespace, &file)?;
    let again = person.sindri(&["deploy", "--yes", "--verbose"], &namespace, &file)?;
    assert!(planned.contains(SECRET) && as_data.contains("sindri-registry-creds"), "{planned}\n{as_data}");
    assert!(again.contains("No changes"), "{again}");
    namespace.wait_until_available("dev")?;
    let given = given(&namespace)?;
    let auths = given["auths"].as_object().ok_or("no logins")?;
    assert_eq!(auths.keys().collect::<Vec<_>>(), [&private.registry], "only that registry's login");
    let coded = auths[&private.registry]["auth"].as_str().ok_or("no login")?;
    let texts = [planned.as_str(), &as_data, &deployed, &again];
    holds_nothing_of(&texts, &[&private.password, coded, "of-another-registry"]);

    // Somebody without a login deploys a change: the node keeps the one it has.
    let guest = Person::new()?;
    let changed = file.replace("cpus: 0.2", "cpus: 0.3");
    guest.sindri(&["deploy", "--yes"], &namespace, &changed)?;
    namespace.wait_until_available("dev")
}

#[test]
fn a_changed_login_is_written_and_those_of_other_environments_stay() -> Outcome {
    let (private, person, namespace) = (Private::new()?, Person::new()?, Namespace::new("restricted")?);
    let file = private.configuration("one")?;
    let other = configuration("two", "", "");
    let plain = shell_image();
    let plain = plain.split('/').next().unwrap_or_default();
    let login = |password: &str| json!({"username": "robot", "password": password});
    let logins = |config: &Value| -> Vec<String> {
        config["auths"].as_object().map(|auths| auths.keys().cloned().collect()).unwrap_or_default()
    };

    person.has(&json!({"auths": {private.registry.as_str(): login("of-last-week"), plain: login("elsewhere")}}))?;
    person.sindri(&["deploy", "--yes", "--no-wait"], &namespace, &file)?;
    wait("the node to be refused", || pod_waits_for_the_image(&namespace))?;
    person.sindri(&["deploy", "--yes", "--no-wait"], &namespace, &other)?;
    let mut both = [plain.to_owned(), private.registry.clone()];
    both.sort();
    assert_eq!(logins(&given(&namespace)?), both);

    person.has(&json!({"auths": {private.registry.as_str(): private.entry()}}))?;
    let planned = person.sindri(&["plan"], &namespace, &file)?;
    assert!(planned.contains(SECRET) && planned.contains("1 to change"), "{planned}");
    holds_nothing_of(&[&planned], &[&private.password, "of-last-week"]);
    person.sindri(&["deploy", "--yes"], &namespace, &file)?;
    assert_eq!(logins(&given(&namespace)?), both);
    namespace.wait_until_available("one")
}

#[test]
fn a_helper_gives_the_login_and_nothing_of_it_is_left_on_this_machine() -> Outcome {
    let (private, person, namespace) = (Private::new()?, Person::new()?, Namespace::new("restricted")?);
    let file = private.configuration("dev")?;
    person.has(&json!({"credsStore": "bed"}))?;
    let answer = json!({"ServerURL": private.registry, "Username": private.user, "Secret": private.password});
    let script = format!("#!/bin/sh\ncat >/dev/null\ncat <<'END'\n{answer}\nEND\n");
    // A file that this process has open for writing could not be started.
    let helper = person.path("docker-credential-bed");
    let mut writer = Command::new("sh");
    writer.args(["-c", "cat >\"$0\" && chmod +x \"$0\""]).arg(&helper);
    run(writer, &script)?;
    person.sindri(&["deploy", "--yes"], &namespace, &file)?;
    namespace.wait_until_available("dev")?;
    fs::remove_file(&helper)?;
    let left = files_with(person.0.path(), &private.password)?;
    assert_eq!(left, Vec::<PathBuf>::new());
    Ok(())
}

fn files_with(folder: &Path, text: &str) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_with(&path, text)?);
        } else if String::from_utf8_lossy(&fs::read(&path)?).contains(text) {
            found.push(path);
        }
    }
    Ok(found)
}

#[test]
fn a_secret_of_somebody_else_is_used_and_left_alone() -> Outcome {
    let (private, person, namespace) = (Private::new()?, Person::new()?, Namespace::new("restricted")?);
    let file = private.configuration("dev")?;
    let theirs = json!({"auths": {private.registry.as_str(): private.entry()}}).to_string();
    let secret = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "sindri-registry-creds"},
        "type": "kubernetes.io/dockerconfigjson",
        "stringData": {".dockerconfigjson": theirs},
    });
    namespace.kubectl(&["create", "-f", "-"], &secret.to_string())?;
    let before = namespace.get(SECRET)?;
    person.has(&json!({"auths": {private.registry.as_str(): {"username": "robot", "password": "mine"}}}))?;
    let deployed = person.sindri(&["deploy", "--yes"], &namespace, &file)?;
    assert!(deployed.contains("was made by somebody else"), "{deployed}");
    namespace.wait_until_available("dev")?;
    assert_eq!(namespace.get(SECRET)?, before);
    Ok(())
}
