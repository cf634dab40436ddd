#![expect(clippy::disallowed_methods, reason = "waits only a moment: what cannot be seen keeps a namespace")]
//! What is in a namespace, of every kind that the server knows. Only this looks for kinds at run time: a namespace takes
//! everything with it.

use std::time::Duration;

use futures_util::future::try_join;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::time::Instant;

use super::pages::pages_until;
use super::request::Request;
use super::scene::{items, text};
use super::session::{Reply, Session};
use crate::plan::{Contents, Thing};

/// How long one question may take.
const MOMENT: Duration = Duration::from_secs(10);
/// More of one kind are not needed to know that somebody uses the namespace.
const PAGE: u32 = 500;

/// A kind that lives in namespaces.
struct Resource {
    group: String,
    version: String,
    plural: String,
    kind: String,
}

/// Looks at what is in a namespace. Whatever cannot be seen is said, and is no error: it keeps the namespace.
pub async fn contents(session: &Session, namespace: &str, concurrency: usize) -> Contents {
    match try_join(kinds(session, "/api"), kinds(session, "/apis")).await {
        Ok((core, others)) => {
            let resources = core.into_iter().chain(others);
            let asked = resources.map(|resource| things(session, namespace, resource));
            let answers: Vec<_> = stream::iter(asked).buffer_unordered(concurrency).collect().await;
            let things: Result<Vec<Vec<Thing>>, String> = answers.into_iter().collect();
            match things {
                Ok(things) => {
                    let mut things: Vec<Thing> = things.into_iter().flatten().collect();
                    things.sort();
                    Contents::Seen(things)
                }
                Err(why) => Contents::Unknown(why),
            }
        }
        Err(why) => Contents::Unknown(why),
    }
}

async fn ask(session: &Session, request: &Request) -> Result<Reply, String> {
    let reply = session.ask_until(request, limit(session)).await.map_err(|error| error.to_string())?;
    if reply.is_success() { Ok(reply) } else { Err(format!("cannot {}: {}", request.what, reply.refusal().message)) }
}

/// Until when one question is waited for.
fn limit(session: &Session) -> Instant {
    session.deadline().min(Instant::now() + MOMENT)
}

async fn kinds(session: &Session, root: &'static str) -> Result<Vec<Resource>, String> {
    let reply = ask(session, &Request::kinds(root)).await?;
    if text(&reply.body, "/kind") != "APIGroupDiscoveryList" {
        return Err("the server does not say which kinds it knows".to_owned());
    }
    let mut resources = Vec::new();
    for group in items(&reply.body, "/items") {
        let name = text(group, "/metadata/name");
        // What is measured of pods is kept nowhere.
        if name.ends_with("metrics.k8s.io") {
            continue;
        }
        // All versions of a kind show the same objects: the first that has it is enough.
        let mut known = Vec::new();
        for version in items(group, "/versions") {
            if text(version, "/freshness") == "Stale" {
                return Err(format!("what {name} knows cannot be seen: it does not answer"));
            }
            for resource in items(version, "/resources") {
                let plural = text(resource, "/resource");
                if !is_listed(resource) || known.contains(&plural) {
                    continue;
                }
                known.push(plural);
                resources.push(Resource {
                    group: name.to_owned(),
                    version: text(version, "/version").to_owned(),
                    plural: plural.to_owned(),
                    kind: text(resource, "/responseKind/kind").to_owned(),
                });
            }
        }
    }
    Ok(resources)
}

fn is_listed(resource: &Value) -> bool {
    text(resource, "/scope") == "Namespaced" && items(resource, "/verbs").iter().any(|verb| verb == "list")
}

async fn things(session: &Session, namespace: &str, resource: Resource) -> Result<Vec<Thing>, String> {
    let Resource { group, version, plural, kind } = resource;
    let request = Request::things(&group, &version, &plural, namespace, PAGE);
    let pages = pages_until(session, &request, limit(session)).await.map_err(|error| error.to_string())?;
    let pages = pages.map_err(|refusal| format!("cannot {}: {}", request.what, refusal.message))?;
    let thing = |object: &Value| {
        let owners = items(object, "/metadata/ownerReferences").iter();
        Thing {
            group: group.clone(),
            kind: kind.clone(),
            name: text(object, "/metadata/name").to_owned(),
            uid: text(object, "/metadata/uid").to_owned(),
            owners: owners.map(|owner| text(owner, "/uid").to_owned()).collect(),
        }
    };
    Ok(pages.iter().flat_map(|page| items(page, "/items")).map(thing).collect())
}
