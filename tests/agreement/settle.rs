//! Makes the keys of a file fit together, so that enough of the files that are made at random are valid.
//!
//! What a file says already is kept where it can be: the smallest file around one key is completed by this too.

use serde_json::{Map, Value, json};

use crate::rules;

type Object = Map<String, Value>;

/// The file, changed until no rule that the schema cannot say refuses it for a reason that is known here.
pub(crate) fn settle(mut file: Value) -> Value {
    if let Some(deployment) = object(&mut file, "/deployment")
        && deployment.contains_key("image_config")
    {
        deployment.remove("image");
    }
    if let Some(image) = object(&mut file, "/deployment/image_config") {
        settle_image(image);
    }
    if let Some(workspace) = object(&mut file, "/deployment/volumes/workspace")
        && workspace.contains_key("existingClaim")
    {
        workspace.remove("size");
    }
    if let Some(ports) = file.pointer_mut("/deployment/ports").and_then(Value::as_array_mut) {
        ports.retain(|port| port.as_f64() != Some(2222.0));
    }
    for toleration in items(&mut file, "/providers/kubernetes/tolerations") {
        settle_toleration(toleration);
    }
    if let Some(rbac) = object(&mut file, "/providers/kubernetes/rbac")
        && rbac.values().all(|names| names.as_array().is_none_or(Vec::is_empty))
    {
        let other = if rbac.contains_key("groups") { "users" } else { "groups" };
        rbac.insert(other.to_owned(), json!(["team-a"]));
    }
    settle_amounts(&mut file);
    file
}

fn object<'file>(file: &'file mut Value, pointer: &str) -> Option<&'file mut Object> {
    file.pointer_mut(pointer)?.as_object_mut()
}

fn items<'file>(file: &'file mut Value, pointer: &str) -> impl Iterator<Item = &'file mut Object> {
    let items = file.pointer_mut(pointer).and_then(Value::as_array_mut);
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}

fn settle_image(image: &mut Object) {
    if image.contains_key("allow_prerelease") {
        image.entry("version").or_insert_with(|| json!("^1.0.0"));
    }
    if image.get("version").and_then(Value::as_str).is_some_and(|text| semver::VersionReq::parse(text).is_err()) {
        image.insert("version".to_owned(), json!(">=1.2, <2"));
    }
    let chosen = ["version", "tag", "digest"].into_iter().find(|key| image.contains_key(*key));
    match chosen {
        None => {
            image.insert("tag".to_owned(), json!("1.4.0"));
        }
        Some(chosen) => image.retain(|key, _| key == chosen || !matches!(key.as_str(), "version" | "tag" | "digest")),
    }
    let verifies = |image: &Object| {
        ["verify_signature", "verify_provenance"].iter().any(|key| image.get(*key) == Some(&json!(true)))
    };
    if image.contains_key("trust") && !verifies(image) {
        image.insert("verify_signature".to_owned(), json!(true));
    }
    if verifies(image) && !image.contains_key("trust") {
        image.insert("trust".to_owned(), json!({"key": "cosign.pub"}));
    }
    let mut limited = false;
    for trust in entries(image.get_mut("trust")) {
        settle_trust(trust);
        limited |= rules::limits(trust);
    }
    if limited {
        image.insert("verify_provenance".to_owned(), json!(true));
    }
}

/// The entry of `trust`, or all of them.
fn entries(trust: Option<&mut Value>) -> impl Iterator<Item = &mut Object> {
    let entries = match trust {
        Some(Value::Array(many)) => many.iter_mut().collect(),
        other => Vec::from_iter(other),
    };
    entries.into_iter().filter_map(Value::as_object_mut)
}

fn settle_trust(trust: &mut Object) {
    if trust.contains_key("identity") {
        trust.remove("key");
    }
    match trust.get_mut("identity").and_then(Value::as_object_mut) {
        None => {
            trust.entry("key").or_insert_with(|| json!("cosign.pub"));
        }
        Some(identity) if identity.contains_key("subject_regexp") => {
            identity.remove("subject");
            let text = identity.get("subject_regexp").and_then(Value::as_str).unwrap_or_default();
            if !rules::is_pattern(text) {
                identity.insert("subject_regexp".to_owned(), json!(".+@example\\.com"));
            }
        }
        Some(identity) => {
            identity.entry("subject").or_insert_with(|| json!("release@example.com"));
        }
    }
}

fn settle_toleration(toleration: &mut Object) {
    let exists = toleration.get("operator") == Some(&json!("Exists"));
    if exists {
        toleration.remove("value");
    } else {
        toleration.entry("key").or_insert_with(|| json!("dedicated"));
    }
    if toleration.contains_key("tolerationSeconds") {
        toleration.insert("effect".to_owned(), json!("NoExecute"));
    }
}

/// Amounts out of a pattern have up to 32 digits: three of them are kept, and what still cannot be counted is replaced.
fn settle_amounts(file: &mut Value) {
    let amounts = [
        ("/deployment/resources/memory", "3GB"),
        ("/deployment/resources/cpus", "1500m"),
        ("/deployment/resources/requests/memory", "64Mi"),
        ("/deployment/resources/requests/cpus", "1m"),
        ("/deployment/volumes/workspace/size", "20Gi"),
    ];
    for (pointer, otherwise) in amounts {
        let Some(value) = file.pointer_mut(pointer) else { continue };
        shorten(value);
        if refused(file)
            && let Some(value) = file.pointer_mut(pointer)
        {
            *value = json!(otherwise);
        }
    }
    let quota = object(file, "/providers/kubernetes/quota");
    quota.into_iter().flat_map(Map::values_mut).for_each(shorten);
    if refused(file)
        && let Some(quota) = object(file, "/providers/kubernetes/quota")
    {
        quota.values_mut().for_each(|amount| *amount = json!("8Gi"));
    }
    if refused(file)
        && let Some(resources) = object(file, "/deployment/resources")
    {
        resources.remove("requests");
    }
}

fn shorten(value: &mut Value) {
    if let Value::String(text) = value {
        let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        if let (Some(kept), Some(unit)) = (text.get(..digits.min(3)), text.get(digits..)) {
            *text = format!("{kept}{unit}");
        }
    }
}

/// Whether a rule about amounts refuses the file.
fn refused(file: &Value) -> bool {
    use sindri::config::problem::Code::{InvalidQuantity, RequestAboveLimit};
    rules::ALL.iter().any(|rule| matches!(rule.code, InvalidQuantity | RequestAboveLimit) && (rule.refuses)(file))
}
