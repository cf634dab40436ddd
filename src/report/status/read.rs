//! From objects, as the API server gives them, to what is told of them.

use serde_json::Value;

use super::{Address, Applied, Image, Pod, Port, Stopped, Usage, Volume, since};
use crate::config::quantity::Quantity;
use crate::names::fields::{items, number, text};
use crate::names::{self, CONTAINER};

impl Image {
    /// What a Deployment runs.
    #[must_use]
    pub fn of(deployment: &Value) -> Self {
        let running = text(deployment, "/spec/template/spec/containers/0/image").to_owned();
        // Whoever changes the image by other means does not change what is noted beside it.
        let is_noted = annotation(deployment, names::IMAGE).is_some_and(|image| image == running);
        let noted = |key| annotation(deployment, key).filter(|_| is_noted);
        Self {
            tag: noted(names::IMAGE_TAG),
            signer: noted(names::IMAGE_SIGNER),
            source: noted(names::IMAGE_SOURCE),
            reference: running,
        }
    }
}

impl Applied {
    /// The last deploy of a Deployment, beside the fingerprint of the configuration of now.
    #[must_use]
    pub fn of(deployment: &Value, fingerprint: Option<&str>, now: Option<i64>) -> Self {
        let (at, config_hash) = (annotation(deployment, names::APPLIED_AT), annotation(deployment, names::CONFIG_HASH));
        Self {
            by: Self::by(deployment),
            age_seconds: at.as_deref().and_then(|at| since(at, now)),
            at,
            matches_file: fingerprint.zip(config_hash.as_deref()).map(|(now, then)| now == then),
            config_hash,
        }
    }

    /// Who deployed it last.
    #[must_use]
    pub fn by(deployment: &Value) -> Option<String> {
        annotation(deployment, names::APPLIED_BY)
    }
}

impl Stopped {
    /// Who stopped a Deployment.
    #[must_use]
    pub fn of(deployment: &Value, now: Option<i64>) -> Self {
        let at = annotation(deployment, names::STOPPED_AT);
        let by = annotation(deployment, names::STOPPED_BY);
        Self { by, age_seconds: at.as_deref().and_then(|at| since(at, now)), at }
    }
}

impl Pod {
    /// A pod, with what the metrics API says of pods.
    #[must_use]
    pub fn of(pod: &Value, metrics: Option<&Value>, now: Option<i64>) -> Self {
        // Others may have put containers of their own beside it.
        let own = items(pod, "/status/containerStatuses").iter().find(|status| text(status, "/name") == CONTAINER);
        let status = own.unwrap_or(&Value::Null);
        let started_at = filled(text(status, "/state/running/startedAt"));
        Self {
            name: text(pod, "/metadata/name").to_owned(),
            node: Self::node_of(pod),
            ip: filled(text(pod, "/status/podIP")),
            restarts: number(status, "/restartCount").unwrap_or_default(),
            running_seconds: started_at.as_deref().and_then(|at| since(at, now)),
            started_at,
            usage: metrics.and_then(|metrics| Usage::of(metrics, pod)),
        }
    }

    /// The node that a pod is on.
    #[must_use]
    pub fn node_of(pod: &Value) -> Option<String> {
        filled(text(pod, "/spec/nodeName"))
    }
}

impl Usage {
    /// What a pod uses, if it was measured.
    fn of(metrics: &Value, pod: &Value) -> Option<Self> {
        let name = text(pod, "/metadata/name");
        let measured = items(metrics, "/items").iter().find(|one| text(one, "/metadata/name") == name)?;
        let sum = |resource: &str| {
            let containers = items(measured, "/containers").iter();
            let mut amounts =
                containers.map(|container| Quantity::parse(text(container, &format!("/usage/{resource}"))).ok());
            amounts.try_fold(Quantity::default(), |sum, next| Some(sum.plus(next?)))
        };
        let limit = |resource: &str| filled(text(pod, &format!("/spec/containers/0/resources/limits/{resource}")));
        Some(Self {
            cpu_millis: sum("cpu")?.in_thousandths(),
            cpu_limit: limit("cpu"),
            memory_bytes: sum("memory")?.in_units(),
            memory_limit: limit("memory"),
        })
    }
}

impl Volume {
    /// The volume of a claim, with what its node has measured.
    #[must_use]
    pub fn of(claim: &Value, node: Option<&Value>, now: Option<i64>) -> Self {
        let measured = node.and_then(|node| disk(node, claim));
        let bytes = |key| measured.and_then(|disk| number(disk, key));
        Self {
            claim: text(claim, "/metadata/name").to_owned(),
            size: Self::size_of(claim),
            class: filled(text(claim, "/spec/storageClassName")),
            state: text(claim, "/status/phase").to_owned(),
            volume: filled(text(claim, "/spec/volumeName")),
            used_bytes: bytes("/usedBytes"),
            capacity_bytes: bytes("/capacityBytes"),
            age_seconds: since(text(claim, "/metadata/creationTimestamp"), now),
        }
    }

    /// How large the volume of a claim is, or is to be.
    #[must_use]
    pub fn size_of(claim: &Value) -> String {
        let capacity = filled(text(claim, "/status/capacity/storage"));
        capacity.unwrap_or_else(|| text(claim, "/spec/resources/requests/storage").to_owned())
    }
}

/// What the node has measured of the volume of a claim.
fn disk<'node>(node: &'node Value, claim: &Value) -> Option<&'node Value> {
    let is_it = |volume: &&Value| {
        ["namespace", "name"]
            .iter()
            .all(|key| text(volume, &format!("/pvcRef/{key}")) == text(claim, &format!("/metadata/{key}")))
    };
    items(node, "/pods").iter().flat_map(|pod| items(pod, "/volume")).find(is_it)
}

impl Address {
    /// Where a Service can be reached.
    #[must_use]
    pub fn of(service: &Value) -> Self {
        let port = |port| Port { name: filled(text(port, "/name")), port: number(port, "/port").unwrap_or_default() };
        Self {
            host: format!("{}.{}.svc", text(service, "/metadata/name"), text(service, "/metadata/namespace")),
            ip: filled(text(service, "/spec/clusterIP")),
            ports: items(service, "/spec/ports").iter().map(port).collect(),
        }
    }
}

fn annotation(object: &Value, key: &str) -> Option<String> {
    let value = object.pointer("/metadata/annotations")?.get(key)?.as_str()?;
    filled(value)
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Image, Pod, Volume};

    #[test]
    fn an_image_that_somebody_else_has_put_there_has_no_signer() {
        let deployment = |running: &str| {
            json!({
                "metadata": {"annotations": {"sindri.dev/image": "r.io/a@sha256:1", "sindri.dev/image-signer": "key k"}},
                "spec": {"template": {"spec": {"containers": [{"image": running}]}}},
            })
        };
        assert_eq!(Image::of(&deployment("r.io/a@sha256:1")).signer.as_deref(), Some("key k"));
        assert_eq!(Image::of(&deployment("r.io/a@sha256:2")).signer, None);
    }

    #[test]
    fn what_a_pod_uses_is_the_sum_of_its_containers_and_only_its_own() {
        let pod = json!({
            "metadata": {"name": "dev-1"},
            "spec": {"containers": [{"resources": {"limits": {"cpu": "2", "memory": "4Gi"}}}]},
            "status": {"containerStatuses": [
                {"name": "beside", "restartCount": 9},
                {"name": "sindri", "restartCount": 1, "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}},
            ]},
        });
        let used = |cpu: &str, memory: &str| json!({"usage": {"cpu": cpu, "memory": memory}});
        let metrics = json!({"items": [
            {"metadata": {"name": "other"}, "containers": [used("5", "5Gi")]},
            {"metadata": {"name": "dev-1"}, "containers": [used("1500001n", "1Mi"), used("250m", "512Ki")]},
        ]});
        let pod = Pod::of(&pod, Some(&metrics), Some(1_767_225_660));
        assert_eq!((pod.restarts, pod.running_seconds), (1, Some(60)));
        let usage = pod.usage.unwrap();
        assert_eq!((usage.cpu_millis, usage.memory_bytes), (252, (1 << 20) + (512 << 10)));
        assert_eq!((usage.cpu_limit.as_deref(), usage.memory_limit.as_deref()), (Some("2"), Some("4Gi")));
    }

    #[test]
    fn the_disk_of_a_volume_is_found_by_namespace_and_name() {
        let claim = json!({"metadata": {"namespace": "team", "name": "dev-home-pvc"}, "status": {"phase": "Bound"}});
        let volume = |namespace: &str, used: i64| json!({"usedBytes": used, "capacityBytes": 10, "pvcRef": {"namespace": namespace, "name": "dev-home-pvc"}});
        let node = json!({"pods": [{"volume": [volume("other", 1)]}, {"volume": [volume("team", 2)]}]});
        assert_eq!(Volume::of(&claim, Some(&node), None).used_bytes, Some(2));
        assert_eq!(Volume::of(&claim, None, None).used_bytes, None);
    }
}
