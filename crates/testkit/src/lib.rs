//! A world of simulated peers on miso-netsim (development only).
//!
//! A [`World`] holds the real core (`miso_sfu::Worker`), driven as the engine drives it, simulated links, and peers
//! that stand on another WebRTC stack than ours, so that each tests the other. Time is virtual: [`World::run_for`]
//! jumps from event to event. Links, media and the other stack's names follow from the seed; keys and what protects a
//! handshake do not. So two runs differ in bytes and in the timers of handshakes, and in nothing else once these are
//! over. One world at a time and thread: the other stack draws from a generator of its thread.
//!
//! A [`Peer`] is what mediasoup-client makes of a browser: two peer connections, one to send and one to receive, with
//! negotiated parameters and DataChannels. [`Source`] makes media that carry tags, [`MediaSink`] says what arrived.
//! A [`RawPeer`] speaks ICE, DTLS and SRTP with this project's own crates: for what a WebRTC stack would refuse to
//! do, and for peers in large numbers.

mod client;
mod descriptor;
mod negotiate;
mod raw;
mod server;
mod sink;
mod source;
mod stranger;
mod tag;
mod wire;
mod world;

pub use client::{Client, ClientLog, ClientSettings, RtcpCounts};
pub use negotiate::{AudioExtras, Dialect, Encoding, recv_capabilities, recv_capabilities_with};
pub use raw::{RawLog, RawPeer};
pub use server::{ConsumeSettings, NewConsumerRecord, ProducerRecord, Server, TransportSettings};
pub use sink::{Arrival, DataSink, Decoding, Followed, MediaReport, MediaSink};
pub use source::{
    Described, DescribedSource, OpusSource, Source, SourcePacket, VideoSettings, Vp8Source,
    Vp9Source, temporal_of,
};
pub use stranger::{Behaviour, STRANGER_PACKET, Stranger};
pub use tag::{TAG_LEN, Tag};
pub use wire::{Packet, Wire};
pub use world::{
    Consumed, DataConsumed, DataProduced, Peer, PeerId, PeerSettings, Produced, SERVER_TCP,
    SERVER_UDP, World, dtls_context,
};

/// The other stack's types that settings are made of.
pub mod other {
    pub use str0m::IceConnectionState;
    pub use str0m::channel::ChannelId;
    pub use str0m::config::DtlsVersion;
}
