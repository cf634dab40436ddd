//! Variables that stand in for flags: the flag beats the variable, the variable beats the file.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::run::{Folder, INVALID, Outcome, VALID};

#[test]
fn the_file_is_named_by_flag_then_variable_then_search() -> Outcome {
    let folder = Folder::with(VALID)?;
    folder.write("other.yaml", VALID.replace("demo", "other"))?;
    folder.write("third.yaml", VALID.replace("demo", "third"))?;
    let said = |run: crate::run::Run| run.end().map(|ended| ended.said);
    assert_eq!(said(folder.sindri(["validate"]))?, "sindri.yaml is valid: environment demo\n");
    let validate = folder.sindri(["validate"]).variable("SINDRI_FILE", "other.yaml");
    assert_eq!(said(validate)?, "other.yaml is valid: environment other\n");
    let validate = folder.sindri(["validate", "-f", "third.yaml"]).variable("SINDRI_FILE", "other.yaml");
    assert_eq!(said(validate)?, "third.yaml is valid: environment third\n");
    let validate = folder.sindri(["validate"]).variable("SINDRI_FILE", "-").input(VALID.replace("demo", "piped"));
    assert_eq!(said(validate)?, "<stdin> is valid: environment piped\n");
    Ok(())
}

#[test]
fn init_writes_the_file_that_the_other_commands_will_read() -> Outcome {
    let folder = Folder::new()?;
    let ended = folder.sindri(["init", "--name", "demo"]).variable("SINDRI_FILE", "team.yaml").end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert_eq!(folder.names()?, ["team.yaml"]);
    assert_eq!(folder.sindri(["validate"]).variable("SINDRI_FILE", "team.yaml").end()?.code, Some(0));
    Ok(())
}

#[test]
fn the_namespace_is_named_by_flag_then_variable_then_file() -> Outcome {
    let folder = Folder::with(VALID)?;
    let namespace = |arguments: &[&str], variable: Option<&str>| -> Result<Value, Box<dyn std::error::Error>> {
        let mut run = folder.sindri([&["render", "-o", "json"], arguments].concat());
        if let Some(value) = variable {
            run = run.variable("SINDRI_NAMESPACE", value);
        }
        let list: Value = serde_json::from_str(&run.end()?.quietly())?;
        Ok(list["items"][0]["metadata"]["name"].clone())
    };
    assert_eq!(namespace(&[], None)?, "team-a");
    assert_eq!(namespace(&[], Some("team-b"))?, "team-b");
    assert_eq!(namespace(&["-n", "team-c"], Some("team-b"))?, "team-c");
    assert_eq!(namespace(&["--namespace=team-c"], None)?, "team-c");
    Ok(())
}

#[test]
fn a_form_of_output_that_one_command_knows_does_not_break_another() -> Outcome {
    let folder = Folder::with(VALID)?;
    let run = |command: &str, value: &str| folder.sindri([command]).variable("SINDRI_OUTPUT", value).end();
    // JSON is known to both.
    let verdict: Value = serde_json::from_str(&run("validate", "json")?.quietly())?;
    assert_eq!(verdict["valid"], true);
    let list: Value = serde_json::from_str(&run("render", "json")?.quietly())?;
    assert_eq!(list["kind"], "List");
    // YAML is what `render` writes, text is what `validate` says: the other one does what it does without the variable.
    assert_eq!(run("validate", "yaml")?, folder.sindri(["validate"]).end()?);
    assert_eq!(run("render", "text")?, folder.sindri(["render"]).end()?);
    assert_eq!(run("render", "yaml")?, folder.sindri(["render"]).end()?);
    // A flag is meant for its own command.
    assert_eq!(folder.sindri(["validate", "-o", "yaml"]).end()?.code, Some(2));
    let flag = folder.sindri(["render", "-o", "yaml"]).variable("SINDRI_OUTPUT", "json").end()?;
    assert_eq!(flag, folder.sindri(["render"]).end()?);
    Ok(())
}

#[test]
fn a_form_of_output_that_others_know_does_not_break_a_command_below_another() -> Outcome {
    let folder = Folder::new()?;
    for (arguments, said) in [
        (&["k8s", "install", "kind", "--base-url", "file:///nowhere"][..], "cannot read /nowhere/"),
        (&["image", "resolve", "127.0.0.1:1/a:1"], "nobody listens there"),
    ] {
        for form in ["wide", "name", ""] {
            let run = folder.sindri(arguments).variable("SINDRI_OUTPUT", form).variable("HOME", folder.path());
            let ended = run.end()?;
            assert!(ended.code == Some(1) && ended.said.contains(said), "{form}: {ended}");
        }
        let ended = folder.sindri(arguments).variable("SINDRI_OUTPUT", "neither").end()?;
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.said.contains("hint: the variable SINDRI_OUTPUT says so"), "{ended}");
    }
    Ok(())
}

#[test]
fn a_value_that_no_command_knows_is_an_error_that_names_the_variable() -> Outcome {
    let folder = Folder::with(VALID)?;
    assert_data_eq!(
        folder.sindri(["validate"]).variable("SINDRI_OUTPUT", "jsno").end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value 'jsno' for '--output <FORMAT>'
  [possible values: text, json]

  tip: a similar value exists: 'json'

For more information, try '--help'.
hint: the variable SINDRI_OUTPUT says so: change it, or give `--output`

"#]]
    );
    assert_data_eq!(
        folder.sindri(["schema"]).variable("SINDRI_COLOR", "blue").end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value 'blue' for '--color <WHEN>'
  [possible values: auto, always, never]

For more information, try '--help'.
hint: the variable SINDRI_COLOR says so: change it, or give `--color`

"#]]
    );
    let render = folder.sindri(["render"]).variable("SINDRI_NAMESPACE", "Team_A").end()?;
    assert_data_eq!(
        render.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value 'Team_A' for '--namespace <NAMESPACE>': `Team_A` is not a namespace: only lower-case letters, digits and `-`, starting and ending with a letter or digit; did you mean `team-a`?

For more information, try '--help'.
hint: the variable SINDRI_NAMESPACE says so: change it, or give `--namespace`

"#]]
    );
    Ok(())
}

#[test]
fn a_value_that_was_typed_is_not_blamed_on_a_variable() -> Outcome {
    let folder = Folder::with(VALID)?;
    for flag in ["--namespace=Team_A", "-nTeam_A"] {
        let ended = folder.sindri(["render", flag]).variable("SINDRI_NAMESPACE", "Team_A").end()?;
        assert!(ended.code == Some(2) && !ended.said.contains("SINDRI_NAMESPACE"), "{ended}");
    }
    Ok(())
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() -> Outcome {
    let folder = Folder::with(VALID)?;
    for command in ["validate", "render"] {
        let expected = folder.sindri([command]).end()?;
        assert_eq!(expected.code, Some(0));
        for variable in ["SINDRI_FILE", "SINDRI_NAMESPACE", "SINDRI_OUTPUT", "SINDRI_COLOR", "SINDRI_NO_INPUT"] {
            assert_eq!(folder.sindri([command]).variable(variable, "").end()?, expected, "{variable}= {command}");
        }
    }
    Ok(())
}

#[test]
fn a_variable_that_is_not_text_is_no_reason_to_panic() -> Outcome {
    let folder = Folder::with(INVALID)?;
    let bytes = OsStr::from_bytes(b"\xff\xfe");
    for variable in ["SINDRI_NAMESPACE", "SINDRI_OUTPUT", "SINDRI_COLOR", "SINDRI_NO_INPUT", "COLUMNS", "NO_COLOR"] {
        let ended = folder.sindri(["render"]).variable(variable, bytes).end()?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""), "{variable}: {ended}");
    }
    let ended = folder.sindri(["render"]).variable("SINDRI_FILE", bytes).end()?;
    assert!(ended.code == Some(2) && ended.said.contains("does not exist"), "{ended}");
    Ok(())
}
