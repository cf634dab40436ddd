//! Side effects, and what only one file does.

use super::{as_they_are, breaks, keeps, violations};
use crate::LINTS;
use crate::architecture::effects::Banned;

#[test]
fn everything_that_clippy_bans_is_found_under_every_name() -> Result<(), String> {
    let banned = Banned::all(LINTS)?;
    assert!(banned.len() > 100, "only {} rows", banned.len());
    for ban in &banned {
        let [front @ .., before, last] = ban.path.as_slice() else { return Err(format!("{ban:?}")) };
        let parent = [front, std::slice::from_ref(before)].concat().join("::");
        let texts = [
            format!("fn all() {{ let all = {parent}::{last}; }}"),
            format!("use {parent};\nfn all() {{ let all = {before}::{last}; }}"),
            format!("use {parent} as other;\nfn all() {{ one.map(other::{last}) }}"),
            format!("use {parent}::{{{last} as other}};"),
            format!("type Other = {parent};\nfn all() {{ <Other>::{last}; }}"),
        ];
        let paths = ["one", "two", "three", "four", "five"].map(|name| format!("src/kubernetes/{name}.rs"));
        let files: Vec<_> = paths.iter().zip(&texts).map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let seen = violations(&files)?;
        for (path, text) in files {
            let is_told = |line: &&String| {
                line.starts_with(path) && line.contains("#![expect(clippy::disallowed_") && line.ends_with(&ban.reason)
            };
            assert_eq!(seen.iter().filter(is_told).count(), 1, "{text}\n{seen:?}");
        }
    }
    Ok(())
}

#[test]
fn a_banned_call_is_told_with_the_way_out() {
    breaks(
        "src/cli/init.rs",
        "use std::fs::File;\nfn open() { File::open(\"a\") }",
        "3: uses `File::open`, which is `std::fs::File::open`, and does not begin with \
         #![expect(clippy::disallowed_methods, reason = \"…\")]: declare the file that reads the disk",
    );
    breaks(
        "src/cli/init.rs",
        "fn all() -> std::collections::hash_map::HashMap<u8, u8> { Default::default() }",
        "2: uses `std::collections::hash_map::HashMap`, which is `std::collections::HashMap`, and does not begin \
         with #![expect(clippy::disallowed_types, reason = \"…\")]: same input, same bytes: use BTreeMap",
    );
}

#[test]
fn a_file_that_declares_its_side_effects_may_have_them() {
    let text = "#![expect(clippy::disallowed_methods, reason = \"reads\")]\n//! A sample.\nuse std::fs::read;\n";
    assert_eq!(as_they_are(&[("src/cli/source.rs", text)]), Ok(Vec::new()));
}

#[test]
fn a_declaration_speaks_for_its_own_file_and_its_own_lint() {
    let declared =
        "#![expect(clippy::disallowed_types, reason = \"counts\")]\n//! A sample.\npub use std::fs::read as open;\n";
    let uses = "//! A sample.\nuse super::source::open;\n";
    let seen = as_they_are(&[("src/cli/source.rs", declared), ("src/cli/init.rs", uses)]);
    let rule = "and does not begin with #![expect(clippy::disallowed_methods, reason = \"…\")]: \
                declare the file that reads the disk";
    assert_eq!(
        seen,
        Ok(vec![
            format!("src/cli/init.rs:2: uses `super::source::open`, which is `std::fs::read`, {rule}"),
            format!("src/cli/source.rs:3: uses `std::fs::read`, {rule}"),
        ])
    );
}

#[test]
fn a_pure_file_declares_nothing() {
    let text = "#![expect(clippy::disallowed_methods, reason = \"reads\")]\n//! A sample.\nuse std::fs::read;\n";
    for path in ["src/config/load.rs", "src/report/yaml.rs", "src/image/written.rs", "src/kubernetes/diagnose.rs"] {
        let expected = format!("{path}:1: declares side effects in a file that is pure");
        assert_eq!(as_they_are(&[(path, text)]), Ok(vec![expected]));
    }
    assert_eq!(as_they_are(&[("src/image/registry/client.rs", text)]), Ok(Vec::new()));
}

#[test]
fn a_ban_is_lifted_on_the_first_line_only() {
    breaks(
        "src/cli/init.rs",
        "#[expect(clippy::disallowed_types, reason = \"counts\")]\nfn count() {}",
        "2: lifts a ban of clippy.toml; only the first line of a file does that, as #![expect(…)]",
    );
}

#[test]
fn a_glob_hides_no_banned_call() {
    breaks(
        "src/cli/init.rs",
        "use std::env::*;",
        "2: takes everything of `std::env`, where `std::env::args` is banned",
    );
    keeps("src/cli/init.rs", "use std::fmt::*;");
}

#[test]
fn another_thing_of_the_same_name_is_not_banned() {
    keeps("src/cli/mod.rs", "use clap::Command;\nfn command() -> Command { Command::new(\"sindri\") }");
    keeps("src/cli/mod.rs", "struct File;\nfn open() { File::open() }");
    keeps("src/cli/mod.rs", "fn command() { clap::Command::new(\"sindri\") }");
}

#[test]
fn a_name_that_a_macro_may_bring_along_is_banned() {
    breaks(
        "src/cli/init.rs",
        "fn open() { bring!(fs); fs::read(1) }",
        "2: uses `fs::read`, which is `std::fs::read`, and does not begin with \
         #![expect(clippy::disallowed_methods, reason = \"…\")]: declare the file that reads the disk",
    );
}

#[test]
fn a_lifetime_declares_nothing() {
    breaks(
        "src/cli/init.rs",
        "type Open = &'static File;\nfn open() { bring!(File); File::open(1) }",
        "3: uses `File::open`, which is `std::fs::File::open`, and does not begin with \
         #![expect(clippy::disallowed_methods, reason = \"…\")]: declare the file that reads the disk",
    );
}

#[test]
fn only_the_interface_writes_to_the_standard_streams() {
    breaks(
        "src/cli/init.rs",
        "fn say() { println!(\"a\"); std::eprint!(\"b\") }",
        "2: uses `println!`; only src/cli/ui.rs or src/cli/pipes.rs writes to standard output and standard error",
    );
    let text = "#![expect(clippy::disallowed_methods, reason = \"reads\")]\n//! A sample.\nuse std::io;\nfn say() { io::stdout() }\n";
    assert_eq!(
        as_they_are(&[("src/cli/source.rs", text)]),
        Ok(vec![
            "src/cli/source.rs:4: uses `io::stdout`; only src/cli/ui.rs or src/cli/pipes.rs writes to standard output and standard error"
                .to_owned()
        ])
    );
    assert_eq!(as_they_are(&[("src/cli/ui.rs", text)]), Ok(Vec::new()));
}

#[test]
fn only_failures_choose_exit_codes() {
    let text = "use std::process::ExitCode;\nfn end() -> ExitCode { ExitCode::from(3) }";
    breaks("src/cli/mod.rs", text, "3: uses `ExitCode::from`; only src/cli/failure.rs chooses exit codes");
    keeps("src/cli/failure.rs", text);
    keeps("src/cli/mod.rs", "fn end() -> std::process::ExitCode { std::process::ExitCode::SUCCESS }");
}

#[test]
fn one_file_knows_each_thing_that_may_be_replaced() {
    for (text, expected) in [
        ("use granit_parser::Parser;", "`granit_parser::Parser`; only src/config/yaml.rs knows the YAML parser"),
        (
            "use oci_client::Client;",
            "`oci_client::Client`; only src/image/registry/client.rs or src/image/registry/download.rs or \
             src/local/install/download.rs talks to servers over HTTP",
        ),
        (
            "use std::process::Command;",
            "`std::process::Command`; only src/local/process.rs or src/local/pour.rs starts processes",
        ),
        (
            "use std::io::Stdin;",
            "`std::io::Stdin`; only src/cli/ui.rs or src/cli/source.rs or src/cli/pipes.rs reads standard input",
        ),
        ("use anyhow::Result;", "`anyhow::Result`; nothing here flattens errors: each room has its own"),
        (
            "use kube::Config;",
            "`kube::Config`; only src/kubernetes/connect.rs or src/kubernetes/identity.rs builds the client of a cluster",
        ),
    ] {
        breaks("src/cli/render.rs", text, &format!("2: uses {expected}"));
    }
}
