//! Values on the command line, read as the file's own are.

use crate::config::Malformed;

/// How the file reads a value.
pub(super) type Parser<T> = fn(&str) -> Result<T, Malformed>;

/// A value that the file's own parser accepts.
pub(super) fn read<T: 'static>(parse: Parser<T>) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| parse(text).map_err(|error| explain(&error))
}

/// A value that the file's own parser accepts, kept as it was written.
pub(super) fn checked<T: 'static>(
    parse: Parser<T>,
) -> impl Fn(&str) -> Result<String, String> + Clone + Send + Sync + 'static {
    move |text| match parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(explain(&error)),
    }
}

/// What is wrong, and what to write instead.
pub(super) fn explain(error: &Malformed) -> String {
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error}; {hint}"))
}
