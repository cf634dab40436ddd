//! `sindri validate`: where the file comes from, and the verdict for a person and for a program.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::run::{Folder, INVALID, Outcome, VALID};

const SAID: &str = "sindri.yaml is valid: environment demo\n";

#[test]
fn a_valid_file_is_said_to_be_valid() -> Outcome {
    let ended = Folder::with(VALID)?.sindri(["validate"]).end()?;
    assert_eq!((ended.code, ended.data.as_str(), ended.said.as_str()), (Some(0), "", SAID));
    Ok(())
}

#[test]
fn json_holds_the_verdict_on_a_valid_file() -> Outcome {
    let folder = Folder::with(VALID)?;
    for arguments in [["validate", "-o", "json"], ["validate", "--output", "json"]] {
        assert_data_eq!(
            folder.sindri(arguments).end()?.quietly(),
            str![[r#"
{
  "file": "sindri.yaml",
  "format_version": "1",
  "problems": [],
  "valid": true
}

"#]]
        );
    }
    Ok(())
}

#[test]
fn json_holds_the_verdict_on_an_invalid_file() -> Outcome {
    assert_data_eq!(
        Folder::with(INVALID)?.sindri(["validate", "-o", "json"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
{
  "file": "sindri.yaml",
  "format_version": "1",
  "problems": [
    {
      "code": "unknown-key",
      "column": 3,
      "hint": "did you mean `image`?",
      "line": 5,
      "message": "`imgae` is not a key of `deployment`",
      "path": "deployment.imgae"
    }
  ],
  "valid": false
}
--- standard error

"#]]
    );
    Ok(())
}

#[test]
fn json_holds_the_verdict_on_a_file_that_cannot_be_read() -> Outcome {
    let folder = Folder::new()?;
    for (arguments, code) in [
        (&["validate", "-o", "json"][..], "not-found"),
        (&["validate", "-o", "json", "-f", "team.yaml"], "not-found"),
        (&["validate", "-o", "json", "-f", "."], "is-a-directory"),
    ] {
        let ended = folder.sindri(arguments).end()?;
        assert_eq!((ended.code, ended.said.as_str()), (Some(2), ""));
        let verdict: Value = serde_json::from_str(&ended.data)?;
        assert_eq!(verdict["valid"], false);
        let problem = &verdict["problems"][0];
        assert_eq!((&problem["code"], &problem["line"], &problem["path"]), (&code.into(), &Value::Null, &"".into()));
    }
    Ok(())
}

#[test]
fn standard_input_is_read_when_asked_for() -> Outcome {
    let folder = Folder::with(INVALID)?;
    for arguments in [["validate", "-f", "-"], ["validate", "--file", "-"]] {
        let ended = folder.sindri(arguments).input(VALID).end()?;
        assert_eq!((ended.code, ended.said.as_str()), (Some(0), "<stdin> is valid: environment demo\n"));
    }
    let ended = folder.sindri(["validate", "-f", "-", "-o", "json"]).input(INVALID).end()?;
    assert_eq!(ended.code, Some(2));
    let verdict: Value = serde_json::from_str(&ended.data)?;
    assert_eq!(verdict["file"], "<stdin>");
    Ok(())
}

#[test]
fn standard_input_that_cannot_be_read_is_a_problem() -> Outcome {
    let ended = Folder::new()?.shell("exec \"$0\" validate -f - </").end()?;
    assert_data_eq!(
        ended.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[unreadable]: `<stdin>` cannot be read: Is a directory (os error 21)
--> <stdin>
 = hint: pipe a file into it, or name one with `--file`

"#]]
    );
    Ok(())
}

#[test]
fn the_nearest_file_above_is_used_and_named() -> Outcome {
    let folder = Folder::with(VALID)?;
    let deep = folder.path().join("a/b/c");
    fs::create_dir_all(&deep)?;
    let ended = folder.sindri(["validate"]).within(&deep).end()?;
    let said = "using ../../../sindri.yaml\n../../../sindri.yaml is valid: environment demo\n";
    assert_eq!((ended.code, ended.said.as_str()), (Some(0), said));
    folder.write("a/sindri.yaml", VALID.replace("demo", "nearer"))?;
    let ended = folder.sindri(["validate", "-q", "-o", "json"]).within(&deep).end()?;
    let verdict: Value = serde_json::from_str(&ended.quietly())?;
    assert_eq!(verdict["file"], "../../sindri.yaml");
    Ok(())
}

#[test]
fn a_problem_in_a_file_above_is_shown_at_a_path_that_can_be_opened() -> Outcome {
    let folder = Folder::with(INVALID)?;
    let deep = folder.path().join("a");
    fs::create_dir(&deep)?;
    let ended = folder.sindri(["validate"]).within(&deep).end()?;
    assert_eq!(ended.code, Some(2));
    assert!(ended.said.contains("--> ../sindri.yaml:5:3\n"), "{ended}");
    Ok(())
}

#[test]
fn the_other_spelling_of_the_name_is_pointed_out() -> Outcome {
    let folder = Folder::new()?;
    folder.write("sindri.yml", VALID)?;
    assert_data_eq!(
        folder.sindri(["validate"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[not-found]: there is no `sindri.yaml` in this folder or above it
--> sindri.yaml
 = hint: there is a `sindri.yml`: rename it, or use `--file sindri.yml`

"#]]
    );
    let deep = folder.path().join("a/b");
    fs::create_dir_all(&deep)?;
    let ended = folder.sindri(["validate"]).within(&deep).end()?;
    assert!(ended.said.contains("use `--file ../../sindri.yml`"), "{ended}");
    let ended = folder.sindri(["validate", "--file", "../../sindri.yml"]).within(&deep).end()?;
    assert_eq!(ended.code, Some(0));
    Ok(())
}

#[test]
fn a_folder_called_like_the_file_is_a_problem() -> Outcome {
    let folder = Folder::new()?;
    fs::create_dir(folder.path().join("sindri.yaml"))?;
    assert_data_eq!(
        folder.sindri(["validate"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[is-a-directory]: `sindri.yaml` is a directory
--> sindri.yaml
 = hint: name the file in it with `--file`

"#]]
    );
    Ok(())
}

#[test]
fn a_folder_in_place_of_the_file_leads_to_the_file_in_it() -> Outcome {
    let folder = Folder::new()?;
    folder.write("team/sindri.yaml", VALID)?;
    assert_data_eq!(
        folder.sindri(["validate", "-f", "team"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[is-a-directory]: `team` is a directory
--> team
 = hint: use `--file team/sindri.yaml`

"#]]
    );
    Ok(())
}

#[test]
fn a_file_is_named_by_any_path() -> Outcome {
    let folder = Folder::new()?;
    let absolute = folder.write("some where/file.yaml", VALID)?.to_string_lossy().into_owned();
    for path in ["some where/file.yaml", "./some where/../some where/file.yaml", &absolute] {
        let ended = folder.sindri(["validate", "-f", path]).end()?;
        let said = format!("{path} is valid: environment demo\n");
        assert_eq!((ended.code, ended.said), (Some(0), said));
    }
    Ok(())
}

#[test]
fn links_are_followed() -> Outcome {
    let folder = Folder::new()?;
    folder.write("real.yaml", VALID)?;
    symlink("real.yaml", folder.path().join("sindri.yaml"))?;
    assert_eq!(folder.sindri(["validate"]).end()?.said, SAID);
    Ok(())
}

#[test]
fn a_link_that_leads_nowhere_is_not_passed_over() -> Outcome {
    let folder = Folder::with(VALID)?;
    let deep = folder.path().join("a");
    fs::create_dir(&deep)?;
    symlink("gone.yaml", deep.join("sindri.yaml"))?;
    assert_data_eq!(
        folder.sindri(["validate"]).within(&deep).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[not-found]: `sindri.yaml` is a link to a file that does not exist
--> sindri.yaml
 = hint: look at it with `ls -l sindri.yaml`

"#]]
    );
    Ok(())
}

#[test]
fn links_in_a_circle_end() -> Outcome {
    let folder = Folder::new()?;
    symlink("sindri.yaml", folder.path().join("sindri.yaml"))?;
    let ended = folder.sindri(["validate"]).end()?;
    assert_eq!(ended.code, Some(2));
    assert!(ended.said.contains("error[unreadable]: `sindri.yaml` cannot be read: "), "{ended}");
    assert!(ended.said.contains("`ls -l sindri.yaml`"), "{ended}");
    Ok(())
}

#[test]
fn a_path_through_a_file_is_a_problem() -> Outcome {
    let folder = Folder::with(VALID)?;
    let ended = folder.sindri(["validate", "-f", "sindri.yaml/sindri.yaml"]).end()?;
    assert_eq!(ended.code, Some(2));
    assert!(ended.said.contains("cannot be read: Not a directory"), "{ended}");
    Ok(())
}

#[test]
fn a_named_pipe_is_read_to_its_end() -> Outcome {
    let folder = Folder::new()?;
    folder.write("text", VALID)?;
    let script = "mkfifo pipe && { cat text >pipe & } && exec \"$0\" validate -f pipe";
    let ended = folder.shell(script).variable("PATH", "/usr/bin:/bin").end()?;
    assert_eq!((ended.code, ended.said.as_str()), (Some(0), "pipe is valid: environment demo\n"));
    Ok(())
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() -> Outcome {
    let windows = VALID.replace('\n', "\r\n");
    let expected = Folder::with(VALID)?.sindri(["render"]).end()?.quietly();
    for text in [windows.clone(), format!("\u{feff}{VALID}"), format!("\u{feff}{windows}")] {
        let folder = Folder::with(&text)?;
        assert_eq!(folder.sindri(["validate"]).end()?.said, SAID);
        assert_eq!(folder.sindri(["render"]).end()?.quietly(), expected);
    }
    Ok(())
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_not_move_the_place_of_a_problem() -> Outcome {
    let plain = Folder::with(INVALID)?.sindri(["validate", "-o", "json"]).end()?;
    assert_eq!(plain.code, Some(2));
    let windows = INVALID.replace('\n', "\r\n");
    for text in [windows.clone(), format!("\u{feff}{INVALID}"), format!("\u{feff}{windows}")] {
        assert_eq!(Folder::with(&text)?.sindri(["validate", "-o", "json"]).end()?, plain);
    }
    Ok(())
}

#[test]
fn validating_changes_nothing() -> Outcome {
    let folder = Folder::with(INVALID)?;
    folder.sindri(["validate"]).end()?;
    assert_eq!(folder.names()?, ["sindri.yaml"]);
    assert_eq!(folder.read("sindri.yaml")?, INVALID);
    Ok(())
}
