//! Who is in a room.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::PeerId;
use crate::lenient::{cut, text_up_to, to_text};
use crate::limits::{MAX_DEVICE_BYTES, MAX_DISPLAY_NAME_BYTES};

/// What a peer is called by others; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct DisplayName(String);

impl DisplayName {
    /// The name with this text; what is too long is cut.
    pub fn new(text: impl Into<String>) -> Self {
        Self(cut(text.into(), MAX_DISPLAY_NAME_BYTES))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for DisplayName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        text_up_to(from, "displayName", MAX_DISPLAY_NAME_BYTES).map(Self)
    }
}

/// What a peer runs on, in its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct PeerDevice {
    /// A short name for programs: `chrome`, `firefox`, `broadcaster`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl<'de> Deserialize<'de> for PeerDevice {
    /// Never fails on JSON: what cannot be understood is not there, what is too long is cut.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut members = match Value::deserialize(from)? {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        let mut text = |name| {
            members
                .remove(name)
                .and_then(to_text)
                .map(|it| cut(it, MAX_DEVICE_BYTES))
        };
        Ok(Self {
            flag: text("flag"),
            name: text("name"),
            version: text("version"),
        })
    }
}

/// A peer as others see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PeerInfo {
    /// Its id.
    pub id: PeerId,
    /// The same, as newer clients call it.
    pub peer_id: PeerId,
    /// What it is called.
    pub display_name: DisplayName,
    /// What it runs on.
    pub device: PeerDevice,
    /// Where it connects from: always empty, since that is nobody's business, but newer clients expect a text.
    #[cfg_attr(feature = "ts", ts(skip))]
    remote_address: &'static str,
}

impl<'de> Deserialize<'de> for PeerInfo {
    /// Reads the id under either of its names.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Written {
            id: Option<PeerId>,
            peer_id: Option<PeerId>,
            #[serde(default)]
            display_name: DisplayName,
            #[serde(default)]
            device: PeerDevice,
        }
        let written = Written::deserialize(from)?;
        let id = written.id.or(written.peer_id);
        let id = id.ok_or_else(|| D::Error::missing_field("id"))?;
        Ok(Self::new(id, written.display_name, written.device))
    }
}

impl PeerInfo {
    /// A peer as others see it.
    pub fn new(id: PeerId, display_name: DisplayName, device: PeerDevice) -> Self {
        Self {
            peer_id: id.clone(),
            id,
            display_name,
            device,
            remote_address: "",
        }
    }
}
