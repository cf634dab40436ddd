//! `sindri schema`

use std::fs;

use serde_json::Value;

use crate::run::{Folder, INVALID, Outcome, VALID};

#[test]
fn the_schema_is_the_published_one() -> Outcome {
    let data = Folder::new()?.sindri(["schema"]).end()?.quietly();
    let published = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/sindri.schema.json"))?;
    assert!(data == published, "schemas/sindri.schema.json is stale; run `make generate`");
    Ok(())
}

#[test]
fn the_schema_is_a_schema_that_tells_right_from_wrong() -> Outcome {
    let folder = Folder::with(VALID)?;
    let schema: Value = serde_json::from_str(&folder.sindri(["schema"]).end()?.quietly())?;
    jsonschema::meta::validate(&schema).map_err(|error| error.to_string())?;
    let validator = jsonschema::validator_for(&schema)?;
    let file = |image: &str| {
        let deployment = serde_json::json!({"provider": "kubernetes", image: "ghcr.io/org/dev:1.4.0"});
        serde_json::json!({"version": "1.0", "name": "demo", "deployment": deployment})
    };
    assert!(validator.is_valid(&file("image")));
    assert!(!validator.is_valid(&file("imgae")));
    Ok(())
}

#[test]
fn the_schema_does_not_look_at_the_folder() -> Outcome {
    let empty = Folder::new()?.sindri(["schema"]).end()?.quietly();
    assert_eq!(Folder::with(INVALID)?.sindri(["schema"]).end()?.quietly(), empty);
    Ok(())
}
