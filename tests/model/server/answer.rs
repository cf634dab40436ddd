//! Answers, and refusals in the server's words.

use serde_json::{Value, json};
use sindri::names::{Kind, ObjectId};

use super::manage::Conflict;

/// A status of HTTP, and a body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn new(code: u16, body: Value) -> Self {
        Self { code, body }
    }

    fn refusal(code: u16, reason: &str, message: &str, mut details: Value) -> Self {
        if let Some(details) = details.as_object_mut() {
            details.retain(|_, value| !matches!(value, Value::Null) && value != "");
        }
        let mut body = json!({
            "apiVersion": "v1",
            "kind": "Status",
            "metadata": {},
            "status": "Failure",
            "message": message,
            "reason": reason,
            "details": details,
            "code": code,
        });
        if let (true, Some(body)) = (reason.is_empty(), body.as_object_mut()) {
            body.remove("reason");
        }
        Self { code, body }
    }

    pub(crate) fn not_found(kind: Kind, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", resource(kind));
        Self::refusal(404, "NotFound", &message, object(kind, name))
    }

    pub(crate) fn exists(kind: Kind, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", resource(kind));
        Self::refusal(409, "AlreadyExists", &message, object(kind, name))
    }

    /// The object is not the one that was meant.
    pub(crate) fn moved(id: &ObjectId, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} \"{}\": {why}", resource(id.kind), id.name);
        Self::refusal(409, "Conflict", &message, object(id.kind, &id.name))
    }

    pub(crate) fn conflicts(conflicts: &[Conflict]) -> Self {
        let causes: Vec<_> = conflicts
            .iter()
            .map(|conflict| {
                json!({
                    "reason": "FieldManagerConflict",
                    "message": format!("conflict with {}", conflict.manager),
                    "field": conflict.field,
                })
            })
            .collect();
        let message = if let [one] = conflicts {
            format!("Apply failed with 1 conflict: conflict with {}: {}", one.manager, one.field)
        } else {
            let mut sorted = conflicts.to_vec();
            sorted.sort_by(|one, other| one.manager.cmp(&other.manager));
            let mut lines = Vec::new();
            let mut last = "";
            for conflict in &sorted {
                if conflict.manager != last {
                    lines.push(format!("conflicts with {}:", conflict.manager));
                }
                last = &conflict.manager;
                lines.push(format!("- {}", conflict.field));
            }
            format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
        };
        Self::refusal(409, "Conflict", &message, json!({"causes": causes}))
    }

    pub(crate) fn invalid(id: &ObjectId, reason: &str, field: &str, message: &str) -> Self {
        let (kind, name) = (id.kind, &id.name);
        let full = match kind.group() {
            "" => kind.as_written().to_owned(),
            group => format!("{}.{group}", kind.as_written()),
        };
        let said = format!("{full} \"{name}\" is invalid: {field}: {message}");
        let mut details = object(kind, name);
        details["kind"] = json!(kind.as_written());
        details["causes"] = json!([{"reason": reason, "message": message, "field": field}]);
        Self::refusal(422, "Invalid", &said, details)
    }

    /// The server tells everything that is invalid at once, and asks its admission only about what is valid.
    pub(crate) fn and(mut self, other: Result<(), Self>) -> Self {
        let Err(Self { code: 422, body, .. }) = other else { return self };
        if let (Some(causes), Some(more)) =
            (self.body["details"]["causes"].as_array_mut(), body["details"]["causes"].as_array())
        {
            causes.extend(more.iter().cloned());
        }
        self
    }

    pub(crate) fn forbidden(id: &ObjectId, why: &str, causes: Value) -> Self {
        let message = format!("{} \"{}\" is forbidden: {why}", resource(id.kind), id.name);
        let mut details = object(id.kind, &id.name);
        details["causes"] = causes;
        Self::refusal(403, "Forbidden", &message, details)
    }

    pub(crate) fn bad(message: &str) -> Self {
        Self::refusal(400, "BadRequest", message, Value::Null)
    }

    pub(crate) fn failure(message: &str) -> Self {
        Self::refusal(500, "", message, Value::Null)
    }
}

pub(super) fn resource(kind: Kind) -> String {
    match kind.group() {
        "" => kind.plural().to_owned(),
        group => format!("{}.{group}", kind.plural()),
    }
}

fn object(kind: Kind, name: &str) -> Value {
    json!({"name": name, "group": kind.group(), "kind": kind.plural()})
}
