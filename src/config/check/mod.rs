//! From what is written to what it means, one file for each section. Every problem is reported, none hides another.

mod image;
mod kubernetes;
mod resources;
mod trust;

use std::collections::BTreeMap;

use super::file::File;
use super::malformed::Malformed;
use super::name::{EnvironmentName, Profile, VariableName};
use super::problem::{Code, Problem, Problems};
use super::spec::Spec;
use super::tree::KeyPath;

/// The port of SSH, which every environment offers.
pub const SSH_PORT: u16 = 2222;

/// The variables that Sindri sets itself.
pub const RESERVED_VARIABLES: [&str; 3] = ["HOME", "WORKSPACE", "SINDRI_PROFILE"];

/// Reads the typed file; `None` exactly when a problem was reported.
pub(super) fn file(file: File, problems: &mut Problems<'_>) -> Option<Spec> {
    let mut check = Check { problems };
    check.version(file.version.as_deref());
    let name = check.parse(&KeyPath::of("name"), Code::InvalidName, file.name.as_deref(), EnvironmentName::parse);
    let deployment = file.deployment.unwrap_or_default();
    let image = image::check(deployment.image.as_deref(), deployment.image_config, &mut check);
    let resources = resources::check(deployment.resources.unwrap_or_default(), &mut check);
    let volume = deployment.volumes.and_then(|volumes| volumes.workspace).unwrap_or_default();
    let workspace = resources::workspace(&volume, &mut check);
    let variables = check.variables(deployment.env.unwrap_or_default());
    let ports = check.ports(deployment.ports.unwrap_or_default());
    let command = deployment.command.unwrap_or_default();
    for (index, word) in command.iter().enumerate() {
        check.deliverable(&KeyPath::of("deployment.command").index(index), word);
    }
    let profile = file.extensions.and_then(|extensions| extensions.profile);
    let profile =
        check.parse(&KeyPath::of("extensions.profile"), Code::InvalidName, profile.as_deref(), Profile::parse);
    let kubernetes =
        kubernetes::check(file.providers.and_then(|providers| providers.kubernetes).unwrap_or_default(), &mut check);
    let (image, pull_policy) = image?;
    Some(Spec {
        name: name?,
        image,
        pull_policy,
        resources: resources?,
        workspace: workspace?,
        variables,
        ports,
        command,
        profile,
        kubernetes,
    })
}

/// Reports problems at their places.
struct Check<'check, 'tree> {
    problems: &'check mut Problems<'tree>,
}

impl Check<'_, '_> {
    /// Reads a value with the parser of its type.
    fn parse<T>(
        &mut self,
        path: &KeyPath,
        code: Code,
        text: Option<&str>,
        parse: fn(&str) -> Result<T, Malformed>,
    ) -> Option<T> {
        match parse(text?) {
            Ok(value) => Some(value),
            Err(error) => {
                let problem = self.problems.value(path, code, error.to_string());
                self.problems.push(match left_in(text?) {
                    Some(hint) => problem.hint(hint),
                    None => explained(problem, &error),
                });
                None
            }
        }
    }

    /// Whether one of these keys was written, though not in a way that could be read.
    fn is_attempted(&self, section: &KeyPath, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.problems.is_attempted_within(&section.key(key)))
    }

    /// Two keys of which only one may be given. The second is marked.
    fn exclude(&mut self, section: &KeyPath, first: &str, second: &str, hint: &str) {
        let (first, second) = (section.key(first), section.key(second));
        let problem = self
            .problems
            .key(&second, Code::ConflictingKeys, format!("`{second}` and `{first}` exclude each other"))
            .related(self.problems.span_of(&first), "given here")
            .hint(hint);
        self.problems.push(problem);
    }

    /// A section that lacks the keys of which one would give it a meaning.
    fn incomplete(&mut self, section: &KeyPath, keys: &[&str], message: &str, hint: &str) {
        if self.is_attempted(section, keys) || self.problems.is_obscured(section) {
            return;
        }
        self.problems.push(self.problems.key(section, Code::MissingKey, message).hint(hint));
    }

    fn version(&mut self, version: Option<&str>) {
        let Some(version) = version else { return };
        let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if major != "1" || !is_number(minor) {
            let message = format!("the format version `{version}` is not supported");
            let problem = self.problems.value(&KeyPath::of("version"), Code::UnsupportedVersion, message);
            self.problems
                .push(problem.hint(left_in(version).unwrap_or("this version of Sindri reads `version: \"1.0\"`")));
        }
    }

    fn variables(&mut self, written: BTreeMap<String, String>) -> BTreeMap<VariableName, String> {
        let section = KeyPath::of("deployment.env");
        let mut variables = BTreeMap::new();
        for (key, value) in written {
            let path = section.key(&key);
            match VariableName::parse(&key) {
                Err(error) => {
                    let problem = self.problems.key(&path, Code::InvalidVariable, error.to_string());
                    self.problems.push(explained(problem, &error));
                }
                Ok(name) if RESERVED_VARIABLES.contains(&name.as_str()) => {
                    let problem = self.problems.key(&path, Code::ReservedVariable, format!("`{key}` is set by Sindri"));
                    self.problems.push(problem.hint(if key == "SINDRI_PROFILE" {
                        "set `extensions.profile` instead"
                    } else {
                        "choose another name"
                    }));
                }
                Ok(name) => {
                    self.deliverable(&path, &value);
                    variables.insert(name, value);
                }
            }
        }
        variables
    }

    /// The API server reads what is applied as YAML, which these characters are not part of; and no process can be
    /// given a null character.
    fn deliverable(&mut self, path: &KeyPath, value: &str) {
        let refused =
            |letter: &char| matches!(letter, '\0' | '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
        if let Some(letter) = value.chars().find(refused) {
            let message =
                format!("`{path}` holds the character U+{:04X}, which Kubernetes does not take", u32::from(letter));
            self.problems
                .push(self.problems.value(path, Code::InvalidValue, message).hint("remove it, or encode the value"));
        }
    }

    fn ports(&mut self, mut ports: Vec<u16>) -> Vec<u16> {
        let section = KeyPath::of("deployment.ports");
        if let Some(index) = ports.iter().position(|port| *port == SSH_PORT) {
            let message = format!("`{SSH_PORT}` is always offered, for SSH");
            self.problems
                .push(self.problems.value(&section.index(index), Code::DuplicateValue, message).hint("remove it"));
        }
        ports.sort_unstable();
        ports
    }
}

/// What other programs leave in a value, when it cannot be read because of that.
fn left_in(text: &str) -> Option<&'static str> {
    if text.contains("${") || text.contains("{{") {
        Some("a placeholder is left in: fill it in before Sindri reads the file")
    } else if text.contains(['“', '”', '„', '‘', '’']) {
        Some("write straight quotes: `\"` or `'`")
    } else {
        None
    }
}

fn explained(problem: Problem, error: &Malformed) -> Problem {
    match error.hint() {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}
