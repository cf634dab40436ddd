//! What was attempted, on what, why it failed, and what to type next.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use snapbox::{assert_data_eq, str};

use crate::run::{Folder, INVALID, Outcome, VALID};

#[test]
fn a_problem_in_the_file_is_shown_where_it_is() -> Outcome {
    let folder = Folder::with(INVALID)?;
    let ended = folder.sindri(["validate"]).end()?;
    assert_data_eq!(
        ended.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[unknown-key]: `imgae` is not a key of `deployment`
 --> sindri.yaml:5:3
  |
5 |   imgae: ghcr.io/org/dev:1.4.0
  |   ^^^^^
  |
  = hint: did you mean `image`?

error: sindri.yaml has 1 problem

"#]]
    );
    assert_eq!(folder.sindri(["render"]).end()?, ended);
    Ok(())
}

#[test]
fn a_file_that_does_not_exist_has_no_problems_to_count() -> Outcome {
    let folder = Folder::new()?;
    assert_data_eq!(
        folder.sindri(["validate", "--file", "team.yaml"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[not-found]: `team.yaml` does not exist
--> team.yaml
 = hint: write one with `sindri init`, or name another with `--file`

"#]]
    );
    assert_data_eq!(
        folder.sindri(["render"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[not-found]: there is no `sindri.yaml` in this folder or above it
--> sindri.yaml
 = hint: write one with `sindri init`, or name one with `--file`

"#]]
    );
    Ok(())
}

#[test]
fn hints_can_be_typed_as_they_are() -> Outcome {
    for name in ["team.yaml", "it's mine.yaml", "$(touch owned).yaml", "a\\b \"c\".yaml", "Größe.yaml", "*.yaml"] {
        let folder = Folder::new()?;
        folder.write(name, VALID)?;
        let ended = folder.sindri(["init", "--file", name]).end()?;
        assert_eq!(ended.code, Some(1), "{ended}");
        let hint = ended.said.split('`').nth(1).and_then(|line| line.strip_prefix("sindri ")).unwrap_or_default();
        let typed = folder.shell(&format!("exec \"$0\" {hint}")).end()?;
        assert_eq!((typed.code, typed.said), (Some(0), format!("{name} is valid: environment demo\n")), "{hint}");
        assert_eq!(folder.names()?, [name]);
    }
    Ok(())
}

#[test]
fn the_current_folder_may_be_gone() -> Outcome {
    let folder = Folder::new()?;
    let gone = |line: &str| folder.shell(&format!("mkdir gone && cd gone && rmdir ../gone && exec \"$0\" {line}"));
    let gone = |line: &str| gone(line).variable("PATH", "/usr/bin:/bin").end();
    assert_data_eq!(
        gone("validate")?.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: cannot find the current folder
  because: No such file or directory (os error 2)

"#]]
    );
    assert_data_eq!(
        gone("init")?.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: cannot write sindri.yaml
  because: No such file or directory (os error 2)

"#]]
    );
    let elsewhere = folder.write("elsewhere.yaml", VALID)?;
    assert_eq!(gone(&format!("validate -f {}", elsewhere.display()))?.code, Some(0));
    assert_eq!(gone("schema")?.code, Some(0));
    Ok(())
}

#[test]
#[cfg(target_os = "linux")] // elsewhere, paths must be text
fn paths_need_not_be_text() -> Outcome {
    let folder = Folder::new()?;
    let name = OsStr::from_bytes(b"caf\xe9.yaml");
    folder.write(name, VALID)?;
    let ended = folder.sindri([OsStr::new("validate"), OsStr::new("-f"), name]).end()?;
    assert_eq!((ended.code, ended.said.as_str()), (Some(0), "caf\u{fffd}.yaml is valid: environment demo\n"));
    let written = OsStr::from_bytes(b"neu\xe9.yaml");
    let ended = folder.sindri([OsStr::new("init"), OsStr::new("-f"), written]).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(fs::read_to_string(folder.path().join(written))?.contains("version:"));
    Ok(())
}

#[test]
fn arguments_that_are_not_text_are_refused() -> Outcome {
    let folder = Folder::with(VALID)?;
    let bytes = OsStr::from_bytes(b"\xff\xfe");
    for before in [&["render", "-n"][..], &["init", "--name"], &["man"], &["completion"], &["validate"], &[]] {
        let arguments = before.iter().map(OsStr::new).chain([bytes]);
        let ended = folder.sindri(arguments).end()?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""), "{before:?}");
        assert!(ended.said.starts_with("error: "), "{ended}");
    }
    Ok(())
}

#[test]
fn names_from_outside_do_not_steer_the_terminal() -> Outcome {
    let folder = Folder::new()?;
    let name = "\u{1b}]0;title\u{7}\u{1b}[2J.yaml";
    folder.write(name, INVALID)?;
    for arguments in [["validate", "-f", name], ["init", "-f", name], ["render", "-f", name], ["man", name, "-q"]] {
        let ended = folder.sindri(arguments).end()?;
        assert!(ended.code.is_some_and(|code| code > 0), "{ended}");
        assert!(!ended.said.contains(['\u{1b}', '\u{7}']), "{:?}", ended.said);
    }
    let value = "version: \"1.0\"\nname: \"\\e[2Jdemo\"\ndeployment:\n  provider: \"\\ekubernetes\"\n  \"\\a\": 1\n";
    let ended = folder.sindri(["validate", "-f", "-"]).input(value).end()?;
    assert_eq!(ended.code, Some(2));
    assert!(!ended.said.contains(['\u{1b}', '\u{7}']), "{:?}", ended.said);
    Ok(())
}
