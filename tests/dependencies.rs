#![expect(clippy::disallowed_methods, reason = "asks cargo for the tree of dependencies, and reads the sources")]
//! Holds the dependencies to deny.toml, without cargo-deny and without a network: licences, and crates that are refused.
//!
//! Licences are looked at on the platform of this machine, whose crates cargo has here; names on every platform.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;
use toml_edit::{DocumentMut, InlineTable, Item, Table};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[test]
fn every_licence_is_allowed() -> Outcome {
    let allowed = allowed()?;
    let packages = packages()?;
    assert!(packages.len() > 50, "only {} packages", packages.len());
    let refused = not_allowed(&packages, &allowed);
    assert!(refused.is_empty(), "not in the list `allow` of deny.toml:\n{}", refused.join("\n"));
    Ok(())
}

#[test]
fn a_licence_that_leaves_the_list_is_missed() -> Outcome {
    let mut allowed = allowed()?;
    assert!(allowed.remove("Unicode-3.0"));
    assert_eq!(not_allowed(&packages()?, &allowed), ["unicode-ident: (MIT OR Apache-2.0) AND Unicode-3.0"]);
    assert_eq!(not_allowed(&[("mystery".to_owned(), None)], &allowed), ["mystery: no licence"]);
    Ok(())
}

#[test]
fn no_refused_crate_is_in_the_tree() -> Outcome {
    let (refused, locked) = (refused()?, locked()?);
    assert!(locked.contains("clap"), "{locked:?}");
    for name in refused.intersection(&locked) {
        // A crate that another could use, with a feature that nobody asks for, is in Cargo.lock and is never built.
        let users = cargo(&["tree", "--offline", "--locked", "--all-features", "--edges", "all", "--invert", name])?;
        assert!(users.is_empty(), "deny.toml refuses {name}, and it is there:\n{users}");
    }
    assert!(!cargo(&["tree", "--offline", "--locked", "--invert", "rustls"])?.is_empty());
    Ok(())
}

#[test]
fn no_crate_is_shipped_in_two_versions_without_a_reason() -> Outcome {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let tree = ["tree", "--offline", "--locked", "--all-features", "--edges", "normal,build", "--prefix", "none"];
    for line in cargo(&[&tree[..], &["--format", "{p}"]].concat())?.lines() {
        if let [name, version, ..] = line.split_whitespace().collect::<Vec<_>>()[..] {
            versions.entry(name.to_owned()).or_default().insert(version.trim_start_matches('v').to_owned());
        }
    }
    assert!(versions.len() > 50, "only {} crates", versions.len());
    let mut skipped = BTreeSet::new();
    for row in rows("skip")? {
        let text =
            |key| row.get(key).and_then(toml_edit::Value::as_str).ok_or(format!("a row of `skip` has no `{key}`"));
        let (name, version) = text("crate")?.split_once(':').ok_or("a row of `skip` names no version")?;
        assert!(text("reason")?.len() > 20, "no reason for {name}");
        let all = versions
            .get_mut(name)
            .filter(|all| all.len() > 1)
            .ok_or(format!("{name} is there once: skip it no more"))?;
        let found = all.iter().find(|one| one.starts_with(&format!("{version}."))).cloned();
        all.remove(&found.ok_or(format!("{name} {version} is not there: skip it no more"))?);
        skipped.insert(name.to_owned());
    }
    assert!(!skipped.is_empty());
    versions.retain(|_, versions| versions.len() > 1);
    assert!(versions.is_empty(), "more than one version, and no row of `skip` in deny.toml: {versions:?}");
    Ok(())
}

#[test]
fn the_crates_that_must_never_come_in_are_refused() -> Outcome {
    let refused = refused()?;
    for name in ["openssl", "openssl-sys", "native-tls", "ring", "serde_yaml"] {
        assert!(refused.contains(name), "deny.toml does not refuse {name}");
    }
    Ok(())
}

#[test]
fn every_crate_that_the_program_asks_for_is_used() -> Outcome {
    let manifest = document("Cargo.toml")?;
    let wanted = manifest.get("dependencies").and_then(Item::as_table).map(keys).unwrap_or_default();
    assert!(wanted.contains("clap"), "{wanted:?}");
    let sources = sources(&root().join("src"))?;
    let mut unused = Vec::new();
    for name in &wanted {
        let path = Regex::new(&format!(r"(^|[^\w:]){}(::|;)", name.replace('-', "_")))?;
        if !sources.iter().any(|text| path.is_match(text)) {
            unused.push(name);
        }
    }
    assert!(unused.is_empty(), "nothing in src/ uses {unused:?}");
    Ok(())
}

#[test]
fn an_expression_of_licences_is_read_as_it_is_meant() {
    let allowed = ["Apache-2.0", "MIT", "Unicode-3.0"].map(str::to_owned).into();
    for expression in [
        "MIT",
        "MIT/Apache-2.0",
        "Apache-2.0 / GPL-3.0",
        "GPL-3.0 OR MIT",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        "GPL-3.0 AND Zlib OR MIT",
    ] {
        assert!(is_allowed(expression, &allowed), "{expression}");
    }
    for expression in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT OR Apache-2.0) AND OpenSSL",
        "MIT AND (GPL-3.0 OR Zlib)",
        "Apache-2.0 WITH LLVM-exception",
        "MIT OR",
        "(MIT",
        "MIT GPL-3.0",
    ] {
        assert!(!is_allowed(expression, &allowed), "{expression}");
    }
}

fn not_allowed(packages: &[(String, Option<String>)], allowed: &BTreeSet<String>) -> Vec<String> {
    let is_refused = |licence: &Option<String>| !licence.as_ref().is_some_and(|licence| is_allowed(licence, allowed));
    let refused = packages.iter().filter(|(_, licence)| is_refused(licence));
    refused.map(|(name, licence)| format!("{name}: {}", licence.as_deref().unwrap_or("no licence"))).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn document(name: &str) -> Outcome<DocumentMut> {
    Ok(fs::read_to_string(root().join(name))?.parse()?)
}

fn keys(table: &Table) -> BTreeSet<String> {
    table.iter().map(|(key, _)| key.to_owned()).collect()
}

fn allowed() -> Outcome<BTreeSet<String>> {
    let document = document("deny.toml")?;
    let list = document.get("licenses").and_then(|licences| licences.get("allow")).and_then(Item::as_array);
    let list = list.ok_or("deny.toml has no list `allow` of licences")?;
    Ok(list.iter().filter_map(|licence| licence.as_str().map(str::to_owned)).collect())
}

fn refused() -> Outcome<BTreeSet<String>> {
    let name = |row: &InlineTable| Some(row.get("crate")?.as_str()?.to_owned());
    Ok(rows("deny")?.iter().map(|row| name(row).ok_or("a row of `deny` has no `crate`")).collect::<Result<_, _>>()?)
}

/// The rows of a list of crates.
fn rows(list: &str) -> Outcome<Vec<InlineTable>> {
    let document = document("deny.toml")?;
    let found = document.get("bans").and_then(|bans| bans.get(list)).and_then(Item::as_array);
    let rows = found.ok_or(format!("deny.toml has no list `{list}` of crates"))?.iter();
    Ok(rows.filter_map(|row| row.as_inline_table().cloned()).collect())
}

/// The names in Cargo.lock: every platform, every feature.
fn locked() -> Outcome<BTreeSet<String>> {
    let document = document("Cargo.lock")?;
    let packages = document.get("package").and_then(Item::as_array_of_tables).ok_or("Cargo.lock has no packages")?;
    Ok(packages.iter().filter_map(|package| package.get("name")?.as_str().map(str::to_owned)).collect())
}

/// Every crate of the tree with its licence, as cargo says.
fn packages() -> Outcome<Vec<(String, Option<String>)>> {
    let about = cargo(&["-vV"])?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("cargo does not say its host")?;
    let tree = ["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host];
    let tree: Value = serde_json::from_str(&cargo(&tree)?)?;
    let used = tree.pointer("/resolve/nodes").and_then(Value::as_array).ok_or("cargo resolved nothing")?;
    let used: BTreeSet<_> = used.iter().filter_map(|node| node.get("id")?.as_str()).collect();
    let packages = tree.get("packages").and_then(Value::as_array).ok_or("cargo knows no packages")?;
    let text = |package: &Value, key| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let packages = packages.iter().filter(|package| text(package, "id").is_some_and(|id| used.contains(id.as_str())));
    Ok(packages.map(|package| (text(package, "name").unwrap_or_default(), text(package, "license"))).collect())
}

fn cargo(arguments: &[&str]) -> Outcome<String> {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output()?;
    if !output.status.success() {
        return Err(format!("cargo {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn sources(folder: &Path) -> Outcome<Vec<String>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            texts.extend(sources(&entry.path())?);
        } else {
            texts.push(fs::read_to_string(entry.path())?);
        }
    }
    Ok(texts)
}

/// Whether one may take a crate with such a licence: `(MIT OR Apache-2.0) AND Unicode-3.0`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    matches!(either(&words, allowed), Some((true, [])))
}

/// The meaning of the words so far, and the words that are left; none where they mean nothing.
type Meaning<'a> = Option<(bool, &'a [&'a str])>;

fn either<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> Meaning<'a> {
    let (mut meaning, mut rest) = both(words, allowed)?;
    while let ["OR", others @ ..] = rest {
        let (other, left) = both(others, allowed)?;
        (meaning, rest) = (meaning || other, left);
    }
    Some((meaning, rest))
}

fn both<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> Meaning<'a> {
    let (mut meaning, mut rest) = one(words, allowed)?;
    while let ["AND", others @ ..] = rest {
        let (other, left) = one(others, allowed)?;
        (meaning, rest) = (meaning && other, left);
    }
    Some((meaning, rest))
}

fn one<'a>(words: &'a [&'a str], allowed: &BTreeSet<String>) -> Meaning<'a> {
    match words {
        ["(", inside @ ..] => match either(inside, allowed)? {
            (meaning, [")", rest @ ..]) => Some((meaning, rest)),
            _ => None,
        },
        [licence, "WITH", exception, rest @ ..] => {
            Some((allowed.contains(&format!("{licence} WITH {exception}")), rest))
        }
        ["OR" | "AND" | ")", ..] | [] => None,
        [licence, rest @ ..] => Some((allowed.contains(*licence), rest)),
    }
}
