//! Whether any node can ever take the pod: by its labels, its taints and its size. What others use of it is not counted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::amounts::{Amounts, Asked, amounts, is_gpu, key};
use super::situation::{Situation, list, text};
use crate::config::quantity::Quantity;
use crate::image::Platforms;
use crate::names::Kind;
use crate::plan::{Finding, Look, Severity, questions};

/// What the pod wants of a node.
struct Wanted<'a> {
    selector: BTreeMap<&'a str, &'a str>,
    tolerations: &'a [Value],
    requests: Amounts,
}

pub(super) fn findings(situation: &Situation<'_>) -> Vec<Finding> {
    let Some(Look::Seen(answer)) = situation.look(&questions::all(Kind::Node, None, "")) else { return Vec::new() };
    let nodes: Vec<Node<'_>> = list(answer, "/items").iter().map(Node).collect();
    let pod = situation.pod();
    let selector = pod.pointer("/spec/nodeSelector").and_then(Value::as_object).into_iter().flatten();
    let wanted = Wanted {
        selector: selector.filter_map(|(label, value)| Some((label.as_str(), value.as_str()?))).collect(),
        tolerations: list(pod, "/spec/tolerations"),
        requests: Asked::by(pod).requests.into_iter().filter(|(_, amount)| !amount.is_zero()).collect(),
    };
    let mut findings = if nodes.is_empty() { vec![no_nodes()] } else { misfits(&nodes, &wanted) };
    findings.extend(foreign(&nodes, &wanted, situation.desired.image.platforms()));
    if text(answer, "/metadata/continue").is_some_and(|rest| !rest.is_empty()) {
        for finding in &mut findings {
            finding.severity = Severity::Warns;
            finding.message = format!("{} (only the first {} nodes were looked at)", finding.message, nodes.len());
        }
    }
    findings
}

/// Each reason for which no node fits. If there is none and still no node fits, all of them together.
fn misfits(nodes: &[Node<'_>], wanted: &Wanted<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(unlabelled(nodes, wanted));
    findings.extend(too_large(nodes, wanted));
    findings.extend(closed(nodes, wanted));
    if findings.is_empty() && !nodes.iter().any(|node| node.misfit(wanted).is_none()) {
        findings.push(together(nodes, wanted));
    }
    findings
}

/// Nodes that the image is not for. Which node takes the pod is decided without looking at the image.
fn foreign(nodes: &[Node<'_>], wanted: &Wanted<'_>, platforms: &Platforms) -> Option<Finding> {
    let mut candidates: Vec<&Node<'_>> = nodes.iter().filter(|node| node.misfit(wanted).is_none()).collect();
    if candidates.is_empty() {
        candidates = nodes.iter().collect();
    }
    let platform = |node: &Node<'_>| Some((node.label(OS)?.to_owned(), node.label(ARCHITECTURE)?.to_owned()));
    let is_foreign = |(os, architecture): &(String, String)| !platforms.fit(os, architecture);
    let foreign: Vec<_> = candidates.iter().filter_map(|node| platform(node)).filter(is_foreign).collect();
    let names: BTreeSet<String> = foreign.iter().map(|(os, architecture)| format!("{os}/{architecture}")).collect();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    let image = if platforms.is_index() { "the image has no variant for" } else { "the image does not run on" };
    let (severity, message, fix) = if foreign.is_empty() {
        return None;
    } else if foreign.len() < candidates.len() {
        let message = format!("{image} {names}, and some of the nodes that may take the pod are of that kind");
        let fix = "write `kubernetes.io/arch` into `providers.kubernetes.nodeSelector`";
        (Severity::Warns, message, fix)
    } else {
        let message = format!("{image} {names}, which is what the nodes are: it is for {platforms}");
        let severity = if platforms.is_index() { Severity::Blocks } else { Severity::Fails };
        (severity, message, "build the image for that platform too: `docker buildx build --platform …`")
    };
    Some(Finding { severity, fix: fix.to_owned(), ..fails("image-platform", message) })
}

const OS: &str = "kubernetes.io/os";
const ARCHITECTURE: &str = "kubernetes.io/arch";

struct Node<'a>(&'a Value);

impl Node<'_> {
    fn label(&self, key: &str) -> Option<&str> {
        self.0.get("metadata")?.get("labels")?.get(key)?.as_str()
    }

    fn is_selected(&self, wanted: &Wanted<'_>) -> bool {
        wanted.selector.iter().all(|(label, value)| self.label(label) == Some(value))
    }

    fn is_cordoned(&self) -> bool {
        self.0.pointer("/spec/unschedulable").is_some_and(|flag| *flag == true)
    }

    /// The taints that keep the pod away.
    fn closed_by(&self, wanted: &Wanted<'_>) -> Vec<String> {
        let mut taints: Vec<String> = list(self.0, "/spec/taints")
            .iter()
            .filter(|taint| text(taint, "/effect") != Some("PreferNoSchedule"))
            .filter(|taint| !wanted.tolerations.iter().any(|toleration| tolerates(toleration, taint)))
            .map(written)
            .collect();
        // The mark comes with a taint of its own, a moment later.
        let cordon = serde_json::json!({"key": CORDON, "effect": "NoSchedule"});
        let is_tolerated = wanted.tolerations.iter().any(|toleration| tolerates(toleration, &cordon));
        if self.is_cordoned() && !is_tolerated && taints.is_empty() {
            taints.push(written(&cordon));
        }
        taints
    }

    fn offer(&self) -> Amounts {
        amounts(self.0.pointer("/status/allocatable"))
    }

    /// Why the pod does not go there.
    fn misfit(&self, wanted: &Wanted<'_>) -> Option<&'static str> {
        let offer = self.offer();
        let is_too_small =
            |(name, amount): (&String, &Quantity)| offer.get(name).is_none_or(|offered| offered < amount);
        if !self.is_selected(wanted) {
            Some("have other labels")
        } else if !self.closed_by(wanted).is_empty() {
            Some("keep it away by taints")
        } else if wanted.requests.iter().any(is_too_small) {
            Some("offer too little")
        } else {
            None
        }
    }
}

const CORDON: &str = "node.kubernetes.io/unschedulable";

fn written(taint: &Value) -> String {
    let part = |name: &str| text(taint, name).unwrap_or_default().to_owned();
    let value = text(taint, "/value").filter(|value| !value.is_empty()).map(|value| format!("={value}"));
    format!("{}{}:{}", part("/key"), value.unwrap_or_default(), part("/effect"))
}

fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let of = |object, pointer| text(object, pointer).unwrap_or_default();
    let (key, effect) = (of(toleration, "/key"), of(toleration, "/effect"));
    let exists = of(toleration, "/operator") == "Exists";
    (effect.is_empty() || effect == of(taint, "/effect"))
        && (key == of(taint, "/key") || (key.is_empty() && exists))
        && (exists || of(toleration, "/value") == of(taint, "/value"))
}

fn no_nodes() -> Finding {
    let message = "the cluster has no nodes".to_owned();
    Finding { fix: "`kubectl get nodes`".to_owned(), ..fails("no-nodes", message) }
}

fn unlabelled(nodes: &[Node<'_>], wanted: &Wanted<'_>) -> Option<Finding> {
    if nodes.iter().any(|node| node.is_selected(wanted)) {
        return None;
    }
    let lacking: Vec<String> = wanted
        .selector
        .iter()
        .filter(|(label, value)| !nodes.iter().any(|node| node.label(label) == Some(value)))
        .map(|(label, value)| format!("{label}={value}"))
        .collect();
    let all: Vec<String> = wanted.selector.iter().map(|(label, value)| format!("{label}={value}")).collect();
    let message = if lacking.is_empty() {
        format!("no node has all of the labels {}", all.join(", "))
    } else {
        format!("no node has the label {}", lacking.join(", "))
    };
    let labels = if lacking.is_empty() { all } else { lacking };
    let is_ours = labels.iter().all(|label| label.starts_with("gpu="));
    let other =
        if is_ours { "take out `deployment.resources.gpu`" } else { "change `providers.kubernetes.nodeSelector`" };
    Some(Finding {
        fix: format!(
            "`kubectl label node NODE {}`, or {other}; see `kubectl get nodes --show-labels`",
            labels.join(" ")
        ),
        ..fails("node-selector", message)
    })
}

/// What no node offers enough of.
fn too_large(nodes: &[Node<'_>], wanted: &Wanted<'_>) -> Vec<Finding> {
    let offers: Vec<Amounts> = nodes.iter().map(Node::offer).collect();
    let largest = |name: &String| offers.iter().filter_map(|offer| offer.get(name)).max().copied().unwrap_or_default();
    wanted
        .requests
        .iter()
        .filter_map(|(name, amount)| {
            let largest = largest(name);
            (largest < *amount).then_some((name, amount, largest))
        })
        .map(|(name, amount, largest)| {
            if is_gpu(name) && largest.is_zero() {
                return Finding {
                    fix: format!("install the vendor's device plugin on a node that has one (`kubectl get nodes -o jsonpath='{{.items[*].status.allocatable}}'` then shows {name}), or take out `deployment.resources.gpu`"),
                    ..fails("gpu-missing", format!("no node offers {name}"))
                };
            }
            let message = format!("the pod requests {amount} of {name}, and the largest node offers {largest}");
            let key = key(name).map(|key| format!("set `{key}: {largest}` or less"));
            Finding { fix: key.unwrap_or_else(|| "`kubectl describe nodes`".to_owned()), ..fails("too-large", message) }
        })
        .collect()
}

fn closed(nodes: &[Node<'_>], wanted: &Wanted<'_>) -> Option<Finding> {
    let taints: Vec<Vec<String>> = nodes.iter().map(|node| node.closed_by(wanted)).collect();
    if taints.iter().any(Vec::is_empty) {
        return None;
    }
    let mut taints: Vec<String> = taints.into_iter().flatten().collect();
    taints.sort();
    taints.dedup();
    let is_passing = taints.iter().all(|taint| taint.starts_with("node.kubernetes.io/"));
    let fix = if taints.iter().all(|taint| taint.starts_with(CORDON)) {
        "`kubectl uncordon NODE`"
    } else if is_passing {
        "see why with `kubectl describe nodes`"
    } else {
        "write the taint into `providers.kubernetes.tolerations`, or `kubectl taint node NODE KEY-`"
    };
    let message = format!("every node keeps the pod away by a taint: {}", taints.join(", "));
    Some(Finding { fix: fix.to_owned(), ..fails("node-taints", message) })
}

fn together(nodes: &[Node<'_>], wanted: &Wanted<'_>) -> Finding {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in nodes.iter().filter_map(|node| node.misfit(wanted)) {
        *reasons.entry(reason).or_default() += 1;
    }
    let reasons: Vec<String> = reasons.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    let message = format!("no node takes the pod: of {} nodes, {}", nodes.len(), reasons.join(", "));
    Finding {
        fix: "change `deployment.resources`, `providers.kubernetes.nodeSelector` or `providers.kubernetes.tolerations`; see `kubectl describe nodes`".to_owned(),
        ..fails("no-node", message)
    }
}

fn fails(code: &'static str, message: String) -> Finding {
    Finding { severity: Severity::Fails, code, about: Kind::Node.plural().to_owned(), message, fix: String::new() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::{Node, Wanted, foreign};
    use crate::image::{Platform, Platforms};
    use crate::plan::Severity;

    fn found(platforms: &Platforms, nodes: &[&str], selected: Option<&str>) -> Option<(Severity, String)> {
        let nodes: Vec<Value> = nodes
            .iter()
            .map(|name| json!({"metadata": {"labels": {"kubernetes.io/os": "linux", "kubernetes.io/arch": name}}}))
            .collect();
        let nodes: Vec<Node<'_>> = nodes.iter().map(Node).collect();
        let selector = selected.map(|value| ("kubernetes.io/arch", value)).into_iter().collect();
        let wanted = Wanted { selector, tolerations: &[], requests: BTreeMap::new() };
        foreign(&nodes, &wanted, platforms).map(|finding| (finding.severity, finding.message))
    }

    fn platforms(names: &[&str], is_index: bool) -> Platforms {
        Platforms::new(names.iter().map(|name| Platform::new("linux", name, None)), is_index)
    }

    #[test]
    fn an_index_without_the_nodes_platform_is_in_the_way() {
        let index = platforms(&["amd64", "s390x"], true);
        assert_eq!(found(&index, &["amd64", "amd64"], None), None);
        assert_eq!(
            found(&index, &["arm64"], None),
            Some((
                Severity::Blocks,
                "the image has no variant for linux/arm64, which is what the nodes are: it is for linux/amd64, linux/s390x"
                    .to_owned()
            ))
        );
        assert_eq!(
            found(&platforms(&["amd64"], false), &["arm64"], None).map(|(severity, _)| severity),
            Some(Severity::Fails)
        );
        assert_eq!(found(&Platforms::unknown(), &["arm64"], None), None);
    }

    #[test]
    fn a_pod_that_may_land_on_a_node_of_another_kind_is_told() {
        let index = platforms(&["amd64"], true);
        let (severity, message) = found(&index, &["amd64", "arm64"], None).unwrap();
        assert_eq!(severity, Severity::Warns);
        assert!(message.starts_with("the image has no variant for linux/arm64, and some"), "{message}");
        assert_eq!(found(&index, &["amd64", "arm64"], Some("amd64")), None);
        assert!(found(&index, &["amd64", "arm64"], Some("arm64")).is_some());
    }
}
