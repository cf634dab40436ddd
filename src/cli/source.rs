#![expect(clippy::disallowed_methods, reason = "the only reader of configuration files")]
//! Where the configuration comes from: a named file, standard input, or the nearest `sindri.yaml` above.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Failure, word};
use super::ui::Ui;
use crate::config::problem::{Code, Problem};
use crate::config::spec::Spec;
use crate::config::{self, LARGEST_FILE};

/// The name that is looked for.
pub(super) const FILE_NAME: &str = "sindri.yaml";
/// What it is sometimes called by mistake.
const MISTAKEN_NAME: &str = "sindri.yml";

#[derive(Debug, Args)]
pub(super) struct FileArgument {
    /// The configuration; `-` reads standard input. Default: the nearest `sindri.yaml`, from this folder upwards.
    #[arg(short, long, value_name = "FILE", env = "SINDRI_FILE", hide_env_values = true, value_hint = clap::ValueHint::FilePath)]
    pub(super) file: Option<PathBuf>,
}

/// A configuration as it was read.
#[derive(Debug)]
pub(super) struct Source {
    name: String,
    bytes: Vec<u8>,
    /// The folder that the files it names are seen from.
    folder: PathBuf,
}

impl Source {
    pub(super) fn new(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), bytes, folder: PathBuf::new() }
    }

    fn in_the_folder_of(mut self, path: &Path) -> Self {
        self.folder = path.parent().map(Path::to_owned).unwrap_or_default();
        self
    }

    /// A file that the configuration names.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// How the file is called in messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The text as far as it is text: for showing, not for reading.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// What it means. The file itself is kept, for what it names.
    pub(super) fn understood(self) -> Result<(Spec, Self), Failure> {
        match self.load() {
            Ok(spec) => Ok((spec, self)),
            Err(problems) => Err(Failure::problems(self, problems)),
        }
    }

    pub(super) fn load(&self) -> Result<Spec, Vec<Problem>> {
        config::load(&self.bytes)
    }
}

impl FileArgument {
    /// Reads the configuration; what cannot be read is a problem like any other.
    pub(super) fn read(&self, ui: &mut Ui) -> Result<Source, Failure> {
        self.open(ui)?.map_err(|(source, problem)| Failure::problems(source, vec![problem]))
    }

    /// Reads the configuration if one is named or found.
    pub(super) fn read_if_there(&self, ui: &mut Ui) -> Result<Option<Source>, Failure> {
        let is_named = self.file.is_some();
        match self.open(ui)? {
            Ok(source) => Ok(Some(source)),
            Err((_, problem)) if !is_named && problem.code == Code::NotFound => Ok(None),
            Err((source, problem)) => Err(Failure::problems(source, vec![problem])),
        }
    }

    /// Reads the configuration, and leaves it to the caller to report what cannot be read.
    pub(super) fn open(&self, ui: &mut Ui) -> Result<Result<Source, (Source, Problem)>, Failure> {
        match &self.file {
            Some(path) if path.as_os_str() == "-" => {
                Ok(read_all(io::stdin().lock(), "<stdin>", "pipe a file into it, or name one with `--file`"))
            }
            Some(path) => Ok(read_file(path, &path.to_string_lossy())),
            None => {
                let folder = std::env::current_dir().map_err(Failure::folder)?;
                Ok(match find(&folder) {
                    Some((path, name)) => {
                        ui.detail(&format!("configuration: {}", path.display()));
                        if name != FILE_NAME {
                            ui.say(&format!("using {name}"));
                        }
                        read_file(&path, &name)
                    }
                    None => Err((Source::new(FILE_NAME, Vec::new()), nowhere(&folder))),
                })
            }
        }
    }
}

/// The nearest file from `folder` upwards, and how to call it from there.
fn find(folder: &Path) -> Option<(PathBuf, String)> {
    let mut prefix = String::new();
    for ancestor in folder.ancestors() {
        let candidate = ancestor.join(FILE_NAME);
        // A link that leads nowhere and a folder that may not be entered are told when the file is read: they are no
        // reason to take another file, or to say that there is none.
        let is_absent = candidate.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound);
        if !is_absent {
            return Some((candidate, format!("{prefix}{FILE_NAME}")));
        }
        prefix.push_str("../");
    }
    None
}

fn nowhere(folder: &Path) -> Problem {
    let message = format!("there is no `{FILE_NAME}` in this folder or above it");
    let mistaken = folder.ancestors().enumerate().find(|(_, ancestor)| ancestor.join(MISTAKEN_NAME).exists());
    let hint = match mistaken.map(|(height, _)| "../".repeat(height)) {
        Some(above) => {
            format!("there is a `{above}{MISTAKEN_NAME}`: rename it, or use `--file {above}{MISTAKEN_NAME}`")
        }
        None => "write one with `sindri init`, or name one with `--file`".to_owned(),
    };
    Problem::unreadable(Code::NotFound, message, hint)
}

fn read_file(path: &Path, name: &str) -> Result<Source, (Source, Problem)> {
    let refused = |code, message: String, hint: &str| {
        Err((Source::new(name, Vec::new()), Problem::unreadable(code, message, hint)))
    };
    let list = format!("look at it with `ls -l {}`", word(name));
    match File::open(path).and_then(|file| file.metadata().map(|about| (file, about.is_dir()))) {
        Ok((_, true)) => {
            let inside = path.join(FILE_NAME);
            let hint = if inside.exists() {
                format!("use `--file {}`", word(&inside.to_string_lossy()))
            } else {
                "name the file in it with `--file`".to_owned()
            };
            refused(Code::IsADirectory, format!("`{name}` is a directory"), &hint)
        }
        Ok((file, false)) => read_all(file, name, &list).map(|source| source.in_the_folder_of(path)),
        Err(error) => match error.kind() {
            ErrorKind::NotFound if path.is_symlink() => {
                refused(Code::NotFound, format!("`{name}` is a link to a file that does not exist"), &list)
            }
            ErrorKind::NotFound => refused(
                Code::NotFound,
                format!("`{name}` does not exist"),
                "write one with `sindri init`, or name another with `--file`",
            ),
            ErrorKind::PermissionDenied => {
                refused(Code::PermissionDenied, format!("`{name}` cannot be read: permission denied"), &list)
            }
            _ => refused(Code::Unreadable, format!("`{name}` cannot be read: {error}"), &list),
        },
    }
}

/// Reads no more than the largest file and one byte, so that endless input ends.
fn read_all(reader: impl Read, name: &str, hint: &str) -> Result<Source, (Source, Problem)> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX).saturating_add(1);
    match reader.take(limit).read_to_end(&mut bytes) {
        Ok(_) => Ok(Source::new(name, bytes)),
        Err(error) => {
            let problem = Problem::unreadable(Code::Unreadable, format!("`{name}` cannot be read: {error}"), hint);
            Err((Source::new(name, Vec::new()), problem))
        }
    }
}
