//! Help, the version, and mistakes on the command line.

use snapbox::{assert_data_eq, str};

use super::COMMANDS;
use crate::run::{Folder, INVALID, Outcome, VALID};

/// The first words of the lines under `Commands:`.
fn offered(help: &str) -> Vec<&str> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // What stands further in belongs to the line before.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect()
}

#[test]
fn help_offers_exactly_the_commands_that_exist() -> Outcome {
    let folder = Folder::new()?;
    for flag in ["-h", "--help"] {
        assert_eq!(offered(&folder.sindri([flag]).end()?.quietly()), COMMANDS, "{flag}");
    }
    Ok(())
}

#[test]
fn the_short_help_is_one_screen() -> Outcome {
    let help = Folder::new()?.sindri(["-h"]).end()?.quietly();
    assert_data_eq!(
        help,
        str![[r#"
Declarative environments for people and agents on Kubernetes

Usage: sindri [OPTIONS] <COMMAND>

Commands:
  init        Write a commented `sindri.yaml`
  validate    Check the configuration file, and nothing else
  render      Print the Kubernetes objects of the environment
  plan        Show what `deploy` would do, and change nothing
  deploy      Make the environment what the configuration says [alias: apply]
  status      Show how the environment is, and why it does not run if it does not
  list        Show every environment in the namespace that this account can see [alias: ls]
  connect     Open a shell in the environment, or run a command there
  logs        Show what the environment's program has written
  stop        Stop the environment: its pod ends, its volume stays
  start       Start a stopped environment, and wait until it is ready
  restart     Replace the pod of the environment by a new one: what runs in it ends, the volume
              stays
  history     Show the revisions of the environment: which image, signed by whom, deployed by whom
  rollback    Make the environment what it was before: the image and the pod of an earlier revision
  destroy     Delete the environment. Its volume is kept, unless `--volumes` deletes it too
  doctor      Check all that an environment depends on, and say what mends it
  image       Ask registries about images
  k8s         Clusters on this machine, made by kind or k3d
  schema      Print the JSON Schema of the configuration file, for editors and other programs
  completion  Print a completion script for your shell
  man         Print a man page: `sindri man | man -l -`

Options:
  -h, --help     Print help (see more with '--help')
  -V, --version  Print version

Global options:
      --color <WHEN>  When to use colours [env: SINDRI_COLOR] [default: auto] [possible values:
                      auto, always, never]
  -q, --quiet         Say nothing but what was asked for, and what went wrong
  -v, --verbose...    Say more about what is done
      --no-input      Never ask; fail and name the flag that would have answered [env:
                      SINDRI_NO_INPUT]

"#]]
    );
    Ok(())
}

#[test]
fn every_command_has_help_on_standard_output() -> Outcome {
    let folder = Folder::new()?;
    for command in COMMANDS {
        let long = folder.sindri([command, "--help"]).end()?.quietly();
        assert!(long.contains(&format!("Usage: sindri {command}")), "{long}");
        for flag in ["--color <WHEN>", "--quiet", "--verbose", "--no-input"] {
            assert!(long.contains(flag), "{command} --help does not mention {flag}:\n{long}");
        }
        let short = folder.sindri([command, "-h"]).end()?.quietly();
        assert!(short.len() < long.len(), "the short help of {command} is not shorter");
    }
    Ok(())
}

#[test]
fn help_does_not_need_the_rest_of_the_line_to_be_right() -> Outcome {
    let folder = Folder::new()?;
    let help = folder.sindri(["completion", "--help"]).end()?.quietly();
    assert!(help.contains("powershell"), "{help}");
    let help = folder.sindri(["render", "--help"]).variable("SINDRI_OUTPUT", "nonsense").end()?.quietly();
    assert!(help.contains("SINDRI_OUTPUT"), "{help}");
    Ok(())
}

#[test]
fn the_version_is_that_of_the_package() -> Outcome {
    let folder = Folder::new()?;
    for flag in ["-V", "--version"] {
        assert_eq!(folder.sindri([flag]).end()?.quietly(), concat!("sindri ", env!("CARGO_PKG_VERSION"), "\n"));
    }
    Ok(())
}

#[test]
fn no_arguments_show_the_help_as_a_mistake() -> Outcome {
    let ended = Folder::new()?.sindri([""; 0]).end()?;
    assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""));
    assert_eq!(offered(&ended.said), COMMANDS);
    Ok(())
}

#[test]
fn a_misspelled_command_gets_a_tip() -> Outcome {
    assert_data_eq!(
        Folder::new()?.sindri(["valdate"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: unrecognized subcommand 'valdate'

  tip: a similar subcommand exists: 'validate'

Usage: sindri [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]
    );
    Ok(())
}

#[test]
fn a_command_that_does_not_exist_is_refused() -> Outcome {
    let folder = Folder::new()?;
    assert_data_eq!(
        folder.sindri(["dance"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: unrecognized subcommand 'dance'

Usage: sindri [OPTIONS] <COMMAND>

For more information, try '--help'.

"#]]
    );
    let planned = folder.sindri(["k8s"]).end()?;
    assert_eq!((planned.code, planned.data.as_str()), (Some(2), ""), "{planned}");
    Ok(())
}

#[test]
fn a_misspelled_flag_gets_a_tip() -> Outcome {
    assert_data_eq!(
        Folder::new()?.sindri(["validate", "--fil", "x"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: unexpected argument '--fil' found

  tip: a similar argument exists: '--file'

Usage: sindri validate --file <FILE>

For more information, try '--help'.

"#]]
    );
    Ok(())
}

#[test]
fn a_wrong_value_names_the_right_ones() -> Outcome {
    assert_data_eq!(
        Folder::new()?.sindri(["render", "-o", "yml"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value 'yml' for '--output <FORMAT>'
  [possible values: yaml, json]

  tip: a similar value exists: 'yaml'

For more information, try '--help'.

"#]]
    );
    Ok(())
}

#[test]
fn a_flag_without_its_value_says_so() -> Outcome {
    assert_data_eq!(
        Folder::new()?.sindri(["validate", "--file"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: a value is required for '--file <FILE>' but none was supplied

For more information, try '--help'.

"#]]
    );
    Ok(())
}

#[test]
fn global_flags_stand_before_and_after_the_command() -> Outcome {
    let folder = Folder::with(VALID)?;
    folder.sindri(["-q", "validate"]).end()?.quietly();
    folder.sindri(["validate", "-q"]).end()?.quietly();
    Ok(())
}

#[test]
fn quiet_says_nothing_about_what_went_well_and_everything_about_what_did_not() -> Outcome {
    let well = Folder::with(VALID)?;
    assert_eq!(well.sindri(["validate", "--quiet"]).end()?.quietly(), "");
    let badly = Folder::with(INVALID)?;
    assert_eq!(badly.sindri(["validate", "--quiet"]).end()?, badly.sindri(["validate"]).end()?);
    assert_eq!(badly.sindri(["render", "--quiet"]).end()?, badly.sindri(["render"]).end()?);
    Ok(())
}

#[test]
fn verbose_says_which_file_is_used() -> Outcome {
    let folder = Folder::with(VALID)?;
    let path = folder.path().canonicalize()?.join("sindri.yaml");
    for flag in ["-v", "-vv", "--verbose"] {
        let ended = folder.sindri(["validate", flag]).end()?;
        let expected = format!("configuration: {}\nsindri.yaml is valid: environment demo\n", path.display());
        assert_eq!((ended.code, ended.said), (Some(0), expected), "{flag}");
    }
    Ok(())
}

#[test]
fn quiet_and_verbose_exclude_each_other() -> Outcome {
    let folder = Folder::with(VALID)?;
    assert_data_eq!(
        folder.sindri(["validate", "-q", "-v"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: the argument '--quiet' cannot be used with '--verbose...'

Usage: sindri validate --quiet

For more information, try '--help'.

"#]]
    );
    assert_eq!(folder.sindri(["-v", "validate", "-q"]).end()?.code, Some(2));
    Ok(())
}
