//! From a request's parts to what is asked of a room.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::{self, Body};
use axum::http::{HeaderMap, header};
use miso_signal::api::ApiError;
use miso_signal::{PeerId, RoomId};
use serde::de::DeserializeOwned;

use crate::room::{ApiRequest, BroadcasterRequest};

use super::path::Parameters;

/// A request, as far as it is read.
pub(super) struct Call<'a> {
    /// Values of the path's parameters, in its order.
    pub(super) parameters: Parameters,
    /// The query.
    pub(super) query: &'a str,
    /// The body.
    pub(super) body: &'a [u8],
    /// Whether the seed's native client is to be pleased.
    pub(super) is_legacy: bool,
    /// Where the client may have plain RTP sent to.
    pub(super) targets: Targets,
}

/// Where a client may have plain RTP sent to. Anywhere else it could have a flood sent to somebody who never asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Targets {
    /// Its own address.
    Only(IpAddr),
    /// Wherever it likes: it is on this machine, or the owner said so.
    Any,
}

impl Targets {
    /// Those of a client at this address.
    pub(super) fn of(client: Option<IpAddr>, is_open: bool) -> Self {
        match client.map(|ip| ip.to_canonical()) {
            _ if is_open => Self::Any,
            Some(ip) if !ip.is_loopback() => Self::Only(ip),
            Some(_) => Self::Any,
            None => Self::Only(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        }
    }

    /// Whether it may have packets sent there.
    ///
    /// # Errors
    /// [`ApiError::ForbiddenTarget`].
    pub(super) fn check(self, target: Option<IpAddr>) -> Result<(), ApiError> {
        match (self, target) {
            (Self::Only(own), Some(target)) if target.to_canonical() != own => {
                Err(ApiError::ForbiddenTarget(target))
            }
            _ => Ok(()),
        }
    }
}

/// What is to be done.
pub(super) enum Job {
    /// Tell what the API can do.
    Document,
    /// Tell what a room can forward, be it open or not.
    Capabilities(RoomId, ApiRequest),
    /// Ask a room.
    Room(RoomId, ApiRequest),
    /// Ask a room that may have to be opened.
    OpenRoom(RoomId, ApiRequest),
}

/// Reads a body, if it is JSON by its own account or empty.
///
/// # Errors
/// [`ApiError::UnsupportedMediaType`], [`ApiError::BodyTooLong`], [`ApiError::BadRequest`].
pub(super) async fn read(headers: &HeaderMap, body: Body, max: usize) -> Result<Vec<u8>, ApiError> {
    let is_too_long = |length: u64| usize::try_from(length).map_or(true, |length| length > max);
    let said = headers.get(header::CONTENT_LENGTH);
    let said = said.and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(is_too_long) {
        return Err(ApiError::BodyTooLong(max));
    }
    // One more than allowed tells a body that is too long from one that is cut off.
    let bytes = body::to_bytes(body, max).await.map_err(|error| {
        let is_limit = std::error::Error::source(&error)
            .is_some_and(|source| source.to_string().contains("length limit"));
        if is_limit {
            ApiError::BodyTooLong(max)
        } else {
            ApiError::BadRequest("the body ended too soon".to_owned())
        }
    })?;
    if !bytes.is_empty() && !is_json(headers) {
        return Err(ApiError::UnsupportedMediaType);
    }
    Ok(bytes.to_vec())
}

/// Whether a body is JSON (RFC 8259, and RFC 6839 for `+json`).
fn is_json(headers: &HeaderMap) -> bool {
    let Some(text) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok())
    else {
        return false;
    };
    let essence = text.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

impl Call<'_> {
    /// A parameter of the path; they are numbered in its order.
    pub(super) fn parameter(&self, index: usize) -> String {
        self.parameters.get(index).cloned().unwrap_or_default()
    }

    /// The room, which is always the first parameter.
    ///
    /// # Errors
    /// [`ApiError::RoomNotFound`] where no room can have the id.
    pub(super) fn room(&self) -> Result<RoomId, ApiError> {
        let room = RoomId::new(self.parameter(0));
        room.map_err(|_| ApiError::RoomNotFound(self.parameter(0)))
    }

    /// The peer or broadcaster, which is the second parameter where there is one.
    ///
    /// # Errors
    /// [`ApiError::PeerNotFound`] where nobody can have the id.
    pub(super) fn peer(&self) -> Result<PeerId, ApiError> {
        let peer = PeerId::new(self.parameter(1));
        peer.map_err(|_| ApiError::PeerNotFound(self.parameter(1)))
    }

    /// The body.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] where it is not what is expected.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let wrong = |error: serde_json::Error| {
            ApiError::BadRequest(format!("the body cannot be understood: {error}"))
        };
        let mut reader = serde_json::Deserializer::from_slice(self.body);
        let body = T::deserialize(&mut reader).map_err(wrong)?;
        reader.end().map_err(wrong)?;
        Ok(body)
    }

    /// A parameter of the query; the last, where it is given repeatedly.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        let found = pairs.filter(|(key, _)| key == name).last();
        found.map(|(_, value)| value.into_owned())
    }

    /// A parameter of the query that is `true` or `false`.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`].
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.query(name).as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(ApiError::BadRequest(format!(
                "{name} must be true or false"
            ))),
        }
    }

    /// Something about the broadcaster of the path.
    ///
    /// # Errors
    /// [`ApiError::RoomNotFound`], [`ApiError::PeerNotFound`] where nothing can have such an id.
    pub(super) fn of_broadcaster(&self, request: BroadcasterRequest) -> Result<Job, ApiError> {
        Ok(Job::Room(
            self.room()?,
            ApiRequest::Of(self.peer()?, request),
        ))
    }
}

#[cfg(test)]
mod tests;
