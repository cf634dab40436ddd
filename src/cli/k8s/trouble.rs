//! What went wrong with a cluster on this machine, and what mends it.

use std::path::Path;

use super::super::failure::{Failure, word};
use crate::local::{KubeconfigTrouble, MakerTrouble, NotRun, REGISTRY, RegistryTrouble, Unmergeable, meaning};

impl From<KubeconfigTrouble> for Failure {
    fn from(error: KubeconfigTrouble) -> Self {
        let file = |path: &Path| word(&path.to_string_lossy()).into_owned();
        let hint = match &error {
            KubeconfigTrouble::Nowhere => "`export KUBECONFIG=FILE`".to_owned(),
            KubeconfigTrouble::Unread { path, .. } => format!("look at it with `ls -l {}`", file(path)),
            KubeconfigTrouble::Unwritable { path, .. } => {
                format!("`sudo chown $USER {}`, or name another with `export KUBECONFIG=FILE`", file(path))
            }
            KubeconfigTrouble::Locked { lock, .. } => {
                format!("if nobody writes it any more: `rm {}`", file(lock))
            }
            KubeconfigTrouble::NotUnderstood { path } => {
                format!(
                    "name another with `export KUBECONFIG=FILE`, or look at it with `kubectl --kubeconfig {} config view`",
                    file(path)
                )
            }
            KubeconfigTrouble::NotGiven { program, .. } => {
                format!("is it the {program} that you mean? `{program} version`")
            }
        };
        Self::told(error).hint(hint)
    }
}

impl From<RegistryTrouble> for Failure {
    fn from(error: RegistryTrouble) -> Self {
        let hint = match &error {
            RegistryTrouble::Foreign { .. } => format!("rename it with `docker rename {REGISTRY} OTHER`, or remove it"),
            RegistryTrouble::Elsewhere { there, .. } => format!("use it with `--registry={there}`"),
            RegistryTrouble::Known { meaning, .. } => {
                format!("{}; another port or image: `--registry=PORT`, `--registry-image IMAGE`", meaning.hint)
            }
            RegistryTrouble::Engine { .. } => format!("see what `docker logs {REGISTRY}` says"),
        };
        match error {
            RegistryTrouble::Engine { source } => Self::from(source),
            error => Self::told(error).hint(hint),
        }
    }
}

/// The provider's own file cannot be used as it is.
pub(super) fn unmergeable(error: &Unmergeable, file: Option<&Path>) -> Failure {
    let named = file.map(|file| format!("cannot use {}: ", file.display())).unwrap_or_default();
    Failure::configuration(format!("{named}{error}"))
}

impl From<MakerTrouble> for Failure {
    fn from(error: MakerTrouble) -> Self {
        let install = |program: &str| format!("install it with `sindri k8s install {program}`");
        match error {
            MakerTrouble::Engine(error) => error.into(),
            MakerTrouble::Kubeconfig(error) => error.into(),
            MakerTrouble::Missing { program } => Self::told(error).hint(install(program)),
            MakerTrouble::NoMaker => Self::told(error).hint(install("kind")),
            MakerTrouble::TooOld { program, .. } => {
                Self::told(error).hint(format!("put a newer one in its place with `sindri k8s install {program}`"))
            }
            MakerTrouble::NeedsDocker => Self::told(error).hint("use kind: `--provider kind`"),
            MakerTrouble::NotRun { program, source: NotRun::TooSlow { .. } } => {
                Self::told(error).hint(format!("see what `{program} version` and `docker ps` say"))
            }
            MakerTrouble::NotRun { program, .. } => {
                Self::told(error).hint(format!("see what `{program} version` says"))
            }
            MakerTrouble::Failed { ref said, .. } => {
                let text = said.join("\n");
                let said = said.clone();
                let known = meaning(&text);
                let failure = match &known {
                    Some(meaning) => Self::failed(format!("{}: {error}", meaning.message), None),
                    None => Self::told(error),
                };
                failure.hearing(said).maybe_hint(known.map(|meaning| format!("`{}`", meaning.hint)))
            }
            MakerTrouble::Disk { .. } => Self::told(error).hint("`df -h /tmp`"),
            MakerTrouble::Left { ref left, .. } => {
                let hint = format!("`docker rm --force --volumes {}`", left.join(" "));
                Self::told(error).hint(hint)
            }
        }
    }
}
