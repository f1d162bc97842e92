//! Names of things on the wire.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use crate::limits::{MAX_NAME_ID_BYTES, MAX_OBJECT_ID_BYTES};

/// Why a text is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// It is longer than it may be.
    #[error("{name} too long (maximum {max} bytes)")]
    TooLong {
        /// What the id is called.
        name: &'static str,
        /// The maximum in bytes.
        max: usize,
    },
    /// It is no text.
    #[error("{0} is not a string")]
    NotAString(&'static str),
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $member:literal, $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id with this text.
            ///
            /// # Errors
            /// [`IdError`] when the text is empty or too long.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                if text.is_empty() {
                    return Err(IdError::Empty($member));
                }
                if text.len() > $max {
                    return Err(IdError::TooLong { name: $member, max: $max });
                }
                Ok(Self(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                match Value::deserialize(from)? {
                    Value::String(text) => Self::new(text).map_err(de::Error::custom),
                    _ => Err(de::Error::custom(IdError::NotAString($member))),
                }
            }
        }
    };
}

text_id!(
    /// A room, chosen by its users.
    RoomId, "roomId", MAX_NAME_ID_BYTES
);
text_id!(
    /// A peer inside its room, chosen by itself.
    PeerId, "peerId", MAX_NAME_ID_BYTES
);
text_id!(
    /// A transport.
    TransportId, "transportId", MAX_OBJECT_ID_BYTES
);
text_id!(
    /// A producer.
    ProducerId, "producerId", MAX_OBJECT_ID_BYTES
);
text_id!(
    /// A consumer.
    ConsumerId, "consumerId", MAX_OBJECT_ID_BYTES
);
text_id!(
    /// A data producer.
    DataProducerId, "dataProducerId", MAX_OBJECT_ID_BYTES
);
text_id!(
    /// A data consumer.
    DataConsumerId, "dataConsumerId", MAX_OBJECT_ID_BYTES
);
