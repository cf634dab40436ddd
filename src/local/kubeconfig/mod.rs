#![expect(clippy::disallowed_methods, reason = "reads and writes the kubeconfig files of the person")]
//! The person's kubeconfig as it is written: where an entry belongs, and how a file is changed without losing anything.
//!
//! The rules are kubectl's: an entry is changed in the file that has it; a new one goes to the first file of `KUBECONFIG` that
//! exists, or to the last that is named. A file is locked as kubectl locks it, and replaced at once.

mod edit;
mod entries;

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use edit::{Section, Unreadable};
pub use entries::{Entries, Mentions};

/// How often a lock that somebody holds is tried, and how long is waited in between.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Why a kubeconfig was not changed.
#[derive(Debug, thiserror::Error)]
pub enum KubeconfigTrouble {
    /// There is no place for one.
    #[error("there is no place for a kubeconfig: neither KUBECONFIG nor HOME is set")]
    Nowhere,
    /// It cannot be read.
    #[error("cannot read the kubeconfig {}", path.display())]
    Unread {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write the kubeconfig {}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else writes it, or was killed while writing it.
    #[error("the kubeconfig {} is locked by {}", path.display(), lock.display())]
    Locked {
        /// The file.
        path: PathBuf,
        /// What locks it.
        lock: PathBuf,
    },
    /// It is written in a way in which one entry cannot be changed alone.
    #[error("the kubeconfig {} is written in a way in which no single entry can be changed: it was left as it is", path.display())]
    NotUnderstood {
        /// The file.
        path: PathBuf,
    },
    /// What the provider wrote is no kubeconfig.
    #[error("what {program} wrote is no kubeconfig with the context `{context}`")]
    NotGiven {
        /// The provider.
        program: &'static str,
        /// What was looked for.
        context: String,
    },
}

/// The kubeconfig files of a person.
#[derive(Clone, Debug)]
pub struct KubeconfigFiles {
    paths: Vec<PathBuf>,
}

/// Keeps others from writing a file. Gone when it is dropped.
struct Locked(PathBuf);

impl Drop for Locked {
    fn drop(&mut self) {
        // Who could make it can remove it; if not, the next one is told its name.
        fs::remove_file(&self.0).unwrap_or_default();
    }
}

impl KubeconfigFiles {
    /// Those of this process, or the one that was named.
    ///
    /// # Errors
    /// When there is no place for one.
    pub fn of_this_process(named: Option<&Path>) -> Result<Self, KubeconfigTrouble> {
        let variable = env::var_os("KUBECONFIG").filter(|value| !value.is_empty());
        let home = env::var_os("HOME").filter(|home| !home.is_empty());
        Self::new(named, variable, home)
    }

    fn new(
        named: Option<&Path>,
        variable: Option<OsString>,
        home: Option<OsString>,
    ) -> Result<Self, KubeconfigTrouble> {
        let listed = |list: &OsString| env::split_paths(list).filter(|path| !path.as_os_str().is_empty()).collect();
        let paths: Vec<PathBuf> = match (named, variable, home) {
            (Some(named), _, _) => vec![named.to_owned()],
            (None, Some(list), _) => listed(&list),
            (None, None, Some(home)) => vec![PathBuf::from(home).join(".kube/config")],
            (None, None, None) => Vec::new(),
        };
        if paths.is_empty() { Err(KubeconfigTrouble::Nowhere) } else { Ok(Self { paths }) }
    }

    /// Where a new entry goes.
    fn default_file(&self) -> Result<&Path, KubeconfigTrouble> {
        let there = self.paths.iter().find(|path| path.exists());
        there.or(self.paths.last()).map(PathBuf::as_path).ok_or(KubeconfigTrouble::Nowhere)
    }

    /// Finds out whether the entries of a cluster could be written, without writing them: every file that would be changed is
    /// changed in memory.
    ///
    /// # Errors
    /// When they could not.
    pub fn check(&self, context: &str, user: &str, switches: bool) -> Result<(), KubeconfigTrouble> {
        let new = Entries::stand_in(context, user);
        for Change { path, sections, is_home } in self.changes(&new)? {
            edited(&read(&path)?, &new, &sections, is_home, switches)
                .map_err(|Unreadable| KubeconfigTrouble::NotUnderstood { path: path.clone() })?;
            let target = target(&path)?;
            drop(lock(&path, &target)?);
            match fs::OpenOptions::new().append(true).open(&target) {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    return Err(KubeconfigTrouble::Unwritable { path, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What all of them say of a cluster.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn mentions(&self, cluster: &str) -> Result<Mentions, KubeconfigTrouble> {
        let mut all = Mentions::default();
        for path in &self.paths {
            let Ok(found) = entries::mentions(&read(path)?, cluster) else {
                return Err(KubeconfigTrouble::NotUnderstood { path: path.clone() });
            };
            all.contexts.extend(found.contexts);
            all.is_there |= found.is_there;
            all.servers.extend(found.servers);
            all.current = all.current.or(found.current);
        }
        Ok(all)
    }

    /// Writes the entries of a cluster; the file that a new one is in.
    ///
    /// # Errors
    /// When a file cannot be read, or written.
    pub fn add(&self, new: &Entries, switches: bool) -> Result<PathBuf, KubeconfigTrouble> {
        let mut written = PathBuf::new();
        for Change { path, sections, is_home } in self.changes(new)? {
            change(&path, |text| edited(text, new, &sections, is_home, switches))?;
            written = path;
        }
        Ok(written)
    }

    /// Which files are changed for these entries, the one for new entries last.
    fn changes(&self, new: &Entries) -> Result<Vec<Change>, KubeconfigTrouble> {
        let home = self.default_file()?.to_owned();
        let mut missing = Section::ALL.to_vec();
        let mut all = Vec::new();
        for path in &self.paths {
            let owned = new.owned_by(&read(path)?);
            let mut owned = owned.map_err(|Unreadable| KubeconfigTrouble::NotUnderstood { path: path.clone() })?;
            // The first file that names a thing wins.
            owned.retain(|section| missing.contains(section));
            missing.retain(|section| !owned.contains(section));
            if !owned.is_empty() && *path != home {
                all.push(Change { path: path.clone(), sections: owned, is_home: false });
            }
        }
        all.push(Change { path: home, sections: missing, is_home: true });
        Ok(all)
    }

    /// Takes the entries of a cluster out of every file; the contexts that led to it.
    ///
    /// # Errors
    /// When a file cannot be read, or written.
    pub fn remove(&self, cluster: &str, user: &str) -> Result<Vec<String>, KubeconfigTrouble> {
        let contexts = self.mentions(cluster)?.contexts;
        for path in &self.paths {
            let text = read(path)?;
            let gone = |text: &str| {
                let current = entries::mentions(text, cluster)?.current;
                let text = entries::without(text, cluster, user)?;
                let is_gone = current.is_some_and(|current| contexts.contains(&current));
                if is_gone { entries::switched(&text, "") } else { Ok(text) }
            };
            if gone(&text).is_ok_and(|changed| changed == text) {
                continue;
            }
            change(path, gone)?;
        }
        Ok(contexts)
    }
}

/// What is changed in one file.
struct Change {
    path: PathBuf,
    sections: Vec<Section>,
    /// Whether it is the one for new entries.
    is_home: bool,
}

fn edited(
    text: &str,
    new: &Entries,
    sections: &[Section],
    is_home: bool,
    switches: bool,
) -> Result<String, Unreadable> {
    let mut wanted = sections.to_vec();
    if is_home {
        wanted.extend(new.owned_by(text)?);
    }
    let text = new.put_into(text, &wanted)?;
    if is_home && switches { entries::switched(&text, &new.context) } else { Ok(text) }
}

/// The entries of a context in what a provider wrote.
///
/// # Errors
/// When they are not in it.
pub fn given(text: &str, program: &'static str, context: &str) -> Result<Entries, KubeconfigTrouble> {
    Entries::read(text, context)
        .map_err(|Unreadable| KubeconfigTrouble::NotGiven { program, context: context.to_owned() })
}

/// What a plain YAML file says.
pub(super) fn read_value(text: &str) -> Option<serde_json::Value> {
    edit::value(text).ok()
}

/// The text of a file; empty if there is none.
fn read(path: &Path) -> Result<String, KubeconfigTrouble> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(source) => Err(KubeconfigTrouble::Unread { path: path.to_owned(), source }),
    }
}

/// The file that is meant: what a link leads to, so that the link stays one.
fn target(path: &Path) -> Result<PathBuf, KubeconfigTrouble> {
    match fs::canonicalize(path) {
        Ok(target) => Ok(target),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok(fs::read_link(path).map_or_else(|_| path.to_owned(), |link| folder(path).join(link)))
        }
        Err(source) => Err(KubeconfigTrouble::Unread { path: path.to_owned(), source }),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn lock(path: &Path, target: &Path) -> Result<Locked, KubeconfigTrouble> {
    let unwritable = |source| KubeconfigTrouble::Unwritable { path: path.to_owned(), source };
    fs::create_dir_all(folder(target)).map_err(unwritable)?;
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    for _ in 0..ATTEMPTS {
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&lock) {
            Ok(_) => return Ok(Locked(lock)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => std::thread::sleep(PAUSE),
            Err(source) => return Err(unwritable(source)),
        }
    }
    Err(KubeconfigTrouble::Locked { path: path.to_owned(), lock })
}

/// Changes a file: all of it, or nothing.
fn change(path: &Path, edited: impl FnOnce(&str) -> Result<String, Unreadable>) -> Result<(), KubeconfigTrouble> {
    let unwritable = |source| KubeconfigTrouble::Unwritable { path: path.to_owned(), source };
    let target = target(path)?;
    let _locked = lock(path, &target)?;
    let before = read(&target)?;
    let after = edited(&before).map_err(|Unreadable| KubeconfigTrouble::NotUnderstood { path: path.to_owned() })?;
    if after == before {
        return Ok(());
    }
    let mode = fs::metadata(&target).map_or(0o600, |metadata| metadata.permissions().mode() & 0o777);
    let mut file = tempfile::Builder::new().prefix(".kubeconfig-").tempfile_in(folder(&target)).map_err(unwritable)?;
    file.write_all(after.as_bytes()).map_err(unwritable)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(mode)).map_err(unwritable)?;
    file.as_file().sync_all().map_err(unwritable)?;
    file.persist(&target).map_err(|error| unwritable(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use tempfile::TempDir;

    use super::{KubeconfigFiles, KubeconfigTrouble, given};

    fn given_by_kind(port: u16) -> super::Entries {
        let text = format!(
            "apiVersion: v1\nclusters:\n- cluster: {{server: 'https://127.0.0.1:{port}'}}\n  name: kind-a\ncontexts:\n- context: {{cluster: kind-a, \
             user: kind-a}}\n  name: kind-a\ncurrent-context: kind-a\nusers:\n- name: kind-a\n  user: {{token: sesame}}\n"
        );
        given(&text, "kind", "kind-a").unwrap()
    }

    fn files(folder: &TempDir, names: &[&str]) -> KubeconfigFiles {
        let paths: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
        KubeconfigFiles::new(None, Some(std::env::join_paths(paths).unwrap()), None).unwrap()
    }

    #[test]
    fn a_new_file_is_for_its_owner_only_and_an_old_one_keeps_its_mode() {
        let folder = TempDir::new().unwrap();
        let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        let all = files(&folder, &["deep/config"]);
        all.check("kind-a", "kind-a", true).unwrap();
        assert_eq!(all.add(&given_by_kind(1), true).unwrap(), folder.path().join("deep/config"));
        assert_eq!(mode("deep/config"), 0o600);
        fs::set_permissions(folder.path().join("deep/config"), fs::Permissions::from_mode(0o640)).unwrap();
        all.add(&given_by_kind(2), true).unwrap();
        assert_eq!(mode("deep/config"), 0o640);
        let names: Vec<_> =
            fs::read_dir(folder.path().join("deep")).unwrap().map(|one| one.unwrap().file_name()).collect();
        assert_eq!(names, ["config"]);
    }

    #[test]
    fn an_entry_is_changed_where_it_is_and_a_new_one_goes_to_the_first_file_that_exists() {
        let folder = TempDir::new().unwrap();
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        fs::write(folder.path().join("two"), "current-context: b\n").unwrap();
        let all = files(&folder, &["one", "two", "three"]);
        all.add(&given_by_kind(1), false).unwrap();
        assert!(
            read("one").is_empty() && read("two").starts_with("current-context: b\n") && read("two").contains(":1\n")
        );
        // Now a file before it exists; the entries stay where they are.
        fs::write(folder.path().join("one"), "# mine\n").unwrap();
        all.add(&given_by_kind(2), true).unwrap();
        assert!(read("two").contains(":2\n") && !read("one").contains("clusters"), "{}", read("one"));
        assert!(read("one").contains("current-context: kind-a"), "{}", read("one"));
        let found = all.mentions("kind-a").unwrap();
        assert_eq!((found.contexts, found.current.as_deref()), (vec!["kind-a".to_owned()], Some("kind-a")));
        all.remove("kind-a", "kind-a").unwrap();
        assert!(!read("two").contains("kind-a") && read("one").contains("current-context: \"\""));
        // Where none exists, the last is made, as kubectl does.
        let none = files(&folder, &["four", "five"]);
        assert_eq!(none.add(&given_by_kind(3), true).unwrap(), folder.path().join("five"));
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("real")).unwrap();
        symlink("real/config", folder.path().join("config")).unwrap();
        let all = files(&folder, &["config"]);
        for port in [1, 2] {
            all.add(&given_by_kind(port), true).unwrap();
            assert!(fs::symlink_metadata(folder.path().join("config")).unwrap().is_symlink());
            assert!(fs::read_to_string(folder.path().join("real/config")).unwrap().contains(&format!(":{port}\n")));
        }
    }

    #[test]
    fn what_cannot_be_written_is_told_and_left_alone() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(files(&folder, &["file/config"]).check("kind-a", "kind-a", true).is_err());
        let strange = "a: &b c\nd: *b\n";
        fs::write(folder.path().join("strange"), strange).unwrap();
        let all = files(&folder, &["strange"]);
        assert!(matches!(all.check("kind-a", "kind-a", true), Err(KubeconfigTrouble::NotUnderstood { .. })));
        assert!(all.add(&given_by_kind(1), true).is_err());
        assert_eq!(fs::read_to_string(folder.path().join("strange")).unwrap(), strange);
        fs::write(folder.path().join("taken.lock"), "").unwrap();
        assert!(matches!(
            files(&folder, &["taken"]).check("kind-a", "kind-a", true),
            Err(KubeconfigTrouble::Locked { .. })
        ));
        // Not only the file for new entries counts: another one has an entry of this name.
        fs::write(folder.path().join("first"), "").unwrap();
        fs::write(folder.path().join("second"), "users:\n- name: kind-a\n  user: {}\n").unwrap();
        fs::write(folder.path().join("second.lock"), "").unwrap();
        let both = files(&folder, &["first", "second"]);
        assert!(matches!(both.check("kind-a", "kind-a", true), Err(KubeconfigTrouble::Locked { .. })));
        both.check("kind-b", "kind-b", true).unwrap();
        assert!(files(&folder, &["first", "strange"]).check("kind-b", "kind-b", true).is_err());
        assert!(given("", "kind", "kind-a").is_err());
    }
}
