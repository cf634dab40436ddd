//! "Did you mean": the nearest word among those that would have been right.

/// The candidate nearest to `word`, if one is near enough to be meant.
pub(crate) fn nearest<'word>(word: &str, candidates: impl IntoIterator<Item = &'word str>) -> Option<&'word str> {
    if word.chars().count() > 64 {
        return None;
    }
    let folded = fold(word);
    candidates
        .into_iter()
        .map(|candidate| (distance(&folded, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowance(candidate))
        .min()
        .map(|(_, candidate)| candidate)
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
    }

    #[test]
    fn another_word_is_not_a_slip() {
        assert_eq!(nearest("disk", ["memory", "gpu"]), None);
        assert_eq!(nearest(&"m".repeat(1000), ["memory"]), None);
    }
}
