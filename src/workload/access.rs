//! Who may use an environment, and who may reach it over the network.

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy as NetworkPolicyObject, NetworkPolicyEgressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::labels::Owner;
use super::object::{Object, object};
use super::pod;
use crate::config::spec::{NetworkPolicy, Spec, Workspace};
use crate::names::Kind;

const RBAC: &str = "rbac.authorization.k8s.io";

/// Addresses that are not the internet: other tenants, the nodes, the cloud's metadata service.
const PRIVATE_V4: [&str; 5] = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];
const PRIVATE_V6: [&str; 2] = ["fc00::/7", "fe80::/10"];

pub(super) fn objects(spec: &Spec, owner: &Owner<'_>) -> Vec<Object> {
    let mut objects = Vec::new();
    if !spec.kubernetes.access.is_empty() {
        objects.push(role(spec, owner));
        objects.push(binding(spec, owner));
    }
    objects.extend(network_policy(spec, owner));
    objects
}

pub(super) fn role_name(environment: &str) -> String {
    format!("{environment}-user")
}

/// What `status`, `connect`, `logs`, `stop` and `start` need. Pods have no fixed name, and Kubernetes cannot grant
/// rights by label: the rules for pods reach every pod of the namespace.
fn role(spec: &Spec, owner: &Owner<'_>) -> Object {
    let name = spec.name.to_string();
    let claim = match &spec.workspace {
        Workspace::Own { .. } => pod::own_claim(spec),
        Workspace::Existing { claim } => claim.to_string(),
    };
    let rules = vec![
        rule("apps", &["deployments"], &["get", "watch"], Some(&name)),
        rule("apps", &["deployments/scale"], &["get", "patch", "update"], Some(&name)),
        rule("apps", &["replicasets"], &["get", "list", "watch"], None),
        rule("", &["events", "pods"], &["get", "list", "watch"], None),
        rule("", &["pods/log"], &["get"], None),
        rule("", &["pods/exec", "pods/portforward"], &["create", "get"], None),
        rule("", &["persistentvolumeclaims"], &["get", "watch"], Some(&claim)),
        rule("", &["services"], &["get"], Some(&name)),
    ];
    object(Kind::Role, &Role { metadata: owner.metadata(role_name(spec.name.as_str())), rules: Some(rules) })
}

fn rule(group: &str, resources: &[&str], verbs: &[&str], name: Option<&str>) -> PolicyRule {
    let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    PolicyRule {
        api_groups: Some(texts(&[group])),
        resources: Some(texts(resources)),
        verbs: texts(verbs),
        resource_names: name.map(|name| texts(&[name])),
        non_resource_urls: None,
    }
}

fn binding(spec: &Spec, owner: &Owner<'_>) -> Object {
    let access = &spec.kubernetes.access;
    let subject = |kind: &str, name: &String| Subject {
        api_group: Some(RBAC.to_owned()),
        kind: kind.to_owned(),
        name: name.clone(),
        namespace: None,
    };
    let users = access.users.iter().map(|name| subject("User", name));
    let groups = access.groups.iter().map(|name| subject("Group", name));
    object(
        Kind::RoleBinding,
        &RoleBinding {
            metadata: owner.metadata(role_name(spec.name.as_str())),
            role_ref: RoleRef {
                api_group: Some(RBAC.to_owned()),
                kind: "Role".to_owned(),
                name: role_name(spec.name.as_str()),
            },
            subjects: Some(users.chain(groups).collect()),
        },
    )
}

fn network_policy(spec: &Spec, owner: &Owner<'_>) -> Option<Object> {
    let egress = match spec.kubernetes.network_policy {
        NetworkPolicy::None => return None,
        NetworkPolicy::DenyIngress => None,
        NetworkPolicy::Restricted => Some(vec![dns(), internet()]),
    };
    let mut policy_types = vec!["Ingress".to_owned()];
    policy_types.extend(egress.is_some().then(|| "Egress".to_owned()));
    let policy = NetworkPolicySpec {
        egress,
        ingress: None,
        pod_selector: Some(owner.selector()),
        policy_types: Some(policy_types),
    };
    Some(object(
        Kind::NetworkPolicy,
        &NetworkPolicyObject { metadata: owner.metadata(spec.name.as_str()), spec: Some(policy) },
    ))
}

/// To anywhere: the resolver is a pod here, a process on the node there, and a private address everywhere.
fn dns() -> NetworkPolicyEgressRule {
    let port = |protocol: &str| NetworkPolicyPort {
        port: Some(IntOrString::Int(53)),
        protocol: Some(protocol.to_owned()),
        end_port: None,
    };
    NetworkPolicyEgressRule { ports: Some(vec![port("UDP"), port("TCP")]), to: None }
}

fn internet() -> NetworkPolicyEgressRule {
    let block = |cidr: &str, except: &[&str]| NetworkPolicyPeer {
        ip_block: Some(IPBlock {
            cidr: cidr.to_owned(),
            except: Some(except.iter().map(|cidr| (*cidr).to_owned()).collect()),
        }),
        ..NetworkPolicyPeer::default()
    };
    NetworkPolicyEgressRule { ports: None, to: Some(vec![block("0.0.0.0/0", &PRIVATE_V4), block("::/0", &PRIVATE_V6)]) }
}
