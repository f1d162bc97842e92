//! Direct transports.

use std::sync::Arc;

use super::common_methods;
use super::core::TransportCore;

/// A path of this process itself: messages go in by [`DataProducer::send`](crate::DataProducer::send) and come out as
/// [`DataConsumerEvent::Message`](crate::DataConsumerEvent::Message). Clones are handles of one transport; it stays
/// until it or its router is closed.
#[derive(Clone, Debug)]
pub struct DirectTransport(pub(crate) Arc<TransportCore>);

common_methods!(DirectTransport);
