//! The login for the image's registry, from this machine to the cluster.

use super::failure::Failure;
use super::registries::PATIENCE;
use crate::config::reference::Reference;
use crate::image::{Login, NoLogin, Pinned, Surroundings, login};
use crate::kubernetes::{Session, look_at};
use crate::names::{Kind, ObjectId, REGISTRY_CREDENTIALS};
use crate::plan::{Action, Finding, Live, Plan, Severity};
use crate::workload::{Rendered, is_foreign, registry_secret};

/// What is known of the login before the cluster is asked.
#[derive(Debug)]
pub(super) struct Credentials {
    login: Option<Login>,
    /// Whether the login of the namespace is left as it is, and so are the pods that use it or do not.
    is_left: bool,
    /// What was noticed when it was looked for.
    pub(super) noticed: Vec<Finding>,
}

impl Credentials {
    /// The login that was found on this machine. Without one, a public image can still be pulled.
    pub(super) fn new(desired: &Rendered<Pinned>, found: Result<Option<Login>, NoLogin>) -> Self {
        // Who names Secrets for the registry wants those, and no others.
        // What is in no registry needs no login to one.
        if !desired.needs.image_pull_secrets.is_empty() || desired.image.repository().is_none() {
            return Self::left_alone();
        }
        match found {
            Ok(login) => Self { login, is_left: false, noticed: Vec::new() },
            Err(error) => Self { login: None, is_left: false, noticed: vec![unavailable(&error)] },
        }
    }

    /// Nothing is deployed, and nothing taken into account.
    pub(super) fn left_alone() -> Self {
        Self { login: None, is_left: true, noticed: Vec::new() }
    }

    /// The objects as far as they are known before the Secret has been read.
    pub(super) fn first(&self, plain: &Rendered<Pinned>) -> Rendered<Pinned> {
        match &self.login {
            Some(login) => plain.clone().with_registry_login(login, None),
            None => plain.clone(),
        }
    }

    /// The Secret that has to be read.
    pub(super) fn secret(&self, namespace: &str) -> Option<ObjectId> {
        (!self.is_left).then(|| secret(namespace))
    }

    /// The objects, now that it is known what the Secret holds, and what has to be said about it.
    pub(super) fn refined(&self, plain: &Rendered<Pinned>, live: &Live) -> (Rendered<Pinned>, Option<Finding>) {
        let plain = plain.clone();
        match (&self.login, live) {
            (Some(login), Live::Present(live)) if is_foreign(live) => {
                (plain.with_registry_login(login, Some(live)), Some(foreign()))
            }
            (Some(login), Live::Present(live)) => (plain.with_registry_login(login, Some(live)), None),
            (Some(login), Live::Absent) => (plain.with_registry_login(login, None), None),
            (Some(_), Live::Denied(message)) => (plain, Some(unreadable(message))),
            (None, Live::Present(live)) => match plain.image.repository().cloned() {
                Some(repository) => (plain.with_kept_registry_login(&repository, live), None),
                None => (plain, None),
            },
            (None, Live::Absent | Live::Denied(_)) => (plain, None),
        }
    }
}

/// The Secret of a saved plan, which the file does not hold, from this machine's login.
pub(super) async fn complete(plan: &mut Plan, session: &Session) -> Result<(), Failure> {
    let is_missing = |action| matches!(action, Action::Create | Action::Update);
    let id = secret(&plan.cluster.namespace);
    let Some(change) = plan.changes.iter_mut().find(|change| change.id == id && is_missing(change.action)) else {
        return Ok(());
    };
    let image = Reference::parse(&plan.image).map_err(|error| Failure::failed(error.to_string(), None))?;
    let found = login(&image.repository, &Surroundings::here(), PATIENCE).await.map_err(Failure::told)?;
    let Some(login) = found else { return Err(Failure::login_gone(&image.repository)) };
    let mut live = look_at(session, std::slice::from_ref(&id), 1).await?;
    let live = match live.remove(&id) {
        Some(Live::Present(live)) => Some(live),
        Some(Live::Absent | Live::Denied(_)) | None => None,
    };
    change.body = Some(registry_secret(&plan.cluster.namespace, &login, live.as_ref()).body);
    Ok(())
}

fn secret(namespace: &str) -> ObjectId {
    ObjectId::new(Kind::Secret, namespace, REGISTRY_CREDENTIALS)
}

fn finding(severity: Severity, code: &'static str, message: String, fix: &str) -> Finding {
    Finding { severity, code, about: format!("secret/{REGISTRY_CREDENTIALS}"), message, fix: fix.to_owned() }
}

fn unavailable(error: &NoLogin) -> Finding {
    let message = format!("the login for the registry cannot be had, and none is deployed: {error}");
    finding(Severity::Warns, "login-unavailable", message, "if the image is public, nothing has to be done")
}

fn foreign() -> Finding {
    let message = format!("secret/{REGISTRY_CREDENTIALS} was made by somebody else: it is used as it is");
    finding(Severity::Warns, "login-foreign", message, "name another one in `providers.kubernetes.imagePullSecrets`")
}

fn unreadable(message: &str) -> Finding {
    let message = format!("the login for the registry is not deployed, because the Secret cannot be read: {message}");
    finding(Severity::Unknown, "login-unreadable", message, "ask for the rights to `get`, `create` and `patch` secrets")
}

impl From<NoLogin> for Failure {
    fn from(error: NoLogin) -> Self {
        let other = "or name a Secret with the login in `providers.kubernetes.imagePullSecrets`";
        let hint = format!("{}; {other}", error.hint());
        Self::told(error).hint(hint)
    }
}
