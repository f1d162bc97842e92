//! What the core tells its owner, one file per entity. Events are polled, in the order in which they happened.

mod consumer;
mod data;
mod observer;
mod producer;
mod transport;

pub use consumer::{ConsumerEvent, ConsumerLayers, ConsumerScore};
pub use data::DataConsumerEvent;
pub use observer::{ObserverEvent, Volume};
pub use producer::{ProducerEvent, StreamScore, VideoOrientation};
pub use transport::{SctpCapabilities, TransportEvent};

use crate::ids::{ConsumerId, DataConsumerId, ProducerId, RtpObserverId, TransportId};

/// Something happened to an object.
#[derive(Debug)]
pub enum Event {
    /// To a transport.
    Transport(TransportId, TransportEvent),
    /// To a producer.
    Producer(ProducerId, ProducerEvent),
    /// To a consumer.
    Consumer(ConsumerId, ConsumerEvent),
    /// To a data consumer.
    DataConsumer(DataConsumerId, DataConsumerEvent),
    /// To an RTP observer.
    Observer(RtpObserverId, ObserverEvent),
    /// The owner is to close this TCP connection: no transport uses it any more.
    CloseConnection(miso_ice::Tuple),
    /// The owner is to close the sockets that belong to this transport, once what is to be sent was sent: it is closed.
    CloseSockets(TransportId),
}
