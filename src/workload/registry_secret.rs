//! The Secret that nodes log in to the image's registry with. All environments of a namespace share it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::labels::common;
use super::object::{Object, Rendered, in_order};
use crate::config::reference::Repository;
use crate::image::{Login, has_login};
use crate::names::{Kind, MANAGED_BY, ObjectId, REGISTRY_CREDENTIALS, SINDRI};

/// The type of a Secret with registry logins, and its only entry.
const TYPE: &str = "kubernetes.io/dockerconfigjson";
const ENTRY: &str = ".dockerconfigjson";

impl<Image> Rendered<Image> {
    /// The same, with a login for the registry: its Secret, and the pods that use it.
    ///
    /// `live` is the Secret as it is now, if there is one. Logins for other registries in it stay: they are those of
    /// other environments. A Secret that somebody else has made ([`is_foreign`]) is used as it is. Nothing changes when
    /// the configuration names Secrets for the registry itself.
    #[must_use]
    pub fn with_registry_login(mut self, login: &Login, live: Option<&Value>) -> Self {
        if !self.needs.image_pull_secrets.is_empty() {
            return self;
        }
        if !live.is_some_and(is_foreign) {
            let namespace = self.objects.iter().find_map(|object| object.id.namespace.clone());
            let logins = live.map(logins).unwrap_or_default();
            self.objects.push(secret(namespace, with(logins, login)));
            self.objects = in_order(self.objects);
        }
        self.naming_the_secret()
    }

    /// The same, with the login for the registry that the Secret has already: that this machine has none is no reason to
    /// take away the one that somebody else's deploy has left there.
    #[must_use]
    pub fn with_kept_registry_login(self, repository: &Repository, live: &Value) -> Self {
        let has_login = config(live).is_some_and(|config| has_login(&config, repository));
        if has_login && self.needs.image_pull_secrets.is_empty() { self.naming_the_secret() } else { self }
    }

    fn naming_the_secret(mut self) -> Self {
        let templates = self.objects.iter_mut().filter(|object| object.id.kind == Kind::Deployment);
        let templates = templates.filter_map(|object| object.body.pointer_mut("/spec/template/spec"));
        for pod in templates.chain(self.pod.get_mut("spec")) {
            if let Some(pod) = pod.as_object_mut() {
                pod.insert("imagePullSecrets".to_owned(), json!([{"name": REGISTRY_CREDENTIALS}]));
            }
        }
        self
    }
}

/// The Secret itself, as [`Rendered::with_registry_login`] adds it.
#[must_use]
pub fn registry_secret(namespace: &str, login: &Login, live: Option<&Value>) -> Object {
    secret(Some(namespace.to_owned()), with(live.map(logins).unwrap_or_default(), login))
}

/// Whether somebody else has made the Secret: it is left alone.
#[must_use]
pub fn is_foreign(live: &Value) -> bool {
    let label = live.pointer("/metadata/labels").and_then(|labels| labels.get(MANAGED_BY));
    label.and_then(Value::as_str) != Some(SINDRI)
}

/// The docker configuration in a Secret.
fn config(live: &Value) -> Option<Vec<u8>> {
    let coded = live.get("data").and_then(|data| data.get(ENTRY)).and_then(Value::as_str)?;
    STANDARD.decode(coded).ok()
}

/// The logins in a Secret, by place. What cannot be read is of no use to a node either.
fn logins(live: &Value) -> BTreeMap<String, Value> {
    let config = config(live).and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    let logins = config.as_ref().and_then(|config| config.get("auths")).and_then(Value::as_object);
    logins.into_iter().flatten().map(|(place, login)| (place.clone(), login.clone())).collect()
}

fn with(mut logins: BTreeMap<String, Value>, login: &Login) -> BTreeMap<String, Value> {
    let mut entry = Map::new();
    let auth = STANDARD.encode(format!("{}:{}", login.username(), login.secret()));
    entry.insert("auth".to_owned(), auth.into());
    if let Some(token) = login.identity_token() {
        entry.insert("identitytoken".to_owned(), token.into());
    }
    logins.insert(login.place().to_owned(), Value::Object(entry));
    logins
}

fn secret(namespace: Option<String>, logins: BTreeMap<String, Value>) -> Object {
    let config = json!({"auths": logins.into_iter().collect::<Map<_, _>>()}).to_string();
    let mut metadata = json!({"labels": common(), "name": REGISTRY_CREDENTIALS});
    if let (Some(namespace), Some(metadata)) = (&namespace, metadata.as_object_mut()) {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    let body = json!({
        "apiVersion": "v1",
        "data": {ENTRY: STANDARD.encode(config)},
        "kind": "Secret",
        "metadata": metadata,
        "type": TYPE,
    });
    Object { id: ObjectId { kind: Kind::Secret, namespace, name: REGISTRY_CREDENTIALS.to_owned() }, body }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::is_foreign;
    use crate::config::load;
    use crate::config::name::Namespace;
    use crate::config::reference::Repository;
    use crate::image::{Login, Pinned, Proof, pin};
    use crate::names::Kind;
    use crate::workload::{Placement, Rendered, render};

    fn rendered(kubernetes: &str) -> Rendered<Pinned> {
        let digest = "0123456789abcdef".repeat(4);
        let file = format!(
            "version: \"1.0\"\nname: dev\ndeployment:\n  provider: kubernetes\n  \
             image: ghcr.io/team/dev@sha256:{digest}\n{kubernetes}"
        );
        let spec = load(file.as_bytes()).unwrap();
        let placement = Placement { namespace: Some(Namespace::parse("team").unwrap()), owns_namespace: true };
        render(&spec, pin(&spec).unwrap(), &placement)
    }

    fn login(place: &str, secret: &str) -> Login {
        Login::new(place, "robot", Proof::Password(secret.to_owned()))
    }

    fn secret(rendered: &Rendered<Pinned>) -> Option<&Value> {
        rendered.objects.iter().find(|object| object.id.kind == Kind::Secret).map(|object| &object.body)
    }

    fn config(secret: &Value) -> Value {
        let coded = secret.pointer("/data/.dockerconfigjson").and_then(Value::as_str).unwrap();
        serde_json::from_slice(&STANDARD.decode(coded).unwrap()).unwrap()
    }

    /// What the pods are told: that of the Deployment, and the bare one.
    fn named(rendered: &Rendered<Pinned>) -> [Option<&Value>; 2] {
        let deployment = rendered.objects.iter().find(|object| object.id.kind == Kind::Deployment).unwrap();
        [
            deployment.body.pointer("/spec/template/spec/imagePullSecrets"),
            rendered.pod.pointer("/spec/imagePullSecrets"),
        ]
    }

    #[test]
    fn a_login_becomes_a_secret_that_the_pods_use() {
        let rendered = rendered("").with_registry_login(&login("ghcr.io", "hunter2"), None);
        let secret = secret(&rendered).unwrap();
        assert_eq!(
            *secret,
            json!({
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "kubernetes.io/dockerconfigjson",
                "metadata": {
                    "name": "sindri-registry-creds",
                    "namespace": "team",
                    "labels": {"app.kubernetes.io/managed-by": "sindri", "app.kubernetes.io/name": "sindri"},
                },
                "data": {".dockerconfigjson": STANDARD.encode(r#"{"auths":{"ghcr.io":{"auth":"cm9ib3Q6aHVudGVyMg=="}}}"#)},
            })
        );
        let expected = json!([{"name": "sindri-registry-creds"}]);
        assert_eq!(named(&rendered), [Some(&expected); 2]);
        assert!(rendered.objects.is_sorted_by_key(|object| &object.id));
        assert!(rendered.possible.iter().all(|id| id.kind != Kind::Secret), "what is possible is pruned");
    }

    #[test]
    fn an_identity_token_is_a_password_for_a_node() {
        let login = Login::new("a.azurecr.io", "", Proof::IdentityToken("t".to_owned()));
        let rendered = rendered("").with_registry_login(&login, None);
        let auth = STANDARD.encode("00000000-0000-0000-0000-000000000000:t");
        let expected = json!({"auths": {"a.azurecr.io": {"auth": auth, "identitytoken": "t"}}});
        assert_eq!(config(secret(&rendered).unwrap()), expected);
    }

    #[test]
    fn secrets_that_the_configuration_names_stand_alone() {
        let written = rendered("providers:\n  kubernetes:\n    imagePullSecrets: [ours]\n");
        assert_eq!(written.clone().with_registry_login(&login("ghcr.io", "hunter2"), None), written);
        let live = secret(&rendered("").with_registry_login(&login("ghcr.io", "hunter2"), None)).cloned().unwrap();
        let repository = Repository::parse("ghcr.io/team/dev").unwrap();
        assert_eq!(written.clone().with_kept_registry_login(&repository, &live), written);
    }

    #[test]
    fn environments_with_other_registries_keep_their_logins() {
        let first = rendered("").with_registry_login(&login("quay.io", "first"), None);
        let second = rendered("").with_registry_login(&login("ghcr.io", "old"), secret(&first));
        let changed = rendered("").with_registry_login(&login("ghcr.io", "new"), secret(&second));
        let auth = |text: &str| STANDARD.encode(format!("robot:{text}"));
        let expected = json!({"auths": {"ghcr.io": {"auth": auth("new")}, "quay.io": {"auth": auth("first")}}});
        assert_eq!(config(secret(&changed).unwrap()), expected);
        let again = rendered("").with_registry_login(&login("quay.io", "first"), secret(&changed));
        assert_eq!(secret(&again), secret(&changed), "nothing is written when nothing has changed");
    }

    #[test]
    fn what_cannot_be_read_is_written_anew() {
        let fresh = rendered("").with_registry_login(&login("ghcr.io", "hunter2"), None);
        for data in [json!(null), json!({}), json!({".dockerconfigjson": "?"}), json!({".dockerconfigjson": "e30="})] {
            let mut live = secret(&fresh).cloned().unwrap();
            live["data"] = data;
            let again = rendered("").with_registry_login(&login("ghcr.io", "hunter2"), Some(&live));
            assert_eq!(secret(&again), secret(&fresh));
        }
    }

    #[test]
    fn a_secret_of_somebody_else_is_used_and_left_alone() {
        let live = json!({"kind": "Secret", "metadata": {"name": "sindri-registry-creds", "labels": {"app": "a"}}});
        assert!(is_foreign(&live) && is_foreign(&json!({"metadata": {}})));
        let rendered = rendered("").with_registry_login(&login("ghcr.io", "hunter2"), Some(&live));
        assert_eq!(secret(&rendered), None);
        assert!(named(&rendered).iter().all(Option::is_some));
    }

    #[test]
    fn a_login_that_the_cluster_has_stays_in_use() {
        let live = secret(&rendered("").with_registry_login(&login("ghcr.io", "a"), None)).cloned().unwrap();
        assert!(!is_foreign(&live));
        let kept = |repository: &str| {
            let repository = Repository::parse(repository).unwrap();
            let kept = rendered("").with_kept_registry_login(&repository, &live);
            assert_eq!(secret(&kept), None, "what stays is not written");
            named(&kept).iter().all(Option::is_some)
        };
        assert!(kept("ghcr.io/team/dev"));
        assert!(!kept("quay.io/team/dev"));
    }

    proptest! {
        #[test]
        fn no_secret_is_ever_shown(password in "[a-zA-Z0-9]{12,20}", token: bool) {
            let proof = if token { Proof::IdentityToken(password.clone()) } else { Proof::Password(password.clone()) };
            let login = Login::new("ghcr.io", "robot", proof);
            let rendered = rendered("").with_registry_login(&login, None);
            let live = secret(&rendered).unwrap();
            let data = live.pointer("/data/.dockerconfigjson").and_then(Value::as_str).unwrap();
            let auth = STANDARD.encode(format!("{}:{password}", login.username()));
            let shown = format!("{login:?} {rendered:?} {rendered:#?}");
            for hidden in [password.as_str(), auth.as_str(), data] {
                prop_assert!(!shown.contains(hidden), "{}", shown);
            }
        }
    }
}
