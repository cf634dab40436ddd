//! What every command that talks to a registry can be told about it, and the image that it finds there.

use std::time::Duration;

use clap::Args;
use futures_util::FutureExt as _;
use futures_util::future::try_join;

use super::cluster::duration;
use super::failure::Failure;
use super::source::Source;
use super::{own_image, trust, value};
use crate::config::reference::Repository;
use crate::config::spec::{Image, Spec, Verification};
use crate::image::trust::Verdict;
use crate::image::{
    InsecureHost, Login, Network, NoLogin, Pinned, Registry, Resolved, Surroundings, Unresolved, Unverified, Wanted,
    gather, login, pin, pin_resolved, resolve, verification, wanted,
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

/// For the commands that ask nobody but the registry.
#[derive(Clone, Debug, Args)]
pub(super) struct PatienceArguments {
    /// How long the whole command may wait for the registry: 90s, 5m, 1h30m.
    #[arg(long, value_name = "DURATION", default_value = "5m", env = "SINDRI_TIMEOUT", hide_env_values = true, value_parser = duration)]
    pub(super) timeout: Duration,
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
    pub(super) certainty: Certainty,
    /// What should be known of the root of trust that the image was judged by.
    pub(super) remark: Option<String>,
    /// Why it is an image of this machine, where a registry was asked first.
    pub(super) instead: Option<String>,
}

/// What the registry has been asked, or has yet to be.
#[derive(Debug)]
pub(super) enum Certainty {
    /// It has said which image is meant, after so many requests.
    Asked(u32),
    /// The digest is written down. Whether the registry has it changes nothing in what is meant.
    Open(Box<Open>),
}

/// A question that can wait until there is something else to be waited for.
#[derive(Debug)]
pub(super) struct Open {
    registry: Registry,
    wanted: Wanted,
    spec: Spec,
}

/// What the registry said of a digest that is written down.
#[derive(Clone, Debug)]
pub(super) struct Confirmed {
    pub(super) image: Pinned,
    /// What could not be looked at.
    pub(super) noticed: Option<Finding>,
}

impl Certainty {
    /// How many requests were sent.
    pub(super) fn requests(&self) -> u32 {
        match self {
            Self::Asked(requests) => *requests,
            Self::Open(open) => open.registry.requests(),
        }
    }
}

impl Open {
    /// Asks. A digest whose registry does not answer is what it is: nodes may reach what this machine does not.
    pub(super) async fn confirm(&self) -> Result<Confirmed, Failure> {
        match resolve(&self.registry, &self.wanted).await {
            Ok(resolved) => Ok(Confirmed { image: pin_resolved(&self.spec, resolved, None)?, noticed: None }),
            Err(error) if !error.is_of_the_image() => {
                Ok(Confirmed { image: pin(&self.spec)?, noticed: Some(unseen(&error)) })
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl RegistryArguments {
    /// The registry of a repository, with this machine's login for it. Nothing is asked yet.
    pub(super) async fn reach(&self, repository: &Repository, patience: Duration) -> Result<Reached, Unresolved> {
        let login = login(repository, &Surroundings::here(), PATIENCE).await;
        let known = login.as_ref().ok().cloned().flatten();
        let registry = Registry::new(repository, &self.network(), known, patience)?;
        Ok(Reached { registry, login })
    }

    /// How this machine reaches registries.
    pub(super) fn network(&self) -> Network {
        Network::here(self.insecure.iter().cloned())
    }

    /// The image that a configuration means now, and who vouches for it if somebody has to. About a digest that is written
    /// down and that nobody has to vouch for, nobody has been asked yet.
    pub(super) async fn find(&self, spec: &Spec, source: &Source, patience: Duration) -> Result<Found, Failure> {
        if spec.image == Image::Local {
            return own_image::unnamed_image(spec).await;
        }
        let wanted = wanted(spec)?;
        if let Some(verification) = verification(spec) {
            let Reached { registry, login } = self.reach(wanted.repository(), patience).await?;
            let network = self.network();
            let asked =
                Asked { registry: &registry, wanted: &wanted, verification, source, network: &network, patience };
            let Vouched { resolved, verdict, remark } = asked.vouched().await?;
            let image = pin_resolved(spec, resolved, Some(verdict))?;
            return Ok(Found { image, login, certainty: Certainty::Asked(registry.requests()), remark, instead: None });
        }
        let patience = if wanted.is_digest() { patience.min(GLANCE) } else { patience };
        let Reached { registry, login } = self.reach(wanted.repository(), patience).await?;
        if wanted.is_digest() {
            let open = Open { registry, wanted, spec: spec.clone() };
            let certainty = Certainty::Open(Box::new(open));
            return Ok(Found { image: pin(spec)?, login, certainty, remark: None, instead: None });
        }
        let resolved = match resolve(&registry, &wanted).await {
            Ok(resolved) => resolved,
            Err(error) => return own_image::instead(spec, &wanted, error).await,
        };
        let certainty = Certainty::Asked(registry.requests());
        Ok(Found { image: pin_resolved(spec, resolved, None)?, login, certainty, remark: None, instead: None })
    }
}

impl RegistryArguments {
    /// The same, with everything asked that there is to ask, and what could not be looked at.
    pub(super) async fn certain(
        &self,
        spec: &Spec,
        source: &Source,
        patience: Duration,
    ) -> Result<(Found, Option<Finding>), Failure> {
        let found = self.find(spec, source, patience).await?;
        let Certainty::Open(open) = &found.certainty else { return Ok((found, None)) };
        let Confirmed { image, noticed } = open.confirm().await?;
        let certainty = Certainty::Asked(found.certainty.requests());
        Ok((Found { image, certainty, ..found }, noticed))
    }
}

/// An image that somebody has to vouch for, and everybody who has to be asked.
pub(super) struct Asked<'a> {
    pub(super) registry: &'a Registry,
    pub(super) wanted: &'a Wanted,
    pub(super) verification: &'a Verification,
    /// The configuration, for the files that it names.
    pub(super) source: &'a Source,
    pub(super) network: &'a Network,
    pub(super) patience: Duration,
}

/// An image that somebody vouches for.
pub(super) struct Vouched {
    pub(super) resolved: Resolved,
    pub(super) verdict: Verdict,
    /// What should be known of the root of trust.
    pub(super) remark: Option<String>,
}

impl Asked<'_> {
    /// Which image is meant, and who vouches for it. What does not need the answer of another question is asked with it.
    pub(super) async fn vouched(&self) -> Result<Vouched, Failure> {
        let Self { registry, wanted, verification, source, network, patience } = *self;
        let policy = trust::policy(verification, source, network, patience);
        let resolving = async {
            let resolving = async { resolve(registry, wanted).await.map_err(Failure::from) };
            if let Some(digest) = wanted.digest() {
                return try_join(resolving, gather(registry, digest, verification).map(Ok)).await;
            }
            let resolved = resolving.await?;
            let beside = gather(registry, resolved.digest(), verification).await;
            Ok((resolved, beside))
        };
        let ((policy, remark), (resolved, beside)) = try_join(policy, Box::pin(resolving)).await?;
        let verdict = beside.judged(&policy, resolved.repository(), resolved.digest())?;
        Ok(Vouched { resolved, verdict, remark })
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

impl From<Unverified> for Failure {
    fn from(error: Unverified) -> Self {
        match error {
            Unverified::Refused(refused) => {
                let (others, hint) = (refused.others(), refused.hint());
                Self::of_image(refused).hearing(others).hint(hint)
            }
            Unverified::Asked { ref source, .. } => {
                let hint = source.hint();
                Self::told(error).hint(hint)
            }
        }
    }
}
