//! Entering a room and being somebody in it.

use miso_ortc::{RtpCapabilities, SctpCapabilities};
use serde::{Deserialize, Serialize, Serializer};

use crate::lenient::unless_falsy;
use crate::{DisplayName, PeerDevice, PeerInfo};

/// What the room's router can forward. Written bare and wrapped, for older and newer clients.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "ts",
    derive(ts_rs::TS),
    ts(type = "ms.RtpCapabilities & { routerRtpCapabilities: ms.RtpCapabilities }")
)]
pub struct RouterRtpCapabilitiesResponse(pub RtpCapabilities);

impl Serialize for RouterRtpCapabilitiesResponse {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Both<'a> {
            #[serde(flatten)]
            bare: &'a RtpCapabilities,
            router_rtp_capabilities: &'a RtpCapabilities,
        }
        Both {
            bare: &self.0,
            router_rtp_capabilities: &self.0,
        }
        .serialize(out)
    }
}

/// Enter the room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct Join {
    /// What others call this peer; empty when it does not say.
    #[serde(default)]
    pub display_name: DisplayName,
    /// What it runs on.
    #[serde(default)]
    pub device: PeerDevice,
    /// What media it can receive; without them it gets none.
    #[serde(default, deserialize_with = "unless_falsy")]
    #[cfg_attr(feature = "ts", ts(optional, type = "ms.RtpCapabilities"))]
    pub rtp_capabilities: Option<RtpCapabilities>,
    /// What its SCTP can do. Newer clients do not say, so their absence tells nothing.
    #[serde(default, deserialize_with = "unless_falsy")]
    #[cfg_attr(feature = "ts", ts(optional, type = "SctpCapabilities"))]
    pub sctp_capabilities: Option<SctpCapabilities>,
}

/// Who else is in the room: peers that have joined, broadcasters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct JoinResponse {
    /// All but the one who asks.
    pub peers: Vec<PeerInfo>,
}

/// Be called something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ChangeDisplayName {
    /// The new name.
    #[serde(default)]
    pub display_name: DisplayName,
}
