//! When there is colour: on a terminal, unless somebody says otherwise.

use crate::run::{Folder, INVALID, Outcome, VALID};
use crate::terminal::{End, Terminal};

const ESCAPE: char = '\u{1b}';

/// What is said on a terminal.
fn on_terminal(folder: &Folder, line: &str, variables: &[(&str, &str)]) -> Result<String, Box<dyn std::error::Error>> {
    let terminal = Terminal::start(folder, &format!("exec \"$0\" {line}"), variables)?;
    let (said, end) = terminal.end()?;
    if end == End::Exit(2) && said.contains("imgae") {
        return Ok(said);
    }
    Err(format!("{line} {variables:?} ended with {end:?} and said {said}").into())
}

#[test]
fn a_terminal_gets_colour_and_a_pipe_does_not() -> Outcome {
    let folder = Folder::with(INVALID)?;
    assert!(on_terminal(&folder, "validate", &[])?.contains(ESCAPE));
    assert!(!folder.sindri(["validate"]).variable("TERM", "xterm-256color").end()?.said.contains(ESCAPE));
    Ok(())
}

#[test]
fn a_terminal_gets_no_colour_when_its_environment_says_so() -> Outcome {
    let folder = Folder::with(INVALID)?;
    for (name, value) in
        [("NO_COLOR", "1"), ("NO_COLOR", "0"), ("TERM", "dumb"), ("CI", "true"), ("CI", "1"), ("SINDRI_COLOR", "never")]
    {
        let said = on_terminal(&folder, "validate", &[(name, value)])?;
        assert!(!said.contains(ESCAPE), "{name}={value}: {said:?}");
    }
    let said = on_terminal(&folder, "validate --color never", &[])?;
    assert!(!said.contains(ESCAPE), "{said:?}");
    Ok(())
}

#[test]
fn a_terminal_without_a_name_gets_no_colour() -> Outcome {
    let folder = Folder::with(INVALID)?;
    let terminal = Terminal::start(&folder, "unset TERM; exec \"$0\" validate", &[])?;
    let (said, end) = terminal.end()?;
    assert_eq!(end, End::Exit(2));
    assert!(said.contains("imgae") && !said.contains(ESCAPE), "{said:?}");
    Ok(())
}

#[test]
fn a_variable_that_is_set_to_nothing_takes_no_colour_away() -> Outcome {
    let folder = Folder::with(INVALID)?;
    for (name, value) in [("NO_COLOR", ""), ("CI", ""), ("CI", "false"), ("CI", "0"), ("SINDRI_COLOR", "")] {
        let said = on_terminal(&folder, "validate", &[(name, value)])?;
        assert!(said.contains(ESCAPE), "{name}={value}: {said:?}");
    }
    Ok(())
}

#[test]
fn whoever_asks_for_colour_gets_it_in_a_pipe_too() -> Outcome {
    let folder = Folder::with(INVALID)?;
    assert!(folder.sindri(["validate", "--color", "always"]).end()?.said.contains(ESCAPE));
    assert!(folder.sindri(["validate"]).variable("SINDRI_COLOR", "always").end()?.said.contains(ESCAPE));
    Ok(())
}

#[test]
fn the_flag_beats_every_variable() -> Outcome {
    let folder = Folder::with(INVALID)?;
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb"), ("CI", "true"), ("SINDRI_COLOR", "never")] {
        let ended = folder.sindri(["validate", "--color=always"]).variable(name, value).end()?;
        assert!(ended.said.contains(ESCAPE), "{name}={value}: {ended}");
    }
    let ended = folder.sindri(["validate", "--color=never"]).variable("SINDRI_COLOR", "always").end()?;
    assert!(!ended.said.contains(ESCAPE), "{ended}");
    Ok(())
}

#[test]
fn colour_changes_no_text() -> Outcome {
    let folder = Folder::with(INVALID)?;
    let plain = folder.sindri(["validate"]).end()?.said;
    let coloured = folder.sindri(["validate", "--color=always"]).end()?.said;
    let mut stripped = String::new();
    for (index, part) in coloured.split(ESCAPE).enumerate() {
        stripped.push_str(if index == 0 { part } else { part.split_once('m').map_or(part, |(_, text)| text) });
    }
    assert_eq!(stripped, plain);
    Ok(())
}

#[test]
fn data_is_never_coloured() -> Outcome {
    let folder = Folder::with(VALID)?;
    for arguments in [["render", "--color=always"], ["schema", "--color=always"], ["man", "--color=always"]] {
        let ended = folder.sindri(arguments).end()?;
        assert!(ended.code == Some(0) && !ended.data.is_empty() && !ended.data.contains(ESCAPE), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn help_and_complaints_about_the_line_follow_the_same_rules() -> Outcome {
    let folder = Folder::new()?;
    let coloured_in_a_pipe = [
        folder.sindri(["--help", "--color=always"]).end()?.data,
        folder.sindri(["--color", "always", "dance"]).end()?.said,
        folder.sindri(["dance"]).variable("SINDRI_COLOR", "always").end()?.said,
    ];
    assert!(coloured_in_a_pipe.iter().all(|text| text.contains(ESCAPE)), "{coloured_in_a_pipe:?}");
    for (line, variables, coloured) in [
        ("--help", [].as_slice(), true),
        ("dance", &[], true),
        ("--help --color=never", &[], false),
        ("dance --color never", &[], false),
        ("--help", &[("NO_COLOR", "1")], false),
        ("dance", &[("TERM", "dumb")], false),
        ("dance", &[("CI", "true")], false),
        ("--help", &[("SINDRI_COLOR", "never")], false),
    ] {
        let (said, _) = Terminal::start(&folder, &format!("exec \"$0\" {line}"), variables)?.end()?;
        assert!(said.contains("Usage:"), "{line}: {said:?}");
        assert_eq!(said.contains(ESCAPE), coloured, "{line} {variables:?}: {said:?}");
    }
    Ok(())
}
