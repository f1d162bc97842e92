//! Transports: paths of peers, or of this process itself. What both kinds can do is written once, on
//! [`TransportCore`].

mod core;
mod data;
mod direct;
mod media;
mod pipe;
mod plain;
mod sockets;
mod webrtc;

pub(crate) use self::core::TransportCore;
pub use direct::DirectTransport;
pub use pipe::PipeTransport;
pub use plain::PlainTransport;
pub(crate) use plain::sockets_of;
pub(crate) use sockets::SocketPart;
pub use webrtc::WebRtcTransport;
pub(crate) use webrtc::{WebRtcPart, webrtc_options};

/// The methods that transports of every kind have. `$kind` is a tuple struct around an `Arc<TransportCore>`.
macro_rules! common_methods {
    ($kind:ident) => {
        impl $kind {
            /// Its id, a UUID.
            pub fn id(&self) -> &str {
                &self.0.base.name
            }

            /// What the owner gave it.
            pub fn app_data(&self) -> &serde_json::Value {
                &self.0.base.app_data
            }

            /// Whether it is closed.
            pub fn closed(&self) -> bool {
                self.0.base.is_closed()
            }

            /// Receives media from the peer.
            ///
            /// # Errors
            /// [`RequestError::Type`](crate::RequestError::Type) and
            /// [`Unsupported`](crate::RequestError::Unsupported) with mediasoup's texts for parameters that are wrong
            /// or that the router does not know, [`Closed`](crate::RequestError::Closed).
            pub async fn produce(
                &self,
                options: crate::ProducerOptions,
            ) -> Result<crate::Producer, crate::RequestError> {
                self.0.produce(options).await
            }

            /// Sends a producer's media to the peer. A pipe transport takes all of it: of the options only the
            /// producer and the owner's own count.
            ///
            /// # Errors
            /// [`RequestError::NotFound`](crate::RequestError::NotFound) for an unknown producer,
            /// [`Unsupported`](crate::RequestError::Unsupported) when the peer can take none of its codecs,
            /// [`Type`](crate::RequestError::Type) for other arguments, [`Closed`](crate::RequestError::Closed).
            pub async fn consume(
                &self,
                options: crate::ConsumerOptions,
            ) -> Result<crate::Consumer, crate::RequestError> {
                self.0.consume(options).await
            }

            /// Receives messages.
            ///
            /// # Errors
            /// [`RequestError::Type`](crate::RequestError::Type) for an id that is taken or a missing SCTP stream,
            /// [`Error`](crate::RequestError::Error) for a stream that is taken, or on a WebRTC transport without
            /// SCTP, [`Closed`](crate::RequestError::Closed).
            pub async fn produce_data(
                &self,
                options: crate::DataProducerOptions,
            ) -> Result<crate::DataProducer, crate::RequestError> {
                self.0.produce_data(options).await
            }

            /// Sends a data producer's messages.
            ///
            /// # Errors
            /// [`RequestError::NotFound`](crate::RequestError::NotFound) for an unknown data producer,
            /// [`Type`](crate::RequestError::Type) for limits that exclude each other,
            /// [`Error`](crate::RequestError::Error) when all streams are taken, or on a WebRTC transport without
            /// SCTP, [`Closed`](crate::RequestError::Closed).
            pub async fn consume_data(
                &self,
                options: crate::DataConsumerOptions,
            ) -> Result<crate::DataConsumer, crate::RequestError> {
                self.0.consume_data(options).await
            }

            /// Its statistics under mediasoup's names (fact sheet 1.6.1): a list of one object.
            ///
            /// # Errors
            /// [`RequestError::Closed`](crate::RequestError::Closed).
            pub async fn get_stats(&self) -> Result<Vec<serde_json::Value>, crate::RequestError> {
                self.0.get_stats().await
            }

            /// Bytes received from the peer so far, whatever they were: a peer of which they do not grow is silent.
            ///
            /// # Errors
            /// [`RequestError::Closed`](crate::RequestError::Closed).
            pub async fn bytes_received(&self) -> Result<u64, crate::RequestError> {
                self.0.bytes_received().await
            }

            /// Its inner state under mediasoup's names (fact sheet 1.6.1).
            ///
            /// # Errors
            /// [`RequestError::Closed`](crate::RequestError::Closed).
            pub async fn dump(&self) -> Result<serde_json::Value, crate::RequestError> {
                self.0.dump().await
            }

            /// Closes it with all that is on it; what is on it tells `TransportClose`.
            pub fn close(&self) {
                self.0.close();
            }
        }
    };
}
use common_methods;
