//! What the server offers.

use miso_ortc::{MediaKind, RtpParameters, SctpStreamParameters};
use miso_signal::{AppData, ConsumerId, DataConsumerId, DataProducerId, PeerId, ProducerId};
use serde::{Deserialize, Deserializer, de};

use crate::{ConsumerParameters, DataConsumerParameters};

/// What the server offers.
#[derive(Clone, Debug, PartialEq)]
pub enum Offer {
    /// Somebody's media.
    Media(ConsumerParameters),
    /// Somebody's messages.
    Data(DataConsumerParameters),
}

impl<'de> Deserialize<'de> for ConsumerParameters {
    /// Reads the id under either of its names.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Written {
            id: Option<ConsumerId>,
            consumer_id: Option<ConsumerId>,
            producer_id: ProducerId,
            peer_id: Option<PeerId>,
            kind: MediaKind,
            rtp_parameters: RtpParameters,
            #[serde(default)]
            producer_paused: bool,
            #[serde(default)]
            app_data: AppData,
        }
        let it = Written::deserialize(from)?;
        let id = it.id.or(it.consumer_id);
        Ok(Self {
            id: id.ok_or_else(|| de::Error::missing_field("id"))?,
            producer_id: it.producer_id,
            peer_id: it.peer_id,
            kind: it.kind,
            rtp_parameters: it.rtp_parameters,
            producer_paused: it.producer_paused,
            app_data: it.app_data,
        })
    }
}

impl<'de> Deserialize<'de> for DataConsumerParameters {
    /// Reads the id under either of its names.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Written {
            id: Option<DataConsumerId>,
            data_consumer_id: Option<DataConsumerId>,
            data_producer_id: Option<DataProducerId>,
            peer_id: Option<PeerId>,
            sctp_stream_parameters: SctpStreamParameters,
            #[serde(default)]
            label: String,
            #[serde(default)]
            protocol: String,
            #[serde(default)]
            app_data: AppData,
        }
        let it = Written::deserialize(from)?;
        let id = it.id.or(it.data_consumer_id);
        Ok(Self {
            id: id.ok_or_else(|| de::Error::missing_field("id"))?,
            data_producer_id: it.data_producer_id,
            peer_id: it.peer_id,
            sctp_stream_parameters: it.sctp_stream_parameters,
            label: it.label,
            protocol: it.protocol,
            app_data: it.app_data,
        })
    }
}
