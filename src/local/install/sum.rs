//! Checksums of programs: SHA-256, as `sha256sum` writes them. Pure.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The checksum of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum(String);

/// A text that is no checksum.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no SHA-256: it has 64 hexadecimal digits, as `sha256sum` prints them")]
pub struct NoSum(String);

/// The checksum of what comes piece by piece.
#[derive(Debug, Default)]
pub(super) struct Adding(Sha256);

impl Sum {
    /// Reads 64 hexadecimal digits; `sha256:` may stand before them.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self, NoSum> {
        let digits = text.trim().strip_prefix("sha256:").unwrap_or(text.trim());
        if digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(digits.to_ascii_lowercase()))
        } else {
            Err(NoSum(text.to_owned()))
        }
    }

    /// One that is written in these sources.
    pub(super) fn known(digits: &'static str) -> Self {
        Self(digits.to_owned())
    }

    /// Enough of it to tell files apart.
    pub(super) fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Adding {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn sum(self) -> Sum {
        Sum(self.0.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
    }
}

#[cfg(test)]
mod tests {
    use super::{Adding, Sum};

    #[test]
    fn a_checksum_is_read_as_it_is_written_anywhere() {
        let mut adding = Adding::default();
        adding.add(b"ab");
        adding.add(b"c");
        let sum = adding.sum();
        let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sum.to_string(), digits);
        for text in [digits.to_owned(), format!("sha256:{digits}"), format!(" {}\n", digits.to_uppercase())] {
            assert_eq!(Sum::parse(&text).unwrap(), sum, "{text}");
        }
        for text in ["", "abc", &"a".repeat(63), &format!("{digits}0"), &format!("sha512:{digits}"), &"g".repeat(64)] {
            assert!(Sum::parse(text).is_err(), "{text}");
        }
    }
}
