//! The house rules.

use super::{as_they_are, breaks, keeps, violations};
use crate::architecture::checks;

#[test]
fn no_lint_is_lowered_for_good() {
    let rule = "lowers a lint for good; `expect` ends when its reason does";
    breaks("src/names.rs", "#[allow(dead_code, reason = \"later\")]\nfn a() {}", &format!("2: `allow` {rule}"));
    breaks("src/names.rs", "#![cfg_attr(unix, allow(clippy::all))]", &format!("2: `allow` {rule}"));
    breaks("src/names.rs", "#[warn(unused)]\nfn a() {}", &format!("2: `warn` {rule}"));
    keeps("src/names.rs", "#[expect(dead_code, reason = \"later\")]\nfn allow() { allow() }");
}

#[test]
fn no_outcome_is_discarded_unseen() {
    let rule = "discards an outcome with `_ =`; handle it, or say why nobody needs it";
    breaks("src/names.rs", "fn a() {\n    let _ = b();\n}", &format!("3: {rule}"));
    breaks("src/names.rs", "fn a() {\n    let _: Result<(), ()> = b();\n}", &format!("3: {rule}"));
    breaks("src/names.rs", "fn a() {\n    _ = b();\n}", &format!("3: {rule}"));
    keeps("src/names.rs", "const _: () = ();\nfn a(_: u8) { let _guard = b(); match c { _ => {} } }");
}

#[test]
fn nothing_ends_in_a_crash_outside_of_tests() {
    for (code, name) in [
        ("b().unwrap()", "unwrap"),
        ("b().expect(\"c\")", "expect"),
        ("b().map(Option::unwrap)", "unwrap"),
        ("panic!(\"c\")", "panic!"),
        ("std::todo!()", "todo!"),
        ("unreachable!()", "unreachable!"),
        ("assert!(b)", "assert!"),
    ] {
        let text = format!("fn a() {{\n    {code}\n}}");
        breaks("src/names.rs", &text, &format!("3: `{name}` ends in a crash; return an error"));
        keeps("src/names.rs", &format!("#[cfg(test)]\nmod tests {{ {text} }}"));
        keeps("src/names.rs", &format!("#[test]\nfn one_two_three() {{ {code} }}"));
        let files = [("src/names.rs", "#[cfg(test)]\nmod tests;"), ("src/names/tests.rs", text.as_str())];
        assert_eq!(violations(&files), Ok(Vec::new()));
    }
    keeps("src/names.rs", "fn a() { b().unwrap_or_default(); c.unwrap; }");
}

#[test]
fn code_that_is_not_only_for_tests_is_no_test() {
    let rule = "`unwrap` ends in a crash; return an error";
    breaks("src/names.rs", "#[cfg(not(test))]\nfn a() { b().unwrap() }", &format!("3: {rule}"));
    breaks("src/names.rs", "#[cfg(any(test, unix))]\nfn a() { b().unwrap() }", &format!("3: {rule}"));
    breaks("src/names.rs", "#[cfg(test)]\nuse a::{b};\nfn a() { b().unwrap() }", &format!("4: {rule}"));
    breaks("src/names.rs", "#[cfg(test)]\nmod tests {}\nfn a() { b().unwrap() }", &format!("4: {rule}"));
}

#[test]
fn a_long_file_is_split_but_its_tests_are_not_counted() {
    let code = |lines: usize| "const A: u8 = 1;\n".repeat(lines);
    breaks("src/names.rs", &code(400), "402: has 402 lines without its tests, more than 400; split it by subject");
    keeps("src/names.rs", &format!("{}#[cfg(test)]\nmod tests {{\n{}}}", code(398), code(300)));
}

#[test]
fn names_are_whole_words_and_no_drawers() {
    breaks("src/cli/utils.rs", "", "1: `utils` is a drawer; name it by its subject");
    breaks("src/config/common/mod.rs", "", "1: `common` is a drawer; name it by its subject");
    breaks("src/names.rs", "mod helpers { }", "2: `helpers` is a drawer; name it by its subject");
    breaks("src/cli/cfg_file.rs", "", "1: `cfg` in the name `cfg_file` is not a whole word");
    breaks("src/cli/impl.rs", "", "1: `impl` in the name `impl` is not a whole word");
    keeps("src/cli/port_forward.rs", "");
}

#[test]
fn a_file_begins_with_what_it_is_for() {
    let seen = as_they_are(&[
        ("src/names.rs", "use std::fmt;\n//! Late.\n"),
        ("src/cli/init.rs", "#![expect(clippy::disallowed_methods, reason = \"reads\")]\nuse std::fs::read;\n"),
    ]);
    let rule = "does not begin with a `//!` line that says what the file is for";
    assert_eq!(seen, Ok(vec![format!("src/cli/init.rs:2: {rule}"), format!("src/names.rs:1: {rule}")]));
}

#[test]
fn a_test_is_named_by_a_sentence() -> Result<(), String> {
    let text = "#[cfg(test)]\nmod tests {\n    #[test]\n    fn it_works() {}\n}";
    breaks("src/names.rs", text, "5: the test `it_works` is not named by a sentence");
    let text = "proptest! {\n    #[test]\n    fn round_trip(text in any()) {}\n}";
    assert_eq!(
        checks::tests(&[("tests/agreement.rs", text)])?,
        ["tests/agreement.rs:3: the test `round_trip` is not named by a sentence"]
    );
    assert_eq!(
        checks::tests(&[("tests/common/mod.rs", "")])?,
        ["tests/common/mod.rs:1: `common` is a drawer; name it by its subject"]
    );
    Ok(())
}

#[test]
fn code_comes_from_where_its_name_says() {
    let rule = "takes code from elsewhere; a module is where its name says";
    breaks("src/names.rs", "#[path = \"other.rs\"]\nmod inner;", &format!("2: `path` {rule}"));
    breaks("src/names.rs", "include!(\"other.rs\");", &format!("2: `include!` {rule}"));
    breaks("src/names.rs", "extern crate self as all;", "2: `extern crate` gives a crate another name");
}

#[test]
fn what_is_not_rust_is_an_error() {
    let seen = as_they_are(&[("src/names.rs", "//! A sample.\nfn a( {")]);
    assert!(seen.as_ref().is_err_and(|error| error.starts_with("src/names.rs: is not Rust: ")), "{seen:?}");
}
