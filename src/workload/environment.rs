//! The environment: a volume that stays, one pod that uses it, and an address.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy};
use k8s_openapi::api::core::v1::{
    Namespace as NamespaceObject, PersistentVolumeClaim, PersistentVolumeClaimSpec, ResourceQuota, ResourceQuotaSpec,
    Service, ServicePort, ServiceSpec, VolumeResourceRequirements,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::labels::{Owner, common, pairs};
use super::needs::Needs;
use super::object::{Object, Rendered, in_order, object};
use super::{access, pod};
use crate::config::SSH_PORT;
use crate::config::name::Namespace;
use crate::config::spec::{Spec, Workspace};
use crate::image::Named;
use crate::names::{self, Kind, ObjectId};

/// Where the objects go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The namespace; none leaves the choice to whoever applies the objects.
    pub namespace: Option<Namespace>,
    /// Whether the namespace itself, and the quota that limits it, belong to Sindri.
    pub owns_namespace: bool,
}

impl Placement {
    /// The namespace that is made with the objects, if one is.
    #[must_use]
    pub fn made_namespace(&self) -> Option<&Namespace> {
        self.namespace.as_ref().filter(|name| self.owns_namespace && !BUILT_IN.contains(&name.as_str()))
    }
}

/// Namespaces that every cluster has and nobody makes.
const BUILT_IN: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// The objects of an environment that runs `image`.
pub fn render<Image: Named>(spec: &Spec, image: Image, placement: &Placement) -> Rendered<Image> {
    let owner = Owner { name: &spec.name, namespace: placement.namespace.as_ref() };
    let mut objects = Vec::new();
    if let Some(name) = placement.made_namespace() {
        objects.push(namespace(name));
        if !spec.kubernetes.quota.is_empty() {
            objects.push(quota(spec, &owner));
        }
    }
    objects.extend(access::objects(spec, &owner));
    if let Workspace::Own { size } = &spec.workspace {
        objects.push(claim(spec, &owner, size.to_string()));
    }
    objects.push(deployment(spec, &owner, &image));
    objects.push(service(spec, &owner));
    Rendered {
        name: spec.name.to_string(),
        objects: in_order(objects),
        possible: possible(spec, &owner),
        pod: pod::bare(spec, &owner, &image.to_string()),
        needs: Needs::of(spec),
        image,
    }
}

/// Whatever the configuration says, an environment has no other objects than these.
fn possible(spec: &Spec, owner: &Owner<'_>) -> Vec<ObjectId> {
    let namespace = owner.namespace.map(ToString::to_string);
    let namespaces =
        owner.namespace.map(|name| ObjectId { kind: Kind::Namespace, namespace: None, name: name.to_string() });
    let objects = kinds(spec.name.as_str()).into_iter();
    let objects = objects.map(|(kind, name)| ObjectId { kind, namespace: namespace.clone(), name });
    namespaces.into_iter().chain(objects).collect()
}

/// Everything that an environment of this name can have made for it alone, whatever its configuration says.
#[must_use]
pub fn possible_objects(environment: &str, namespace: &str) -> Vec<ObjectId> {
    kinds(environment).into_iter().map(|(kind, name)| ObjectId::new(kind, namespace, name)).collect()
}

fn kinds(environment: &str) -> [(Kind, String); 7] {
    [
        (Kind::ResourceQuota, quota_name(environment)),
        (Kind::Role, access::role_name(environment)),
        (Kind::RoleBinding, access::role_name(environment)),
        (Kind::NetworkPolicy, environment.to_owned()),
        (Kind::PersistentVolumeClaim, names::home_claim(environment)),
        (Kind::Deployment, environment.to_owned()),
        (Kind::Service, environment.to_owned()),
    ]
}

fn quota_name(environment: &str) -> String {
    format!("{environment}-quota")
}

fn namespace(name: &Namespace) -> Object {
    let metadata = ObjectMeta { name: Some(name.to_string()), labels: Some(common()), ..ObjectMeta::default() };
    object(Kind::Namespace, &NamespaceObject { metadata, ..NamespaceObject::default() })
}

fn quota(spec: &Spec, owner: &Owner<'_>) -> Object {
    let hard =
        spec.kubernetes.quota.iter().map(|(name, amount)| (name.to_string(), Quantity(amount.to_string()))).collect();
    object(
        Kind::ResourceQuota,
        &ResourceQuota {
            metadata: owner.metadata(quota_name(spec.name.as_str())),
            spec: Some(ResourceQuotaSpec { hard: Some(hard), ..ResourceQuotaSpec::default() }),
            status: None,
        },
    )
}

fn claim(spec: &Spec, owner: &Owner<'_>, size: String) -> Object {
    let requests = BTreeMap::from([("storage".to_owned(), Quantity(size))]);
    object(
        Kind::PersistentVolumeClaim,
        &PersistentVolumeClaim {
            metadata: owner.metadata(pod::own_claim(spec)),
            spec: Some(PersistentVolumeClaimSpec {
                access_modes: Some(vec!["ReadWriteOnce".to_owned()]),
                resources: Some(VolumeResourceRequirements { requests: Some(requests), limits: None }),
                storage_class_name: spec.kubernetes.storage_class.as_ref().map(ToString::to_string),
                ..PersistentVolumeClaimSpec::default()
            }),
            status: None,
        },
    )
}

/// `replicas` is never sent: the server starts with one, and afterwards `stop` and `start` own the number.
fn deployment(spec: &Spec, owner: &Owner<'_>, image: &impl Named) -> Object {
    let (tagged, signer, origin) = (image.tagged(), image.signer(), image.origin());
    let image = image.to_string();
    let mut annotations = pairs(&[(names::CONFIG_HASH, &spec.fingerprint()), (names::IMAGE, &image)]);
    let found = [(names::IMAGE_TAG, tagged), (names::IMAGE_SIGNER, signer), (names::IMAGE_SOURCE, origin)];
    annotations.extend(found.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    annotations.extend(spec.profile.as_ref().map(|profile| (names::PROFILE.to_owned(), profile.to_string())));
    let metadata = ObjectMeta { annotations: Some(annotations), ..owner.metadata(spec.name.as_str()) };
    let strategy = DeploymentStrategy { type_: Some("Recreate".to_owned()), rolling_update: None };
    object(
        Kind::Deployment,
        &Deployment {
            metadata,
            spec: DeploymentSpec {
                selector: owner.selector(),
                // One pod may hold the volume: the old one goes before the new one comes.
                strategy: Some(strategy),
                template: pod::template(spec, owner, &image),
                ..DeploymentSpec::default()
            },
            status: None,
        },
    )
}

fn service(spec: &Spec, owner: &Owner<'_>) -> Object {
    let ports = std::iter::once(&SSH_PORT).chain(&spec.ports).map(|port| ServicePort {
        name: Some(pod::port_name(*port)),
        port: i32::from(*port),
        protocol: Some("TCP".to_owned()),
        target_port: Some(IntOrString::Int(i32::from(*port))),
        ..ServicePort::default()
    });
    object(
        Kind::Service,
        &Service {
            metadata: owner.metadata(spec.name.as_str()),
            spec: Some(ServiceSpec {
                ports: Some(ports.collect()),
                selector: Some(owner.selecting()),
                ..ServiceSpec::default()
            }),
            status: None,
        },
    )
}
