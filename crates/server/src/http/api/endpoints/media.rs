//! Producers and consumers.

use axum::http::Method;
use miso_signal::api::{
    ApiError, ConsumerCreated, ConsumerReports, CreateConsumer, CreateProducer, Done,
    PlacedProducer, PreferredLayers, Priority, ProducerCreated, StatsReport,
};
use miso_signal::{ProducerId, TransportId};

use crate::http::api::call::{Call, Job};
use crate::http::api::endpoint::{Endpoint, Query, QueryKind};
use crate::room::{BroadcasterRequest, ConsumerRequest, Made, ProducerRequest};

use super::of_broadcaster;

pub(super) fn all() -> Vec<Endpoint> {
    let mut endpoints = making();
    endpoints.extend(producers());
    endpoints.extend(consumers());
    endpoints
}

fn making() -> Vec<Endpoint> {
    vec![
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/transports/{transportId}/producers"),
            "Send media on a transport. Peers are offered it at once",
            |call| {
                let (on, body) = (call.parameter(2), Box::new(call.body()?));
                call.of_broadcaster(BroadcasterRequest::Produce(on, body, Made::Ok))
            },
        )
        .body::<CreateProducer>()
        .json::<ProducerCreated>(200, "The producer")
        .or(&[404, 409, 422]),
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/producers"),
            "Send media on the transport that transportId names; only after the broadcaster has joined",
            |call| {
                let body: PlacedProducer = call.body()?;
                let (on, body) = (body.transport_id.as_str().to_owned(), Box::new(body.producer));
                call.of_broadcaster(BroadcasterRequest::Produce(on, body, Made::Created))
            },
        )
        .body::<PlacedProducer>()
        .json::<ProducerCreated>(201, "The producer")
        .or(&[404, 409, 422]),
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/transports/{transportId}/consume"),
            "Receive a producer of anybody in the room, with the rtpCapabilities that the broadcaster was made with",
            consume_by_query,
        )
        .query(Query {
            name: "producerId",
            about: "The producer",
            kind: QueryKind::Id,
            is_needed: true,
        })
        .query(Query {
            name: "paused",
            about: "Whether it starts paused",
            kind: QueryKind::Flag,
            is_needed: false,
        })
        .json::<ConsumerCreated>(200, "The consumer")
        .or(&[404, 409, 422]),
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/consumers"),
            "Receive a producer of anybody in the room",
            |call| {
                let body = Box::new(call.body()?);
                call.of_broadcaster(BroadcasterRequest::Consume(body, Made::Created))
            },
        )
        .body::<CreateConsumer>()
        .json::<ConsumerCreated>(201, "The consumer")
        .or(&[404, 409, 422]),
    ]
}

fn consume_by_query(call: &Call<'_>) -> Result<Job, ApiError> {
    let missing = || ApiError::BadRequest("missing query.producerId".to_owned());
    let wrong = |error: miso_signal::IdError| ApiError::BadRequest(error.to_string());
    let producer = call.query("producerId").ok_or_else(missing)?;
    // An id that is too long is none of ours.
    let body = CreateConsumer {
        transport_id: TransportId::new(call.parameter(2)).map_err(wrong)?,
        producer_id: ProducerId::new(producer).map_err(wrong)?,
        paused: call.flag("paused")?,
        rtp_capabilities: None,
    };
    call.of_broadcaster(BroadcasterRequest::Consume(Box::new(body), Made::Ok))
}

/// An endpoint about a producer that has no body.
fn of_producer(
    (method, path): (Method, &'static str),
    about: &'static str,
    parse: fn(&Call<'_>) -> Result<Job, ApiError>,
) -> Endpoint {
    let endpoint = Endpoint::new(method, path, about, parse);
    endpoint.json::<Done>(200, "It is done").or(&[404, 409])
}

fn producers() -> Vec<Endpoint> {
    vec![
        of_producer(
            (
                Method::POST,
                of_broadcaster!("/producers/{producerId}/pause"),
            ),
            "Let nobody have a producer for a while",
            |call| about_producer(call, ProducerRequest::Pause),
        ),
        of_producer(
            (
                Method::POST,
                of_broadcaster!("/producers/{producerId}/resume"),
            ),
            "Let others have a producer again",
            |call| about_producer(call, ProducerRequest::Resume),
        ),
        of_producer(
            (Method::DELETE, of_broadcaster!("/producers/{producerId}")),
            "Stop sending",
            |call| about_producer(call, ProducerRequest::Close),
        ),
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/producers/{producerId}/stats"),
            "How a producer arrives at the server",
            |call| about_producer(call, ProducerRequest::Stats),
        )
        .json::<StatsReport>(200, "mediasoup's statistics, one for each stream")
        .or(&[404]),
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/producers/{producerId}/consumers"),
            "By whom a producer is received, and how well",
            |call| about_producer(call, ProducerRequest::Consumers),
        )
        .json::<ConsumerReports>(200, "One for each receiver")
        .or(&[404]),
    ]
}

fn about_producer(call: &Call<'_>, request: ProducerRequest) -> Result<Job, ApiError> {
    call.of_broadcaster(BroadcasterRequest::Producer(call.parameter(2), request))
}

fn about_consumer(call: &Call<'_>, request: ConsumerRequest) -> Result<Job, ApiError> {
    call.of_broadcaster(BroadcasterRequest::Consumer(call.parameter(2), request))
}

fn consumers() -> Vec<Endpoint> {
    let done = |path, about, parse: fn(&Call<'_>) -> Result<Job, ApiError>| {
        let endpoint = Endpoint::new(Method::POST, path, about, parse);
        endpoint
            .json::<Done>(200, "It is done")
            .or(&[404, 409, 422])
    };
    vec![
        done(
            of_broadcaster!("/consumers/{consumerId}/pause"),
            "Stop receiving for a while",
            |call| about_consumer(call, ConsumerRequest::Pause),
        ),
        done(
            of_broadcaster!("/consumers/{consumerId}/resume"),
            "Receive again, from the next key frame",
            |call| about_consumer(call, ConsumerRequest::Resume),
        ),
        done(
            of_broadcaster!("/consumers/{consumerId}/key-frame"),
            "Ask the sender for a key frame",
            |call| about_consumer(call, ConsumerRequest::KeyFrame),
        ),
        done(
            of_broadcaster!("/consumers/{consumerId}/preferred-layers"),
            "Say which layers of simulcast or SVC are wanted",
            |call| about_consumer(call, ConsumerRequest::Layers(call.body()?)),
        )
        .body::<PreferredLayers>(),
        done(
            of_broadcaster!("/consumers/{consumerId}/priority"),
            "Say how important a consumer is among the broadcaster's",
            |call| about_consumer(call, ConsumerRequest::Priority(call.body()?)),
        )
        .body::<Priority>(),
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/consumers/{consumerId}/stats"),
            "How a consumer is served",
            |call| about_consumer(call, ConsumerRequest::Stats),
        )
        .json::<StatsReport>(200, "mediasoup's statistics")
        .or(&[404]),
        Endpoint::new(
            Method::DELETE,
            of_broadcaster!("/consumers/{consumerId}"),
            "Stop receiving",
            |call| about_consumer(call, ConsumerRequest::Close),
        )
        .json::<Done>(200, "It is closed")
        .or(&[404]),
    ]
}
