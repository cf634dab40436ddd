//! "Did you mean": the nearest word among those that would have been right, and where a key would have been right.

use std::collections::BTreeMap;

use serde_json::Value;

use super::advice;
use super::tree::KeyPath;

/// A longer word is no slip of the finger.
const LONGEST_WORD: usize = 64;

/// Words that other programs use for the same thing.
const SYNONYMS: [(&str, &str); 10] = [
    ("cores", "cpus"),
    ("disk", "size"),
    ("environment", "env"),
    ("mem", "memory"),
    ("ram", "memory"),
    ("repository", "registry"),
    ("seconds", "tolerationSeconds"),
    ("storage", "size"),
    ("variables", "env"),
    ("vendor", "type"),
];

/// Every key of the schema, by its folded name, with the mappings that it belongs to.
pub(crate) struct Homes<'schema>(BTreeMap<String, (&'schema str, Vec<KeyPath>)>);

impl<'schema> Homes<'schema> {
    pub(crate) fn of(schema: &'schema Value) -> Self {
        let mut homes = BTreeMap::new();
        collect(schema, &KeyPath::default(), &mut homes);
        Self(homes)
    }

    /// The key's right name and where it belongs, unless one of its siblings is meant.
    pub(crate) fn find(&self, key: &Word, siblings: &Siblings<'_>) -> Option<(&'schema str, Vec<KeyPath>)> {
        if siblings.respelled(&key.folded).is_some() {
            return None;
        }
        self.named(&key.folded).or_else(|| {
            let synonym = fold(synonym(&key.folded)?);
            if siblings.meant(key).is_some() { None } else { self.named(&synonym) }
        })
    }

    /// Where a key leads that is written with dots: `deployment.provider`.
    pub(crate) fn nested(&self, path: &KeyPath, key: &str) -> Option<KeyPath> {
        let (sections, last) = key.rsplit_once('.')?;
        let section = sections.split('.').fold(path.clone(), |section, key| section.key(key));
        let (name, homes) = self.0.get(&fold(last))?;
        (*name == last && homes.contains(&section)).then(|| section.key(last))
    }

    fn named(&self, folded: &str) -> Option<(&'schema str, Vec<KeyPath>)> {
        self.0.get(folded).cloned()
    }
}

fn collect<'schema>(
    schema: &'schema Value,
    path: &KeyPath,
    homes: &mut BTreeMap<String, (&'schema str, Vec<KeyPath>)>,
) {
    let properties = |schema: &'schema Value| schema.get("properties").and_then(Value::as_object);
    // Entries of a list have keys too; an entry that may stand alone has been seen already.
    let of_entries = || schema.get("items").and_then(properties);
    for (name, inner) in properties(schema).or_else(of_entries).into_iter().flatten() {
        homes.entry(fold(name)).or_insert_with(|| (name, Vec::new())).1.push(path.clone());
        collect(inner, &path.key(name), homes);
    }
}

/// A key as a person reads it.
pub(crate) struct Word {
    folded: String,
}

impl Word {
    pub(crate) fn new(written: &str) -> Self {
        Self { folded: fold(written) }
    }
}

/// The keys of one mapping, made ready once for all the unknown keys in it.
pub(crate) struct Siblings<'schema> {
    names: Vec<&'schema str>,
    folded: Vec<String>,
    /// What is said when none of them is meant.
    pub(crate) listed: Option<String>,
}

impl<'schema> Siblings<'schema> {
    pub(crate) fn of(schema: &'schema Value) -> Self {
        let properties = schema.get("properties").and_then(Value::as_object);
        let names: Vec<&str> = properties.into_iter().flat_map(|known| known.keys()).map(String::as_str).collect();
        let listed = advice::keys(names.iter().copied());
        Self { folded: names.iter().map(|name| fold(name)).collect(), names, listed }
    }

    /// The one that is meant: another spelling, a slip of the finger, or another word for it.
    pub(crate) fn meant(&self, key: &Word) -> Option<&'schema str> {
        self.respelled(&key.folded)
            .or_else(|| nearest_folded(&key.folded, self.folded.iter().zip(self.names.iter().copied())))
            .or_else(|| self.respelled(&fold(synonym(&key.folded)?)))
    }

    fn respelled(&self, folded: &str) -> Option<&'schema str> {
        self.folded.iter().zip(&self.names).find(|(sibling, _)| *sibling == folded).map(|(_, name)| *name)
    }
}

fn synonym(folded: &str) -> Option<&'static str> {
    SYNONYMS.iter().find(|(word, _)| *word == folded).map(|(_, meant)| *meant)
}

/// The candidate nearest to `word`, if one is near enough to be meant.
pub(crate) fn nearest<'word>(word: &str, candidates: impl IntoIterator<Item = &'word str>) -> Option<&'word str> {
    let candidates: Vec<_> = candidates.into_iter().map(|candidate| (fold(candidate), candidate)).collect();
    nearest_folded(&fold(word), candidates.iter().map(|(folded, candidate)| (folded, *candidate)))
}

fn nearest_folded<'word, 'folded>(
    word: &str,
    candidates: impl Iterator<Item = (&'folded String, &'word str)>,
) -> Option<&'word str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    // Of two that are equally near, the one with the same first letter is meant: fingers slip later in a word.
    let starts_alike = |folded: &str| word.chars().next() == folded.chars().next();
    candidates
        .filter(|(folded, _)| foreign_letters(word, folded) <= allowance(folded))
        .map(|(folded, candidate)| (distance(word, folded), !starts_alike(folded), folded, candidate))
        .filter(|(distance, _, folded, _)| *distance <= allowance(folded))
        .min()
        .map(|(.., candidate)| candidate)
}

/// `storage_class`, `storage-class` and `StorageClass` are one word to a person.
pub(crate) fn fold(word: &str) -> String {
    word.chars().filter(|letter| !matches!(letter, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

fn allowance(candidate: &str) -> usize {
    match candidate.chars().count() {
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    }
}

/// How many bytes of the longer word the other does not have: as a rule, words differ by at least as many edits. Cheap,
/// so that a file with very many unknown keys is not slow.
fn foreign_letters(left: &str, right: &str) -> usize {
    let mut letters: Vec<u8> = right.bytes().collect();
    let mut common = 0;
    for byte in left.bytes() {
        if let Some(position) = letters.iter().position(|letter| *letter == byte) {
            letters.swap_remove(position);
            common += 1;
        }
    }
    left.len().max(right.len()).saturating_sub(common)
}

/// Edits (insert, remove, replace, swap of neighbours) that lead from one word to the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    let mut previous_letter = None;
    for (row, letter) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let cost = |cells: &[usize], at: usize, edit: usize| cells.get(at).map_or(usize::MAX, |cell| cell + edit);
            let mut best = cost(&last, column, usize::from(letter != *other))
                .min(cost(&last, column + 1, 1))
                .min(cost(&current, column, 1));
            let swapped =
                previous_letter == Some(*other) && column.checked_sub(1).and_then(|at| right.get(at)) == Some(&letter);
            if swapped {
                best = best.min(cost(&before_last, column - 1, 1));
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
        previous_letter = Some(letter);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_single_edits() {
        for (left, right, edits) in [
            ("", "", 0),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("memroy", "memory", 1),
            ("a", "", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(left, right), edits, "{left} {right}");
            assert_eq!(distance(right, left), edits, "{right} {left}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        let keys = ["memory", "cpus", "requests", "gpu", "storageClass"];
        assert_eq!(nearest("memroy", keys), Some("memory"));
        assert_eq!(nearest("cpu", keys), Some("cpus"));
        assert_eq!(nearest("storage_class", keys), Some("storageClass"));
        assert_eq!(nearest("StorageClass", keys), Some("storageClass"));
        assert_eq!(nearest("gpus", keys), Some("gpu"));
    }

    #[test]
    fn another_word_is_not_a_slip() {
        assert_eq!(nearest("disk", ["memory", "gpu"]), None);
        assert_eq!(nearest(&"m".repeat(1000), ["memory"]), None);
    }
}
