//! What every command that talks to a registry can be told about it, and the image that it finds there.

use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::value;
use crate::config::reference::Repository;
use crate::config::spec::Spec;
use crate::image::{
    InsecureHost, Login, Network, NoLogin, Pinned, Registry, Surroundings, Unresolved, login, pin, pin_resolved,
    resolve, wanted,
};
use crate::plan::{Finding, Severity};

/// How long the program that keeps a login may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to see whether a digest is there. It is certain already what is meant by it.
const GLANCE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Registry options")]
pub(super) struct RegistryArguments {
    /// A registry that is spoken to without TLS, for example `registry.internal:5000`; this machine's own always are.
    #[arg(
        long = "insecure-registry",
        value_name = "HOST",
        env = "SINDRI_INSECURE_REGISTRIES",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = value::read(InsecureHost::parse)
    )]
    insecure: Vec<InsecureHost>,
}

/// A registry, and what came of looking for the login for it.
pub(super) struct Reached {
    pub(super) registry: Registry,
    pub(super) login: Result<Option<Login>, NoLogin>,
}

/// The image of a configuration, and this machine's login for its registry.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) image: Pinned,
    pub(super) login: Result<Option<Login>, NoLogin>,
    /// What could not be looked at.
    pub(super) noticed: Option<Finding>,
    /// How many requests were sent.
    pub(super) requests: u32,
}

impl RegistryArguments {
    /// The registry of a repository, with this machine's login for it. Nothing is asked yet.
    pub(super) async fn reach(&self, repository: &Repository, patience: Duration) -> Result<Reached, Unresolved> {
        let login = login(repository, &Surroundings::here(), PATIENCE).await;
        let known = login.as_ref().ok().cloned().flatten();
        let network = Network::here(self.insecure.iter().cloned());
        let registry = Registry::new(repository, &network, known, patience)?;
        Ok(Reached { registry, login })
    }

    /// The image that a configuration means now. A digest whose registry does not answer is what it is: nodes may reach
    /// what this machine does not.
    pub(super) async fn pinned(&self, spec: &Spec, patience: Duration) -> Result<Found, Failure> {
        let wanted = wanted(spec)?;
        let patience = if wanted.is_digest() { patience.min(GLANCE) } else { patience };
        let Reached { registry, login } = self.reach(wanted.repository(), patience).await?;
        let resolved = resolve(&registry, &wanted).await;
        let requests = registry.requests();
        let (image, noticed) = match resolved {
            Ok(resolved) => (pin_resolved(spec, resolved)?, None),
            Err(error) if wanted.is_digest() && !error.is_of_the_image() => (pin(spec)?, Some(unseen(&error))),
            Err(error) => return Err(error.into()),
        };
        Ok(Found { image, login, noticed, requests })
    }
}

fn unseen(error: &Unresolved) -> Finding {
    Finding {
        severity: Severity::Unknown,
        code: "image-unseen",
        about: "image".to_owned(),
        message: format!("whether the registry has it is not known: {error}"),
        fix: error.hint(),
    }
}

impl From<Unresolved> for Failure {
    fn from(error: Unresolved) -> Self {
        let hint = error.hint();
        let failure = if error.is_of_the_image() { Self::of_image(error) } else { Self::told(error) };
        failure.hint(hint)
    }
}
