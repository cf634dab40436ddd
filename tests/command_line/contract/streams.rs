//! Standard streams that are closed, full, or left by whoever was at the other end.

use std::io;
use std::process::{Command, Stdio};

use snapbox::{assert_data_eq, str};

use crate::run::{Folder, INVALID, Outcome, PROGRAM, VALID};

/// Command lines that write data, with the exit code that each has in a folder with an invalid file.
const WRITERS: [(&str, i32); 7] = [
    ("--help", 0),
    ("--version", 0),
    ("schema", 0),
    ("man", 0),
    ("completion zsh", 0),
    ("init --file -", 0),
    ("validate -o json", 2),
];

#[test]
fn data_goes_to_standard_output_and_remarks_to_standard_error() -> Outcome {
    let folder = Folder::with(
        &VALID.replace("@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ":1.4.0"),
    )?;
    let ended = folder.sindri(["render"]).end()?;
    assert_eq!(ended.code, Some(0));
    assert!(ended.data.starts_with("apiVersion: v1\n") && !ended.data.contains("note:"), "{ended}");
    assert!(ended.said.starts_with("note: ") && !ended.said.contains("apiVersion"), "{ended}");
    let ended = folder.sindri(["validate"]).end()?;
    assert_eq!((ended.data.as_str(), ended.said.as_str()), ("", "sindri.yaml is valid: environment demo\n"));
    Ok(())
}

#[test]
fn a_closed_standard_output_is_silence() -> Outcome {
    let folder = Folder::with(INVALID)?;
    for (line, code) in WRITERS {
        let ended = folder.shell(&format!("exec \"$0\" {line} >&-")).end()?;
        assert_eq!((ended.code, ended.said.as_str()), (Some(code), ""), "{line}");
    }
    Ok(())
}

#[test]
fn a_reader_that_has_gone_away_has_read_enough() -> Outcome {
    let folder = Folder::with(INVALID)?;
    for (line, code) in WRITERS {
        let (reader, writer) = io::pipe()?;
        drop(reader);
        let mut command = Command::new(PROGRAM);
        command.args(line.split(' ')).current_dir(folder.path()).env_clear().stdin(Stdio::null()).stdout(writer);
        let output = command.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), said.as_ref()), (Some(code), ""), "{line}");
    }
    Ok(())
}

#[test]
fn a_listener_that_has_gone_away_changes_nothing() -> Outcome {
    let folder = Folder::with(INVALID)?;
    for (arguments, code) in [(["validate", "-v"], 2), (["dance", "-v"], 2), (["init", "-v"], 1)] {
        let (reader, writer) = io::pipe()?;
        drop(reader);
        let mut command = Command::new(PROGRAM);
        command.args(arguments).current_dir(folder.path()).env_clear().stdin(Stdio::null()).stderr(writer);
        assert_eq!(command.output()?.status.code(), Some(code), "{arguments:?}");
    }
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_standard_output_is_a_failure_that_is_told() -> Outcome {
    let folder = Folder::with(INVALID)?;
    for (line, _) in WRITERS {
        let ended = folder.shell(&format!("exec \"$0\" {line} >/dev/full")).end()?;
        assert_eq!(ended.code, Some(1), "{line}: {ended}");
        assert!(ended.said.starts_with("error: cannot write to standard output\n  because: No space left"), "{ended}");
    }
    let rendered = Folder::with(VALID)?.shell("exec \"$0\" render >/dev/full").end()?;
    assert_data_eq!(
        rendered.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: cannot write to standard output
  because: No space left on device (os error 28)

"#]]
    );
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn a_standard_error_that_is_closed_or_full_changes_nothing() -> Outcome {
    let (well, badly) = (Folder::with(VALID)?, Folder::with(INVALID)?);
    let expected = well.sindri(["render"]).end()?.data;
    for redirection in ["2>&-", "2>/dev/full"] {
        let run = |folder: &Folder, line: &str| folder.shell(&format!("exec \"$0\" {line} {redirection}")).end();
        let rendered = run(&well, "render -v")?;
        assert_eq!((rendered.code, &rendered.data), (Some(0), &expected), "{redirection}");
        assert_eq!(run(&badly, "validate")?.code, Some(2), "{redirection}");
        assert_eq!(run(&badly, "init")?.code, Some(1), "{redirection}");
        assert_eq!(run(&badly, "dance")?.code, Some(2), "{redirection}");
    }
    Ok(())
}

#[test]
fn a_closed_standard_input_is_an_empty_file() -> Outcome {
    let folder = Folder::new()?;
    assert_data_eq!(
        folder.shell("exec \"$0\" validate -f - <&-").end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error[empty]: the file is empty
 --> <stdin>:1:1
  |
1 |
  | ^
  |
  = hint: run `sindri init` to write one

error: <stdin> has 1 problem

"#]]
    );
    Ok(())
}

#[test]
fn all_streams_closed_is_no_reason_to_panic() -> Outcome {
    let well = Folder::with(VALID)?;
    assert_eq!(well.shell("exec \"$0\" render <&- >&- 2>&-").end()?.code, Some(0));
    assert_eq!(well.shell("exec \"$0\" init <&- >&- 2>&-").end()?.code, Some(1));
    Ok(())
}
