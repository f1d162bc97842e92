//! How frames of one broadcaster travel to the server.

mod webrtc;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use miso_ortc::{MediaKind, RtpCapabilities};

use crate::api::Api;
use crate::error::PushError;
use crate::source::Stream;

use webrtc::WebRtcLink;

/// Longest payload of a packet, so that it fits a path of 1,280 bytes with all headers.
const MAX_PAYLOAD: usize = 1_200;

/// A frame with its time on the clock, shared by all broadcasters.
#[derive(Debug)]
pub(crate) struct Shot {
    /// Sound or pictures.
    pub(crate) kind: MediaKind,
    /// Encoded.
    pub(crate) data: Vec<u8>,
    /// When it was taken, so to speak.
    pub(crate) captured: Instant,
    /// Whether a decoder can begin here.
    pub(crate) is_key_frame: bool,
}

/// What a broadcaster is about to send, and to whom.
pub(crate) struct Setup {
    pub(crate) api: Arc<Api>,
    /// The broadcaster's id.
    pub(crate) id: String,
    pub(crate) room: Arc<RtpCapabilities>,
    pub(crate) streams: Arc<Vec<Stream>>,
    /// All timestamps count from here.
    pub(crate) epoch: Instant,
    /// Set when somebody needs a key frame.
    pub(crate) key_frame_wanted: Arc<AtomicBool>,
}

/// Figures of a link since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct LinkStats {
    pub(crate) bytes: u64,
    pub(crate) packets: u64,
    pub(crate) lost: u64,
    pub(crate) round_trip: Option<Duration>,
    pub(crate) key_frame_requests: u64,
}

/// A path to the server with producers on it.
pub(crate) enum Link {
    /// ICE, DTLS, SRTP.
    WebRtc(WebRtcLink),
}

impl Link {
    /// Makes transport and producers, and waits until packets can flow.
    pub(crate) async fn open(setup: &Setup) -> Result<Self, PushError> {
        WebRtcLink::open(setup).await.map(Self::WebRtc)
    }

    /// Sends a frame.
    pub(crate) fn send(&mut self, shot: &Shot) -> Result<(), PushError> {
        match self {
            Self::WebRtc(link) => link.send(shot),
        }
    }

    /// Ends with the reason when the link does.
    pub(crate) async fn broken(&mut self) -> PushError {
        match self {
            Self::WebRtc(link) => link.broken().await,
        }
    }

    pub(crate) fn stats(&mut self) -> LinkStats {
        match self {
            Self::WebRtc(link) => link.stats(),
        }
    }

    /// Ids of the producers, by kind.
    pub(crate) fn producers(&self) -> Vec<(MediaKind, String)> {
        match self {
            Self::WebRtc(link) => link.producers(),
        }
    }
}
