//! What the proxy saw: one record for each request, in the order of arrival.

use std::fmt;
use std::time::Instant;

use super::fault::Fault;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Under which script it came.
    pub(super) act: usize,
    /// Which one it is, from 0.
    pub(crate) number: usize,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
}

impl Seen {
    pub(crate) fn watches(&self) -> bool {
        self.query.split('&').any(|part| part == "watch=true" || part == "watch=1")
    }

    fn rehearses(&self) -> bool {
        self.query.split('&').any(|part| part == "dryRun=All")
    }

    fn reviews(&self) -> bool {
        self.method == "POST" && self.path.ends_with("reviews")
    }

    /// Whether the server changes something.
    pub(crate) fn writes(&self) -> bool {
        matches!(&*self.method, "POST" | "PUT" | "PATCH" | "DELETE") && !self.rehearses() && !self.reviews()
    }

    /// What is asked for, without versions and namespaces: `apply deployments/a`, `list pods`, `get /version`.
    pub(crate) fn name(&self) -> String {
        let segments: Vec<&str> = self.path.split('/').filter(|segment| !segment.is_empty()).collect();
        let (["api", _, object @ ..] | ["apis", _, _, object @ ..]) = &*segments else {
            return format!("{} {}", self.method.to_lowercase(), self.path);
        };
        let object = match object {
            ["namespaces", _, rest @ ..] if !rest.is_empty() => rest,
            _ => object,
        };
        let verb = match &*self.method {
            "GET" if self.watches() => "watch",
            "GET" if object.len() == 1 => "list",
            "GET" => "get",
            _ if self.reviews() => "review",
            "POST" | "PATCH" if self.rehearses() => "rehearse",
            "POST" => "create",
            "PATCH" => "apply",
            "PUT" => "replace",
            _ => "delete",
        };
        format!("{verb} {}", object.join("/"))
    }
}

/// A request, and what became of it.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) seen: Seen,
    pub(crate) fault: Fault,
    pub(crate) arrived: Instant,
    /// Whether it was sent on to the server.
    pub(crate) forwarded: bool,
    /// What the server answered, and when; nothing while it has not.
    pub(crate) answered: Option<(u16, Instant)>,
}

impl fmt::Display for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:3} {}", self.seen.number, self.seen.name())?;
        match self.answered {
            Some((status, _)) => write!(formatter, " = {status}")?,
            None if self.forwarded => write!(formatter, " = nothing yet")?,
            None => write!(formatter, " = not sent on")?,
        }
        match &self.fault {
            Fault::None => Ok(()),
            fault => write!(formatter, "  [{fault:?}]"),
        }
    }
}

/// All records as text, one in a line: what a test shows when it fails.
pub(crate) fn trace(records: &[Record]) -> String {
    records.iter().fold(String::new(), |trace, record| format!("{trace}{record}\n"))
}
