//! The core of one worker: everything that one thread owns, behind one `&mut self`.
//!
//! The contract with the owner: after every input ([`Worker::handle_datagram`], [`Worker::handle_own_datagram`],
//! [`Worker::handle_command`], [`Worker::handle_timeout`], …) drain [`Worker::poll_transmit`] and [`Worker::poll_event`] until they have nothing
//! left, then wait until [`Worker::poll_timeout`] at the latest. Several datagrams of one receive call are best handed
//! over before draining: consumers are then served for all of them at once.

mod close;
mod command;
mod connection;
mod consume;
mod data;
mod datagram;
mod direct;
mod dump;
mod estimate;
mod fan_out;
mod layer_report;
mod observe;
mod pipe;
mod plain;
mod plain_in;
mod produce;
mod retransmit;
mod rtcp_in;
mod rtcp_out;
mod rtp_in;
mod seal;
mod share;
mod stats;
mod timeout;
mod trace;

use crate::batch::Batch;
use crate::consumer::Consumer;
use crate::data::{DataConsumer, DataProducer};
use crate::drops::{DropReason, Drops};
use crate::event::Event;
use crate::event_queue::EventQueue;
use crate::ids::{
    ConsumerId, DataConsumerId, DataProducerId, ProducerId, RouterId, RtpObserverId, TransportId,
};
use crate::keys::{
    ConsumerKey, DataConsumerKey, DataProducerKey, ObserverKey, ProducerKey, TransportKey,
};
use crate::outbox::Outbox;
use crate::packet::PacketPool;
use crate::producer::Producer;
use crate::transport::Transport;
use fan_out::FanOut;
use miso_bwe::ClaimIndex;
use miso_ice::{Tuple, Ufrag};
use miso_secure::DtlsContext;
use miso_wire::{NtpTime, ReportBlock};
use observe::RtpObserver;
use rand::SeedableRng;
use rand::rngs::StdRng;
use slotmap::SlotMap;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Largest datagram that is built: an Ethernet frame's worth, and some for jumbo frames of a sender.
pub(crate) const MAX_DATAGRAM: usize = 2_048;

/// What a worker is made with.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Certificate and settings of all DTLS endpoints.
    pub dtls: DtlsContext,
    /// Seed of everything random: the same seed and inputs give the same outputs. Must be unpredictable in production,
    /// since ICE passwords come from it.
    pub seed: [u8; 32],
    /// A moment, in both clocks: time since the Unix epoch at `start`.
    pub unix_time_at_start: Duration,
    /// The same moment as the owner's monotonic clock shows it.
    pub start: Instant,
}

/// The transports and observers of a router. Producers and consumers hang on transports.
#[derive(Debug, Default)]
struct Router {
    transports: Vec<TransportKey>,
    observers: Vec<ObserverKey>,
}

/// From the owner's names to places.
#[derive(Debug, Default)]
struct Names {
    transports: HashMap<TransportId, TransportKey>,
    producers: HashMap<ProducerId, ProducerKey>,
    consumers: HashMap<ConsumerId, ConsumerKey>,
    data_producers: HashMap<DataProducerId, DataProducerKey>,
    data_consumers: HashMap<DataConsumerId, DataConsumerKey>,
    observers: HashMap<RtpObserverId, ObserverKey>,
}

/// All objects, each kind in a table of its own so that one of each can be borrowed at a time.
#[derive(Default)]
struct Objects {
    routers: HashMap<RouterId, Router>,
    transports: SlotMap<TransportKey, Transport>,
    producers: SlotMap<ProducerKey, Producer>,
    consumers: SlotMap<ConsumerKey, Consumer>,
    data_producers: SlotMap<DataProducerKey, DataProducer>,
    data_consumers: SlotMap<DataConsumerKey, DataConsumer>,
    observers: SlotMap<ObserverKey, RtpObserver>,
}

/// How a datagram finds its transport.
#[derive(Debug, Default)]
struct Demux {
    tuples: HashMap<Tuple, TransportKey>,
    ufrags: HashMap<Ufrag, TransportKey>,
}

/// The core of one worker.
pub struct Worker {
    config: WorkerConfig,
    rng: StdRng,
    objects: Objects,
    names: Names,
    demux: Demux,
    /// The packets of all streams.
    pool: PacketPool,
    /// What is to be forwarded in the next [`Worker::poll_transmit`].
    fan_out: FanOut,
    outbox: Outbox,
    events: EventQueue,
    drops: Drops,
    /// No timer of any object is due before it.
    deadline: Option<Instant>,
    /// Transports whose timers are being served; kept for its memory.
    due: Vec<TransportKey>,
    /// When the paths to the peers are looked at again, all together; none while nothing is sent.
    look_at: Option<Instant>,
    /// Transports whose associations have something to do before the input ends.
    sctp_work: Vec<TransportKey>,
    /// Consumers with a choice of layers while bitrate is shared; kept for its memory.
    claims: Vec<(ConsumerKey, ClaimIndex)>,
    /// The packet id that is given next; random to begin with.
    next_packet_id: Option<u32>,
    /// What a receiver report is made of; kept for its memory.
    report_blocks: Vec<ReportBlock>,
    /// Where one small packet is put together.
    scratch: Box<[u8; MAX_DATAGRAM]>,
}

impl Worker {
    /// A worker without objects.
    pub fn new(config: WorkerConfig) -> Self {
        Self {
            rng: StdRng::from_seed(config.seed),
            config,
            objects: Objects::default(),
            names: Names::default(),
            demux: Demux::default(),
            pool: PacketPool::default(),
            fan_out: FanOut::default(),
            outbox: Outbox::default(),
            events: EventQueue::default(),
            drops: Drops::default(),
            deadline: None,
            due: Vec::new(),
            look_at: None,
            sctp_work: Vec::new(),
            claims: Vec::new(),
            next_packet_id: None,
            report_blocks: Vec::new(),
            scratch: Box::new([0; MAX_DATAGRAM]),
        }
    }

    /// Fills the batch with what is to be sent. When it comes back empty, there is nothing left; otherwise send it,
    /// clear it and call again.
    pub fn poll_transmit(&mut self, batch: &mut Batch, now: Instant) {
        if self.outbox.drain_into(batch)
            && self.retransmit_into(batch, now)
            && self.fan_out_into(batch, now)
        {
            self.outbox.drain_into(batch);
        }
    }

    /// The next event, in the order in which they happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call [`Worker::handle_timeout`] at the latest.
    pub const fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// How often something was not used for this cause.
    pub fn drops(&self, reason: DropReason) -> u64 {
        self.drops.of(reason)
    }

    /// All causes for which something was not used, with how often.
    pub fn all_drops(&self) -> Vec<(&'static str, u64)> {
        self.drops.occurred()
    }

    /// Time of day at `now`.
    fn ntp(&self, now: Instant) -> NtpTime {
        NtpTime::from_unix(
            self.config.unix_time_at_start + now.saturating_duration_since(self.config.start),
        )
    }

    /// Sees to it that the worker wakes up at `at`.
    fn wake_at(&mut self, at: Option<Instant>) {
        if let Some(at) = at {
            self.deadline = Some(self.deadline.map_or(at, |deadline| deadline.min(at)));
        }
    }
}

#[cfg(test)]
mod tests;
