//! The documentation that is generated: every key of the configuration, every code of a problem.

use std::fmt::Write as _;

use serde_json::Value;

use crate::config::problem::Code;
use crate::config::schema;

/// Every key of `sindri.yaml`, from the schema.
#[must_use]
pub fn configuration() -> String {
    let mut text = String::from(
        "# Configuration reference\n\n\
         <!-- Generated from the schema by `make generate`. -->\n\n\
         Every key of `sindri.yaml`. Unknown keys are errors. Amounts of memory and storage are written like `4GB` or `512Mi`\n\
         (`MB`, `GB` and `TB` mean MiB, GiB and TiB; Kubernetes' own suffixes keep their meaning), processors like `2`, `0.5` or `500m`.\n",
    );
    section(&mut text, schema::value(), "");
    text
}

fn section(text: &mut String, schema: &Value, path: &str) {
    let required: Vec<_> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (key, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        entry(text, inner, &path, required.contains(&key.as_str()));
        section(text, inner, &path);
        if let Some(items) = inner.get("items").filter(|_| inner.get("properties").is_none()) {
            section(text, items, &format!("{path}[]"));
        }
    }
}

fn entry(text: &mut String, schema: &Value, path: &str, required: bool) {
    let word = |keyword: &str| schema.get(keyword).and_then(Value::as_str).unwrap_or_default();
    let mut facts = vec![kind(schema)];
    if required {
        facts.push("required".to_owned());
    }
    if let Some(default) = schema.get("default") {
        facts.push(format!("default `{default}`"));
    }
    if let (Some(minimum), Some(maximum)) = (schema.get("minimum"), schema.get("maximum")) {
        facts.push(format!("{minimum} to {maximum}"));
    }
    let example =
        schema.get("examples").and_then(|examples| examples.get(0)).map(ToString::to_string).unwrap_or_default();
    // Writing to a String cannot fail.
    write!(text, "\n## `{path}`\n\n{}\n\n{}. Example: `{example}`\n", word("description"), facts.join(", "))
        .unwrap_or_default();
}

fn kind(schema: &Value) -> String {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return format!("One of {}", words.join(", "));
    }
    let types: Vec<_> = match schema.get("type") {
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one.as_str()],
        _ => Vec::new(),
    };
    match types.as_slice() {
        ["object", "array"] => "Mapping, or list of mappings",
        ["object", ..] => "Mapping",
        ["array"] => "List",
        ["boolean"] => "`true` or `false`",
        ["integer"] => "Whole number",
        ["string", "number"] => "Amount",
        _ => "Text",
    }
    .to_owned()
}

/// Every code that `sindri validate` can answer with.
#[must_use]
pub fn problem_codes() -> String {
    let mut text = String::from(
        "# What `sindri validate` can find\n\n\
         <!-- Generated from the program by `make generate`. -->\n\n\
         `sindri validate -o json` answers with one object:\n\n\
         ```json\n\
         {\"format_version\": \"1\", \"valid\": false, \"file\": \"sindri.yaml\", \"problems\": [\n  \
         {\"line\": 6, \"column\": 13, \"path\": \"deployment.resources.memory\", \"code\": \"invalid-quantity\", \"message\": \"…\", \"hint\": \"…\"}\n]}\n\
         ```\n\n\
         Lines and columns count from 1, columns in characters; both are null when the problem is the file itself. `hint` may be null.\n\
         The codes are stable: a code never changes its meaning, and new ones may come.\n\n\
         | code | meaning |\n|---|---|\n",
    );
    for code in Code::ALL {
        // Writing to a String cannot fail.
        writeln!(text, "| `{}` | {} |", code.as_str(), code.meaning().trim().replace('|', "\\|")).unwrap_or_default();
    }
    text
}
