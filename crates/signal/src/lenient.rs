//! Reading members as JavaScript does: what is falsy is absent, and a number can stand for a text.

use miso_ortc::MediaKind;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Whether JavaScript would take `value` for true.
pub(crate) fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64().is_some_and(|number| number != 0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// A truth value made of anything.
pub(crate) fn truthy<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Value::deserialize(from).map(|value| is_truthy(&value))
}

/// A value, or nothing where the member is falsy.
pub(crate) fn unless_falsy<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    match Value::deserialize(from)? {
        value if is_truthy(&value) => T::deserialize(value).map(Some).map_err(D::Error::custom),
        _ => Ok(None),
    }
}

/// The text that a value is, or that a number reads as.
pub(crate) fn to_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A text, empty where the member is none, of at most `max` bytes.
pub(crate) fn text_up_to<'de, D: Deserializer<'de>>(
    from: D,
    name: &str,
    max: usize,
) -> Result<String, D::Error> {
    let text = to_text(Value::deserialize(from)?).unwrap_or_default();
    if text.len() > max {
        return Err(D::Error::custom(format_args!(
            "{name} too long (maximum {max} bytes)"
        )));
    }
    Ok(text)
}

/// `audio` or `video`.
pub(crate) fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<MediaKind, D::Error> {
    let value = Value::deserialize(from)?;
    MediaKind::deserialize(&value).map_err(|_| match value {
        Value::String(text) => {
            let shown: String = text.chars().take(16).collect();
            D::Error::custom(format_args!("invalid kind \"{shown}\""))
        }
        _ => D::Error::custom("invalid kind"),
    })
}

/// A whole number from 0 to 255.
pub(crate) fn small_number<'de, D: Deserializer<'de>>(
    from: D,
    name: &str,
) -> Result<Option<u8>, D::Error> {
    let value = match Value::deserialize(from)? {
        Value::Null => return Ok(None),
        value => value,
    };
    let number = value.as_u64().and_then(|number| u8::try_from(number).ok());
    number
        .map(Some)
        .ok_or_else(|| D::Error::custom(format_args!("{name} is not a whole number from 0 to 255")))
}

/// `text`, cut to at most `max` bytes between two characters.
pub(crate) fn cut(mut text: String, max: usize) -> String {
    let end = (0..=max.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or(0));
    text
}
