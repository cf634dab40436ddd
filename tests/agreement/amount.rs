//! Amounts, read a second time and in another way than the loader reads them: exactly, as a fraction.

use std::cmp::Ordering;

/// `mantissa * 2^binary * 10^decimal`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Amount {
    mantissa: u128,
    binary: u32,
    decimal: i32,
}

/// As many as a `u128` holds with room to spare.
const MOST_DIGITS: usize = 36;

/// How an amount stands to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Below,
    Equal,
    Above,
}

const SUFFIXES: [(&str, u32, i32); 19] = [
    ("Ki", 10, 0),
    ("Mi", 20, 0),
    ("Gi", 30, 0),
    ("Ti", 40, 0),
    ("Pi", 50, 0),
    ("Ei", 60, 0),
    ("MB", 20, 0),
    ("GB", 30, 0),
    ("TB", 40, 0),
    ("n", 0, -9),
    ("u", 0, -6),
    ("m", 0, -3),
    ("k", 0, 3),
    ("M", 0, 6),
    ("G", 0, 9),
    ("T", 0, 12),
    ("P", 0, 15),
    ("E", 0, 18),
    ("", 0, 0),
];

impl Amount {
    /// Nothing for what is not an amount, or has more digits than are needed to count anything.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let end = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (_, binary, power) = SUFFIXES.into_iter().find(|(name, ..)| *name == suffix).or_else(|| {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            Some(("", 0, exponent.parse::<i32>().ok()?))
        })?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let digits = format!("{whole}{fraction}");
        let significant = digits.trim_end_matches('0');
        let mut decimal =
            power - i32::try_from(fraction.len()).ok()? + i32::try_from(digits.len() - significant.len()).ok()?;
        let mut significant = significant.trim_start_matches('0').to_owned();
        if significant.len() > MOST_DIGITS {
            // What follows only matters for not being nothing.
            decimal += i32::try_from(significant.len() - MOST_DIGITS).ok()?;
            significant.truncate(MOST_DIGITS - 1);
            significant.push('1');
        }
        let mantissa = if significant.is_empty() { 0 } else { significant.parse().ok()? };
        Some(Self { mantissa, binary, decimal })
    }

    /// Rounded up to a whole byte, as Kubernetes counts memory.
    pub(crate) fn in_whole_bytes(self) -> Self {
        let rounded = || {
            let tens = 10_u128.checked_pow(u32::try_from(-self.decimal).ok()?)?;
            Some(self.mantissa.checked_mul(1_u128.checked_shl(self.binary)?)?.div_ceil(tens))
        };
        match rounded() {
            Some(mantissa) => Self { mantissa, binary: 0, decimal: 0 },
            None => self,
        }
    }

    /// Compares with `number / 10^places`.
    pub(crate) fn side(self, number: u128, places: i32) -> Side {
        self.against(Self { mantissa: number, binary: 0, decimal: -places })
    }

    /// Compares with another amount.
    pub(crate) fn against(self, other: Self) -> Side {
        match (self.mantissa, other.mantissa) {
            (0, 0) => return Side::Equal,
            (0, _) => return Side::Below,
            (_, 0) => return Side::Above,
            _ => {}
        }
        let least = self.decimal.min(other.decimal);
        let ordering = match (self.scaled(least), other.scaled(least)) {
            (Some(left), Some(right)) => left.cmp(&right),
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            // Both beyond 2^128 units of the smaller power: the magnitude alone decides, and decides clearly.
            (None, None) => self.magnitude().total_cmp(&other.magnitude()),
        };
        match ordering {
            Ordering::Less => Side::Below,
            Ordering::Equal => Side::Equal,
            Ordering::Greater => Side::Above,
        }
    }

    /// Whether it is a whole multiple of `1 / 10^places`.
    pub(crate) fn is_multiple(self, places: i32) -> bool {
        let mut digits = self.mantissa;
        let mut power = self.decimal + places;
        while power < 0 && digits.is_multiple_of(10) && digits > 0 {
            digits /= 10;
            power += 1;
        }
        // Each factor of two in the unit takes one factor of two, and leaves a five, from each missing ten.
        let mut twos = self.binary + digits.trailing_zeros().min(127);
        while power < 0 && twos > 0 && digits.is_multiple_of(5) && digits > 0 {
            digits /= 5;
            twos -= 1;
            power += 1;
        }
        digits == 0 || power >= 0
    }

    fn scaled(self, least: i32) -> Option<u128> {
        let tens = 10_u128.checked_pow(u32::try_from(self.decimal - least).ok()?)?;
        self.mantissa.checked_mul(1_u128.checked_shl(self.binary)?)?.checked_mul(tens)
    }

    fn magnitude(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a magnitude")]
        let mantissa = self.mantissa as f64;
        mantissa.log10() + f64::from(self.binary) * std::f64::consts::LOG10_2 + f64::from(self.decimal)
    }
}
