//! JSON without what nobody reads of many objects: who owns which field is about half of each of them. Pure.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Where an object says who owns which field.
const OWNERS: &str = "managedFields";

/// Reads a value, and leaves out who owns its fields.
pub(super) fn from_slice(bytes: &[u8]) -> serde_json::Result<Value> {
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let value = Lean.deserialize(&mut text)?;
    text.end()?;
    Ok(value)
}

struct Lean;

impl<'de> DeserializeSeed<'de> for Lean {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Value, D::Error> {
        text.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Lean {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(Lean)? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == OWNERS {
                entries.next_value::<IgnoredAny>()?;
            } else {
                all.insert(key, entries.next_value_seed(Lean)?);
            }
        }
        Ok(all.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::from_slice;

    #[test]
    fn everything_is_read_but_who_owns_it() {
        let object = json!({
            "a": [null, true, -1, 18_446_744_073_709_551_615_u64, 1.5, "text \u{1f600}\n", {}, []],
            "metadata": {"name": "dev", "managedFields": [{"manager": "sindri", "fieldsV1": {"f:a": {}}}]},
        });
        let mut expected = object.clone();
        expected["metadata"].as_object_mut().unwrap().remove("managedFields");
        assert_eq!(from_slice(object.to_string().as_bytes()).unwrap(), expected);
    }

    #[test]
    fn what_is_no_value_is_refused_as_elsewhere() {
        for text in ["", "{", "[1,]", "{\"a\":1}x", "{\"managedFields\":}", "nul"] {
            assert!(from_slice(text.as_bytes()).is_err(), "{text}");
            assert!(serde_json::from_slice::<Value>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
