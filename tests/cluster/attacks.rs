//! Forged, moved and broken signatures, in real registries: what sindri and cosign say of the same images.
//!
//! `tests/attacks` makes the images and says what is expected of each; `docs/image-attacks.md` is what comes out, and
//! `SINDRI_OVERWRITE=1` writes it anew. `SINDRI_TEST_PROGRAM` names another sindri than the one that was just built.

mod case;
mod corpus;
mod table;

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use case::{Case, Found, Verdict};
use corpus::Corpus;

use crate::support::Outcome;

/// How many images are looked at at once: half of the time goes by in registries.
const AT_A_TIME: usize = 4;

/// All cases, in their order.
fn look_at(corpus: &Corpus) -> Vec<Result<Found, String>> {
    let (next, found) = (Mutex::new(corpus.cases.iter().enumerate()), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let Some((number, case)) = next.lock().ok().and_then(|mut next| next.next()) else { return };
            let one = corpus.look_at(case).map_err(|error| format!("{}: {error}", case.name));
            if let Ok(mut found) = found.lock() {
                found.push((number, one));
            }
        }
    };
    thread::scope(|scope| (0..AT_A_TIME).for_each(|_| drop(scope.spawn(work))));
    let mut found = found.into_inner().unwrap_or_default();
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, one)| one).collect()
}

#[test]
fn no_forgery_is_accepted_and_nothing_that_cosign_refuses() -> Outcome {
    let corpus = Corpus::make()?;
    let mut found = Vec::new();
    let mut complaints = Vec::new();
    for one in look_at(&corpus) {
        match one {
            Ok(one) => found.push(one),
            Err(error) => complaints.push(error),
        }
    }
    let pairs: Vec<(&Case, &Found)> =
        found.iter().filter_map(|one| Some((corpus.cases.iter().find(|case| case.name == one.name)?, one))).collect();
    complaints.extend(pairs.iter().flat_map(|(case, found)| case.complaints(found)));
    let accepted = found.iter().filter(|one| one.sindri == Verdict::Accepted).count();
    let refused = found.iter().filter(|one| one.sindri == Verdict::Refused).count();
    if accepted < 40 || refused < 40 {
        complaints.push(format!("{accepted} images were accepted and {refused} refused: too few to prove anything"));
    }
    let table = table::write(&pairs);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/image-attacks.md");
    if env::var_os("SINDRI_OVERWRITE").is_some() {
        fs::write(&path, &table)?;
    } else {
        let (kept, found) = (table::verdicts(&fs::read_to_string(&path).unwrap_or_default()), table::verdicts(&table));
        if kept != found {
            complaints.push(table::difference(&kept, &found));
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    Ok(())
}
