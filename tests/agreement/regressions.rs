//! Files that a search once found, and that were answered wrongly.

use sindri::config;
use sindri::report::problems::{Style, for_person};

/// The codes of the problems of the smallest file with an identity that may sign.
fn codes(identity: &str) -> Vec<&'static str> {
    let file = format!(
        r#"{{"version": "1.0", "name": "a", "deployment": {{"provider": "kubernetes", "image_config": {{
            "registry": "dev", "tag": "1", "verify_signature": true, "trust": {{"identity": {identity}}}}}}}}}"#
    );
    let problems = config::load(file.as_bytes()).err().unwrap_or_default();
    problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn a_pattern_cannot_break_out_of_its_anchors() {
    let identity = |pattern: &str| format!(r#"{{"issuer": "https://a", "subject_regexp": "{pattern}"}}"#);
    for pattern in ["a)|(b", ".+)|(?:", "(?x)a # b"] {
        assert_eq!(codes(&identity(pattern)), ["invalid-trust"], "{pattern}");
    }
    assert_eq!(codes(&identity("(a)|(b)")), [] as [&str; 0]);
}

#[test]
fn a_deep_pattern_does_not_overflow_the_stack() {
    for pattern in ["+".repeat(240), "(".repeat(240) + &")".repeat(240), "[".repeat(240)] {
        let identity = format!(r#"{{"issuer": "https://a", "subject_regexp": "a{pattern}"}}"#);
        assert_eq!(codes(&identity), ["invalid-trust"], "{pattern}");
    }
}

#[test]
fn a_key_that_is_missing_is_missed_inside_of_the_file() {
    for file in ["?", "? ", "?\n", "?\n: a", ":", ": a", "{: a}", "{?}", "[?]", "a:\n  ?", "[: a]", "- ?"] {
        for problem in config::load(file.as_bytes()).unwrap_err() {
            let span = problem.span.unwrap();
            assert!(span.start <= span.end && span.end <= file.len(), "{file:?}: {problem:?}");
        }
    }
}

#[test]
fn a_place_behind_carriage_returns_can_be_drawn() {
    for file in ["?\n? \t\n#a\r\r\r\r\t\r\r\r", "?\r\r\r", "a: \"b\r\r\r", "a: [b\r\r", "\r\r\r?\r", "\u{feff}?\r\r"] {
        let problems = config::load(file.as_bytes()).unwrap_err();
        let text = for_person(&problems, "sindri.yaml", file, Style { colour: false, width: 100 });
        assert!(text.starts_with("error["), "{text}");
    }
}

#[test]
fn an_issuer_is_an_address_of_visible_letters() {
    let identity = |issuer: &str| format!(r#"{{"issuer": "{issuer}", "subject": "b"}}"#);
    for issuer in ["https://a\u{feff}", "https://a\\u0000", "https://a b", "https://ä", "https:///a", "https://"] {
        assert_eq!(codes(&identity(issuer)), ["invalid-trust"], "{issuer:?}");
    }
    assert_eq!(codes(&identity("https://token.actions.githubusercontent.com")), [] as [&str; 0]);
}
