use super::{
    ActiveSpeakerOptions, AudioLevelOptions, DirectTransportOptions, PipeTransportOptions,
    PlainTransportOptions, WebRtcTransportOptions,
};
use crate::ids::{RtpObserverId, TransportId};

/// Requests to a router.
#[derive(Debug)]
pub enum RouterCommand {
    /// Makes a WebRTC transport; answered with [`Response::WebRtcTransport`](super::Response::WebRtcTransport).
    CreateWebRtcTransport(TransportId, Box<WebRtcTransportOptions>),
    /// Makes a plain transport on sockets that the owner has opened; answered with
    /// [`Response::PlainTransport`](super::Response::PlainTransport).
    CreatePlainTransport(TransportId, Box<PlainTransportOptions>),
    /// Makes a pipe transport on a socket that the owner has opened; answered with
    /// [`Response::PipeTransport`](super::Response::PipeTransport).
    CreatePipeTransport(TransportId, Box<PipeTransportOptions>),
    /// Makes a transport for this process itself.
    CreateDirectTransport(TransportId, DirectTransportOptions),
    /// Makes an audio level observer.
    CreateAudioLevelObserver(RtpObserverId, AudioLevelOptions),
    /// Makes an active speaker observer.
    CreateActiveSpeakerObserver(RtpObserverId, ActiveSpeakerOptions),
    /// Closes a transport with all that it holds.
    CloseTransport(TransportId),
    /// Closes an observer.
    CloseObserver(RtpObserverId),
    /// Answered with [`Response::RouterDump`](super::Response::RouterDump).
    Dump,
}
