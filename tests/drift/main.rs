//! What is drift and what is not: answers of a real server, recorded by `tests/cluster/drift.rs`, and what is told of them.
//!
//! `SINDRI_OVERWRITE=1 cargo test --test drift` writes the texts anew; read the difference before committing it.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};
use sindri::plan::{Conflict, Drift, Fate, drift};

type Outcome = Result<(), Box<dyn Error>>;

struct Recorded {
    name: String,
    id: ObjectId,
    object: Value,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/drift")
}

fn recorded() -> Result<Vec<Recorded>, Box<dyn Error>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let object: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
            let kind = Kind::ALL.into_iter().find(|kind| object["desired"]["kind"] == kind.as_written());
            let id = ObjectId::new(kind.ok_or("of no known kind")?, "team", "a");
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            all.push(Recorded { name, id, object });
        }
    }
    all.sort_by(|left, right| left.name.cmp(&right.name));
    assert!(all.len() > 20, "only {} were recorded", all.len());
    Ok(all)
}

impl Recorded {
    fn conflicts(&self) -> Vec<Conflict> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let pairs = self.object["conflicts"].as_array().into_iter().flatten();
        pairs.map(|pair| Conflict { field: text(&pair[0]), manager: text(&pair[1]) }).collect()
    }

    fn drift(&self, same_configuration: bool) -> Vec<Drift> {
        let (live, desired) = (&self.object["live"], &self.object["desired"]);
        let rehearsed = Some(&self.object["rehearsed"]).filter(|rehearsed| rehearsed.is_object());
        drift(&self.id, live, desired, rehearsed, &self.conflicts(), same_configuration)
    }
}

fn told(drifts: &[Drift]) -> String {
    let value = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
    let lines = drifts.iter().map(|drift| {
        let fate = match drift.fate {
            Fate::Restored => "restored",
            Fate::Kept => "kept",
            Fate::Contested => "contested",
        };
        let by = drift.manager.as_deref().unwrap_or("somebody");
        let when = drift.time.as_deref().unwrap_or("some time");
        format!(
            "{fate}: {} is {}, wanted {}; by {by} at {when}\n",
            drift.path,
            value(&drift.live),
            value(&drift.wanted)
        )
    });
    lines.collect()
}

#[test]
fn each_recorded_change_is_told_as_it_is_kept() -> Outcome {
    let mut stale = Vec::new();
    for case in recorded()? {
        let file = folder().join(format!("{}.txt", case.name));
        let text = told(&case.drift(true));
        if env::var_os("SINDRI_OVERWRITE").is_some() {
            fs::write(&file, &text)?;
        } else if fs::read_to_string(&file)? != text {
            stale.push(format!("{}:\n{text}", case.name));
        }
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
    Ok(())
}

#[test]
fn under_another_configuration_only_what_is_proven_is_told() -> Outcome {
    for case in recorded()? {
        let (same, other) = (case.drift(true), case.drift(false));
        let proven: Vec<_> = same.into_iter().filter(|drift| drift.fate != Fate::Restored).collect();
        assert_eq!(other, proven, "{}", case.name);
    }
    Ok(())
}

#[test]
fn a_changed_configuration_is_no_drift() -> Outcome {
    for case in recorded()?.iter_mut().filter(|case| matches!(case.name.as_str(), "untouched" | "running")) {
        for object in ["desired", "rehearsed"] {
            case.object[object]["spec"]["template"]["spec"]["containers"][0]["image"] = json!("example.com/new:2");
            case.object[object]["spec"]["template"]["spec"]["securityContext"]["fsGroup"] = json!(7);
        }
        assert_eq!(told(&case.drift(true)), "", "{}", case.name);
    }
    Ok(())
}

#[test]
fn without_a_rehearsal_the_managed_fields_tell_what_others_took() -> Outcome {
    let all = recorded()?;
    let case = all.iter().find(|case| case.name == "image-set").ok_or("image-set is missing")?;
    let (live, desired) = (&case.object["live"], &case.object["desired"]);
    let found = drift(&case.id, live, desired, None, &[], true);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].path, "spec.template.spec.containers[sindri].image");
    assert_eq!((found[0].fate, found[0].manager.as_deref()), (Fate::Contested, Some("kubectl-set")));
    Ok(())
}

#[test]
fn values_of_a_secret_are_never_told() {
    let id = ObjectId::new(Kind::Secret, "team", "sindri-registry-creds");
    let object = |value: &str, manager: &str, operation: &str| {
        json!({
            "metadata": {"managedFields": [{
                "manager": manager, "operation": operation, "time": "2026-11-20T14:03:05Z",
                "fieldsV1": {"f:data": {"f:token": {}, "f:more": {}}, "f:metadata": {"f:labels": {"f:team": {}}}},
            }], "labels": {"team": "blue"}},
            "data": {"token": value, "more": value},
        })
    };
    let desired = json!({"data": {"token": "b3Vycw=="}});
    let live = object("dGhlaXJz", "kubectl-edit", "Update");
    let conflict = Conflict { field: ".data.token".to_owned(), manager: "kubectl-edit".to_owned() };
    let found = drift(&id, &live, &desired, Some(&object("b3Vycw==", "sindri", "Apply")), &[conflict], true);
    let paths: Vec<_> = found.iter().map(|drift| drift.path.as_str()).collect();
    assert_eq!(paths, ["data.more", "data.token", "metadata.labels.team"]);
    let text = format!("{found:?}");
    assert!(!text.contains("b3Vycw") && !text.contains("dGhlaXJz"), "{text}");
    assert!(text.contains("blue"), "{text}");
}
