//! Whether the quotas of the namespace leave room for the pod, once the pod that it replaces is gone.

use serde_json::{Value, json};

use super::amounts::{Amounts, Asked, amounts, key, sum};
use super::situation::{Situation, list, seen, text};
use crate::config::quantity::Quantity;
use crate::names::Kind;
use crate::plan::{Finding, Look, Question, Refusal, Severity, questions};

/// What does not fit into a quota.
#[derive(Clone, Debug, PartialEq)]
struct Shortage {
    resource: String,
    needed: Quantity,
    hard: Quantity,
    /// Used by what stays.
    used: Quantity,
    missing: Quantity,
}

/// What the quotas say. `refusal` is the server's, if a quota is why it refuses the pod.
pub(super) fn findings(situation: &Situation<'_>, refusal: Option<&Refusal>) -> Vec<Finding> {
    let rehearsal = situation.look(&Question::Pod);
    let own = own_quota(situation);
    let mut quotas: Vec<Value> = own.iter().cloned().collect();
    // A pod that the server admits fits into every quota that stays as it is.
    if !matches!(rehearsal, Some(Look::Seen(_))) {
        let is_own = |quota: &&Value| own.as_ref().is_none_or(|own| name(own) != name(quota));
        match situation.look(&questions::quotas(situation.namespace)) {
            Some(Look::Seen(answer)) => quotas.extend(list(answer, "/items").iter().filter(is_own).cloned()),
            _ => quotas.extend(refusal.and_then(as_told).filter(|quota| is_own(&quota))),
        }
    }
    let replaced = replaced(situation);
    let mut pod = Asked::by(situation.pod());
    // The server has counted what its webhooks added.
    pod.adopt(refusal);
    let new = |quota: &Value| counted(&pod, quota);
    quotas
        .iter()
        .filter(|quota| concerns(quota, situation.pod()))
        .filter_map(|quota| {
            let gone = replaced
                .iter()
                .map(|pod| counted(&Asked::by(pod), quota))
                .fold(Amounts::new(), |all, pod| sum(&all, &pod));
            told(situation, quota, &shortages(quota, &new(quota), &gone), !replaced.is_empty())
        })
        .collect()
}

impl Asked {
    /// What the server says that the pod asks for: `requested: limits.memory=4Gi,pods=1, used: …`.
    fn adopt(&mut self, refusal: Option<&Refusal>) {
        for (name, amount) in refusal.map(|refusal| told_amounts(&refusal.message, "requested: ")).into_iter().flatten()
        {
            if let Some(limited) = name.strip_prefix("limits.") {
                self.limits.insert(limited.to_owned(), amount);
            } else if !matches!(name.as_str(), "pods" | "count/pods") {
                self.requests.insert(name.trim_start_matches("requests.").to_owned(), amount);
            }
        }
    }
}

fn counted(pod: &Asked, quota: &Value) -> Amounts {
    let hard = quota.pointer("/spec/hard").and_then(Value::as_object);
    hard.into_iter().flatten().filter_map(|(name, _)| Some((name.clone(), pod.counted(name)?))).collect()
}

/// What is missing: used − gone + new − hard, where that is more than nothing.
fn shortages(quota: &Value, new: &Amounts, gone: &Amounts) -> Vec<Shortage> {
    let used = amounts(quota.pointer("/status/used"));
    let none = Quantity::default();
    amounts(quota.pointer("/spec/hard"))
        .into_iter()
        .filter_map(|(resource, hard)| {
            let needed = *new.get(&resource).filter(|needed| !needed.is_zero())?;
            let of = |amounts: &Amounts| amounts.get(&resource).copied().unwrap_or(none);
            // What is counted off cannot be more than what was counted: a pod that just went is not counted any more.
            let used = of(&used).minus(of(gone)).unwrap_or(none);
            let missing = used.plus(needed).minus(hard).filter(|missing| !missing.is_zero())?;
            Some(Shortage { resource, needed, hard, used, missing })
        })
        .collect()
}

fn told(situation: &Situation<'_>, quota: &Value, shortages: &[Shortage], replaces: bool) -> Option<Finding> {
    if shortages.is_empty() {
        return None;
    }
    let name = name(quota).unwrap_or_default();
    let is_own = own_quota(situation).is_some_and(|own| text(&own, "/metadata/name") == Some(name));
    let lines: Vec<String> = shortages
        .iter()
        .map(|Shortage { resource, needed, hard, used, missing }| {
            let by_others = if replaces { " by others than the pod that goes" } else { "" };
            format!("{resource}: the pod needs {needed}, {used} of {hard} is used{by_others}, {missing} is missing")
        })
        .collect();
    let fixes: Vec<String> = shortages.iter().filter_map(|shortage| fix(shortage, is_own)).collect();
    let look = format!("`kubectl describe resourcequota {name} --namespace {}`", situation.namespace);
    let fix = if fixes.is_empty() { format!("see who uses it: {look}") } else { fixes.join(", ") };
    Some(Finding {
        severity: Severity::Fails,
        code: "quota-exceeded",
        about: format!("{}/{name}", Kind::ResourceQuota),
        message: format!("no room for the pod: {}", lines.join("; ")),
        fix,
    })
}

fn fix(shortage: &Shortage, is_own: bool) -> Option<String> {
    let Shortage { resource, needed, hard, used, .. } = shortage;
    if is_own {
        return Some(format!("set `providers.kubernetes.quota.{resource}: {}`", used.plus(*needed)));
    }
    let free = hard.minus(*used).filter(|free| !free.is_zero())?;
    Some(format!("set `{}: {free}` or less", key(resource)?))
}

/// The quota that is made with the environment, as it will be, with what is used of it now.
fn own_quota(situation: &Situation<'_>) -> Option<Value> {
    let own = situation.desired.objects.iter().find(|object| object.id.kind == Kind::ResourceQuota)?;
    let live = questions::live(situation.observed, &own.id).and_then(seen);
    let used = live.and_then(|live| live.pointer("/status/used")).cloned().unwrap_or_default();
    let mut quota = own.body.clone();
    quota.as_object_mut()?.insert("status".to_owned(), json!({"used": used}));
    Some(quota)
}

fn name(quota: &Value) -> Option<&str> {
    text(quota, "/metadata/name")
}

/// The quota as a refusal tells of it, where quotas may not be read.
fn as_told(refusal: &Refusal) -> Option<Value> {
    let (_, rest) = refusal.message.split_once("exceeded quota: ")?;
    let (name, _) = rest.split_once(", requested: ")?;
    let written = |amounts: Amounts| {
        amounts.into_iter().map(|(name, amount)| (name, json!(amount.to_string()))).collect::<Value>()
    };
    let hard = written(told_amounts(&refusal.message, "limited: "));
    let used = written(told_amounts(&refusal.message, "used: "));
    Some(json!({"metadata": {"name": name}, "spec": {"hard": hard}, "status": {"used": used}}))
}

/// The amounts after a word: `used: limits.memory=0,pods=0, limited: …`.
fn told_amounts(message: &str, word: &str) -> Amounts {
    let Some((_, rest)) = message.split_once(word) else { return Amounts::new() };
    let amounts = rest.split_once(", ").map_or(rest, |(amounts, _)| amounts);
    amounts
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(name, amount)| Some((name.to_owned(), Quantity::parse(amount).ok()?)))
        .collect()
}

/// The pods that go before the new one comes. Where they may not be seen, the one that the Deployment says it has.
fn replaced(situation: &Situation<'_>) -> Vec<Value> {
    let Some(deployment) = situation.deployment() else { return Vec::new() };
    if let Some(Look::Seen(pods)) = situation.look(&questions::pods(situation.desired, situation.namespace)) {
        let is_counted = |pod: &&Value| !matches!(text(pod, "/status/phase"), Some("Succeeded" | "Failed"));
        return list(pods, "/items").iter().filter(is_counted).cloned().collect();
    }
    let has_one = deployment.pointer("/status/replicas").and_then(Value::as_u64).is_some_and(|count| count > 0);
    deployment.pointer("/spec/template").filter(|_| has_one).cloned().into_iter().collect()
}

/// Whether a quota counts the pod. It never is without requests, and never ends by itself.
fn concerns(quota: &Value, pod: &Value) -> bool {
    let scopes = list(quota, "/spec/scopes").iter().filter_map(Value::as_str);
    let class = text(pod, "/spec/priorityClassName").filter(|class| !class.is_empty());
    let always = ["NotTerminating", "NotBestEffort"];
    scopes.into_iter().all(|scope| always.contains(&scope) || (scope == "PriorityClass" && class.is_some()))
        && list(quota, "/spec/scopeSelector/matchExpressions").iter().all(|expression| {
            let values = list(expression, "/values");
            let is_listed = class.is_some_and(|class| values.iter().any(|value| value == class));
            match (text(expression, "/scopeName"), text(expression, "/operator")) {
                (Some("PriorityClass"), Some("In")) => is_listed,
                (Some("PriorityClass"), Some("NotIn")) => !is_listed,
                (Some("PriorityClass"), Some("DoesNotExist")) => class.is_none(),
                (Some("PriorityClass"), _) => class.is_some(),
                (Some(scope), _) => always.contains(&scope),
                (None, _) => true,
            }
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{Amounts, Quantity, Shortage, amounts, shortages, told_amounts};

    proptest! {
        #[test]
        fn what_is_missing_is_used_minus_gone_plus_new_minus_hard(
            hard in 0_i64..5_000, used in 0_i64..5_000, new in 0_i64..5_000, gone in 0_i64..5_000, unit in 0_usize..4,
        ) {
            // The same amount, written in different ways.
            let unit = ["m", "Ki", "Gi", "M"].get(unit).copied().unwrap_or_default();
            let written = |amount: i64| format!("{amount}{unit}");
            let of = |amount: i64| amounts(Some(&json!({"requests.memory": written(amount)})));
            let quota = json!({"spec": {"hard": of_text(&written(hard))}, "status": {"used": of_text(&written(used))}});
            let found = shortages(&quota, &of(new), &of(gone));
            let missing = (used - gone).max(0) + new - hard;
            if new > 0 && missing > 0 {
                let [Shortage { missing: told, .. }] = found.as_slice() else { panic!("{found:?}") };
                prop_assert_eq!(*told, Quantity::parse(&written(missing)).unwrap());
            } else {
                prop_assert_eq!(found, vec![]);
            }
        }
    }

    fn of_text(amount: &str) -> serde_json::Value {
        json!({"requests.memory": amount})
    }

    #[test]
    fn a_thousandth_too_much_is_too_much() {
        let quota = json!({"spec": {"hard": {"limits.cpu": "2"}}, "status": {"used": {"limits.cpu": "1500m"}}});
        let new = |amount: &str| amounts(Some(&json!({"limits.cpu": amount})));
        assert_eq!(shortages(&quota, &new("0.5"), &Amounts::new()), []);
        let [shortage] = &shortages(&quota, &new("501m"), &Amounts::new())[..] else { panic!("it fits") };
        assert_eq!(shortage.missing.to_string(), "1m");
    }

    #[test]
    fn amounts_are_read_from_what_the_server_says() {
        let message = "exceeded quota: q, requested: limits.memory=4Gi,pods=1, used: limits.memory=0,pods=0, limited: limits.memory=1Gi,pods=0";
        let told = |word| {
            told_amounts(message, word).into_iter().map(|(name, amount)| format!("{name}={amount}")).collect::<Vec<_>>()
        };
        assert_eq!(told("requested: "), ["limits.memory=4Gi", "pods=1"]);
        assert_eq!(told("limited: "), ["limits.memory=1Gi", "pods=0"]);
    }
}
