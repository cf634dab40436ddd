#![expect(clippy::disallowed_methods, reason = "the only writer of configuration files")]
//! `sindri init`

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Failure, word};
use super::source::{FILE_NAME, Source};
use super::ui::{Remark, Ui};
use super::value::{Parser, checked, explain};
use crate::config::name::{EnvironmentName, Namespace, Profile};
use crate::config::quantity::Quantity;
use crate::config::reference::Reference;
use crate::config::schema;
use crate::report::yaml::scalar;

/// Write a commented `sindri.yaml`.
///
/// Asks for what is not given when a person is there, and takes the defaults otherwise. A file that exists is never
/// overwritten.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The file to write; `-` prints it.
    #[arg(short, long, value_name = "FILE", default_value = FILE_NAME, env = "SINDRI_FILE", hide_env_values = true, value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// The name of the environment. Default: made from this folder's name.
    #[arg(long, value_name = "NAME", value_parser = checked(EnvironmentName::parse))]
    name: Option<String>,
    /// The image. Default: the local image `sindri:latest`, on local clusters only.
    #[arg(long, value_name = "IMAGE", value_parser = checked(Reference::parse))]
    image: Option<String>,
    /// The namespace. Default: the context's.
    #[arg(short, long, value_name = "NAMESPACE", env = "SINDRI_NAMESPACE", hide_env_values = true, value_parser = checked(Namespace::parse))]
    namespace: Option<String>,
    /// The memory. Default: 4GB.
    #[arg(long, value_name = "SIZE", value_parser = checked(Quantity::size))]
    memory: Option<String>,
    /// The processors. Default: 2.
    #[arg(long, value_name = "NUMBER", value_parser = checked(Quantity::processors))]
    cpus: Option<String>,
    /// The size of the home directory. Default: 10Gi.
    #[arg(long, value_name = "SIZE", value_parser = checked(Quantity::size))]
    size: Option<String>,
    /// The set of tools to install.
    #[arg(long, value_name = "PROFILE", value_parser = checked(Profile::parse))]
    profile: Option<String>,
}

struct Answers {
    name: String,
    image: String,
    namespace: String,
    memory: String,
    cpus: String,
    size: String,
    profile: String,
}

impl Init {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        let path = self.file.clone();
        let shown = path.to_string_lossy().into_owned();
        let to_output = shown == "-";
        if !to_output {
            check_place(&path, &shown)?;
        }
        let answers = self.answers(ui)?;
        let text = write(&answers);
        let source = Source::new(FILE_NAME, text.clone().into_bytes());
        if let Err(problems) = source.load() {
            return Err(Failure::problems(source, problems));
        }
        if to_output {
            return ui.data(&text);
        }
        create(&path, &shown, &text)?;
        ui.say(&format!("wrote {shown}: environment {}", answers.name));
        let flag = if shown == FILE_NAME { String::new() } else { format!(" --file {}", word(&shown)) };
        ui.remark(Remark::Next, &format!("look at it, then run `sindri validate{flag}` and `sindri render{flag}`"));
        Ok(())
    }

    fn answers(self, ui: &mut Ui) -> Result<Answers, Failure> {
        let suggested = folder_name();
        Ok(Answers {
            name: ask(ui, "Name of the environment", self.name, &suggested, EnvironmentName::parse)?,
            image: ask(ui, "Image (empty: the local sindri:latest)", self.image, "", Reference::parse)?,
            namespace: ask(ui, "Namespace (empty: the context's)", self.namespace, "", Namespace::parse)?,
            memory: ask(ui, "Memory", self.memory, "4GB", Quantity::size)?,
            cpus: ask(ui, "Processors", self.cpus, "2", Quantity::processors)?,
            size: ask(ui, "Size of the home directory", self.size, "10Gi", Quantity::size)?,
            profile: ask(ui, "Profile (empty: the image's own)", self.profile, "", Profile::parse)?,
        })
    }
}

/// What was given, what is answered until it is valid, or the default when nobody is there.
fn ask<T>(
    ui: &mut Ui,
    question: &str,
    given: Option<String>,
    default: &str,
    parse: Parser<T>,
) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given);
    }
    if !ui.asks() {
        return Ok(default.to_owned());
    }
    loop {
        let answer = ui.ask(question, default, "nothing was written")?;
        if answer == default {
            return Ok(answer);
        }
        match parse(&answer) {
            Ok(_) => return Ok(answer),
            Err(error) => ui.remark(Remark::Error, &explain(&error)),
        }
    }
}

/// This folder's name as the name of an environment, if it can be made one.
fn folder_name() -> String {
    let folder = std::env::current_dir().unwrap_or_default();
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let spelled: String =
        name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let trimmed = spelled.trim_matches('-');
    let starts_with_digit = trimmed.starts_with(|first: char| first.is_ascii_digit());
    let name = if starts_with_digit { format!("env-{trimmed}") } else { trimmed.to_owned() };
    if EnvironmentName::parse(&name).is_ok() { name } else { "sindri".to_owned() }
}

fn write(answers: &Answers) -> String {
    let mut lines = vec![
        format!("# yaml-language-server: $schema={}", schema::ADDRESS),
        "version: \"1.0\"".to_owned(),
        format!("name: {}", scalar(&answers.name)),
        String::new(),
        "deployment:".to_owned(),
        "  provider: kubernetes".to_owned(),
    ];
    lines.push(if answers.image.is_empty() {
        "  # image: ghcr.io/org/dev:1.4.0   # without one: the local sindri:latest, on kind and k3d only".to_owned()
    } else {
        format!("  image: {}", scalar(&answers.image))
    });
    lines.extend([
        "  resources:".to_owned(),
        format!("    memory: {}", answers.memory),
        format!("    cpus: {}", answers.cpus),
        "  volumes:".to_owned(),
        "    workspace:".to_owned(),
        "      # the home directory: stop, deploy and destroy keep it".to_owned(),
        format!("      size: {}", answers.size),
        "  # ports: [8080]   # besides 2222, for SSH".to_owned(),
        "  # env:".to_owned(),
        "  #   EDITOR: vim".to_owned(),
        String::new(),
    ]);
    let profile = if answers.profile.is_empty() { "fullstack".to_owned() } else { scalar(&answers.profile) };
    let extensions = [
        "extensions:".to_owned(),
        format!("  profile: {profile}   # what the image installs; it reaches the container as SINDRI_PROFILE"),
        String::new(),
    ];
    lines.extend(extensions.map(|line| commented(line, answers.profile.is_empty())));
    let namespace = if answers.namespace.is_empty() { "team-a".to_owned() } else { scalar(&answers.namespace) };
    let providers = [
        "providers:".to_owned(),
        "  kubernetes:".to_owned(),
        format!("    namespace: {namespace}   # default: the context's"),
    ];
    lines.extend(providers.map(|line| commented(line, answers.namespace.is_empty())));
    // Inside a block that is commented out as a whole, the mark stands where the block's own does.
    let mark = if answers.namespace.is_empty() { "#     " } else { "    # " };
    lines.push(format!("{mark}storageClass: fast-ssd   # default: the cluster's"));
    lines.push(format!("{mark}context: prod-cluster    # pins the context: no other one is ever used"));
    lines.join("\n") + "\n"
}

fn commented(line: String, comment: bool) -> String {
    if comment && !line.is_empty() { format!("# {line}") } else { line }
}

/// Says before anything is asked what could not be written in the end.
fn check_place(path: &Path, shown: &str) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::is_folder(shown, &path.join(FILE_NAME).to_string_lossy()));
    }
    // A link counts, even one that leads nowhere.
    if path.symlink_metadata().is_ok() {
        return Err(Failure::exists(shown));
    }
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) if matches!(folder.try_exists(), Ok(false)) => {
            Err(Failure::no_folder(shown, &folder.to_string_lossy()))
        }
        _ => Ok(()),
    }
}

fn create(path: &Path, shown: &str, text: &str) -> Result<(), Failure> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::exists(shown),
        _ => Failure::write(shown, error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| {
        // A half-written file is worse than none; if it cannot be removed either, the first error says why.
        std::fs::remove_file(path).unwrap_or_default();
        Failure::write(shown, error)
    })
}
