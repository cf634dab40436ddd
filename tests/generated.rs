//! What is generated is kept in the repository and never stale. `make generate` writes it.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use sindri::cli::reference::generated_files;

#[test]
fn generated_files_are_what_the_program_generates() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut stale = Vec::new();
    for (path, expected) in generated_files() {
        let file = root.join(&path);
        if env::var_os("SINDRI_OVERWRITE").is_some() {
            fs::create_dir_all(file.parent().ok_or("a file without a folder")?)?;
            fs::write(&file, &expected)?;
        }
        if fs::read_to_string(&file).unwrap_or_default() != expected {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}; run `make generate`");
    Ok(())
}

#[test]
fn folders_of_generated_files_hold_nothing_else() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let expected: BTreeSet<String> = generated_files().into_keys().collect();
    for folder in ["docs/man", "docs/completions", "schemas"] {
        for entry in fs::read_dir(root.join(folder))? {
            let path = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            assert!(expected.contains(&path), "{path} is not generated any more; remove it");
        }
    }
    Ok(())
}
