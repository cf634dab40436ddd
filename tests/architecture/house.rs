//! The house rules that a machine can see.

use super::source::{Seen, Source};

/// A file asks to be split here; the architecture aims at 150.
const MOST_LINES: usize = 400;
const FEWEST_WORDS_OF_A_TEST: usize = 3;
/// Drawers: whatever is put there has a better place.
const DRAWERS: &[&str] = &["common", "helper", "helpers", "misc", "util", "utilities", "utils"];
/// Short words that are whole: what Rust, the command line and everybody calls them.
const SHORT_WORDS: &[&str] = &["api", "cli", "gpu", "k3d", "k8s", "lib", "man", "mod", "ssh", "ui"];
/// Shortened words.
const SHORTENED: &[&str] = &[
    "args", "auth", "buf", "cert", "certs", "cmd", "conf", "conn", "creds", "deps", "diag", "dir", "doc", "elem",
    "env", "err", "errs", "exec", "func", "gen", "impl", "info", "iter", "kube", "len", "mgr", "msg", "net", "num",
    "obj", "objs", "opt", "opts", "param", "params", "perm", "pkg", "pos", "prev", "proc", "prop", "props", "ref",
    "refs", "reg", "repo", "req", "res", "resp", "ser", "sig", "std", "str", "sync", "temp", "tmp", "val", "vals",
    "var", "vars", "ver",
];
const ENDINGS_IN_A_CRASH: &[&str] = &["unwrap", "unwrap_err", "unwrap_unchecked", "expect", "expect_err"];
const CRASHES: &[&str] = &["panic", "todo", "unimplemented", "unreachable", "assert", "assert_eq", "assert_ne", "dbg"];

/// Every house rule that the sources break.
pub(crate) fn check(sources: &[Source<'_>]) -> Vec<String> {
    let mut violations = Vec::new();
    for source in sources {
        let mut tell = |line: usize, what: String| violations.push(format!("{}:{line}: {what}", source.path));
        first_line(source, &mut tell);
        length(source, &mut tell);
        crashes(source, &mut tell);
        whole_words(source, &mut tell);
        lowered_lints(source, &mut tell);
        code_from_elsewhere(source, &mut tell);
        for line in &source.discarded {
            tell(*line, "discards an outcome with `_ =`; handle it, or say why nobody needs it".to_owned());
        }
        violations.extend(for_tests(source));
    }
    violations
}

/// The rules that tests keep too.
pub(crate) fn for_tests(source: &Source<'_>) -> Vec<String> {
    let mut violations = Vec::new();
    let mut tell = |line: usize, what: String| violations.push(format!("{}:{line}: {what}", source.path));
    for (line, name) in names(source).filter(|(_, name)| DRAWERS.contains(name)) {
        tell(line, format!("`{name}` is a drawer; name it by its subject"));
    }
    for Seen { name, line, .. } in &source.tests {
        let words = name.split('_').filter(|word| !word.is_empty()).count();
        if words < FEWEST_WORDS_OF_A_TEST {
            tell(*line, format!("the test `{name}` is not named by a sentence"));
        }
    }
    violations
}

fn lowered_lints(source: &Source<'_>, tell: &mut impl FnMut(usize, String)) {
    for attribute in &source.attributes {
        let lowers = |word: &&(String, Vec<String>)| matches!(word.0.as_str(), "allow" | "warn");
        if let Some((word, _)) = attribute.words.iter().find(lowers) {
            tell(attribute.line, format!("`{word}` lowers a lint for good; `expect` ends when its reason does"));
        }
    }
}

fn first_line(source: &Source<'_>, tell: &mut impl FnMut(usize, String)) {
    let after = source.declaration().map_or(0, |declaration| declaration.last_line);
    if !source.text.lines().nth(after).is_some_and(|line| line.starts_with("//! ")) {
        tell(after + 1, "does not begin with a `//!` line that says what the file is for".to_owned());
    }
}

fn length(source: &Source<'_>, tell: &mut impl FnMut(usize, String)) {
    let all = source.text.lines().count();
    let is_test = |line: &usize| source.test_lines.iter().any(|(first, last)| (first..=last).contains(&line));
    let lines = (1..=all).filter(|line| !is_test(line)).count();
    if lines > MOST_LINES {
        tell(all, format!("has {lines} lines without its tests, more than {MOST_LINES}; split it by subject"));
    }
}

fn crashes(source: &Source<'_>, tell: &mut impl FnMut(usize, String)) {
    let methods = source.methods.iter().filter(|method| !method.in_test).map(|method| (method.line, &method.name, ""));
    let paths = source.paths.iter().filter(|used| !used.in_test && !used.is_import);
    let paths = paths.filter_map(|used| {
        let sign = if used.is_macro { "!" } else { "" };
        used.path.last().filter(|_| used.is_macro || used.path.len() > 1).map(|name| (used.line, name, sign))
    });
    for (line, name, sign) in methods.chain(paths) {
        let list = if sign.is_empty() { ENDINGS_IN_A_CRASH } else { CRASHES };
        if list.contains(&name.as_str()) {
            tell(line, format!("`{name}{sign}` ends in a crash; return an error"));
        }
    }
}

/// What these rules could not follow.
fn code_from_elsewhere(source: &Source<'_>, tell: &mut impl FnMut(usize, String)) {
    let attributes = source.attributes.iter().filter(|attribute| attribute.name == "path");
    let is_include = |last: &String| last == "include";
    let macros = source.paths.iter().filter(|used| used.is_macro && used.path.last().is_some_and(is_include));
    let lines = attributes.map(|attribute| (attribute.line, "path")).chain(macros.map(|used| (used.line, "include!")));
    for (line, name) in lines {
        tell(line, format!("`{name}` takes code from elsewhere; a module is where its name says"));
    }
    for line in &source.renamed_crates {
        tell(*line, "`extern crate` gives a crate another name".to_owned());
    }
}

/// The names of the file, the folders it is in, and the modules in it.
fn names<'a>(source: &'a Source<'_>) -> impl Iterator<Item = (usize, &'a str)> {
    let outside = source.path.trim_end_matches(".rs").split('/').skip(1).map(|name| (1, name));
    let inside = source.modules.iter().filter_map(|module| Some((module.line, module.path.last()?.as_str())));
    outside.chain(inside)
}

fn whole_words(source: &Source<'_>, tell: &mut impl FnMut(usize, String)) {
    for (line, name) in names(source) {
        if let Some(word) = name.split('_').find(|word| !is_whole(word)) {
            tell(line, format!("`{word}` in the name `{name}` is not a whole word"));
        }
    }
}

fn is_whole(word: &str) -> bool {
    SHORT_WORDS.contains(&word)
        || (word.len() >= 2
            && !SHORTENED.contains(&word)
            && word.bytes().all(|letter| letter.is_ascii_lowercase())
            && word.contains(['a', 'e', 'i', 'o', 'u', 'y']))
}
