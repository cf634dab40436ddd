//! What the server adds to objects and refuses, beyond their own defaults.

use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};

use super::answer::Answer;
use super::defaults::billionths;
use super::store::Store;

/// What admission and the strategies of each kind do to a new object.
pub(crate) fn on_creation(store: &Store, id: &ObjectId, object: &mut Value) -> Result<(), Answer> {
    valid(id, object)?;
    match id.kind {
        Kind::Deployment | Kind::NetworkPolicy => object["metadata"]["generation"] = json!(1),
        Kind::PersistentVolumeClaim => {
            object["metadata"]["finalizers"] = json!(["kubernetes.io/pvc-protection"]);
            if object["spec"]["storageClassName"].is_null()
                && let Some(class) = default_class(store)
            {
                object["spec"]["storageClassName"] = json!(class);
            }
            object["status"] = json!({"phase": "Pending"});
        }
        Kind::Service => {
            let address = address(store, id);
            object["spec"]["clusterIP"] = json!(address);
            object["spec"]["clusterIPs"] = json!([address]);
            object["status"] = json!({"loadBalancer": {}});
        }
        Kind::Namespace => {
            object["spec"]["finalizers"] = json!(["kubernetes"]);
            object["status"] = json!({"phase": "Active"});
        }
        _ => {}
    }
    if matches!(id.kind, Kind::Deployment | Kind::ResourceQuota) {
        object["status"] = json!({});
    }
    Ok(())
}

/// What may change, and what that does.
pub(crate) fn on_change(
    store: &Store,
    id: &ObjectId,
    live: &Value,
    object: &mut Value,
    part: &str,
) -> Result<(), Answer> {
    valid(id, object)?;
    match id.kind {
        Kind::Deployment => {
            if object["spec"]["selector"] != live["spec"]["selector"] {
                let value = shown(&object["spec"]["selector"]);
                let message = format!("Invalid value: {value}: field is immutable");
                return Err(Answer::invalid(id, "FieldValueInvalid", "spec.selector", &message));
            }
            let annotations = |value: &Value| value["metadata"]["annotations"].clone();
            if part != "status" && (object["spec"] != live["spec"] || annotations(object) != annotations(live)) {
                next_generation(object, live);
            }
        }
        Kind::NetworkPolicy if object["spec"] != live["spec"] => next_generation(object, live),
        Kind::PersistentVolumeClaim => claim(store, id, live, object)?,
        Kind::RoleBinding if object["roleRef"] != live["roleRef"] => {
            let message = format!("Invalid value: {}: field is immutable", shown(&object["roleRef"]));
            return Err(Answer::invalid(id, "FieldValueInvalid", "roleRef", &message));
        }
        _ => {}
    }
    Ok(())
}

fn next_generation(object: &mut Value, live: &Value) {
    object["metadata"]["generation"] = json!(live["metadata"]["generation"].as_u64().unwrap_or_default() + 1);
}

/// What is wrong with an object by itself, as far as the tests need it.
fn valid(id: &ObjectId, object: &Value) -> Result<(), Answer> {
    if id.kind != Kind::Deployment {
        return Ok(());
    }
    let containers = object.pointer("/spec/template/spec/containers").and_then(Value::as_array);
    for (index, container) in containers.into_iter().flatten().enumerate() {
        let security = &container["securityContext"];
        if security["privileged"] == true && security["allowPrivilegeEscalation"] == false {
            let field = format!("spec.template.spec.containers[{index}].securityContext");
            let message = format!(
                "Invalid value: {security}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
            );
            return Err(Answer::invalid(id, "FieldValueInvalid", &field, &message));
        }
        for name in ["cpu", "memory"] {
            let limit = &container["resources"]["limits"][name];
            let request = &container["resources"]["requests"][name];
            if let (Some(limit), Some(request)) = (amount(limit), amount(request))
                && request > limit
            {
                let field = format!("spec.template.spec.containers[{index}].resources.requests");
                let message = format!(
                    "Invalid value: {}: must be less than or equal to {name} limit of {}",
                    container["resources"]["requests"][name],
                    container["resources"]["limits"][name].as_str().unwrap_or_default()
                );
                return Err(Answer::invalid(id, "FieldValueInvalid", &field, &message));
            }
        }
    }
    Ok(())
}

fn claim(store: &Store, id: &ObjectId, live: &Value, object: &Value) -> Result<(), Answer> {
    if object["spec"] == live["spec"] {
        return Ok(());
    }
    let without_size = |value: &Value| {
        let mut spec = value["spec"].clone();
        spec["resources"]["requests"]["storage"] = Value::Null;
        spec["volumeName"] = Value::Null;
        spec
    };
    let bound = live["status"]["phase"] == "Bound";
    if without_size(object) != without_size(live)
        || (!bound && object["spec"]["resources"] != live["spec"]["resources"])
    {
        let message = "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
        return Err(Answer::invalid(id, "FieldValueForbidden", "spec", message));
    }
    let size = |value: &Value| amount(&value["spec"]["resources"]["requests"]["storage"]);
    let capacity = amount(&live["status"]["capacity"]["storage"]);
    if bound && size(object) < size(live) && size(object) <= capacity {
        let message = "Forbidden: field can not be less than status.capacity";
        return Err(Answer::invalid(id, "FieldValueForbidden", "spec.resources.requests.storage", message));
    }
    let class = live["spec"]["storageClassName"].as_str().unwrap_or_default();
    if size(object) > size(live) && !can_grow(store, class) {
        let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
        return Err(Answer::forbidden(id, why, Value::Null));
    }
    Ok(())
}

fn amount(value: &Value) -> Option<i128> {
    value.is_string().then(|| billionths(value).0)
}

fn classes(store: &Store) -> impl Iterator<Item = (&ObjectId, &Value)> {
    store.objects.iter().filter(|(id, _)| id.kind == Kind::StorageClass).map(|(id, stored)| (id, &stored.value))
}

fn default_class(store: &Store) -> Option<String> {
    let is_default =
        |value: &Value| value["metadata"]["annotations"]["storageclass.kubernetes.io/is-default-class"] == "true";
    classes(store).find(|(_, value)| is_default(value)).map(|(id, _)| id.name.clone())
}

fn can_grow(store: &Store, class: &str) -> bool {
    classes(store).any(|(id, value)| id.name == class && value["allowVolumeExpansion"] == true)
}

/// An address that depends on the Service alone: a rehearsal and the deed may differ on a real server.
fn address(store: &Store, id: &ObjectId) -> String {
    let sum: u32 = id.to_string().bytes().fold(7, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let more = u32::try_from(store.version() % 7).unwrap_or_default();
    format!("10.96.{}.{}", sum % 251, 2 + (sum / 251 + more) % 250)
}

fn shown(value: &Value) -> String {
    value.to_string()
}
