//! Two associations and the pipe between them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::sctp::{
    Association, OutgoingMessage, Ppid, Reliability, SctpEvent, SctpOptions, SctpState, SendError,
    StreamId,
};

/// Index of the two ends.
pub(super) const A: usize = 0;
pub(super) const B: usize = 1;

/// A packet under way: when it arrives, a number that keeps order, the end it goes to, its bytes.
type Flight = Reverse<(Instant, u64, usize, Vec<u8>)>;

/// Gets the sender and its packet.
type Tamper = Box<dyn FnMut(usize, &mut Vec<u8>)>;

pub(super) struct World {
    pub(super) ends: [Association; 2],
    pub(super) now: Instant,
    pub(super) start: Instant,
    /// Probability that a packet is lost.
    pub(super) loss: f64,
    /// One way delay, to which up to as much again is added when `reorder`.
    pub(super) delay: Duration,
    pub(super) reorder: bool,
    /// Everything that each end said.
    pub(super) events: [Vec<SctpEvent>; 2],
    /// Every packet in the order of sending, with the end that sent it.
    pub(super) trace: Vec<(usize, Vec<u8>)>,
    /// Changes packets on their way.
    pub(super) tamper: Option<Tamper>,
    rng: SmallRng,
    wire: BinaryHeap<Flight>,
    sent: u64,
}

pub(super) fn options(secret: u8) -> SctpOptions {
    SctpOptions::new([secret; 32])
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self::with(seed, options(1), options(2))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "any instant will do as the origin of virtual time"
    )]
    pub(super) fn with(seed: u64, a: SctpOptions, b: SctpOptions) -> Self {
        let now = Instant::now();
        Self {
            ends: [Association::new(&a, now), Association::new(&b, now)],
            now,
            start: now,
            loss: 0.0,
            delay: Duration::from_millis(20),
            reorder: false,
            events: Default::default(),
            trace: Vec::new(),
            tamper: None,
            rng: SmallRng::seed_from_u64(seed),
            wire: BinaryHeap::new(),
            sent: 0,
        }
    }

    /// Both connected over a pipe that loses nothing yet.
    pub(super) fn connected(seed: u64) -> Self {
        let mut world = Self::new(seed);
        world.connect();
        world
    }

    pub(super) fn connect(&mut self) {
        self.ends[A].connect(self.now);
        self.run_for(Duration::from_secs(2));
        assert_eq!(
            [self.ends[A].state(), self.ends[B].state()],
            [SctpState::Connected; 2]
        );
    }

    pub(super) fn send(
        &mut self,
        end: usize,
        stream: u16,
        payload: &[u8],
        reliability: Reliability,
    ) -> Result<(), SendError> {
        let message = OutgoingMessage {
            stream_id: StreamId(stream),
            ppid: Ppid::BINARY,
            payload,
        };
        self.ends[end].send(message, reliability, self.now)
    }

    /// Puts bytes on the wire as if `from` had sent them.
    pub(super) fn inject(&mut self, from: usize, packet: Vec<u8>) {
        self.sent += 1;
        let spread = if self.reorder {
            self.rng.random_range(0.0..1.0)
        } else {
            0.0
        };
        let at = self.now + self.delay + self.delay.mul_f64(spread);
        self.wire.push(Reverse((at, self.sent, 1 - from, packet)));
    }

    pub(super) fn drain(&mut self) {
        for end in [A, B] {
            let mut buf = [0; 1500];
            while let Some(len) = self.ends[end].poll_transmit(&mut buf) {
                let mut packet = buf[..len].to_vec();
                if let Some(tamper) = &mut self.tamper {
                    tamper(end, &mut packet);
                }
                self.trace.push((end, packet.clone()));
                if !self.rng.random_bool(self.loss) {
                    self.inject(end, packet);
                }
            }
            while let Some(event) = self.ends[end].poll_event() {
                self.events[end].push(event);
            }
        }
    }

    pub(super) fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.drain();
            let wire = self.wire.peek().map(|Reverse((at, ..))| *at);
            let timers = self.ends.iter().filter_map(Association::poll_timeout);
            let Some(next) = timers.chain(wire).min().filter(|next| *next <= end) else {
                break;
            };
            self.now = self.now.max(next);
            match self.wire.peek() {
                Some(Reverse((at, ..))) if *at <= self.now => {
                    let Some(Reverse((_, _, to, packet))) = self.wire.pop() else {
                        break;
                    };
                    self.ends[to].handle_packet(&packet, self.now);
                }
                _ => self
                    .ends
                    .iter_mut()
                    .for_each(|end| end.handle_timeout(self.now)),
            }
        }
        self.now = end;
    }

    /// Payloads that an end received on a stream.
    pub(super) fn received(&self, end: usize, stream: u16) -> Vec<Vec<u8>> {
        self.events[end]
            .iter()
            .filter_map(|event| match event {
                SctpEvent::Message {
                    stream_id, payload, ..
                } if stream_id.0 == stream => Some(payload.clone()),
                _ => None,
            })
            .collect()
    }

    pub(super) fn states(&self, end: usize) -> Vec<SctpState> {
        self.events[end]
            .iter()
            .filter_map(|event| match event {
                SctpEvent::StateChanged(state) => Some(*state),
                _ => None,
            })
            .collect()
    }
}

/// Bytes that differ at every place, so that a mixed up fragment shows.
pub(super) fn pattern(seed: u64, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    SmallRng::seed_from_u64(seed).fill(&mut bytes[..]);
    bytes
}
