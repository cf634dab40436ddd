//! What is foreseen: a cluster's answers in, findings as text out.
//!
//! Each file of `tests/predictions/` is a list of cases by name. `SINDRI_OVERWRITE=1 cargo test --test predictions` writes what
//! they come to anew; read the difference before committing it.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use serde_json::{Value, json};
use sindri::image::Pinned;
use sindri::names::{Kind, ObjectId};
use sindri::plan::{
    Action, Basis, Change, Cluster, ClusterType, Facts, Live, Look, Observed, Question, Refusal, Sighting, Verdict,
};
use sindri::workload::{Placement, Rendered};
use sindri::{config, image, plan, workload};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const NAMESPACE: &str = "team";
const DIGEST: &str = "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";

#[test]
fn every_case_of_the_tables_comes_to_what_is_kept_beside_it() -> Outcome {
    let mut seen = 0;
    for topic in ["admission", "nodes", "quotas", "references", "rights", "volumes"] {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/predictions");
        let cases: BTreeMap<String, Value> =
            serde_yaml_ng::from_str(&fs::read_to_string(folder.join(format!("{topic}.yaml")))?)?;
        let mut text = String::new();
        for (name, case) in &cases {
            let told = told(case).map_err(|error| format!("{topic}: {name}: {error}"))?;
            text.push_str(&format!("{name}\n{told}\n"));
            seen += 1;
        }
        let kept = folder.join(format!("{topic}.txt"));
        if env::var_os("SINDRI_OVERWRITE").is_some() {
            fs::write(&kept, &text)?;
        }
        snapbox::assert_data_eq!(text, snapbox::Data::read_from(&kept, None).raw());
    }
    assert!(seen >= 40, "only {seen} cases were tried");
    Ok(())
}

#[test]
fn what_is_asked_depends_on_the_configuration() -> Outcome {
    let asked = |extra: &Value| -> Outcome<Vec<String>> {
        Ok(plan::questions(&desired(extra)?, NAMESPACE).iter().map(key).collect())
    };
    assert_eq!(asked(&json!({}))?, ["nodes", "storageclasses", "pod", "rules"]);
    let kubernetes = json!({"secrets": ["a", "b"], "imagePullSecrets": ["a"], "serviceAccount": "s", "storageClass": "fast",
        "priorityClassName": "p", "runtimeClassName": "r"});
    assert_eq!(
        asked(&json!({"kubernetes": kubernetes}))?,
        [
            "secret/a",
            "secret/b",
            "priorityclass/p",
            "runtimeclass/r",
            "serviceaccount/s",
            "storageclass/fast",
            "nodes",
            "pod",
            "rules"
        ]
    );
    let existing = json!({"deployment": {"volumes": {"workspace": {"existingClaim": "old"}}}});
    assert_eq!(asked(&existing)?, ["persistentvolumeclaim/old", "nodes", "pods", "pod", "rules"]);
    Ok(())
}

/// The configuration of a case: `deployment` and `kubernetes` are laid over the least there can be.
fn desired(case: &Value) -> Outcome<Rendered<Pinned>> {
    let mut deployment = json!({"provider": "kubernetes", "image": format!("registry.example.com/dev@{DIGEST}"),
        "resources": {"memory": "4Gi", "cpus": 2}});
    for (key, value) in case["deployment"].as_object().into_iter().flatten() {
        deployment[key] = value.clone();
    }
    let mut kubernetes = case["kubernetes"].clone();
    if kubernetes.is_null() {
        kubernetes = json!({"security": "restricted"});
    }
    let written =
        json!({"version": "1.0", "name": "dev", "deployment": deployment, "providers": {"kubernetes": kubernetes}});
    let spec =
        config::load(serde_yaml_ng::to_string(&written)?.as_bytes()).map_err(|problems| format!("{problems:?}"))?;
    let placement = Placement {
        namespace: Some(config::name::Namespace::parse(NAMESPACE)?),
        owns_namespace: case["makes_namespace"] == true,
    };
    Ok(workload::render(&spec, image::pin(&spec)?, &placement))
}

/// What is asked in the second round, and what is foreseen.
fn told(case: &Value) -> Outcome<String> {
    let desired = desired(case)?;
    let mut observed = Observed {
        cluster: Cluster {
            context: None,
            server: "https://127.0.0.1:6443".to_owned(),
            cluster_type: ClusterType::Remote,
            version: "v1.37.1".to_owned(),
            uid: None,
            namespace: NAMESPACE.to_owned(),
        },
        objects: objects(&desired, &case["objects"])?,
        facts: Facts::new(),
    };
    let answers = case["answers"].as_object().cloned().unwrap_or_default();
    let mut text = String::new();
    let mut answered = Vec::new();
    let mut answer = |questions: Vec<Question>, observed: &mut Observed| -> Outcome {
        for question in questions {
            let key = key(&question);
            let look = match answers.get(&key) {
                Some(answer) => look(answer)?,
                None if question == Question::Pod => Look::Seen(desired.pod.clone()),
                None => usual(&question),
            };
            answered.push(key);
            observed.facts.insert(question, look);
        }
        Ok(())
    };
    answer(plan::questions(&desired, NAMESPACE), &mut observed)?;
    let second = plan::follow_up(&desired, &observed);
    if !second.is_empty() {
        text.push_str(&format!("  then asks {}\n", second.iter().map(key).collect::<Vec<_>>().join(", ")));
    }
    // A right that the rules do not show is asked for by itself, and is not there either unless the case says so.
    let denied = Look::Seen(serde_json::json!({"allowed": false}));
    let rights = second.iter().filter(|question| matches!(question, Question::Access { .. })).cloned();
    let rights: Vec<Question> = rights.filter(|question| !answers.contains_key(&key(question))).collect();
    answer(second, &mut observed)?;
    for right in rights {
        observed.facts.insert(right, denied.clone());
    }
    if let Some(unasked) = answers.keys().find(|key| !answered.contains(key)) {
        return Err(format!("{unasked} is never asked, only {answered:?}").into());
    }
    let findings = plan::predict(&desired, &observed, &changes(&desired, &observed, case));
    assert!(findings.is_sorted(), "the worst does not come first");
    for finding in &findings {
        let (severity, code) = (finding.severity.as_str(), finding.code);
        text.push_str(&format!("  {severity} {code} {}\n    {}\n", finding.about, finding.message));
        for line in finding.fix.lines() {
            text.push_str(&format!("    > {line}\n"));
        }
    }
    if findings.is_empty() {
        text.push_str("  nothing\n");
    }
    Ok(text)
}

fn key(question: &Question) -> String {
    match question {
        Question::Object(id) => id.short(),
        Question::All { kind, selector, .. } if selector.is_empty() => kind.plural().to_owned(),
        Question::All { kind, .. } => format!("own {}", kind.plural()),
        Question::Pod => "pod".to_owned(),
        Question::Rules { .. } => "rules".to_owned(),
        Question::Access { verb, kind, subresource, .. } => {
            format!("access {verb} {}{}{subresource}", kind.plural(), if subresource.is_empty() { "" } else { "/" })
        }
    }
}

/// `absent`, `denied`, `refused: what the server says`, or what is seen.
fn look(answer: &Value) -> Outcome<Look> {
    Ok(match answer {
        Value::String(word) if word == "absent" => Look::Absent,
        Value::String(word) if word == "denied" => Look::Denied("User \"ada\" cannot".to_owned()),
        Value::Array(items) => Look::Seen(json!({"items": items})),
        Value::Object(map) => match map.get("refused") {
            Some(message) => Look::Refused(refusal(message)),
            None => Look::Seen(answer.clone()),
        },
        other => return Err(format!("no answer: {other}").into()),
    })
}

fn refusal(message: &Value) -> Refusal {
    let message = message.as_str().unwrap_or_default().to_owned();
    Refusal { code: 403, reason: "Forbidden".to_owned(), message, causes: Vec::new() }
}

/// A healthy cluster, and a person who may do anything.
fn usual(question: &Question) -> Look {
    Look::Seen(match question {
        Question::All { kind: Kind::Node, .. } => json!({"items": [
            {"metadata": {"name": "n1"}, "status": {"allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"}}},
        ]}),
        Question::All { kind: Kind::StorageClass, .. } => json!({"items": [
            {"metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
             "provisioner": "example.com/disk", "allowVolumeExpansion": true},
        ]}),
        Question::All { .. } => json!({"items": []}),
        Question::Rules { .. } => {
            json!({"resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}], "incomplete": false})
        }
        Question::Access { .. } => json!({"allowed": true}),
        Question::Object(_) | Question::Pod => json!({"metadata": {}}),
    })
}

fn objects(desired: &Rendered<Pinned>, written: &Value) -> Outcome<BTreeMap<ObjectId, Sighting>> {
    let mut objects = BTreeMap::new();
    for id in &desired.possible {
        objects.insert(id.clone(), Sighting { live: Live::Absent, verdict: None });
    }
    for (name, answer) in written.as_object().into_iter().flatten() {
        let id = desired.possible.iter().find(|id| id.short() == *name).ok_or_else(|| format!("there is no {name}"))?;
        let live = match &answer["live"] {
            Value::Null => Live::Absent,
            live => Live::Present(live.clone()),
        };
        let verdict = match (&answer["refused"], &answer["denied"], &answer["accepted"]) {
            (Value::Null, Value::Null, Value::Null) => None,
            (Value::Null, Value::Null, _) => Some(Verdict::Accepted(json!({}))),
            (Value::Null, denied, _) => Some(Verdict::Denied(denied.as_str().unwrap_or_default().to_owned())),
            (message, _, _) => Some(Verdict::Refused(refusal(message))),
        };
        objects.insert(id.clone(), Sighting { live, verdict });
    }
    Ok(objects)
}

/// What is there is changed, or kept if the case says so; what is not there is made.
fn changes(desired: &Rendered<Pinned>, observed: &Observed, case: &Value) -> Vec<Change> {
    desired
        .objects
        .iter()
        .map(|object| {
            let is_there = observed.objects.get(&object.id).is_some_and(|sighting| sighting.live != Live::Absent);
            let action = match (is_there || case["keeps"] == "all", case["keeps"].is_null()) {
                (false, _) => Action::Create,
                (true, true) => Action::Update,
                (true, false) => Action::Keep,
            };
            let field = plan::Field { path: "spec.template.spec".to_owned(), before: None, after: None };
            Change {
                id: object.id.clone(),
                action,
                basis: Basis::Absent,
                body: Some(object.body.clone()),
                before: None,
                after: None,
                fields: vec![field],
                validated: true,
                conflicts: Vec::new(),
                notes: Vec::new(),
            }
        })
        .collect()
}
