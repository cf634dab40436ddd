//! Requests as they are sent, built without sending them. Pure.

use std::fmt;

use http::Method;
use serde_json::{Value, json};

use crate::names::{FIELD_MANAGER, Kind, ObjectId, Shown};

/// One request to the API server.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// The verb of HTTP.
    pub method: Method,
    /// The path with its query.
    pub path: String,
    /// The type of the body and the body.
    pub body: Option<(&'static str, Value)>,
    /// What is accepted as an answer.
    pub accept: &'static str,
    /// Whether the server changes something when it answers.
    pub writes: bool,
    /// Whether it does not matter who owns which field of what comes.
    pub lean: bool,
    /// What it is, as it is said to a person: `get deployment/a`.
    pub what: String,
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body.as_ref().map(|(_, body)| Shown(body));
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("body", &body)
            .finish_non_exhaustive()
    }
}

const JSON: &str = "application/json";
/// Only the metadata: nobody has to see a Secret to know that it is there.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
/// YAML contains JSON.
const APPLY: &str = "application/apply-patch+yaml";
/// Which kinds there are, all in one answer.
const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                         application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
const METADATA_LIST: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const MERGE: &str = "application/merge-patch+json";

/// What a write is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nothing is changed.
    Rehearsal,
    /// It is done.
    Real,
}

impl Request {
    pub(super) fn new(method: Method, path: String, what: String) -> Self {
        Self { method, path, body: None, accept: JSON, writes: false, lean: false, what }
    }

    /// Something that is no object: `/version`.
    #[must_use]
    pub fn raw(path: &str) -> Self {
        Self::new(Method::GET, path.to_owned(), format!("get {path}"))
    }

    /// One object.
    #[must_use]
    pub fn get(id: &ObjectId) -> Self {
        Self::new(Method::GET, path(id), format!("get {}", id.short()))
    }

    /// The metadata of one object.
    #[must_use]
    pub fn metadata(id: &ObjectId) -> Self {
        Self { accept: METADATA, ..Self::get(id) }
    }

    /// All objects of a kind that have some labels.
    #[must_use]
    pub fn list(kind: Kind, namespace: Option<&str>, selector: &str, limit: u32) -> Self {
        let mut query = vec![format!("limit={limit}")];
        if !selector.is_empty() {
            query.push(format!("labelSelector={}", escaped(selector)));
        }
        let path = format!("{}?{}", collection(kind, namespace), query.join("&"));
        Self::new(Method::GET, path, format!("list {}", kind.plural()))
    }

    /// The kinds that the server knows: those of the core, or all others.
    #[must_use]
    pub fn kinds(root: &'static str) -> Self {
        Self { accept: DISCOVERY, ..Self::new(Method::GET, root.to_owned(), "ask which kinds there are".to_owned()) }
    }

    /// The metadata of everything of one kind, of any kind, in a namespace.
    #[must_use]
    pub fn things(group: &str, version: &str, plural: &str, namespace: &str, limit: u32) -> Self {
        let root = if group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", escaped(group)) };
        let (version, plural, namespace) = (escaped(version), escaped(plural), escaped(namespace));
        let path = format!("{root}/{version}/namespaces/{namespace}/{plural}?limit={limit}");
        Self { accept: METADATA_LIST, ..Self::new(Method::GET, path, format!("list {plural}")) }
    }

    /// The objects of a kind that are selected.
    #[must_use]
    pub fn select(kind: Kind, namespace: &str, selecting: &Selecting, limit: u32) -> Self {
        let path = format!("{}?limit={limit}&{}", collection(kind, Some(namespace)), selecting.query());
        Self::new(Method::GET, path, format!("list {}", kind.plural()))
    }

    /// The same where it does not matter who owns which field of what comes: many objects are read in half the time.
    #[must_use]
    pub fn without_owners(self) -> Self {
        Self { lean: true, ..self }
    }

    /// The next part of a list.
    #[must_use]
    pub fn following(mut self, token: &str) -> Self {
        self.path.push_str("&continue=");
        self.path.push_str(&escaped(token));
        self
    }

    /// What happens to objects of a kind from a version on, or from now on, beginning with what there is. The answer does
    /// not end by itself.
    #[must_use]
    pub fn watch(kind: Kind, namespace: &str, selecting: &Selecting, resource_version: &str) -> Self {
        let from = match resource_version {
            "" => String::new(),
            version => format!("&resourceVersion={}", escaped(version)),
        };
        let path = format!(
            "{}?watch=true&allowWatchBookmarks=true&{}{from}",
            collection(kind, Some(namespace)),
            selecting.query(),
        );
        Self::new(Method::GET, path, format!("watch {}", kind.plural()))
    }

    /// Server-side apply.
    #[must_use]
    pub fn apply(id: &ObjectId, body: Value, mode: Mode, force: bool) -> Self {
        let path =
            format!("{}?fieldManager={FIELD_MANAGER}&fieldValidation=Strict&force={force}{}", path(id), dry(mode));
        Self {
            body: Some((APPLY, body)),
            writes: mode == Mode::Real,
            ..Self::new(Method::PATCH, path, format!("apply {}", id.short()))
        }
    }

    /// Some fields of an object, or of what it keeps beside itself: `scale`. All others stay as they are.
    #[must_use]
    pub fn merge(id: &ObjectId, subresource: Option<&str>, fields: Value) -> Self {
        let beside = subresource.map(|name| format!("/{name}")).unwrap_or_default();
        let path = format!("{}{beside}?fieldManager={FIELD_MANAGER}&fieldValidation=Strict", path(id));
        Self {
            body: Some((MERGE, fields)),
            writes: true,
            ..Self::new(Method::PATCH, path, format!("change {}", id.short()))
        }
    }

    /// A new object.
    #[must_use]
    pub fn create(kind: Kind, namespace: &str, body: Value, mode: Mode) -> Self {
        let path = format!(
            "{}?fieldManager={FIELD_MANAGER}&fieldValidation=Strict{}",
            collection(kind, Some(namespace)),
            dry(mode)
        );
        Self {
            body: Some((JSON, body)),
            writes: mode == Mode::Real,
            ..Self::new(Method::POST, path, format!("create {kind}"))
        }
    }

    /// An object as it is to be, completely.
    #[must_use]
    pub fn replace(id: &ObjectId, body: Value) -> Self {
        let path = format!("{}?fieldManager={FIELD_MANAGER}&fieldValidation=Strict", path(id));
        Self {
            body: Some((JSON, body)),
            writes: true,
            ..Self::new(Method::PUT, path, format!("replace {}", id.short()))
        }
    }

    /// The end of an object: exactly this one, in exactly this version.
    #[must_use]
    pub fn delete(id: &ObjectId, uid: &str, resource_version: Option<&str>, propagation: &str) -> Self {
        let mut preconditions = json!({"uid": uid});
        if let (Some(version), Some(map)) = (resource_version, preconditions.as_object_mut()) {
            map.insert("resourceVersion".to_owned(), json!(version));
        }
        let body = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": preconditions,
            "propagationPolicy": propagation,
        });
        Self {
            body: Some((JSON, body)),
            writes: true,
            ..Self::new(Method::DELETE, path(id), format!("delete {}", id.short()))
        }
    }

    /// A question about what this person may do, or is.
    #[must_use]
    pub fn review(group: &str, plural: &str, kind: &str, spec: &Value) -> Self {
        let body = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "spec": spec});
        Self {
            body: Some((JSON, body)),
            ..Self::new(Method::POST, format!("/apis/{group}/v1/{plural}"), format!("create {kind}"))
        }
    }
}

/// Which objects are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selecting {
    /// Those with these labels.
    Labels(String),
    /// Those with these fields: `metadata.name=a`.
    Fields(String),
}

impl Selecting {
    fn query(&self) -> String {
        match self {
            Self::Labels(selector) => format!("labelSelector={}", escaped(selector)),
            Self::Fields(selector) => format!("fieldSelector={}", escaped(selector)),
        }
    }
}

fn dry(mode: Mode) -> &'static str {
    match mode {
        Mode::Rehearsal => "&dryRun=All",
        Mode::Real => "",
    }
}

fn collection(kind: Kind, namespace: Option<&str>) -> String {
    let root = if kind.group().is_empty() { "/api/v1".to_owned() } else { format!("/apis/{}", kind.api_version()) };
    match namespace.filter(|_| kind.is_namespaced()) {
        Some(namespace) => format!("{root}/namespaces/{}/{}", escaped(namespace), kind.plural()),
        None => format!("{root}/{}", kind.plural()),
    }
}

pub(super) fn path(id: &ObjectId) -> String {
    format!("{}/{}", collection(id.kind, id.namespace.as_deref()), escaped(&id.name))
}

/// Everything but what never needs it: names come from files and from clusters.
pub(super) fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.extend(['%', hexadecimal(byte >> 4), hexadecimal(byte & 15)]);
        }
        escaped
    })
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Mode, Request, Selecting};
    use crate::names::{Kind, ObjectId};

    #[test]
    fn an_object_is_where_its_kind_is_kept() {
        let deployment = ObjectId::new(Kind::Deployment, "team", "a");
        assert_eq!(Request::get(&deployment).path, "/apis/apps/v1/namespaces/team/deployments/a");
        assert_eq!(Request::get(&ObjectId::new(Kind::Namespace, "team", "team")).path, "/api/v1/namespaces/team");
        assert_eq!(
            Request::list(Kind::Pod, Some("team"), "instance=a", 5).path,
            "/api/v1/namespaces/team/pods?limit=5&labelSelector=instance%3Da"
        );
        let fields = Selecting::Fields("metadata.name=a".to_owned());
        assert_eq!(
            Request::watch(Kind::Deployment, "team", &fields, "7").path,
            "/apis/apps/v1/namespaces/team/deployments?watch=true&allowWatchBookmarks=true&\
             fieldSelector=metadata.name%3Da&resourceVersion=7"
        );
    }

    #[test]
    fn a_rehearsal_writes_nothing() {
        let service = ObjectId::new(Kind::Service, "team", "a");
        let rehearsal = Request::apply(&service, json!({}), Mode::Rehearsal, false);
        assert!(!rehearsal.writes && rehearsal.path.ends_with("&dryRun=All"), "{rehearsal:?}");
        let real = Request::apply(&service, json!({}), Mode::Real, true);
        assert!(real.writes && real.path.ends_with("force=true"), "{real:?}");
        let pod = Request::create(Kind::Pod, "team", json!({}), Mode::Rehearsal);
        assert!(!pod.writes && pod.path.ends_with("&dryRun=All"), "{pod:?}");
    }

    #[test]
    fn what_others_set_is_taken_only_if_it_is_asked_for() {
        let service = ObjectId::new(Kind::Service, "team", "a");
        for mode in [Mode::Rehearsal, Mode::Real] {
            let apply = Request::apply(&service, json!({}), mode, false);
            assert!(apply.path.contains("force=false"), "{apply:?}");
        }
    }
}
