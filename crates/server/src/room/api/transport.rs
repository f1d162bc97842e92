//! Transports between broadcasters and the server.

use miso_engine::{Bitrate, SctpTransportOptions, WebRtcTransportOptions};
use miso_signal::api::{
    ApiError, ConnectTransport, CreateTransport, Dialect, StatsReport, TransportCreated,
    TransportKind, WebRtcTransportCreated,
};
use miso_signal::{PeerId, RestartIceResponse};

use crate::room::broadcaster::Transport;
use crate::room::{Room, convert};

use super::{ApiReply, TransportRequest, check_limit, failed};

/// How a new transport is reached depends on its kind.
pub(super) async fn create(
    room: &mut Room,
    id: &PeerId,
    body: &CreateTransport,
) -> Result<ApiReply, ApiError> {
    let (broadcaster, limits) = (room.broadcaster(id)?, &room.context.limits);
    check_limit(
        broadcaster.transports.len(),
        limits.max_transports_per_peer,
        "transports",
    )?;
    let status = match broadcaster.dialect {
        Dialect::Older => 200,
        Dialect::Newer => 201,
    };
    let (transport, created) = match body.kind() {
        Some(TransportKind::WebRtc) => create_webrtc(room, body).await?,
        Some(TransportKind::Plain) => {
            let reason = "plain transports are not supported".to_owned();
            return Err(ApiError::Unsupported(reason));
        }
        None => return Err(ApiError::BadRequest("invalid type".to_owned())),
    };
    room.owners.insert(transport.id().to_owned(), id.clone());
    room.broadcaster_mut(id)?.transports.push(transport);
    ApiReply::json(status, &created)
}

async fn create_webrtc(
    room: &Room,
    body: &CreateTransport,
) -> Result<(Transport, TransportCreated), ApiError> {
    let media = &room.context.media;
    let options = WebRtcTransportOptions {
        prefer_udp: true,
        ice_consent_timeout: media.consent_timeout.duration(),
        initial_available_outgoing_bitrate: Bitrate(u64::from(media.initial_outgoing_bitrate)),
        sctp: body
            .sctp_capabilities
            .map(|_| SctpTransportOptions::default()),
        ..WebRtcTransportOptions::default()
    };
    let handle = room.router.create_webrtc_transport(options).await;
    let handle = handle.map_err(failed)?;
    if let Some(max) = media.max_incoming_bitrate {
        let max = Bitrate(u64::from(max));
        handle.set_max_incoming_bitrate(max).await.map_err(failed)?;
    }
    let created = WebRtcTransportCreated(convert::transport_options(&handle)?);
    Ok((Transport::WebRtc(handle), TransportCreated::WebRtc(created)))
}

/// About a transport.
pub(super) async fn take(
    room: &mut Room,
    id: &PeerId,
    of: &str,
    request: TransportRequest,
) -> Result<ApiReply, ApiError> {
    let transport = room.broadcaster(id)?.transport(of)?;
    match request {
        TransportRequest::Connect(body) => connect(&transport, &body).await,
        TransportRequest::RestartIce => restart_ice(&transport).await,
        TransportRequest::Stats => {
            let stats = transport.get_stats().await.map_err(failed)?;
            ApiReply::json(200, &StatsReport { stats })
        }
        TransportRequest::Close => {
            room.close_transport(id, of);
            ApiReply::done()
        }
    }
}

async fn connect(transport: &Transport, body: &ConnectTransport) -> Result<ApiReply, ApiError> {
    match transport {
        Transport::WebRtc(handle) => {
            let missing = || ApiError::BadRequest("missing body.dtlsParameters".to_owned());
            let dtls = body.dtls_parameters.as_ref().ok_or_else(missing)?;
            let parameters = convert::dtls_parameters(dtls)?;
            handle.connect(parameters).await.map_err(failed)?;
        }
    }
    ApiReply::done()
}

async fn restart_ice(transport: &Transport) -> Result<ApiReply, ApiError> {
    match transport {
        Transport::WebRtc(handle) => {
            let parameters = handle.restart_ice().await.map_err(failed)?;
            let parameters = convert::ice_parameters(parameters);
            ApiReply::json(200, &RestartIceResponse(parameters))
        }
    }
}

impl Room {
    /// Closes a transport of a broadcaster. Others are told what of it they no longer get.
    pub(super) fn close_transport(&mut self, owner: &PeerId, id: &str) {
        let Some(broadcaster) = self.broadcasters.get_mut(owner) else {
            return;
        };
        let closed = broadcaster.transports.iter().position(|it| it.id() == id);
        if let Some(index) = closed {
            // The engine tells of all that was on it.
            broadcaster.transports.remove(index).close();
        }
        self.owners.remove(id);
    }
}
