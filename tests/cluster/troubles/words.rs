//! What was said, without what differs from run to run.

use std::path::PathBuf;
use std::{env, fs};

use crate::support::{Namespace, Outcome, Refusal, kubectl, shell_image};

/// What differs, and what stands for it.
pub(super) struct Words(Vec<(String, &'static str)>);

impl Words {
    pub(super) fn of(namespace: &Namespace) -> Outcome<Self> {
        let context = env::var("SINDRI_TEST_CONTEXT")?;
        let server = kubectl(&["config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"], "")?;
        let node = kubectl(&["get", "nodes", "-o", "jsonpath={.items[0].metadata.name}"], "")?;
        let image = shell_image();
        let registry = image.split('/').next().unwrap_or_default().to_owned();
        let digest = image.rsplit_once('@').map_or("no-digest", |(_, digest)| digest).to_owned();
        Ok(Self(vec![
            (namespace.name.clone(), "NAMESPACE"),
            (image, "IMAGE"),
            (digest, "DIGEST"),
            (registry, "REGISTRY"),
            (env::var("SINDRI_TEST_REGISTRY_LOGIN").unwrap_or_else(|_| "no-such-registry".to_owned()), "PRIVATE"),
            (server, "SERVER"),
            (format!("on {node}"), "on NODE"),
            (format!("node {node}"), "node NODE"),
            (format!("node/{node}"), "node/NODE"),
            (context, "CONTEXT"),
        ]))
    }

    /// A text, line by line.
    pub(super) fn said(&self, text: &str) -> String {
        let known = self.0.iter().fold(text.to_owned(), |text, (own, general)| text.replace(own, general));
        let lines: Vec<_> = known.lines().map(line).collect();
        lines.join("\n") + if lines.is_empty() { "" } else { "\n" }
    }

    /// Of a plan, what it foresees, and how it ends if it is refused.
    pub(super) fn findings(&self, text: &str) -> String {
        let titles =
            ["Deploy would be refused:", "The environment would not run:", "This may go wrong:", "This could not be"];
        let is_start = |line: &str| line.starts_with("error: ") || titles.iter().any(|title| line.starts_with(title));
        let start = text.lines().position(is_start);
        let kept: Vec<_> = start.map(|start| text.lines().skip(start).collect()).unwrap_or_default();
        self.said(&kept.join("\n"))
    }

    /// Of a status, what it says of the trouble.
    pub(super) fn status(&self, text: &str) -> String {
        let rows = ["image ", "pod ", "usage ", "volume ", "address ", "applied ", "drift ", "          "];
        let is_row =
            |line: &&str| line.strip_prefix("  ").is_some_and(|rest| rows.iter().any(|row| rest.starts_with(row)));
        let kept: Vec<_> = text.lines().skip(2).filter(|line| !is_row(line)).collect();
        self.said(&kept.join("\n"))
    }
}

impl Words {
    /// Of a doctor's report, the checks that are not well. What programs this machine has is no trouble of the cluster.
    pub(super) fn doctor(&self, text: &str) -> String {
        let bad = ["failed ", "warning ", "unknown "];
        let machine = [" docker ", " kind ", " k3d "];
        let is_check = |line: &str| !line.starts_with(' ');
        let is_kept = |line: &str| {
            bad.iter().any(|verdict| line.starts_with(verdict)) && !machine.iter().any(|name| line.contains(name))
                || line.starts_with("error: ")
        };
        let mut keeps = false;
        let kept = text.lines().filter(|line| {
            keeps = if is_check(line) { is_kept(line) } else { keeps };
            keeps
        });
        // Which of the questions that are asked at the same time is told is chance.
        let kept = kept.map(|line| match (line.split_once(": cannot "), line.split_once(": the server ")) {
            (Some((who, _)), Some((_, told))) if line.starts_with("    ! ") => {
                format!("{who}: cannot ASK: the server {told}")
            }
            _ => line.to_owned(),
        });
        self.said(&kept.collect::<Vec<_>>().join("\n"))
    }
}

/// Compares with what is kept.
pub(super) fn keep(name: &str, said: &str) -> Outcome {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cluster/troubles/{name}.txt"));
    if env::var_os("SINDRI_OVERWRITE").is_some() {
        fs::write(&path, said)?;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said, kept, "{name}: is this better? then SINDRI_OVERWRITE=1 keeps it");
    Ok(())
}

/// One line: names that are drawn, and times.
fn line(line: &str) -> String {
    // The same is said of every version.
    let (before, version) = line.split_once("Kubernetes v").unwrap_or((line, ""));
    let after = version.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let general = format!("{before}Kubernetes VERSION{after}");
    let line = if version.is_empty() { line } else { general.as_str() };
    let line = line.strip_prefix('[').and_then(|rest| rest.split_once("s] ")).map_or(line, |(_, told)| told);
    // Which of the questions that are asked at the same time is told is chance.
    let asked = line.strip_prefix("error: cannot ").and_then(|rest| rest.split_once(": the server "));
    let line = &asked.map_or(line.to_owned(), |(_, told)| format!("error: cannot ASK: the server {told}"));
    let mut words = Vec::new();
    let mut rest = line.as_str();
    while let Some(start) = rest.find("dev-") {
        let (before, from) = rest.split_at(start);
        let end = from.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        words.push(before.to_owned());
        words.push(drawn(name));
        rest = after;
    }
    words.push(rest.to_owned());
    // So is how often something has happened by then.
    numbers(&words.concat()).replace(", N times so far", "").replace(" (N times)", "").trim_end().to_owned()
}

/// `dev-5557ccc57d-csm25` is a pod, `dev-5557ccc57d` what makes it.
fn drawn(name: &str) -> String {
    let is_drawn =
        |part: &str| part.len() >= 5 && part.chars().all(|letter| "bcdfghjklmnpqrstvwxz2456789".contains(letter));
    let parts: Vec<_> = name.split('-').collect();
    match parts.as_slice() {
        ["dev", set, pod] if is_drawn(set) && is_drawn(pod) => "dev-SET-POD".to_owned(),
        // A pod that was never made.
        ["dev", set, ""] if is_drawn(set) => "dev-SET-".to_owned(),
        ["dev", set] if is_drawn(set) => "dev-SET".to_owned(),
        _ => name.to_owned(),
    }
}

/// Seconds that pass, and how often something was said.
fn numbers(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for index in 1..words.len() {
        let is_unit = ["s", "s)", "min", "times", "times)"].contains(&words[index].trim_end_matches([',', ';']));
        let is_digit = |letter: char| letter.is_ascii_digit() || letter == '.';
        let is_number = words[index - 1].trim_start_matches('(').chars().all(is_digit);
        if is_unit && is_number && !words[index - 1].is_empty() {
            words[index - 1] = if words[index - 1].starts_with('(') { "(N".to_owned() } else { "N".to_owned() };
        }
    }
    for word in &mut words {
        let amount = word.trim_end_matches('`').strip_suffix("Ki").map(str::to_owned);
        if let Some(amount) =
            amount.filter(|amount| amount.len() > 5 && amount.chars().all(|letter| letter.is_ascii_digit()))
        {
            *word = word.replace(&amount, "N");
        }
    }
    words.join(" ")
}

/// Whether the cluster itself says anything that is wrong.
pub(super) fn is_visible(namespace: &Namespace) -> Result<bool, Refusal> {
    let warnings = namespace.kubectl(&["get", "events", "--field-selector", "type=Warning", "-o", "name"], "")?;
    Ok(!warnings.is_empty())
}
