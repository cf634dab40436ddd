//! Side effects: what clippy.toml bans is used only where the first line says so, and some things in one file only.

use std::collections::BTreeSet;

use toml_edit::{DocumentMut, Item, Value};

use super::resolve::Names;
use super::rooms::Room;
use super::source::{Path, PathUse, Source};

/// A row of clippy.toml.
#[derive(Debug)]
pub(crate) struct Banned {
    pub(crate) path: Path,
    pub(crate) reason: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Method,
    Type,
    Macro,
}

/// What some files do for all others.
pub(crate) struct Only {
    pub(crate) files: &'static [&'static str],
    pub(crate) what: &'static str,
    /// Paths, with everything below them; macros end with `!`.
    pub(crate) names: &'static [&'static str],
}

const KINDS: [(&str, Kind); 3] =
    [("disallowed-methods", Kind::Method), ("disallowed-types", Kind::Type), ("disallowed-macros", Kind::Macro)];

impl Kind {
    fn lint(self) -> &'static str {
        match self {
            Self::Method => "disallowed_methods",
            Self::Type => "disallowed_types",
            Self::Macro => "disallowed_macros",
        }
    }
}

impl Banned {
    /// Everything that clippy.toml bans.
    pub(crate) fn all(lints: &str) -> Result<Vec<Self>, String> {
        let document: DocumentMut = lints.parse().map_err(|error| format!("clippy.toml: {error}"))?;
        let mut all = Vec::new();
        for (key, kind) in KINDS {
            for row in document.get(key).and_then(Item::as_array).into_iter().flatten() {
                let text = |name| row.as_inline_table().and_then(|row| row.get(name)).and_then(Value::as_str);
                let (Some(path), Some(reason)) = (text("path"), text("reason")) else {
                    return Err(format!("clippy.toml: a row of {key} has no path or no reason"));
                };
                all.push(Self { path: path.split("::").map(str::to_owned).collect(), reason: reason.to_owned(), kind });
            }
        }
        if all.is_empty() { Err("clippy.toml bans nothing".to_owned()) } else { Ok(all) }
    }

    /// Whether a place is the banned one, under this name or another of the standard library's, or below it.
    fn is_at(&self, place: &[String]) -> bool {
        let last_two = self.path.get(self.path.len().saturating_sub(2)..).unwrap_or_default();
        let is_std = is_in_std(place) && is_in_std(&self.path);
        let is_known = place.first().is_some_and(|first| matches!(first.as_str(), "std" | "crate"));
        match self.kind {
            Kind::Type => place.starts_with(&self.path) || (is_std && contains(place, self.path.last())),
            Kind::Method | Kind::Macro => {
                // Two names alone that nobody imported: a macro may bring the import along.
                let is_bare = place.len() == 2 && !is_known;
                place == self.path || ((is_std || is_bare) && place.ends_with(last_two))
            }
        }
    }

    /// Whether `use place::*` brings it along.
    fn is_below(&self, place: &[String]) -> bool {
        self.path.len() > place.len() && self.path.starts_with(place)
    }
}

/// Everything that reaches outside where it may not.
pub(crate) fn check(
    rooms: &[Room],
    only: &[Only],
    banned: &[Banned],
    sources: &[Source<'_>],
    names: &Names,
) -> Vec<String> {
    let mut violations = Vec::new();
    for source in sources {
        declarations(rooms, source, &mut violations);
        let mut told = BTreeSet::new();
        for used in &source.paths {
            for place in places(used, names) {
                let is_undeclared = |ban: &&Banned| ban.is_at(&place) && !source.declares(ban.kind.lint());
                if let Some(ban) = banned.iter().find(is_undeclared)
                    && told.insert(ban.path.join("::"))
                {
                    violations.push(undeclared(source, used, ban));
                }
                for only in only.iter().filter(|only| !only.files.contains(&source.path)) {
                    if only.names.iter().any(|name| is_named(&place, name)) && told.insert(only.what.to_owned()) {
                        violations.push(elsewhere(source, used, only));
                    }
                }
            }
        }
        everything(banned, source, names, &mut violations);
    }
    violations
}

/// Where a used path leads; macros keep their sign.
fn places(used: &PathUse, names: &Names) -> Vec<Path> {
    let mut places = names.places(&used.module, &used.path);
    if used.is_macro {
        for last in places.iter_mut().filter_map(|place| place.last_mut()) {
            last.push('!');
        }
    }
    places
}

fn undeclared(source: &Source<'_>, used: &PathUse, ban: &Banned) -> String {
    let (written, path) = (used.path.join("::"), ban.path.join("::"));
    let meant = if written == path { String::new() } else { format!(", which is `{path}`") };
    format!(
        "{}:{}: uses `{written}`{meant}, and does not begin with #![expect(clippy::{}, reason = \"…\")]: {}",
        source.path,
        used.line,
        ban.kind.lint(),
        ban.reason
    )
}

fn elsewhere(source: &Source<'_>, used: &PathUse, only: &Only) -> String {
    let sign = if used.is_macro { "!" } else { "" };
    let place =
        if only.files.is_empty() { "nothing here".to_owned() } else { format!("only {}", only.files.join(" or ")) };
    format!("{}:{}: uses `{}{sign}`; {place} {}", source.path, used.line, used.path.join("::"), only.what)
}

/// `use std::fs::*` hides what is used.
fn everything(banned: &[Banned], source: &Source<'_>, names: &Names, violations: &mut Vec<String>) {
    for import in source.imports.iter().filter(|import| import.name.is_none()) {
        let places = names.places(&import.module, &import.target);
        let hidden =
            |ban: &&Banned| !source.declares(ban.kind.lint()) && places.iter().any(|place| ban.is_below(place));
        if let Some(ban) = banned.iter().find(hidden) {
            let (path, line, target) = (source.path, import.line, import.target.join("::"));
            let ban = ban.path.join("::");
            violations.push(format!("{path}:{line}: takes everything of `{target}`, where `{ban}` is banned"));
        }
    }
}

/// A declaration is the first line of a file that may have one, and nothing else.
fn declarations(rooms: &[Room], source: &Source<'_>, violations: &mut Vec<String>) {
    let path = source.path;
    if let Some(declaration) = source.declaration()
        && Room::of(rooms, source).is_some_and(|room| !room.may_have_effects(source))
    {
        violations.push(format!("{path}:{}: declares side effects in a file that is pure", declaration.line));
    }
    for attribute in &source.attributes {
        let is_declaration = source.declaration().is_some_and(|declaration| declaration.line == attribute.line);
        if attribute.expects("disallowed_") && !is_declaration {
            violations.push(format!(
                "{path}:{}: lifts a ban of clippy.toml; only the first line of a file does that, as #![expect(…)]",
                attribute.line
            ));
        }
    }
}

fn is_named(place: &[String], name: &str) -> bool {
    let place = place.join("::");
    if name.ends_with('!') {
        return place.rsplit("::").next() == Some(name);
    }
    place.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn is_in_std(place: &[String]) -> bool {
    place.first().is_some_and(|first| first == "std")
}

fn contains(place: &[String], name: Option<&String>) -> bool {
    name.is_some_and(|name| place.contains(name))
}
