//! Transports between broadcasters and the server.

use miso_engine::{
    Bitrate, PlainConnect, PlainTransport, PlainTransportOptions, RequestError as EngineError,
    SctpTransportOptions, WebRtcTransportOptions,
};
use miso_signal::api::{
    ApiError, ConnectTransport, CreateTransport, Dialect, PlainTransportCreated, StatsReport,
    TransportCreated, TransportKind, WebRtcTransportCreated,
};
use miso_signal::{PeerId, RestartIceResponse};

use crate::room::broadcaster::{Learning, Transport};
use crate::room::{Room, convert};

use super::{ApiReply, TransportRequest, check_limit, failed, sdp};

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
        Some(TransportKind::Plain) => create_plain(room, body).await?,
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

async fn create_plain(
    room: &Room,
    body: &CreateTransport,
) -> Result<(Transport, TransportCreated), ApiError> {
    let mut options = PlainTransportOptions {
        rtcp_mux: body.rtcp_mux(),
        comedia: body.comedia(),
        enable_srtp: body.enable_srtp(),
        sctp: body
            .sctp_capabilities
            .map(|_| SctpTransportOptions::default()),
        ..PlainTransportOptions::new(room.context.plain.clone())
    };
    if let Some(suite) = &body.srtp_crypto_suite {
        options.srtp_crypto_suite = convert::through_json(suite)?;
    }
    let handle = room.router.create_plain_transport(options).await;
    let handle = handle.map_err(failed)?;
    if let Some(max) = room.context.media.max_incoming_bitrate {
        let max = Bitrate(u64::from(max));
        handle.set_max_incoming_bitrate(max).await.map_err(failed)?;
    }
    let created = reached_at(&handle)?;
    let learning = if body.comedia() {
        Learning::Learns
    } else {
        Learning::IsTold
    };
    Ok((
        Transport::Plain(handle, learning),
        TransportCreated::Plain(created),
    ))
}

/// How a plain transport is reached.
fn reached_at(handle: &PlainTransport) -> Result<PlainTransportCreated, ApiError> {
    let tuple = handle.tuple();
    let srtp = handle.srtp_parameters();
    Ok(PlainTransportCreated {
        id: handle.id().to_owned(),
        transport_id: handle.id().to_owned(),
        ip: tuple.local_address,
        port: tuple.local_port,
        rtcp_port: handle.rtcp_tuple().map(|tuple| tuple.local_port),
        srtp_parameters: srtp.as_ref().map(convert::through_json).transpose()?,
        sctp_parameters: handle.sctp_parameters(),
    })
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
        TransportRequest::Sdp => sdp::of_transports(room.broadcaster(id)?, &[transport]),
        TransportRequest::Close => {
            room.close_transport(id, of);
            ApiReply::done()
        }
    }
}

async fn connect(transport: &Transport, body: &ConnectTransport) -> Result<ApiReply, ApiError> {
    match transport {
        Transport::WebRtc(handle) => {
            let missing = || ApiError::InvalidState("missing body.dtlsParameters".to_owned());
            let dtls = body.dtls_parameters.as_ref().ok_or_else(missing)?;
            let parameters = convert::dtls_parameters(dtls)?;
            handle.connect(parameters).await.map_err(failed)?;
            ApiReply::done()
        }
        Transport::Plain(handle, _) => {
            let keys = body.srtp_parameters.as_ref();
            let connect = PlainConnect {
                ip: body.ip,
                port: body.port,
                rtcp_port: body.rtcp_port,
                srtp_parameters: keys.map(convert::through_json).transpose()?,
            };
            let connected = handle.connect(connect).await;
            connected.map_err(|error| does_not_fit(error, body))?;
            // The key may be another one now.
            ApiReply::json(200, &reached_at(handle)?)
        }
    }
}

/// What lacks in the body of a plain transport's depends on how the transport was made; a key is wrong by itself.
fn does_not_fit(error: EngineError, body: &ConnectTransport) -> ApiError {
    match error {
        EngineError::Type(reason) if body.srtp_parameters.is_none() => {
            ApiError::InvalidState(reason)
        }
        error => failed(error),
    }
}

async fn restart_ice(transport: &Transport) -> Result<ApiReply, ApiError> {
    match transport {
        Transport::WebRtc(handle) => {
            let parameters = handle.restart_ice().await.map_err(failed)?;
            let parameters = convert::ice_parameters(parameters);
            ApiReply::json(200, &RestartIceResponse(parameters))
        }
        Transport::Plain(..) => Err(ApiError::InvalidState(
            "a plain transport has no ICE".to_owned(),
        )),
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
