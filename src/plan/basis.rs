//! What was seen of an object when the plan was made, and whether it is still so.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Live, normal};
use crate::names::Kind;

/// What was seen of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// There was none.
    Absent,
    /// There was this one.
    Present {
        /// Its identity.
        uid: String,
        /// Its version.
        resource_version: String,
        /// A fingerprint of what people write in it; nothing for a Secret, whose value could be guessed from one.
        content: Option<String>,
    },
    /// It could not be read.
    Unknown,
}

impl Basis {
    /// What is seen of an object now.
    #[must_use]
    pub fn of(kind: Kind, live: &Live) -> Self {
        match live {
            Live::Absent => Self::Absent,
            Live::Denied(_) => Self::Unknown,
            Live::Present(object) => {
                let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
                let content = (kind != Kind::Secret).then(|| fingerprint(&normal::stripped(kind, object)));
                Self::Present {
                    uid: text("/metadata/uid"),
                    resource_version: text("/metadata/resourceVersion"),
                    content,
                }
            }
        }
    }

    /// Whether what is seen now is what was seen then. What only the server writes, such as a status, may differ.
    #[must_use]
    pub fn still_holds(&self, now: &Self) -> bool {
        match (self, now) {
            (
                Self::Present { uid, resource_version, content },
                Self::Present { uid: uid_now, resource_version: version_now, content: content_now },
            ) => uid == uid_now && (resource_version == version_now || (content.is_some() && content == content_now)),
            (then, now) => then == now,
        }
    }
}

fn fingerprint(value: &Value) -> String {
    Sha256::digest(value.to_string()).iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Basis;
    use crate::names::Kind;
    use crate::plan::Live;

    fn seen(kind: Kind, version: &str, data: &str, status: &Value) -> Basis {
        let metadata = json!({"uid": "u", "resourceVersion": version});
        Basis::of(kind, &Live::Present(json!({"metadata": metadata, "data": {"a": data}, "status": status})))
    }

    #[test]
    fn a_new_status_is_no_move_and_a_new_value_is_one() {
        let then = seen(Kind::Deployment, "1", "x", &json!({}));
        assert!(then.still_holds(&seen(Kind::Deployment, "2", "x", &json!({"replicas": 1}))));
        assert!(!then.still_holds(&seen(Kind::Deployment, "2", "y", &json!({}))));
        assert!(!then.still_holds(&Basis::Absent));
        assert!(!Basis::Absent.still_holds(&then));
    }

    #[test]
    fn a_secret_is_known_by_its_version_only() {
        let then = seen(Kind::Secret, "1", "x", &json!({}));
        assert!(!format!("{then:?}").contains("content: Some"));
        assert!(!then.still_holds(&seen(Kind::Secret, "2", "x", &json!({}))));
    }
}
