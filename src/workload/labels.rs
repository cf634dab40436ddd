//! The labels of every object, and the few that select pods.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use crate::config::name::{EnvironmentName, Namespace};
use crate::names;

/// What every object of an environment is made with.
#[derive(Clone, Debug)]
pub(super) struct Owner<'spec> {
    pub(super) name: &'spec EnvironmentName,
    pub(super) namespace: Option<&'spec Namespace>,
}

impl Owner<'_> {
    pub(super) fn metadata(&self, name: impl Into<String>) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.into()),
            namespace: self.namespace.map(ToString::to_string),
            labels: Some(self.labels()),
            ..ObjectMeta::default()
        }
    }

    pub(super) fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = self.selecting();
        labels.extend(common());
        labels.extend(pairs(&[
            ("app.kubernetes.io/component", "environment"),
            ("app.kubernetes.io/instance", self.name.as_str()),
        ]));
        labels
    }

    /// What never changes in the life of an environment: a Deployment's selector cannot be changed.
    pub(super) fn selecting(&self) -> BTreeMap<String, String> {
        pairs(&[(names::INSTANCE, self.name.as_str()), (names::MANAGED_BY, names::SINDRI)])
    }

    pub(super) fn selector(&self) -> LabelSelector {
        LabelSelector { match_labels: Some(self.selecting()), ..LabelSelector::default() }
    }
}

/// The labels of what several environments share.
pub(super) fn common() -> BTreeMap<String, String> {
    pairs(&[("app.kubernetes.io/name", names::SINDRI), (names::MANAGED_BY, names::SINDRI)])
}

pub(super) fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
