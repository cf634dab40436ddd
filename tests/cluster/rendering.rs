//! What is rendered is what the server keeps: nothing is read as something else on the way.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Namespace, Outcome, configuration, render};

/// What YAML parsers of one version or another read as something else, or lose.
const VALUES: &[&str] = &[
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "null",
    "~",
    "true",
    "False",
    "1",
    "1.0",
    "1e3",
    "0x1F",
    "0o17",
    "017",
    "1_000",
    ".inf",
    "-.5",
    "12:30:45",
    "2026-11-20",
    "=",
    "<<",
    "",
    " ",
    " leading",
    "trailing ",
    "a: b",
    "a #b",
    "#",
    "- a",
    "[a]",
    "{a}",
    "&a",
    "*a",
    "!a",
    "@",
    "`",
    "%",
    "\"",
    "'",
    "\\",
    "\\n",
    "\t",
    "a\nb",
    "a\nb\n",
    "\na",
    "a\n\n",
    " a\nb",
    "a \nb",
    "a\r\nb",
    "ä",
    "日本語",
    "🦀",
    "\u{1b}[1m",
    "\u{a0}",
    "\u{2028}",
    "$HOME",
    "$$(X)",
];

#[test]
fn values_reach_the_server_as_they_are_written() -> Outcome {
    let expected: BTreeMap<String, &str> =
        VALUES.iter().enumerate().map(|(index, value)| (format!("V{index:02}"), *value)).collect();
    let written = json!({
        "version": "1.0", "name": "faithful",
        "deployment": {"provider": "kubernetes", "image": "a", "env": expected},
    });
    for format in ["yaml", "json"] {
        let namespace = Namespace::new("restricted")?;
        let objects = render(
            &sindri::report::yaml::document(&written),
            &["-o", format, "-n", &namespace.name, "--without-namespace"],
        )?;
        let answered = namespace.kubectl(
            &["apply", "--server-side", "--dry-run=server", "--validate=strict", "-o", "json", "-f", "-"],
            &objects,
        )?;
        let list: Value = serde_json::from_str(&answered)?;
        let items = list["items"].as_array().ok_or("no items")?;
        let deployment = items.iter().find(|item| item["kind"] == "Deployment").ok_or("no Deployment")?;
        let kept = deployment["spec"]["template"]["spec"]["containers"][0]["env"].as_array().ok_or("no variables")?;
        let kept: BTreeMap<String, &str> = kept
            .iter()
            .filter_map(|variable| {
                Some((variable["name"].as_str()?.to_owned(), variable["value"].as_str().unwrap_or_default()))
            })
            .filter(|(name, _)| name.starts_with('V'))
            .collect();
        assert_eq!(kept, expected, "{format}");
    }
    Ok(())
}

#[test]
fn every_field_comes_back_unchanged() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let written = configuration(
        "canonical",
        "volumes: {workspace: {size: 1.5GB}}\nports: [8080]\nenv: {A: 1}",
        "secrets: [none]\nnodeSelector: {a: b}\nnetworkPolicy: restricted\nrbac: {users: [alice]}\ntolerations: [{key: a, value: b, effect: NoExecute, tolerationSeconds: 7}, {operator: Exists}]",
    );
    let objects = render(&written, &["-o", "json", "-n", &namespace.name, "--without-namespace"])?;
    let sent: Value = serde_json::from_str(&objects)?;
    let answered =
        namespace.kubectl(&["apply", "--server-side", "--dry-run=server", "-o", "json", "-f", "-"], &objects)?;
    let kept: Value = serde_json::from_str(&answered)?;
    for (sent, kept) in
        sent["items"].as_array().into_iter().flatten().zip(kept["items"].as_array().into_iter().flatten())
    {
        assert_eq!(sent["kind"], kept["kind"]);
        assert_within(sent, kept, &sent["kind"].to_string());
    }
    Ok(())
}

/// Everything that was sent is in what is kept, in the same form: no quantity rewritten, nothing reordered.
fn assert_within(sent: &Value, kept: &Value, path: &str) {
    match (sent, kept) {
        (Value::Object(sent), Value::Object(kept)) => {
            for (key, value) in sent {
                assert_within(value, kept.get(key).unwrap_or(&Value::Null), &format!("{path}.{key}"));
            }
        }
        (Value::Array(sent), Value::Array(kept)) => {
            assert_eq!(sent.len(), kept.len(), "{path}");
            for (index, (sent, kept)) in sent.iter().zip(kept).enumerate() {
                assert_within(sent, kept, &format!("{path}[{index}]"));
            }
        }
        _ => assert_eq!(sent, kept, "{path}"),
    }
}
