//! Transports between a client and the server.

use miso_engine::{Bitrate, SctpTransportOptions, TransportTraceKind, WebRtcTransportOptions};
use miso_signal::{
    ConnectWebRtcTransport, CreateWebRtcTransport, PeerId, RequestError, RestartIce,
    RestartIceResponse,
};
use serde_json::json;

use crate::room::peer::Transport;
use crate::room::{Room, convert};

use super::{Answer, Then, check_limit};

/// If it is the first one to receive on, and the peer has joined, it is offered what there is, after the answer.
pub(super) async fn create(
    room: &mut Room,
    caller: &PeerId,
    create: CreateWebRtcTransport,
) -> Result<Answer, RequestError> {
    let (peer, limits) = (room.peer(caller)?, &room.context.limits);
    check_limit(
        peer.transports().len(),
        limits.max_transports_per_peer,
        "transports",
    )?;
    let is_first = create.consuming && peer.consuming_transport().is_none();
    let is_late = peer.joined().is_some() && is_first;
    let transport = room
        .router
        .create_webrtc_transport(options(room, &create))
        .await;
    let transport = transport.map_err(convert::failed)?;
    if let Some(max) = room.context.media.max_incoming_bitrate {
        let limited = transport
            .set_max_incoming_bitrate(Bitrate(u64::from(max)))
            .await;
        limited.map_err(convert::failed)?;
    }
    if create.consuming {
        let traced = transport
            .enable_trace_event(&[TransportTraceKind::Bwe])
            .await;
        traced.map_err(convert::failed)?;
    }
    let answer = Answer::new(&convert::transport_options(&transport)?)?;
    room.own(transport.id(), caller);
    room.peer_mut(caller)?.add_transport(Transport {
        handle: transport,
        is_consuming: create.consuming,
        has_sctp: false,
    });
    Ok(answer.then(if is_late {
        Then::OfferAll
    } else {
        Then::Nothing
    }))
}

fn options(room: &Room, create: &CreateWebRtcTransport) -> WebRtcTransportOptions {
    let media = &room.context.media;
    let has_sctp = create.sctp_capabilities.is_some() || media.assume_sctp;
    WebRtcTransportOptions {
        enable_udp: !create.force_tcp,
        enable_tcp: true,
        prefer_udp: true,
        ice_consent_timeout: media.consent_timeout.duration(),
        initial_available_outgoing_bitrate: Bitrate(u64::from(media.initial_outgoing_bitrate)),
        sctp: has_sctp.then(SctpTransportOptions::default),
        app_data: json!({ "producing": create.producing, "consuming": create.consuming }),
        ..WebRtcTransportOptions::default()
    }
}

/// Starts DTLS.
pub(super) async fn connect(
    room: &Room,
    caller: &PeerId,
    connect: ConnectWebRtcTransport,
) -> Result<Answer, RequestError> {
    let transport = room
        .peer(caller)?
        .transport(connect.transport_id.as_str())?;
    let parameters = convert::dtls_parameters(&connect.dtls_parameters)?;
    transport
        .connect(parameters)
        .await
        .map_err(convert::failed)?;
    Answer::done()
}

/// Gives new ICE credentials.
pub(super) async fn restart_ice(
    room: &Room,
    caller: &PeerId,
    restart: RestartIce,
) -> Result<Answer, RequestError> {
    let transport = room
        .peer(caller)?
        .transport(restart.transport_id.as_str())?;
    let parameters = transport.restart_ice().await.map_err(convert::failed)?;
    Answer::new(&RestartIceResponse(convert::ice_parameters(parameters)))
}
