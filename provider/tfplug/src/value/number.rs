//! Numbers without loss: what Terraform computed is what a provider sees and sends back.
//!
//! Terraform counts with 512 bits, so neither `i64` nor `f64` alone can hold its numbers. Small whole
//! numbers, nearly all there are, stay an `i64`; every other one is an exact decimal.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{BigDecimal, FromPrimitive, ToPrimitive, Zero};

/// Digits and powers of ten beyond this are refused: no real value needs them, and a hostile one could
/// ask for gigabytes.
const MAX_DIGITS: i64 = 10_000;

/// An exact number, or an infinity.
#[derive(Clone, PartialEq, Eq)]
pub struct Number(Repr);

/// Canonical: `Big` never holds what `Int` can hold, and has no trailing zeros.
#[derive(Clone, PartialEq, Eq)]
enum Repr {
    Int(i64),
    Big(Box<BigDecimal>),
    Infinity { negative: bool },
}

/// Why a text or a float is not a [`Number`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// The text is not a decimal number.
    Syntax,
    /// More digits, or a larger power of ten, than any real value has.
    TooLarge,
    /// Not-a-number.
    NotANumber,
}

impl Number {
    /// Positive infinity, or negative.
    pub fn infinity(negative: bool) -> Self {
        Number(Repr::Infinity { negative })
    }

    /// The exact value of a float.
    pub fn from_f64(value: f64) -> Result<Self, NumberError> {
        if value.is_infinite() {
            return Ok(Number::infinity(value < 0.0));
        }
        BigDecimal::from_f64(value).map(Number::canonical).ok_or(NumberError::NotANumber)
    }

    /// The whole number, if this is one that fits.
    pub fn to_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Int(int) => Some(int),
            Repr::Big(_) | Repr::Infinity { .. } => None,
        }
    }

    /// The whole number, if this is one that fits.
    pub fn to_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Int(int) => u64::try_from(*int).ok(),
            Repr::Big(big) => {
                if big.is_integer() {
                    big.to_u64()
                } else {
                    None
                }
            }
            Repr::Infinity { .. } => None,
        }
    }

    /// Whether there are digits after the point.
    pub(crate) fn is_fraction(&self) -> bool {
        matches!(&self.0, Repr::Big(big) if big.fractional_digit_count() > 0)
    }

    /// The nearest float.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            #[allow(
                clippy::cast_precision_loss,
                reason = "the nearest float is what was asked for"
            )]
            Repr::Int(int) => *int as f64,
            // Through text: parsing rounds correctly, for every magnitude.
            Repr::Big(big) => big.to_scientific_notation().parse().unwrap_or(f64::NAN),
            Repr::Infinity { negative: false } => f64::INFINITY,
            Repr::Infinity { negative: true } => f64::NEG_INFINITY,
        }
    }

    /// The float that is exactly this number, if there is one.
    pub fn to_exact_f64(&self) -> Option<f64> {
        let float = self.to_f64();
        (Number::from_f64(float).as_ref() == Ok(self)).then_some(float)
    }

    #[allow(clippy::needless_pass_by_value, reason = "every caller has just made the value")]
    fn canonical(value: BigDecimal) -> Self {
        if value.is_zero() {
            return Number(Repr::Int(0));
        }
        let value = value.normalized();
        if value.fractional_digit_count() <= 0
            && value.order_of_magnitude() < 20
            && let Some(int) = value.to_i64()
        {
            return Number(Repr::Int(int));
        }
        Number(Repr::Big(Box::new(value)))
    }

    fn to_big(&self) -> Option<BigDecimal> {
        match &self.0 {
            Repr::Int(int) => Some(BigDecimal::from(*int)),
            Repr::Big(big) => Some((**big).clone()),
            Repr::Infinity { .. } => None,
        }
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Ok(int) = text.parse::<i64>() {
            return Ok(Number(Repr::Int(int)));
        }
        let well_formed = !text.is_empty()
            && text.bytes().all(|byte| {
                byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-')
            });
        if !well_formed {
            return Err(NumberError::Syntax);
        }
        if i64::try_from(text.len()).unwrap_or(i64::MAX) > MAX_DIGITS {
            return Err(NumberError::TooLarge);
        }
        if let Some((_, exponent)) = text.split_once(['e', 'E']) {
            let exponent: i64 = exponent.parse().map_err(|_| NumberError::Syntax)?;
            if exponent.abs() > MAX_DIGITS {
                return Err(NumberError::TooLarge);
            }
        }
        let value = BigDecimal::from_str(text).map_err(|_| NumberError::Syntax)?;
        // Digits and exponent together: what is shown must read back.
        if !value.is_zero() && value.order_of_magnitude().abs() > MAX_DIGITS {
            return Err(NumberError::TooLarge);
        }
        Ok(Number::canonical(value))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number(Repr::Int(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        i64::try_from(value)
            .map_or_else(|_| Number::canonical(BigDecimal::from(BigInt::from(value))), Number::from)
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Number(Repr::Int(value.into()))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(left), Repr::Int(right)) => left.cmp(right),
            (Repr::Infinity { negative: left }, Repr::Infinity { negative: right }) => {
                right.cmp(left)
            }
            (Repr::Infinity { negative }, _) => {
                if *negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (_, Repr::Infinity { negative }) => {
                if *negative {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            _ => self.to_big().cmp(&other.to_big()),
        }
    }
}

/// The shortest exact decimal text, which [`FromStr`] reads back to the same number.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(int) => int.fmt(f),
            Repr::Big(big) if (-20..400).contains(&big.order_of_magnitude()) => {
                f.write_str(&big.to_plain_string())
            }
            Repr::Big(big) => f.write_str(&big.to_scientific_notation()),
            Repr::Infinity { negative } => f.write_str(if *negative { "-inf" } else { "inf" }),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumberError::Syntax => "not a decimal number",
            NumberError::TooLarge => "a number with more than 10000 digits",
            NumberError::NotANumber => "not-a-number has no place among numbers",
        })
    }
}

impl std::error::Error for NumberError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: &str) {
        let number: Number = text.parse().unwrap();
        assert_eq!(number.to_string(), shown);
        assert_eq!(shown.parse::<Number>().unwrap(), number, "reads back");
    }

    #[test]
    fn text_is_exact_and_canonical() {
        check("0", "0");
        check("-0", "0");
        check("1.0", "1");
        check("1e3", "1000");
        check("0.1", "0.1");
        check("0.10", "0.1");
        check("-17", "-17");
        check("9223372036854775807", "9223372036854775807");
        check("9223372036854775808", "9223372036854775808");
        check("18446744073709551616", "18446744073709551616");
        check("0.333333333333333333333333333333", "0.333333333333333333333333333333");
        check("1e500", "1e500");
        check("1.5e-300", "1.5e-300");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (text, error) in [
            ("", NumberError::Syntax),
            ("one", NumberError::Syntax),
            ("0x10", NumberError::Syntax),
            ("1_000", NumberError::Syntax),
            ("1e", NumberError::Syntax),
            ("1e99999999999", NumberError::TooLarge),
            ("1e-99999", NumberError::TooLarge),
            ("12345e9999", NumberError::TooLarge),
        ] {
            assert_eq!(text.parse::<Number>(), Err(error), "{text:?}");
        }
        assert_eq!(Number::from_f64(f64::NAN), Err(NumberError::NotANumber));
    }

    #[test]
    fn a_float_is_exact_or_is_not_a_float() {
        let number = |text: &str| text.parse::<Number>().unwrap();
        assert_eq!(number("1.5").to_exact_f64(), Some(1.5));
        assert_eq!(number("0.1").to_exact_f64(), None);
        assert_eq!(number("1e400").to_exact_f64(), None);
        assert_eq!(Number::infinity(true).to_exact_f64(), Some(f64::NEG_INFINITY));
        assert_eq!(Number::from_f64(2.0).unwrap(), Number::from(2_i64));
    }

    #[test]
    fn order_is_that_of_numbers() {
        let mut numbers: Vec<Number> =
            ["10", "9", "1e30", "-1e30", "0.5"].iter().map(|text| text.parse().unwrap()).collect();
        numbers.extend([Number::infinity(false), Number::infinity(true)]);
        numbers.sort();
        let shown: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let e30 = format!("1{}", "0".repeat(30));
        assert_eq!(shown, ["-inf", &format!("-{e30}"), "0.5", "9", "10", &e30, "inf"]);
    }
}
