//! Media that broadcasters receive.

use miso_engine::{Consumer, ConsumerLayers, ConsumerOptions};
use miso_signal::api::{ApiError, ConsumerCreated, CreateConsumer, StatsReport};
use miso_signal::{Entity, PeerId};

use crate::room::broadcaster::{PlacedConsumer, not_found};
use crate::room::{Room, convert};

use super::{ApiReply, ConsumerRequest, Made, check_limit, failed, named_in_body};

/// It starts at once, unless the client wants to be ready first.
pub(super) async fn create(
    room: &mut Room,
    id: &PeerId,
    body: CreateConsumer,
    made: Made,
) -> Result<ApiReply, ApiError> {
    let (broadcaster, limits) = (room.broadcaster(id)?, &room.context.limits);
    // With 200 the path and the query name them, with 201 the body does.
    let missing = |error| match made {
        Made::Ok => error,
        Made::Created => named_in_body(error),
    };
    let transport = broadcaster.transport(body.transport_id.as_str());
    let transport = transport.map_err(missing)?;
    check_limit(
        broadcaster.consumers.len(),
        limits.max_consumers_per_peer,
        "consumers",
    )?;
    let known = broadcaster.rtp_capabilities.clone();
    let unknown = || ApiError::InvalidState("broadcaster does not have rtpCapabilities".to_owned());
    let capabilities = body.rtp_capabilities.or(known).ok_or_else(unknown)?;
    let producer_id = body.producer_id.as_str();
    let producer = room.any_producer(producer_id);
    let producer = producer.ok_or_else(|| missing(not_found(Entity::Producer, producer_id)))?;
    let options = ConsumerOptions {
        paused: body.paused.unwrap_or(false),
        enable_rtx: Some(true),
        ignore_dtx: true,
        ..ConsumerOptions::new(producer.id(), capabilities)
    };
    let consumer = transport.consume(options).await.map_err(failed)?;
    let created = describe(&consumer)?;
    room.owners.insert(consumer.id().to_owned(), id.clone());
    let placed = PlacedConsumer {
        handle: consumer,
        transport_id: transport.id().to_owned(),
    };
    room.broadcaster_mut(id)?.consumers.push(placed);
    ApiReply::json(made.status(), &created)
}

fn describe(consumer: &Consumer) -> Result<ConsumerCreated, ApiError> {
    let id = convert::consumer_id(consumer.id())?;
    Ok(ConsumerCreated {
        consumer_id: id.clone(),
        id,
        producer_id: convert::producer_id(consumer.producer_id())?,
        kind: consumer.kind(),
        rtp_parameters: consumer.rtp_parameters().clone(),
        consumer_type: consumer.consumer_type(),
        producer_paused: consumer.producer_paused(),
    })
}

/// About a consumer.
pub(super) async fn take(
    room: &mut Room,
    id: &PeerId,
    of: &str,
    request: ConsumerRequest,
) -> Result<ApiReply, ApiError> {
    let consumer = room.broadcaster(id)?.consumer(of)?;
    match request {
        ConsumerRequest::Pause => consumer.pause().await,
        ConsumerRequest::Resume => consumer.resume().await,
        ConsumerRequest::KeyFrame => consumer.request_key_frame().await,
        ConsumerRequest::Layers(layers) => {
            let layers = ConsumerLayers {
                spatial_layer: layers.spatial_layer,
                temporal_layer: layers.temporal_layer,
            };
            consumer.set_preferred_layers(layers).await
        }
        ConsumerRequest::Priority(it) => consumer.set_priority(it.priority).await,
        ConsumerRequest::Stats => {
            let stats = consumer.get_stats().await.map_err(failed)?;
            return ApiReply::json(200, &StatsReport { stats });
        }
        ConsumerRequest::Close => {
            consumer.close();
            room.broadcaster_mut(id)?.forget(of);
            room.owners.remove(of);
            Ok(())
        }
    }
    .map_err(failed)?;
    ApiReply::done()
}
