//! How a room is entered.

use std::fmt;
use std::sync::Arc;

use miso_signal::{DisplayName, PeerDevice, PeerId, RoomId};

use super::Offer;
use crate::protoo::{Retry, TlsTrust};

/// Whether an offer is taken.
type Filter = Arc<dyn Fn(&Offer) -> bool + Send + Sync>;

/// How a room is entered.
#[derive(Clone)]
pub struct RoomOptions {
    /// The server: `ws://…` or `wss://…`.
    pub url: String,
    /// The room; made if there is none.
    pub room_id: RoomId,
    /// Who one is; whoever has the same name in the room must go.
    pub peer_id: PeerId,
    /// What others call one.
    pub display_name: DisplayName,
    /// What one runs on, for others to see.
    pub device: PeerDevice,
    /// Which certificates are good enough.
    pub trust: TlsTrust,
    /// How a broken session is made again.
    pub retry: Retry,
    /// Whether anything will be sent.
    pub sends: bool,
    /// Whether anything is to be received.
    pub receives: bool,
    /// Whether media is to go over TCP.
    pub force_tcp: bool,
    filter: Filter,
}

impl RoomOptions {
    /// To send and receive everything.
    pub fn new(url: impl Into<String>, room_id: RoomId, peer_id: PeerId) -> Self {
        let device = PeerDevice {
            flag: Some("native".to_owned()),
            name: Some("miso-client".to_owned()),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        Self {
            url: url.into(),
            display_name: DisplayName::new(peer_id.as_str()),
            room_id,
            peer_id,
            device,
            trust: TlsTrust::default(),
            retry: Retry::default(),
            sends: true,
            receives: true,
            force_tcp: false,
            filter: Arc::new(|_| true),
        }
    }

    /// Takes only what `filter` says, and refuses the rest.
    #[must_use]
    pub fn accept_if(mut self, filter: impl Fn(&Offer) -> bool + Send + Sync + 'static) -> Self {
        self.filter = Arc::new(filter);
        self
    }

    pub(super) fn accepts(&self, offer: &Offer) -> bool {
        (self.filter)(offer)
    }

    /// The query of the URL.
    pub(super) fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("roomId", self.room_id.as_str())
            .append_pair("peerId", self.peer_id.as_str())
            .finish()
    }
}

impl fmt::Debug for RoomOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoomOptions")
            .field("url", &self.url)
            .field("room_id", &self.room_id)
            .field("peer_id", &self.peer_id)
            .finish_non_exhaustive()
    }
}
