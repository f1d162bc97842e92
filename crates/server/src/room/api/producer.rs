//! Media that broadcasters send.

use miso_engine::{MediaKind, Producer, ProducerOptions};
use miso_signal::api::{
    ApiError, ConsumerReport, ConsumerReports, CreateProducer, ProducerCreated, StatsReport,
};
use miso_signal::{ConsumerPaused, ConsumerResumed, PeerId, ServerNotification};
use serde_json::Value;

use crate::room::{Room, convert, offer};

use super::{ApiReply, Made, ProducerRequest, check_limit, failed, named_in_body};

/// Others are offered it. Its `appData` says whose it is.
pub(super) async fn create(
    room: &mut Room,
    id: &PeerId,
    on: &str,
    body: CreateProducer,
    made: Made,
) -> Result<ApiReply, ApiError> {
    let (broadcaster, limits) = (room.broadcaster(id)?, &room.context.limits);
    if made == Made::Created && !broadcaster.is_joined {
        let reason = "the broadcaster has not joined yet".to_owned();
        return Err(ApiError::InvalidState(reason));
    }
    check_limit(
        broadcaster.producers.len(),
        limits.max_producers_per_peer,
        "producers",
    )?;
    let transport = match made {
        Made::Ok => broadcaster.transport(on)?,
        Made::Created => broadcaster.transport(on).map_err(named_in_body)?,
    };
    let app_data = serde_json::to_value(body.app_data.with_peer_id(id));
    let options = ProducerOptions {
        paused: body.paused.unwrap_or(false),
        app_data: app_data.unwrap_or_default(),
        ..ProducerOptions::new(body.kind, body.rtp_parameters)
    };
    let producer = transport.produce(options).await.map_err(failed)?;
    let hint = convert::content_hint(producer.app_data());
    producer.set_content_hint(hint).await.map_err(failed)?;
    let producer_id = convert::producer_id(producer.id())?;
    if producer.kind() == MediaKind::Audio {
        let heard = room.speakers.listen_to(producer.id()).await;
        heard.inspect_err(|_| producer.close()).map_err(failed)?;
    }
    room.owners.insert(producer.id().to_owned(), id.clone());
    room.broadcaster_mut(id)?.producers.push(producer.clone());
    offer::producer_of_broadcaster(room, id, &producer).await;
    let created = ProducerCreated {
        id: producer_id.clone(),
        producer_id,
    };
    ApiReply::json(made.status(), &created)
}

/// About a producer.
pub(super) async fn take(
    room: &mut Room,
    id: &PeerId,
    of: &str,
    request: ProducerRequest,
) -> Result<ApiReply, ApiError> {
    let producer = room.broadcaster(id)?.producer(of)?;
    match request {
        ProducerRequest::Pause => pause(room, &producer).await,
        ProducerRequest::Resume => resume(room, &producer).await,
        ProducerRequest::Stats => {
            let stats = producer.get_stats().await.map_err(failed)?;
            ApiReply::json(200, &StatsReport { stats })
        }
        ProducerRequest::Consumers => consumers(room, of).await,
        ProducerRequest::Close => {
            producer.close();
            room.broadcaster_mut(id)?.forget(of);
            room.owners.remove(of);
            room.drop_consumers_of(of);
            ApiReply::done()
        }
    }
}

async fn pause(room: &Room, producer: &Producer) -> Result<ApiReply, ApiError> {
    if !producer.paused() {
        producer.pause().await.map_err(failed)?;
        room.tell_consumers(producer.id(), |consumer_id| {
            ServerNotification::ConsumerPaused(ConsumerPaused { consumer_id })
        });
    }
    ApiReply::done()
}

async fn resume(room: &Room, producer: &Producer) -> Result<ApiReply, ApiError> {
    if producer.paused() {
        producer.resume().await.map_err(failed)?;
        room.tell_consumers(producer.id(), |consumer_id| {
            ServerNotification::ConsumerResumed(ConsumerResumed { consumer_id })
        });
    }
    ApiReply::done()
}

/// How everybody receives a producer.
async fn consumers(room: &Room, producer_id: &str) -> Result<ApiReply, ApiError> {
    let of_peers = room.peers.values().flat_map(|peer| {
        let consumers = peer.consumers_of(producer_id);
        consumers.map(|consumer| (peer.id().clone(), consumer.clone()))
    });
    let of_broadcasters = room.broadcasters.iter().flat_map(|(id, it)| {
        let consumers = it.consumers.iter().map(|placed| &placed.handle);
        let consumers = consumers.filter(|consumer| consumer.producer_id() == producer_id);
        consumers.map(|consumer| (id.clone(), consumer.clone()))
    });
    let receivers: Vec<_> = of_peers.chain(of_broadcasters).collect();
    let mut consumers = Vec::new();
    for (peer_id, consumer) in receivers {
        // It may be closed by now.
        let Ok(stats) = consumer.get_stats().await else {
            continue;
        };
        let outbound = stats
            .iter()
            .find(|it| it.get("type") == Some(&Value::from("outbound-rtp")));
        let number = |name: &str| outbound.and_then(|it| it.get(name)?.as_u64()).unwrap_or(0);
        consumers.push(ConsumerReport {
            id: consumer.id().to_owned(),
            peer_id,
            paused: consumer.paused(),
            score: convert::consumer_score(consumer.score()),
            bitrate: number("bitrate"),
            packet_count: number("packetCount"),
            packets_lost: outbound
                .and_then(|it| it.get("packetsLost")?.as_i64())
                .unwrap_or(0),
            fraction_lost: number("fractionLost"),
            packets_retransmitted: number("packetsRetransmitted"),
            round_trip_time: outbound.and_then(|it| it.get("roundTripTime")?.as_f64()),
            current_layers: consumer.current_layers().map(convert::layers),
        });
    }
    ApiReply::json(200, &ConsumerReports { consumers })
}
