//! A mediasoup client: device, transports, produce, consume, data, and a session of the demo's protocol.

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
pub use transport::{RecvTransport, SendTransport, TransportParameters, TransportState};

pub use miso_media::{EncodedFrame, Frame};
pub use miso_ortc::{Codec, MediaKind};
pub use miso_signal::{PeerId, RoomId};
