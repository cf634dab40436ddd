//! What the server writes where nothing was said, and how it writes what was said.

use serde_json::{Map, Value, json};
use sindri::names::Kind;

use super::schema::Type;

/// Puts defaults into an object, as far as they follow from the object alone.
pub(crate) fn fill(kind: Kind, object: &mut Value) {
    let spec = &mut object["spec"];
    match kind {
        Kind::Deployment => deployment(spec),
        Kind::Pod => pod(spec),
        Kind::Service => service(spec),
        Kind::PersistentVolumeClaim => default(spec, "volumeMode", json!("Filesystem")),
        Kind::Namespace => {
            let name = object["metadata"]["name"].clone();
            object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
        }
        Kind::Secret => default(object, "type", json!("Opaque")),
        _ => {}
    }
    if object["spec"].is_null()
        && let Some(map) = object.as_object_mut()
    {
        map.remove("spec");
    }
}

fn default(object: &mut Value, key: &str, value: Value) {
    if object[key].is_null() {
        object[key] = value;
    }
}

fn deployment(spec: &mut Value) {
    default(spec, "replicas", json!(1));
    default(spec, "revisionHistoryLimit", json!(10));
    default(spec, "progressDeadlineSeconds", json!(600));
    default(spec, "strategy", json!({}));
    default(&mut spec["strategy"], "type", json!("RollingUpdate"));
    if spec["strategy"]["type"] == "RollingUpdate" {
        default(&mut spec["strategy"], "rollingUpdate", json!({}));
        default(&mut spec["strategy"]["rollingUpdate"], "maxSurge", json!("25%"));
        default(&mut spec["strategy"]["rollingUpdate"], "maxUnavailable", json!("25%"));
    }
    default(&mut spec["template"], "metadata", json!({}));
    pod(&mut spec["template"]["spec"]);
}

fn pod(spec: &mut Value) {
    default(spec, "restartPolicy", json!("Always"));
    default(spec, "dnsPolicy", json!("ClusterFirst"));
    default(spec, "schedulerName", json!("default-scheduler"));
    default(spec, "terminationGracePeriodSeconds", json!(30));
    default(spec, "securityContext", json!({}));
    // Two names of one field: the old one speaks where the new one is silent.
    let account = [&spec["serviceAccountName"], &spec["serviceAccount"]].into_iter().find(|name| !name.is_null());
    if let Some(account) = account.cloned() {
        spec["serviceAccountName"] = account.clone();
        spec["serviceAccount"] = account;
    }
    for container in items(&mut spec["containers"]) {
        let moving = container["image"].as_str().is_some_and(|image| !image.contains('@') && is_latest(image));
        default(container, "imagePullPolicy", json!(if moving { "Always" } else { "IfNotPresent" }));
        default(container, "resources", json!({}));
        default(container, "terminationMessagePath", json!("/dev/termination-log"));
        default(container, "terminationMessagePolicy", json!("File"));
        for port in items(&mut container["ports"]) {
            default(port, "protocol", json!("TCP"));
        }
        if container["ports"].is_null()
            && let Some(container) = container.as_object_mut()
        {
            container.remove("ports");
        }
    }
}

fn is_latest(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or(image);
    name.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn service(spec: &mut Value) {
    default(spec, "type", json!("ClusterIP"));
    default(spec, "sessionAffinity", json!("None"));
    default(spec, "internalTrafficPolicy", json!("Cluster"));
    default(spec, "ipFamilies", json!(["IPv4"]));
    default(spec, "ipFamilyPolicy", json!("SingleStack"));
    for port in items(&mut spec["ports"]) {
        default(port, "protocol", json!("TCP"));
        let number = port["port"].clone();
        default(port, "targetPort", number);
    }
}

fn items(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_array_mut().into_iter().flatten()
}

/// The object as its own type holds it: without what is empty, with every amount in its one spelling.
pub(crate) fn tidy(kind: &Type, value: &mut Value) {
    match (kind, value) {
        (Type::Quantity, value) => *value = Value::from(amount(value)),
        (self_kind @ (Type::Struct(_) | Type::Map(_)), Value::Object(map)) => {
            for (key, value) in map.iter_mut() {
                if let Some(kind) = kind.field(key) {
                    tidy(kind, value);
                }
            }
            let keep = |key: &str, value: &Value| match value {
                Value::Null => false,
                Value::Array(items) => !items.is_empty(),
                Value::String(text) => {
                    !text.is_empty() || matches!(self_kind, Type::Map(_)) || key == "storageClassName"
                }
                Value::Object(map) => !(map.is_empty() && matches!(kind.field(key), Some(Type::Map(_)))),
                _ => true,
            };
            let kept: Map<_, _> = std::mem::take(map).into_iter().filter(|(key, value)| keep(key, value)).collect();
            *map = kept;
        }
        (Type::List(_, kind), Value::Array(items)) => items.iter_mut().for_each(|item| tidy(kind, item)),
        _ => {}
    }
}

const BINARY: [&str; 5] = ["Ki", "Mi", "Gi", "Ti", "Pi"];
const DECIMAL: [&str; 9] = ["n", "u", "m", "", "k", "M", "G", "T", "P"];

fn power(base: i128, exponent: usize) -> i128 {
    base.pow(u32::try_from(exponent).unwrap_or_default())
}

/// How much it is, in billionths, and whether it is written with a power of two.
pub(crate) fn billionths(value: &Value) -> (i128, bool) {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let end = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap_or_default();
    let binary = BINARY.iter().position(|other| *other == suffix);
    let scale = match binary {
        Some(at) => 1_000_000_000 * power(1024, at + 1),
        None => power(1000, DECIMAL.iter().position(|other| *other == suffix).unwrap_or(3)),
    };
    (digits * scale / power(10, fraction.len()), binary.is_some())
}

/// An amount as the server writes it: `1000m` is `1`, `0.5` is `500m`, `2048Mi` is `2Gi`.
fn amount(value: &Value) -> String {
    let (billionths, binary) = billionths(value);
    if billionths == 0 {
        return "0".to_owned();
    }
    if binary && billionths % 1_000_000_000 == 0 {
        let units = billionths / 1_000_000_000;
        let at = (0..=BINARY.len()).rev().find(|at| units % power(1024, *at) == 0).unwrap_or_default();
        let suffix = at.checked_sub(1).map_or("", |at| BINARY[at]);
        return format!("{}{suffix}", units / power(1024, at));
    }
    let at = (0..DECIMAL.len()).rev().find(|at| billionths % power(1000, *at) == 0).unwrap_or_default();
    format!("{}{}", billionths / power(1000, at), DECIMAL[at])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn an_amount_has_one_spelling() {
        for (written, kept) in [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("2048Mi", "2Gi"),
            ("1500Mi", "1500Mi"),
            ("0.5Gi", "512Mi"),
            ("64M", "64M"),
        ] {
            assert_eq!(super::amount(&json!(written)), kept);
        }
        assert_eq!(super::amount(&json!(2000)), "2k");
    }
}
