//! Names that Kubernetes accepts, as types: what has been checked once is not checked again.

use std::fmt;

use serde::Serialize;

use super::malformed::Malformed;

/// The longest name of an environment: with the longest suffix of its objects, `-home-pvc` and room for what
/// Kubernetes appends to the names of pods, it still fits 63 characters.
pub const LONGEST_ENVIRONMENT_NAME: usize = 49;

macro_rules! names {
    ($($(#[$meta:meta])* $name:ident, $check:path;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub struct $name(String);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// When Kubernetes would refuse it.
            pub fn parse(text: &str) -> Result<Self, Malformed> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )+};
}

names! {
    /// The name of an environment: its objects are named after it, the Service too, so it starts with a letter.
    EnvironmentName, environment;
    /// The name of a namespace.
    Namespace, label;
    /// The name of an object that allows dots: a class, a secret, an account.
    ObjectName, subdomain;
    /// The key of a label, with an optional prefix: `example.com/pool`.
    LabelKey, label_key;
    /// The value of a label; may be empty.
    LabelValue, label_value;
    /// The name of an environment variable.
    VariableName, variable;
    /// The name of something that can be counted: `cpu`, `requests.memory`, `count/pods`.
    ResourceName, resource;
    /// A word that labels and variables can hold.
    Profile, profile;
}

fn environment(text: &str) -> Result<(), Malformed> {
    dns(text, "a name", LONGEST_ENVIRONMENT_NAME, false)?;
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(Malformed::new(
            format!("`{text}` starts with a digit"),
            Some(format!("did you mean `env-{text}`?")),
        ));
    }
    Ok(())
}

fn label(text: &str) -> Result<(), Malformed> {
    dns(text, "a namespace", 63, false)
}

fn subdomain(text: &str) -> Result<(), Malformed> {
    dns(text, "a name", 253, true)
}

fn dns(text: &str, what: &str, longest: usize, dots: bool) -> Result<(), Malformed> {
    if text.is_empty() {
        return Err(Malformed::new(format!("{what} cannot be empty"), None));
    }
    let length = text.chars().count();
    if length > longest {
        return Err(Malformed::new(format!("{what} has at most {longest} characters, this one has {length}"), None));
    }
    if is_dns(text, dots) {
        return Ok(());
    }
    let allowed = if dots { "lower-case letters, digits, `-` and `.`" } else { "lower-case letters, digits and `-`" };
    let message = format!("`{text}` is not {what}: only {allowed}, starting and ending with a letter or digit");
    Err(Malformed::new(message, near(text, longest, dots)))
}

fn is_dns(text: &str, dots: bool) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let part =
        |part: &str| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-') && part.bytes().all(letter);
    (dots || !text.contains('.')) && text.split('.').all(part)
}

/// The nearest valid spelling of a name that is almost one.
fn near(text: &str, longest: usize, dots: bool) -> Option<String> {
    // Without its letters, or with the parts of an address run together, it would be another name.
    if text.contains([':', '/']) || text.chars().any(|letter| !letter.is_ascii() && letter.is_alphabetic()) {
        return None;
    }
    let spelled: String = text
        .to_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_ascii_lowercase() || letter.is_ascii_digit() || (dots && letter == '.') { letter } else { '-' }
        })
        .collect();
    let trimmed = spelled.trim_matches(['-', '.']);
    (trimmed.len() <= longest && is_dns(trimmed, dots)).then(|| format!("did you mean `{trimmed}`?"))
}

fn label_key(text: &str) -> Result<(), Malformed> {
    qualified(text, "the key of a label", with_dashes(text))
}

fn resource(text: &str) -> Result<(), Malformed> {
    qualified(text, "the name of a resource", None)
}

fn qualified(text: &str, what: &str, hint: Option<String>) -> Result<(), Malformed> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    if let Some(prefix) = prefix {
        subdomain(prefix).map_err(|error| Malformed::new(format!("the prefix of `{text}`: {error}"), None))?;
    }
    if name.is_empty() || !is_label_word(name) {
        let message =
            format!("`{text}` is not {what}: at most 63 letters, digits, `-`, `_` and `.`, with an optional `prefix/`");
        return Err(Malformed::new(message, hint));
    }
    Ok(())
}

fn label_value(text: &str) -> Result<(), Malformed> {
    if text.is_empty() || is_label_word(text) {
        return Ok(());
    }
    let message = format!(
        "`{text}` is not the value of a label: at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit"
    );
    Err(Malformed::new(message, with_dashes(text)))
}

/// A word whose only fault is its spaces.
fn with_dashes(text: &str) -> Option<String> {
    let dashed = text.replace(' ', "-");
    is_label_word(&dashed).then(|| format!("did you mean `{dashed}`?"))
}

fn is_label_word(text: &str) -> bool {
    let edge = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    text.len() <= 63
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && edge(text.chars().next())
        && edge(text.chars().next_back())
}

fn variable(text: &str) -> Result<(), Malformed> {
    if text.is_empty() {
        return Err(Malformed::new("the name of a variable cannot be empty", None));
    }
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    if starts_well && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(());
    }
    let spelled: String =
        text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    // `NAME=value` and letters of other alphabets would become another name.
    let is_near = text.is_ascii() && !text.contains('=');
    let hint = (is_near && !spelled.is_empty() && !spelled.starts_with(|first: char| first.is_ascii_digit()))
        .then(|| format!("did you mean `{spelled}`?"));
    let message =
        format!("`{text}` is not the name of a variable: only letters, digits and `_`, not starting with a digit");
    Err(Malformed::new(message, hint))
}

fn profile(text: &str) -> Result<(), Malformed> {
    if !text.is_empty() && is_label_word(text) {
        return Ok(());
    }
    let message = format!(
        "`{text}` is not a profile: at most 63 letters, digits, `-`, `_` and `.`, starting and ending with a letter or digit"
    );
    Err(Malformed::new(message, with_dashes(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_kubernetes_accepts_are_accepted() {
        for text in ["a", "sindri-k8s", "a1", &"a".repeat(49)] {
            assert!(EnvironmentName::parse(text).is_ok(), "{text}");
        }
        for text in ["fast-ssd", "a.b.c", "0"] {
            assert!(ObjectName::parse(text).is_ok(), "{text}");
        }
        for text in ["pool", "example.com/pool", "a_b.c-d", "nvidia.com/gpu.present"] {
            assert!(LabelKey::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn names_that_kubernetes_refuses_are_refused() {
        for text in ["", "-a", "a-", "A", "a.b", "a_b", "1a", "ä", &"a".repeat(50)] {
            assert!(EnvironmentName::parse(text).is_err(), "{text}");
        }
        for text in ["", ".", "a..b", "a.-b", "A"] {
            assert!(ObjectName::parse(text).is_err(), "{text}");
        }
        for text in ["", "/a", "a/", "a/b/c", "-a", "A B", "Example.com/a"] {
            assert!(LabelKey::parse(text).is_err(), "{text}");
        }
        for text in ["a b", "-", &"a".repeat(64)] {
            assert!(LabelValue::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wrong_name_names_the_right_one() {
        let hint = |text: &str| EnvironmentName::parse(text).unwrap_err().hint().unwrap_or_default().to_owned();
        assert_eq!(hint("My Env"), "did you mean `my-env`?");
        assert_eq!(hint("team.a_b"), "did you mean `team-a-b`?");
        assert_eq!(hint("1st"), "did you mean `env-1st`?");
        for text in ["---", "größe", "system:serviceaccount:team:name"] {
            assert_eq!(hint(text), "", "{text}");
        }
    }
}
