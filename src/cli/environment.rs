//! Which environment, for the commands that live with one: that of the configuration, or one by its name.

use clap::Args;

use super::cluster::ClusterArguments;
use super::engine::Reach;
use super::failure::Failure;
use super::source::FileArgument;
use super::ui::Ui;
use super::value;
use crate::config::name::EnvironmentName;
use crate::config::spec::Spec;
use crate::kubernetes::{Options, Speech, Subject, Target};
use crate::names::{INSTANCE, Kind, MANAGED_BY, ObjectId, SINDRI};

#[derive(Debug, Args)]
pub(super) struct EnvironmentArguments {
    #[command(flatten)]
    pub(super) file: FileArgument,
    /// Another environment than that of the configuration, by its name. No configuration is needed then, and none is read
    /// unless `--file` names one.
    #[arg(long, value_name = "NAME", env = "SINDRI_NAME", hide_env_values = true, value_parser = value::read(EnvironmentName::parse))]
    pub(super) name: Option<EnvironmentName>,
    #[command(flatten)]
    pub(super) cluster: ClusterArguments,
}

/// An environment, and a way to its cluster.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) name: EnvironmentName,
    /// The configuration, where it was read and is for this environment.
    pub(super) spec: Option<Spec>,
    pub(super) reach: Reach,
}

impl EnvironmentArguments {
    /// Finds out which environment is meant, and where. Nothing is sent yet.
    pub(super) async fn find(&self, ui: &mut Ui) -> Result<Environment, Failure> {
        self.find_to_speak(Speech::Newest, ui).await
    }

    /// The same where it matters what is spoken with the server.
    pub(super) async fn find_to_speak(&self, speech: Speech, ui: &mut Ui) -> Result<Environment, Failure> {
        let spec = match (&self.name, &self.file.file) {
            (Some(_), None) => None,
            _ => Some(self.spec(ui)?),
        };
        let options = Options { speech, ..self.cluster.options(spec.as_ref(), ui) };
        let reach = Reach::new(&options, &self.cluster).await?;
        let named = self.name.clone().or_else(|| spec.as_ref().map(|spec| spec.name.clone()));
        let name = named.ok_or_else(|| Failure::configuration("it is not said which environment is meant"))?;
        let spec = spec.filter(|spec| spec.name == name);
        Ok(Environment { name, spec, reach })
    }

    fn spec(&self, ui: &mut Ui) -> Result<Spec, Failure> {
        let source = self.file.read(ui)?;
        source.load().map_err(|problems| {
            Failure::problems(source, problems)
                .hint("or say which environment is meant without it: `--name NAME --namespace NAMESPACE`")
        })
    }
}

impl Environment {
    /// The namespace that it lives in.
    pub(super) fn namespace(&self) -> &str {
        &self.reach.target.namespace
    }

    /// One of its objects.
    pub(super) fn object(&self, kind: Kind, name: &str) -> ObjectId {
        ObjectId::new(kind, self.namespace(), name)
    }

    /// Its Deployment.
    pub(super) fn deployment(&self) -> ObjectId {
        self.object(Kind::Deployment, self.name.as_str())
    }

    /// What is followed to see how it is.
    pub(super) fn subject(&self) -> Subject {
        subject(&self.reach.target, &self.name)
    }
}

/// What is followed to see how an environment is.
pub(super) fn subject(target: &Target, name: &EnvironmentName) -> Subject {
    Subject {
        context: target.context.clone(),
        namespace: target.namespace.clone(),
        deployment: name.to_string(),
        selector: selector(name),
    }
}

/// The labels of everything that belongs to an environment.
pub(super) fn selector(name: &EnvironmentName) -> String {
    format!("{INSTANCE}={name},{MANAGED_BY}={SINDRI}")
}
