//! Faults by chance. The same seed does the same to the n-th request of the same name, in whatever order they come.

use std::collections::BTreeMap;
use std::time::Duration;

use super::fault::{End, Fault};
use super::record::Seen;
use super::serve::Script;

/// Numbers that look like chance, and are the same for the same seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// Another sequence, for something with a name.
    pub(crate) fn about(self, name: &str) -> Self {
        let mixed = name.bytes().fold(self.0 ^ 0xcbf2_9ce4_8422_2325, |mixed, byte| {
            (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(mixed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    pub(crate) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.below(choices.len() as u64);
        choices[usize::try_from(index).unwrap_or_default()]
    }
}

/// How bad it is: of a hundred requests, this many meet something.
pub(crate) fn faults(seed: u64, percent: u64) -> Script {
    let chance = Chance::of(seed);
    let mut times: BTreeMap<String, u64> = BTreeMap::new();
    // Now and then the server is away for some requests, as when it restarts.
    let mut away = chance.about("away");
    let (first, count) = (away.below(20), if away.below(4) == 0 { 1 + away.below(12) } else { 0 });
    Box::new(move |seen| {
        let name = seen.name();
        let time = times.entry(name.clone()).or_default();
        *time += 1;
        if (first..first + count).contains(&(seen.number as u64)) {
            return Fault::ResetBefore;
        }
        let mut chance = chance.about(&format!("{name} {time}"));
        if chance.below(100) < percent { fault(&mut chance, seen) } else { Fault::None }
    })
}

fn fault(chance: &mut Chance, seen: &Seen) -> Fault {
    if seen.watches() && chance.below(4) > 0 {
        let events = usize::try_from(chance.below(4)).unwrap_or_default();
        // A silent watch is told from a quiet one only by asking; mostly it just ends.
        let end = chance.one_of(&[End::Closed, End::Closed, End::Cut, End::Cut, End::Gone, End::Silent]);
        return Fault::Watch { events, end };
    }
    match chance.below(20) {
        0..=2 => {
            Fault::Refused { code: 429, retry_after: chance.one_of(&[None, Some(0), Some(1), Some(1)]), page: false }
        }
        3..=5 => Fault::Refused { code: 503, retry_after: chance.one_of(&[None, Some(1)]), page: chance.below(2) == 0 },
        6..=7 => Fault::Refused { code: 500, retry_after: None, page: chance.below(3) == 0 },
        8 => Fault::Refused { code: chance.one_of(&[502, 504]), retry_after: None, page: true },
        9..=11 => Fault::ResetBefore,
        12..=14 => Fault::ResetAfter,
        15..=16 => Fault::Cut,
        17..=18 => Fault::Slow(Duration::from_millis(50 + chance.below(1500))),
        _ if seen.watches() => Fault::Refused { code: 410, retry_after: None, page: false },
        _ if chance.below(2) == 0 => Fault::Deaf,
        _ => Fault::Mute,
    }
}
