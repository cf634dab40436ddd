//! How many pods an environment has: none, or one. Nothing else of it is changed.

use serde_json::{Value, json};

use super::request::Request;
use super::scene::{number, text, uid};
use super::session::Session;
use super::unanswered::Unanswered;
use crate::names::{INSTANCE, MANAGED_BY, ObjectId, SINDRI, STOPPED_AT, STOPPED_BY};
use crate::plan::Refusal;

/// A Deployment that was looked at: it exists, and Sindri made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    id: ObjectId,
    object: Value,
}

/// Why nothing was scaled.
#[derive(Debug, thiserror::Error)]
pub enum Unscaled {
    /// There is none.
    #[error("there is no environment {} in the namespace {}", .id.name, .id.namespace.as_deref().unwrap_or_default())]
    Absent {
        /// Its Deployment, if there was one.
        id: ObjectId,
    },
    /// It is somebody else's.
    #[error("{id} was not made by sindri")]
    Foreign {
        /// Which.
        id: ObjectId,
    },
    /// The server does not do it.
    #[error("cannot {what}: {}", .refusal.message)]
    Refused {
        /// What was asked.
        what: String,
        /// Why not.
        refusal: Refusal,
    },
    /// The server does not answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
}

impl Own {
    /// Looks at the Deployment of an environment.
    ///
    /// # Errors
    /// When there is none that Sindri made, or when it cannot be looked at.
    pub async fn look(session: &Session, id: &ObjectId) -> Result<Self, Unscaled> {
        let request = Request::get(id);
        let object = session.ask(&request).await?.object();
        let object = object.map_err(|refusal| Unscaled::Refused { what: request.what, refusal })?;
        let object = object.ok_or_else(|| Unscaled::Absent { id: id.clone() })?;
        let label = |key: &str| object.pointer(&format!("/metadata/labels/{}", key.replace('/', "~1")));
        let is_ours = label(MANAGED_BY).is_some_and(|value| value == SINDRI)
            && label(INSTANCE).is_some_and(|value| value == id.name.as_str());
        if is_ours { Ok(Self { id: id.clone(), object }) } else { Err(Unscaled::Foreign { id: id.clone() }) }
    }

    /// How many pods it is to have.
    #[must_use]
    pub fn pods(&self) -> i64 {
        number(&self.object, "/spec/replicas").unwrap_or(1)
    }

    /// As it was when it was looked at.
    #[must_use]
    pub fn object(&self) -> &Value {
        &self.object
    }

    /// Whether it is being deleted.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        !text(&self.object, "/metadata/deletionTimestamp").is_empty()
    }

    /// Asks for so many pods. Only this Deployment is meant, not another of its name that was made since.
    ///
    /// # Errors
    /// When the server refuses, or does not answer.
    pub async fn scale(&self, session: &Session, pods: u32) -> Result<(), Unscaled> {
        let fields = json!({"metadata": {"uid": uid(&self.object)}, "spec": {"replicas": pods}});
        self.change(session, Some("scale"), fields).await
    }

    /// Writes down who stopped it and when, for those who find it stopped; with nobody, that is taken away.
    ///
    /// # Errors
    /// When the server refuses, or does not answer.
    pub async fn note_stop(&self, session: &Session, by: Option<&str>) -> Result<(), Unscaled> {
        let at = by.map(|_| session.server_date());
        let annotations = json!({STOPPED_BY: by, STOPPED_AT: at});
        let fields = json!({"metadata": {"uid": uid(&self.object), "annotations": annotations}});
        self.change(session, None, fields).await
    }

    /// Asks for a new pod in the place of the one that runs.
    ///
    /// # Errors
    /// When the server refuses, or does not answer.
    pub async fn restart(&self, session: &Session) -> Result<(), Unscaled> {
        let annotations = json!({RESTARTED_AT: session.server_date()});
        let template = json!({"metadata": {"annotations": annotations}});
        let fields = json!({"metadata": {"uid": uid(&self.object)}, "spec": {"template": template}});
        self.change(session, None, fields).await
    }

    async fn change(&self, session: &Session, subresource: Option<&str>, fields: Value) -> Result<(), Unscaled> {
        let request = Request::merge(&self.id, subresource, fields);
        let reply = session.ask(&request).await?;
        match reply.code {
            200..300 => Ok(()),
            404 => Err(Unscaled::Absent { id: self.id.clone() }),
            _ => Err(Unscaled::Refused { what: request.what, refusal: reply.refusal() }),
        }
    }
}

/// The annotation that kubectl writes for the same.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";
