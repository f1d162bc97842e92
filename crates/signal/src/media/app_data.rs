//! What applications attach to their media.

use miso_ortc::MediaKind;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::PeerId;
use crate::lenient::is_truthy;
use crate::limits::MAX_APP_DATA_BYTES;

/// The source that newer clients give a shared screen.
pub(crate) const SCREEN: &str = "screensharing";

/// What an application attaches to its producers, for whoever consumes them: any JSON object up to 4 KiB.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(
    feature = "ts",
    derive(ts_rs::TS),
    ts(type = "Record<string, unknown>")
)]
#[serde(transparent)]
pub struct AppData(Map<String, Value>);

impl AppData {
    /// The value of a member.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The text of a member.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// What the media shows, in the words of newer clients: `audio`, `video` or `screensharing`. Older ones say
    /// `share` of a screen.
    pub(crate) fn source(&self, kind: MediaKind) -> &'static str {
        let is_shared = self.get("share").is_some_and(is_truthy);
        match kind {
            MediaKind::Audio => "audio",
            MediaKind::Video if is_shared || self.text("source") == Some(SCREEN) => SCREEN,
            MediaKind::Video => "video",
        }
    }

    /// Sets a member.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The same with the id of the peer it comes from, which the peer itself cannot forge.
    #[must_use]
    pub fn with_peer_id(mut self, peer: &PeerId) -> Self {
        self.0
            .insert("peerId".to_owned(), Value::from(peer.as_str()));
        self
    }
}

impl<'de> Deserialize<'de> for AppData {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let members = match Value::deserialize(from)? {
            Value::Object(members) => members,
            Value::Null => Map::new(),
            _ => return Err(D::Error::custom("if given, appData must be an object")),
        };
        let length = serde_json::to_vec(&members).map_or(usize::MAX, |json| json.len());
        if length > MAX_APP_DATA_BYTES {
            let max = MAX_APP_DATA_BYTES;
            return Err(D::Error::custom(format_args!(
                "appData too long (maximum {max} bytes)"
            )));
        }
        Ok(Self(members))
    }
}
