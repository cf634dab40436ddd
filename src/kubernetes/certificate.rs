//! When a certificate is valid, and whose it is: what has to be said about one that is refused. Pure.
//!
//! Whether it can be trusted is decided by rustls and by the server. Here is read only what they do not tell.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A time outside of the span in which a certificate is valid; all in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// It is too old.
    Expired {
        /// The last second.
        until: i64,
        /// What the time is.
        now: i64,
    },
    /// It is too new, or the clock is wrong.
    NotYet {
        /// The first second.
        from: i64,
        /// What the time is.
        now: i64,
    },
}

impl fmt::Display for Outside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { until, now } => {
                write!(formatter, "expired on {}, and now it is {}", date(*until), date(*now))
            }
            Self::NotYet { from, now } => {
                write!(formatter, "is valid only from {} on, and now it is {}", date(*from), date(*now))
            }
        }
    }
}

fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| format!("second {seconds}"), |time| time.to_string())
}

/// The certificate that a person is recognised by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Its common name: what Kubernetes takes for the name of the person.
    pub name: String,
    from: i64,
    until: i64,
}

impl ClientCertificate {
    /// Reads one in the DER format; none if it is not understood.
    pub(super) fn read(certificate: &[u8]) -> Option<Self> {
        let mut outer = Fields(certificate);
        let mut signed = Fields(outer.next(SEQUENCE)?);
        let mut fields = Fields(signed.next(SEQUENCE)?);
        // The version may be left out; then come the number, the algorithm and the issuer.
        if fields.any()?.0 == VERSION {
            fields.next(INTEGER)?;
        }
        fields.next(SEQUENCE)?;
        fields.next(SEQUENCE)?;
        let mut validity = Fields(fields.next(SEQUENCE)?);
        let (from, until) = (time(validity.any()?)?, time(validity.any()?)?);
        let name = common_name(Fields(fields.next(SEQUENCE)?)).unwrap_or_default();
        Some(Self { name, from, until })
    }

    /// Why it is not valid at this time; none if it is.
    #[must_use]
    pub fn outside(&self, now: i64) -> Option<Outside> {
        if now > self.until {
            return Some(Outside::Expired { until: self.until, now });
        }
        (now < self.from).then_some(Outside::NotYet { from: self.from, now })
    }
}

const INTEGER: u8 = 0x02;
const OBJECT: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
/// `id-at-commonName`, 2.5.4.3.
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];

/// Values in the DER format, one after the other.
struct Fields<'bytes>(&'bytes [u8]);

impl<'bytes> Fields<'bytes> {
    /// The next value, with what it is.
    fn any(&mut self) -> Option<(u8, &'bytes [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            // A certificate of more than 16 MiB is none.
            let (bytes, rest) =
                rest.split_at_checked(usize::from(first & 0x7f)).filter(|(bytes, _)| bytes.len() <= 3)?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The next value, if it is what it should be.
    fn next(&mut self, tag: u8) -> Option<&'bytes [u8]> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }
}

fn common_name(mut subject: Fields<'_>) -> Option<String> {
    while let Some(set) = subject.next(SET) {
        let mut set = Fields(set);
        while let Some(pair) = set.next(SEQUENCE) {
            let mut pair = Fields(pair);
            if pair.next(OBJECT) == Some(&COMMON_NAME) {
                return Some(String::from_utf8_lossy(pair.any()?.1).into_owned());
            }
        }
    }
    None
}

/// RFC 5280: two digits of a year mean 1950 to 2049.
fn time((tag, text): (u8, &[u8])) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        TIME => text.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::{ClientCertificate, TIME, UTC_TIME, time};

    /// `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=system:masters/CN=ada -days 30`
    const ADA: &str = "\
        MIIBpDCCAUmgAwIBAgIULvqE+XTRS+erlSK+2plQpi3B69owCgYIKoZIzj0EAwIwJzEXMBUGA1UECgwOc3lzdGVtOm1hc3Rl\
        cnMxDDAKBgNVBAMMA2FkYTAeFw0yNjExMjAyMTQ5NDRaFw0yNjEyMjAyMTQ5NDRaMCcxFzAVBgNVBAoMDnN5c3RlbTptYXN0\
        ZXJzMQwwCgYDVQQDDANhZGEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR0T8jDhpZVLC9Xv4y/jr5EDZG4hvv3KOtsRLIg\
        MQLjkfS+xwHcx6zuwoTuvggoZv3vI74ySO1fvZORclDgVxHIo1MwUTAdBgNVHQ4EFgQUYG7XNeVhtqepNRfk4Kl3TU73t+cw\
        HwYDVR0jBBgwFoAUYG7XNeVhtqepNRfk4Kl3TU73t+cwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAwVLp\
        n99te+a/2XVXQsIhiQSYlm/V7IKjx+Mf1vhzIecCIQD4XhBblzQr0fxe7l8wA9CNIuCl9s4Js2TLJ+dcYxAV8A==";

    fn seconds(time: &str) -> i64 {
        time.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    #[test]
    fn a_certificate_says_whose_it_is_and_until_when() {
        let ada = ClientCertificate::read(&STANDARD.decode(ADA).unwrap()).unwrap();
        assert_eq!(ada.name, "ada");
        let told = |now: &str| ada.outside(seconds(now)).map(|outside| outside.to_string());
        assert_eq!(told("2026-11-20T21:49:44Z"), None);
        assert_eq!(told("2026-12-20T21:49:44Z"), None);
        let early = "is valid only from 2026-11-20T21:49:44Z on, and now it is 2026-11-20T21:49:43Z";
        assert_eq!(told("2026-11-20T21:49:43Z").as_deref(), Some(early));
        let late = "expired on 2026-12-20T21:49:44Z, and now it is 2027-01-01T00:00:00Z";
        assert_eq!(told("2027-01-01T00:00:00Z").as_deref(), Some(late));
    }

    #[test]
    fn half_a_certificate_says_nothing() {
        let whole = STANDARD.decode(ADA).unwrap();
        for length in 0..whole.len() {
            assert_eq!(ClientCertificate::read(&whole[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        assert_eq!(time((UTC_TIME, b"490101000000Z")), Some(seconds("2049-01-01T00:00:00Z")));
        assert_eq!(time((UTC_TIME, b"500101000000Z")), Some(seconds("1950-01-01T00:00:00Z")));
        assert_eq!(time((TIME, b"20501231235959Z")), Some(seconds("2050-12-31T23:59:59Z")));
        assert_eq!(time((TIME, b"20501331235959Z")), None);
        assert_eq!(time((UTC_TIME, b"4")), None);
    }
}
