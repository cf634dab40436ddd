//! What goes and what stays: inventories in, text out. `tests/removals/cases.yaml` holds what there is, `expected.txt` what is
//! said about each; `SINDRI_OVERWRITE=1 cargo test --test removals` writes it anew.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use proptest::prelude::*;
use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};
use sindri::plan::{
    Cluster, ClusterType, Contents, Denial, Inventory, Item, Live, Removal, Thing, is_made_for, removal,
};
use sindri::report::problems::Style;
use sindri::report::removal::for_person;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const FOLDER: &str = "tests/removals";
/// The server's time in all cases: 2026-01-03 00:00.
const NOW: i64 = 1_767_398_400;

fn kind(name: &str) -> Outcome<Kind> {
    Ok(Kind::ALL.into_iter().find(|kind| kind.to_string() == name).ok_or("an unknown kind")?)
}

fn id(short: &str) -> Outcome<ObjectId> {
    let (written, name) = short.split_once('/').ok_or("an object without a name")?;
    Ok(ObjectId::new(kind(written)?, "team", name))
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// An object as a case writes it in short: `{object: deployment/dev, of: dev, more: {spec: …}}`.
fn object(written: &Value) -> Value {
    let short = written["object"].as_str().unwrap_or_default();
    let mut object = json!({"metadata": {
        "name": short.rsplit('/').next(),
        "uid": short,
        "resourceVersion": "1",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {},
    }});
    let labels = &mut object["metadata"]["labels"];
    if let Some(environment) = written["of"].as_str() {
        labels["instance"] = json!(environment);
    }
    if written["foreign"] != true {
        labels["app.kubernetes.io/managed-by"] = json!("sindri");
    }
    for key in ["spec", "status"] {
        object[key] = written[key].clone();
    }
    for (key, value) in written["metadata"].as_object().into_iter().flatten() {
        object["metadata"][key] = value.clone();
    }
    for (key, value) in written["labels"].as_object().into_iter().flatten() {
        object["metadata"]["labels"][key] = value.clone();
    }
    object
}

fn live(written: &Value) -> Live {
    match written {
        Value::Null => Live::Absent,
        Value::String(denied) => Live::Denied(denied.clone()),
        written => Live::Present(object(written)),
    }
}

fn inventory(case: &Value) -> Outcome<Inventory> {
    let mut made = Vec::new();
    for written in case["made"].as_array().into_iter().flatten() {
        made.push(Item { id: id(written["object"].as_str().ok_or("no object")?)?, object: object(written) });
    }
    let mut unseen = Vec::new();
    for name in strings(&case["unseen"]) {
        unseen.push((kind(&name)?, "it is forbidden".to_owned()));
    }
    let cluster = Cluster {
        context: Some("test".to_owned()),
        server: "https://cluster.example:6443".to_owned(),
        cluster_type: ClusterType::Remote,
        version: String::new(),
        uid: None,
        namespace: "team".to_owned(),
    };
    Ok(Inventory {
        cluster,
        environment: "dev".to_owned(),
        made,
        namespace: live(&case["namespace"]),
        secret: live(&case["secret"]),
        pods: Some(case["pods"].as_array().into_iter().flatten().map(object).collect()),
        unseen,
    })
}

fn contents(case: &Value) -> Contents {
    match &case["contents"] {
        Value::Null => Contents::Unasked,
        Value::String(why) => Contents::Unknown(why.clone()),
        things => {
            let text = |thing: &Value, key: &str| thing[key].as_str().unwrap_or_default().to_owned();
            let thing = |thing: &Value| Thing {
                group: text(thing, "group"),
                kind: text(thing, "kind"),
                name: text(thing, "name"),
                uid: text(thing, "uid"),
                owners: strings(&thing["owners"]),
            };
            Contents::Seen(things.as_array().into_iter().flatten().map(thing).collect())
        }
    }
}

fn computed(case: &Value) -> Outcome<Removal> {
    let mut denied = Vec::new();
    for name in strings(&case["denied"]) {
        denied.push(Denial { verb: "delete", id: id(&name)?, subresource: "" });
    }
    Ok(removal(inventory(case)?, &contents(case), &denied, case["volumes"] == true))
}

fn cases() -> Outcome<Vec<Value>> {
    let text = fs::read_to_string(Path::new(FOLDER).join("cases.yaml"))?;
    let cases: Vec<Value> = serde_yaml_ng::from_str(&text)?;
    assert!(cases.len() >= 10, "cases are missing");
    Ok(cases)
}

#[test]
fn every_removal_reads_as_its_golden_text() -> Outcome {
    let mut text = String::new();
    for case in cases()? {
        let removal = computed(&case)?;
        let told = for_person(&removal, Some(NOW), Style { colour: false, width: 100 });
        let blocked = if removal.is_blocked() { " (blocked)" } else { "" };
        text.push_str(&format!("=== {}{blocked}\n{told}\n", case["case"].as_str().unwrap_or_default()));
    }
    let file = Path::new(FOLDER).join("expected.txt");
    if env::var_os("SINDRI_OVERWRITE").is_some() {
        fs::write(&file, &text)?;
    }
    is_the_same(&fs::read_to_string(&file)?, &text);
    Ok(())
}

#[track_caller]
fn is_the_same(expected: &str, text: &str) {
    for (expected, found) in expected.lines().zip(text.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(text.lines().count(), expected.lines().count());
}

#[test]
fn what_uses_something_goes_before_it() -> Outcome {
    for case in cases()? {
        let removal = computed(&case)?;
        let shown: Vec<ObjectId> = removal.goes.iter().map(|going| going.id.clone()).collect();
        let steps = removal.into_steps();
        let done: Vec<ObjectId> = steps.iter().flatten().map(|going| going.id.clone()).collect();
        assert_eq!(shown, done, "what is done is what was shown, in that order");
        let step = |kind: Kind| steps.iter().position(|step| step.iter().any(|going| going.id.kind == kind));
        for (first, then) in [
            (Kind::Deployment, Kind::Service),
            (Kind::Deployment, Kind::PersistentVolumeClaim),
            (Kind::RoleBinding, Kind::Role),
            (Kind::PersistentVolumeClaim, Kind::Namespace),
            (Kind::Secret, Kind::Namespace),
        ] {
            if let (Some(first), Some(then)) = (step(first), step(then)) {
                assert!(first < then, "{case:#}");
            }
        }
    }
    Ok(())
}

/// Any object with any labels: names and labels that are near each other.
fn any_made() -> impl Strategy<Value = Vec<(usize, &'static str, bool, bool)>> {
    let name = prop::sample::select(vec!["dev", "dev-home-pvc", "dev-user", "other", "dev2"]);
    prop::collection::vec((0..9_usize, name, any::<bool>(), any::<bool>()), 0..12)
}

proptest! {
    #[test]
    fn whatever_there_is_only_what_bears_both_labels_goes_and_a_volume_only_if_it_was_asked_for(
        made in any_made(),
        volumes in any::<bool>(),
    ) {
        let kinds = [
            Kind::ResourceQuota, Kind::Role, Kind::RoleBinding, Kind::NetworkPolicy, Kind::PersistentVolumeClaim,
            Kind::Deployment, Kind::Service, Kind::Lease, Kind::ReplicaSet,
        ];
        let written: Vec<Value> = made
            .iter()
            .map(|(kind, name, is_own, is_sindris)| json!({
                "object": format!("{}/{name}", kinds[*kind]),
                "of": if *is_own { "dev" } else { "other" },
                "foreign": !is_sindris,
            }))
            .collect();
        let case = json!({"made": written, "volumes": volumes, "namespace": {"object": "namespace/team", "foreign": true}});
        let removal = computed(&case).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for going in &removal.goes {
            let mut found = written.iter().map(object).filter(|object| object["metadata"]["uid"] == going.uid.as_str());
            prop_assert!(found.any(|found| is_made_for(&found, "dev")));
            prop_assert!(volumes || going.id.kind != Kind::PersistentVolumeClaim);
            prop_assert!(going.id.kind != Kind::Namespace, "somebody else made it");
        }
    }
}
