//! How a transport's wishes reach the server.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use miso_signal::{
    ConnectWebRtcTransport, ConsumerId, DataProducerId, Produce, ProduceData, ProducerId,
};

use crate::SignalingError;

/// How a transport's wishes reach the server: over protoo, the HTTP API, or anything else.
///
/// [`Room`](crate::Room) has its own. Implement it to use transports without a room's session.
pub trait Signaling: Send + Sync + 'static {
    /// Tells the server this side's certificate. Called once, before the transport is used.
    fn connect(
        &self,
        request: ConnectWebRtcTransport,
    ) -> impl Future<Output = Result<(), SignalingError>> + Send;

    /// Tells the server what is sent; answers with the producer's id.
    fn produce(
        &self,
        request: Produce,
    ) -> impl Future<Output = Result<ProducerId, SignalingError>> + Send;

    /// Tells the server of a DataChannel; answers with the data producer's id.
    fn produce_data(
        &self,
        request: ProduceData,
    ) -> impl Future<Output = Result<DataProducerId, SignalingError>> + Send;

    /// Tells the server of a change. Where there is no way to say it, nothing is said, which is the default.
    fn update(&self, change: Change) -> impl Future<Output = Result<(), SignalingError>> + Send {
        let _ = change;
        async { Ok(()) }
    }
}

/// A change of a producer or consumer that the server should know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nobody is to get it for now.
    PauseProducer(ProducerId),
    /// Others may get it again.
    ResumeProducer(ProducerId),
    /// It is over.
    CloseProducer(ProducerId),
    /// Send nothing for now.
    PauseConsumer(ConsumerId),
    /// Send it again.
    ResumeConsumer(ConsumerId),
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, SignalingError>> + Send + 'a>>;

/// The same without a type parameter, so that transports need none.
pub(crate) trait AnySignaling: Send + Sync {
    fn connect(&self, request: ConnectWebRtcTransport) -> Answer<'_, ()>;
    fn produce(&self, request: Produce) -> Answer<'_, ProducerId>;
    fn produce_data(&self, request: ProduceData) -> Answer<'_, DataProducerId>;
    fn update(&self, change: Change) -> Answer<'_, ()>;
}

impl<S: Signaling> AnySignaling for S {
    fn connect(&self, request: ConnectWebRtcTransport) -> Answer<'_, ()> {
        Box::pin(Signaling::connect(self, request))
    }

    fn produce(&self, request: Produce) -> Answer<'_, ProducerId> {
        Box::pin(Signaling::produce(self, request))
    }

    fn produce_data(&self, request: ProduceData) -> Answer<'_, DataProducerId> {
        Box::pin(Signaling::produce_data(self, request))
    }

    fn update(&self, change: Change) -> Answer<'_, ()> {
        Box::pin(Signaling::update(self, change))
    }
}

/// Somebody's signalling.
pub(crate) type SharedSignaling = Arc<dyn AnySignaling>;
