//! The way to a field: shown to a person, and read from what the server says about who owns it.

use std::fmt;

use serde_json::{Map, Value};

/// The way to a field of an object.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Path(Vec<Step>);

/// One step of the way.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// To the item of a list that has these keys.
    Item(Map<String, Value>),
    /// To an item of a set.
    Member(Value),
    /// To an item by its place.
    Index(usize),
}

impl Path {
    /// The way one step further.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The steps, from the object on.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The field that this way leads to.
    #[must_use]
    pub fn find<'value>(&self, object: &'value Value) -> Option<&'value Value> {
        self.0.iter().try_fold(object, |value, step| step.take(value))
    }
}

impl Step {
    /// Reads one key of `fieldsV1`: `f:spec`, `k:{"name":"a"}`, `v:"a"`, `i:0`. Nothing for `.`, the item itself.
    #[must_use]
    pub fn of_managed_field(key: &str) -> Option<Self> {
        let (kind, rest) = key.split_once(':')?;
        match kind {
            "f" => Some(Self::Key(rest.to_owned())),
            "k" => serde_json::from_str(rest).ok().map(Self::Item),
            "v" => serde_json::from_str(rest).ok().map(Self::Member),
            "i" => rest.parse().ok().map(Self::Index),
            _ => None,
        }
    }

    fn take<'value>(&self, value: &'value Value) -> Option<&'value Value> {
        match self {
            Self::Key(key) => value.get(key),
            Self::Index(index) => value.get(index),
            Self::Member(member) => value.as_array()?.iter().find(|item| *item == member),
            Self::Item(keys) => value.as_array()?.iter().find(|item| holds(item, keys)),
        }
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<Steps: IntoIterator<Item = Step>>(steps: Steps) -> Self {
        Self(steps.into_iter().collect())
    }
}

/// Whether an item has all of these keys. A key inside a map needs no more than itself: `secretRef: {name: a}`.
fn holds(item: &Value, keys: &Map<String, Value>) -> bool {
    keys.iter().all(|(key, wanted)| match (item.get(key), wanted) {
        (Some(found), Value::Object(wanted)) => holds(found, wanted),
        (found, wanted) => found == Some(wanted),
    })
}

/// As a person reads it: `spec.containers[sindri].ports[8080/TCP]`, `metadata.annotations["sindri.dev/image"]`.
impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.contains(['.', '/', '[', ' ', '"']) || key.is_empty() => {
                    write!(formatter, "[{}]", Value::from(key.as_str()))?;
                }
                Step::Key(key) if index == 0 => formatter.write_str(key)?,
                Step::Key(key) => write!(formatter, ".{key}")?,
                Step::Item(keys) => write!(formatter, "[{}]", keys_as_text(keys))?,
                Step::Member(value) => write!(formatter, "[{}]", plain(value))?,
                Step::Index(place) => write!(formatter, "[{place}]")?,
            }
        }
        Ok(())
    }
}

/// The values suffice: the list says what they are of. A name or a number goes before the rest.
fn keys_as_text(keys: &Map<String, Value>) -> String {
    let mut pairs: Vec<_> = keys.iter().collect();
    pairs.sort_by_key(|(key, _)| (key.as_str() == "protocol", (*key).clone()));
    pairs.into_iter().map(|(_, value)| plain(value)).collect::<Vec<_>>().join("/")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Object(keys) => keys_as_text(keys),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Path, Step};

    fn path(keys: &[&str]) -> Path {
        keys.iter().filter_map(|key| Step::of_managed_field(key)).fold(Path::default(), |path, step| path.then(step))
    }

    #[test]
    fn a_path_is_read_from_managed_fields_and_shown_to_a_person() {
        let way = path(&["f:spec", "f:containers", "k:{\"name\":\"sindri\"}", "f:image", "."]);
        assert_eq!(way.to_string(), "spec.containers[sindri].image");
        let port = path(&["f:ports", "k:{\"port\":22,\"protocol\":\"TCP\"}"]);
        assert_eq!(port.to_string(), "ports[22/TCP]");
        assert_eq!(path(&["f:metadata", "f:labels", "f:a.b/c"]).to_string(), "metadata.labels[\"a.b/c\"]");
        assert_eq!(path(&["f:finalizers", "v:\"a/b\""]).to_string(), "finalizers[a/b]");
    }

    #[test]
    fn a_path_leads_to_its_field() {
        let object = json!({"spec": {"containers": [{"name": "a"}, {"name": "sindri", "image": "b"}]}});
        let way = path(&["f:spec", "f:containers", "k:{\"name\":\"sindri\"}", "f:image"]);
        assert_eq!(way.find(&object), Some(&json!("b")));
        assert_eq!(path(&["f:spec", "f:volumes"]).find(&object), None);
    }
}
