//! What the cluster keeps of an environment's Deployment: the sets that hold what it was.

use futures_util::future::try_join;
use serde_json::Value;

use super::inventory::all;
use super::observe::Unobserved;
use super::scale::{Own, Unscaled};
use super::session::Session;
use crate::names::{Kind, ObjectId};
use crate::plan::Refusal;

/// A Deployment, and every set with its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// As it is.
    pub deployment: Value,
    /// What it was, in no order.
    pub sets: Vec<Value>,
}

/// Looks at both at once.
///
/// # Errors
/// When there is no Deployment that Sindri made, or when one of them cannot be looked at.
pub async fn past(session: &Session, id: &ObjectId, selector: &str) -> Result<Past, Unscaled> {
    let namespace = id.namespace.as_deref().unwrap_or_default();
    let what = format!("list {}", Kind::ReplicaSet.plural());
    let refused = |refusal| Unscaled::Refused { what: what.clone(), refusal };
    let sets = async {
        match all(session, Kind::ReplicaSet, namespace, selector).await {
            Ok(Ok(sets)) => Ok(sets),
            Ok(Err(message)) => {
                Err(refused(Refusal { code: 403, reason: "Forbidden".to_owned(), message, causes: Vec::new() }))
            }
            Err(Unobserved::Refused { refusal, .. }) => Err(refused(refusal)),
            Err(Unobserved::Unanswered(error)) => Err(error.into()),
        }
    };
    let (own, sets) = try_join(Own::look(session, id), sets).await?;
    Ok(Past { deployment: own.object().clone(), sets })
}
