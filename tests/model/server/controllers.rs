//! What controllers do some time after a write.

use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};

use super::store::{Store, Writing};

const CONTROLLER: &str = "kube-controller-manager";

/// Whether deleting an object of this kind has to wait for others.
pub(crate) fn owns_others(kind: Kind) -> bool {
    kind == Kind::Deployment
}

/// An object whose last reason to stay is gone, goes.
pub(crate) fn finalize(store: &mut Store, id: &ObjectId) {
    let gone = store.objects.get(id).is_some_and(|stored| {
        let metadata = &stored.value["metadata"];
        !metadata["deletionTimestamp"].is_null() && metadata["finalizers"].is_null() && id.kind != Kind::Namespace
    });
    if gone {
        store.objects.remove(id);
    }
}

/// Everything that controllers have to do is done.
pub(crate) fn settle(store: &mut Store) {
    let_go(store);
    let ids: Vec<ObjectId> = store.objects.keys().cloned().collect();
    for id in &ids {
        match id.kind {
            Kind::Deployment => deployment(store, id),
            Kind::PersistentVolumeClaim => claim(store, id),
            Kind::ResourceQuota => quota(store, id),
            _ => {}
        }
    }
}

fn write(store: &mut Store, id: &ObjectId, part: &'static str, change: impl FnOnce(&mut Value)) {
    let Some(live) = store.objects.get(id).cloned() else { return };
    let mut object = live.value.clone();
    change(&mut object);
    let writing = Writing { manager: CONTROLLER.to_owned(), part, force: false, rehearsal: false };
    let written = store.write(id, &live, object, &writing);
    assert!(written.is_ok(), "a controller cannot write {id}: {written:?}");
}

fn deployment(store: &mut Store, id: &ObjectId) {
    let Some(live) = store.objects.get(id) else { return };
    let template = live.value["spec"]["template"].to_string();
    let revision = template.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))) % 97;
    let replicas = live.value["spec"]["replicas"].clone();
    let generation = live.value["metadata"]["generation"].clone();
    write(store, id, "status", |object| {
        object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = json!(revision.to_string());
        object["status"] = json!({"observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas});
    });
}

fn claim(store: &mut Store, id: &ObjectId) {
    let Some(live) = store.objects.get(id) else { return };
    let used = store.objects.iter().any(|(other, stored)| {
        let volumes = stored.value.pointer("/spec/template/spec/volumes").and_then(Value::as_array);
        other.kind == Kind::Deployment
            && other.namespace == id.namespace
            && volumes.into_iter().flatten().any(|volume| volume["persistentVolumeClaim"]["claimName"] == id.name)
    });
    if !used && live.value["status"]["phase"] != "Bound" {
        return;
    }
    let volume = format!("pvc-{}", live.text("/metadata/uid"));
    let size = live.value["spec"]["resources"]["requests"]["storage"].clone();
    write(store, id, "", |object| {
        object["spec"]["volumeName"] = json!(volume);
        object["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"] = json!("yes");
    });
    write(store, id, "status", |object| {
        object["status"] = json!({"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": {"storage": size}});
    });
}

fn quota(store: &mut Store, id: &ObjectId) {
    write(store, id, "status", |object| object["status"] = json!({"hard": object["spec"]["hard"]}));
}

/// What is deleted, and was held by a finalizer, goes; a namespace with everything in it.
pub(crate) fn let_go(store: &mut Store) {
    let going: Vec<ObjectId> = store
        .objects
        .iter()
        .filter(|(_, stored)| stored.value["metadata"]["deletionTimestamp"].is_string())
        .map(|(id, _)| id.clone())
        .collect();
    for id in going {
        store.objects.remove(&id);
        if id.kind == Kind::Namespace {
            store.objects.retain(|other, _| other.namespace.as_deref() != Some(&id.name));
        }
    }
}
