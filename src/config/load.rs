//! From bytes to meaning: the only way to a [`Spec`].

use serde::Deserialize as _;

use super::file::File;
use super::problem::{Code, Problem, Problems};
use super::spec::Spec;
use super::tree::Span;
use super::{check, schema, shape, yaml};

/// Larger than any file a person writes.
pub const LARGEST_FILE: usize = 1 << 20;

/// Reads a file. Everything that is wrong with it is returned at once, in the order of the file.
///
/// # Errors
/// When anything is wrong with it.
pub fn load(bytes: &[u8]) -> Result<Spec, Vec<Problem>> {
    let text = text(bytes).map_err(|problem| vec![problem])?;
    let (root, refused) = yaml::parse(text)?;
    if let Some(problem) = shape::foreign(&root) {
        return Err(vec![problem]);
    }
    let mut problems = Problems::new(&root, refused);
    let value = shape::check(&root, schema::value(), &mut problems);
    let spec = match File::deserialize(value) {
        Ok(file) => check::file(file, &mut problems),
        Err(error) => {
            // The walk above lets only values of the right type through: reached only if schema and types part ways.
            problems.push(Problem::new(Code::Syntax, None, format!("the file cannot be read: {error}")));
            None
        }
    };
    let mut problems = problems.into_sorted();
    // One place, one problem of a kind.
    problems.dedup_by(|later, earlier| {
        later.span == earlier.span && later.code == earlier.code && later.path == earlier.path
    });
    match spec {
        Some(spec) if problems.is_empty() => Ok(spec),
        _ => Err(problems),
    }
}

fn text(bytes: &[u8]) -> Result<&str, Problem> {
    let start = Some(Span { start: 0, end: 0 });
    if bytes.len() > LARGEST_FILE {
        return Err(Problem::unreadable(Code::TooLarge, "the file is larger than 1 MiB", "is it the right file?"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        let hint = match bytes.contains(&0) {
            _ if utf16 => "it is UTF-16: save it as UTF-8",
            true => "is it the right file?",
            false => "save it as UTF-8",
        };
        Problem::new(Code::NotUtf8, Some(Span { start: at, end: at }), "the file is not UTF-8 text").hint(hint)
    })?;
    if let Some(at) = text.find('\0') {
        return Err(Problem::new(
            Code::Syntax,
            Some(Span { start: at, end: at + 1 }),
            "the file holds a null character",
        )
        .hint("is it a text file?"));
    }
    if text.trim().is_empty() {
        return Err(Problem::new(Code::Empty, start, "the file is empty").hint("run `sindri init` to write one"));
    }
    Ok(text)
}
