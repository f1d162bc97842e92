//! The list of all endpoints.

mod broadcasters;
mod data;
mod media;
mod transports;

use axum::http::Method;
use miso_signal::api::{DataProducersListing, RoomCapabilities};

use crate::room::ApiRequest;

use super::call::Job;
use super::endpoint::{Content, Endpoint};

/// A broadcaster's path, to which the rest of an endpoint's is added.
macro_rules! of_broadcaster {
    ($rest:literal) => {
        concat!("/rooms/{roomId}/broadcasters/{broadcasterId}", $rest)
    };
}
use of_broadcaster;

/// All endpoints. Those that are there for the seed's native client only come with `is_legacy`.
pub(super) fn all(is_legacy: bool) -> Vec<Endpoint> {
    let mut endpoints = rooms();
    endpoints.extend(broadcasters::all());
    endpoints.extend(transports::all());
    endpoints.extend(media::all());
    endpoints.extend(data::all());
    if is_legacy {
        endpoints.extend(
            [
                "/rooms/{roomId}/chensong",
                "/rooms/{roomId}/AllDataProducers",
            ]
            .map(|path| {
                let about = "The list of data producers with the label chat, by its old name";
                Endpoint::new(Method::GET, path, about, |call| {
                    let request = ApiRequest::ListData { only_chat: true };
                    Ok(Job::Room(call.room()?, request))
                })
                .json::<DataProducersListing>(200, "Who has which")
                .alias()
            }),
        );
    }
    endpoints
}

fn rooms() -> Vec<Endpoint> {
    let capabilities = Endpoint::new(
        Method::GET,
        "/rooms/{roomId}",
        "What a room can forward. A room that nobody has opened yet can forward the same; asking opens none",
        |call| Ok(Job::Capabilities(call.room()?, ApiRequest::Capabilities)),
    )
    .json::<RoomCapabilities>(200, "mediasoup's RtpCapabilities, bare and wrapped")
    .or(&[404]);
    let listing = Endpoint::new(
        Method::GET,
        "/rooms/{roomId}/data-producers",
        "Who in a room has which data producers and data consumers",
        |call| {
            let request = ApiRequest::ListData { only_chat: false };
            Ok(Job::Room(call.room()?, request))
        },
    )
    .json::<DataProducersListing>(200, "Peers that have joined, and broadcasters")
    .or(&[404]);
    let document = Endpoint::new(Method::GET, "/api/openapi.json", "This document", |_| {
        Ok(Job::Document)
    })
    .reply(200, "An OpenAPI 3.1 document", Content::AnyObject);
    vec![document, capabilities, listing]
}
