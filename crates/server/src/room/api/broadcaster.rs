//! Broadcasters enter, join and leave.

use miso_signal::api::{
    ApiError, BroadcasterCreated, BroadcasterDescription, CreateBroadcaster, Dialect, ListedPeer,
    ListedProducer, TransportDescription,
};
use miso_signal::{NewPeer, PeerClosed, PeerId, ServerNotification};

use crate::room::broadcaster::Broadcaster;
use crate::room::{Room, offer};

use super::{ApiReply, ReplyBody, check_limit, listing};

/// Older clients' are there at once. Newer clients' take the place of an earlier one that they forgot to delete.
pub(super) fn create(room: &mut Room, body: &CreateBroadcaster) -> Result<ApiReply, ApiError> {
    let missing = || ApiError::BadRequest("missing body.id or body.peerId".to_owned());
    let (id, dialect) = body.who().ok_or_else(missing)?;
    let taken = |by| ApiError::IdTaken(format!("{by} with id \"{id}\" already exists"));
    if room.peers.contains_key(&id) {
        return Err(taken("a peer"));
    }
    match dialect {
        Dialect::Newer => room.remove_broadcaster(&id),
        Dialect::Older if room.broadcasters.contains_key(&id) => {
            return Err(taken("a broadcaster"));
        }
        Dialect::Older => {}
    }
    let max = room.context.limits.max_broadcasters_per_room;
    check_limit(room.broadcasters.len(), max, "broadcasters")?;
    let broadcaster = Broadcaster::new(
        (id.clone(), dialect),
        (body.display_name(), body.device()),
        body.rtp_capabilities.clone(),
        room.context.counters.broadcasters.hold(),
    );
    let created = BroadcasterCreated {
        peers: peers_for(room, &broadcaster),
        id: id.clone(),
        peer_id: id.clone(),
    };
    let is_joined = broadcaster.is_joined;
    room.broadcasters.insert(id.clone(), broadcaster);
    if is_joined {
        announce(room, &id);
    }
    let status = if is_joined { 200 } else { 201 };
    let reply = ApiReply::json(status, &created)?;
    Ok(ApiReply {
        made: Some(id.as_str().to_owned()),
        ..reply
    })
}

/// Who sends what a broadcaster can receive.
fn peers_for(room: &Room, broadcaster: &Broadcaster) -> Vec<ListedPeer> {
    let Some(capabilities) = &broadcaster.rtp_capabilities else {
        return Vec::new();
    };
    let listed = room.peers.values().filter_map(|peer| {
        let joined = peer.joined()?;
        let consumable = peer.producers().iter();
        let consumable = consumable.filter(|it| room.router.can_consume(it.id(), capabilities));
        Some(ListedPeer {
            id: peer.id().clone(),
            display_name: joined.display_name.clone(),
            device: joined.device.clone(),
            producers: consumable
                .map(|it| ListedProducer {
                    id: it.id().to_owned(),
                    kind: it.kind(),
                })
                .collect(),
        })
    });
    listed.collect()
}

fn announce(room: &Room, id: &PeerId) {
    if let Some(broadcaster) = room.broadcasters.get(id) {
        let new = ServerNotification::NewPeer(NewPeer(broadcaster.info()));
        room.tell_joined(&new, None);
    }
}

/// Others learn of it, and are offered what it sends already.
pub(super) async fn join(room: &mut Room, id: &PeerId) -> Result<ApiReply, ApiError> {
    let broadcaster = room.broadcaster_mut(id)?;
    if broadcaster.is_joined {
        let reason = "the broadcaster has joined already".to_owned();
        return Err(ApiError::InvalidState(reason));
    }
    broadcaster.is_joined = true;
    announce(room, id);
    offer::everything_of_broadcaster(room, id).await;
    ApiReply::done()
}

/// What it is and has.
pub(super) fn describe(room: &Room, id: &PeerId) -> Result<ApiReply, ApiError> {
    let it = room.broadcaster(id)?;
    let transports = it.transports.iter().map(|transport| TransportDescription {
        id: transport.id().to_owned(),
        kind: transport.kind(),
    });
    let description = BroadcasterDescription {
        id: id.clone(),
        peer_id: id.clone(),
        display_name: it.display_name.clone(),
        device: it.device.clone(),
        joined: it.is_joined,
        transports: transports.collect(),
        producers: it.producers.iter().map(listing::producer_info).collect(),
        consumers: it
            .consumers
            .iter()
            .map(|it| it.handle.id().to_owned())
            .collect(),
        data_producers: it
            .data_producers
            .iter()
            .map(|it| it.id().to_owned())
            .collect(),
        data_consumers: it
            .data_consumers
            .iter()
            .map(|it| it.id().to_owned())
            .collect(),
    };
    ApiReply::json(200, &description)
}

/// It leaves. Each dialect has its own way to say so.
pub(super) fn delete(room: &mut Room, id: &PeerId) -> Result<ApiReply, ApiError> {
    let dialect = room.broadcaster(id)?.dialect;
    room.remove_broadcaster(id);
    if room.broadcasters.is_empty() {
        // Who goes in good order does not come back for the room.
        room.kept_until = None;
    }
    Ok(match dialect {
        Dialect::Older => ApiReply::new(200, ReplyBody::Text("broadcaster deleted".to_owned())),
        Dialect::Newer => ApiReply::new(204, ReplyBody::Empty),
    })
}

impl Room {
    /// A broadcaster leaves. Others are told what of it they no longer get, then that it left.
    pub(in crate::room) fn remove_broadcaster(&mut self, id: &PeerId) {
        let Some(broadcaster) = self.broadcasters.remove(id) else {
            return;
        };
        for producer in &broadcaster.producers {
            self.drop_consumers_of(producer.id());
        }
        for data_producer in &broadcaster.data_producers {
            self.drop_data_consumers_of(data_producer.id());
        }
        if broadcaster.is_joined {
            let closed = PeerClosed {
                peer_id: id.clone(),
            };
            self.tell_joined(&ServerNotification::PeerClosed(closed), None);
        }
        self.bot.forget(id);
        self.owners.retain(|_, owner| owner != id);
        for transport in &broadcaster.transports {
            transport.close();
        }
    }
}
