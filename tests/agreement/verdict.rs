//! The two judges, and how they are compared.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::test_runner::TestCaseError;
use serde_json::Value;
use sindri::config::problem::Problem;
use sindri::config::spec::Spec;
use sindri::config::{self, schema};
use sindri::report::yaml;

use crate::rules::{self, Rule};

/// What the schema says, with the rules beside it, and what the loader says.
pub(crate) struct Verdict {
    pub(crate) schema_accepts: bool,
    pub(crate) broken: Vec<&'static Rule>,
    pub(crate) loader: Result<Spec, Vec<Problem>>,
}

fn validator() -> Result<&'static Validator, Box<dyn Error>> {
    static VALIDATOR: LazyLock<Result<Validator, String>> =
        LazyLock::new(|| jsonschema::draft202012::new(schema::value()).map_err(|error| error.to_string()));
    VALIDATOR.as_ref().map_err(|error| error.clone().into())
}

/// Both judges on one file.
pub(crate) fn on(file: &Value) -> Result<Verdict, Box<dyn Error>> {
    Ok(Verdict {
        schema_accepts: validator()?.is_valid(file),
        broken: rules::ALL.iter().filter(|rule| (rule.refuses)(file)).collect(),
        loader: config::load(json(file).as_bytes()),
    })
}

/// JSON is YAML, but for letters that YAML wants to be escaped.
pub(crate) fn json(file: &Value) -> String {
    let escaped = |letter: char| match letter {
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
            format!("\\u{:04x}", u32::from(letter))
        }
        _ => letter.to_string(),
    };
    file.to_string().chars().map(escaped).collect()
}

/// Fails where the judges part ways, or where the same file in another style is another file to the loader.
pub(crate) fn agree(file: &Value) -> Result<Verdict, TestCaseError> {
    let verdict = compare(file)?;
    same_in_block_style(file, &verdict)?;
    Ok(verdict)
}

/// Fails where the judges part ways.
pub(crate) fn compare(file: &Value) -> Result<Verdict, TestCaseError> {
    let verdict = on(file).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let names: Vec<&str> = verdict.broken.iter().map(|rule| rule.name).collect();
    match (&verdict.loader, verdict.schema_accepts) {
        (Ok(_), false) => {
            return Err(TestCaseError::fail(format!("the loader accepts what the schema refuses: {file}")));
        }
        (Ok(_), true) if !names.is_empty() => {
            return Err(TestCaseError::fail(format!("the loader accepts {names:?}: {file}")));
        }
        (Err(problems), true) => {
            let allowed: BTreeSet<_> = verdict.broken.iter().map(|rule| rule.code).collect();
            let unknown: Vec<_> = problems.iter().filter(|problem| !allowed.contains(&problem.code)).collect();
            if problems.is_empty() || !unknown.is_empty() {
                let message = format!("the loader refuses what the schema and the rules accept: {file}\n{unknown:#?}");
                return Err(TestCaseError::fail(message));
            }
        }
        (Err(problems), false) if problems.is_empty() => {
            return Err(TestCaseError::fail(format!("the loader refuses without saying why: {file}")));
        }
        _ => {}
    }
    Ok(verdict)
}

/// The same file written as a person writes YAML means the same, and has the same problems.
fn same_in_block_style(file: &Value, verdict: &Verdict) -> Result<(), TestCaseError> {
    let text = yaml::document(file);
    let found = |problems: &[Problem]| -> BTreeSet<_> {
        problems.iter().map(|problem| (problem.code, problem.path.to_string(), problem.message.clone())).collect()
    };
    match (&verdict.loader, config::load(text.as_bytes())) {
        (Ok(left), Ok(right)) if *left == right && left.fingerprint() == right.fingerprint() => Ok(()),
        (Err(left), Err(right)) if found(left) == found(&right) => Ok(()),
        (left, right) => Err(TestCaseError::fail(format!(
            "JSON and YAML are read differently:\n{file}\n{left:#?}\n{text}\n{right:#?}"
        ))),
    }
}
