//! Why a text is not what it should be, and what to write instead.

/// A text that cannot be read as the thing it should name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    message: String,
    hint: Option<String>,
}

impl Malformed {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }

    /// What to write instead.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}
