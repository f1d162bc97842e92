//! The public Rust API: worker threads, mailboxes, async handles for worker, router, transport, producer, consumer,
//! observers.
//!
//! ```no_run
//! # use miso_engine::{Certificate, Engine, EngineOptions, RouterRtpCodecCapability, WebRtcTransportOptions};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let certificate = Certificate::generate(std::time::SystemTime::now())?;
//! let engine = Engine::start(EngineOptions::new(certificate)).await?;
//! let opus = RouterRtpCodecCapability::new("audio/opus", 48_000, 2)?;
//! let (router, mut events) = engine.create_router(vec![opus]).await?;
//! let transport = router.create_webrtc_transport(WebRtcTransportOptions::default()).await?;
//! // Signal transport.ice_parameters() and the rest to the peer, then await events.recv().
//! # drop((transport, events.recv().await));
//! # Ok(()) }
//! ```
//!
//! [`Engine`] owns the worker threads, each with its ports. A [`Router`] is a media switching domain: what is produced
//! on one of its transports can be consumed on any other. Handles are cheap clones; objects stay until they, or what
//! they belong to, are closed, and a router until its last handle is dropped. All events of a router come out of one
//! stream, [`RouterEvents`]. Names, defaults, units and error texts are mediasoup's.
//!
//! Inside: a handle negotiates with the pure functions of `miso-ortc`, then sends a command to the worker's mailbox.
//! The thread gives it to the core (`miso-sfu`), finishes the object, and only then tells the events that the command
//! caused: so a handle's state is never older than the last event taken. Packets never meet a lock or a channel.

mod base;
mod consumer;
mod data_consumer;
mod data_producer;
mod engine;
mod error;
mod event;
mod event_queue;
mod ids;
mod json;
mod listen;
mod message;
mod metrics;
mod observer;
mod options;
mod producer;
mod router;
mod sync;
mod transport;
mod types;
mod worker;

pub use consumer::Consumer;
pub use data_consumer::DataConsumer;
pub use data_producer::DataProducer;
pub use engine::Engine;
pub use error::{RequestError, StartError};
pub use event::{
    AudioLevelEvent, ConsumerEvent, DataConsumerEvent, DataProducerEvent, ProducerEvent,
    RouterEvent, TransportEvent,
};
pub use event_queue::{DroppedEvents, RouterEvents};
pub use metrics::{ObjectMetrics, TrafficMetrics, WorkerMetrics};
pub use observer::{ActiveSpeakerObserver, AudioLevelObserver};
pub use options::EngineOptions;
pub use producer::Producer;
pub use router::Router;
pub use transport::{DirectTransport, PipeTransport, PlainTransport, WebRtcTransport};
pub use types::{
    ActiveSpeakerOptions, AudioLevelOptions, ConsumerLayers, ConsumerOptions, ConsumerScore,
    DataConsumerOptions, DataProducerOptions, DirectTransportOptions, DtlsFingerprint,
    DtlsParameters, DtlsRole, DtlsState, IceCandidate, IceParameters, IceState, PipeConnect,
    PipeTransportOptions, PlainConnect, PlainTransportOptions, ProducerOptions, ProducerScore,
    SctpNegotiatedCapabilities, SctpState, SrtpCryptoSuite, SrtpParameters, TransportListenInfo,
    TransportSocketFlags, TransportTuple, VideoOrientation, Volume, WebRtcTransportOptions,
};
pub use worker::WorkerInfo;

/// For programs that run a core on a thread of their own.
pub mod shell {
    pub use crate::worker::connections::{ConnectionKey, Connections, Read};
}

pub use miso_ortc::{
    Codec, CodecParameterValue, CodecParameters, ConsumerType, Direction, HeaderExtensionId,
    HeaderExtensionUri, MediaKind, MimeType, NumSctpStreams, OrtcError, ProducerType,
    RouterRtpCodecCapability, RtcpFeedback, RtcpParameters, RtpCapabilities, RtpCodecCapability,
    RtpCodecParameters, RtpEncodingParameters, RtpHeaderExtension, RtpHeaderExtensionParameters,
    RtpParameters, RtxParameters, ScalabilityMode, SctpCapabilities, SctpParameters, SctpStreamId,
    SctpStreamParameters, router_rtp_capabilities, supported_rtp_capabilities,
};
pub use miso_secure::{Certificate, CertificateError};
pub use miso_sfu::command::{ContentHint, SctpTransportOptions, Subchannels};
pub use miso_sfu::sctp::Ppid;
pub use miso_sfu::trace::{BweTrace, BweType, TransportTraceInfo, TransportTraceKind};
pub use miso_wire::{Bitrate, Mid, Pt, Rid, Ssrc};
