//! The real program against such registries: what it prints, and its exit code.

use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::server::{Reply, Server, honest, image, index};

fn sindri(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let home = TempDir::new().unwrap();
    started(&home, arguments, variables)
}

fn started(home: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sindri"));
    command.args(arguments).current_dir(home.path()).env_clear().env("HOME", home.path());
    command.envs(variables.iter().copied());
    command.output().unwrap()
}

/// How the program ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) data: String,
    pub(crate) said: String,
}

/// Starts it in a folder.
pub(crate) fn sindri_in(folder: &TempDir, arguments: &[&str]) -> Ended {
    sindri_with(folder, arguments, &[])
}

/// Starts it in a folder, with variables.
pub(crate) fn sindri_with(folder: &TempDir, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let output = started(folder, arguments, variables);
    Ended { code: output.status.code(), data: text(&output.stdout), said: text(&output.stderr) }
}

/// What a program is told has the form that is published.
#[track_caller]
pub(crate) fn keeps_to(schema: &str, document: &Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}: {document:#}");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn an_index_is_shown_with_every_platform() {
    let list = index(&[("amd64", &image("amd64")), ("arm64", &image("arm64"))]);
    let digest = sindri::config::reference::Digest::of(&list);
    let server = Server::new(move |seen| honest(&seen.path, &[("1.4.0", &list)], &[&image("amd64"), &image("arm64")]));
    let repository = format!("{}/team/dev", server.host());
    let output = sindri(&["image", "resolve", &format!("{repository}:1.4.0")], &[]);
    let (amd64, arm64) = (image("amd64").digest, image("arm64").digest);
    assert_eq!(
        text(&output.stdout),
        format!(
            "image      {repository}:1.4.0\n\
             tag        1.4.0\n\
             digest     {digest}\n\
             deploy as  {repository}@{digest}\n\
             \n\
             PLATFORM     SIZE    CREATED               DIGEST\n\
             linux/amd64  2.0 MB  2026-01-02T03:04:05Z  {amd64}\n\
             linux/arm64  2.0 MB  2026-01-02T03:04:05Z  {arm64}\n"
        )
    );
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    let output = sindri(&["image", "resolve", &format!("{repository}:1.4.0"), "-o", "json"], &[]);
    let data: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&data["tag"], &data["index"]), (&json!("1.4.0"), &json!(true)));
    assert_eq!(data["reference"], json!(format!("{repository}@{digest}")));
    assert_eq!(data["platforms"][1]["platform"], json!("linux/arm64"));
    keeps_to(include_str!("../../schemas/image.schema.json"), &data);
    let yaml = sindri(&["image", "resolve", &format!("{repository}:1.4.0")], &[("SINDRI_OUTPUT", "yaml")]);
    assert!(text(&yaml.stdout).contains(&format!("digest: {digest}")), "{}", text(&yaml.stdout));
}

#[test]
fn the_exit_code_says_whether_the_image_or_the_registry_is_refused() {
    for (status, code) in [(404, 4), (403, 1), (418, 1)] {
        let server = Server::new(move |_| Reply::status(status));
        let output = sindri(&["image", "resolve", &format!("{}/team/dev:1", server.host())], &[]);
        assert_eq!(output.status.code(), Some(code), "{status}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "");
    }
    let output = sindri(&["image", "resolve", "NotAnImage"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let output = sindri(&["image", "resolve"], &[]);
    assert_eq!(output.status.code(), Some(2), "there is no file: {}", text(&output.stderr));
}

#[test]
fn a_registry_that_is_not_named_insecure_is_spoken_to_with_tls() {
    let server = Server::new(|seen| honest(&seen.path, &[("1", &image("amd64").manifest)], &[&image("amd64")]));
    // The same machine under a name that does not say so.
    let host = format!("0.0.0.0:{}", server.port);
    let reference = format!("{host}/team/dev:1");
    let output = sindri(&["image", "resolve", &reference], &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    let hint = format!("hint: if it speaks plain http, and you trust the way to it: `--insecure-registry {host}`");
    assert!(said.contains("it does not speak TLS") && said.contains(&hint), "{said}");
    assert!(
        server.seen().iter().all(|seen| seen.path.is_empty() || !seen.path.starts_with("/v2")),
        "nothing was asked"
    );
    for variables in
        [&[("SINDRI_INSECURE_REGISTRIES", host.as_str())][..], &[("SINDRI_INSECURE_REGISTRIES", "a:1,0.0.0.0")]]
    {
        let flag = format!("--insecure-registry={host}");
        let flags: &[&str] = if variables[0].1 == host { &[] } else { &[&flag] };
        let arguments = [&["image", "resolve", reference.as_str()], flags].concat();
        let output = sindri(&arguments, variables);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
}

#[test]
fn a_login_of_the_docker_configuration_is_used() {
    let server = Server::new(|seen| match seen.authorization.as_deref() {
        // `robot:hunter2`
        Some("Basic cm9ib3Q6aHVudGVyMg==") => {
            honest(&seen.path, &[("1", &image("amd64").manifest)], &[&image("amd64")])
        }
        _ => Reply::status(401).with("www-authenticate", "Basic realm=\"r\""),
    });
    let folder = TempDir::new().unwrap();
    let config = json!({"auths": {server.host(): {"auth": "cm9ib3Q6aHVudGVyMg=="}}});
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let reference = format!("{}/team/dev:1", server.host());
    let output = sindri(&["image", "resolve", &reference], &[("DOCKER_CONFIG", folder.path().to_str().unwrap())]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let without = sindri(&["image", "resolve", &reference], &[]);
    assert_eq!(without.status.code(), Some(1));
    assert!(text(&without.stderr).contains(&format!("hint: log in: `docker login {}`", server.host())));
}

#[test]
fn rendering_waits_for_a_silent_registry_as_long_as_it_is_told() {
    let server = Server::new(|_| Reply::Silence);
    let folder = TempDir::new().unwrap();
    let text = format!(
        "version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n  resources: {{memory: 1GB, cpus: 1}}\n  \
         image: \"{}/team/dev:1\"\n",
        server.host()
    );
    std::fs::write(folder.path().join("sindri.yaml"), text).unwrap();
    for (arguments, variables) in
        [(&["render", "--pin", "--timeout", "1s"][..], &[][..]), (&["render", "--pin"], &[("SINDRI_TIMEOUT", "1s")])]
    {
        let ended = sindri_with(&folder, arguments, variables);
        assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""), "{}", ended.said);
        assert!(ended.said.contains("did not answer within 1 s"), "{}", ended.said);
    }
}
