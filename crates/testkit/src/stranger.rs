//! Traffic that is not ours on the same link.

use std::time::{Duration, Instant};

use miso_wire::Bitrate;

/// Payload of its packets.
pub const STRANGER_PACKET: usize = 1_200;

/// What a stranger does.
#[derive(Clone, Copy, Debug)]
pub enum Behaviour {
    /// Sends at a fixed rate.
    Constant(Bitrate),
    /// Sends as TCP does: one packet more each round trip, half as many after a loss (RFC 5681).
    Greedy,
}

/// A stranger.
#[derive(Clone, Debug)]
pub struct Stranger {
    behaviour: Behaviour,
    from: Instant,
    until: Instant,
    /// When it sends next.
    next: Option<Instant>,
    /// Packets that may be under way.
    window: f64,
    in_flight: f64,
    /// Number of the next packet.
    number: u64,
    /// The next number that is to be acknowledged.
    expected: u64,
    /// Losses of packets before this number belong to one that was answered.
    recovered: u64,
    threshold: f64,
}

impl Stranger {
    /// One that sends from one moment to another.
    pub fn new(behaviour: Behaviour, from: Instant, until: Instant) -> Self {
        Self {
            behaviour,
            from,
            until,
            next: Some(from),
            window: 10.0,
            in_flight: 0.0,
            number: 0,
            expected: 0,
            recovered: 0,
            threshold: f64::MAX,
        }
    }

    /// When it has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    /// Number of a packet to be sent now.
    pub fn poll(&mut self, now: Instant) -> Option<u64> {
        let due = self.next.filter(|next| *next <= now)?;
        if now >= self.until || now < self.from {
            self.next = None;
            return None;
        }
        match self.behaviour {
            Behaviour::Constant(rate) => {
                let bits = 8.0 * (STRANGER_PACKET + 28) as f64;
                self.next = Some(due + Duration::from_secs_f64(bits / rate.0.max(1) as f64));
            }
            Behaviour::Greedy if self.in_flight + 1.0 > self.window => {
                // Woken by the next acknowledgement, or by none having come.
                self.next = Some(now + Duration::from_secs(1));
                if due < now || self.in_flight == 0.0 {
                    self.in_flight = 0.0;
                }
                return None;
            }
            Behaviour::Greedy => {}
        }
        self.in_flight += 1.0;
        self.number += 1;
        Some(self.number)
    }

    /// One of its packets was acknowledged.
    pub fn acknowledged(&mut self, number: u64, now: Instant) {
        let lost = number.saturating_sub(self.expected.max(1));
        self.expected = self.expected.max(number + 1);
        self.in_flight = (self.in_flight - 1.0 - lost as f64).max(0.0);
        if lost > 0 && number > self.recovered {
            self.window = (self.window / 2.0).max(2.0);
            self.threshold = self.window;
            self.recovered = self.number;
        } else if self.window < self.threshold {
            self.window += 1.0;
        } else {
            self.window += 1.0 / self.window;
        }
        if matches!(self.behaviour, Behaviour::Greedy) {
            self.next = Some(now);
        }
    }
}
