//! Every example renders to exactly what is kept beside it: objects as YAML, and what is said to a person.
//!
//! `SINDRI_OVERWRITE=1 cargo test --test golden` writes the files anew; read the difference before committing it.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn render(example: &Path, arguments: &[&str]) -> Outcome<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sindri"));
    command.env_clear().env("COLUMNS", "120").current_dir(root().join("examples"));
    Ok(command.arg("render").arg("--file").arg(example).args(arguments).output()?)
}

fn stems(folder: &str, extension: &str) -> Outcome<BTreeSet<String>> {
    let mut stems = BTreeSet::new();
    for entry in fs::read_dir(root().join(folder))? {
        let path = entry?.path();
        if path.extension().is_some_and(|found| found == extension) {
            stems.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    Ok(stems)
}

/// What is kept: standard output, then standard error and the exit code as comments.
fn transcript(example: &str) -> Outcome<String> {
    let output = render(Path::new(&format!("{example}.yaml")), &[])?;
    let mut text = String::from_utf8(output.stdout)?;
    for line in String::from_utf8(output.stderr)?.lines() {
        text.push_str(&format!("# stderr: {line}\n"));
    }
    text.push_str(&format!("# exit code: {}\n", output.status.code().ok_or("ended by a signal")?));
    Ok(text)
}

#[test]
fn every_example_renders_to_its_golden_file() -> Outcome<()> {
    let examples = stems("examples", "yaml")?;
    assert!(examples.len() >= 12, "examples are missing: {examples:?}");
    let mut stale = Vec::new();
    for example in &examples {
        let (expected, actual) = (root().join(format!("tests/golden/{example}.yaml")), transcript(example)?);
        if env::var_os("SINDRI_OVERWRITE").is_some() {
            fs::write(&expected, &actual)?;
        }
        if fs::read_to_string(&expected).unwrap_or_default() != actual {
            stale.push(example);
        }
    }
    assert!(stale.is_empty(), "differ from tests/golden: {stale:?}; see the head of this file");
    assert_eq!(examples, stems("tests/golden", "yaml")?, "a golden file without an example, or the other way round");
    Ok(())
}

#[test]
fn yaml_and_json_hold_the_same_objects() -> Outcome<()> {
    for example in stems("examples", "yaml")? {
        let file = format!("{example}.yaml");
        let yaml = render(Path::new(&file), &["-o", "yaml"])?;
        let json = render(Path::new(&file), &["-o", "json"])?;
        assert_eq!(yaml.status.code(), json.status.code(), "{example}");
        if !json.status.success() {
            continue;
        }
        let list: serde_json::Value = serde_json::from_slice(&json.stdout)?;
        let items = list["items"].as_array().ok_or("no items")?;
        let documents: Vec<String> = items.iter().map(sindri::report::yaml::document).collect();
        assert_eq!(documents.join("---\n"), String::from_utf8(yaml.stdout)?, "{example}");
    }
    Ok(())
}
