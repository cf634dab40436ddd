//! What is wrong on the command line.

use super::site::{Site, says};
use crate::run::Outcome;

fn run(site: &Site, arguments: &[&str]) -> Outcome<crate::run::Ended> {
    let arguments = [&["k8s", "install"], arguments].concat().into_iter().map(str::to_owned).collect();
    Ok(site.run(arguments).end()?)
}

#[test]
fn another_version_needs_its_checksum() -> Outcome {
    let site = Site::new()?;
    let page = "https://github.com/k3d-io/k3d/releases/tag/v5.8.3";
    let ended = run(&site, &["k3d", "--version", "v5.8.3"])?;
    says(&ended, 2, &["the checksum of k3d v5.8.3 for", "only that of v5.9.0", "`--sha256`", "checksums.txt", page]);
    let ended = run(&site, &["kind", "--sha256", &"a".repeat(64)])?;
    says(&ended, 2, &["has the checksum", "and aaaa", "leave `--sha256` out"]);
    Ok(())
}

#[test]
fn what_is_written_wrong_is_told_before_anything_is_done() -> Outcome {
    let site = Site::new()?;
    for (arguments, problem) in [
        (&["minikube"][..], "possible values: kind, k3d"),
        (&["kind", "--version", "latest"], "write it as `0.33.0` or `v0.33.0`"),
        (&["kind", "--sha256", "abc"], "`abc` is no SHA-256"),
        (&["kind", "--base-url", "ftp://mirror"], "`ftp://mirror` is no place to download from"),
        (&["kind", "--base-url", "https://ada:hunter2@mirror"], "`mirror` is no place to download from"),
        (&["kind", "--dir", ""], "a value is required for '--dir <FOLDER>'"),
        (&[], "Usage: sindri k8s install"),
    ] {
        let ended = run(&site, arguments)?;
        says(&ended, 2, &[problem]);
        assert!(!ended.said.contains("hunter2"), "{ended}");
    }
    site.has_nothing()
}

#[test]
fn without_a_home_the_folder_has_to_be_named() -> Outcome {
    let site = Site::new()?;
    let ended = site.folder.sindri(["k8s", "install", "kind"]).variable("HOME", "nowhere").end()?;
    says(&ended, 2, &["HOME is not set", "`--dir`"]);
    assert_eq!(site.folder.names()?, Vec::<String>::new());
    Ok(())
}
