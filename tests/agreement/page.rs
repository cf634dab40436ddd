//! `docs/schema.md` lists the rules that the schema cannot say, and each of them is real.

use serde_json::{Map, Value, json};
use sindri::config::{self, schema};

use crate::rules;
use crate::verdict;

const PAGE: &str = include_str!("../../docs/schema.md");

#[test]
fn the_page_and_the_tests_list_the_same_rules() {
    let listed: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("| `")).collect();
    let known: Vec<String> =
        rules::ALL.iter().map(|rule| format!("| `{}` | {} |", rule.code.as_str(), rule.name)).collect();
    assert_eq!(listed, known, "write this into docs/schema.md:\n{}", known.join("\n"));
}

#[test]
fn every_rule_alone_refuses_a_file_that_the_schema_accepts() {
    for rule in rules::ALL {
        let file = witness(rule.witness);
        let verdict = verdict::agree(&file).unwrap();
        let broken: Vec<&str> = verdict.broken.iter().map(|rule| rule.name).collect();
        assert_eq!(broken, [rule.name], "{file}");
        assert!(verdict.schema_accepts, "the schema says this already: {}", rule.name);
        let codes: Vec<_> = verdict.loader.unwrap_err().iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [rule.code], "{file}");
    }
}

#[test]
fn numbers_are_read_as_they_are_written() {
    for (key, value, code) in [
        ("quota", "cpu: +1", "invalid-quantity"),
        ("quota", "cpu: 0x10", "invalid-quantity"),
        ("quota", "cpu: .inf", "invalid-quantity"),
        ("nodeSelector", "a: +1", "invalid-label"),
        ("nodeSelector", "a: .5", "invalid-label"),
    ] {
        let file = format!(
            "version: \"1.0\"\nname: a\ndeployment: {{provider: kubernetes}}\nproviders: {{kubernetes: {{{key}: {{{value}}}}}}}\n"
        );
        let problems = config::load(file.as_bytes()).unwrap_err();
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, [code], "{file}");
    }
}

/// The smallest file with a few more keys, where the schema has them.
fn witness(keys: &str) -> Value {
    let long = keys.replace("REPOSITORY", &"a".repeat(256)).replace("PREFIX", &format!("{}a", "a.".repeat(127)));
    let keys: Map<String, Value> = serde_json::from_str(&long).unwrap_or_default();
    let mut deployment = Map::from_iter([("provider".to_owned(), json!("kubernetes"))]);
    let mut kubernetes = Map::new();
    for (key, value) in keys {
        let belongs = schema::value().pointer(&format!("/properties/deployment/properties/{key}")).is_some();
        if belongs { &mut deployment } else { &mut kubernetes }.insert(key, value);
    }
    json!({"version": "1.0", "name": "a", "deployment": deployment, "providers": {"kubernetes": kubernetes}})
}
