//! An object as it may be shown to whoever debugs: what a Secret holds is not.

use std::fmt;

use serde_json::Value;

/// An object, safe to print.
#[derive(Clone, Copy)]
pub struct Shown<'a>(pub &'a Value);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.get("kind").and_then(Value::as_str) != Some("Secret") {
            return write!(formatter, "{}", self.0);
        }
        let name = self.0.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        write!(formatter, "Secret {name:?}, hidden")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Shown;

    #[test]
    fn what_a_secret_holds_is_not_shown() {
        let secret = json!({"kind": "Secret", "metadata": {"name": "a"}, "data": {"key": "aHVudGVyMg=="}});
        assert_eq!(format!("{:?}", Shown(&secret)), "Secret \"a\", hidden");
        assert_eq!(format!("{:?}", Shown(&json!({"kind": "Service"}))), r#"{"kind":"Service"}"#);
    }
}
