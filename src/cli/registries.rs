//! What every command that talks to a registry can be told about it, and the image that it finds there.

use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::value;
use crate::config::reference::Repository;
use crate::image::{InsecureHost, Login, Network, NoLogin, Registry, Surroundings, Unresolved, login};

/// How long the program that keeps a login may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

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

impl RegistryArguments {
    /// The registry of a repository, with this machine's login for it. Nothing is asked yet.
    pub(super) async fn reach(&self, repository: &Repository, patience: Duration) -> Result<Reached, Failure> {
        let login = login(repository, &Surroundings::here(), PATIENCE).await;
        let known = login.as_ref().ok().cloned().flatten();
        let network = Network::here(self.insecure.iter().cloned());
        let registry = Registry::new(repository, &network, known, patience).map_err(Unresolved::from)?;
        Ok(Reached { registry, login })
    }
}

impl From<Unresolved> for Failure {
    fn from(error: Unresolved) -> Self {
        let hint = error.hint();
        let failure = if error.is_of_the_image() { Self::of_image(error) } else { Self::told(error) };
        failure.hint(hint)
    }
}
