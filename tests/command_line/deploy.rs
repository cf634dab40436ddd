//! What `sindri plan` and `sindri deploy` refuse before they ask a cluster.

use std::error::Error;

use serde_json::Value;

use super::run::{Folder, Outcome, VALID};

#[test]
fn a_file_that_is_no_saved_plan_is_a_mistake_on_the_command_line() -> Outcome {
    for (text, why) in [
        ("", "it is not a saved plan"),
        ("{\"kind\": \"SindriPlan\", \"format_version\": \"1\"", "it is not a saved plan"),
        ("{\"kind\": \"SindriPlan\", \"format_version\": \"1\"}", "it is not a saved plan"),
        ("{\"kind\": \"List\", \"items\": []}", "it is not a saved plan"),
        (
            "{\"kind\": \"SindriPlan\", \"format_version\": \"2\"}",
            "it has format 2, and this version of sindri reads format 1",
        ),
    ] {
        let folder = Folder::with(VALID)?;
        folder.write("saved", text)?;
        let ended = folder.sindri(["deploy", "--plan", "saved"]).end()?;
        assert_eq!(ended.code, Some(2), "{text}: {ended}");
        for part in ["error: cannot read the plan saved\n", why, "hint: make one with `sindri plan --out saved`\n"] {
            assert!(ended.said.contains(part), "{part}: {ended}");
        }
    }
    let ended = Folder::with(VALID)?.sindri(["deploy", "--plan", "nowhere"]).end()?;
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.said.contains("cannot read the plan nowhere"), "{ended}");
    Ok(())
}

#[test]
fn whom_to_trust_is_read_before_anybody_is_asked() -> Outcome {
    let digest = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let verified = VALID.replace(
        &format!("image: ghcr.io/org/dev{digest}"),
        &format!(
            "image_config: {{registry: ghcr.io/org/dev, digest: \"{}\", verify_signature: true, trust: {{key: none.pub}}}}",
            digest.trim_start_matches('@')
        ),
    );
    let folder = Folder::with(&verified)?;
    for command in [["image", "verify"].as_slice(), &["render", "--pin"]] {
        let ended = folder.sindri(command).end()?;
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(
            ended.said.contains("the public key none.pub cannot be read") && ended.said.contains("hint: "),
            "{ended}"
        );
    }
    Ok(())
}

#[test]
fn a_saved_plan_leaves_nothing_to_be_decided_on_the_command_line() -> Outcome {
    let folder = Folder::with(VALID)?;
    for flag in ["--dry-run", "--force-conflicts"] {
        let ended = folder.sindri(["deploy", "--plan", "saved", flag]).end()?;
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.said.contains(flag), "{ended}");
    }
    Ok(())
}

#[test]
fn a_program_is_told_of_mistakes_in_the_same_form() -> Outcome {
    let schema: Value = serde_json::from_str(include_str!("../../schemas/outcome.schema.json"))?;
    let schema = jsonschema::draft202012::new(&schema)?;
    let told = |file: &str, arguments: &[&str]| -> Result<Value, Box<dyn Error>> {
        let folder = Folder::with(file)?;
        let ended =
            folder.sindri([&["deploy", "-o", "json"], arguments].concat()).variable("HOME", "/nowhere").end()?;
        let document: Value = serde_json::from_str(&ended.data)?;
        assert!(schema.is_valid(&document), "{document:#}");
        assert_eq!(document["exit_code"], serde_json::json!(ended.code));
        assert!(document["plan"].is_null() && document["applied"] == serde_json::json!([]), "{document:#}");
        Ok(document)
    };
    let wrong = told(&VALID.replace("name: ", "nmae: "), &[])?;
    assert_eq!(wrong["result"], "invalid");
    assert_eq!(wrong["error"]["problems"][0]["code"], "unknown-key");
    let nowhere = told(VALID, &[])?;
    assert_eq!((&nowhere["result"], &nowhere["exit_code"]), (&"failed".into(), &1.into()));
    let message = nowhere["error"]["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("no kubeconfig was found"), "{message}");
    assert!(nowhere["error"]["hint"].as_str().is_some_and(|hint| hint.contains("--kubeconfig")));
    let absent = told(VALID, &["--plan", "absent.json"])?;
    assert_eq!((&absent["result"], &absent["exit_code"]), (&"invalid".into(), &2.into()));
    Ok(())
}
