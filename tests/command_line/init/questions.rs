//! What is asked on a terminal.

use rexpect::process::Signal;

use crate::run::{Folder, Outcome};
use crate::terminal::{End, Terminal};

const QUESTIONS: [&str; 7] = [
    "Name of the environment",
    "Image (empty: the local sindri:latest): ",
    "Namespace (empty: the context's): ",
    "Memory [4GB]: ",
    "Processors [2]: ",
    "Size of the home directory [10Gi]: ",
    "Profile (empty: the image's own): ",
];

fn init(folder: &Folder, flags: &str) -> Result<Terminal, Box<dyn std::error::Error>> {
    Terminal::start(folder, &format!("exec \"$0\" init {flags}"), &[])
}

/// Answers each question in turn.
fn answer(terminal: &mut Terminal, answers: &[(&str, &str)]) -> Outcome {
    for (question, answer) in answers {
        terminal.wait_for(question)?;
        terminal.enter(answer)?;
    }
    Ok(())
}

#[test]
fn enter_takes_the_defaults() -> Outcome {
    let folder = Folder::new()?;
    let mut terminal = init(&folder, "")?;
    answer(&mut terminal, &QUESTIONS.map(|question| (question, "")))?;
    let (said, end) = terminal.end()?;
    assert_eq!(end, End::Exit(0), "{said}");
    let asked = folder.read("sindri.yaml")?;
    let unasked = folder.sindri(["init", "--file", "-"]).end()?.quietly();
    assert_eq!(asked, unasked);
    Ok(())
}

#[test]
fn answers_mean_the_same_as_flags() -> Outcome {
    let folder = Folder::new()?;
    let mut terminal = init(&folder, "")?;
    let answers = ["my-env", "ghcr.io/org/dev:1.4.0", "team-a", "8GB", " 500m ", "1Ti", "1.0"];
    let pairs: Vec<_> = QUESTIONS.into_iter().zip(answers).collect();
    answer(&mut terminal, &pairs)?;
    let (said, end) = terminal.end()?;
    assert_eq!(end, End::Exit(0), "{said}");
    assert!(said.contains("wrote sindri.yaml: environment my-env\n"), "{said}");
    let flags = ["--name", "--image", "--namespace", "--memory", "--cpus", "--size", "--profile"];
    let arguments = flags.into_iter().zip(answers).flat_map(|(flag, answer)| [flag, answer.trim()]);
    let from_flags = folder.sindri(["init", "--file", "-"].into_iter().chain(arguments)).end()?.quietly();
    assert_eq!(folder.read("sindri.yaml")?, from_flags);
    Ok(())
}

#[test]
fn what_is_given_is_not_asked() -> Outcome {
    let folder = Folder::new()?;
    let mut terminal = init(&folder, "--name demo --image dev:1 -n team-a --cpus 1 --size 1Gi --profile rust")?;
    let before = terminal.wait_for("Memory [4GB]: ")?;
    assert_eq!(before.trim(), "");
    terminal.enter("1GB")?;
    let (said, end) = terminal.end()?;
    assert_eq!(end, End::Exit(0));
    assert!(!said.contains("]: "), "{said}");
    assert!(folder.read("sindri.yaml")?.contains("memory: 1GB\n"));
    Ok(())
}

#[test]
fn a_wrong_answer_is_explained_and_asked_again() -> Outcome {
    let folder = Folder::new()?;
    let mut terminal = init(&folder, "--image dev:1 -n team-a --cpus 1 --size 1Gi --profile rust --color never")?;
    terminal.wait_for(QUESTIONS[0])?;
    terminal.enter("My Env")?;
    terminal.wait_for("did you mean `my-env`?")?;
    terminal.wait_for(QUESTIONS[0])?;
    terminal.enter("my-env")?;
    for wrong in ["lots", "4XB", "-1GB"] {
        terminal.wait_for("Memory [4GB]: ")?;
        terminal.enter(wrong)?;
        terminal.wait_for("error: `")?;
    }
    terminal.wait_for("Memory [4GB]: ")?;
    terminal.enter("2GB")?;
    let (said, end) = terminal.end()?;
    assert_eq!(end, End::Exit(0), "{said}");
    assert!(folder.read("sindri.yaml")?.contains("memory: 2GB\n"));
    Ok(())
}

#[test]
fn the_end_of_input_declines_and_writes_nothing() -> Outcome {
    for (answered, question) in QUESTIONS.into_iter().enumerate() {
        let folder = Folder::new()?;
        let mut terminal = init(&folder, "")?;
        answer(&mut terminal, &QUESTIONS.map(|question| (question, ""))[..answered])?;
        terminal.wait_for(question)?;
        terminal.control('d')?;
        let (said, end) = terminal.end()?;
        assert_eq!(end, End::Exit(3), "{said}");
        assert!(said.ends_with("\nnothing was written\n") && !said.contains("error"), "{said}");
        assert!(folder.names()?.is_empty());
    }
    Ok(())
}

#[test]
fn an_interrupt_ends_at_once_and_writes_nothing() -> Outcome {
    for answered in [0, 1, QUESTIONS.len() - 1] {
        let folder = Folder::new()?;
        let mut terminal = init(&folder, "")?;
        answer(&mut terminal, &QUESTIONS.map(|question| (question, ""))[..answered])?;
        terminal.wait_for(QUESTIONS[answered])?;
        terminal.control('c')?;
        let (said, end) = terminal.end()?;
        assert_eq!(end, End::Signal(Signal::SIGINT), "{said}");
        assert!(folder.names()?.is_empty());
    }
    Ok(())
}

#[test]
fn a_file_that_appears_while_asking_is_not_overwritten() -> Outcome {
    let folder = Folder::new()?;
    let mut terminal = init(&folder, "")?;
    terminal.wait_for(QUESTIONS[0])?;
    folder.write("sindri.yaml", "somebody else's")?;
    terminal.enter("")?;
    answer(&mut terminal, &QUESTIONS.map(|question| (question, ""))[1..])?;
    let (said, end) = terminal.end()?;
    assert_eq!(end, End::Exit(1), "{said}");
    assert!(said.contains("sindri.yaml exists already; nothing was written"), "{said}");
    assert_eq!(folder.read("sindri.yaml")?, "somebody else's");
    Ok(())
}

#[test]
fn what_cannot_be_written_is_told_before_anything_is_asked() -> Outcome {
    let folder = Folder::with("mine")?;
    folder.write("file", "")?;
    for flags in ["", "--file no/such/folder.yaml", "--file .", "--file file"] {
        let (said, end) = init(&folder, flags)?.end()?;
        assert_eq!(end, End::Exit(1), "{flags}: {said}");
        assert!(!said.contains("Name of"), "{flags}: {said}");
    }
    Ok(())
}

#[test]
fn an_answer_that_is_not_text_is_asked_again() -> Outcome {
    let folder = Folder::new()?;
    let mut terminal = init(&folder, "--image dev:1 -n team-a --memory 1Gi --cpus 1 --size 1Gi --profile rust")?;
    terminal.wait_for(QUESTIONS[0])?;
    terminal.enter_bytes(b"caf\xe9")?;
    terminal.wait_for("is not a name")?;
    terminal.wait_for(QUESTIONS[0])?;
    terminal.enter("cafe")?;
    let (said, end) = terminal.end()?;
    assert_eq!(end, End::Exit(0), "{said}");
    assert!(folder.read("sindri.yaml")?.contains("name: cafe\n"));
    Ok(())
}
