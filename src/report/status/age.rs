//! How long ago something was, by the server's clock.

/// The whole units of a span of time that matter: `45 s`, `12 min`, `3 h 5 min`, `5 d`.
#[must_use]
pub fn age(seconds: i64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        ..60 => format!("{} s", seconds.max(0)),
        60..3600 => format!("{minutes} min"),
        3600..36_000 if minutes % 60 > 0 => format!("{hours} h {} min", minutes % 60),
        3600..172_800 => format!("{hours} h"),
        _ => format!("{days} d"),
    }
}

/// The seconds between a time as Kubernetes writes it and now. None where one of them is not known.
#[must_use]
pub fn since(time: &str, now: Option<i64>) -> Option<i64> {
    let then = time.parse::<jiff::Timestamp>().ok()?.as_second();
    Some((now? - then).max(0))
}

#[cfg(test)]
mod tests {
    use super::{age, since};

    #[test]
    fn a_span_is_told_in_units_that_matter() {
        let told: Vec<_> = [-5, 0, 59, 60, 3599, 3600, 11_100, 36_000, 172_799, 172_800, 8_640_000].map(age).to_vec();
        let expected = ["0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "3 h 5 min", "10 h", "47 h", "2 d", "100 d"];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_server_whose_clock_goes_back_makes_nothing_younger_than_now() {
        assert_eq!(since("2026-01-01T00:00:10Z", Some(1_767_225_600)), Some(0));
        assert_eq!(since("2026-01-01T00:00:00Z", Some(1_767_225_660)), Some(60));
        assert_eq!(since("", Some(0)), None);
        assert_eq!(since("2026-01-01T00:00:00Z", None), None);
    }
}
