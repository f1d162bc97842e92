//! Whole numbers, as JSON schemas have them: `97.0` is one, too.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A whole number that fits.
pub(super) fn whole<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    let value = Value::deserialize(from)?;
    read(&value).ok_or_else(|| D::Error::custom(format_args!("{value} is no fitting whole number")))
}

/// The same, or nothing.
pub(super) fn maybe_whole<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    match Value::deserialize(from)? {
        Value::Null => Ok(None),
        value => read(&value)
            .map(Some)
            .ok_or_else(|| D::Error::custom(format_args!("{value} is no fitting whole number"))),
    }
}

fn read<T: TryFrom<u64>>(value: &Value) -> Option<T> {
    /// Numbers of this API are far below.
    const MAX: f64 = 4_294_967_295.0;
    let whole = value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        let is_whole = (0.0..=MAX).contains(&number) && number.fract() == 0.0;
        // Exact: whole and below 2^53.
        is_whole.then_some(number as u64)
    });
    T::try_from(whole?).ok()
}
