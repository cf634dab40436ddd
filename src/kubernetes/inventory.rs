//! Looks at what there is of an environment and around it, by the labels of everything that Sindri makes: what the
//! configuration says now need not be what was deployed.

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::observe::{Unobserved, live};
use super::pages::{objects, pages};
use super::request::Request;
use super::scene::text;
use super::session::Session;
use super::unanswered::Unanswered;
use crate::names::{Kind, MANAGED_BY, ObjectId, REGISTRY_CREDENTIALS, SINDRI};
use crate::plan::{Cluster, Denial, Inventory, Item, Live, is_denied};
use crate::workload::possible_objects;

/// How many objects are asked for at a time.
const PAGE: u32 = 500;
/// Every kind that is made for an environment, and the sets that its Deployment makes.
const KINDS: [Kind; 9] = [
    Kind::ResourceQuota,
    Kind::Role,
    Kind::RoleBinding,
    Kind::NetworkPolicy,
    Kind::PersistentVolumeClaim,
    Kind::Deployment,
    Kind::Service,
    Kind::Lease,
    Kind::ReplicaSet,
];

/// What came of one question.
enum Found {
    Made(Vec<Item>),
    Unseen(Kind, String),
    Namespace(Live),
    Secret(Live),
    Pods(Option<Vec<Value>>),
}

#[derive(Clone, Copy)]
enum Task {
    Made(Kind),
    Namespace,
    Secret,
    Pods,
}

/// Looks at everything at once.
///
/// # Errors
/// When the server does not answer, or answers something that means neither "this" nor "nothing" nor "not for you".
pub async fn take_inventory(
    session: &Session,
    cluster: Cluster,
    environment: &str,
    concurrency: usize,
) -> Result<Inventory, Unobserved> {
    let tasks = KINDS.map(Task::Made).into_iter().chain([Task::Namespace, Task::Secret, Task::Pods]);
    let namespace = cluster.namespace.clone();
    let asked = tasks.map(|task| found(session, task, &namespace, environment));
    let mut asked = stream::iter(asked).buffer_unordered(concurrency);
    let mut inventory = Inventory {
        cluster,
        environment: environment.to_owned(),
        made: Vec::new(),
        namespace: Live::Absent,
        secret: Live::Absent,
        pods: None,
        unseen: Vec::new(),
    };
    while let Some(found) = asked.next().await {
        match found? {
            Found::Made(items) => inventory.made.extend(items),
            Found::Unseen(kind, message) => inventory.unseen.push((kind, message)),
            Found::Namespace(live) => inventory.namespace = live,
            Found::Secret(live) => inventory.secret = live,
            Found::Pods(pods) => inventory.pods = pods,
        }
    }
    inventory.made.sort_by(|left, right| left.id.cmp(&right.id));
    inventory.unseen.sort();
    Ok(inventory)
}

async fn found(session: &Session, task: Task, namespace: &str, environment: &str) -> Result<Found, Unobserved> {
    Ok(match task {
        Task::Made(kind) => match all(session, kind, namespace, &format!("{MANAGED_BY}={SINDRI}")).await? {
            Ok(objects) => Found::Made(objects.into_iter().map(|object| item(kind, namespace, object)).collect()),
            Err(message) => by_name(session, kind, namespace, environment, message).await?,
        },
        Task::Namespace => {
            let request = Request::get(&ObjectId::new(Kind::Namespace, namespace, namespace));
            Found::Namespace(live(session.ask(&request).await?, request.what)?)
        }
        Task::Secret => {
            let request = Request::metadata(&ObjectId::new(Kind::Secret, namespace, REGISTRY_CREDENTIALS));
            Found::Secret(live(session.ask(&request).await?, request.what)?)
        }
        Task::Pods => Found::Pods(all(session, Kind::Pod, namespace, "").await?.ok()),
    })
}

/// Whoever may not list may be allowed to look at what is called as Sindri calls it.
async fn by_name(
    session: &Session,
    kind: Kind,
    namespace: &str,
    environment: &str,
    message: String,
) -> Result<Found, Unobserved> {
    let known = possible_objects(environment, namespace).into_iter().find(|id| id.kind == kind);
    // The lock says by itself when it cannot be had, and the sets go with their Deployment.
    let Some(id) = known else { return Ok(Found::Made(Vec::new())) };
    let request = Request::get(&id);
    Ok(match live(session.ask(&request).await?, request.what)? {
        Live::Present(object) => Found::Made(vec![Item { id, object }]),
        Live::Absent => Found::Made(Vec::new()),
        Live::Denied(_) => Found::Unseen(kind, message),
    })
}

/// All objects of a kind that have some labels, or why this account may not see them.
pub(super) async fn all(
    session: &Session,
    kind: Kind,
    namespace: &str,
    selector: &str,
) -> Result<Result<Vec<Value>, String>, Unobserved> {
    let request = Request::list(kind, Some(namespace), selector, PAGE);
    match pages(session, &request).await? {
        Ok(pages) => Ok(Ok(pages.into_iter().flat_map(|page| objects(page, kind)).collect())),
        Err(refusal) if is_denied(&refusal) => Ok(Err(refusal.message)),
        Err(refusal) => Err(Unobserved::Refused { what: request.what, refusal }),
    }
}

fn item(kind: Kind, namespace: &str, object: Value) -> Item {
    Item { id: ObjectId::new(kind, namespace, text(&object, "/metadata/name")), object }
}

/// Which of these this account may not do, as far as the server says so.
///
/// # Errors
/// When the server does not answer.
pub async fn denials(session: &Session, wanted: Vec<Denial>, concurrency: usize) -> Result<Vec<Denial>, Unanswered> {
    let asked = wanted.into_iter().map(|denial| async move {
        let attributes = json!({
            "verb": denial.verb,
            "group": denial.id.kind.group(),
            "resource": denial.id.kind.plural(),
            "subresource": denial.subresource,
            "namespace": denial.id.namespace.as_deref().unwrap_or_default(),
            "name": denial.id.name,
        });
        let spec = json!({"resourceAttributes": attributes});
        let group = "authorization.k8s.io";
        let request = Request::review(group, "selfsubjectaccessreviews", "SelfSubjectAccessReview", &spec);
        let reply = session.ask(&request).await?;
        let allowed = reply.body.pointer("/status/allowed").and_then(Value::as_bool);
        // Without an answer, the deletion itself will tell.
        Ok((reply.is_success() && allowed == Some(false)).then_some(denial))
    });
    let answers: Vec<Result<Option<Denial>, Unanswered>> =
        stream::iter(asked).buffer_unordered(concurrency).collect().await;
    let mut denied: Vec<Denial> = Vec::new();
    for answer in answers {
        denied.extend(answer?);
    }
    denied.sort();
    Ok(denied)
}
