//! A mediasoup client: device, transports, produce, consume, data, and a session of the demo's protocol.
//!
//! It stands on another WebRTC stack than the server (`str0m`), so that each is a test of the other. The nouns are
//! mediasoup-client's:
//!
//! * a [`Device`] knows what both this client and a router can do;
//! * a [`SendTransport`] makes [`Producer`]s and [`DataProducer`]s, a [`RecvTransport`] makes [`Consumer`]s and
//!   [`DataConsumer`]s; what they have to tell the server goes through an implementation of [`Signaling`];
//! * a [`Room`] is such an implementation for the demo's rooms: a session over protoo that enters a room, takes what is
//!   offered, and comes back after a broken connection.
//!
//! Each transport has a task that owns its socket and the stack, so a Tokio runtime is needed. Handles talk to it by
//! bounded channels: whoever sends too much waits or is told so, whoever reads too little loses packets and sees them
//! counted, and nobody holds up anybody else. Dropping a handle closes what it stands for.
//!
//! ```no_run
//! use miso_client::{MediaKind, ProduceOptions, Room, RoomEvent, RoomOptions};
//! use miso_client::{PeerId, RoomId};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let options = RoomOptions::new("ws://127.0.0.1:8888", RoomId::new("demo")?, PeerId::new("me")?);
//! let mut room = Room::enter(options).await?;
//! let producer = room.produce(ProduceOptions::new(MediaKind::Audio)).await?;
//! println!("sending {} in {}", producer.id(), producer.codec().mime_type.as_str());
//! while let Some(event) = room.event().await {
//!     if let RoomEvent::Consumer(mut consumer) = event {
//!         tokio::spawn(async move {
//!             while let Some(frame) = consumer.frame().await {
//!                 println!("{} bytes", frame.data.len());
//!             }
//!         });
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Examples: `bot` answers chat, `recorder` writes one peer's media to files, `pusher` sends a file or a test pattern.
//!
//! What it does not do: simulcast and SVC when sending, estimation of what the path gives, SDP, codecs. Frames come from
//! and go to an encoder, a decoder or a file elsewhere; `miso-media` has readers and writers.

mod consumer;
mod data;
mod device;
mod driver;
mod error;
mod negotiate;
mod producer;
mod protoo;
mod reorder;
mod room;
mod rtp;
mod signaling;
mod stats;
mod transport;

pub use consumer::{Consumer, ConsumerParameters};
pub use data::{
    DataConsumer, DataConsumerParameters, DataProducer, DataState, Message, ProduceDataOptions,
};
pub use device::Device;
pub use error::{ConnectError, DeviceError, RoomError, SignalingError, TransportError};
pub use producer::{MAX_PAYLOAD, OutgoingPacket, ProduceOptions, Producer, ProducerEvent};
pub use protoo::{Retry, TlsTrust};
pub use room::{Call, Offer, Room, RoomEnd, RoomEvent, RoomOptions};
pub use rtp::{AudioLevel, RtpPacket};
pub use signaling::{Change, Signaling};
pub use stats::{ConsumerStats, ProducerStats};
pub use transport::{
    MAX_MESSAGE_SIZE, RecvTransport, SendTransport, TransportParameters, TransportState,
};

/// Files, encoded frames, the test pattern.
pub use miso_media as media;
pub use miso_media::{EncodedFrame, Frame};
/// Types of capabilities and parameters.
pub use miso_ortc as ortc;
pub use miso_ortc::{Codec, MediaKind};
/// Types of the demo's messages.
pub use miso_signal as signal;
pub use miso_signal::{PeerId, RoomId};
