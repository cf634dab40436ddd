//! How much a pod asks for, counted as the scheduler and the quotas count it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::situation::{list, text};
use crate::config::quantity::Quantity;

/// Amounts by the name of what is counted.
pub(super) type Amounts = BTreeMap<String, Quantity>;

/// What a pod asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub(super) requests: Amounts,
    pub(super) limits: Amounts,
}

impl Asked {
    pub(super) fn by(pod: &Value) -> Self {
        let mut asked = Self { requests: of_pod(pod, "requests"), limits: of_pod(pod, "limits") };
        for (name, amount) in &asked.limits {
            // What is limited and not requested is requested as much as it is limited.
            asked.requests.entry(name.clone()).or_insert(*amount);
        }
        asked
    }

    /// How much of what a quota counts.
    pub(super) fn counted(&self, name: &str) -> Option<Quantity> {
        match name {
            "pods" | "count/pods" => Quantity::parse("1").ok(),
            _ => match (name.strip_prefix("limits."), name.strip_prefix("requests.")) {
                (Some(limited), _) => self.limits.get(limited).copied(),
                (None, Some(requested)) => self.requests.get(requested).copied(),
                (None, None) => self.requests.get(name).copied(),
            },
        }
    }
}

/// Amounts as an object writes them. What is no amount is left out.
pub(super) fn amounts(map: Option<&Value>) -> Amounts {
    map.and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(name, amount)| Some((name.clone(), quantity(amount)?)))
        .collect()
}

fn quantity(amount: &Value) -> Option<Quantity> {
    match amount {
        Value::String(text) => Quantity::parse(text).ok(),
        other => Quantity::parse(&other.to_string()).ok(),
    }
}

/// Containers run together; those that prepare run one after the other, beside the ones that were told to stay.
fn of_pod(pod: &Value, which: &str) -> Amounts {
    let asked_by = |container: &Value| amounts(container.pointer(&format!("/resources/{which}")));
    let mut staying = Amounts::new();
    let mut preparing = Amounts::new();
    for container in list(pod, "/spec/initContainers") {
        let with_others = sum(&asked_by(container), &staying);
        if text(container, "/restartPolicy") == Some("Always") {
            staying.clone_from(&with_others);
        }
        preparing = most(preparing, with_others);
    }
    let running =
        list(pod, "/spec/containers").iter().fold(staying, |running, container| sum(&running, &asked_by(container)));
    let mut all = most(running, preparing);
    // What is said of the pod as a whole counts instead of the sum.
    all.extend(amounts(pod.pointer(&format!("/spec/resources/{which}"))));
    for (name, amount) in amounts(pod.pointer("/spec/overhead")) {
        if which == "requests" || all.contains_key(&name) {
            all.entry(name).and_modify(|sum| *sum = sum.plus(amount)).or_insert(amount);
        }
    }
    all
}

pub(super) fn sum(left: &Amounts, right: &Amounts) -> Amounts {
    let mut sum = left.clone();
    for (name, amount) in right {
        sum.entry(name.clone()).and_modify(|known| *known = known.plus(*amount)).or_insert(*amount);
    }
    sum
}

fn most(mut left: Amounts, right: Amounts) -> Amounts {
    for (name, amount) in right {
        left.entry(name).and_modify(|known| *known = (*known).max(amount)).or_insert(amount);
    }
    left
}

/// The line of sindri.yaml that says how much of something is asked for.
pub(super) fn key(name: &str) -> Option<&'static str> {
    Some(match name {
        "limits.memory" => "deployment.resources.memory",
        "limits.cpu" => "deployment.resources.cpus",
        "memory" | "requests.memory" => "deployment.resources.requests.memory",
        "cpu" | "requests.cpu" => "deployment.resources.requests.cpus",
        _ if is_gpu(name.trim_start_matches("requests.")) => "deployment.resources.gpu.count",
        _ => return None,
    })
}

/// Whether it is a graphics processor.
pub(super) fn is_gpu(name: &str) -> bool {
    matches!(name, "nvidia.com/gpu" | "amd.com/gpu" | "gpu.intel.com/i915")
}
