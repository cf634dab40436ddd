//! `providers.kubernetes`.

use std::collections::BTreeMap;

use super::{Check, explained};
use crate::config::file;
use crate::config::malformed::Malformed;
use crate::config::name::{LabelKey, LabelValue, Namespace, ObjectName, ResourceName};
use crate::config::problem::Code;
use crate::config::quantity::Quantity;
use crate::config::spec::{Access, Kubernetes, NetworkPolicy, Security, Toleration};
use crate::config::tree::KeyPath;

pub(super) fn check(written: file::Kubernetes, check: &mut Check<'_, '_>) -> Kubernetes {
    let section = KeyPath::of("providers.kubernetes");
    let mut object =
        |key: &str, text: Option<&str>| check.parse(&section.key(key), Code::InvalidName, text, ObjectName::parse);
    let storage_class = object("storageClass", written.storage_class.as_deref());
    let service_account = object("serviceAccount", written.service_account.as_deref());
    let priority_class_name = object("priorityClassName", written.priority_class_name.as_deref());
    let runtime_class_name = object("runtimeClassName", written.runtime_class_name.as_deref());
    Kubernetes {
        context: written.context,
        namespace: check.parse(
            &section.key("namespace"),
            Code::InvalidName,
            written.namespace.as_deref(),
            Namespace::parse,
        ),
        storage_class,
        secrets: objects(&section.key("secrets"), written.secrets, check),
        image_pull_secrets: objects(&section.key("imagePullSecrets"), written.image_pull_secrets, check),
        service_account,
        node_selector: pairs(
            &section.key("nodeSelector"),
            written.node_selector,
            (LabelKey::parse, LabelValue::parse),
            Code::InvalidLabel,
            check,
        ),
        tolerations: tolerations(&section.key("tolerations"), written.tolerations.unwrap_or_default(), check),
        priority_class_name,
        runtime_class_name,
        security: match written.security.as_deref() {
            Some("baseline") => Security::Baseline,
            Some("privileged") => Security::Privileged,
            _ => Security::Restricted,
        },
        quota: pairs(
            &section.key("quota"),
            written.quota,
            (ResourceName::parse, Quantity::counted),
            Code::InvalidQuantity,
            check,
        ),
        access: access(&section.key("rbac"), written.rbac, check),
        network_policy: match written.network_policy.as_deref() {
            Some("deny-ingress") => NetworkPolicy::DenyIngress,
            Some("restricted") => NetworkPolicy::Restricted,
            _ => NetworkPolicy::None,
        },
    }
}

fn objects(section: &KeyPath, names: Option<Vec<String>>, check: &mut Check<'_, '_>) -> Vec<ObjectName> {
    let names = names.unwrap_or_default();
    let parse = |(index, name): (usize, &String)| {
        check.parse(&section.index(index), Code::InvalidName, Some(name), ObjectName::parse)
    };
    names.iter().enumerate().filter_map(parse).collect()
}

type Parsers<K, V> = (fn(&str) -> Result<K, Malformed>, fn(&str) -> Result<V, Malformed>);

/// A mapping whose keys and values have types of their own.
fn pairs<K: Ord, V>(
    section: &KeyPath,
    written: Option<BTreeMap<String, String>>,
    parsers: Parsers<K, V>,
    code: Code,
    check: &mut Check<'_, '_>,
) -> BTreeMap<K, V> {
    let mut pairs = BTreeMap::new();
    for (key, value) in written.unwrap_or_default() {
        let path = section.key(&key);
        let parsed_key = parsers.0(&key).map_err(|error| {
            let problem = check.problems.key(&path, Code::InvalidLabel, error.to_string());
            check.problems.push(explained(problem, &error));
        });
        let value = check.parse(&path, code, Some(&value), parsers.1);
        if let (Ok(key), Some(value)) = (parsed_key, value) {
            pairs.insert(key, value);
        }
    }
    pairs
}

fn tolerations(section: &KeyPath, written: Vec<file::Toleration>, check: &mut Check<'_, '_>) -> Vec<Toleration> {
    let one = |(index, written): (usize, file::Toleration)| toleration(&section.index(index), written, check);
    written.into_iter().enumerate().map(one).collect()
}

fn toleration(path: &KeyPath, written: file::Toleration, check: &mut Check<'_, '_>) -> Toleration {
    let exists = written.operator.as_deref() == Some("Exists");
    let key_is_open = check.is_attempted(path, &["key", "operator"]);
    let effect_is_open = check.is_attempted(path, &["effect"]);
    let mut contradiction = |key: &str, message: &str, hint: &str| {
        let problem = check.problems.key(&path.key(key), Code::InvalidToleration, message);
        check.problems.push(problem.hint(hint));
    };
    if exists && written.value.as_deref().is_some_and(|value| !value.is_empty()) {
        contradiction(
            "value",
            "`operator: Exists` accepts every value, so none is given",
            "remove `value`, or write `operator: Equal`",
        );
    }
    if written.key.is_none() && !exists && !key_is_open {
        contradiction(
            "key",
            "a toleration without `key` accepts every taint",
            "add `key`, or write `operator: Exists` if every taint is meant",
        );
    }
    if written.seconds.is_some() && written.effect.as_deref() != Some("NoExecute") && !effect_is_open {
        contradiction(
            "tolerationSeconds",
            "`tolerationSeconds` needs `effect: NoExecute`",
            "remove it, or write `effect: NoExecute`",
        );
    }
    let key = check.parse(&path.key("key"), Code::InvalidLabel, written.key.as_deref(), LabelKey::parse);
    let value = check.parse(&path.key("value"), Code::InvalidLabel, written.value.as_deref(), LabelValue::parse);
    // Without a value, `Equal` compares with the empty one, as Kubernetes does.
    let value = if exists { None } else { value.or_else(|| LabelValue::parse("").ok()) };
    Toleration { key, value, effect: written.effect, seconds: written.seconds }
}

fn access(path: &KeyPath, written: Option<file::Rbac>, check: &mut Check<'_, '_>) -> Access {
    let Some(written) = written else { return Access::default() };
    let access = Access { users: written.users.unwrap_or_default(), groups: written.groups.unwrap_or_default() };
    if access.is_empty() {
        let keys = ["users", "groups"];
        check.incomplete(path, &keys, "`providers.kubernetes.rbac` names nobody", "add `users: […]` or `groups: […]`");
    }
    access
}
