//! Whether a pod that was refused would be refused again.

use tokio::time::Instant;

use super::diagnose::RefusedPod;
use super::request::{Mode, Request};
use super::scene::Rehearsal;
use super::session::Session;
use crate::names::Kind;
use crate::plan::is_denied;

/// Asks the server. None where it does not say: nobody answers, this person may make no pods, a webhook cannot rehearse.
pub(super) async fn rehearse(
    session: &Session,
    namespace: &str,
    refused: RefusedPod,
    limit: Instant,
) -> Option<Rehearsal> {
    let request = Request::create(Kind::Pod, namespace, refused.pod, Mode::Rehearsal);
    let reply = session.ask_until(&request, limit).await.ok()?;
    let refusal = if reply.is_success() { None } else { Some(reply.refusal()) };
    let is_answer = refusal.as_ref().is_none_or(|refusal| {
        refusal.code < 500 && !is_denied(refusal) && !refusal.message.contains("does not support dry run")
    });
    is_answer.then(|| Rehearsal {
        maker: refused.maker,
        after: refused.after,
        refusal: refusal.map(|refusal| refusal.message),
    })
}
