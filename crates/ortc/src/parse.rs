//! Reading JSON the way mediasoup validates it: what is falsy is absent, what is unknown is dropped, and an error
//! names the member.
//!
//! A member is named as mediasoup's errors name it, `codec.mimeType`; what follows the last dot is its key.

use miso_wire::{Mid, Pt, Rid, Ssrc};
use serde_json::{Map, Value};

use crate::limits::{MAX_ID_BYTES, MAX_PARAMETER_BYTES};
use crate::{HeaderExtensionId, OrtcError};

/// Members of a JSON object, taken out one by one.
pub(crate) struct Object(Map<String, Value>);

impl Object {
    /// The object that `value` is; `what` names it in the error.
    pub(crate) fn new(value: Value, what: &'static str) -> Result<Self, OrtcError> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(OrtcError::NotAnObject(what)),
        }
    }

    /// The member, unless it is absent or `null`.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<Value> {
        let key = name.rsplit('.').next().unwrap_or(name);
        self.0.remove(key).filter(|value| !value.is_null())
    }

    /// The member, unless JavaScript would call it false.
    fn take_truthy(&mut self, name: &'static str) -> Option<Value> {
        self.take(name).filter(is_truthy)
    }

    /// A text that is neither absent nor empty.
    pub(crate) fn text(
        &mut self,
        name: &'static str,
        max: usize,
        wrong: OrtcError,
    ) -> Result<Option<String>, OrtcError> {
        match self.take_truthy(name) {
            None => Ok(None),
            Some(Value::String(text)) => short(text, name, max).map(Some),
            Some(_) => Err(wrong),
        }
    }

    /// A list of at most `max`; anything that is no list counts as an empty one.
    pub(crate) fn list(&mut self, name: &'static str, max: usize) -> Result<Vec<Value>, OrtcError> {
        match self.take(name) {
            Some(Value::Array(items)) if items.len() > max => {
                Err(OrtcError::TooMany { what: name, max })
            }
            Some(Value::Array(items)) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    /// A list whose items are all of one type.
    pub(crate) fn list_of<T>(&mut self, name: &'static str, max: usize) -> Result<Vec<T>, OrtcError>
    where
        T: TryFrom<Value, Error = OrtcError>,
    {
        self.list(name, max)?.into_iter().map(T::try_from).collect()
    }

    /// A truth value; anything else counts as `otherwise`.
    pub(crate) fn flag_or(&mut self, name: &'static str, otherwise: bool) -> bool {
        self.take(name)
            .and_then(|value| value.as_bool())
            .unwrap_or(otherwise)
    }

    /// A truth value, `false` where the member is falsy, else an error.
    pub(crate) fn flag(&mut self, name: &'static str) -> Result<bool, OrtcError> {
        match self.take_truthy(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(OrtcError::Invalid(name)),
        }
    }

    /// A whole number that fits `T`, if there is one.
    pub(crate) fn number<T: TryFrom<u64>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, OrtcError> {
        self.take(name).map(|value| whole(&value, name)).transpose()
    }

    /// A whole number that must be there.
    pub(crate) fn needed_number<T: TryFrom<u64>>(
        &mut self,
        name: &'static str,
    ) -> Result<T, OrtcError> {
        match self.take(name) {
            Some(value @ Value::Number(_)) => whole(&value, name),
            _ => Err(OrtcError::Missing(name)),
        }
    }

    /// A payload type, if there is one.
    pub(crate) fn payload_type(&mut self, name: &'static str) -> Result<Option<Pt>, OrtcError> {
        match self.number::<u8>(name)? {
            None => Ok(None),
            Some(number) if number < 128 => Ok(Some(Pt(number))),
            Some(_) => Err(OrtcError::Invalid(name)),
        }
    }

    /// An SSRC, if there is one.
    pub(crate) fn ssrc(&mut self, name: &'static str) -> Result<Option<Ssrc>, OrtcError> {
        Ok(self.number(name)?.map(Ssrc))
    }

    /// The id of a header extension, which must be there.
    pub(crate) fn extension_id(
        &mut self,
        name: &'static str,
    ) -> Result<HeaderExtensionId, OrtcError> {
        self.needed_number(name).map(HeaderExtensionId)
    }

    /// A MID, if there is one.
    pub(crate) fn mid(&mut self, name: &'static str) -> Result<Option<Mid>, OrtcError> {
        let text = self.text(name, MAX_ID_BYTES, OrtcError::NotAString(name))?;
        text.map(|text| Mid::new(text.as_bytes()).map_err(|_| OrtcError::Invalid(name)))
            .transpose()
    }

    /// A RID, if there is one.
    pub(crate) fn rid(&mut self, name: &'static str) -> Result<Option<Rid>, OrtcError> {
        let text = self.text(name, MAX_ID_BYTES, OrtcError::Invalid(name))?;
        text.map(|text| Rid::new(text.as_bytes()).map_err(|_| OrtcError::Invalid(name)))
            .transpose()
    }
}

/// `text`, if it is at most `max` bytes long.
pub(crate) fn short(text: String, what: &'static str, max: usize) -> Result<String, OrtcError> {
    if text.len() > max {
        Err(OrtcError::TooLong { what, max })
    } else {
        Ok(text)
    }
}

/// `text` as the value of a format parameter.
pub(crate) fn parameter_text(text: String) -> Result<String, OrtcError> {
    short(text, "codec parameter", MAX_PARAMETER_BYTES)
}

fn whole<T: TryFrom<u64>>(value: &Value, name: &'static str) -> Result<T, OrtcError> {
    /// Above it, a double no longer tells whole numbers apart.
    const MAX_SAFE: f64 = 9_007_199_254_740_991.0;
    let number = value.as_u64().or_else(|| {
        let number = value.as_f64()?;
        let is_whole = (0.0..=MAX_SAFE).contains(&number) && number.fract() == 0.0;
        // Exact: whole and below 2^53.
        is_whole.then_some(number as u64)
    });
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or(OrtcError::Invalid(name))
}

fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}
