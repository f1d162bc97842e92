//! Data producers and data consumers.

use axum::http::Method;
use miso_signal::api::{
    ApiError, ConsumeData, CreateDataProducer, DataConsumerCreated, Done, ProducerCreated,
    StatsReport,
};

use crate::http::api::call::{Call, Job};
use crate::http::api::endpoint::Endpoint;
use crate::room::{ApiRequest, BroadcasterRequest, DataRequest};

use super::of_broadcaster;

pub(super) fn all() -> Vec<Endpoint> {
    let mut endpoints = making();
    endpoints.extend(existing());
    endpoints
}

fn making() -> Vec<Endpoint> {
    let for_peer = |path| {
        Endpoint::new(
            Method::POST,
            path,
            "Let a peer receive messages on one of its own transports; it is told by newDataConsumer",
            consume_for_peer,
        )
        .body::<ConsumeData>()
        .json::<DataConsumerCreated>(200, "The data consumer")
        .or(&[404, 409, 422])
    };
    vec![
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/transports/{transportId}/produce/data"),
            "Send messages on a transport. Peers are offered them at once; with the label bot they are for the bot",
            |call| {
                let body = Box::new(call.body()?);
                let on = call.parameter(2);
                call.of_broadcaster(BroadcasterRequest::ProduceData(on, body))
            },
        )
        .body::<CreateDataProducer>()
        .json::<ProducerCreated>(200, "The data producer")
        .or(&[404, 409, 422]),
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/transports/{transportId}/consume/data"),
            "Receive messages of anybody in the room on a transport",
            |call| {
                let (on, body) = (call.parameter(2), call.body()?);
                call.of_broadcaster(BroadcasterRequest::ConsumeData(on, body))
            },
        )
        .body::<ConsumeData>()
        .json::<DataConsumerCreated>(200, "The data consumer")
        .or(&[404, 409, 422]),
        for_peer("/rooms/{roomId}/peers/{peerId}/transports/{transportId}/consume/data"),
        // The seed's path.
        for_peer("/rooms/{roomId}/peerId/{peerId}/transports/{transportId}/consume/data").alias(),
    ]
}

fn consume_for_peer(call: &Call<'_>) -> Result<Job, ApiError> {
    let request = ApiRequest::ConsumeDataForPeer {
        peer: call.peer()?,
        transport: call.parameter(2),
        body: call.body()?,
    };
    Ok(Job::Room(call.room()?, request))
}

fn existing() -> Vec<Endpoint> {
    vec![
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/data-producers/{dataProducerId}/stats"),
            "How many messages came",
            |call| about_producer(call, DataRequest::Stats),
        )
        .json::<StatsReport>(200, "mediasoup's statistics")
        .or(&[404]),
        Endpoint::new(
            Method::DELETE,
            of_broadcaster!("/data-producers/{dataProducerId}"),
            "Stop sending messages",
            |call| about_producer(call, DataRequest::Close),
        )
        .json::<Done>(200, "It is closed")
        .or(&[404]),
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/data-consumers/{dataConsumerId}/stats"),
            "How many messages were sent",
            |call| about_consumer(call, DataRequest::Stats),
        )
        .json::<StatsReport>(200, "mediasoup's statistics")
        .or(&[404]),
        Endpoint::new(
            Method::DELETE,
            of_broadcaster!("/data-consumers/{dataConsumerId}"),
            "Stop receiving messages",
            |call| about_consumer(call, DataRequest::Close),
        )
        .json::<Done>(200, "It is closed")
        .or(&[404]),
    ]
}

fn about_producer(call: &Call<'_>, request: DataRequest) -> Result<Job, ApiError> {
    call.of_broadcaster(BroadcasterRequest::DataProducer(call.parameter(2), request))
}

fn about_consumer(call: &Call<'_>, request: DataRequest) -> Result<Job, ApiError> {
    call.of_broadcaster(BroadcasterRequest::DataConsumer(call.parameter(2), request))
}
