//! All rules over a set of files, given as path and text.

use super::effects::{Banned, Only};
use super::reader::read;
use super::resolve::Names;
use super::rooms::Room;
use super::source::Source;
use super::{effects, house, rooms};

/// Every rule that the sources break. `lints` is the text of clippy.toml.
pub(crate) fn sources(
    table: &[Room],
    only: &[Only],
    lints: &str,
    files: &[(&str, &str)],
) -> Result<Vec<String>, String> {
    let banned = Banned::all(lints)?;
    let sources = read_all(files)?;
    let names = Names::new(&sources);
    let mut violations = rooms::check(table, &sources, &names);
    violations.extend(effects::check(table, only, &banned, &sources, &names));
    violations.extend(house::check(&sources));
    Ok(in_order(violations))
}

/// Every house rule that the tests break.
pub(crate) fn tests(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let sources = read_all(files)?;
    Ok(in_order(sources.iter().flat_map(house::for_tests).collect()))
}

/// Reads the files, and learns from `#[cfg(test)] mod tests;` which of them are tests.
fn read_all<'a>(files: &[(&'a str, &'a str)]) -> Result<Vec<Source<'a>>, String> {
    let mut sources = files.iter().map(|(path, text)| read(path, text)).collect::<Result<Vec<_>, _>>()?;
    let tests: Vec<_> = sources
        .iter()
        .flat_map(|source| source.modules.iter().filter(|module| module.in_test).map(|module| module.path.clone()))
        .collect();
    for source in &mut sources {
        if tests.iter().any(|test| source.module.starts_with(test)) {
            source.become_test();
        }
    }
    Ok(sources)
}

/// By file, then by line.
fn in_order(mut violations: Vec<String>) -> Vec<String> {
    violations.sort_by_key(|violation| {
        let mut parts = violation.splitn(3, ':');
        let path = parts.next().unwrap_or_default().to_owned();
        let line = parts.next().and_then(|line| line.parse::<usize>().ok()).unwrap_or_default();
        (path, line, violation.clone())
    });
    violations
}
