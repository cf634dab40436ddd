//! How the API server merges the objects that are used here. A field that is missing here is an error, not a guess.

use sindri::names::Kind;

/// How values of one type are merged and owned.
#[derive(Debug)]
pub(crate) enum Type {
    /// One value.
    Scalar,
    /// An amount: one value, written in one way.
    Quantity,
    /// A map or a list that is owned as one value.
    Atomic,
    /// A map, key by key.
    Map(&'static Type),
    /// An object with these fields.
    Struct(&'static [(&'static str, &'static Type)]),
    /// A list, item by item, told apart by these keys.
    List(&'static [&'static str], &'static Type),
    /// A list of values without order.
    Set,
}

use Type::{Atomic, List, Map, Quantity, Scalar, Set, Struct};

impl Type {
    /// The type one step further; of what is unknown, nothing is known.
    pub(crate) fn below(&self, step: &str) -> &'static Type {
        match self {
            Struct(fields) => {
                let name = step.strip_prefix("f:").unwrap_or(step);
                fields.iter().find(|(field, _)| *field == name).map_or(&Atomic, |(_, kind)| kind)
            }
            Map(kind) | List(_, kind) => kind,
            Scalar | Quantity | Atomic | Set => &Atomic,
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&'static Type> {
        match self {
            Struct(fields) => fields.iter().find(|(field, _)| *field == name).map(|(_, kind)| *kind),
            Map(kind) => Some(kind),
            _ => None,
        }
    }
}

const TEXTS: &Type = &Map(&Scalar);
const AMOUNTS: &Type = &Map(&Quantity);
const ANY: &Type = &Atomic;
const ONE: &Type = &Scalar;

static METADATA: Type = Struct(&[
    ("name", ONE),
    ("generateName", ONE),
    ("namespace", ONE),
    ("labels", TEXTS),
    ("annotations", TEXTS),
    ("finalizers", &Set),
    ("ownerReferences", &List(&["uid"], ANY)),
    ("uid", ONE),
    ("resourceVersion", ONE),
    ("generation", ONE),
    ("creationTimestamp", ONE),
    ("deletionTimestamp", ONE),
    ("deletionGracePeriodSeconds", ONE),
]);

static SECCOMP: Type = Struct(&[("type", ONE), ("localhostProfile", ONE)]);

static CONTAINER: Type = Struct(&[
    ("name", ONE),
    ("image", ONE),
    ("imagePullPolicy", ONE),
    ("command", ANY),
    ("args", ANY),
    ("workingDir", ONE),
    ("stdin", ONE),
    ("tty", ONE),
    ("terminationMessagePath", ONE),
    ("terminationMessagePolicy", ONE),
    (
        "ports",
        &List(
            &["containerPort", "protocol"],
            &Struct(&[("containerPort", ONE), ("protocol", ONE), ("name", ONE), ("hostPort", ONE), ("hostIP", ONE)]),
        ),
    ),
    ("env", &List(&["name"], &Struct(&[("name", ONE), ("value", ONE), ("valueFrom", ANY)]))),
    ("envFrom", ANY),
    ("resources", &Struct(&[("limits", AMOUNTS), ("requests", AMOUNTS)])),
    (
        "volumeMounts",
        &List(&["mountPath"], &Struct(&[("mountPath", ONE), ("name", ONE), ("readOnly", ONE), ("subPath", ONE)])),
    ),
    (
        "securityContext",
        &Struct(&[
            ("allowPrivilegeEscalation", ONE),
            ("privileged", ONE),
            ("readOnlyRootFilesystem", ONE),
            ("runAsUser", ONE),
            ("runAsGroup", ONE),
            ("runAsNonRoot", ONE),
            ("capabilities", &Struct(&[("add", ANY), ("drop", ANY)])),
            ("seccompProfile", &SECCOMP),
        ]),
    ),
]);

static POD: Type = Struct(&[
    ("containers", &List(&["name"], &CONTAINER)),
    ("initContainers", &List(&["name"], &CONTAINER)),
    (
        "volumes",
        &List(
            &["name"],
            &Struct(&[
                ("name", ONE),
                ("emptyDir", &Struct(&[("medium", ONE), ("sizeLimit", &Quantity)])),
                ("persistentVolumeClaim", &Struct(&[("claimName", ONE), ("readOnly", ONE)])),
            ]),
        ),
    ),
    ("imagePullSecrets", &List(&["name"], ANY)),
    ("tolerations", ANY),
    ("nodeSelector", ANY),
    (
        "securityContext",
        &Struct(&[
            ("fsGroup", ONE),
            ("fsGroupChangePolicy", ONE),
            ("runAsUser", ONE),
            ("runAsGroup", ONE),
            ("runAsNonRoot", ONE),
            ("supplementalGroups", ANY),
            ("seccompProfile", &SECCOMP),
        ]),
    ),
    ("serviceAccountName", ONE),
    ("serviceAccount", ONE),
    ("automountServiceAccountToken", ONE),
    ("enableServiceLinks", ONE),
    ("priorityClassName", ONE),
    ("priority", ONE),
    ("preemptionPolicy", ONE),
    ("runtimeClassName", ONE),
    ("restartPolicy", ONE),
    ("dnsPolicy", ONE),
    ("schedulerName", ONE),
    ("terminationGracePeriodSeconds", ONE),
    ("hostNetwork", ONE),
    ("nodeName", ONE),
]);

static DEPLOYMENT: Type = Struct(&[
    ("replicas", ONE),
    ("selector", ANY),
    ("strategy", &Struct(&[("type", ONE), ("rollingUpdate", &Struct(&[("maxSurge", ONE), ("maxUnavailable", ONE)]))])),
    ("template", &Struct(&[("metadata", &METADATA), ("spec", &POD)])),
    ("minReadySeconds", ONE),
    ("revisionHistoryLimit", ONE),
    ("progressDeadlineSeconds", ONE),
    ("paused", ONE),
]);

static SERVICE: Type = Struct(&[
    (
        "ports",
        &List(
            &["port", "protocol"],
            &Struct(&[
                ("name", ONE),
                ("port", ONE),
                ("protocol", ONE),
                ("targetPort", ONE),
                ("nodePort", ONE),
                ("appProtocol", ONE),
            ]),
        ),
    ),
    ("selector", ANY),
    ("type", ONE),
    ("clusterIP", ONE),
    ("clusterIPs", ANY),
    ("ipFamilies", ANY),
    ("ipFamilyPolicy", ONE),
    ("internalTrafficPolicy", ONE),
    ("externalTrafficPolicy", ONE),
    ("sessionAffinity", ONE),
    ("publishNotReadyAddresses", ONE),
]);

static CLAIM: Type = Struct(&[
    ("accessModes", ANY),
    ("resources", &Struct(&[("limits", AMOUNTS), ("requests", AMOUNTS)])),
    ("storageClassName", ONE),
    ("volumeMode", ONE),
    ("volumeName", ONE),
    ("selector", ANY),
]);

macro_rules! object {
    ($($field:literal: $kind:expr),*) => {
        Struct(&[("apiVersion", ONE), ("kind", ONE), ("metadata", &METADATA), ("status", ANY), $(($field, $kind)),*])
    };
}

/// What nobody merges.
static OTHER: Type = Map(ANY);
static NAMESPACE: Type = object!("spec": &Struct(&[("finalizers", ANY)]));
static QUOTA: Type = object!("spec": &Struct(&[("hard", AMOUNTS), ("scopes", ANY), ("scopeSelector", ANY)]));
static SECRET: Type = object!("data": TEXTS, "type": ONE, "immutable": ONE);
static ROLE: Type = object!("rules": ANY);
static BINDING: Type = object!("roleRef": ANY, "subjects": ANY);
static POLICY: Type =
    object!("spec": &Struct(&[("podSelector", ANY), ("policyTypes", ANY), ("ingress", ANY), ("egress", ANY)]));
static CLAIM_OBJECT: Type = object!("spec": &CLAIM);
static DEPLOYMENT_OBJECT: Type = object!("spec": &DEPLOYMENT);
static SERVICE_OBJECT: Type = object!("spec": &SERVICE);
static LEASE: Type = object!("spec": &Struct(&[
    ("holderIdentity", ONE),
    ("leaseDurationSeconds", ONE),
    ("acquireTime", ONE),
    ("renewTime", ONE),
    ("leaseTransitions", ONE),
    ("strategy", ONE),
    ("preferredHolder", ONE)
]));
static CONFIG_MAP: Type = object!("data": TEXTS, "immutable": ONE);
static POD_OBJECT: Type = object!("spec": &POD);

/// How objects of a kind are merged.
pub(crate) fn of(kind: Kind) -> &'static Type {
    match kind {
        Kind::Namespace => &NAMESPACE,
        Kind::ResourceQuota => &QUOTA,
        Kind::Secret => &SECRET,
        Kind::Role => &ROLE,
        Kind::RoleBinding => &BINDING,
        Kind::NetworkPolicy => &POLICY,
        Kind::PersistentVolumeClaim => &CLAIM_OBJECT,
        Kind::Deployment => &DEPLOYMENT_OBJECT,
        Kind::Service => &SERVICE_OBJECT,
        Kind::Lease => &LEASE,
        Kind::ConfigMap => &CONFIG_MAP,
        Kind::Pod => &POD_OBJECT,
        _ => &OTHER,
    }
}
