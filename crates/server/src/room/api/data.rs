//! Messages of and to broadcasters, and to peers by the seed's native client.

use miso_engine::{DataConsumer, DataConsumerOptions, DataProducerOptions};
use miso_signal::api::{
    ApiError, ConsumeData, CreateDataProducer, DataConsumerCreated, ProducerCreated, StatsReport,
};
use miso_signal::{DataRoute, Entity, PeerId, ProducerId, RequestError};
use serde_json::Value;

use crate::room::broadcaster::not_found;
use crate::room::peer::RoutedDataProducer;
use crate::room::{Room, convert, offer};

use super::{ApiReply, DataRequest, check_limit, failed, named_in_body};

/// The bot listens to what is for it; peers are offered the rest.
pub(super) async fn produce(
    room: &mut Room,
    id: &PeerId,
    on: &str,
    body: CreateDataProducer,
) -> Result<ApiReply, ApiError> {
    let (broadcaster, limits) = (room.broadcaster(id)?, &room.context.limits);
    check_limit(
        broadcaster.data_producers.len(),
        limits.max_data_producers_per_peer,
        "data producers",
    )?;
    let transport = broadcaster.transport(on)?;
    let route = body.route();
    let app_data = serde_json::to_value(body.app_data.with_peer_id(id));
    let options = DataProducerOptions {
        sctp_stream_parameters: Some(body.sctp_stream_parameters),
        label: body.label.unwrap_or_default().0,
        protocol: body.protocol.unwrap_or_default().0,
        app_data: app_data.unwrap_or_default(),
        ..DataProducerOptions::default()
    };
    let handle = transport.produce_data(options).await.map_err(failed)?;
    let name = handle.id().to_owned();
    let producer_id = ProducerId::new(name.as_str());
    let producer_id = producer_id.map_err(|error| ApiError::Internal(error.to_string()))?;
    if route == DataRoute::Bot {
        let heard = room.bot.listen_to(id, &name).await;
        heard.inspect_err(|_| handle.close()).map_err(failed)?;
    }
    room.owners.insert(name.clone(), id.clone());
    let routed = RoutedDataProducer { handle, route };
    room.broadcaster_mut(id)?
        .data_producers
        .push(routed.clone());
    if route != DataRoute::Bot {
        offer::data_producer_of_broadcaster(room, id, &routed).await;
    }
    let created = ProducerCreated {
        id: producer_id.clone(),
        producer_id,
    };
    ApiReply::json(200, &created)
}

/// Messages of anybody, the bot included.
pub(super) async fn consume(
    room: &mut Room,
    id: &PeerId,
    on: &str,
    body: &ConsumeData,
) -> Result<ApiReply, ApiError> {
    let (broadcaster, limits) = (room.broadcaster(id)?, &room.context.limits);
    check_limit(
        broadcaster.data_consumers.len(),
        limits.max_data_consumers_per_peer,
        "data consumers",
    )?;
    let transport = broadcaster.transport(on)?;
    let data_producer_id = body.data_producer_id.as_str();
    if room.data_source(data_producer_id).is_none() {
        let unknown = not_found(Entity::DataProducer, data_producer_id);
        return Err(named_in_body(unknown));
    }
    let options = DataConsumerOptions::new(data_producer_id);
    let consumer = transport.consume_data(options).await.map_err(failed)?;
    let created = describe(&consumer)?;
    room.owners.insert(consumer.id().to_owned(), id.clone());
    room.broadcaster_mut(id)?.data_consumers.push(consumer);
    ApiReply::json(200, &created)
}

fn describe(consumer: &DataConsumer) -> Result<DataConsumerCreated, ApiError> {
    let stream = consumer.sctp_stream_parameters();
    let closed = || ApiError::InvalidState("the data consumer has no stream".to_owned());
    Ok(DataConsumerCreated {
        id: convert::data_consumer_id(consumer.id())?,
        stream_id: stream.ok_or_else(closed)?.stream_id.0,
    })
}

/// A peer gets messages on one of its own transports, and is told so.
pub(super) async fn consume_for_peer(
    room: &mut Room,
    id: &PeerId,
    on: &str,
    body: &ConsumeData,
) -> Result<ApiReply, ApiError> {
    let unknown = || ApiError::PeerNotFound(id.as_str().to_owned());
    let peer = room.peers.get(id).ok_or_else(unknown)?;
    let transport = peer.transport(on)?;
    if peer.joined().is_none() {
        return Err(RequestError::PeerNotYetJoined.into());
    }
    let max = room.context.limits.max_data_consumers_per_peer;
    check_limit(peer.data_consumer_count(), max, "data consumers")?;
    let data_producer_id = body.data_producer_id.as_str();
    let source = room.data_source(data_producer_id);
    let unknown = || named_in_body(not_found(Entity::DataProducer, data_producer_id));
    let source = source.ok_or_else(unknown)?;
    let consumer = offer::data_to_peer(room, id, &transport, (data_producer_id, source)).await;
    ApiReply::json(200, &describe(&consumer?)?)
}

/// About a data producer.
pub(super) async fn take_producer(
    room: &mut Room,
    id: &PeerId,
    of: &str,
    request: DataRequest,
) -> Result<ApiReply, ApiError> {
    let producer = room.broadcaster(id)?.data_producer(of)?;
    match request {
        DataRequest::Stats => {
            let stats = producer.get_stats().await.map_err(failed)?;
            ApiReply::json(200, &StatsReport { stats })
        }
        DataRequest::Close => {
            producer.close();
            room.broadcaster_mut(id)?.forget(of);
            room.owners.remove(of);
            room.drop_data_consumers_of(of);
            ApiReply::done()
        }
    }
}

/// About a data consumer.
pub(super) async fn take_consumer(
    room: &mut Room,
    id: &PeerId,
    of: &str,
    request: DataRequest,
) -> Result<ApiReply, ApiError> {
    let consumer = room.broadcaster(id)?.data_consumer(of)?;
    match request {
        DataRequest::Stats => {
            let stats = consumer.get_stats().await.map_err(failed)?;
            ApiReply::json(200, &StatsReport { stats })
        }
        DataRequest::Close => {
            consumer.close();
            room.broadcaster_mut(id)?.forget(of);
            room.owners.remove(of);
            ApiReply::done()
        }
    }
}

impl Room {
    /// What the application attached to a data producer of anybody's, or the bot's, and who gets its messages; none
    /// where there is none.
    fn data_source(&self, id: &str) -> Option<(Value, DataRoute)> {
        if self.bot.speaks_by(id) {
            return Some((Value::Null, DataRoute::Bot));
        }
        let owner = self.owners.get(id)?;
        let producers = match self.broadcasters.get(owner) {
            Some(broadcaster) => broadcaster.data_producers.as_slice(),
            None => self.peers.get(owner)?.data_producers(),
        };
        let found = producers.iter().find(|it| it.id() == id)?;
        Some((found.handle.app_data().clone(), found.route))
    }
}
