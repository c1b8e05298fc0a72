//! Text, truth values and numbers.

use super::{AttributeType, mismatch};
use crate::diag::{Error, Result};
use crate::schema::Kind;
use crate::value::{Number, Type, Value};

impl AttributeType for String {
    fn kind() -> Kind {
        Type::String.into()
    }

    fn decode(value: Value) -> Result<Self> {
        match value {
            Value::String(text) => Ok(text),
            other => mismatch("a string", &other),
        }
    }

    fn encode(self) -> Value {
        Value::String(self)
    }
}

impl AttributeType for bool {
    fn kind() -> Kind {
        Type::Bool.into()
    }

    fn decode(value: Value) -> Result<Self> {
        match value {
            Value::Bool(value) => Ok(value),
            other => mismatch("a bool", &other),
        }
    }

    fn encode(self) -> Value {
        Value::Bool(self)
    }
}

impl AttributeType for Number {
    fn kind() -> Kind {
        Type::Number.into()
    }

    fn decode(value: Value) -> Result<Self> {
        match value {
            Value::Number(number) => Ok(number),
            other => mismatch("a number", &other),
        }
    }

    fn encode(self) -> Value {
        Value::Number(self)
    }
}

/// A value whose type the configuration decides.
impl AttributeType for Value {
    fn kind() -> Kind {
        Type::Dynamic.into()
    }

    fn decode(value: Value) -> Result<Self> {
        Ok(value)
    }

    fn encode(self) -> Value {
        self
    }
}

macro_rules! whole_numbers {
    ($($int:ty: $wide:ident $get:ident),*) => { $(
        impl AttributeType for $int {
            fn kind() -> Kind {
                Type::Number.into()
            }

            fn decode(value: Value) -> Result<Self> {
                let number = Number::decode(value)?;
                number.$get().and_then(|wide| <$int>::try_from(wide).ok()).ok_or_else(|| {
                    // The number itself is not repeated: it may come from a sensitive variable.
                    let detail = if number.is_fraction() {
                        "Expected a whole number, found a fraction.".to_owned()
                    } else {
                        format!(
                            "Expected a whole number from {} to {}, found one out of this range.",
                            <$int>::MIN, <$int>::MAX
                        )
                    };
                    Error::user("Invalid number", detail)
                })
            }

            fn encode(self) -> Value {
                Value::Number(Number::from($wide::from(self)))
            }
        }
    )* };
}

whole_numbers!(i64: i64 to_i64, i32: i64 to_i64, u32: i64 to_i64, u16: i64 to_i64, u64: u64 to_u64);

impl AttributeType for f64 {
    fn kind() -> Kind {
        Type::Number.into()
    }

    /// Takes the nearest float. Where the exact value matters, use [`Number`].
    fn decode(value: Value) -> Result<Self> {
        Number::decode(value).map(|number| number.to_f64())
    }

    /// Writes the shortest decimal that reads back as this float: `0.1`, not its 55 digits.
    fn encode(self) -> Value {
        if self.is_nan() {
            return Value::Null;
        }
        let number = self.to_string().parse().or_else(|_| Number::from_f64(self));
        Value::Number(number.expect("a float that is not NaN is a number"))
    }

    fn same(left: &Value, right: &Value) -> bool {
        matches!((left, right), (Value::Number(left), Value::Number(right))
            if left == right || left.to_f64().to_bits() == right.to_f64().to_bits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Value {
        Value::Number(text.parse().unwrap())
    }

    #[test]
    fn whole_numbers_are_not_rounded() {
        assert_eq!(i64::decode(number("3.0")).unwrap(), 3);
        assert_eq!(
            u16::decode(number("70000")).unwrap_err().to_string(),
            "Invalid number: Expected a whole number from 0 to 65535, found one out of this range."
        );
        assert_eq!(
            i64::decode(number("1.5")).unwrap_err().to_string(),
            "Invalid number: Expected a whole number, found a fraction."
        );
        assert_eq!(u64::decode(number("18446744073709551615")).unwrap(), u64::MAX);
        assert_eq!(u64::MAX.encode(), number("18446744073709551615"));
    }

    #[test]
    fn floats_keep_the_decimal_that_people_wrote() {
        assert_eq!(0.1_f64.encode(), number("0.1"));
        assert_eq!(1e300_f64.encode(), number("1e300"));
        assert_eq!(f64::INFINITY.encode(), Value::Number(Number::infinity(false)));
        assert!(f64::same(&number("0.1"), &number("0.1000000000000000055511151231257827")));
    }

    #[test]
    fn another_type_is_named() {
        assert_eq!(
            String::decode(true.into()).unwrap_err().to_string(),
            "Wrong type: Expected a string, found a bool."
        );
    }
}
