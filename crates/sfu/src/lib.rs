//! The sans-IO core: mediasoup's semantics, one `&mut self` per worker.
//!
//! [`Worker`] holds routers, transports, producers, consumers, data producers and consumers, and observers. It does no
//! I/O, reads no clock and calls nobody back: datagrams, commands and timeouts go in with `handle_*`, and after each
//! of them everything that `poll_*` has is taken out.
//!
//! A packet's way through this crate: `worker/datagram` finds the transport, `worker/rtp_in` opens the packet, finds
//! producer and stream and stores it under the router's names, `worker/fan_out` serves every consumer for the whole
//! batch, `worker/seal` patches and seals into the [`Batch`]. [`command`] and [`event`] are the API around it.

mod batch;
mod capture_clock;
pub mod command;
mod consumer;
mod data;
mod drops;
pub mod dump;
mod error;
pub mod event;
mod event_queue;
mod feedback;
mod ids;
mod key_frame;
mod keys;
pub mod observer;
mod outbox;
mod packet;
mod producer;
mod rate;
mod recv_stream;
mod ring;
mod score;
pub mod sctp;
mod send_path;
mod send_stream;
pub mod stats;
pub mod trace;
mod transport;
mod worker;

#[cfg(test)]
mod testing;

pub use batch::{Batch, Outgoing};
pub use drops::DropReason;
pub use error::{CommandError, ErrorKind};
pub use ids::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RouterId, RtpObserverId, TransportId,
};
pub use worker::{Worker, WorkerConfig};
