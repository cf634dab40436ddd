//! Amounts in odd spellings: the server writes all of them back in one way, and nobody sees a difference that is none.
//!
//! Whether another spelling of an equal amount can be a conflict between field managers was not known before (it was
//! reported for `1000m` and `1`, and never reproduced). It cannot: what is applied is read into amounts and written back
//! as `1`, `2Gi`, `500m` before it is compared with what others own. Both managers own the field then. Only another
//! amount is a conflict.

use serde_json::Value;
use sindri::names::Kind;
use sindri::plan::diff::diff;
use sindri::plan::normal::over;
use sindri::plan::{Field, mask};

use crate::support::{Namespace, Outcome, Refusal};

/// A Deployment with an amount in every place where it has one.
fn deployment(cpu: &str, memory: &str, half: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: spelled}}, spec: {{replicas: 0, \
         selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{ \
         containers: [{{name: sindri, image: registry.example/none, \
         resources: {{limits: {{cpu: {cpu}, memory: {memory}}}, requests: {{cpu: {half}, memory: {memory}}}}}}}], \
         volumes: [{{name: scratch, emptyDir: {{sizeLimit: {memory}}}}}]}}}}}}}}"
    )
}

fn quota(cpu: &str, memory: &str, half: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: spelled}}, \
         spec: {{hard: {{limits.cpu: {cpu}, limits.memory: {memory}, requests.cpu: {half}}}}}}}"
    )
}

fn claim(_: &str, memory: &str, _: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: spelled}}, \
         spec: {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: {memory}}}}}}}}}"
    )
}

type Spelled = fn(&str, &str, &str) -> String;
const OBJECTS: [(Kind, Spelled); 3] =
    [(Kind::Deployment, deployment), (Kind::ResourceQuota, quota), (Kind::PersistentVolumeClaim, claim)];

/// What the server would make of an object that this manager applies.
fn rehearsed(namespace: &Namespace, manager: &str, object: &str) -> Result<String, Refusal> {
    let manager = format!("--field-manager={manager}");
    let rehearsal = ["apply", "--server-side", "--dry-run=server", &manager, "-o", "json", "-f", "-"];
    namespace.kubectl(&rehearsal, object)
}

fn differences(kind: Kind, before: &Value, after: &Value) -> Vec<Field> {
    let (before, after) = mask::masked(kind, Some(before), Some(after));
    diff(kind, before.as_ref(), after.as_ref())
}

#[test]
fn equal_amounts_make_no_difference_and_no_conflict() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let odd = ("1000m", "2048Mi", "0.5");
    let plain = ("\"1\"", "2Gi", "500m");
    for (kind, spelled) in OBJECTS {
        let (odd, plain) = (spelled(odd.0, odd.1, odd.2), spelled(plain.0, plain.1, plain.2));
        namespace.apply(&odd)?;
        let live = namespace.get(&format!("{kind}/spelled"))?;
        for manager in ["sindri", "another"] {
            let after: Value = serde_json::from_str(&rehearsed(&namespace, manager, &plain)?)?;
            assert_eq!(differences(kind, &live, &after), [], "{kind} applied by {manager}");
        }
        let desired: Value = serde_yaml_ng::from_str(&plain)?;
        assert_eq!(differences(kind, &live, &over(&live, &desired)), [], "{kind} laid over what is there");
    }
    Ok(())
}

#[test]
fn another_amount_is_a_difference_and_a_conflict() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    for (kind, spelled) in OBJECTS {
        let (before, after) = (spelled("1000m", "2048Mi", "0.5"), spelled("1001m", "2049Mi", "0.5"));
        namespace.apply(&before)?;
        let live = namespace.get(&format!("{kind}/spelled"))?;
        // The server does not let a claim that has no volume yet grow.
        if kind != Kind::PersistentVolumeClaim {
            let rehearsal: Value = serde_json::from_str(&rehearsed(&namespace, "sindri", &after)?)?;
            assert!(!differences(kind, &live, &rehearsal).is_empty(), "{kind}");
        }
        let refusal = rehearsed(&namespace, "another", &after).err().ok_or(format!("{kind}: no conflict"))?;
        assert!(refusal.said.contains("conflict"), "{kind}: {}", refusal.said);
    }
    Ok(())
}
