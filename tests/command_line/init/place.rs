//! Where the file is written, and what is never overwritten.

use std::fs;
use std::os::unix::fs::symlink;

use snapbox::{assert_data_eq, str};

use crate::run::{Folder, Outcome};

#[test]
fn a_file_that_exists_is_never_overwritten() -> Outcome {
    let folder = Folder::with("mine")?;
    assert_data_eq!(
        folder.sindri(["init"]).end()?.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: sindri.yaml exists already; nothing was written
hint: check it with `sindri validate --file sindri.yaml`, or choose another file with `--file`

"#]]
    );
    assert_eq!(folder.read("sindri.yaml")?, "mine");
    folder.write("empty.yaml", "")?;
    assert_eq!(folder.sindri(["init", "-f", "empty.yaml"]).end()?.code, Some(1));
    assert_eq!(folder.read("empty.yaml")?, "");
    Ok(())
}

#[test]
fn a_second_run_changes_nothing() -> Outcome {
    let folder = Folder::new()?;
    assert_eq!(folder.sindri(["init", "--name", "first"]).end()?.code, Some(0));
    let text = folder.read("sindri.yaml")?;
    assert_eq!(folder.sindri(["init", "--name", "second"]).end()?.code, Some(1));
    assert_eq!(folder.read("sindri.yaml")?, text);
    Ok(())
}

#[test]
fn links_are_not_written_through() -> Outcome {
    let folder = Folder::new()?;
    folder.write("mine", "mine")?;
    for target in ["mine", "nowhere", "sindri.yaml"] {
        let link = folder.path().join("sindri.yaml");
        symlink(target, &link)?;
        let ended = folder.sindri(["init"]).end()?;
        assert_eq!(ended.code, Some(1));
        assert!(ended.said.starts_with("error: sindri.yaml exists already; nothing was written\n"), "{ended}");
        assert_eq!(fs::read_link(&link)?.to_str(), Some(target));
        fs::remove_file(&link)?;
    }
    assert_eq!(folder.names()?, ["mine"]);
    assert_eq!(folder.read("mine")?, "mine");
    Ok(())
}

#[test]
fn a_folder_in_the_place_of_the_file_is_named() -> Outcome {
    let folder = Folder::new()?;
    fs::create_dir(folder.path().join("team"))?;
    assert_data_eq!(
        folder.sindri(["init", "--file", "team"]).end()?.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: team is a directory; nothing was written
hint: name the file in it: `--file team/sindri.yaml`

"#]]
    );
    let hint = folder.sindri(["init", "--file", "team/sindri.yaml"]).end()?;
    assert_eq!(hint.code, Some(0), "{hint}");
    Ok(())
}

#[test]
fn a_folder_that_does_not_exist_is_named() -> Outcome {
    let folder = Folder::new()?;
    assert_data_eq!(
        folder.sindri(["init", "--file", "no/such/file.yaml"]).end()?.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: cannot write no/such/file.yaml: there is no folder no/such
hint: make it first: `mkdir -p no/such`

"#]]
    );
    assert!(folder.names()?.is_empty());
    Ok(())
}

#[test]
fn a_path_through_a_file_is_a_failure() -> Outcome {
    let folder = Folder::new()?;
    folder.write("file", "")?;
    assert_data_eq!(
        folder.sindri(["init", "--file", "file/sindri.yaml"]).end()?.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: cannot write file/sindri.yaml
  because: Not a directory (os error 20)

"#]]
    );
    Ok(())
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_to_is_a_failure() -> Outcome {
    // Nobody can write there, not even root.
    let folder = Folder::new()?;
    let ended = folder.sindri(["init", "--file", "/proc/sindri.yaml"]).end()?;
    assert_eq!((ended.code, ended.data.as_str()), (Some(1), ""));
    assert!(ended.said.starts_with("error: cannot write /proc/sindri.yaml\n  because: "), "{ended}");
    Ok(())
}

#[test]
fn another_file_is_named_in_what_to_do_next() -> Outcome {
    let folder = Folder::new()?;
    let ended = folder.sindri(["init", "--name", "demo", "--file", "my team.yaml"]).end()?;
    assert_data_eq!(
        ended.to_string(),
        str![[r#"
exit code 0
--- standard output
--- standard error
wrote my team.yaml: environment demo
hint: look at it, then run `sindri validate --file 'my team.yaml'` and `sindri render --file 'my team.yaml'`

"#]]
    );
    assert_eq!(folder.names()?, ["my team.yaml"]);
    Ok(())
}
