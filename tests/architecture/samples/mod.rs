//! Every rule broken once: the checks are worth something only if they fail.

mod direction;
mod effects;
mod house;

use super::checks;
use crate::{LINTS, ONLY, ROOMS};

/// What is said about files that begin well otherwise.
fn violations(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let texts: Vec<_> = files.iter().map(|(path, text)| (*path, format!("//! A sample.\n{text}\n"))).collect();
    let files: Vec<_> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
    checks::sources(ROOMS, ONLY, LINTS, &files)
}

fn as_they_are(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
    checks::sources(ROOMS, ONLY, LINTS, files)
}

/// One file, one violation, word by word.
#[track_caller]
fn breaks(path: &str, text: &str, expected: &str) {
    assert_eq!(violations(&[(path, text)]), Ok(vec![format!("{path}:{expected}")]), "{text}");
}

#[track_caller]
fn keeps(path: &str, text: &str) {
    assert_eq!(violations(&[(path, text)]), Ok(Vec::new()), "{text}");
}
