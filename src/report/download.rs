//! How a download is told while it lasts, and how large it is. Pure.

use std::time::Duration;

/// A number of bytes: `12.3 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", tenths(bytes, 1024)),
        _ => format!("{} MiB", tenths(bytes, 1_048_576)),
    }
}

fn tenths(bytes: u64, unit: u64) -> String {
    let tenths = bytes.saturating_mul(10) / unit;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// How far it is: `kind v0.32.0: 3.1 MiB of 10.2 MiB (30 %), 2.4 MiB/s`.
///
/// `fresh` is what came in this time; the rest was there before.
#[must_use]
pub fn progress(what: &str, done: u64, total: Option<u64>, fresh: u64, elapsed: Duration) -> String {
    let far = match total.filter(|total| *total > 0) {
        Some(total) => {
            format!("{} of {} ({} %)", size(done), size(total), done.min(total).saturating_mul(100) / total)
        }
        None => size(done),
    };
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let rate = match milliseconds {
        0..200 => String::new(),
        _ => format!(", {}/s", size(fresh.saturating_mul(1000) / milliseconds)),
    };
    format!("{what}: {far}{rate}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{progress, size};

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (1_048_575, "1023.9 KiB"),
            (10_700_000, "10.2 MiB"),
            (u64::MAX, "1759218604441.5 MiB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn a_download_says_how_far_and_how_fast_it_is() {
        let told = |done, total, fresh, milliseconds| {
            progress("kind v0.32.0", done, total, fresh, Duration::from_millis(milliseconds))
        };
        let (half, all) = (5 << 20, Some(10 << 20));
        assert_eq!(told(half, all, 1 << 20, 500), "kind v0.32.0: 5.0 MiB of 10.0 MiB (50 %), 2.0 MiB/s");
        assert_eq!(told(half, None, half, 0), "kind v0.32.0: 5.0 MiB");
        assert_eq!(told(half, Some(0), half, 1000), "kind v0.32.0: 5.0 MiB, 5.0 MiB/s");
        // A server that sends more than it has announced.
        assert_eq!(told(half, Some(1 << 20), half, 0), "kind v0.32.0: 5.0 MiB of 1.0 MiB (100 %)");
    }
}
