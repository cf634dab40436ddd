//! The direction of the rooms: which one may use which.

use std::collections::BTreeSet;

use super::resolve::Names;
use super::source::Source;

/// A row of the table: the room, where its side effects may be declared, the rooms that it may use.
pub(crate) struct Room(pub(crate) &'static str, pub(crate) Effects, pub(crate) &'static [&'static str]);

/// Which files of a room may declare side effects.
pub(crate) enum Effects {
    /// None: the room is pure.
    Nowhere,
    /// These.
    In(&'static [&'static str]),
    /// All but these.
    NotIn(&'static [&'static str]),
    /// All.
    Anywhere,
}

impl Effects {
    fn are_allowed_in(&self, file: &str) -> bool {
        match self {
            Self::Nowhere => false,
            Self::In(files) => files.contains(&file),
            Self::NotIn(files) => !files.contains(&file),
            Self::Anywhere => true,
        }
    }
}

impl Room {
    pub(crate) fn of<'a>(rooms: &'a [Self], source: &Source<'_>) -> Option<&'a Self> {
        let name = room_name(&source.module);
        rooms.iter().find(|room| room.0 == name)
    }

    /// Whether the file may declare that it reaches outside.
    pub(crate) fn may_have_effects(&self, source: &Source<'_>) -> bool {
        let inside = source.module.get(2..).unwrap_or_default().join("/");
        self.1.are_allowed_in(&inside)
    }

    fn may_use(&self, other: &str) -> bool {
        self.0 == other || self.2.contains(&other)
    }
}

/// The room that a place in this crate belongs to.
fn room_name(place: &[String]) -> &str {
    place.get(1).map_or("lib", String::as_str)
}

/// Every use of a room by one that may not use it.
pub(crate) fn check(rooms: &[Room], sources: &[Source<'_>], names: &Names) -> Vec<String> {
    let mut violations = Vec::new();
    for source in sources {
        match Room::of(rooms, source) {
            Some(room) => directions(room, rooms, source, names, &mut violations),
            None => violations.push(format!(
                "{}:1: the room `{}` is not in the table of tests/architecture.rs",
                source.path,
                room_name(&source.module)
            )),
        }
    }
    violations
}

fn directions(room: &Room, rooms: &[Room], source: &Source<'_>, names: &Names, violations: &mut Vec<String>) {
    let mut told: BTreeSet<(String, usize)> = BTreeSet::new();
    let (imports, others): (Vec<_>, Vec<_>) = source.paths.iter().partition(|used| used.is_import);
    for used in imports.into_iter().chain(others) {
        for place in names.places(&used.module, &used.path) {
            let (Some("crate"), Some(other)) = (place.first().map(String::as_str), place.get(1)) else { continue };
            // What was imported wrongly is told once, not at each use.
            let is_told = match used.path.first().map(String::as_str) {
                Some("crate" | "super" | "sindri") => told.contains(&(other.clone(), used.line)),
                _ => told.iter().any(|(room, _)| room == other),
            };
            if room.may_use(other) || is_told {
                continue;
            }
            told.insert((other.clone(), used.line));
            let written = used.path.join("::");
            let meant = place.join("::");
            let meant = if meant == written { String::new() } else { format!(", which is `{meant}`") };
            let rule = if rooms.iter().any(|room| room.0 == other) {
                may(room)
            } else {
                format!("there is no room `{other}`")
            };
            violations.push(format!("{}:{}: uses `{written}`{meant}; {rule}", source.path, used.line));
        }
    }
}

fn may(room: &Room) -> String {
    match room.2 {
        [] => format!("`{}` may use no other room", room.0),
        others => format!("`{}` may use only {}", room.0, others.join(", ")),
    }
}
