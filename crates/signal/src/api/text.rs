//! Texts and ids in bodies.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::PeerId;
use crate::lenient::cut;

/// Characters of a broadcaster's id; with four bytes each it is as long as a peer's id may be.
pub(super) const MAX_ID_CHARS: usize = 64;

/// The id of a broadcaster, chosen by its client: 1 to 64 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroadcasterId(pub PeerId);

impl<'de> Deserialize<'de> for BroadcasterId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let id = PeerId::deserialize(from)?;
        if id.as_str().chars().count() > MAX_ID_CHARS {
            let reason = format_args!("id too long (maximum {MAX_ID_CHARS} characters)");
            return Err(D::Error::custom(reason));
        }
        Ok(Self(id))
    }
}

impl JsonSchema for BroadcasterId {
    fn schema_name() -> Cow<'static, str> {
        "BroadcasterId".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX_ID_CHARS })
    }
}

/// A text that is cut where it is longer than `MAX` bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<const MAX: usize>(pub String);

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(cut(text, MAX)))
    }
}

impl<const MAX: usize> JsonSchema for Text<MAX> {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}
