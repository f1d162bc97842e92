//! Entering a room and being somebody in it.

use miso_signal::{
    ChangeDisplayName, Join, JoinResponse, NewPeer, PeerDisplayNameChanged, PeerId, PeerInfo,
    RequestError, RouterRtpCapabilitiesResponse, ServerNotification,
};

use crate::room::Room;
use crate::room::peer::Joined;

use super::{Answer, Then};

/// What the room's router can forward.
pub(super) fn router_rtp_capabilities(room: &Room) -> Result<Answer, RequestError> {
    let capabilities = room.router.rtp_capabilities().clone();
    Answer::new(&RouterRtpCapabilitiesResponse(capabilities))
}

/// Others are told of the newcomer; it is offered what they have after the answer.
pub(super) fn join(room: &mut Room, caller: &PeerId, join: Join) -> Result<Answer, RequestError> {
    let assume_sctp = room.context.media.assume_sctp;
    let peer = room.peer_mut(caller)?;
    if peer.joined().is_some() {
        return Err(RequestError::PeerAlreadyJoined);
    }
    *peer.joined_mut() = Some(Joined {
        display_name: join.display_name,
        device: join.device,
        rtp_capabilities: join.rtp_capabilities,
        takes_data: join.sctp_capabilities.is_some() || assume_sctp,
    });
    if let Some(info) = room.peer(caller)?.info() {
        room.tell_joined(&ServerNotification::NewPeer(NewPeer(info)), Some(caller));
    }
    let others = room.peers.values().filter(|peer| peer.id() != caller);
    let broadcasters = room.broadcasters.values().filter(|it| it.is_joined);
    let peers: Vec<PeerInfo> = others
        .filter_map(|peer| peer.info())
        .chain(broadcasters.map(|it| it.info()))
        .collect();
    Ok(Answer::new(&JoinResponse { peers })?.then(Then::OfferAll))
}

/// Others are told before the answer.
pub(super) fn change_display_name(
    room: &mut Room,
    caller: &PeerId,
    change: ChangeDisplayName,
) -> Result<Answer, RequestError> {
    let joined = room.peer_mut(caller)?.joined_mut().as_mut();
    let joined = joined.ok_or(RequestError::PeerNotYetJoined)?;
    let display_name = change.display_name;
    let old_display_name = std::mem::replace(&mut joined.display_name, display_name.clone());
    let changed = PeerDisplayNameChanged {
        peer_id: caller.clone(),
        display_name,
        old_display_name,
    };
    room.tell_joined(
        &ServerNotification::PeerDisplayNameChanged(changed),
        Some(caller),
    );
    Answer::done()
}
