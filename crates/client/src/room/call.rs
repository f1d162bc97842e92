//! Requests with their answers.

use miso_signal::{
    ChangeDisplayName, CloseProducer, ConnectWebRtcTransport, CreateWebRtcTransport, Empty,
    GetConsumerStats, GetDataConsumerStats, GetDataProducerStats, GetProducerStats,
    GetTransportStats, IceParameters, Join, JoinResponse, PauseConsumer, PauseProducer,
    RequestConsumerKeyFrame, RestartIce, ResumeConsumer, ResumeProducer,
    SetConsumerPreferredLayers, SetConsumerPriority,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::TransportParameters;

/// A request that a client can make: its name, its data, and what comes back.
pub trait Call: Serialize + Sync {
    /// What it is called.
    const METHOD: &'static str;
    /// What comes back.
    type Response: DeserializeOwned;
}

macro_rules! calls {
    ($($method:literal => $call:ty => $response:ty,)+) => {
        $(impl Call for $call {
            const METHOD: &'static str = $method;
            type Response = $response;
        })+
    };
}

calls! {
    "join" => Join => JoinResponse,
    "changeDisplayName" => ChangeDisplayName => Empty,
    "createWebRtcTransport" => CreateWebRtcTransport => TransportParameters,
    "connectWebRtcTransport" => ConnectWebRtcTransport => Empty,
    "restartIce" => RestartIce => IceParameters,
    "closeProducer" => CloseProducer => Empty,
    "pauseProducer" => PauseProducer => Empty,
    "resumeProducer" => ResumeProducer => Empty,
    "pauseConsumer" => PauseConsumer => Empty,
    "resumeConsumer" => ResumeConsumer => Empty,
    "setConsumerPreferredLayers" => SetConsumerPreferredLayers => Empty,
    "setConsumerPriority" => SetConsumerPriority => Empty,
    "requestConsumerKeyFrame" => RequestConsumerKeyFrame => Empty,
    "getTransportStats" => GetTransportStats => Vec<Value>,
    "getProducerStats" => GetProducerStats => Vec<Value>,
    "getConsumerStats" => GetConsumerStats => Vec<Value>,
    "getDataProducerStats" => GetDataProducerStats => Vec<Value>,
    "getDataConsumerStats" => GetDataConsumerStats => Vec<Value>,
}
