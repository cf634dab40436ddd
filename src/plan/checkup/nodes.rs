//! The nodes: whether they are ready, under pressure, and what graphics processors they have.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Check, Examined};
use crate::config::quantity::Quantity;
use crate::names::Kind;
use crate::plan::{Finding, Severity, questions};

/// Conditions that are as they should be when they are false.
const PRESSURES: [&str; 4] = ["DiskPressure", "MemoryPressure", "NetworkUnavailable", "PIDPressure"];
const PROCESSORS: [&str; 3] = ["amd.com/gpu", "gpu.intel.com/i915", "nvidia.com/gpu"];

pub(super) fn check(examined: &Examined<'_>) -> Check {
    let mut findings = examined.foreseen("nodes");
    let nodes = match examined.list(&questions::all(Kind::Node, None, "")) {
        Ok(nodes) => nodes,
        Err(unseen) => {
            findings.push(unseen);
            return Check::new("nodes", "they cannot be seen", findings);
        }
    };
    let troubles: Vec<Trouble> = nodes.iter().filter_map(Trouble::of).collect();
    let ready = nodes.iter().filter(|node| is_true(node, "Ready")).count();
    findings.extend(troubles.iter().map(|trouble| trouble.finding(ready == 0)));
    if nodes.is_empty() && findings.is_empty() {
        findings.push(Finding {
            severity: Severity::Fails,
            code: "no-nodes",
            about: Kind::Node.plural().to_owned(),
            message: "the cluster has no nodes".to_owned(),
            fix: "`kubectl get nodes`".to_owned(),
        });
    }
    Check::new("nodes", summary(nodes, ready), findings)
}

/// `3 nodes, 2 ready; 4 nvidia.com/gpu`.
fn summary(nodes: &[Value], ready: usize) -> String {
    if nodes.is_empty() {
        return "there are none".to_owned();
    }
    let count = if nodes.len() == 1 { "1 node".to_owned() } else { format!("{} nodes", nodes.len()) };
    let ready = if ready == nodes.len() { "ready".to_owned() } else { format!("{ready} ready") };
    let mut processors: BTreeMap<&str, Quantity> = BTreeMap::new();
    for node in nodes {
        for name in PROCESSORS {
            let offered = node.pointer("/status/allocatable").and_then(|offer| offer.get(name)).and_then(Value::as_str);
            if let Some(amount) = offered.and_then(|text| Quantity::parse(text).ok()).filter(|some| !some.is_zero()) {
                let sum = processors.entry(name).or_default();
                *sum = sum.plus(amount);
            }
        }
    }
    let processors = processors.iter().map(|(name, amount)| format!("{amount} {name}"));
    std::iter::once(format!("{count}, {ready}")).chain(processors).collect::<Vec<_>>().join("; ")
}

/// Something that is wrong with a node.
struct Trouble {
    node: String,
    what: String,
    code: &'static str,
    is_cordon: bool,
}

impl Trouble {
    fn of(node: &Value) -> Option<Self> {
        let name = node.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_cordoned = node.pointer("/spec/unschedulable").is_some_and(|flag| *flag == true);
        if !is_true(node, "Ready") {
            let why = condition(node, "Ready").and_then(|ready| ready.get("message")).and_then(Value::as_str);
            let what = format!("is not ready: {}", why.unwrap_or("it has never said that it is"));
            return Some(Self { node: name, what, code: "node-not-ready", is_cordon: false });
        }
        let pressures: Vec<&str> = PRESSURES.into_iter().filter(|kind| is_true(node, kind)).collect();
        if !pressures.is_empty() {
            let what = format!("is under pressure ({}): it takes no new pods, and may end some", pressures.join(", "));
            return Some(Self { node: name, what, code: "node-pressure", is_cordon: false });
        }
        is_cordoned.then(|| Self {
            node: name,
            what: "is cordoned: it takes no new pods".to_owned(),
            code: "node-cordoned",
            is_cordon: true,
        })
    }

    fn finding(&self, is_the_end: bool) -> Finding {
        let node = &self.node;
        let look = if self.is_cordon { "uncordon" } else { "describe node" };
        Finding {
            severity: if is_the_end { Severity::Fails } else { Severity::Warns },
            code: self.code,
            about: format!("{}/{node}", Kind::Node),
            message: self.what.clone(),
            fix: format!("`kubectl {look} {node}`"),
        }
    }
}

fn condition<'a>(node: &'a Value, kind: &str) -> Option<&'a Value> {
    let conditions = node.pointer("/status/conditions").and_then(Value::as_array)?;
    conditions.iter().find(|condition| condition.get("type").is_some_and(|found| found == kind))
}

fn is_true(node: &Value, kind: &str) -> bool {
    condition(node, kind).and_then(|condition| condition.get("status")).is_some_and(|status| status == "True")
}
