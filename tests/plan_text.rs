//! YAML in, text out: each `tests/plan_text/NAME.yaml` is a plan, and `NAME.txt` beside it is what a person reads.
//!
//! `SINDRI_OVERWRITE=1 cargo test --test plan_text` writes the texts anew; read the difference before committing it.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs};

use plan_text::case::{BEARS_ON_SECRETS, plan_of, width_of};
use serde_json::{Value, json};
use sindri::names::Kind;
use sindri::plan::diff::diff;
use sindri::report::problems::Style;
use sindri::report::{plan, plan_data};

mod plan_text {
    pub(crate) mod case;
    mod property;
}

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const WIDTHS: [usize; 3] = [60, 80, 200];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/plan_text")
}

fn names(extension: &str) -> Outcome<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(extension).map(str::to_owned));
    }
    Ok(names)
}

fn case(name: &str) -> Outcome<Value> {
    let text = fs::read_to_string(folder().join(format!("{name}.yaml")))?;
    serde_yaml_ng::from_str(&text).map_err(|error| format!("{name}: {error}").into())
}

#[test]
fn every_plan_reads_as_its_golden_text() -> Outcome {
    let cases = names(".yaml")?;
    assert!(cases.len() >= 20, "cases are missing: {cases:?}");
    let mut stale = Vec::new();
    for name in &cases {
        let case = case(name)?;
        let text = plan::for_person(&plan_of(&case)?, Style { colour: false, width: width_of(&case) });
        let file = folder().join(format!("{name}.txt"));
        if env::var_os("SINDRI_OVERWRITE").is_some() {
            fs::write(&file, &text)?;
        }
        if fs::read_to_string(&file).unwrap_or_default() != text {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "differ from tests/plan_text: {stale:?}; see the head of this file");
    assert_eq!(cases, names(".txt")?, "a text without a plan, or the other way round");
    Ok(())
}

#[test]
fn no_line_is_wider_than_the_terminal() -> Outcome {
    for name in names(".yaml")? {
        let plan = plan_of(&case(&name)?)?;
        for width in WIDTHS {
            let text = plan::for_person(&plan, Style { colour: false, width });
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{name} at {width}: {line}");
                assert!(!line.contains(char::is_control), "{name} at {width}: {line:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn colours_change_nothing_but_the_colour() -> Outcome {
    for name in names(".yaml")? {
        let plan = plan_of(&case(&name)?)?;
        let without = plan::for_person(&plan, Style { colour: false, width: 80 });
        let coloured = plan::for_person(&plan, Style { colour: true, width: 80 });
        assert_ne!(without, coloured, "{name}");
        let mut bare = String::new();
        for (index, part) in coloured.split("\u{1b}[").enumerate() {
            let shown = if index == 0 { part } else { part.split_once('m').ok_or("an open sequence")?.1 };
            bare.push_str(shown);
        }
        assert_eq!(without, bare, "{name}");
    }
    Ok(())
}

#[test]
fn every_plan_keeps_to_the_schema() -> Outcome {
    let schema: Value = serde_json::from_str(&plan_data::schema())?;
    let validator = jsonschema::draft202012::new(&schema)?;
    for name in names(".yaml")? {
        let data = plan_data::for_program(&plan_of(&case(&name)?)?);
        let errors: Vec<_> = validator.iter_errors(&data).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    let mut wrong = plan_data::for_program(&plan_of(&case("update")?)?);
    wrong["changes"][0]["action"] = json!("other");
    assert!(!validator.is_valid(&wrong), "the schema accepts anything");
    Ok(())
}

#[test]
fn no_value_of_a_secret_is_written_anywhere() -> Outcome {
    for name in BEARS_ON_SECRETS {
        let plan = plan_of(&case(name)?)?;
        let text = plan::for_person(&plan, Style { colour: false, width: 200 });
        let data = plan_data::for_program(&plan).to_string();
        for secret in ["aHVudGVyMg==", "b2xk", "bmV3", "hunter2"] {
            assert!(!text.contains(secret) && !data.contains(secret), "{name}: {secret}\n{text}\n{data}");
        }
    }
    Ok(())
}

#[test]
fn a_megabyte_is_compared_quickly() {
    let object = |value: &dyn Fn(usize) -> String| {
        let entries = (0..10_000).map(|index| json!({"name": format!("N{index}"), "value": value(index)}));
        let environment: Vec<Value> = entries.collect();
        json!({"spec": {"template": {"spec": {"containers": [{"name": "sindri", "env": environment}]}}}})
    };
    let before = object(&|index| format!("{index:0>80}"));
    let mut after = object(&|index| format!("{:0>80}", index + index % 2));
    if let Some(items) = after["spec"]["template"]["spec"]["containers"][0]["env"].as_array_mut() {
        items.reverse();
    }
    assert!(before.to_string().len() > 1_000_000);
    let started = Instant::now();
    let fields = diff(Kind::Deployment, Some(&before), Some(&after));
    let took = started.elapsed();
    assert_eq!(fields.len(), 5_000);
    println!("{took:?}");
    // It takes less than 30 ms where the program is built for speed. What is quadratic takes minutes here.
    assert!(took < Duration::from_secs(5), "{took:?}");
}
