//! From what is wanted and what was seen to what will be done. The only place where a plan is made from a look.

use serde_json::Value;

use super::change::{Action, Change, Plan, Seal};
use super::{
    Basis, Finding, Live, Loading, Observed, Sighting, Verdict, diff, drift, leftover, mask, normal, obstacle, predict,
};

use crate::image::{Named as _, Pinned};
use crate::names::{self, Kind, ObjectId};
use crate::workload::{Object, Rendered};

/// What the person wants besides the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The fingerprint of the configuration.
    pub config_hash: String,
    /// Whether fields of other managers are taken.
    pub force: bool,
    /// The nodes that the image is brought to, if it is in no registry.
    pub loading: Option<Loading>,
    /// What was noticed before the cluster was asked.
    pub noticed: Vec<Finding>,
}

/// The plan.
#[must_use]
pub fn compute(desired: Rendered<Pinned>, observed: Observed, wishes: Wishes) -> Plan {
    let desired = if namespace_is_ours(&desired, &observed) { desired } else { desired.in_foreign_namespace() };
    let image = desired.image.to_string();
    let deployed = |key| annotation(&desired, &observed, key);
    // A tag that moved is another image, though the file is the same.
    let same_configuration = deployed(names::CONFIG_HASH).is_some_and(|hash| hash == wishes.config_hash)
        && deployed(names::IMAGE).is_none_or(|deployed| deployed == image);
    let tag = desired.image.tagged();
    let tag_before = deployed(names::IMAGE)
        .filter(|before| *before != image && deployed(names::IMAGE_TAG).map(str::to_owned) == tag)
        .filter(|_| tag.is_some())
        .map(str::to_owned);
    let mut planner = Planner {
        observed: &observed,
        name: &desired.name,
        force: wishes.force,
        findings: wishes.noticed,
        unreadable: Vec::new(),
        unrehearsed: Vec::new(),
    };
    let mut changes: Vec<Change> = desired.objects.iter().map(|object| planner.change(object)).collect();
    changes.extend(leftover::deletions(&desired, &observed, &mut planner.findings));
    let mut findings = planner.findings;
    findings.extend(obstacle::cannot_read(&planner.unreadable));
    findings.extend(obstacle::not_rehearsed(&planner.unrehearsed));
    let drifted = desired.objects.iter().flat_map(|object| drifted(object, &observed, same_configuration)).collect();
    for finding in predict(&desired, &observed, &changes) {
        // The server's own words about an object are not needed where somebody has explained them.
        findings.retain(|known| known.code != obstacle::REFUSED || known.about != finding.about);
        findings.push(finding);
    }
    if findings.iter().any(|finding| finding.code == TERMINATING) {
        findings.retain(|finding| finding.code != obstacle::REFUSED);
    }
    findings.sort();
    findings.dedup();
    let live = deployment(&desired, &observed);
    Plan {
        environment: desired.name.clone(),
        image,
        tag,
        tag_before,
        signed: desired.image.signed().clone(),
        loading: wishes.loading,
        config_hash: wishes.config_hash,
        changes,
        drift: drifted,
        findings,
        stopped: live.is_some_and(is_stopped),
        ready: live.is_some_and(is_ready),
        force: wishes.force,
        cluster: observed.cluster,
        seal: Seal(()),
    }
}

/// Where the whole namespace goes, every object in it is refused.
const TERMINATING: &str = "namespace-terminating";

struct Planner<'a> {
    observed: &'a Observed,
    name: &'a str,
    force: bool,
    findings: Vec<Finding>,
    /// What may not be read, and the server's word for it.
    unreadable: Vec<(ObjectId, String)>,
    /// What may not be rehearsed, likewise.
    unrehearsed: Vec<(ObjectId, String)>,
}

impl Planner<'_> {
    fn change(&mut self, object: &Object) -> Change {
        let none = Sighting { live: Live::Absent, verdict: None };
        let sighting = self.observed.objects.get(&object.id).unwrap_or(&none);
        let basis = Basis::of(object.id.kind, &sighting.live);
        let live = match &sighting.live {
            Live::Absent => None,
            Live::Present(live) => Some(live),
            Live::Denied(message) => {
                self.unreadable.push((object.id.clone(), message.clone()));
                return unseen(object);
            }
        };
        let (after, validated, conflicts) = match &sighting.verdict {
            Some(Verdict::Accepted(after)) => (after.clone(), true, Vec::new()),
            Some(Verdict::Conflict { conflicts, forced }) => {
                let after = forced.clone().unwrap_or_else(|| laid_over(live, &object.body));
                (after, forced.is_some(), conflicts.clone())
            }
            Some(Verdict::Refused(refusal)) => {
                if refusal.needs_replacement(object.id.kind)
                    && live.is_some_and(|live| is_ours(live, self.name, object.id.kind))
                {
                    return replacement(object, live, basis);
                }
                self.findings.push(obstacle::refused(&object.id, &refusal.message));
                (laid_over(live, &object.body), false, Vec::new())
            }
            Some(Verdict::Denied(message)) => {
                self.unrehearsed.push((object.id.clone(), message.clone()));
                (laid_over(live, &object.body), false, Vec::new())
            }
            Some(Verdict::NamespaceAbsent) | None => (laid_over(live, &object.body), false, Vec::new()),
        };
        if let Some(live) = live {
            self.check_ownership(&object.id, live);
        }
        if !self.force {
            self.findings.extend(
                conflicts.iter().map(|conflict| obstacle::contested(&object.id, &conflict.field, &conflict.manager)),
            );
        }
        let (before, after) = mask::masked(object.id.kind, live, Some(&after));
        let fields = diff::diff(object.id.kind, before.as_ref(), after.as_ref());
        let action = match (&basis, fields.is_empty() && conflicts.is_empty()) {
            (Basis::Absent, _) => Action::Create,
            // What the server refuses is a change, also where what is sent shows none: something that is no longer sent.
            (_, true) if !matches!(sighting.verdict, Some(Verdict::Refused(_))) => Action::Keep,
            _ => Action::Update,
        };
        let notes = if action == Action::Update { notes(object.id.kind, &fields) } else { Vec::new() };
        Change {
            id: object.id.clone(),
            action,
            basis,
            body: Some(object.body.clone()),
            before,
            after,
            fields,
            validated,
            conflicts,
            notes,
        }
    }

    fn check_ownership(&mut self, id: &ObjectId, live: &Value) {
        if !is_ours(live, self.name, id.kind) {
            self.findings.push(obstacle::not_ours(id));
        }
        if live.pointer("/metadata/deletionTimestamp").is_some() {
            self.findings.push(obstacle::being_deleted(id));
        }
    }
}

/// An object that may not be read: whether anything changes is not known.
fn unseen(object: &Object) -> Change {
    Change {
        id: object.id.clone(),
        action: Action::Update,
        basis: Basis::Unknown,
        body: Some(object.body.clone()),
        before: None,
        after: None,
        fields: Vec::new(),
        validated: false,
        conflicts: Vec::new(),
        notes: vec!["what it is now cannot be seen".to_owned()],
    }
}

/// A Deployment whose selector is another one has to be made anew. The volume stays.
fn replacement(object: &Object, live: Option<&Value>, basis: Basis) -> Change {
    let after = normal::stripped(object.id.kind, &object.body);
    let before = live.map(|live| normal::stripped(object.id.kind, live));
    let over = before.as_ref().map(|before| normal::over(before, &after));
    let fields = diff::diff(object.id.kind, before.as_ref(), over.as_ref());
    let notes = vec!["an immutable field changes: the pod stops, and a new one starts; the volume stays".to_owned()];
    Change {
        id: object.id.clone(),
        action: Action::Replace,
        basis,
        body: Some(object.body.clone()),
        before,
        after: Some(after),
        fields,
        validated: false,
        conflicts: Vec::new(),
        notes,
    }
}

fn laid_over(live: Option<&Value>, desired: &Value) -> Value {
    let Some(live) = live else { return desired.clone() };
    let mut after = normal::over(live, desired);
    // It is never the server's answer that shows this: a claim without its class is refused.
    if predict::gives_up_class(live, desired)
        && let Some(spec) = after.get_mut("spec").and_then(Value::as_object_mut)
    {
        spec.remove("storageClassName");
    }
    after
}

/// What a change means for whoever works in the environment.
fn notes(kind: Kind, fields: &[super::Field]) -> Vec<String> {
    let restarts = kind == Kind::Deployment && fields.iter().any(|field| field.path.starts_with("spec.template."));
    restarts.then(|| "the pod is replaced: what runs in it ends, the volume stays".to_owned()).into_iter().collect()
}

fn drifted(object: &Object, observed: &Observed, same_configuration: bool) -> Vec<super::Drift> {
    let Some(sighting) = observed.objects.get(&object.id) else { return Vec::new() };
    let Live::Present(live) = &sighting.live else { return Vec::new() };
    let (rehearsed, conflicts) = match &sighting.verdict {
        Some(Verdict::Accepted(after)) => (Some(after), &[][..]),
        Some(Verdict::Conflict { conflicts, forced }) => (forced.as_ref(), &conflicts[..]),
        _ => (None, &[][..]),
    };
    drift::drift(&object.id, live, &object.body, rehearsed, conflicts, same_configuration)
}

/// Whether the namespace is made, or was made, with the environment.
fn namespace_is_ours(desired: &Rendered<Pinned>, observed: &Observed) -> bool {
    desired.objects.iter().filter(|object| object.id.kind == Kind::Namespace).any(|object| {
        match observed.objects.get(&object.id).map(|sighting| &sighting.live) {
            Some(Live::Absent) => true,
            Some(Live::Present(live)) => is_ours(live, &desired.name, Kind::Namespace),
            Some(Live::Denied(_)) | None => false,
        }
    })
}

/// Whether sindri made an object for this environment. What environments share bears no name.
pub(super) fn is_ours(live: &Value, name: &str, kind: Kind) -> bool {
    let label = |key: &str| live.get("metadata").and_then(|meta| meta.get("labels")).and_then(|labels| labels.get(key));
    let is_shared = matches!(kind, Kind::Namespace | Kind::Secret);
    label(names::MANAGED_BY).is_some_and(|value| value == names::SINDRI)
        && (is_shared || label(names::INSTANCE).is_some_and(|value| value == name))
}

fn deployment<'a>(desired: &Rendered<Pinned>, observed: &'a Observed) -> Option<&'a Value> {
    let object = desired.objects.iter().find(|object| object.id.kind == Kind::Deployment)?;
    match &observed.objects.get(&object.id)?.live {
        Live::Present(live) => Some(live),
        Live::Absent | Live::Denied(_) => None,
    }
}

/// What the last deploy wrote beside the Deployment.
fn annotation<'a>(desired: &Rendered<Pinned>, observed: &'a Observed, key: &str) -> Option<&'a str> {
    deployment(desired, observed)?.get("metadata")?.get("annotations")?.get(key)?.as_str()
}

fn is_stopped(live: &Value) -> bool {
    live.pointer("/spec/replicas").is_some_and(|count| *count == 0)
}

/// Whether the Deployment's controller has seen its newest generation, and its pod is available.
fn is_ready(live: &Value) -> bool {
    let number = |pointer| live.pointer(pointer).and_then(Value::as_i64);
    let is_seen = number("/status/observedGeneration") == number("/metadata/generation");
    let [wanted, updated, available] =
        ["/spec/replicas", "/status/updatedReplicas", "/status/availableReplicas"].map(number);
    is_seen && wanted.is_some() && wanted == updated && wanted == available
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::error::Error;

    use serde_json::{Value, json};

    use super::{Wishes, compute};
    use crate::config;
    use crate::image::{Pinned, pin};
    use crate::names::{Kind, ObjectId};
    use crate::plan::{Action, Cluster, ClusterType, Conflict, Live, Observed, Plan, Refusal, Sighting, Verdict};
    use crate::workload::{Placement, Rendered, render};

    type Outcome<T = ()> = Result<T, Box<dyn Error>>;

    const DIGEST: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    fn desired(more: &str) -> Outcome<Rendered<Pinned>> {
        let text = format!(
            "version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n  image: r.io/a@{DIGEST}\n  \
             resources: {{memory: 1GB, cpus: 1}}\nproviders:\n  kubernetes:\n    namespace: team\n{more}"
        );
        let spec = config::load(text.as_bytes()).map_err(|problems| format!("{problems:?}"))?;
        let placement = Placement { namespace: spec.kubernetes.namespace.clone(), owns_namespace: true };
        Ok(render(&spec, pin(&spec)?, &placement))
    }

    /// As the server has an object: with an identity and a version.
    fn live(body: &Value) -> Value {
        let mut live = body.clone();
        if let Some(metadata) = live.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.extend([("uid".to_owned(), json!("u")), ("resourceVersion".to_owned(), json!("1"))]);
        }
        live
    }

    /// A cluster in which everything is as it should be.
    fn observed(desired: &Rendered<Pinned>) -> Observed {
        let mut objects: BTreeMap<_, _> =
            desired.possible.iter().map(|id| (id.clone(), Sighting { live: Live::Absent, verdict: None })).collect();
        for object in &desired.objects {
            let live = live(&object.body);
            let sighting = Sighting { live: Live::Present(live.clone()), verdict: Some(Verdict::Accepted(live)) };
            objects.insert(object.id.clone(), sighting);
        }
        let cluster = Cluster {
            context: None,
            server: "https://a".to_owned(),
            cluster_type: ClusterType::Remote,
            version: "v1.37.1".to_owned(),
            uid: None,
            namespace: "team".to_owned(),
        };
        Observed { cluster, objects, facts: BTreeMap::new() }
    }

    fn planned(desired: Rendered<Pinned>, observed: Observed, force: bool) -> Plan {
        compute(desired, observed, Wishes { config_hash: "h".to_owned(), force, ..Wishes::default() })
    }

    fn actions(plan: &Plan) -> Vec<String> {
        let told = |action| match action {
            Action::Keep => "=",
            Action::Create => "+",
            Action::Update => "~",
            Action::Replace => "-/+",
            Action::Delete => "-",
        };
        plan.changes.iter().map(|change| format!("{} {}", told(change.action), change.id.short())).collect()
    }

    fn codes(plan: &Plan) -> Vec<&str> {
        plan.findings.iter().map(|finding| finding.code).collect()
    }

    fn deployment() -> ObjectId {
        ObjectId::new(Kind::Deployment, "team", "a")
    }

    #[test]
    fn what_is_as_it_should_be_is_kept() -> Outcome {
        let desired = desired("")?;
        let observed = observed(&desired);
        let plan = planned(desired, observed, false);
        assert_eq!(
            actions(&plan),
            ["= namespace/team", "= persistentvolumeclaim/a-home-pvc", "= deployment/a", "= service/a"]
        );
        assert!(!plan.has_changes() && plan.findings.is_empty(), "{plan:?}");
        Ok(())
    }

    #[test]
    fn a_namespace_that_somebody_else_made_is_left_alone_with_its_quota() -> Outcome {
        let desired = desired("    quota: {cpu: 4}\n")?;
        let mut observed = observed(&desired);
        let namespace = ObjectId::new(Kind::Namespace, "team", "team");
        let foreign = Live::Present(json!({"metadata": {"name": "team", "uid": "u"}}));
        observed.objects.insert(namespace, Sighting { live: foreign, verdict: None });
        let quota = ObjectId::new(Kind::ResourceQuota, "team", "a-quota");
        observed.objects.insert(quota, Sighting { live: Live::Absent, verdict: None });
        let plan = planned(desired, observed, false);
        assert_eq!(actions(&plan), ["= persistentvolumeclaim/a-home-pvc", "= deployment/a", "= service/a"]);
        Ok(())
    }

    #[test]
    fn contents_of_an_absent_namespace_are_created_unvalidated() -> Outcome {
        let desired = desired("")?;
        let mut observed = observed(&desired);
        for (id, sighting) in &mut observed.objects {
            let rehearsed =
                if id.kind == Kind::Namespace { sighting.verdict.clone() } else { Some(Verdict::NamespaceAbsent) };
            *sighting = Sighting { live: Live::Absent, verdict: rehearsed };
        }
        let plan = planned(desired, observed, false);
        assert!(plan.changes.iter().all(|change| change.action == Action::Create));
        let validated: Vec<bool> = plan.changes.iter().map(|change| change.validated).collect();
        assert_eq!(validated, [true, false, false, false]);
        Ok(())
    }

    #[test]
    fn somebody_elses_object_is_in_the_way() -> Outcome {
        let desired = desired("")?;
        let mut observed = observed(&desired);
        if let Some(Sighting { live: Live::Present(live), .. }) = observed.objects.get_mut(&deployment()) {
            live["metadata"]["labels"]["instance"] = json!("b");
        }
        let plan = planned(desired, observed, false);
        assert_eq!(codes(&plan), ["not-ours"]);
        assert!(plan.obstacles().next().is_some());
        Ok(())
    }

    #[test]
    fn a_contested_field_is_in_the_way_unless_it_is_taken() -> Outcome {
        for force in [false, true] {
            let desired = desired("")?;
            let mut observed = observed(&desired);
            if let Some(sighting) = observed.objects.get_mut(&deployment()) {
                let conflict = Conflict { field: ".spec.paused".to_owned(), manager: "kubectl-edit".to_owned() };
                let Some(Verdict::Accepted(mut after)) = sighting.verdict.take() else {
                    return Err("not accepted".into());
                };
                after["spec"]["paused"] = json!(true);
                sighting.verdict = Some(Verdict::Conflict { conflicts: vec![conflict], forced: Some(after) });
            }
            let plan = planned(desired, observed, force);
            assert_eq!(plan.obstacles().count(), usize::from(!force), "{:?}", plan.findings);
            assert!(actions(&plan).contains(&"~ deployment/a".to_owned()));
        }
        Ok(())
    }

    #[test]
    fn what_is_no_longer_asked_for_is_deleted_but_never_a_volume() -> Outcome {
        let before = desired("    networkPolicy: restricted\n    rbac: {users: [x]}\n")?;
        let seen = observed(&before);
        let after = desired("")?;
        let mut after = after;
        after.objects.retain(|object| object.id.kind != Kind::PersistentVolumeClaim);
        let plan = planned(after, seen, false);
        assert_eq!(
            actions(&plan),
            [
                "= namespace/team",
                "= deployment/a",
                "= service/a",
                "- networkpolicy/a",
                "- rolebinding/a-user",
                "- role/a-user"
            ]
        );
        assert_eq!(codes(&plan), ["volume-kept"]);
        Ok(())
    }

    #[test]
    fn neither_somebody_elses_object_nor_a_namespace_is_deleted() -> Outcome {
        let mut seen = observed(&desired("    networkPolicy: restricted\n")?);
        let policy = seen.objects.get_mut(&ObjectId::new(Kind::NetworkPolicy, "team", "a"));
        let Some(Sighting { live: Live::Present(policy), .. }) = policy else { return Err("no policy".into()) };
        policy["metadata"]["labels"]["instance"] = json!("b");
        let plan = planned(desired("")?.in_foreign_namespace(), seen, false);
        assert_eq!(actions(&plan), ["= persistentvolumeclaim/a-home-pvc", "= deployment/a", "= service/a"]);
        Ok(())
    }

    /// What is gone was removed by somebody, or is new in the configuration: only the same configuration tells.
    #[test]
    fn what_the_configuration_adds_is_a_change_and_no_drift() -> Outcome {
        for (deployed, drifted) in [("h", 1), ("another", 0)] {
            let desired = desired("")?;
            let mut observed = observed(&desired);
            let Some(sighting) = observed.objects.get_mut(&deployment()) else { return Err("no deployment".into()) };
            let (Live::Present(live), Some(Verdict::Accepted(after))) = (&mut sighting.live, &mut sighting.verdict)
            else {
                return Err("not accepted".into());
            };
            live["metadata"]["annotations"][crate::names::CONFIG_HASH] = json!(deployed);
            live["spec"].as_object_mut().ok_or("no spec")?.remove("strategy");
            after["metadata"]["managedFields"] = json!([{
                "manager": "sindri", "operation": "Apply", "fieldsV1": {"f:spec": {"f:strategy": {"f:type": {}}}},
            }]);
            let plan = planned(desired, observed, false);
            assert_eq!(plan.drift.len(), drifted, "{deployed}: {:?}", plan.drift);
            assert!(actions(&plan).contains(&"~ deployment/a".to_owned()), "{deployed}");
        }
        Ok(())
    }

    #[test]
    fn a_deployment_with_another_selector_is_replaced_only_if_it_is_ours() -> Outcome {
        for (owner, told) in [("a", "-/+ deployment/a"), ("b", "~ deployment/a")] {
            let desired = desired("")?;
            let mut observed = observed(&desired);
            let Some(sighting) = observed.objects.get_mut(&deployment()) else { return Err("no deployment".into()) };
            let Live::Present(live) = &mut sighting.live else { return Err("no deployment".into()) };
            live["metadata"]["labels"]["instance"] = json!(owner);
            live["spec"]["selector"]["matchLabels"]["old"] = json!("1");
            sighting.verdict = Some(Verdict::Refused(Refusal {
                code: 422,
                reason: "Invalid".to_owned(),
                message: "field is immutable".to_owned(),
                causes: vec![("spec.selector".to_owned(), "field is immutable".to_owned())],
            }));
            let plan = planned(desired, observed, false);
            assert!(actions(&plan).contains(&told.to_owned()), "{:?}", actions(&plan));
            assert_eq!(plan.obstacles().count() > 0, owner == "b", "{:?}", plan.findings);
        }
        Ok(())
    }

    #[test]
    fn what_the_server_refuses_is_a_change_also_where_none_is_seen() -> Outcome {
        let desired = desired("")?;
        let mut observed = observed(&desired);
        let sighting = observed.objects.get_mut(&deployment()).ok_or("no deployment")?;
        let (reason, message) = ("Invalid".to_owned(), "no".to_owned());
        sighting.verdict = Some(Verdict::Refused(Refusal { code: 422, reason, message, causes: Vec::new() }));
        let plan = planned(desired, observed, false);
        let change = plan.changes.iter().find(|change| change.id == deployment()).ok_or("no change")?;
        assert_eq!((change.action, change.fields.is_empty()), (Action::Update, true));
        assert_eq!(codes(&plan), ["refused"]);
        Ok(())
    }

    #[test]
    fn what_is_being_deleted_is_in_the_way() -> Outcome {
        let desired = desired("")?;
        let mut observed = observed(&desired);
        if let Some(Sighting { live: Live::Present(live), .. }) = observed.objects.get_mut(&deployment()) {
            live["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        }
        let plan = planned(desired, observed, false);
        assert_eq!(codes(&plan), ["being-deleted"]);
        assert!(plan.obstacles().next().is_some());
        Ok(())
    }

    #[test]
    fn a_status_of_an_older_generation_is_not_ready() -> Outcome {
        for (seen, is_ready) in [(2, true), (1, false)] {
            let desired = desired("")?;
            let mut observed = observed(&desired);
            if let Some(Sighting { live: Live::Present(live), .. }) = observed.objects.get_mut(&deployment()) {
                live["metadata"]["generation"] = json!(2);
                live["spec"]["replicas"] = json!(1);
                live["status"] = json!({"observedGeneration": seen, "updatedReplicas": 1, "availableReplicas": 1});
            }
            assert_eq!(planned(desired, observed, false).ready, is_ready);
        }
        Ok(())
    }

    #[test]
    fn a_stopped_environment_is_known_to_be_stopped() -> Outcome {
        let desired = desired("")?;
        let mut observed = observed(&desired);
        if let Some(sighting) = observed.objects.get_mut(&deployment()) {
            let Live::Present(live) = &mut sighting.live else { return Err("no deployment".into()) };
            live["spec"]["replicas"] = json!(0);
            sighting.verdict = Some(Verdict::Accepted(live.clone()));
        }
        let plan = planned(desired, observed, false);
        assert!(plan.stopped && !plan.has_changes());
        Ok(())
    }
}
