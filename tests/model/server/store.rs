//! The objects, and what each request makes of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};

use super::answer::Answer;
use super::manage::{Manager, Operation, Owners};
use super::{controllers, defaults, merge, rules, schema};

/// One object and its owners.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) value: Value,
    pub(crate) owners: Owners,
}

/// Everything that the server knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    pub(crate) objects: BTreeMap<ObjectId, Stored>,
    version: u64,
    identities: u64,
}

/// How a write is meant.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    pub(crate) manager: String,
    /// The part of the object that is written through; empty for the object.
    pub(crate) part: &'static str,
    pub(crate) force: bool,
    pub(crate) rehearsal: bool,
}

const CHANGED: &str = "the object has been modified; please apply your changes to the latest version and try again";

impl Stored {
    pub(crate) fn shown(&self, kind: Kind) -> Value {
        let mut value = self.value.clone();
        let owners = self.owners.to_value(&kind.api_version());
        if owners.as_array().is_some_and(|owners| !owners.is_empty()) {
            value["metadata"]["managedFields"] = owners;
        }
        value
    }

    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Store {
    pub(crate) fn time(&self) -> String {
        let seconds = self.version;
        format!(
            "2026-01-{:02}T{:02}:{:02}:{:02}Z",
            1 + seconds / 86400,
            seconds / 3600 % 24,
            seconds / 60 % 60,
            seconds % 60
        )
    }

    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn get(&self, id: &ObjectId) -> Result<&Stored, Answer> {
        self.objects.get(id).ok_or_else(|| Answer::not_found(id.kind, &id.name))
    }

    pub(crate) fn apply(&mut self, id: &ObjectId, body: &Value, writing: &Writing) -> Result<Answer, Answer> {
        let kind = schema::of(id.kind);
        if let Some(mistake) = merge::mistake(kind, body, "") {
            let object = format!("{}/{}; {}", id.namespace.as_deref().unwrap_or_default(), id.name, written(id.kind));
            return Err(Answer::failure(&format!("failed to create typed patch object ({object}): {mistake}")));
        }
        let live = self.objects.get(id).cloned();
        let mut wanted = body.clone();
        if let Some(namespace) = &id.namespace {
            wanted["metadata"]["namespace"] = json!(namespace);
        }
        let manager = Manager::new(Operation::Apply, &writing.manager, "");
        let (mut owners, before) = match &live {
            Some(live) => (live.owners.clone(), live.value.clone()),
            None => (Owners::default(), empty(id)),
        };
        let (version, time) = (id.kind.api_version(), self.time());
        let mut object = owners
            .apply(kind, &version, &before, &wanted, &manager, writing.force, &time)
            .map_err(|conflicts| Answer::conflicts(&conflicts))?;
        match live {
            Some(live) => self.change(id, &live, object, owners, writing),
            None if body["metadata"]["uid"].is_string() => Err(Answer::moved(
                id,
                &format!(
                    "uid mismatch: the provided object specified uid {}, and no existing object was found",
                    body["metadata"]["uid"].as_str().unwrap_or_default()
                ),
            )),
            None => {
                if let Some(metadata) = object["metadata"].as_object_mut() {
                    metadata.remove("resourceVersion");
                }
                self.make(id, object, owners, writing)
            }
        }
    }

    pub(crate) fn create(&mut self, id: &ObjectId, body: &Value, writing: &Writing) -> Result<Answer, Answer> {
        let mut id = id.clone();
        let mut object = body.clone();
        if id.name.is_empty() {
            id.name = format!("{}{:05}", body["metadata"]["generateName"].as_str().unwrap_or_default(), self.version);
            object["metadata"]["name"] = json!(id.name);
        }
        if let Some(namespace) = &id.namespace {
            object["metadata"]["namespace"] = json!(namespace);
        }
        object["apiVersion"] = json!(id.kind.api_version());
        object["kind"] = json!(id.kind.as_written());
        if let Some(mistake) = merge::mistake(schema::of(id.kind), &object, "") {
            return Err(Answer::bad(&mistake));
        }
        if object["metadata"]["resourceVersion"].is_string() {
            return Err(Answer::failure("resourceVersion should not be set on objects to be created"));
        }
        if self.objects.contains_key(&id) {
            self.namespace_of(&id)?;
            return Err(Answer::exists(id.kind, &id.name));
        }
        defaults::fill(id.kind, &mut object);
        defaults::tidy(schema::of(id.kind), &mut object);
        let mut owners = Owners::default();
        let manager = Manager::new(Operation::Update, &writing.manager, "");
        let (version, time) = (id.kind.api_version(), self.time());
        owners.update(schema::of(id.kind), &version, &empty(&id), &object, &manager, &time);
        self.make(&id, object, owners, writing)
    }

    pub(crate) fn replace(&mut self, id: &ObjectId, body: &Value, writing: &Writing) -> Result<Answer, Answer> {
        let live = self.get(id)?.clone();
        let mut object = body.clone();
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
        if let Some(uid) = body["metadata"]["uid"].as_str().filter(|uid| *uid != live.text("/metadata/uid")) {
            let said = format!(
                "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
                live.text("/metadata/uid")
            );
            return Err(Answer::moved(id, &said));
        }
        self.write(id, &live, object, writing)
    }

    /// A write that is no apply, of the whole object or through a part of it.
    pub(crate) fn write(
        &mut self,
        id: &ObjectId,
        live: &Stored,
        mut object: Value,
        writing: &Writing,
    ) -> Result<Answer, Answer> {
        let kind = schema::of(id.kind);
        object["metadata"]["namespace"] = live.value["metadata"]["namespace"].clone();
        for key in ["uid", "creationTimestamp", "generation", "deletionTimestamp"] {
            object["metadata"][key] = live.value["metadata"][key].clone();
        }
        if writing.part != "status" {
            object["status"] = live.value["status"].clone();
        }
        defaults::fill(id.kind, &mut object);
        defaults::tidy(kind, &mut object);
        let mut owners = live.owners.clone();
        let manager = Manager::new(Operation::Update, &writing.manager, writing.part);
        let (version, time) = (id.kind.api_version(), self.time());
        if writing.part == "scale" {
            owners.scale(&live.value["spec"]["replicas"], &object["spec"]["replicas"], &manager, &time);
        } else {
            owners.update(kind, &version, &live.value, &object, &manager, &time);
        }
        self.change(id, live, object, owners, writing)
    }

    /// A new object, with what the server adds.
    fn make(&mut self, id: &ObjectId, mut object: Value, owners: Owners, writing: &Writing) -> Result<Answer, Answer> {
        self.namespace_of(id)?;
        defaults::fill(id.kind, &mut object);
        defaults::tidy(schema::of(id.kind), &mut object);
        rules::on_creation(self, id, &mut object)?;
        self.identities += 1;
        object["metadata"]["uid"] = json!(format!("00000000-0000-4000-8000-{:012}", self.identities));
        object["metadata"]["creationTimestamp"] = json!(self.time());
        let mut stored = Stored { value: object, owners };
        if !writing.rehearsal {
            self.version += 1;
            stored.value["metadata"]["resourceVersion"] = json!(self.version.to_string());
            self.objects.insert(id.clone(), stored.clone());
        }
        Ok(Answer::new(201, stored.shown(id.kind)))
    }

    /// An object that is there becomes another, unless nothing differs.
    fn change(
        &mut self,
        id: &ObjectId,
        live: &Stored,
        mut object: Value,
        owners: Owners,
        writing: &Writing,
    ) -> Result<Answer, Answer> {
        let version = object["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
        if !version.is_empty() && version != live.text("/metadata/resourceVersion") {
            return Err(Answer::moved(id, CHANGED));
        }
        object["metadata"]["resourceVersion"] = live.value["metadata"]["resourceVersion"].clone();
        defaults::fill(id.kind, &mut object);
        defaults::tidy(schema::of(id.kind), &mut object);
        let uid = object["metadata"]["uid"].clone();
        let changed = rules::on_change(self, id, &live.value, &mut object, writing.part);
        if uid != live.value["metadata"]["uid"] {
            let message = format!("Invalid value: {uid}: field is immutable");
            return Err(Answer::invalid(id, "FieldValueInvalid", "metadata.uid", &message).and(changed));
        }
        changed?;
        if object == live.value && owners.same_fields(&live.owners) {
            return Ok(Answer::new(200, live.shown(id.kind)));
        }
        let mut stored = Stored { value: object, owners };
        if !writing.rehearsal {
            self.version += 1;
            stored.value["metadata"]["resourceVersion"] = json!(self.version.to_string());
            self.objects.insert(id.clone(), stored.clone());
            controllers::finalize(self, id);
        }
        Ok(Answer::new(200, stored.shown(id.kind)))
    }

    pub(crate) fn delete(&mut self, id: &ObjectId, options: &Value, rehearsal: bool) -> Result<Answer, Answer> {
        let live = self.get(id)?.clone();
        for (key, word) in [("uid", "UID"), ("resourceVersion", "ResourceVersion")] {
            let Some(wanted) = options["preconditions"][key].as_str() else { continue };
            let is = live.text(&format!("/metadata/{key}"));
            if wanted != is {
                let why = format!("Precondition failed: {word} in precondition: {wanted}, {word} in object meta: {is}");
                return Err(Answer::moved(id, &why));
            }
        }
        let details = json!({
            "name": id.name, "group": id.kind.group(), "kind": id.kind.plural(), "uid": live.text("/metadata/uid"),
        });
        let mut status = json!({
            "apiVersion": "v1", "kind": "Status", "metadata": {}, "status": "Success", "details": details,
        });
        if id.kind.group().is_empty()
            && let Some(details) = status["details"].as_object_mut()
        {
            details.remove("group");
        }
        if rehearsal {
            return Ok(Answer::new(200, status));
        }
        self.version += 1;
        let foreground = options["propagationPolicy"] == "Foreground" && controllers::owns_others(id.kind);
        let held = live.value["metadata"]["finalizers"].is_array() || id.kind == Kind::Namespace || foreground;
        if !held {
            self.objects.remove(id);
            return Ok(Answer::new(200, status));
        }
        let mut stored = live;
        if stored.value["metadata"]["deletionTimestamp"].is_null() {
            stored.value["metadata"]["deletionTimestamp"] = json!(self.time());
            stored.value["metadata"]["deletionGracePeriodSeconds"] = json!(0);
            stored.value["metadata"]["resourceVersion"] = json!(self.version.to_string());
            if id.kind == Kind::Namespace {
                stored.value["status"]["phase"] = json!("Terminating");
            }
            if foreground {
                stored.value["metadata"]["finalizers"] = json!(["foregroundDeletion"]);
            }
        }
        let shown = stored.shown(id.kind);
        self.objects.insert(id.clone(), stored);
        Ok(Answer::new(200, shown))
    }

    /// Objects are made in namespaces that are there, and stay.
    fn namespace_of(&self, id: &ObjectId) -> Result<(), Answer> {
        let Some(name) = &id.namespace else { return Ok(()) };
        let namespace = ObjectId { kind: Kind::Namespace, namespace: None, name: name.clone() };
        let live = self.get(&namespace)?;
        if live.value["metadata"]["deletionTimestamp"].is_null() {
            return Ok(());
        }
        let why = format!("unable to create new content in namespace {name} because it is being terminated");
        let causes = json!([{
            "reason": "NamespaceTerminating",
            "message": format!("namespace {name} is being terminated"),
            "field": "metadata.namespace",
        }]);
        Err(Answer::forbidden(id, &why, causes))
    }
}

fn empty(id: &ObjectId) -> Value {
    let mut empty = json!({"apiVersion": id.kind.api_version(), "kind": id.kind.as_written(), "metadata": {}});
    // What a type always has is no news.
    let spec = match id.kind {
        Kind::Deployment => {
            json!({"selector": null, "strategy": {}, "template": {"metadata": {}, "spec": {"containers": null}}})
        }
        Kind::Pod => json!({"containers": null}),
        Kind::Service | Kind::PersistentVolumeClaim | Kind::Namespace | Kind::ResourceQuota | Kind::Lease => json!({}),
        _ => Value::Null,
    };
    if !spec.is_null() {
        empty["spec"] = spec;
    }
    empty
}

fn written(kind: Kind) -> String {
    match kind.group() {
        "" => format!("/v1, Kind={}", kind.as_written()),
        group => format!("{group}/v1, Kind={}", kind.as_written()),
    }
}
