//! What the plan foresees besides the changes themselves.

/// Something that a person should know before anything is applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// A short word that stays the same: `secret-missing`.
    pub code: &'static str,
    /// What it is about: `secret/team-secrets`.
    pub about: String,
    /// What will happen, and why.
    pub message: String,
    /// What to type or to change; empty if nothing can be done.
    pub fix: String,
}

/// How bad a finding is; the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Deploy would be refused, and does nothing.
    Blocks,
    /// Deploy would be done, and the environment would not run.
    Fails,
    /// It may go wrong.
    Warns,
    /// It could not be looked at.
    Unknown,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Fails => "fails",
            Self::Warns => "warns",
            Self::Unknown => "unknown",
        }
    }
}
