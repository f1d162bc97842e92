//! What a client asks of the server. One file per group of methods.

mod consumer;
mod data;
mod producer;
mod session;
mod stats;
mod throttle;
mod transport;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{Dialect, RequestError};

pub use consumer::{
    PauseConsumer, RequestConsumerKeyFrame, ResumeConsumer, SetConsumerPreferredLayers,
    SetConsumerPriority,
};
pub use data::{DataRoute, ProduceData, ProduceDataResponse};
pub use producer::{CloseProducer, PauseProducer, Produce, ProduceResponse, ResumeProducer};
pub use session::{ChangeDisplayName, Join, JoinResponse, RouterRtpCapabilitiesResponse};
pub use stats::{
    GetConsumerStats, GetDataConsumerStats, GetDataProducerStats, GetProducerStats,
    GetTransportStats, Stats,
};
pub use throttle::{ApplyNetworkThrottle, ResetNetworkThrottle, StopNetworkThrottle};
pub use transport::{
    ConnectWebRtcTransport, CreateWebRtcTransport, RestartIce, RestartIceResponse, TransportOptions,
};

/// The one list of methods: name, variant, data, response.
macro_rules! client_requests {
    ($($(#[$doc:meta])* $method:literal => $name:ident($data:ty) -> $response:ty,)+) => {
        /// A request of a client: its method and its data, understood.
        #[derive(Clone, Debug, PartialEq)]
        pub enum ClientRequest {
            $($(#[$doc])* $name($data),)+
        }

        impl ClientRequest {
            /// Understands the data of a request.
            ///
            /// # Errors
            /// [`RequestError::UnknownMethod`] or [`RequestError::InvalidData`], which says what is wrong.
            pub fn parse(method: &str, data: Value) -> Result<Self, RequestError> {
                match method {
                    $($method => read(data).map(Self::$name),)+
                    _ => Err(RequestError::unknown_method(method)),
                }
            }

            /// Its method.
            pub const fn method(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $method,)+
                }
            }
        }

        #[cfg(feature = "ts")]
        impl ClientRequest {
            /// Methods and the TypeScript names of their data and responses.
            pub(crate) fn table(config: &ts_rs::Config) -> Vec<(&'static str, String, String)> {
                vec![$((
                    $method,
                    <$data as ts_rs::TS>::name(config),
                    <$response as ts_rs::TS>::name(config),
                ),)+]
            }
        }
    };
}

client_requests! {
    /// What can the room's router forward?
    "getRouterRtpCapabilities" => GetRouterRtpCapabilities(NoData) -> RouterRtpCapabilitiesResponse,
    /// Enter the room.
    "join" => Join(Join) -> JoinResponse,
    /// Be called something else.
    "changeDisplayName" => ChangeDisplayName(ChangeDisplayName) -> Empty,
    /// Make a transport.
    "createWebRtcTransport" => CreateWebRtcTransport(CreateWebRtcTransport) -> TransportOptions,
    /// Say by which certificate one is known.
    "connectWebRtcTransport" => ConnectWebRtcTransport(ConnectWebRtcTransport) -> Empty,
    /// Get new ICE credentials.
    "restartIce" => RestartIce(RestartIce) -> RestartIceResponse,
    /// Send media.
    "produce" => Produce(Produce) -> ProduceResponse,
    /// Stop sending.
    "closeProducer" => CloseProducer(CloseProducer) -> Empty,
    /// Let nobody have what one sends.
    "pauseProducer" => PauseProducer(PauseProducer) -> Empty,
    /// Let others have it again.
    "resumeProducer" => ResumeProducer(ResumeProducer) -> Empty,
    /// Get nothing for now.
    "pauseConsumer" => PauseConsumer(PauseConsumer) -> Empty,
    /// Get it again.
    "resumeConsumer" => ResumeConsumer(ResumeConsumer) -> Empty,
    /// Get no more than these layers.
    "setConsumerPreferredLayers" => SetConsumerPreferredLayers(SetConsumerPreferredLayers) -> Empty,
    /// Get this rather than others.
    "setConsumerPriority" => SetConsumerPriority(SetConsumerPriority) -> Empty,
    /// Get a picture that needs no other.
    "requestConsumerKeyFrame" => RequestConsumerKeyFrame(RequestConsumerKeyFrame) -> Empty,
    /// Send messages.
    "produceData" => ProduceData(ProduceData) -> ProduceDataResponse,
    /// How is a transport doing?
    "getTransportStats" => GetTransportStats(GetTransportStats) -> Stats,
    /// How is a producer doing?
    "getProducerStats" => GetProducerStats(GetProducerStats) -> Stats,
    /// How is a consumer doing?
    "getConsumerStats" => GetConsumerStats(GetConsumerStats) -> Stats,
    /// How is a data producer doing?
    "getDataProducerStats" => GetDataProducerStats(GetDataProducerStats) -> Stats,
    /// How is a data consumer doing?
    "getDataConsumerStats" => GetDataConsumerStats(GetDataConsumerStats) -> Stats,
    /// Make the server's network worse.
    "applyNetworkThrottle" => ApplyNetworkThrottle(ApplyNetworkThrottle) -> Empty,
    /// Make it as good as it was.
    "resetNetworkThrottle" => ResetNetworkThrottle(ResetNetworkThrottle) -> Empty,
    /// The same, as newer clients call it.
    "stopNetworkThrottle" => StopNetworkThrottle(StopNetworkThrottle) -> Empty,
    /// Where are statistics to be sent to?
    "getRtcStatsUrl" => GetRtcStatsUrl(NoData) -> Empty,
}

impl ClientRequest {
    /// Understands the data of a notification. Newer clients send these methods so, and want no answer:
    /// what changes a producer, a consumer or the name.
    ///
    /// # Errors
    /// [`RequestError::UnknownMethod`] for any other method, [`RequestError::InvalidData`]. Nobody is told.
    pub fn parse_notification(method: &str, data: Value) -> Result<Self, RequestError> {
        const METHODS: [&str; 9] = [
            "closeProducer",
            "pauseProducer",
            "resumeProducer",
            "pauseConsumer",
            "resumeConsumer",
            "setConsumerPreferredLayers",
            "setConsumerPriority",
            "requestConsumerKeyFrame",
            "changeDisplayName",
        ];
        if METHODS.contains(&method) {
            Self::parse(method, data)
        } else {
            Err(RequestError::unknown_method(method))
        }
    }

    /// Which dialect a request gives away. What changes something and is not asked but notified gives away
    /// [`Dialect::TypeScript`] by that, which this cannot know.
    pub const fn shows(&self) -> Dialect {
        match self {
            Self::CreateWebRtcTransport(create) => create.shows,
            Self::GetRtcStatsUrl(_) | Self::StopNetworkThrottle(_) => Dialect::TypeScript,
            Self::ResetNetworkThrottle(_)
            | Self::CloseProducer(_)
            | Self::PauseProducer(_)
            | Self::ResumeProducer(_)
            | Self::PauseConsumer(_)
            | Self::ResumeConsumer(_)
            | Self::SetConsumerPreferredLayers(_)
            | Self::SetConsumerPriority(_)
            | Self::RequestConsumerKeyFrame(_)
            | Self::ChangeDisplayName(_) => Dialect::JavaScript,
            _ => Dialect::Unknown,
        }
    }

    /// Whether only a peer that has joined may ask for it.
    pub const fn needs_join(&self) -> bool {
        !matches!(
            self,
            Self::GetRouterRtpCapabilities(_)
                | Self::Join(_)
                | Self::CreateWebRtcTransport(_)
                | Self::ConnectWebRtcTransport(_)
                | Self::RestartIce(_)
                | Self::GetTransportStats(_)
                | Self::GetProducerStats(_)
                | Self::GetConsumerStats(_)
                | Self::GetDataProducerStats(_)
                | Self::GetDataConsumerStats(_)
                | Self::ApplyNetworkThrottle(_)
                | Self::ResetNetworkThrottle(_)
                | Self::StopNetworkThrottle(_)
                | Self::GetRtcStatsUrl(_)
        )
    }
}

fn read<T: DeserializeOwned>(data: Value) -> Result<T, RequestError> {
    // serde would also take a list, member by member.
    if !data.is_object() {
        return Err(RequestError::InvalidData(
            "request.data is not an object".to_owned(),
        ));
    }
    serde_json::from_value(data).map_err(|error| RequestError::InvalidData(error.to_string()))
}

/// Data of a request that has none; whatever is there is not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "undefined"))]
pub struct NoData;

impl<'de> Deserialize<'de> for NoData {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(|_| Self)
    }
}

/// A response that says no more than that it is done: an empty object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "Record<string, never>"))]
pub struct Empty {}

#[cfg(test)]
mod tests;
