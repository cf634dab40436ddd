//! The one pod template that every shape of workload shares.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Capabilities, Container, ContainerPort, EnvFromSource, EnvVar, LocalObjectReference,
    PersistentVolumeClaimVolumeSource, Pod, PodSecurityContext, PodSpec, PodTemplateSpec, ResourceRequirements,
    SeccompProfile, SecretEnvSource, SecurityContext, Toleration, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use super::labels::{Owner, pairs};
use crate::config::SSH_PORT;
use crate::config::name::{ObjectName, Profile};
use crate::config::spec::{self, Amounts, Security, Spec, Workspace};
use crate::names::{self, home_claim};

/// Where the volume is: the home of whoever works there.
pub const HOME: &str = "/alt/home/developer";
const WORKSPACE: &str = "/alt/home/developer/workspace";
/// The user and group that an environment runs as under restricted Pod Security, and that owns its volume.
const DEVELOPER: i64 = 1000;

pub(super) fn template(spec: &Spec, owner: &Owner<'_>, image: &str) -> PodTemplateSpec {
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(owner.labels()),
            annotations: Some(pairs(&[(names::DEFAULT_CONTAINER, names::CONTAINER)])),
            ..ObjectMeta::default()
        }),
        spec: Some(pod(spec, image)),
    }
}

/// A pod as the template makes it, without whoever would own it.
pub(super) fn bare(spec: &Spec, owner: &Owner<'_>, image: &str) -> Value {
    let template = template(spec, owner, image);
    let metadata = ObjectMeta {
        generate_name: Some(format!("{}-", spec.name)),
        namespace: owner.namespace.map(ToString::to_string),
        ..template.metadata.unwrap_or_default()
    };
    // Serialising cannot fail: the types have text for keys and finite numbers only.
    serde_json::to_value(Pod { metadata, spec: template.spec, status: None }).unwrap_or_default()
}

/// The name of the claim that an environment has of its own.
pub(super) fn own_claim(spec: &Spec) -> String {
    home_claim(spec.name.as_str())
}

pub(super) fn port_name(port: u16) -> String {
    if port == SSH_PORT { "ssh".to_owned() } else { format!("port-{port}") }
}

fn pod(spec: &Spec, image: &str) -> PodSpec {
    let kubernetes = &spec.kubernetes;
    let references =
        |names: &[_]| names.iter().map(|name: &ObjectName| LocalObjectReference { name: name.to_string() }).collect();
    PodSpec {
        // A token nobody asked for is a token that can be stolen.
        automount_service_account_token: kubernetes.service_account.is_none().then_some(false),
        containers: vec![container(spec, image)],
        // Without this, each Service of the namespace adds seven variables to the container.
        enable_service_links: Some(false),
        image_pull_secrets: filled(references(&kubernetes.image_pull_secrets)),
        node_selector: Some(node_selector(spec)).filter(|labels| !labels.is_empty()),
        priority_class_name: kubernetes.priority_class_name.as_ref().map(ToString::to_string),
        runtime_class_name: kubernetes.runtime_class_name.as_ref().map(ToString::to_string),
        security_context: Some(pod_security(kubernetes.security)),
        service_account_name: Some(account(kubernetes)),
        tolerations: filled(kubernetes.tolerations.iter().map(toleration).collect()),
        volumes: Some(vec![home(spec)]),
        ..PodSpec::default()
    }
}

/// Always said: the server keeps a second copy of the name, and brings back from it one that is no longer sent.
fn account(kubernetes: &spec::Kubernetes) -> String {
    kubernetes.service_account.as_ref().map_or_else(|| "default".to_owned(), ToString::to_string)
}

fn container(spec: &Spec, image: &str) -> Container {
    let ports = std::iter::once(&SSH_PORT).chain(&spec.ports).map(|port| ContainerPort {
        container_port: i32::from(*port),
        name: Some(port_name(*port)),
        protocol: Some("TCP".to_owned()),
        ..ContainerPort::default()
    });
    let from_secrets = spec.kubernetes.secrets.iter().map(|name| EnvFromSource {
        secret_ref: Some(SecretEnvSource { name: name.to_string(), optional: None }),
        ..EnvFromSource::default()
    });
    Container {
        command: filled(spec.command.clone()),
        env: Some(variables(spec)),
        env_from: filled(from_secrets.collect()),
        image: Some(image.to_owned()),
        image_pull_policy: Some(spec.pull_policy.as_str().to_owned()),
        name: names::CONTAINER.to_owned(),
        ports: Some(ports.collect()),
        resources: Some(resources(&spec.resources)),
        security_context: Some(container_security(spec.kubernetes.security)),
        volume_mounts: Some(vec![VolumeMount {
            mount_path: HOME.to_owned(),
            name: "home".to_owned(),
            ..VolumeMount::default()
        }]),
        ..Container::default()
    }
}

/// Sindri's own first, then the file's in the order of their names.
fn variables(spec: &Spec) -> Vec<EnvVar> {
    let own = [
        ("HOME", Some(HOME)),
        ("WORKSPACE", Some(WORKSPACE)),
        ("SINDRI_PROFILE", spec.profile.as_ref().map(Profile::as_str)),
    ];
    let own = own.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    let written = spec.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    own.chain(written)
        .map(|(name, value)| EnvVar { name: name.to_owned(), value: Some(value.to_owned()), value_from: None })
        .collect()
}

fn resources(resources: &spec::Resources) -> ResourceRequirements {
    let amounts = |amounts: &Amounts| {
        let mut all = BTreeMap::from([
            ("cpu".to_owned(), Quantity(amounts.cpus.to_string())),
            ("memory".to_owned(), Quantity(amounts.memory.to_string())),
        ]);
        // A device is never shared: Kubernetes wants the limit and the request to be the same.
        all.extend(resources.gpu.map(|gpu| (gpu.vendor.resource().to_owned(), Quantity(gpu.count.to_string()))));
        Some(all)
    };
    ResourceRequirements { limits: amounts(&resources.limits), requests: amounts(&resources.requests), claims: None }
}

fn node_selector(spec: &Spec) -> BTreeMap<String, String> {
    let gpu = spec.resources.gpu.map(|gpu| ("gpu".to_owned(), gpu.vendor.label().to_owned()));
    let written = spec.kubernetes.node_selector.iter().map(|(key, value)| (key.to_string(), value.to_string()));
    gpu.into_iter().chain(written).collect()
}

fn toleration(toleration: &spec::Toleration) -> Toleration {
    Toleration {
        effect: toleration.effect.clone(),
        key: toleration.key.as_ref().map(ToString::to_string),
        operator: Some(if toleration.value.is_some() { "Equal" } else { "Exists" }.to_owned()),
        toleration_seconds: toleration.seconds,
        value: toleration.value.as_ref().map(ToString::to_string).filter(|value| !value.is_empty()),
    }
}

fn home(spec: &Spec) -> Volume {
    let claim_name = match &spec.workspace {
        Workspace::Own { .. } => own_claim(spec),
        Workspace::Existing { claim } => claim.to_string(),
    };
    Volume {
        name: "home".to_owned(),
        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource { claim_name, read_only: None }),
        ..Volume::default()
    }
}

fn pod_security(level: Security) -> PodSecurityContext {
    let restricted = level == Security::Restricted;
    PodSecurityContext {
        fs_group: Some(DEVELOPER),
        // Changing the owner of every file at each start takes minutes on a full volume.
        fs_group_change_policy: Some("OnRootMismatch".to_owned()),
        run_as_group: restricted.then_some(DEVELOPER),
        run_as_non_root: restricted.then_some(true),
        run_as_user: restricted.then_some(DEVELOPER),
        seccomp_profile: (level != Security::Privileged)
            .then(|| SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }),
        ..PodSecurityContext::default()
    }
}

fn container_security(level: Security) -> SecurityContext {
    match level {
        Security::Restricted => SecurityContext {
            allow_privilege_escalation: Some(false),
            capabilities: Some(Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
            ..SecurityContext::default()
        },
        Security::Baseline => SecurityContext { privileged: Some(false), ..SecurityContext::default() },
        Security::Privileged => SecurityContext { privileged: Some(true), ..SecurityContext::default() },
    }
}

/// An empty list is left out: sent, it would be owned.
fn filled<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}
