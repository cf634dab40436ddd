//! When something is asked: on a terminal, unless somebody says otherwise.

use crate::run::{Folder, Outcome};
use crate::terminal::{End, Terminal};

/// The first thing that `init` asks.
const QUESTION: &str = "Name of the environment";

#[test]
fn nothing_is_asked_when_somebody_says_so() -> Outcome {
    for (line, variables) in [
        ("init --name demo --no-input", [].as_slice()),
        ("--no-input init --name demo", &[]),
        ("init --name demo", &[("SINDRI_NO_INPUT", "1")]),
        ("init --name demo", &[("SINDRI_NO_INPUT", "true")]),
        ("init --name demo", &[("CI", "true")]),
        ("init --name demo </dev/null", &[]),
        ("init --name demo 2>remarks", &[]),
        ("init --name demo --no-input", &[("SINDRI_NO_INPUT", "0")]),
    ] {
        let folder = Folder::new()?;
        let (said, end) = Terminal::start(&folder, &format!("exec \"$0\" {line}"), variables)?.end()?;
        assert_eq!(end, End::Exit(0), "{line} {variables:?}: {said}");
        assert!(!said.contains("Memory"), "{line} {variables:?}: {said}");
        assert!(folder.read("sindri.yaml")?.contains("name: demo\n"));
    }
    Ok(())
}

#[test]
fn variables_that_say_no_do_not_stop_the_questions() -> Outcome {
    for variable in [
        ("SINDRI_NO_INPUT", "0"),
        ("SINDRI_NO_INPUT", "false"),
        ("SINDRI_NO_INPUT", ""),
        ("CI", "false"),
        ("CI", "0"),
        ("CI", ""),
    ] {
        let folder = Folder::new()?;
        let mut terminal = Terminal::start(&folder, "exec \"$0\" init", &[variable])?;
        terminal.wait_for(QUESTION)?;
        terminal.control('c')?;
        terminal.end()?;
    }
    Ok(())
}

#[test]
fn questions_do_not_mix_with_data() -> Outcome {
    let folder = Folder::new()?;
    let mut terminal = Terminal::start(&folder, "exec \"$0\" init --file - >data", &[])?;
    for question in [QUESTION, "Image", "Namespace", "Memory", "Processors", "Size", "Profile"] {
        terminal.wait_for(question)?;
        terminal.enter("")?;
    }
    let (_, end) = terminal.end()?;
    assert_eq!(end, End::Exit(0));
    let data = folder.read("data")?;
    assert!(data.starts_with("# yaml-language-server:") && !data.contains(QUESTION), "{data}");
    Ok(())
}
