//! Offering peers what broadcasters send.

use miso_engine::{DataConsumer, Producer, WebRtcTransport};
use miso_signal::{DataRoute, PeerId, RequestError};
use serde_json::Value;

use crate::room::Room;
use crate::room::peer::RoutedDataProducer;

use super::DataOffer;

/// Offers all peers what a broadcaster has, when it joins.
pub(in crate::room) async fn everything_of_broadcaster(room: &mut Room, from: &PeerId) {
    let Some(broadcaster) = room.broadcasters.get(from) else {
        return;
    };
    let producers = broadcaster.producers.clone();
    let data_producers = broadcaster.data_producers.clone();
    for producer in producers {
        producer_of_broadcaster(room, from, &producer).await;
    }
    for it in data_producers.iter().filter(|it| it.is_offered()) {
        data_producer_of_broadcaster(room, from, it).await;
    }
}

/// Offers all peers a producer of a broadcaster that they know of.
pub(in crate::room) async fn producer_of_broadcaster(
    room: &mut Room,
    from: &PeerId,
    producer: &Producer,
) {
    for receiver in receivers(room, from) {
        super::offer_producer(room, &receiver, from, producer).await;
    }
}

/// Offers all peers a data producer of a broadcaster that they know of.
pub(in crate::room) async fn data_producer_of_broadcaster(
    room: &mut Room,
    from: &PeerId,
    it: &RoutedDataProducer,
) {
    let offer = DataOffer::of(from, it);
    for receiver in receivers(room, from) {
        super::offer_data(room, &receiver, &offer).await;
    }
}

fn receivers(room: &Room, from: &PeerId) -> Vec<PeerId> {
    let is_known = room.broadcasters.get(from).is_some_and(|it| it.is_joined);
    let peers = room.peers.keys().filter(|_| is_known);
    peers.cloned().collect()
}

/// Makes a data consumer on a peer's transport and tells the peer, as the seed's native client wants it.
///
/// # Errors
/// The engine's.
pub(in crate::room) async fn data_to_peer(
    room: &mut Room,
    receiver: &PeerId,
    transport: &WebRtcTransport,
    (data_producer_id, (app_data, route)): (&str, (Value, DataRoute)),
) -> Result<DataConsumer, RequestError> {
    let offer = DataOffer {
        from: room.owners.get(data_producer_id).cloned(),
        data_producer_id: data_producer_id.to_owned(),
        app_data,
        route,
    };
    super::make_data_consumer(room, receiver, transport, &offer).await
}
