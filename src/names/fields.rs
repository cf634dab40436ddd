//! Fields of an object, by the way to them: `/metadata/name`. What is not there is nothing.

use serde_json::Value;

/// A text; empty where there is none.
#[must_use]
pub fn text<'value>(object: &'value Value, place: &str) -> &'value str {
    object.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

/// A whole number.
#[must_use]
pub fn number(object: &Value, place: &str) -> Option<i64> {
    object.pointer(place).and_then(Value::as_i64)
}

/// The items of a list; none where there is no list.
#[must_use]
pub fn items<'value>(object: &'value Value, place: &str) -> &'value [Value] {
    object.pointer(place).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
