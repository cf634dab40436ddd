//! What `doctor` finds in a cluster: its answers in, the report as text out.
//!
//! `tests/checkup/cases.yaml` is a list of cases by name; each is laid over a cluster in which all is well.
//! `SINDRI_OVERWRITE=1 cargo test --test checkup` writes what they come to anew; read the difference before committing it.

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
use sindri::names::{Kind, ObjectId};
use sindri::plan::checkup::{Check, Examined, Health, OF_CLUSTER, ask, checks};
use sindri::plan::{Cluster, ClusterType, Facts, Look, Question, Refusal};
use sindri::report::doctor::{Report, for_person, for_program};
use sindri::report::problems::Style;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// 2026-11-29T12:00:00Z
const NOW: i64 = 1_795_953_600;

fn well() -> Value {
    json!({
        "namespace": {"metadata": {"name": "team", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
        "nodes": [{"metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}],
        "storageclasses": [{"metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}}],
    })
}

/// What a case answers to a question.
fn look(question: &Question, answers: &Value) -> Look {
    let key = match question {
        Question::Object(id) => id.kind.to_string(),
        Question::All { kind, .. } => kind.plural().to_owned(),
        Question::Access { verb, kind, subresource, .. } => format!("{verb} {}/{subresource}", kind.plural()),
        Question::Pod | Question::Rules { .. } => String::new(),
    };
    match (&answers[&key], question) {
        (Value::String(text), _) if text == "denied" => Look::Denied(format!("User \"ada\" cannot list {key}")),
        (Value::String(text), _) if text == "absent" => Look::Absent,
        (Value::String(text), _) => {
            Look::Refused(Refusal { code: 503, reason: String::new(), message: text.clone(), causes: Vec::new() })
        }
        (Value::Bool(allowed), _) => Look::Seen(json!({"allowed": allowed})),
        (_, Question::Access { .. }) => Look::Seen(json!({"allowed": true})),
        (Value::Array(items), _) => Look::Seen(json!({"items": items})),
        (Value::Object(object), _) => Look::Seen(Value::Object(object.clone())),
        (_, Question::All { .. }) => Look::Seen(json!({"items": []})),
        _ => Look::Absent,
    }
}

fn examined(case: &Value) -> Report {
    let mut answers = well();
    for (key, value) in case["answers"].as_object().into_iter().flatten() {
        answers[key] = value.clone();
    }
    let facts: Facts =
        ask("team", false).into_iter().map(|question| (question.clone(), look(&question, &answers))).collect();
    let cluster = Cluster {
        context: Some("test".to_owned()),
        server: "https://127.0.0.1:6443".to_owned(),
        cluster_type: ClusterType::Remote,
        version: case["version"].as_str().unwrap_or("v1.37.1").to_owned(),
        uid: None,
        namespace: "team".to_owned(),
    };
    let abandoned: Vec<(ObjectId, String)> = case["abandoned"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, who)| (ObjectId::new(Kind::Lease, "team", name), who.as_str().unwrap_or_default().to_owned()))
        .collect();
    let checks = checks(&Examined {
        cluster: &cluster,
        facts: &facts,
        environment: None,
        server_time: (case["clock"] != "silent").then_some(NOW),
        own_time: NOW + case["clock"].as_i64().unwrap_or_default(),
        abandoned: &abandoned,
    });
    let names: Vec<&str> = checks.iter().map(|check| check.name).collect();
    assert_eq!(names, OF_CLUSTER, "the same checks are always there");
    Report { cluster: Some(cluster), environment: None, checks }
}

/// The report without what is well: its lines are the same in most cases.
fn told(mut report: Report) -> String {
    let well: Vec<Check> = examined(&json!({})).checks;
    report.checks.retain(|check| !well.contains(check));
    report.cluster = None;
    let text = for_person(&report, Style { colour: false, width: 140 });
    let lines: Vec<&str> = text.lines().skip(2).collect();
    // At the end stands how many there are of each.
    lines.iter().take(lines.len().saturating_sub(2)).flat_map(|line| ["  ", line, "\n"]).collect()
}

#[test]
fn every_case_comes_to_what_is_kept_beside_it() -> Outcome {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/checkup");
    let cases: BTreeMap<String, Value> = serde_yaml_ng::from_str(&fs::read_to_string(folder.join("cases.yaml"))?)?;
    assert!(cases.len() > 15, "only {} cases", cases.len());
    let mut text = String::new();
    for (name, case) in &cases {
        text.push_str(&format!("{name}\n{}\n", told(examined(case))));
    }
    let kept = folder.join("cases.txt");
    if env::var_os("SINDRI_OVERWRITE").is_some() {
        fs::write(&kept, &text)?;
    }
    snapbox::assert_data_eq!(text, snapbox::Data::read_from(&kept, None).raw());
    Ok(())
}

#[test]
fn a_cluster_in_which_all_is_well_has_nothing_to_be_told() {
    let report = examined(&json!({}));
    assert_eq!(report.count(Health::Failed) + report.count(Health::Warning) + report.count(Health::Unknown), 0);
    let data = for_program(&report);
    assert_eq!((&data["healthy"], &data["environment"]), (&json!(true), &Value::Null));
}

#[test]
fn what_a_program_is_told_keeps_to_the_schema() -> Outcome {
    let schema: Value = serde_json::from_str(include_str!("../schemas/doctor.schema.json"))?;
    let validator = jsonschema::draft202012::new(&schema)?;
    for case in [json!({}), json!({"answers": {"nodes": "denied"}, "clock": 4000})] {
        let data = for_program(&examined(&case));
        let wrong: Vec<String> = validator.iter_errors(&data).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}: {data:#}");
    }
    Ok(())
}
