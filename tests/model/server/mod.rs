//! A small API server in memory. `tests/cluster/model.rs` holds it against a real one.

mod answer;
mod controllers;
mod defaults;
mod fields;
mod manage;
mod merge;
mod rules;
mod schema;
mod store;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Method, Request, Response, header};
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};

pub(crate) use answer::Answer;
use store::{Store, Writing};

/// The server. Clones are the same server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Server(Arc<Mutex<Store>>);

/// A request as the server reads it.
pub(crate) struct Asked<'body> {
    pub(crate) method: &'body Method,
    pub(crate) path: &'body str,
    pub(crate) content: &'body str,
    pub(crate) accept: &'body str,
    pub(crate) body: Value,
}

impl Server {
    /// One node, two storage classes, the namespaces that every cluster has.
    pub(crate) fn new() -> Self {
        let server = Self::default();
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            server.put(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}));
        }
        for (name, grows, default) in [("standard", true, "true"), ("fixed", false, "false")] {
            server.put(&json!({
                "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
                "metadata": {
                    "name": name, "annotations": {"storageclass.kubernetes.io/is-default-class": default},
                },
                "provisioner": "example.com/disk", "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer",
                "allowVolumeExpansion": grows,
            }));
        }
        let capacity = json!({"cpu": "64", "memory": "256Gi", "pods": "110"});
        server.put(&json!({
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "labels": {"kubernetes.io/hostname": "n1"}},
            "spec": {"providerID": "bed://n1"}, "status": {"allocatable": capacity, "capacity": capacity},
        }));
        server
    }

    /// A client of this server.
    pub(crate) fn client(&self) -> kube::Client {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let server = server.clone();
            async move { Ok::<_, Infallible>(server.serve(request).await) }
        });
        kube::Client::new(service, "default")
    }

    /// One object as it is, without asking.
    pub(crate) fn object(&self, id: &ObjectId) -> Option<Value> {
        self.store().objects.get(id).map(|stored| stored.shown(id.kind))
    }

    /// A number that grows with every change.
    pub(crate) fn version(&self) -> u64 {
        self.store().version()
    }

    /// Another server with the same objects.
    pub(crate) fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.store().clone())))
    }

    /// Lets the controllers do what they have to do.
    pub(crate) fn settle(&self) {
        controllers::settle(&mut self.store());
    }

    /// What is deleted and held by something, goes.
    pub(crate) fn let_go(&self) {
        controllers::let_go(&mut self.store());
    }

    /// Puts an object there, past every rule that is for people.
    pub(crate) fn put(&self, object: &Value) {
        let kind = Kind::ALL.into_iter().find(|kind| object["kind"] == kind.as_written());
        assert!(kind.is_some(), "no such kind: {object}");
        let Some(kind) = kind else { return };
        let text = |key: &str| object["metadata"][key].as_str().unwrap_or_default().to_owned();
        let id = ObjectId::new(kind, &text("namespace"), text("name"));
        let path = path(&id);
        let collection = path.rsplit_once('/').map_or("", |(collection, _)| collection);
        let answer = self.answer(&Asked {
            method: &Method::POST,
            path: &format!("{collection}?fieldManager=setup"),
            content: "application/json",
            accept: "application/json",
            body: object.clone(),
        });
        assert!(answer.code < 300, "cannot put {id}: {answer:?}");
    }

    async fn serve(&self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let answer = self.answer(&Asked {
            method: &parts.method,
            path: parts.uri.path_and_query().map_or("", |path| path.as_str()),
            content: text(header::CONTENT_TYPE),
            accept: text(header::ACCEPT),
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        });
        let body = Body::from(serde_json::to_vec(&answer.body).unwrap_or_default());
        let mut response = Response::new(body);
        *response.status_mut() = http::StatusCode::from_u16(answer.code).unwrap_or_default();
        response
    }

    /// The answer to a request.
    pub(crate) fn answer(&self, asked: &Asked<'_>) -> Answer {
        let (path, query) = asked.path.split_once('?').unwrap_or((asked.path, ""));
        let query: BTreeMap<String, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), unescaped(value)))
            .collect();
        answer(&mut self.store(), asked, path, &query).unwrap_or_else(|refusal| refusal)
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        if let (b'%', Some(byte)) = (first, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where an object is.
pub(crate) fn path(id: &ObjectId) -> String {
    let root =
        if id.kind.group().is_empty() { "/api/v1".to_owned() } else { format!("/apis/{}", id.kind.api_version()) };
    match &id.namespace {
        Some(namespace) => format!("{root}/namespaces/{namespace}/{}/{}", id.kind.plural(), id.name),
        None => format!("{root}/{}/{}", id.kind.plural(), id.name),
    }
}

/// What a path leads to: the name is empty for a collection.
fn target(path: &str) -> Option<(ObjectId, &str)> {
    let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (group, rest) = match steps.as_slice() {
        ["api", "v1", rest @ ..] => ("", rest),
        ["apis", group, "v1", rest @ ..] => (*group, rest),
        _ => return None,
    };
    let known = |plural: &str| Kind::ALL.into_iter().find(|kind| kind.group() == group && kind.plural() == plural);
    let (namespace, rest) = match rest {
        ["namespaces", namespace, plural, after @ ..] if known(plural).is_some() => {
            (Some((*namespace).to_owned()), [&[*plural], after].concat())
        }
        rest => (None, rest.to_vec()),
    };
    let (kind, name, subresource) = match rest.as_slice() {
        [plural] => (known(plural)?, "", ""),
        [plural, name] => (known(plural)?, *name, ""),
        [plural, name, subresource] => (known(plural)?, *name, *subresource),
        _ => return None,
    };
    Some((ObjectId { kind, namespace, name: unescaped(name) }, subresource))
}

fn answer(
    store: &mut Store,
    asked: &Asked<'_>,
    path: &str,
    query: &BTreeMap<String, String>,
) -> Result<Answer, Answer> {
    if let Some(answer) = special(path, &asked.body) {
        return Ok(answer);
    }
    let Some((id, subresource)) = target(path) else { return Err(Answer::bad(&format!("no such path: {path}"))) };
    let manager = query.get("fieldManager").cloned().unwrap_or_else(|| "unknown".to_owned());
    let force = query.get("force").is_some_and(|value| value == "true");
    let rehearsal = query.get("dryRun").is_some_and(|value| value == "All");
    let part = if subresource == "scale" { "scale" } else { "" };
    let writing = Writing { manager, part, force, rehearsal };
    match (asked.method.as_str(), subresource, id.name.as_str()) {
        ("GET", "", "") => Ok(list(store, &id, query)),
        ("GET", "", _) => Ok(Answer::new(200, seen(&store.get(&id)?.shown(id.kind), asked.accept))),
        ("GET", "scale", _) => Ok(Answer::new(200, scale(&store.get(&id)?.value))),
        ("POST", "", "") => {
            let name = asked.body["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            store.create(&ObjectId { name, ..id }, &asked.body, &writing)
        }
        ("PUT", "", _) => store.replace(&id, &asked.body, &writing),
        ("PUT" | "PATCH", "scale", _) => {
            let live = store.get(&id)?.clone();
            let mut object = live.value.clone();
            object["spec"]["replicas"] = asked.body["spec"]["replicas"].clone();
            store.write(&id, &live, object, &writing)?;
            Ok(Answer::new(200, scale(&store.get(&id)?.value)))
        }
        ("PATCH", "", _) if asked.content.starts_with("application/apply-patch") => {
            store.apply(&id, &asked.body, &writing)
        }
        ("PATCH", "", _) if asked.content.starts_with("application/merge-patch") => {
            let live = store.get(&id)?.clone();
            let mut object = live.value.clone();
            patch(&mut object, &asked.body);
            store.write(&id, &live, object, &writing)
        }
        ("DELETE", "", _) => store.delete(&id, &asked.body, rehearsal),
        _ => Err(Answer::bad(&format!("cannot {} {path}", asked.method))),
    }
}

fn special(path: &str, body: &Value) -> Option<Answer> {
    let allowed = json!([{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}]);
    let status = match path {
        "/version" => {
            return Some(Answer::new(200, json!({"major": "1", "minor": "37", "gitVersion": "v1.37.1"})));
        }
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews" => json!({
            "resourceRules": allowed, "nonResourceRules": [], "incomplete": false,
        }),
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => json!({"allowed": true}),
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => json!({"userInfo": {"username": "alice"}}),
        _ => return None,
    };
    let mut review = body.clone();
    review["status"] = status;
    Some(Answer::new(201, review))
}

fn seen(object: &Value, accept: &str) -> Value {
    if accept.contains("as=PartialObjectMetadata;") {
        let metadata = &object["metadata"];
        return json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata});
    }
    object.clone()
}

fn list(store: &Store, collection: &ObjectId, query: &BTreeMap<String, String>) -> Answer {
    let selector = query.get("labelSelector").map(String::as_str).unwrap_or_default();
    let selected = |value: &Value| {
        selector
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .all(|(key, wanted)| value["metadata"]["labels"][key] == wanted.trim_start_matches('='))
    };
    let items: Vec<Value> = store
        .objects
        .iter()
        .filter(|(id, stored)| {
            id.kind == collection.kind
                && (collection.namespace.is_none() || id.namespace == collection.namespace)
                && selected(&stored.value)
        })
        .map(|(id, stored)| {
            let mut item = stored.shown(id.kind);
            if let Some(item) = item.as_object_mut() {
                item.remove("apiVersion");
                item.remove("kind");
            }
            item
        })
        .collect();
    let start: usize = query.get("continue").and_then(|token| token.parse().ok()).unwrap_or_default();
    let limit: usize = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    let part: Vec<Value> = items.iter().skip(start).take(limit).cloned().collect();
    let mut metadata = json!({"resourceVersion": store.version().to_string()});
    if start + part.len() < items.len() {
        metadata["continue"] = json!((start + part.len()).to_string());
    }
    Answer::new(
        200,
        json!({
            "kind": format!("{}List", collection.kind.as_written()),
            "apiVersion": collection.kind.api_version(),
            "metadata": metadata,
            "items": part,
        }),
    )
}

fn scale(object: &Value) -> Value {
    let metadata = &object["metadata"];
    let replicas = object["spec"]["replicas"].as_u64().filter(|replicas| *replicas > 0);
    let spec = replicas.map_or_else(|| json!({}), |replicas| json!({"replicas": replicas}));
    json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        },
        "spec": spec,
    })
}

/// A JSON merge patch.
fn patch(value: &mut Value, change: &Value) {
    let Some(changes) = change.as_object() else {
        value.clone_from(change);
        return;
    };
    if !value.is_object() {
        *value = json!({});
    }
    for (key, change) in changes {
        match (change, value.as_object_mut()) {
            (Value::Null, Some(value)) => {
                value.remove(key);
            }
            _ => patch(&mut value[key.as_str()], change),
        }
    }
}
