//! Files and folders that may not be read or written. Root may do everything, so there the program runs as nobody.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use crate::run::{Ended, Folder, Outcome, PROGRAM, VALID, let_run};

/// A folder that anybody may enter, with a copy of the program that anybody may run.
struct Shared {
    folder: Folder,
    as_nobody: &'static str,
}

impl Shared {
    /// None where root cannot become somebody else.
    fn new() -> io::Result<Option<Self>> {
        let folder = Folder::new()?;
        let is_root = fs::metadata(folder.path())?.uid() == 0;
        if is_root && !Path::new("/usr/bin/setpriv").exists() {
            eprintln!("root without setpriv: what others may not do has not been checked");
            return Ok(None);
        }
        fs::copy(PROGRAM, folder.path().join("program"))?;
        let_run(&folder.path().join("program"))?;
        let shared = Self {
            folder,
            as_nobody: if is_root { "/usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups" } else { "" },
        };
        shared.allow(".", 0o777)?;
        shared.allow("program", 0o755)?;
        Ok(Some(shared))
    }

    fn allow(&self, name: &str, mode: u32) -> io::Result<()> {
        fs::set_permissions(self.folder.path().join(name), Permissions::from_mode(mode))
    }

    fn run(&self, line: &str) -> io::Result<Ended> {
        self.folder.shell(&format!("exec {} ./program {line}", self.as_nobody)).end()
    }
}

#[test]
fn a_file_that_may_not_be_read_is_not_called_absent() -> Outcome {
    let Some(shared) = Shared::new()? else { return Ok(()) };
    shared.folder.write("sindri.yaml", VALID)?;
    shared.folder.write("closed/sindri.yaml", VALID)?;
    assert_eq!(shared.run("validate")?.code, Some(0));
    shared.allow("sindri.yaml", 0)?;
    shared.allow("closed", 0)?;
    for (line, name) in [("validate", "sindri.yaml"), ("render -f closed/sindri.yaml", "closed/sindri.yaml")] {
        let ended = shared.run(line)?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""), "{line}: {ended}");
        let expected = format!("error[permission-denied]: `{name}` cannot be read: permission denied\n");
        assert!(ended.said.starts_with(&expected) && ended.said.contains(&format!("`ls -l {name}`")), "{ended}");
    }
    shared.allow("closed", 0o755)?;
    Ok(())
}

#[test]
fn a_folder_that_may_not_be_entered_is_not_called_absent() -> Outcome {
    let Some(shared) = Shared::new()? else { return Ok(()) };
    shared.folder.write("closed/inner/file", "")?;
    shared.allow("closed", 0)?;
    let ended = shared.run("init --file closed/inner/sindri.yaml")?;
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(
        ended.said.starts_with("error: cannot write closed/inner/sindri.yaml\n  because: Permission denied"),
        "{ended}"
    );
    shared.allow("closed", 0o755)?;
    Ok(())
}

#[test]
fn a_folder_that_may_not_be_written_to_is_a_failure() -> Outcome {
    let Some(shared) = Shared::new()? else { return Ok(()) };
    shared.folder.write("closed/file", "")?;
    shared.allow("closed", 0o555)?;
    let ended = shared.run("init --file closed/sindri.yaml")?;
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(ended.said.starts_with("error: cannot write closed/sindri.yaml\n  because: Permission denied"), "{ended}");
    shared.allow("closed", 0o755)?;
    Ok(())
}

#[test]
fn a_folder_above_that_may_not_be_entered_does_not_hide_its_file() -> Outcome {
    let Some(shared) = Shared::new()? else { return Ok(()) };
    shared.folder.write("closed/sindri.yaml", VALID)?;
    shared.folder.write("closed/inner/file", "")?;
    let program = shared.folder.path().join("program");
    // The shell is in the inner folder before the outer one is closed.
    let script =
        format!("cd closed/inner && /bin/chmod 000 .. && exec {} {} validate", shared.as_nobody, program.display());
    let ended = shared.folder.shell(&script).end()?;
    shared.allow("closed", 0o755)?;
    assert!(ended.code.is_some_and(|code| code > 0), "{ended}");
    assert!(ended.said.contains("ermission denied") && !ended.said.contains("there is no"), "{ended}");
    Ok(())
}
