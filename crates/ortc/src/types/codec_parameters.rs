//! Format parameters: what SDP writes in `a=fmtp`.

use std::collections::BTreeMap;

use miso_wire::Pt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::OrtcError;
use crate::limits::{MAX_NAME_BYTES, MAX_PARAMETERS};
use crate::parse::{parameter_text, short};

/// The value of a format parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum CodecParameterValue {
    /// A whole number.
    Int(i64),
    /// Any other number.
    Double(f64),
    /// A text.
    Text(String),
    /// A truth value. Never read from JSON; a worker's protocol can carry it.
    Bool(bool),
    /// Several whole numbers. Never read from JSON; a worker's protocol can carry them.
    Ints(Vec<i32>),
}

impl CodecParameterValue {
    /// The whole number that it is, or that its text says.
    pub fn to_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            Self::Bool(flag) => Some(i64::from(*flag)),
            Self::Double(_) | Self::Ints(_) => None,
        }
    }

    /// The text that it is.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn from_json(value: Value) -> Result<Self, OrtcError> {
        const NAME: &str = "codec parameter";
        match value {
            Value::Null => Ok(Self::Text(String::new())),
            Value::String(text) => parameter_text(text).map(Self::Text),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Ok(Self::Int(whole)),
                (None, Some(double)) => Ok(Self::Double(double)),
                (None, None) => Err(OrtcError::Invalid(NAME)),
            },
            _ => Err(OrtcError::Invalid(NAME)),
        }
    }
}

impl From<i64> for CodecParameterValue {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for CodecParameterValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Format parameters of a codec, or parameters of a header extension, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct CodecParameters(BTreeMap<String, CodecParameterValue>);

impl CodecParameters {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&CodecParameterValue> {
        self.0.get(name)
    }

    /// The whole number that `name` says, as number or text.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.to_int()
    }

    /// The text that `name` says.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_text()
    }

    /// The payload type that an RTX codec retransmits (RFC 4588, section 8.1).
    pub fn apt(&self) -> Option<Pt> {
        match self.get("apt")? {
            CodecParameterValue::Int(number) => u8::try_from(*number).ok().map(Pt),
            _ => None,
        }
    }

    /// The payload type of the blocks in RED, the first of the list that SDP has for it (RFC 2198, section 5). The list
    /// has no name: libwebrtc makes it the value of an empty one, mediasoup-client a name with an empty value.
    pub fn red_block(&self) -> Option<Pt> {
        let unnamed = self.text("");
        let mut lists = unnamed.into_iter().chain(self.iter().map(|(name, _)| name));
        lists.find_map(|list| {
            let first = list.split('/').next()?;
            first.parse().ok().filter(|pt| *pt < 128).map(Pt)
        })
    }

    /// Format parameters of RED whose blocks have this payload type, in the form of which mediasoup-client and
    /// libmediasoupclient make SDP that libwebrtc reads as it should.
    pub fn of_red(block: Pt) -> Self {
        let list = format!("{0}/{0}", block.0);
        Self::from([("", CodecParameterValue::Text(list))])
    }

    /// Sets `name`.
    pub fn insert(&mut self, name: &str, value: impl Into<CodecParameterValue>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Forgets `name`.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Takes over all of `other`, whose values win.
    pub fn overlay(&mut self, other: &Self) {
        self.0.extend(
            other
                .iter()
                .map(|(name, value)| (name.to_owned(), value.clone())),
        );
    }

    /// Names and values, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &CodecParameterValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const N: usize> From<[(&str, CodecParameterValue); N]> for CodecParameters {
    fn from(parameters: [(&str, CodecParameterValue); N]) -> Self {
        Self(
            parameters
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }
}

impl TryFrom<Value> for CodecParameters {
    type Error = OrtcError;

    /// Anything but an object counts as no parameters.
    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let Value::Object(members) = value else {
            return Ok(Self::default());
        };
        if members.len() > MAX_PARAMETERS {
            return Err(OrtcError::TooMany {
                what: "codec parameters",
                max: MAX_PARAMETERS,
            });
        }
        let read = members.into_iter().map(|(name, value)| {
            let name = short(name, "codec parameter name", MAX_NAME_BYTES)?;
            Ok((name, CodecParameterValue::from_json(value)?))
        });
        read.collect::<Result<_, _>>().map(Self)
    }
}
