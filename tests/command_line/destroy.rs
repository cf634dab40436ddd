//! What `sindri destroy` says before it has found a cluster.

use serde_json::{Value, json};

use super::run::{Folder, INVALID, Outcome, VALID};

#[test]
fn a_program_is_told_of_mistakes_in_the_form_of_its_schema() -> Outcome {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/removal.schema.json"))?;
    let schema = jsonschema::draft202012::new(&schema)?;
    for (file, result, code) in [(VALID, "failed", 1), (INVALID, "invalid", 2)] {
        let folder = Folder::with(file)?;
        let ended = folder.sindri(["destroy", "--yes", "-o", "json"]).variable("HOME", "/nowhere").end()?;
        let document: Value = serde_json::from_str(&ended.data)?;
        assert!(schema.is_valid(&document), "{document:#}");
        assert_eq!((&document["result"], &document["exit_code"]), (&json!(result), &json!(code)), "{document:#}");
        assert_eq!((ended.code, &document["deleted"]), (Some(code), &json!([])), "{document:#}");
    }
    Ok(())
}

#[test]
fn a_file_that_is_not_valid_is_not_needed_to_destroy_what_it_made() -> Outcome {
    let folder = Folder::with(INVALID)?;
    let ended = folder.sindri(["destroy"]).variable("HOME", "/nowhere").end()?;
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.said.contains("`--name NAME --namespace NAMESPACE`"), "{ended}");
    // The next thing that is missing is a cluster.
    let named = folder.sindri(["destroy", "--name", "demo", "-n", "team"]).variable("HOME", "/nowhere").end()?;
    assert_eq!(named.code, Some(1), "{named}");
    assert!(named.said.contains("no kubeconfig was found"), "{named}");
    Ok(())
}
