//! What the complaints of a container engine, of kind and of k3d mean, and what mends it. Pure.

/// What a failure means, and the command that mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// In a sentence.
    pub message: String,
    /// What to type.
    pub hint: String,
}

/// What these last words mean, if it is something known.
#[must_use]
pub fn meaning(said: &str) -> Option<Meaning> {
    let low = said.to_ascii_lowercase();
    let is_said = |words: &[&str]| words.iter().any(|word| low.contains(word));
    let means = |message: &str, hint: &str| Some(Meaning { message: message.to_owned(), hint: hint.to_owned() });
    if is_said(&["permission denied while trying to connect", "connect: permission denied"]) {
        return means(
            "this account may not use Docker",
            "sudo usermod -aG docker $USER, then log in again (or: newgrp docker)",
        );
    }
    if is_said(&["cannot connect to the docker daemon", "is the docker daemon running"]) {
        return means("the daemon of Docker does not answer", "sudo systemctl start docker");
    }
    if is_said(&["too many open files", "inotify"]) {
        return means(
            "this machine allows too few watches of files for another node",
            "sudo sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288",
        );
    }
    if is_said(&["port is already allocated", "address already in use"]) {
        let port = port(said).unwrap_or_default();
        let message = if port.is_empty() { "a port is taken".to_owned() } else { format!("the port {port} is taken") };
        let hint = format!("who has it: docker ps --filter publish={port}; ss -ltnp");
        return Some(Meaning { message, hint: if port.is_empty() { "ss -ltnp".to_owned() } else { hint } });
    }
    if is_said(&["no space left on device", "disk quota exceeded"]) {
        return means("the disk is full", "docker system df; docker system prune");
    }
    if is_said(&[
        "failed to pull image",
        "pull access denied",
        "manifest unknown",
        "no such host",
        "not found: manifest",
    ]) {
        // It is typed into a shell: what is no name of an image is not repeated.
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/:@".contains(letter);
        let image = image(said).filter(|image| image.chars().all(is_plain)).unwrap_or_default();
        let name = if image.is_empty() { "the image of a node".to_owned() } else { format!("the image {image}") };
        let hint = format!("docker pull {}", if image.is_empty() { "IMAGE" } else { &image });
        return Some(Meaning { message: format!("{name} is neither here nor can it be pulled"), hint });
    }
    if is_said(&["cluster with that name already exists", "node(s) already exist for a cluster with the name"]) {
        return means("there is a cluster of that name already", "sindri k8s list");
    }
    if is_said(&["could not find a log line that matches", "cgroup", "delegate=yes"]) {
        return means(
            "a node did not start: this machine gives its containers no cgroups as Kubernetes needs them",
            "docker info --format '{{.CgroupDriver}} {{.CgroupVersion}}'; without root: sudo systemctl edit user@.service with [Service] Delegate=yes",
        );
    }
    if is_said(&["context deadline exceeded", "timed out waiting for the condition"]) {
        return means(
            "the cluster was not ready in time",
            "give it longer with --wait 10m, and look at it with --retain",
        );
    }
    None
}

/// The port in `Bind for 127.0.0.1:6550 failed`, or in `listen tcp 0.0.0.0:80: bind`.
fn port(said: &str) -> Option<String> {
    let after = said.split_once("Bind for ").or_else(|| said.split_once("listen tcp")).map(|(_, after)| after)?;
    let address = after.split_whitespace().find(|word| word.contains(':'))?;
    let port = address.trim_end_matches(':').rsplit(':').next()?;
    port.chars().all(|digit| digit.is_ascii_digit()).then(|| port.to_owned())
}

/// The image in `failed to pull image "a:b"`, in `failed to pull image 'a:b'`, in `pull access denied for a,`.
fn image(said: &str) -> Option<String> {
    let after =
        ["pull image \"", "pull image '", "access denied for "].iter().find_map(|words| said.split_once(*words));
    let end = |letter: char| matches!(letter, '"' | '\'' | ',') || letter.is_whitespace();
    after?.1.split(end).next().map(str::to_owned)
}

/// What a provider said, without its colours, its clock, and the level of the line.
#[must_use]
pub fn plain(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |plain, part| plain + part.split_once('m').map_or("", |(_, rest)| rest));
    let levels = ["INFO[", "WARN[", "ERRO[", "FATA[", "DEBU["];
    let without = levels.iter().find_map(|level| text.strip_prefix(level)?.split_once(']').map(|(_, rest)| rest));
    without.unwrap_or(&text).trim().replace(char::is_control, " ")
}

/// Whether a provider says goodbye: it tells of a kubeconfig that is not the person's.
#[must_use]
pub(super) fn is_farewell(line: &str) -> bool {
    const BEGINNINGS: [&str; 8] = [
        "Set kubectl context",
        "You can now use",
        "kubectl cluster-info",
        "export KUBECONFIG",
        "Have a nice day",
        "Have a question, bug",
        "Thanks for using kind",
        "Not sure what to do next",
    ];
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::{meaning, plain};

    #[test]
    fn what_programs_complain_of_has_a_meaning_and_a_mend() {
        for (said, message, hint) in [
            (
                "failed to list containers: Cannot connect to the Docker daemon at unix:///nonexistent. Is the docker daemon running?",
                "the daemon of Docker does not answer",
                "sudo systemctl start docker",
            ),
            (
                "ERROR: permission denied while trying to connect to the Docker daemon socket",
                "this account may not use Docker",
                "usermod -aG docker",
            ),
            (
                "Error response from daemon: driver failed programming external connectivity on endpoint k3d-t4-server-0 (a7): Bind for 127.0.0.1:6550 failed: port is already allocated",
                "the port 6550 is taken",
                "publish=6550",
            ),
            (
                "docker failed to pull image 'docker.io/rancher/k3s:v1.36.3-k3s1': docker failed",
                "the image docker.io/rancher/k3s:v1.36.3-k3s1 is neither",
                "docker pull docker.io/rancher/k3s:v1.36.3-k3s1",
            ),
            (
                "ERROR: failed to create cluster: failed to pull image \"kindest/node:v9\": command \"docker pull kindest/node:v9\" failed",
                "the image kindest/node:v9 is neither",
                "docker pull kindest/node:v9",
            ),
            (
                "ERROR: failed to create cluster: could not find a log line that matches \"Reached target .*Multi-User System.*|detected cgroup v1\"",
                "no cgroups",
                "Delegate=yes",
            ),
            (
                "failed to create fsnotify watcher: too many open files",
                "too few watches",
                "fs.inotify.max_user_instances=512",
            ),
            (
                "ERROR: failed to create cluster: node(s) already exist for a cluster with the name \"dev\"",
                "already",
                "sindri k8s list",
            ),
            ("mkdir /var/lib/docker/tmp: no space left on device", "the disk is full", "prune"),
            ("stopped returning log lines: context deadline exceeded", "not ready in time", "--wait 10m"),
        ] {
            let meaning = meaning(said).unwrap_or_else(|| panic!("{said}"));
            assert!(meaning.message.contains(message) && meaning.hint.contains(hint), "{said}: {meaning:?}");
        }
        assert_eq!(meaning("something else"), None);
    }

    #[test]
    fn a_line_is_told_without_what_is_around_it() {
        assert_eq!(plain("\u{1b}[36mINFO\u{1b}[0m[0000] Prep: Network            "), "Prep: Network");
        assert_eq!(
            plain(" \u{2713} Ensuring node image (kindest/node:v1.34.0) 🖼 "),
            "\u{2713} Ensuring node image (kindest/node:v1.34.0) 🖼"
        );
    }
}
