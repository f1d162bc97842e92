//! From the engine's values to those of signalling.

use miso_engine::{
    ConsumerLayers, ConsumerScore as EngineConsumerScore, ContentHint,
    DtlsParameters as EngineDtlsParameters, IceCandidate as EngineIceCandidate,
    IceParameters as EngineIceParameters, ProducerScore as EngineProducerScore,
    RequestError as EngineError, WebRtcTransport,
};
use miso_signal::{
    ConsumerId, ConsumerScore, DataConsumerId, DataProducerId, DtlsParameters, IceCandidate,
    IceParameters, IdError, Layers, ProducerId, ProducerScore, RequestError, TransportId,
    TransportOptions, TransportProtocol,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What the engine refused, in its words.
pub(super) fn failed(error: EngineError) -> RequestError {
    match error {
        EngineError::Type(reason) => RequestError::InvalidData(reason),
        error => RequestError::Failed(error.to_string()),
    }
}

macro_rules! ids {
    ($($function:ident => $id:ident,)+) => {$(
        /// An id that the engine gave.
        pub(super) fn $function(id: &str) -> Result<$id, RequestError> {
            $id::new(id).map_err(|error: IdError| RequestError::Failed(error.to_string()))
        }
    )+};
}
ids! {
    transport_id => TransportId,
    producer_id => ProducerId,
    consumer_id => ConsumerId,
    data_producer_id => DataProducerId,
    data_consumer_id => DataConsumerId,
}

/// What matters most of a picture: clients of either dialect mark screens (`docs/protocol.md`).
pub(super) fn content_hint(app_data: &Value) -> ContentHint {
    let is = |name: &str, value: Value| app_data.get(name) == Some(&value);
    if is("share", Value::Bool(true)) || is("source", "screensharing".into()) {
        ContentHint::Detail
    } else {
        ContentHint::Motion
    }
}

/// How a client reaches a transport.
pub(super) fn transport_options(
    transport: &WebRtcTransport,
) -> Result<TransportOptions, RequestError> {
    let id = transport_id(transport.id())?;
    Ok(TransportOptions {
        transport_id: id.clone(),
        id,
        ice_parameters: ice_parameters(transport.ice_parameters()),
        ice_candidates: transport
            .ice_candidates()
            .iter()
            .map(ice_candidate)
            .collect(),
        dtls_parameters: through_json(&transport.dtls_parameters())?,
        sctp_parameters: transport.sctp_parameters(),
    })
}

/// ICE credentials.
pub(super) fn ice_parameters(parameters: EngineIceParameters) -> IceParameters {
    IceParameters {
        username_fragment: parameters.username_fragment,
        password: parameters.password,
        ice_lite: parameters.ice_lite,
    }
}

fn ice_candidate(candidate: &EngineIceCandidate) -> IceCandidate {
    let protocol = match candidate.protocol {
        "tcp" => TransportProtocol::Tcp,
        _ => TransportProtocol::Udp,
    };
    IceCandidate::host(
        candidate.foundation,
        candidate.priority,
        candidate.address.clone(),
        protocol,
        candidate.port,
    )
}

/// A client's certificate, for the engine.
pub(super) fn dtls_parameters(
    parameters: &DtlsParameters,
) -> Result<EngineDtlsParameters, RequestError> {
    through_json(parameters)
}

/// Two types with the same JSON form.
pub(super) fn through_json<T: DeserializeOwned>(value: &impl Serialize) -> Result<T, RequestError> {
    let json = serde_json::to_value(value).and_then(serde_json::from_value);
    json.map_err(|error| RequestError::InvalidData(error.to_string()))
}

/// How well a consumer is served.
pub(super) fn consumer_score(score: EngineConsumerScore) -> ConsumerScore {
    ConsumerScore {
        score: score.score,
        producer_score: score.producer_score,
        producer_scores: score.producer_scores,
    }
}

/// How well a producer arrives.
pub(super) fn producer_scores(scores: Vec<EngineProducerScore>) -> Vec<ProducerScore> {
    let convert = |score: EngineProducerScore| ProducerScore {
        encoding_idx: score.encoding_idx,
        ssrc: score.ssrc,
        rid: score.rid,
        score: score.score,
    };
    scores.into_iter().map(convert).collect()
}

/// The layers that a consumer gets.
pub(super) fn layers(layers: ConsumerLayers) -> Layers {
    Layers {
        spatial_layer: layers.spatial_layer,
        temporal_layer: layers.temporal_layer.unwrap_or(0),
    }
}
