//! What there is in a room.

use miso_engine::{DataConsumer, Producer};
use miso_signal::PeerId;
use miso_signal::api::{
    ApiError, ConsumableCodec, DataProducersListing, ListedDataConsumer, ListedDataPeer,
    ListedDataProducer, ListedTransport, PeerProducersInfo, PeerProducersInfos, ProducerInfo,
    RoomCapabilities,
};

use crate::room::Room;
use crate::room::peer::RoutedDataProducer;

use super::ApiReply;

/// What the room can forward.
pub(super) fn capabilities(room: &Room) -> Result<ApiReply, ApiError> {
    let bare = room.router.rtp_capabilities().clone();
    ApiReply::json(
        200,
        &RoomCapabilities {
            router_rtp_capabilities: bare.clone(),
            bare,
        },
    )
}

/// What everybody but the caller sends, as newer clients ask for it.
pub(super) fn producers(room: &Room, caller: &PeerId) -> Result<ApiReply, ApiError> {
    room.broadcaster(caller)?;
    let joined = room.peers.values().filter(|peer| peer.joined().is_some());
    let of_peers = joined.map(|peer| (peer.id(), peer.producers()));
    let others = room.broadcasters.iter();
    let others = others.filter(|(id, it)| *id != caller && it.is_joined);
    let of_broadcasters = others.map(|(id, it)| (id, it.producers.as_slice()));
    let infos = of_peers
        .chain(of_broadcasters)
        .map(|(id, producers)| PeerProducersInfo {
            peer_id: id.clone(),
            producers: producers.iter().map(producer_info).collect(),
        });
    let infos = PeerProducersInfos {
        peer_producers_infos: infos.collect(),
    };
    ApiReply::json(200, &infos)
}

/// A producer, and how it can be had.
pub(super) fn producer_info(producer: &Producer) -> ProducerInfo {
    let codecs = producer.consumable_rtp_parameters().codecs.iter();
    let media = codecs.filter(|codec| codec.mime_type.codec().is_media());
    let source = producer.app_data().get("source");
    ProducerInfo {
        producer_id: producer.id().to_owned(),
        kind: producer.kind(),
        source: source.and_then(|it| it.as_str()).map(ToOwned::to_owned),
        paused: producer.paused(),
        consumable_codecs: media
            .map(|codec| ConsumableCodec {
                mime_type: codec.mime_type.as_str().to_owned(),
                payload_type: codec.payload_type.0,
                clock_rate: codec.clock_rate,
                channels: codec.channels,
                parameters: serde_json::to_value(&codec.parameters).unwrap_or_default(),
            })
            .collect(),
    }
}

/// Who has which DataChannels: peers that have joined, and broadcasters.
pub(super) fn data(room: &Room, only_chat: bool) -> Result<ApiReply, ApiError> {
    let is_wanted = |label: &str| !only_chat || label == "chat";
    let producers = |producers: &[RoutedDataProducer]| {
        let wanted = producers.iter().filter(|it| is_wanted(it.handle.label()));
        let listed = wanted.map(|it| ListedDataProducer {
            id: it.id().to_owned(),
            label: it.handle.label().to_owned(),
            protocol: it.handle.protocol().to_owned(),
        });
        listed.collect()
    };
    let consumers = |consumers: &mut dyn Iterator<Item = &DataConsumer>| {
        let wanted = consumers.filter(|it| is_wanted(it.label()));
        wanted.map(|it| consumer(room, it)).collect()
    };
    let transport = |id: &str| ListedTransport { id: id.to_owned() };
    let of_peers = room.peers.values().filter_map(|peer| {
        let joined = peer.joined()?;
        let transports = peer.transports().iter();
        Some(ListedDataPeer {
            id: peer.id().clone(),
            display_name: joined.display_name.clone(),
            device: joined.device.clone(),
            transports: transports.map(|it| transport(it.handle.id())).collect(),
            data_producers: producers(peer.data_producers()),
            data_consumers: consumers(&mut peer.data_consumers()),
        })
    });
    let of_broadcasters = room.broadcasters.iter().map(|(id, it)| ListedDataPeer {
        id: id.clone(),
        display_name: it.display_name.clone(),
        device: it.device.clone(),
        transports: it.transports.iter().map(|it| transport(it.id())).collect(),
        data_producers: producers(&it.data_producers),
        data_consumers: consumers(&mut it.data_consumers.iter()),
    });
    let peers = of_peers.chain(of_broadcasters).collect();
    ApiReply::json(200, &DataProducersListing { peers })
}

fn consumer(room: &Room, it: &DataConsumer) -> ListedDataConsumer {
    let sender = room.owners.get(it.data_producer_id());
    let name = sender.and_then(|sender| room.name_of(sender));
    ListedDataConsumer {
        id: it.id().to_owned(),
        sctp_stream_parameters: it.sctp_stream_parameters().copied(),
        label: it.label().to_owned(),
        protocol: it.protocol().to_owned(),
        data_producer_id: it.data_producer_id().to_owned(),
        display_name: name.unwrap_or_default().to_owned(),
        app_data: it.app_data().clone(),
    }
}

impl Room {
    /// What somebody is called, be it a peer that has joined or a broadcaster.
    pub(in crate::room) fn name_of(&self, id: &PeerId) -> Option<&str> {
        if let Some(broadcaster) = self.broadcasters.get(id) {
            return Some(broadcaster.display_name.as_str());
        }
        let joined = self.peers.get(id)?.joined()?;
        Some(joined.display_name.as_str())
    }
}
