//! What a registry wants to see before it answers: the header `WWW-Authenticate`. Pure.

/// One way to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// With a name and a password.
    Basic,
    /// With a token that is fetched elsewhere.
    Bearer {
        /// Where.
        realm: String,
        /// What the registry is called there.
        service: Option<String>,
    },
    /// In a way that is not known here.
    Other(String),
}

/// The ways that one header offers. There may be several headers, and several ways in each.
pub(super) fn challenges(header: &str) -> Vec<Challenge> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let mut rest = header;
    while let Some((word, after)) = word(rest) {
        let after_name = after.trim_start();
        match (after_name.strip_prefix('='), found.last_mut()) {
            (Some(value), Some((_, parameters))) => {
                let (value, after) = value_of(value.trim_start());
                parameters.push((word.to_ascii_lowercase(), value));
                rest = after;
            }
            (Some(value), None) => rest = value_of(value.trim_start()).1,
            (None, _) => {
                found.push((word.to_ascii_lowercase(), Vec::new()));
                rest = after;
            }
        }
    }
    found.into_iter().map(|(scheme, parameters)| challenge(scheme, &parameters)).collect()
}

fn challenge(scheme: String, parameters: &[(String, String)]) -> Challenge {
    let parameter = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    match (scheme.as_str(), parameter("realm")) {
        ("basic", _) => Challenge::Basic,
        ("bearer", Some(realm)) => Challenge::Bearer { realm, service: parameter("service") },
        _ => Challenge::Other(scheme),
    }
}

/// The next word, and what follows it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(|letter: char| letter == ',' || letter.is_whitespace());
    let end = text.find(|letter: char| letter == ',' || letter == '=' || letter.is_whitespace()).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    // Where a sign of equality has no name, nothing that follows can be trusted.
    (!word.is_empty()).then_some((word, rest))
}

/// A value, in quotes or not, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|letter: char| letter == ',' || letter.is_whitespace()).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
            _ => value.push(letter),
        }
    }
    (value, "")
}

/// A text as a part of a query or of a form.
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let digit = |four: u8| char::from_digit(u32::from(four), 16).unwrap_or('0').to_ascii_uppercase();
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Challenge, challenges, encoded};

    fn bearer(realm: &str, service: Option<&str>) -> Challenge {
        Challenge::Bearer { realm: realm.to_owned(), service: service.map(str::to_owned) }
    }

    #[test]
    fn challenges_of_real_registries_are_understood() {
        for (header, expected) in [
            (
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/busybox:pull""#,
                vec![bearer("https://auth.docker.io/token", Some("registry.docker.io"))],
            ),
            (r#"Basic realm="Registry Realm""#, vec![Challenge::Basic]),
            ("basic", vec![Challenge::Basic]),
            (r#"bearer realm = "https://a/t" , service=b"#, vec![bearer("https://a/t", Some("b"))]),
            (
                r#"Bearer realm="https://a/t,x\"y",error="invalid_token", Basic realm="r""#,
                vec![bearer("https://a/t,x\"y", None), Challenge::Basic],
            ),
            ("Negotiate, Basic realm=r", vec![Challenge::Other("negotiate".to_owned()), Challenge::Basic]),
            ("Bearer service=a", vec![Challenge::Other("bearer".to_owned())]),
            ("", vec![]),
            ("=,=\"", vec![]),
        ] {
            assert_eq!(challenges(header), expected, "{header}");
        }
    }

    #[test]
    fn what_could_steer_a_query_is_encoded() {
        assert_eq!(encoded("repository:a/b:pull&x=ü "), "repository%3Aa%2Fb%3Apull%26x%3D%C3%BC%20");
    }

    proptest! {
        #[test]
        fn no_header_makes_it_run_for_ever(header in "[a-z=\", \\\\é]{0,60}") {
            prop_assert!(challenges(&header).len() <= header.len());
        }
    }
}
