//! Secrets, with marks in place of their values: a person sees what is the same and what is not, and nothing else.

use serde_json::{Map, Value};

use super::normal::stripped;
use crate::names::Kind;

/// Stands for a value that stays.
pub const SAME: &str = "(secret, unchanged)";
/// Stands for a value that goes.
pub const OLD: &str = "(secret, old value)";
/// Stands for a value that comes.
pub const NEW: &str = "(secret, new value)";
/// Where a Secret keeps its values.
const VALUES: [&str; 2] = ["data", "stringData"];

/// Both sides of a change as they may be shown. Of a Secret, every value is a mark; of everything else, only the
/// book-keeping of the server and of kubectl is missing, which may hold values too.
#[must_use]
pub fn masked(kind: Kind, before: Option<&Value>, after: Option<&Value>) -> (Option<Value>, Option<Value>) {
    let (before, after) = (before.map(|value| stripped(kind, value)), after.map(|value| stripped(kind, value)));
    if kind != Kind::Secret {
        return (before, after);
    }
    let marked = |own: &Option<Value>, other: &Option<Value>, mark| {
        own.as_ref().map(|value| with_marks(value, other.as_ref(), mark))
    };
    (marked(&before, &after, OLD), marked(&after, &before, NEW))
}

/// Whether this is a value of a Secret that has no mark yet, by the path that a person reads.
#[must_use]
pub fn is_value(kind: Kind, path: &str, value: &Value) -> bool {
    let first: &str = path.split(['.', '[']).next().unwrap_or_default();
    kind == Kind::Secret && VALUES.contains(&first) && !is_mark(value)
}

/// Whether this is one of the marks.
#[must_use]
pub fn is_mark(value: &Value) -> bool {
    value.as_str().is_some_and(|text| [SAME, OLD, NEW].contains(&text))
}

fn with_marks(secret: &Value, other: Option<&Value>, different: &str) -> Value {
    let Value::Object(entries) = secret else { return Value::from(different) };
    let shown = |(key, value): (&String, &Value)| {
        if !VALUES.contains(&key.as_str()) {
            return (key.clone(), value.clone());
        }
        let others = other.and_then(|other| other.get(key));
        let Value::Object(values) = value else { return (key.clone(), mark(value, others, different)) };
        let marks = values
            .iter()
            .map(|(name, value)| (name.clone(), mark(value, others.and_then(|others| others.get(name)), different)));
        (key.clone(), marks.collect::<Map<_, _>>().into())
    };
    entries.iter().map(shown).collect::<Map<_, _>>().into()
}

fn mark(value: &Value, other: Option<&Value>, different: &str) -> Value {
    if value.is_null() {
        return Value::Null;
    }
    Value::from(if other == Some(value) { SAME } else { different })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{NEW, OLD, SAME, masked};
    use crate::names::Kind;

    #[test]
    fn secret_values_become_marks() {
        let before = json!({"data": {"same": "YQ==", "other": "YQ==", "gone": "Yg=="}, "type": "Opaque"});
        let after = json!({"data": {"same": "YQ==", "other": "Yg==", "come": "Yw=="}, "type": "Opaque"});
        let (before, after) = masked(Kind::Secret, Some(&before), Some(&after));
        assert_eq!(before, Some(json!({"data": {"same": SAME, "other": OLD, "gone": OLD}, "type": "Opaque"})));
        assert_eq!(after, Some(json!({"data": {"same": SAME, "other": NEW, "come": NEW}, "type": "Opaque"})));
        assert_eq!(masked(Kind::Secret, before.as_ref(), after.as_ref()), (before, after), "marks stay as they are");
    }
}
