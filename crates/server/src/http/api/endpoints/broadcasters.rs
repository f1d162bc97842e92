//! Broadcasters themselves.

use axum::http::Method;
use miso_signal::api::{
    BroadcasterCreated, BroadcasterDescription, CreateBroadcaster, Done, PeerProducersInfos,
};

use crate::http::api::call::Job;
use crate::http::api::endpoint::{Content, Endpoint};
use crate::room::{ApiRequest, BroadcasterRequest};

use super::of_broadcaster;

pub(super) fn all() -> [Endpoint; 5] {
    [
        Endpoint::new(
            Method::POST,
            "/rooms/{roomId}/broadcasters",
            "Enter a room, which is opened if it is not. With id others learn of it at once (200); with peerId when it \
             joins, and an earlier one of that id is replaced (201)",
            |call| {
                let request = ApiRequest::CreateBroadcaster(Box::new(call.body()?));
                Ok(Job::OpenRoom(call.room()?, request))
            },
        )
        .body::<CreateBroadcaster>()
        .json::<BroadcasterCreated>(200, "It is there")
        .json::<BroadcasterCreated>(201, "It is there, and can join")
        .or(&[404, 409]),
        Endpoint::new(
            Method::GET,
            of_broadcaster!(""),
            "What a broadcaster is and has",
            |call| {
                call.of_broadcaster(if call.is_legacy {
                    BroadcasterRequest::Delete
                } else {
                    BroadcasterRequest::Describe
                })
            },
        )
        .json::<BroadcasterDescription>(200, "The broadcaster")
        .or(&[404]),
        Endpoint::new(
            Method::DELETE,
            of_broadcaster!(""),
            "Leave the room",
            |call| call.of_broadcaster(BroadcasterRequest::Delete),
        )
        .reply(200, "It was made with id", Content::Text("text/plain; charset=utf-8"))
        .reply(204, "It was made with peerId", Content::Nothing)
        .or(&[404]),
        Endpoint::new(
            Method::POST,
            of_broadcaster!("/join"),
            "Let others learn of a broadcaster that was made with peerId",
            |call| call.of_broadcaster(BroadcasterRequest::Join),
        )
        .json::<Done>(200, "It has joined")
        .or(&[404, 409]),
        Endpoint::new(
            Method::GET,
            of_broadcaster!("/peerProducersInfos"),
            "What all others in the room send",
            |call| call.of_broadcaster(BroadcasterRequest::ListProducers),
        )
        .json::<PeerProducersInfos>(200, "By whom")
        .or(&[404]),
    ]
}
