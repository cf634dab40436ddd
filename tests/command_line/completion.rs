//! `sindri completion`

use snapbox::{assert_data_eq, str};

use crate::contract::COMMANDS;
use crate::run::{Folder, Outcome};

#[test]
fn every_shell_gets_every_command() -> Outcome {
    let folder = Folder::new()?;
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = folder.sindri(["completion", shell]).end()?.quietly();
        for word in COMMANDS.iter().chain(&["without-namespace", "no-input"]) {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
    }
    Ok(())
}

#[test]
fn shells_accept_their_scripts() -> Outcome {
    let folder = Folder::new()?;
    for shell in ["bash", "zsh", "fish"] {
        folder.write(shell, folder.sindri(["completion", shell]).end()?.quietly())?;
        let script = format!("command -v {shell} >/dev/null || {{ echo absent; exit; }}; {shell} -n {shell}");
        let ended =
            folder.shell(&script).variable("PATH", "/usr/local/bin:/usr/bin:/bin").variable("HOME", "/").end()?;
        if ended.data == "absent\n" {
            eprintln!("{shell} is not installed: its script has not been checked");
            continue;
        }
        assert_eq!(ended.quietly(), "", "{shell}");
    }
    Ok(())
}

#[test]
fn bash_completes_commands_flags_and_values() -> Outcome {
    let folder = Folder::new()?;
    folder.write("script", folder.sindri(["completion", "bash"]).end()?.quietly())?;
    for (line, expected) in
        [("sindri va", "validate"), ("sindri render --without", "--without-namespace"), ("sindri completion z", "zsh")]
    {
        let words: Vec<_> = line.split(' ').collect();
        let (current, previous) = (words[words.len() - 1], words[words.len() - 2]);
        let script = format!(
            "exec bash --norc -c '. ./script; COMP_WORDS=({line}); COMP_CWORD={}; _sindri sindri {current} {previous}; \
             echo \"${{COMPREPLY[*]}}\"'",
            words.len() - 1
        );
        let ended = folder.shell(&script).variable("PATH", "/usr/local/bin:/usr/bin:/bin").end()?;
        assert_eq!(ended.quietly(), format!("{expected}\n"), "{line}");
    }
    Ok(())
}

#[test]
fn a_shell_that_is_not_known_is_refused() -> Outcome {
    assert_data_eq!(
        Folder::new()?.sindri(["completion", "tcsh"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value 'tcsh' for '<SHELL>'
  [possible values: bash, zsh, fish, powershell]

  tip: a similar value exists: 'zsh'

For more information, try '--help'.

"#]]
    );
    assert_data_eq!(
        Folder::new()?.sindri(["completion"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: the following required arguments were not provided:
  <SHELL>

Usage: sindri completion <SHELL>

For more information, try '--help'.

"#]]
    );
    Ok(())
}
