//! Opening a WebSocket: which peer enters which room.

use crate::limits::MAX_CONSUMER_REPLICAS;
use crate::{IdError, PeerId, RoomId};

/// The WebSocket subprotocol.
const SUBPROTOCOL: &str = "protoo";

/// The parameters of a connection's URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionParams {
    /// The room to enter; made if there is none.
    pub room_id: RoomId,
    /// Who enters.
    pub peer_id: PeerId,
    /// Extra copies of each consumer, to make load. Of account only where the room is made.
    pub consumer_replicas: u8,
}

/// Why a connection is refused. The text goes into the header `X-WebSocket-Reject-Reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A room or a peer is not named, or named twice.
    #[error("Connection request without roomId and/or peerId")]
    MissingIds,
    /// A room's or a peer's id is too long.
    #[error("{0}")]
    BadId(#[from] IdError),
    /// The client does not speak protoo.
    #[error("invalid/missing Sec-WebSocket-Protocol")]
    BadSubprotocol,
}

impl Refusal {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::MissingIds | Self::BadId(_) => 400,
            Self::BadSubprotocol => 403,
        }
    }
}

impl ConnectionParams {
    /// Reads the query of the URL, the part after `?`.
    ///
    /// # Errors
    /// [`Refusal`] when room or peer is missing, repeated or too long.
    pub fn from_query(query: &str) -> Result<Self, Refusal> {
        let (mut room, mut peer, mut replicas) = (None, None, 0);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let repeated = match name.as_ref() {
                "roomId" => room.replace(value.into_owned()).is_some(),
                "peerId" => peer.replace(value.into_owned()).is_some(),
                "consumerReplicas" => {
                    replicas = parse_replicas(&value);
                    false
                }
                _ => false,
            };
            if repeated {
                return Err(Refusal::MissingIds);
            }
        }
        let given = |id: Option<String>| id.filter(|id| !id.is_empty()).ok_or(Refusal::MissingIds);
        Ok(Self {
            room_id: RoomId::new(given(room)?)?,
            peer_id: PeerId::new(given(peer)?)?,
            consumer_replicas: replicas,
        })
    }
}

/// What is no number is zero, as the browser app sends `undefined`.
fn parse_replicas(text: &str) -> u8 {
    let number = text.trim().parse::<f64>().unwrap_or(0.0);
    let bounded = number.floor().clamp(0.0, f64::from(MAX_CONSUMER_REPLICAS));
    // Saturating, and NaN is zero.
    bounded as u8
}

/// The subprotocol to answer with, spelled as the client spelled it, from the value of `Sec-WebSocket-Protocol`.
///
/// # Errors
/// [`Refusal::BadSubprotocol`] when protoo is not among those offered.
pub fn negotiate_subprotocol(offered: Option<&str>) -> Result<&str, Refusal> {
    let mut offers = offered.unwrap_or("").split(',').map(str::trim);
    offers
        .find(|it| it.eq_ignore_ascii_case(SUBPROTOCOL))
        .ok_or(Refusal::BadSubprotocol)
}

#[cfg(test)]
mod tests;
