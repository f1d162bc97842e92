//! How frames of one broadcaster travel to the server.

mod plain;
mod webrtc;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use miso_ortc::{MediaKind, RtpCapabilities};

use crate::api::Api;
use crate::args::Transport;
use crate::error::PushError;
use crate::source::Stream;

use plain::PlainLink;
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
    pub(crate) transport: Transport,
    /// Whether plain RTP is encrypted.
    pub(crate) srtp: bool,
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
    /// RTP over UDP.
    Plain(PlainLink),
}

impl Link {
    /// Makes transport and producers, and waits until packets can flow.
    pub(crate) async fn open(setup: &Setup) -> Result<Self, PushError> {
        match setup.transport {
            Transport::Webrtc => WebRtcLink::open(setup).await.map(Self::WebRtc),
            Transport::Plain => PlainLink::open(setup).await.map(Self::Plain),
        }
    }

    /// Sends a frame.
    pub(crate) async fn send(&mut self, shot: &Shot) -> Result<(), PushError> {
        match self {
            Self::WebRtc(link) => link.send(shot),
            Self::Plain(link) => link.send(shot).await,
        }
    }

    /// Ends with the reason when the link does.
    pub(crate) async fn broken(&mut self) -> PushError {
        match self {
            Self::WebRtc(link) => link.broken().await,
            Self::Plain(link) => link.broken().await,
        }
    }

    /// Says goodbye.
    pub(crate) async fn end(&mut self) {
        match self {
            // Its end closes itself.
            Self::WebRtc(_) => {}
            Self::Plain(link) => link.end().await,
        }
    }

    pub(crate) fn stats(&self) -> LinkStats {
        match self {
            Self::WebRtc(link) => link.stats(),
            Self::Plain(link) => link.stats(),
        }
    }

    /// Ids of the producers, by kind.
    pub(crate) fn producers(&self) -> Vec<(MediaKind, String)> {
        match self {
            Self::WebRtc(link) => link.producers(),
            Self::Plain(link) => link.producers(),
        }
    }
}
