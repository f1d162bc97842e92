//! Offering peers what others send. A consumer is made paused and its client asked to accept it; the answer comes
//! later, as a message.

mod broadcaster;

use miso_engine::{
    Consumer, ConsumerOptions, DataConsumer, DataConsumerOptions, Producer,
    RequestError as EngineError, RtpCapabilities, WebRtcTransport,
};
use miso_signal::{
    AppData, DataRoute, NewConsumer, NewDataConsumer, PeerId, RequestError, ServerRequest,
};
use serde_json::Value;

use crate::counters::Count;

use super::peer::{Asked, Peer, RoutedDataProducer};
use super::{Room, convert};

pub(super) use broadcaster::{
    data_producer_of_broadcaster, data_to_peer, everything_of_broadcaster, producer_of_broadcaster,
};

/// A data producer to be offered.
struct DataOffer {
    /// Whose it is; none: the bot's.
    from: Option<PeerId>,
    data_producer_id: String,
    app_data: Value,
    route: DataRoute,
}

impl DataOffer {
    /// What a peer sends.
    fn of(from: &PeerId, producer: &RoutedDataProducer) -> Self {
        Self {
            from: Some(from.clone()),
            data_producer_id: producer.id().to_owned(),
            app_data: producer.handle.app_data().clone(),
            route: producer.route,
        }
    }
}

/// Offers a peer all that others send, and the bot's messages.
pub(super) async fn everything_to(room: &mut Room, receiver: &PeerId) {
    let others = room.peers.values().filter(|peer| peer.id() != receiver);
    let (mut producers, mut data) = (Vec::new(), Vec::new());
    for peer in others {
        let from = peer.id();
        producers.extend(peer.producers().iter().map(|it| (from.clone(), it.clone())));
        let offered = peer.data_producers().iter().filter(|it| it.is_offered());
        data.extend(offered.map(|it| DataOffer::of(from, it)));
    }
    for (from, it) in room.broadcasters.iter().filter(|(_, it)| it.is_joined) {
        producers.extend(it.producers.iter().map(|it| (from.clone(), it.clone())));
        let offered = it.data_producers.iter().filter(|it| it.is_offered());
        data.extend(offered.map(|it| DataOffer::of(from, it)));
    }
    let dialect = room.peers.get(receiver).map(Peer::dialect);
    data.push(DataOffer {
        from: None,
        data_producer_id: room
            .bot
            .data_producer_id(dialect.unwrap_or_default())
            .to_owned(),
        app_data: Value::Null,
        route: DataRoute::Bot,
    });
    for (from, producer) in producers {
        offer_producer(room, receiver, &from, &producer).await;
    }
    for offer in data {
        offer_data(room, receiver, &offer).await;
    }
}

/// Offers a peer's producer to all others.
pub(super) async fn producer_to_others(room: &mut Room, from: &PeerId, producer_id: &str) {
    let producer = room
        .peers
        .get(from)
        .and_then(|peer| peer.producer(producer_id).ok());
    let Some(producer) = producer else {
        return;
    };
    for receiver in others(room, from) {
        offer_producer(room, &receiver, from, &producer).await;
    }
}

/// Offers a peer's data producer to all others.
pub(super) async fn data_producer_to_others(room: &mut Room, from: &PeerId, id: &str) {
    let mut producers = room
        .peers
        .get(from)
        .into_iter()
        .flat_map(Peer::data_producers);
    let Some(producer) = producers.find(|it| it.id() == id) else {
        return;
    };
    let offer = DataOffer::of(from, producer);
    for receiver in others(room, from) {
        offer_data(room, &receiver, &offer).await;
    }
}

fn others(room: &Room, but: &PeerId) -> Vec<PeerId> {
    room.peers.keys().filter(|id| *id != but).cloned().collect()
}

/// Once, and once more for each replica. Nothing where the receiver cannot or does not want to have it.
async fn offer_producer(room: &mut Room, receiver: &PeerId, from: &PeerId, producer: &Producer) {
    let Some((transport, capabilities)) = media_receiver(room, receiver) else {
        return;
    };
    if !room.router.can_consume(producer.id(), &capabilities) {
        return;
    }
    for _ in 0..=room.replicas {
        let max = room.context.limits.max_consumers_per_peer;
        if room
            .peers
            .get(receiver)
            .is_none_or(|peer| peer.consumer_count() >= max)
        {
            return room.context.counters.add(Count::OfferOverLimit);
        }
        let options = ConsumerOptions {
            paused: true,
            enable_rtx: Some(true),
            ignore_dtx: true,
            ..ConsumerOptions::new(producer.id(), capabilities.clone())
        };
        let made = transport.consume(options).await;
        let asked = made.map_err(convert::failed).and_then(|consumer| {
            let request = new_consumer(from, &transport, producer, &consumer)?;
            ask_about_consumer(room, receiver, request, consumer);
            Ok(())
        });
        note(room, asked);
    }
}

/// The transport and the capabilities of a peer that wants media.
fn media_receiver(room: &Room, id: &PeerId) -> Option<(WebRtcTransport, RtpCapabilities)> {
    let peer = room.peers.get(id)?;
    let capabilities = peer.joined()?.rtp_capabilities.clone()?;
    Some((peer.consuming_transport()?.clone(), capabilities))
}

fn new_consumer(
    from: &PeerId,
    transport: &WebRtcTransport,
    producer: &Producer,
    consumer: &Consumer,
) -> Result<ServerRequest, RequestError> {
    let id = convert::consumer_id(consumer.id())?;
    Ok(ServerRequest::NewConsumer(NewConsumer {
        peer_id: from.clone(),
        transport_id: convert::transport_id(transport.id())?,
        producer_id: convert::producer_id(producer.id())?,
        consumer_id: id.clone(),
        id,
        kind: consumer.kind(),
        rtp_parameters: consumer.rtp_parameters().clone(),
        consumer_type: consumer.consumer_type(),
        app_data: app_data(producer.app_data()),
        producer_paused: consumer.producer_paused(),
        consumer_score: convert::consumer_score(consumer.score()),
    }))
}

fn ask_about_consumer(
    room: &mut Room,
    receiver: &PeerId,
    request: ServerRequest,
    consumer: Consumer,
) {
    let id = consumer.id().to_owned();
    room.owners.insert(id.clone(), receiver.clone());
    if let Some(peer) = room.peers.get_mut(receiver) {
        peer.add_consumer(consumer);
        peer.ask(request, Asked::Consumer(id));
    }
}

async fn offer_data(room: &mut Room, receiver: &PeerId, offer: &DataOffer) {
    let Some(transport) = data_receiver(room, receiver) else {
        return;
    };
    let max = room.context.limits.max_data_consumers_per_peer;
    if room
        .peers
        .get(receiver)
        .is_none_or(|peer| peer.data_consumer_count() >= max)
    {
        return room.context.counters.add(Count::OfferOverLimit);
    }
    let made = make_data_consumer(room, receiver, &transport, offer).await;
    note(room, made.map(drop));
}

/// Makes a data consumer and asks its client to accept it.
async fn make_data_consumer(
    room: &mut Room,
    receiver: &PeerId,
    transport: &WebRtcTransport,
    offer: &DataOffer,
) -> Result<DataConsumer, RequestError> {
    let options = DataConsumerOptions::new(&offer.data_producer_id);
    let consumer = transport.consume_data(options).await;
    let consumer = consumer.map_err(convert::failed)?;
    let request = new_data_consumer(transport, offer, &consumer)?;
    ask_about_data_consumer(room, receiver, request, consumer.clone());
    Ok(consumer)
}

/// The transport of a peer that takes messages.
fn data_receiver(room: &Room, id: &PeerId) -> Option<WebRtcTransport> {
    let peer = room.peers.get(id)?;
    let transport = peer.consuming_transport()?;
    let takes_data = peer.joined()?.takes_data && transport.sctp_parameters().is_some();
    takes_data.then(|| transport.clone())
}

fn new_data_consumer(
    transport: &WebRtcTransport,
    offer: &DataOffer,
    consumer: &DataConsumer,
) -> Result<ServerRequest, RequestError> {
    let id = convert::data_consumer_id(consumer.id())?;
    let stream = consumer.sctp_stream_parameters().copied();
    let stream = stream.ok_or_else(|| convert::failed(EngineError::Closed))?;
    Ok(ServerRequest::NewDataConsumer(NewDataConsumer {
        peer_id: Some(offer.from.clone()),
        transport_id: convert::transport_id(transport.id())?,
        data_producer_id: convert::data_producer_id(&offer.data_producer_id)?,
        data_consumer_id: id.clone(),
        id,
        sctp_stream_parameters: stream,
        label: consumer.label().to_owned(),
        protocol: consumer.protocol().to_owned(),
        app_data: app_data(&offer.app_data),
        route: offer.route,
    }))
}

fn ask_about_data_consumer(
    room: &mut Room,
    receiver: &PeerId,
    request: ServerRequest,
    consumer: DataConsumer,
) {
    let id = consumer.id().to_owned();
    room.owners.insert(id.clone(), receiver.clone());
    if let Some(peer) = room.peers.get_mut(receiver) {
        peer.add_data_consumer(consumer);
        peer.ask(request, Asked::DataConsumer(id));
    }
}

/// What was checked when it came in.
fn app_data(value: &Value) -> AppData {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

/// Nobody asked for a consumer, so nobody is told that there is none.
fn note(room: &Room, asked: Result<(), RequestError>) {
    if let Err(error) = asked {
        room.context.counters.add(Count::OfferFailed);
        tracing::debug!(room = room.id.as_str(), %error, "no consumer");
    }
}
