//! Amounts as Kubernetes counts them, exactly, and written as the API server writes them back.

use std::fmt;

use serde::{Serialize, Serializer};

use super::malformed::Malformed;

/// One billionth: the finest part that Kubernetes knows.
const NANO: i128 = 1_000_000_000;
const MILLI: i128 = NANO / 1000;
const MEBIBYTE: i128 = 1 << 20;

/// The suffixes people write for sizes, and what they mean here.
const FAMILIAR: [(&str, &str); 3] = [("MB", "Mi"), ("GB", "Gi"), ("TB", "Ti")];
const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
/// Decimal suffixes with their power of ten.
const DECIMAL: [(&str, i32); 9] =
    [("n", -9), ("u", -6), ("m", -3), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

const SIZE_HINT: &str = "write it like `4GB`, `512Mi` or `1.5Gi`";
const PROCESSORS_HINT: &str = "write it like `2`, `0.5` or `500m`";

/// Why a text is no amount.
enum Unreadable {
    Malformed,
    TooLarge,
}

impl Unreadable {
    fn explained(self, text: &str, what: &str) -> Malformed {
        self.explained_with(text, what, suggestion(text))
    }

    fn explained_with(self, text: &str, what: &str, suggestion: Option<String>) -> Malformed {
        match self {
            Self::TooLarge => Malformed::new(format!("`{text}` is more than Kubernetes can count"), None),
            Self::Malformed if text.is_empty() => Malformed::new(format!("{what} cannot be empty"), None),
            Self::Malformed => Malformed::new(format!("`{text}` is not {what}"), suggestion),
        }
    }
}

/// The error with a hint, if it has none of its own.
fn hinted(error: Malformed, hint: &str) -> Malformed {
    if error.hint().is_some() { error } else { Malformed::new(error.to_string(), hint.to_owned()) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Binary,
    Decimal,
    Exponent,
}

/// An amount that is not negative and not more than Kubernetes can count.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Quantity {
    nano: i128,
    form: Form,
}

/// Nothing.
impl Default for Quantity {
    fn default() -> Self {
        Self { nano: 0, form: Form::Decimal }
    }
}

impl Quantity {
    /// Any amount, as in a quota: `4`, `500m`, `8Gi`, `8GB`.
    ///
    /// # Errors
    /// When the text is not an amount, or one too large to count.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::read(text).map_err(|unreadable| unreadable.explained(text, "an amount"))
    }

    fn read(text: &str) -> Result<Self, Unreadable> {
        let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
        let (number, suffix) = text.split_at(digits);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return Err(Unreadable::Malformed);
        }
        let suffix = FAMILIAR.iter().find(|(written, _)| *written == suffix).map_or(suffix, |(_, meant)| meant);
        let (factor, form) = scale(suffix).ok_or(Unreadable::Malformed)?;
        let nano = factor.of(whole, fraction).ok_or(Unreadable::TooLarge)?;
        if nano > i128::from(i64::MAX) * NANO {
            return Err(Unreadable::TooLarge);
        }
        Ok(Self { nano, form })
    }

    /// An amount of anything, as in a quota.
    ///
    /// # Errors
    /// When the text is not an amount, or one too large to count.
    pub fn counted(text: &str) -> Result<Self, Malformed> {
        Self::parse(text).map_err(|error| hinted(error, "write it like `2`, `500m` or `8Gi`"))
    }

    /// An amount of memory or storage: at least one mebibyte, in whole bytes.
    ///
    /// # Errors
    /// When the text is not such an amount.
    pub fn size(text: &str) -> Result<Self, Malformed> {
        let quantity =
            Self::read(text).map_err(|unreadable| hinted(unreadable.explained(text, "a size"), SIZE_HINT))?;
        let whole = Self {
            nano: quantity.nano.div_euclid(NANO) * NANO + if quantity.nano % NANO == 0 { 0 } else { NANO },
            ..quantity
        };
        if whole.nano < MEBIBYTE * NANO {
            return Err(Malformed::new(format!("`{text}` is less than one mebibyte"), whole.meant_by(text)));
        }
        Ok(whole)
    }

    /// An amount of processor time: at least a thousandth of a processor, in whole thousandths.
    ///
    /// # Errors
    /// When the text is not such an amount.
    pub fn processors(text: &str) -> Result<Self, Malformed> {
        let malformed = || {
            let hint = processors_suggestion(text);
            hinted(Unreadable::Malformed.explained_with(text, "a number of processors", hint), PROCESSORS_HINT)
        };
        let Ok(quantity) = Self::read(text) else { return Err(malformed()) };
        let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        if !(matches!(unit, "" | "m" | "k") || quantity.form == Form::Exponent) {
            return Err(malformed());
        }
        if quantity.nano == 0 {
            return Err(Malformed::new(format!("`{text}` is no processor time at all"), PROCESSORS_HINT.to_owned()));
        }
        if quantity.nano % MILLI != 0 {
            let message = format!("`{text}` is not a whole number of thousandths of a processor");
            return Err(Malformed::new(message, "the smallest step is `1m`, a thousandth".to_owned()));
        }
        Ok(quantity)
    }

    /// What somebody meant who wrote less than a mebibyte.
    fn meant_by(self, text: &str) -> String {
        let digits: String = text.chars().take_while(|letter| letter.is_ascii_digit() || *letter == '.').collect();
        match text.strip_suffix('m') {
            _ if self.nano == 0 => SIZE_HINT.to_owned(),
            Some(number) => format!("`m` means thousandths of a byte; did you mean `{number}Mi`?"),
            None if digits.len() < text.len() => SIZE_HINT.to_owned(),
            None if self.nano < 100 * NANO => {
                format!("a number without a unit counts bytes; did you mean `{digits}GB`?")
            }
            None => format!("a number without a unit counts bytes; did you mean `{digits}MB`, or `{digits}GB`?"),
        }
    }

    /// Half of it, rounded up to a whole byte.
    #[must_use]
    pub fn half_size(self) -> Self {
        Self { nano: (self.nano / NANO + 1) / 2 * NANO, ..self }
    }

    /// Half of it, rounded up to a whole thousandth.
    #[must_use]
    pub fn half_processors(self) -> Self {
        Self { nano: (self.nano / MILLI + 1) / 2 * MILLI, ..self }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let form = if self.nano == 0 { other.form } else { self.form };
        Self { nano: self.nano.saturating_add(other.nano), form }
    }

    /// What is left of it without the other; nothing if that is less than nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Self> {
        self.nano.checked_sub(other.nano).filter(|nano| *nano >= 0).map(|nano| Self { nano, ..self })
    }

    /// In whole units, rounded down: bytes.
    #[must_use]
    pub fn in_units(self) -> i64 {
        i64::try_from(self.nano / NANO).unwrap_or(i64::MAX)
    }

    /// In thousandths, rounded up: what uses a processor a little does not use none.
    #[must_use]
    pub fn in_thousandths(self) -> i64 {
        i64::try_from((self.nano + MILLI - 1) / MILLI).unwrap_or(i64::MAX)
    }

    /// Whether it is nothing at all.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.nano == 0
    }

    fn decimal(self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nano == 0 {
            return formatter.write_str("0");
        }
        let (mut number, mut power) = (self.nano, -9);
        while number % 1000 == 0 && power < 18 {
            number /= 1000;
            power += 3;
        }
        match (self.form, power) {
            (_, 0) => write!(formatter, "{number}"),
            (Form::Exponent, power) => write!(formatter, "{number}e{power}"),
            (_, power) => {
                let suffix = DECIMAL.iter().find(|(_, of_ten)| *of_ten == power).map_or("", |(suffix, _)| suffix);
                write!(formatter, "{number}{suffix}")
            }
        }
    }
}

/// What a suffix multiplies by.
enum Factor {
    Binary(u32),
    PowerOfTen(i32),
}

impl Factor {
    /// `whole.fraction` times the factor in billionths, rounded up; nothing if it is too large.
    fn of(&self, whole: &str, fraction: &str) -> Option<i128> {
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{whole}{fraction}");
        let digits = digits.trim_start_matches('0');
        if digits.is_empty() {
            return Some(0);
        }
        let places = i32::try_from(fraction.len()).ok()?;
        match self {
            Self::PowerOfTen(power) => shift(digits, power.checked_add(9)?.checked_sub(places)?),
            Self::Binary(bits) => {
                // More digits than this cannot change the sum: 2^60 has 19 digits, a billionth 9 more.
                let kept = digits.get(..digits.len().min(19))?;
                let dropped = i32::try_from(digits.len() - kept.len()).ok()?;
                let number: i128 = kept.parse().ok()?;
                let product = number.checked_mul(1_i128 << bits)?;
                shift(&product.to_string(), 9_i32.checked_sub(places)?.checked_add(dropped)?)
            }
        }
    }
}

/// `digits` times a power of ten, rounded up.
fn shift(digits: &str, power: i32) -> Option<i128> {
    let length = i32::try_from(digits.len()).ok()?;
    if length.checked_add(power)? > 30 {
        return None;
    }
    if length + power <= 0 {
        return Some(1);
    }
    let kept = digits.get(..usize::try_from(length.min(length + power)).ok()?)?;
    let dropped = digits.get(kept.len()..)?;
    let number: i128 = kept.parse().ok()?;
    let scaled = number.checked_mul(10_i128.checked_pow(u32::try_from(power.max(0)).ok()?)?)?;
    Some(if dropped.bytes().any(|digit| digit != b'0') { scaled + 1 } else { scaled })
}

fn scale(suffix: &str) -> Option<(Factor, Form)> {
    if suffix.is_empty() {
        return Some((Factor::PowerOfTen(0), Form::Decimal));
    }
    if let Some(step) = BINARY.iter().position(|known| *known == suffix) {
        return Some((Factor::Binary(u32::try_from(step + 1).ok()? * 10), Form::Binary));
    }
    if let Some((_, power)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
        return Some((Factor::PowerOfTen(*power), Form::Decimal));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let readable = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    readable.then(|| exponent.parse().ok()).flatten().map(|power| (Factor::PowerOfTen(power), Form::Exponent))
}

/// `2 cores`, `500M`: the nearest number of processors.
fn processors_suggestion(text: &str) -> Option<String> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "m" | "milli" | "millicpu" => "m",
        "" | "core" | "cores" | "cpu" | "cpus" | "vcpu" | "vcpus" => "",
        _ => return None,
    };
    let spelled = format!("{number}{unit}");
    (spelled != text && Quantity::processors(&spelled).is_ok()).then(|| format!("did you mean `{spelled}`?"))
}

/// `4 gb`, `4GiB`, `4gi`: the nearest spelling that is an amount.
fn suggestion(text: &str) -> Option<String> {
    // Before three digits a comma parts thousands, before fewer it parts the fraction.
    let thousands = text
        .split_once(',')
        .is_some_and(|(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count() == 3 && !rest.contains(','));
    let parted = if thousands { text.replace(',', "") } else { text.replace(',', ".") };
    let compact: String = parted.chars().filter(|letter| !matches!(letter, ' ' | '_')).collect();
    let digits = compact.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(compact.len());
    let (number, unit) = compact.split_at(digits);
    if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.matches('.').count() > 1 {
        return None;
    }
    let unit = match unit.to_ascii_lowercase().as_str() {
        "kb" | "kib" | "ki" => "Ki",
        "" => "",
        "mb" | "meg" | "megabytes" => "MB",
        "gb" | "gig" | "gigabytes" | "g" => "GB",
        "tb" | "t" => "TB",
        "mib" | "mi" => "Mi",
        "gib" | "gi" => "Gi",
        "tib" | "ti" => "Ti",
        _ => return None,
    };
    Some(format!("did you mean `{number}{unit}`?"))
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl fmt::Display for Quantity {
    /// The canonical form: what the API server answers.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.nano.div_euclid(NANO) + i128::from(self.nano % NANO != 0);
        if self.form != Form::Binary || self.nano < 1024 * NANO {
            return self.decimal(formatter);
        }
        let (mut number, mut step) = (bytes, 0);
        while number % 1024 == 0 && step < BINARY.len() {
            number /= 1024;
            step += 1;
        }
        let suffix = step.checked_sub(1).and_then(|step| BINARY.get(step)).copied().unwrap_or_default();
        write!(formatter, "{number}{suffix}")
    }
}

impl Serialize for Quantity {
    /// For fingerprints: the same text for the same amount, however it was written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let form = if self.nano % (1024 * NANO) == 0 { Form::Binary } else { Form::Decimal };
        serializer.collect_str(&Self { nano: self.nano, form })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        Quantity::parse(text).map_or_else(|error| error.to_string(), |quantity| quantity.to_string())
    }

    #[test]
    fn amounts_are_written_as_the_api_server_writes_them() {
        for (written, expected) in [
            ("0", "0"),
            ("0.0", "0"),
            ("1", "1"),
            ("1000m", "1"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("5.", "5"),
            ("500m", "500m"),
            ("1500m", "1500m"),
            ("2000", "2k"),
            ("1500", "1500"),
            ("100k", "100k"),
            ("1000k", "1M"),
            ("1e3", "1e3"),
            ("1E3", "1e3"),
            ("1e-3", "1e-3"),
            ("10e2", "1e3"),
            ("100e0", "100"),
            ("1e4", "10e3"),
            ("4Gi", "4Gi"),
            ("4096Mi", "4Gi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Ki", "512"),
            ("1023", "1023"),
            ("1Ki", "1Ki"),
            ("1025Ki", "1025Ki"),
            ("4GB", "4Gi"),
            ("512MB", "512Mi"),
            ("1TB", "1Ti"),
            ("0.5GB", "512Mi"),
            ("4G", "4G"),
            ("1.3Gi", "1395864372"),
            ("0.0000000001", "1n"),
            ("1n", "1n"),
            ("1000000n", "1m"),
            ("9E", "9E"),
            ("7Ei", "7Ei"),
            ("9223372036854775807", "9223372036854775807"),
            ("0000000000000000000000000000000000000000001", "1"),
        ] {
            assert_eq!(canonical(written), expected, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_counted_is_refused() {
        for text in [
            "", ".", "abc", "-1", "+1", "1.2.3", "4 GB", "4gb", "4KB", "1ee3", "1e", "1e+", "1e99999", "0x10", "1_000",
            "٣", "4Gi ", "Gi",
        ] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
        for text in
            ["8Ei", "9223372036854775808", "10E", "1e19", "99999999999999999999999999999999999999999999Ki", "1e9999"]
        {
            assert!(canonical(text).contains("more than Kubernetes can count"), "{text}: {}", canonical(text));
        }
    }

    #[test]
    fn halves_are_rounded_up_and_keep_their_form() {
        let half = |text: &str| Quantity::size(text).unwrap().half_size().to_string();
        assert_eq!(half("4GB"), "2Gi");
        assert_eq!(half("1Gi"), "512Mi");
        assert_eq!(half("5G"), "2500M");
        assert_eq!(half("1048577"), "524289");
        let half = |text: &str| Quantity::processors(text).unwrap().half_processors().to_string();
        assert_eq!(half("2"), "1");
        assert_eq!(half("1"), "500m");
        assert_eq!(half("1m"), "1m");
        assert_eq!(half("3m"), "2m");
    }

    #[test]
    fn a_wrong_size_names_the_right_one() {
        let hint = |text: &str| Quantity::size(text).unwrap_err().hint().unwrap_or_default().to_owned();
        assert_eq!(hint("4 gb"), "did you mean `4GB`?");
        assert_eq!(hint("4GiB"), "did you mean `4Gi`?");
        assert_eq!(hint("4"), "a number without a unit counts bytes; did you mean `4GB`?");
        assert_eq!(hint("512"), "a number without a unit counts bytes; did you mean `512MB`, or `512GB`?");
        assert_eq!(hint("1,5GB"), "did you mean `1.5GB`?");
        assert_eq!(hint("1,024MB"), "did you mean `1024MB`?");
        assert_eq!(hint("8Ei"), SIZE_HINT);
        assert_eq!(Quantity::size("8Ei").unwrap_err().to_string(), "`8Ei` is more than Kubernetes can count");
        for text in ["0", "", "1Ki"] {
            assert_eq!(hint(text), SIZE_HINT, "{text}");
        }
        assert_eq!(hint("400m"), "`m` means thousandths of a byte; did you mean `400Mi`?");
    }

    #[test]
    fn processors_come_in_thousandths() {
        for text in ["2", "0.5", "500m", "1e1", "1k", "0.001"] {
            assert!(Quantity::processors(text).is_ok(), "{text}");
        }
        for text in ["0", "0.0001", "1n", "2Gi", "2GB", "two", "2M", "1e-4"] {
            assert!(Quantity::processors(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wrong_number_of_processors_names_the_right_one() {
        let hint = |text: &str| Quantity::processors(text).unwrap_err().hint().unwrap_or_default().to_owned();
        assert_eq!(hint("2 cores"), "did you mean `2`?");
        assert_eq!(hint("500M"), "did you mean `500m`?");
        for text in ["0", "two", "2Gi", "", "0x10"] {
            assert_eq!(hint(text), PROCESSORS_HINT, "{text}");
        }
    }

    #[test]
    fn amounts_compare_by_what_they_are() {
        let parse = |text: &str| Quantity::parse(text).unwrap();
        assert_eq!(parse("1000m"), parse("1"));
        assert_eq!(parse("2Gi"), parse("2048Mi"));
        assert!(parse("1G") < parse("1Gi"));
    }

    #[test]
    fn equal_amounts_are_serialized_alike() {
        for (left, right) in [("1e9", "1G"), ("1048576", "1Mi"), ("1024k", "1000Ki"), ("1000m", "1"), ("0", "0Gi")] {
            let text = |text: &str| serde_json::to_string(&Quantity::parse(text).unwrap()).unwrap();
            assert_eq!(text(left), text(right));
        }
        assert_eq!(serde_json::to_string(&Quantity::parse("4GB").unwrap()).unwrap(), "\"4Gi\"");
    }
}
