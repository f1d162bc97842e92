//! Sending media.

use miso_ortc::{MediaKind, RtpParameters};
use serde::{Deserialize, Serialize};

use crate::{AppData, ProducerId, TransportId, lenient};

/// Send media.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Produce {
    /// The transport to send on.
    pub transport_id: TransportId,
    /// Audio or video.
    #[serde(deserialize_with = "lenient::kind")]
    #[cfg_attr(feature = "ts", ts(type = "ms.MediaKind"))]
    pub kind: MediaKind,
    /// What is sent.
    #[cfg_attr(feature = "ts", ts(type = "ms.RtpParameters"))]
    pub rtp_parameters: RtpParameters,
    /// What the application attaches.
    #[serde(default)]
    pub app_data: AppData,
}

/// The new producer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ProduceResponse {
    /// Its id.
    pub id: ProducerId,
    /// The same, as newer clients call it.
    pub producer_id: ProducerId,
}

impl From<ProducerId> for ProduceResponse {
    fn from(id: ProducerId) -> Self {
        Self {
            producer_id: id.clone(),
            id,
        }
    }
}

/// Stop sending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CloseProducer {
    /// The producer.
    pub producer_id: ProducerId,
}

/// Let nobody have what one sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PauseProducer {
    /// The producer.
    pub producer_id: ProducerId,
}

/// Let others have it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ResumeProducer {
    /// The producer.
    pub producer_id: ProducerId,
}
