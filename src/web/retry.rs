//! What is worth asking again, and when. Pure.

use std::time::Duration;

use http::StatusCode;

/// How often somebody who cannot be reached is tried, one who breaks off, and one who is busy.
const UNREACHED: u32 = 3;
const BROKEN: u32 = 5;
const BUSY: u32 = 8;
/// The first pause before another attempt, and the longest that nobody has asked for.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why an attempt may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    /// Nobody was reached.
    Unreached,
    /// The answer broke off, or did not come.
    Broken,
    /// The server says that it cannot answer now.
    Busy,
}

impl Passing {
    /// The number of attempts that are enough.
    pub(crate) fn attempts(self) -> u32 {
        match self {
            Self::Unreached => UNREACHED,
            Self::Broken => BROKEN,
            Self::Busy => BUSY,
        }
    }
}

/// Whether a status means that the same question may be answered later.
pub(crate) fn is_busy(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// The header `Retry-After`: seconds, or a date on the clock of whoever wrote it.
pub(crate) fn retry_after(header: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = header.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    let seconds = |text: &str| parser.parse_timestamp(text.trim()).ok().map(jiff::Timestamp::as_second);
    let wait = seconds(header)?.saturating_sub(seconds(date?)?);
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or_default()))
}

/// The pause after so many attempts: longer each time, and never the same for two who were refused together.
pub(crate) fn pause(attempts: u32, chance: u64) -> Duration {
    let longest = PAUSE.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1))).min(LONGEST_PAUSE);
    spread(longest, chance)
}

/// A time between the half of the longest and the longest.
fn spread(longest: Duration, chance: u64) -> Duration {
    let share = u32::try_from(chance % 1000).unwrap_or_default();
    longest / 2 + longest.saturating_mul(share) / 2000
}

/// The next number that looks like chance.
pub(crate) fn next(chance: u64) -> u64 {
    let chance = chance ^ (chance << 13);
    let chance = chance ^ (chance >> 7);
    chance ^ (chance << 17)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{next, pause, retry_after};

    #[test]
    fn a_registry_may_say_when_to_come_back() {
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        for (header, date, seconds) in [
            ("120", None, Some(120)),
            (" 0 ", None, Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", now, Some(30)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", now, Some(0)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", None, None),
            ("soon", now, None),
            ("-5", now, None),
        ] {
            assert_eq!(retry_after(header, date), seconds.map(Duration::from_secs), "{header}");
        }
    }

    #[test]
    fn pauses_grow_differ_and_end() {
        let longest = [100, 200, 400, 800, 1600, 3200, 5000, 5000].map(Duration::from_millis);
        let mut chance = 7;
        for (attempts, longest) in (1..).zip(longest) {
            chance = next(chance);
            let pause = pause(attempts, chance);
            assert!(pause >= longest / 2 && pause <= longest, "{attempts}: {pause:?}");
        }
        assert_ne!(pause(5, next(1)), pause(5, next(2)));
    }
}
