//! What an environment needs that others have made: looked for before anything is applied.

use serde_json::Value;

use crate::config::name::ObjectName;
use crate::config::spec::{Spec, Workspace};

/// What must be there for the pod to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Secrets whose entries become variables. Without one of them the container is not made.
    pub secrets: Vec<String>,
    /// Secrets for the registry that the configuration names.
    pub image_pull_secrets: Vec<String>,
    /// The account of the pod; the namespace's own otherwise.
    pub service_account: Option<String>,
    /// The class of the volume; the cluster's default otherwise.
    pub storage_class: Option<String>,
    /// The claim that somebody else has made.
    pub existing_claim: Option<String>,
    /// The priority of the pod.
    pub priority_class: Option<String>,
    /// The runtime of the pod.
    pub runtime_class: Option<String>,
}

impl Needs {
    /// What a pod of this template needs. Its volume is there already, whoever made it.
    pub(super) fn of_template(template: &Value) -> Self {
        let pod = template.get("spec").unwrap_or(&Value::Null);
        let text = |key: &str| pod.get(key).and_then(Value::as_str).map(str::to_owned);
        let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let names = |items: Vec<Value>, place: &str| {
            let names = items.iter().filter_map(|item| item.pointer(place).and_then(Value::as_str));
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        let containers = list(pod.get("containers"));
        let sources = containers.iter().flat_map(|container| list(container.get("envFrom"))).collect();
        Self {
            secrets: names(sources, "/secretRef/name"),
            image_pull_secrets: names(list(pod.get("imagePullSecrets")), "/name"),
            service_account: text("serviceAccountName").filter(|name| name != "default"),
            storage_class: None,
            existing_claim: names(list(pod.get("volumes")), "/persistentVolumeClaim/claimName").into_iter().next(),
            priority_class: text("priorityClassName"),
            runtime_class: text("runtimeClassName"),
        }
    }

    pub(super) fn of(spec: &Spec) -> Self {
        let kubernetes = &spec.kubernetes;
        let texts = |names: &[ObjectName]| names.iter().map(ToString::to_string).collect();
        let text = |name: &Option<ObjectName>| name.as_ref().map(ToString::to_string);
        Self {
            secrets: texts(&kubernetes.secrets),
            image_pull_secrets: texts(&kubernetes.image_pull_secrets),
            service_account: text(&kubernetes.service_account),
            storage_class: text(&kubernetes.storage_class),
            existing_claim: match &spec.workspace {
                Workspace::Own { .. } => None,
                Workspace::Existing { claim } => Some(claim.to_string()),
            },
            priority_class: text(&kubernetes.priority_class_name),
            runtime_class: text(&kubernetes.runtime_class_name),
        }
    }
}
