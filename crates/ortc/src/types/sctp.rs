//! SCTP: what a DataChannel is made of.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::OrtcError;
use crate::limits::MAX_SCTP_STREAM_ID;
use crate::parse::Object;

/// Number of an SCTP stream, 0 to 65534 (RFC 8832, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct SctpStreamId(pub u16);

/// How many streams a side can have in each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NumSctpStreams {
    /// Outgoing streams it starts with.
    #[serde(rename = "OS")]
    pub os: u16,
    /// The most incoming streams it takes.
    #[serde(rename = "MIS")]
    pub mis: u16,
}

impl Default for NumSctpStreams {
    /// What browsers have.
    fn default() -> Self {
        Self {
            os: 1024,
            mis: 1024,
        }
    }
}

/// What a client says of its SCTP. Clients of today no longer say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct SctpCapabilities {
    /// Its streams.
    pub num_streams: NumSctpStreams,
}

/// What a transport says of its SCTP association. Clients of before 2026 look at the last three members only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SctpParameters {
    /// SCTP port; both sides use the same.
    pub port: u16,
    /// The longest message that the transport sends, in bytes.
    pub max_send_message_size: u32,
    /// The longest message that the transport accepts, in bytes.
    pub max_receive_message_size: u32,
    /// Outgoing streams.
    #[serde(rename = "OS")]
    pub os: u16,
    /// Incoming streams.
    #[serde(rename = "MIS")]
    pub mis: u16,
    /// The same as `max_receive_message_size`.
    pub max_message_size: u32,
}

impl SctpParameters {
    /// The port that mediasoup's transports use; it means nothing inside DTLS.
    pub const PORT: u16 = 5000;
    /// How many streams mediasoup announces in each direction.
    pub const STREAMS: u16 = 65_535;

    /// What a transport with these limits, in bytes, announces.
    pub const fn new(max_send_message_size: u32, max_receive_message_size: u32) -> Self {
        Self {
            port: Self::PORT,
            max_send_message_size,
            max_receive_message_size,
            os: Self::STREAMS,
            mis: Self::STREAMS,
            max_message_size: max_receive_message_size,
        }
    }
}

impl Default for SctpParameters {
    /// mediasoup's limits: 256 KiB each.
    fn default() -> Self {
        Self::new(262_144, 262_144)
    }
}

/// How messages of a stream travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", try_from = "Value")]
pub struct SctpStreamParameters {
    /// The stream.
    pub stream_id: SctpStreamId,
    /// Whether messages arrive in the order in which they were sent, and all of them.
    pub ordered: bool,
    /// For how long an unordered message is tried, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_packet_life_time: Option<u16>,
    /// How often an unordered message is sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retransmits: Option<u16>,
}

impl SctpStreamParameters {
    /// Parameters from their members, completed: a stream with a limit is unordered unless it says otherwise.
    ///
    /// A limit of zero counts only on a stream that is said to be unordered, where it means that nothing is sent
    /// twice; elsewhere clients write it for "none".
    ///
    /// # Errors
    /// A reserved stream id, both limits at once, or a limit on an ordered stream.
    pub fn new(
        stream_id: u16,
        ordered: Option<bool>,
        max_packet_life_time: Option<u16>,
        max_retransmits: Option<u16>,
    ) -> Result<Self, OrtcError> {
        let unordered = ordered == Some(false);
        let max_retransmits = max_retransmits
            .filter(|limit| *limit != 0 || (unordered && max_packet_life_time.unwrap_or(0) == 0));
        let max_packet_life_time = max_packet_life_time
            .filter(|limit| *limit != 0 || (unordered && max_retransmits.is_none()));
        let limited = max_packet_life_time.is_some() || max_retransmits.is_some();
        if stream_id > MAX_SCTP_STREAM_ID {
            return Err(OrtcError::SctpStreamIdTooHigh);
        }
        if max_packet_life_time.is_some() && max_retransmits.is_some() {
            return Err(OrtcError::LifeTimeAndRetransmits);
        }
        if ordered == Some(true) && limited {
            return Err(OrtcError::OrderedWithLimits);
        }
        Ok(Self {
            stream_id: SctpStreamId(stream_id),
            ordered: ordered.unwrap_or(!limited),
            max_packet_life_time,
            max_retransmits,
        })
    }
}

impl TryFrom<Value> for SctpStreamParameters {
    type Error = OrtcError;

    fn try_from(value: Value) -> Result<Self, OrtcError> {
        let mut object = Object::new(value, "params")?;
        let ordered = object
            .take("params.ordered")
            .and_then(|value| value.as_bool());
        Self::new(
            object.needed_number("params.streamId")?,
            ordered,
            object.number("params.maxPacketLifeTime")?,
            object.number("params.maxRetransmits")?,
        )
    }
}
