//! What a registry says and where it points, fit to be shown. Pure.

use std::fmt;

/// What a registry says besides the status, fit to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said(String);

impl Said {
    /// The errors in the body of an answer, as the specification of registries has them; nothing if they repeat what
    /// nobody else may know.
    pub(super) fn of<'a>(body: &[u8], mut secrets: impl Iterator<Item = &'a str>) -> Self {
        let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |pointer| value.pointer(pointer).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
        let said = ["/errors/0/message", "/errors/0/code", "/details", "/message", "/error_description", "/error"];
        let text = said.into_iter().find_map(text).unwrap_or_default();
        if secrets.any(|secret| !secret.is_empty() && text.contains(secret)) {
            Self::default()
        } else {
            Self::new(text)
        }
    }

    pub(super) fn new(text: &str) -> Self {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self(line.chars().filter(|letter| !letter.is_control()).take(200).collect())
    }
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(formatter, " (“{}”)", self.0) }
    }
}

/// Where somebody is sent, without what follows the host: it may hold a key.
pub(super) fn place(address: &str) -> String {
    match address.parse::<http::Uri>() {
        Ok(uri) if uri.authority().is_some() => {
            let host = uri.authority().map_or("", |authority| authority.as_str());
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            uri.scheme_str().map_or_else(|| host.to_owned(), |scheme| format!("{scheme}://{host}"))
        }
        _ => "nowhere".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Said;

    #[test]
    fn what_a_registry_says_is_shown_on_one_line() {
        for (body, shown) in [
            (
                r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest\nunknown\u001b[31m"}]}"#,
                " (“manifest unknown[31m”)",
            ),
            (r#"{"errors":[{"code":"DENIED","message":""}]}"#, " (“DENIED”)"),
            (r#"{"details":"no such user"}"#, " (“no such user”)"),
            (r#"{"message":"you are robot:hunter2"}"#, ""),
            ("<html>", ""),
            ("", ""),
        ] {
            assert_eq!(Said::of(body.as_bytes(), ["hunter2"].into_iter()).to_string(), shown, "{body}");
        }
        assert!(Said::new(&"x".repeat(10_000)).to_string().len() < 250);
    }
}
