#![expect(clippy::disallowed_methods, reason = "reads where programs of this person are looked for")]
//! What came of an installation, and whether the program is found where it is now.

use std::env;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::failure::{Failure, word};
use crate::cli::ui::{Remark, Ui};
use crate::local::install::{Decision, Release};
use crate::report::installed::{self, Action};

/// What the environment of this process says of folders with programs.
pub(super) struct Surroundings {
    home: Option<PathBuf>,
    search: OsString,
    shell: String,
}

/// As they are.
pub(super) fn surroundings() -> Surroundings {
    Surroundings {
        home: env::home_dir().filter(|home| home.is_absolute()),
        search: env::var_os("PATH").unwrap_or_default(),
        shell: env::var("SHELL").unwrap_or_default(),
    }
}

impl Surroundings {
    /// The folder to install in, written out.
    pub(super) fn folder(&self, stated: Option<PathBuf>) -> Result<PathBuf, Failure> {
        match (stated, &self.home) {
            (Some(stated), _) => std::path::absolute(&stated)
                .map_err(|error| Failure::failed(format!("cannot find {}", stated.display()), Some(error.into()))),
            (None, Some(home)) => Ok(home.join(".local/bin")),
            (None, None) => Err(Failure::configuration("nobody's `~/.local/bin` is meant: HOME is not set")
                .hint("name the folder to install in with `--dir`")),
        }
    }

    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        env::split_paths(&self.search)
    }

    fn is_searched(&self, folder: &Path) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = real(folder);
        self.folders().any(|searched| real(&searched) == folder)
    }

    /// The program that is found by this name before the one in the folder.
    fn in_front(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let before = self.folders().take_while(|searched| searched != folder);
        before
            .map(|searched| searched.join(name))
            .find(|path| path.metadata().is_ok_and(|there| there.is_file() && there.permissions().mode() & 0o111 != 0))
    }

    /// What makes the shells of this person look into a folder.
    fn line(&self, folder: &Path) -> String {
        let shell = self.shell.rsplit('/').next().unwrap_or_default();
        line(shell, &self.written(folder))
    }

    /// The folder as it is written between double quotes.
    fn written(&self, folder: &Path) -> String {
        match self.home.as_ref().and_then(|home| folder.strip_prefix(home).ok()) {
            Some(rest) => format!("$HOME/{}", quoted(rest)),
            None => quoted(folder),
        }
    }
}

/// A path between double quotes, where a shell reads some letters as its own.
fn quoted(path: &Path) -> String {
    let own = |letter: char| matches!(letter, '$' | '`' | '"' | '\\').then_some('\\');
    path.display().to_string().chars().flat_map(|letter| own(letter).into_iter().chain([letter])).collect()
}

/// The command that makes a shell look into a folder, now and later.
fn line(shell: &str, folder: &str) -> String {
    let export = format!("export PATH=\"{folder}:$PATH\"");
    match shell {
        "fish" => format!("`fish_add_path \"{folder}\"`"),
        "bash" => format!("`echo {} >> ~/.bashrc`, and open a new shell", word(&export)),
        "zsh" => format!("`echo {} >> ~/.zshrc`, and open a new shell", word(&export)),
        _ => format!("`{export}`, in the file that your shell reads when it starts"),
    }
}

/// What came of it.
pub(super) struct Installed<'a> {
    pub(super) release: &'a Release,
    pub(super) path: &'a Path,
    pub(super) decision: &'a Decision,
}

impl Installed<'_> {
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(self.path)
    }

    /// For a person.
    pub(super) fn tell(&self, here: &Surroundings, ui: &mut Ui) {
        let (tool, version, path) = (self.release.tool, &self.release.version, self.path.display());
        ui.say(&match self.decision {
            Decision::Install => format!("{tool} v{version} is installed: {path}"),
            Decision::Replace(old) if old == version => {
                format!("{tool} v{version} is installed: {path} (it was a v{old} that is not the published one)")
            }
            Decision::Replace(old) => format!("{tool} v{version} is installed: {path} (it was v{old})"),
            Decision::NothingToDo => format!("{tool} v{version} is there already: {path}; nothing was changed"),
            Decision::Keep(kept) if kept == version => {
                format!("{tool} v{kept} is there already: {path} is a link to it; nothing was changed")
            }
            Decision::Keep(kept) => {
                format!("{tool} v{kept} is there, which is newer than v{version}: {path} was kept")
            }
        });
        let folder = self.folder();
        if !here.is_searched(folder) {
            ui.remark(Remark::Note, &format!("{} is not on PATH", folder.display()));
            ui.remark(Remark::Next, &here.line(folder));
        } else if let Some(other) = here.in_front(folder, tool.program()) {
            let text = format!("`{tool}` means {}, which comes before it on PATH", other.display());
            ui.remark(Remark::Note, &text);
        }
    }

    /// For a program.
    pub(super) fn for_program(&self, here: &Surroundings) -> Value {
        let (action, version, previous) = match self.decision {
            Decision::Install => (Action::Installed, &self.release.version, None),
            Decision::Replace(old) => (Action::Replaced, &self.release.version, Some(old.to_string())),
            Decision::NothingToDo => (Action::Unchanged, &self.release.version, None),
            Decision::Keep(kept) => (Action::Kept, kept, None),
        };
        installed::for_program(installed::Installed {
            program: self.release.tool.program(),
            action,
            version: version.to_string(),
            previous,
            platform: self.release.platform.to_string(),
            path: self.path,
            sum: (action != Action::Kept).then(|| self.release.sum.to_string()),
            is_found: here.is_searched(self.folder()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{Surroundings, line};

    #[test]
    fn every_shell_has_its_line() {
        assert_eq!(line("fish", "$HOME/.local/bin"), "`fish_add_path \"$HOME/.local/bin\"`");
        assert_eq!(line("bash", "/opt/x"), "`echo 'export PATH=\"/opt/x:$PATH\"' >> ~/.bashrc`, and open a new shell");
        assert!(line("zsh", "/opt/x").contains("~/.zshrc"));
        assert!(line("", "/opt/x").starts_with("`export PATH=\"/opt/x:$PATH\"`"));
    }

    #[test]
    fn a_folder_at_home_is_written_so_that_it_stays_right() {
        let here = Surroundings { home: Some(PathBuf::from("/home/ada")), search: "".into(), shell: "/bin/zsh".into() };
        assert_eq!(here.written(Path::new("/home/ada/.local/bin")), "$HOME/.local/bin");
        assert_eq!(here.written(Path::new("/opt/bin")), "/opt/bin");
        assert_eq!(here.written(Path::new("/home/ada/my $bin")), "$HOME/my \\$bin");
    }
}
