//! The JSON Schema of `sindri.yaml`, generated from `file.rs`.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::file::File;

/// Where the published schema is found; editors read it from the header that `sindri init` writes.
pub const ADDRESS: &str = "https://sindri.dev/schemas/sindri.schema.json";

/// The schema as a value, made once.
#[must_use]
pub fn value() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(generate);
    &SCHEMA
}

/// The schema as text, as it is kept in `schemas/`.
#[must_use]
pub fn text() -> String {
    format!("{:#}\n", value())
}

fn generate() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let mut schema = settings.into_generator().into_root_schema_for::<File>().to_value();
    without_null(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        root.insert("$id".to_owned(), ADDRESS.into());
    }
    schema
}

/// A key without a value is an error, so no key of the schema accepts null.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            if let Some(Value::Array(types)) = keywords.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    keywords.insert("type".to_owned(), only);
                }
            }
            for (keyword, inner) in keywords.iter_mut() {
                if !matches!(keyword.as_str(), "examples" | "default" | "enum") {
                    without_null(inner);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_null),
        _ => {}
    }
}
