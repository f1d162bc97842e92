//! Transports.

use axum::http::Method;
use miso_signal::api::{ConnectTransport, CreateTransport, Done, StatsReport, TransportCreated};

use crate::http::api::call::{Call, Job};
use crate::http::api::endpoint::{Content, Endpoint};
use crate::room::{BroadcasterRequest, TransportRequest};

use super::of_broadcaster;

pub(super) fn all() -> [Endpoint; 7] {
    [
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/transports"),
            "Make a transport. With direction it is plain; for broadcasters made with peerId the answer is 201",
            |call| {
                let body = Box::new(call.body()?);
                call.of_broadcaster(BroadcasterRequest::CreateTransport(body))
            },
        )
        .body::<CreateTransport>()
        .json::<TransportCreated>(200, "How it is reached")
        .json::<TransportCreated>(201, "How it is reached")
        .or(&[404, 409, 422]),
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/transports/{transportId}/connect"),
            "Tell the server about the client's end: dtlsParameters for WebRTC, ip and port for plain transports",
            |call| {
                let body: Box<ConnectTransport> = Box::new(call.body()?);
                call.targets.check(body.ip)?;
                about(call, TransportRequest::Connect(body))
            },
        )
        .body::<ConnectTransport>()
        .reply(200, "It is told; for a plain transport, how it is reached now", Content::AnyObject)
        .or(&[403, 404, 409, 422]),
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/transports/{transportId}/restart-ice"),
            "Get new ICE credentials for a WebRTC transport",
            |call| about(call, TransportRequest::RestartIce),
        )
        .reply(200, "The credentials, bare and wrapped", Content::AnyObject)
        .or(&[404, 409]),
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/transports/{transportId}/stats"),
            "How a transport is doing",
            |call| about(call, TransportRequest::Stats),
        )
        .json::<StatsReport>(200, "mediasoup's statistics of a transport")
        .or(&[404]),
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/transports/{transportId}/sdp"),
            "A session description with which a player such as ffmpeg plays what a plain transport sends to it",
            |call| about(call, TransportRequest::Sdp),
        )
        .reply(200, "RFC 8866", Content::Text("application/sdp"))
        .or(&[404, 409]),
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/sdp"),
            "The same for all plain transports on which the broadcaster receives, so that sound and picture play together",
            |call| call.of_broadcaster(BroadcasterRequest::Sdp),
        )
        .reply(200, "RFC 8866", Content::Text("application/sdp"))
        .or(&[404, 409]),
        Endpoint::new(
            Method::DELETE,
            of_broadcaster!("/transports/{transportId}"),
            "Close a transport with all that is on it",
            |call| about(call, TransportRequest::Close),
        )
        .json::<Done>(200, "It is closed")
        .or(&[404]),
    ]
}

fn about(call: &Call<'_>, request: TransportRequest) -> Result<Job, miso_signal::api::ApiError> {
    let transport = call.parameter(2);
    call.of_broadcaster(BroadcasterRequest::Transport(transport, request))
}
