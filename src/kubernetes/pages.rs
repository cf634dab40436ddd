//! Lists that come in parts.

use serde_json::Value;
use tokio::time::Instant;

use super::request::Request;
use super::scene::text;
use super::session::Session;
use super::unanswered::Unanswered;
use crate::names::Kind;
use crate::plan::Refusal;

/// How often a list is begun anew whose rest is too old.
const BEGINNINGS: u32 = 3;

/// All parts of a list, in order, or why the server does not give it. A list whose rest has become too old meanwhile is begun
/// anew: a part of it is not all there is.
pub(super) async fn pages(session: &Session, first: &Request) -> Result<Result<Vec<Value>, Refusal>, Unanswered> {
    pages_until(session, first, session.deadline()).await
}

/// The same with another patience than the session's.
pub(super) async fn pages_until(
    session: &Session,
    first: &Request,
    deadline: Instant,
) -> Result<Result<Vec<Value>, Refusal>, Unanswered> {
    let mut request = first.clone();
    let (mut pages, mut beginnings) = (Vec::new(), 1);
    loop {
        let reply = session.ask_until(&request, deadline).await?;
        if reply.code == 410 && beginnings < BEGINNINGS {
            pages.clear();
            request = first.clone();
            beginnings += 1;
            continue;
        }
        if !reply.is_success() {
            return Ok(Err(reply.refusal()));
        }
        let token = text(&reply.body, "/metadata/continue").to_owned();
        pages.push(reply.body);
        if token.is_empty() {
            return Ok(Ok(pages));
        }
        request = first.clone().following(&token);
    }
}

/// The objects of a list; they do not say their kind themselves.
pub(super) fn objects(mut list: Value, kind: Kind) -> Vec<Value> {
    let Some(Value::Array(mut items)) = list.get_mut("items").map(Value::take) else { return Vec::new() };
    for item in items.iter_mut().filter_map(Value::as_object_mut) {
        item.entry("kind").or_insert_with(|| kind.as_written().into());
    }
    items
}
