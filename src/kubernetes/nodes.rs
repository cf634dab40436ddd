#![expect(clippy::disallowed_methods, reason = "looks again until the nodes of a new cluster are ready")]
//! The nodes of a cluster on this machine: who they are, and when they are ready; and the registry that it is told of.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::observe::Unobserved;
use super::pages::{objects, pages};
use super::request::{Mode, Request};
use super::scene::text;
use super::session::Session;
use crate::names::{Kind, ObjectId};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(300);

/// How many nodes come with one answer.
const PAGE: u32 = 500;

/// What begins the label that says the role of a node.
const ROLE: &str = "node-role.kubernetes.io/";

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeSeen {
    /// Its name.
    pub name: String,
    /// What it does: `control-plane`.
    pub roles: Vec<String>,
    /// Whether pods may run on it.
    pub is_ready: bool,
    /// The version of its kubelet.
    pub version: String,
    /// Its address inside the cluster.
    pub address: String,
}

impl NodeSeen {
    fn of(node: &Value) -> Self {
        let labels = node.pointer("/metadata/labels").and_then(Value::as_object);
        let roles = labels.into_iter().flatten().filter_map(|(key, _)| key.strip_prefix(ROLE)).map(str::to_owned);
        let all = |pointer: &str| node.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
        let is = |one: &Value, key: &str, value: &str| one.get(key).and_then(Value::as_str) == Some(value);
        let conditions = all("/status/conditions");
        let ready = |one: &Value| is(one, "type", "Ready") && is(one, "status", "True");
        let addresses = all("/status/addresses");
        let inside = addresses.iter().find(|one| is(one, "type", "InternalIP"));
        Self {
            name: text(node, "/metadata/name").to_owned(),
            roles: roles.collect(),
            is_ready: conditions.iter().any(ready),
            version: text(node, "/status/nodeInfo/kubeletVersion").to_owned(),
            address: inside.map(|one| text(one, "/address").to_owned()).unwrap_or_default(),
        }
    }
}

/// The nodes of a cluster, by name.
///
/// # Errors
/// When the server does not tell them.
pub async fn nodes(session: &Session) -> Result<Vec<NodeSeen>, Unobserved> {
    let request = Request::list(Kind::Node, None, "", PAGE);
    let pages = pages(session, &request).await?;
    let pages = pages.map_err(|refusal| Unobserved::Refused { what: request.what, refusal })?;
    let objects = pages.into_iter().flat_map(|page| objects(page, Kind::Node));
    let mut nodes: Vec<NodeSeen> = objects.map(|node| NodeSeen::of(&node)).collect();
    nodes.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(nodes)
}

/// Waits until this many nodes are ready, as long as the session lasts, and tells how many are. A server that is only starting is
/// asked again. Those that are not ready when the time is over.
///
/// # Errors
/// When the server has not told them by then.
pub async fn await_nodes(
    session: &Session,
    count: usize,
    tell: &mut dyn FnMut(usize),
) -> Result<Vec<String>, Unobserved> {
    loop {
        let is_over = Instant::now() + LOOK >= session.deadline();
        match nodes(session).await {
            Ok(nodes) => {
                let late: Vec<String> =
                    nodes.iter().filter(|node| !node.is_ready).map(|node| node.name.clone()).collect();
                tell(nodes.len() - late.len());
                if is_over || (late.is_empty() && nodes.len() >= count) {
                    return Ok(late);
                }
            }
            Err(error) if is_over => return Err(error),
            Err(_) => {}
        }
        sleep(LOOK).await;
    }
}

/// The version that a server says it is.
///
/// # Errors
/// When it does not answer.
pub async fn server_version(session: &Session) -> Result<String, Unobserved> {
    let request = Request::raw("/version");
    let reply = session.ask(&request).await?;
    if !reply.is_success() {
        return Err(Unobserved::Refused { what: request.what, refusal: reply.refusal() });
    }
    Ok(text(&reply.body, "/gitVersion").to_owned())
}

/// Writes one text into a `ConfigMap` that everybody in a cluster may read.
///
/// # Errors
/// When the server does not take it.
pub async fn announce(
    session: &Session,
    (namespace, name): (&str, &str),
    key: &str,
    said: &str,
) -> Result<(), Unobserved> {
    let id = ObjectId::new(Kind::ConfigMap, namespace, name);
    let body = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": id.name, "namespace": id.namespace},
        "data": {key: said},
    });
    let request = Request::apply(&id, body, Mode::Real, true);
    let reply = session.ask(&request).await?;
    if reply.is_success() {
        return Ok(());
    }
    Err(Unobserved::Refused { what: request.what, refusal: reply.refusal() })
}
